<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
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
