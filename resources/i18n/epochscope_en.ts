<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>PredictPanel</name>
    <message numerus="yes">
        <source>%Ln image(s) copied</source>
        <translation>
            <numerusform>%Ln image copied</numerusform>
            <numerusform>%Ln images copied</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln image(s) not classified</source>
        <translation>
            <numerusform>%Ln image not classified</numerusform>
            <numerusform>%Ln images not classified</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln image(s) written to {path}</source>
        <translation>
            <numerusform>%Ln image written to {path}</numerusform>
            <numerusform>%Ln images written to {path}</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Reasons</name>
    <message numerus="yes">
        <source>%n file(s) with several pages or frames; only the first is used: {where}</source>
        <translation>
            <numerusform>%n file with several pages or frames; only the first is used: {where}</numerusform>
            <numerusform>%n files with several pages or frames; only the first is used: {where}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) found in sub-folders of the classes, such as {example}</source>
        <translation>
            <numerusform>%n image found in sub-folders of the classes, such as {example}</numerusform>
            <numerusform>%n images found in sub-folders of the classes, such as {example}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Not followed: %n link(s) to a folder that is listed already: {example}</source>
        <translation>
            <numerusform>Not followed: %n link to a folder that is listed already: {example}</numerusform>
            <numerusform>Not followed: %n links to a folder that is listed already: {example}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Ignored: %n other file(s) or folder(s), such as {example}</source>
        <translation>
            <numerusform>Ignored: %n other file or folder, such as {example}</numerusform>
            <numerusform>Ignored: %n other files or folders, such as {example}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Not used: %n hidden image(s), such as {example} ({where})</source>
        <translation>
            <numerusform>Not used: %n hidden image, such as {example} ({where})</numerusform>
            <numerusform>Not used: %n hidden images, such as {example} ({where})</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>⚠ %n classes differ only in capital letters: {names}</source>
        <translation>
            <numerusform>⚠ %n class differs only in capital letters: {names}</numerusform>
            <numerusform>⚠ %n classes differ only in capital letters: {names}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>⚠ %n row(s) list an image again, which counts once, such as {example}</source>
        <translation>
            <numerusform>⚠ %n row lists an image again, which counts once, such as {example}</numerusform>
            <numerusform>⚠ %n rows list an image again, which counts once, such as {example}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>⚠ Not applied: %n edit(s) of images that are missing or have changed</source>
        <translation>
            <numerusform>⚠ Not applied: %n edit of an image that is not there, or has changed</numerusform>
            <numerusform>⚠ Not applied: %n edits of images that are missing or have changed</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>⚠ Not read: %n picture(s) in other formats: {where}.</source>
        <translation>
            <numerusform>⚠ Not read: %n picture in other formats: {where}.</numerusform>
            <numerusform>⚠ Not read: %n pictures in other formats: {where}.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>⚠ Not used: %n folder(s) beside the ones in use, such as {example}</source>
        <translation>
            <numerusform>⚠ Not used: %n folder beside the ones in use, such as {example}</numerusform>
            <numerusform>⚠ Not used: %n folders beside the ones in use, such as {example}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>⚠ Not used: %n image(s) outside of the class folders, such as {example}</source>
        <translation>
            <numerusform>⚠ Not used: %n image outside of the class folders, such as {example}</numerusform>
            <numerusform>⚠ Not used: %n images outside of the class folders, such as {example}</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RunController</name>
    <message numerus="yes">
        <source>It will be asked to save and quit, and killed after %n second(s). Progress since its last checkpoint is lost; the run can be continued from there.</source>
        <translation>
            <numerusform>It will be asked to save and quit, and killed after %n second. Progress since its last checkpoint is lost; the run can be continued from there.</numerusform>
            <numerusform>It will be asked to save and quit, and killed after %n seconds. Progress since its last checkpoint is lost; the run can be continued from there.</numerusform>
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
        <source>%n run(s) not deleted: still training. Stop them first.</source>
        <translation>
            <numerusform>%n run not deleted: still training. Stop it first.</numerusform>
            <numerusform>%n runs not deleted: still training. Stop them first.</numerusform>
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
