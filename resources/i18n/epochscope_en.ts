<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>Reasons</name>
    <message numerus="yes">
        <source>Not looked at: %n other file(s) or folder(s), such as {example}</source>
        <translation>
            <numerusform>Not looked at: %n other file or folder, such as {example}</numerusform>
            <numerusform>Not looked at: %n other files or folders, such as {example}</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RunController</name>
    <message numerus="yes">
        <source>It is asked to save and end; after %n second(s) it is ended. What came after its last checkpoint is lost, the run can be continued from there.</source>
        <translation>
            <numerusform>It is asked to save and end; after %n second it is ended. What came after its last checkpoint is lost, the run can be continued from there.</numerusform>
            <numerusform>It is asked to save and end; after %n seconds it is ended. What came after its last checkpoint is lost, the run can be continued from there.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RunsPanel</name>
    <message numerus="yes">
        <source>%n run(s) moved to the trash.</source>
        <translation>
            <numerusform>%n run moved to the trash.</numerusform>
            <numerusform>%n runs moved to the trash.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n run(s) stay: they are being trained. Stop them first.</source>
        <translation>
            <numerusform>%n run stays: it is being trained. Stop it first.</numerusform>
            <numerusform>%n runs stay: they are being trained. Stop them first.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>StatusBar</name>
    <message numerus="yes">
        <source>%n damaged line(s) in the journal</source>
        <translation>
            <numerusform>%n damaged line in the journal</numerusform>
            <numerusform>%n damaged lines in the journal</numerusform>
        </translation>
    </message>
</context>
</TS>
