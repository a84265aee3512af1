<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ru" sourcelanguage="en">
<context>
    <name>Banner</name>
    <message>
        <source>Close</source>
        <translation>Закрыть</translation>
    </message>
</context>
<context>
    <name>ClassModel</name>
    <message>
        <source>2 · precision · recall / (precision + recall)</source>
        <translation>2 · точность · полнота / (точность + полнота)</translation>
    </message>
    <message>
        <source>Change of F1 since the epoch before</source>
        <translation>Изменение F1 с предыдущей эпохи</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>Класс</translation>
    </message>
    <message>
        <source>Click a class to see its images</source>
        <translation>Щёлкните класс, чтобы увидеть его изображения</translation>
    </message>
    <message>
        <source>Difference of F1 to the best epoch</source>
        <translation>Разность F1 с лучшей эпохой</translation>
    </message>
    <message>
        <source>F1</source>
        <translation>F1</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>Изобр.</translation>
    </message>
    <message>
        <source>Images of this class in the split</source>
        <translation>Сколько изображений этого класса в этой части данных</translation>
    </message>
    <message>
        <source>Of the images of this class: how many were recognised</source>
        <translation>Какая доля изображений этого класса распознана</translation>
    </message>
    <message>
        <source>Of the images taken for this class: how many are of it</source>
        <translation>Какая доля изображений, принятых за этот класс, действительно к нему относится</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>Точность</translation>
    </message>
    <message>
        <source>Recall</source>
        <translation>Полнота</translation>
    </message>
    <message>
        <source>Δ best</source>
        <translation>Δ лучш.</translation>
    </message>
    <message>
        <source>Δ last</source>
        <translation>Δ пред.</translation>
    </message>
</context>
<context>
    <name>ClassesPanel</name>
    <message>
        <source>Choose a run to see how well its model knows each class.</source>
        <translation>Выберите запуск, чтобы увидеть, насколько хорошо его модель знает каждый класс.</translation>
    </message>
    <message>
        <source>F1 by class and epoch</source>
        <translation>F1 по классам и эпохам</translation>
    </message>
    <message>
        <source>F1 over the epochs needs a validation split.</source>
        <translation>F1 по эпохам виден только при наличии валидационной части.</translation>
    </message>
    <message>
        <source>Figures of the classes</source>
        <translation>Показатели классов</translation>
    </message>
    <message>
        <source>Not evaluated yet</source>
        <translation>Ещё не оценено</translation>
    </message>
    <message>
        <source>Split</source>
        <translation>Часть данных</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>Тест</translation>
    </message>
    <message>
        <source>The first figures come with the end of the first epoch.</source>
        <translation>Первые показатели появятся в конце первой эпохи.</translation>
    </message>
    <message>
        <source>This run has no validation split. Its figures on the test images come with the evaluation.</source>
        <translation>У этого запуска нет валидационной части. Показатели на тестовых изображениях появятся после оценки.</translation>
    </message>
    <message>
        <source>Validation, by epoch</source>
        <translation>Валидация, по эпохам</translation>
    </message>
    <message>
        <source>macro-F1 {macro}, weakest: {name} {value}</source>
        <translation>macro-F1 {macro}, слабейший класс: {name} {value}</translation>
    </message>
</context>
<context>
    <name>Closing</name>
    <message>
        <source>The window closes as soon as the run has stopped …</source>
        <translation>Окно закроется, как только запуск остановится…</translation>
    </message>
</context>
<context>
    <name>Codes</name>
    <message>
        <source>request.malformed</source>
        <translation>это не запрос: {detail}</translation>
    </message>
    <message>
        <source>request.no_checkpoint_callback</source>
        <translation>этот запуск не сохраняет контрольных точек</translation>
    </message>
    <message>
        <source>request.no_run</source>
        <translation>сейчас ничего не обучается</translation>
    </message>
    <message>
        <source>request.not_paused</source>
        <translation>запуск не на паузе</translation>
    </message>
    <message>
        <source>request.not_training</source>
        <translation>сохранять нечего: обучение сейчас не идёт</translation>
    </message>
    <message>
        <source>request.paused</source>
        <translation>запуск уже на паузе</translation>
    </message>
    <message>
        <source>request.run_ended</source>
        <translation>запуск уже окончен</translation>
    </message>
    <message>
        <source>request.save_failed</source>
        <translation>сохранить не удалось; причина в log.txt</translation>
    </message>
    <message>
        <source>request.stale</source>
        <translation>запрос предназначался попытке {attempt}</translation>
    </message>
    <message>
        <source>request.stopping</source>
        <translation>запуск уже останавливается</translation>
    </message>
    <message>
        <source>request.unreadable</source>
        <translation>запрос не читается: {detail}</translation>
    </message>
    <message>
        <source>stop.early_stopping</source>
        <translation>ранняя остановка: потери на валидации больше не снижаются</translation>
    </message>
    <message>
        <source>stop.interrupt</source>
        <translation>клавишами Ctrl-C</translation>
    </message>
    <message>
        <source>stop.request</source>
        <translation>{source}</translation>
    </message>
</context>
<context>
    <name>CompareDialog</name>
    <message>
        <source>Best epoch</source>
        <translation>Лучшая эпоха</translation>
    </message>
    <message>
        <source>Best figures</source>
        <translation>Лучшие показатели</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Закрыть</translation>
    </message>
    <message>
        <source>Compare runs</source>
        <translation>Сравнение запусков</translation>
    </message>
    <message>
        <source>Copy table</source>
        <translation>Копировать таблицу</translation>
    </message>
    <message>
        <source>Figures and settings of the runs</source>
        <translation>Показатели и настройки запусков</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Настройки</translation>
    </message>
    <message>
        <source>Settings that differ</source>
        <translation>Различающиеся настройки</translation>
    </message>
    <message>
        <source>Show equal settings too</source>
        <translation>Показывать и одинаковые настройки</translation>
    </message>
    <message>
        <source>none</source>
        <translation>нет</translation>
    </message>
    <message>
        <source>★ best</source>
        <translation>★ лучший</translation>
    </message>
</context>
<context>
    <name>ConfusionPanel</name>
    <message>
        <source>% of predicted class</source>
        <translation>% предсказанного класса</translation>
    </message>
    <message>
        <source>% of true class</source>
        <translation>% истинного класса</translation>
    </message>
    <message>
        <source>Choose a run to see what its model takes for what.</source>
        <translation>Выберите запуск, чтобы увидеть, что его модель с чем путает.</translation>
    </message>
    <message>
        <source>Compared with</source>
        <translation>Сравнение</translation>
    </message>
    <message>
        <source>Confusion matrix</source>
        <translation>Матрица ошибок</translation>
    </message>
    <message>
        <source>Counts</source>
        <translation>Количества</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>Разность</translation>
    </message>
    <message>
        <source>Epoch to compare with</source>
        <translation>Эпоха для сравнения</translation>
    </message>
    <message>
        <source>Most confused pairs</source>
        <translation>Чаще всего путаются</translation>
    </message>
    <message>
        <source>Not evaluated yet.</source>
        <translation>Ещё не оценено.</translation>
    </message>
    <message>
        <source>Percentage points of the true class; blue is better, orange worse.</source>
        <translation>Процентные пункты истинного класса; синий — лучше, оранжевый — хуже.</translation>
    </message>
    <message>
        <source>Rows: true class. Columns: taken for.</source>
        <translation>Строки: истинный класс. Столбцы: за что принято.</translation>
    </message>
    <message>
        <source>Split</source>
        <translation>Часть данных</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>Тест</translation>
    </message>
    <message>
        <source>The first figures come with the end of the first epoch.</source>
        <translation>Первые показатели появятся в конце первой эпохи.</translation>
    </message>
    <message>
        <source>The {top} most confused of {all} classes; the rest is “other”.</source>
        <translation>Классы, которые путаются чаще всего: {top} из {all}; остальные — «прочие».</translation>
    </message>
    <message>
        <source>There is nothing to compare with</source>
        <translation>Сравнить не с чем</translation>
    </message>
    <message>
        <source>This run has no such split.</source>
        <translation>У этого запуска нет такой части данных.</translation>
    </message>
    <message>
        <source>This run has no validation split. Its errors on the test images come with the evaluation.</source>
        <translation>У этого запуска нет валидационной части. Ошибки на тестовых изображениях появятся после оценки.</translation>
    </message>
    <message>
        <source>Tick a run in the list of runs, and it can be compared with here</source>
        <translation>Отметьте запуск в списке запусков, и с ним можно будет сравнить здесь</translation>
    </message>
    <message>
        <source>Validation, by epoch</source>
        <translation>Валидация, по эпохам</translation>
    </message>
    <message>
        <source>What the cells show</source>
        <translation>Что показывают клетки</translation>
    </message>
    <message>
        <source>to epoch:</source>
        <translation>с эпохой:</translation>
    </message>
    <message>
        <source>to the best epoch</source>
        <translation>с лучшей эпохой</translation>
    </message>
    <message>
        <source>to the epoch before</source>
        <translation>с предыдущей эпохой</translation>
    </message>
    <message>
        <source>to the first epoch</source>
        <translation>с первой эпохой</translation>
    </message>
    <message>
        <source>to {run}</source>
        <translation>с запуском {run}</translation>
    </message>
    <message>
        <source>{wrong} of {all} wrong</source>
        <translation>неверно {wrong} из {all}</translation>
    </message>
</context>
<context>
    <name>Curves</name>
    <message>
        <source>best epoch</source>
        <translation>лучшая эпоха</translation>
    </message>
    <message>
        <source>best epoch: {epoch}</source>
        <translation>лучшая эпоха: {epoch}</translation>
    </message>
    <message>
        <source>loss not finite ({sign})</source>
        <translation>потеря не конечна ({sign})</translation>
    </message>
    <message>
        <source>reported</source>
        <translation>отчёты</translation>
    </message>
    <message>
        <source>smoothed</source>
        <translation>сглажено</translation>
    </message>
    <message>
        <source>train</source>
        <translation>обучение</translation>
    </message>
    <message>
        <source>train, as reported</source>
        <translation>обучение, по отчётам</translation>
    </message>
    <message>
        <source>train, epoch</source>
        <translation>обуч., эпоха</translation>
    </message>
    <message>
        <source>train, smoothed over {steps} steps</source>
        <translation>обучение, сглажено, шагов: {steps}</translation>
    </message>
    <message>
        <source>train, whole epoch</source>
        <translation>обучение, вся эпоха</translation>
    </message>
    <message>
        <source>validation</source>
        <translation>валидация</translation>
    </message>
    <message>
        <source>validation, each epoch</source>
        <translation>валидация, по эпохам</translation>
    </message>
</context>
<context>
    <name>CurvesPanel</name>
    <message>
        <source>Accuracy</source>
        <translation>Доля верных ответов</translation>
    </message>
    <message>
        <source>Curves</source>
        <translation>Графики</translation>
    </message>
    <message>
        <source>Curves as a table</source>
        <translation>Графики в виде таблицы</translation>
    </message>
    <message>
        <source>Images per second</source>
        <translation>Изображений в секунду</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>Скорость обучения</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>Потери</translation>
    </message>
    <message>
        <source>Macro-F1</source>
        <translation>Macro-F1</translation>
    </message>
    <message>
        <source>No run is shown. Choose one in the list of runs, or start a new one.</source>
        <translation>Запуск не открыт. Выберите его в списке запусков или начните новый.</translation>
    </message>
    <message>
        <source>The run is getting ready. Curves begin with its first steps.</source>
        <translation>Запуск готовится. Графики появятся с первыми шагами.</translation>
    </message>
    <message>
        <source>Thinned: {count} values a pixel</source>
        <translation>Прорежено: {count} знач. на пиксель</translation>
    </message>
    <message>
        <source>This run ended before its first step: there is nothing to draw.</source>
        <translation>Этот запуск закончился до первого шага: рисовать нечего.</translation>
    </message>
    <message>
        <source>Waiting for data</source>
        <translation>Ожидание данных</translation>
    </message>
    <message>
        <source>step {step}, epoch {epoch}</source>
        <translation>шаг {step}, эпоха {epoch}</translation>
    </message>
</context>
<context>
    <name>CurvesTable</name>
    <message>
        <source>Accuracy</source>
        <translation>Доля верных</translation>
    </message>
    <message>
        <source>Data wait, %</source>
        <translation>Ожидание данных, %</translation>
    </message>
    <message>
        <source>Epoch</source>
        <translation>Эпоха</translation>
    </message>
    <message>
        <source>Images per second</source>
        <translation>Изображений в секунду</translation>
    </message>
    <message>
        <source>Largest loss</source>
        <translation>Наиб. потери</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>Скорость обучения</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>Потери</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>Запуск</translation>
    </message>
    <message>
        <source>Seconds</source>
        <translation>Секунды</translation>
    </message>
    <message>
        <source>Smallest loss</source>
        <translation>Наим. потери</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>Шаг</translation>
    </message>
    <message>
        <source>Train accuracy</source>
        <translation>Доля верных, обуч.</translation>
    </message>
    <message>
        <source>Train loss</source>
        <translation>Потери, обуч.</translation>
    </message>
    <message>
        <source>Train macro-F1</source>
        <translation>Macro-F1, обуч.</translation>
    </message>
    <message>
        <source>Valid. accuracy</source>
        <translation>Доля верных, валид.</translation>
    </message>
    <message>
        <source>Valid. loss</source>
        <translation>Потери, валид.</translation>
    </message>
    <message>
        <source>Valid. macro-F1</source>
        <translation>Macro-F1, валид.</translation>
    </message>
</context>
<context>
    <name>CurvesToolbar</name>
    <message>
        <source>A row for each epoch</source>
        <translation>Строка на эпоху</translation>
    </message>
    <message>
        <source>A row for each report of batches</source>
        <translation>Строка на отчёт о батчах</translation>
    </message>
    <message>
        <source>Follow</source>
        <translation>Следить</translation>
    </message>
    <message>
        <source>Log loss</source>
        <translation>Лог. потери</translation>
    </message>
    <message>
        <source>Logarithmic axis for the loss</source>
        <translation>Логарифмическая ось потерь</translation>
    </message>
    <message>
        <source>Over:</source>
        <translation>Ось:</translation>
    </message>
    <message>
        <source>Rows of the table</source>
        <translation>Строки таблицы</translation>
    </message>
    <message>
        <source>Running average of the batch figures, over all data. Figures of whole epochs stay as they are.</source>
        <translation>Скользящее среднее показателей батчей по всем данным. Показатели целых эпох не меняются.</translation>
    </message>
    <message>
        <source>Show the numbers as a table</source>
        <translation>Показать числа таблицей</translation>
    </message>
    <message>
        <source>Show the whole run and go on with it (Home, or a double click)</source>
        <translation>Показать весь запуск и следить за ним дальше (Home или двойной щелчок)</translation>
    </message>
    <message>
        <source>Smoothing:</source>
        <translation>Сглаживание:</translation>
    </message>
    <message>
        <source>Table</source>
        <translation>Таблица</translation>
    </message>
    <message>
        <source>epochs</source>
        <translation>эпохи</translation>
    </message>
    <message>
        <source>off</source>
        <translation>выкл.</translation>
    </message>
    <message>
        <source>steps</source>
        <translation>шаги</translation>
    </message>
    <message>
        <source>training time</source>
        <translation>время обучения</translation>
    </message>
    <message>
        <source>{steps} steps</source>
        <translation>шагов: {steps}</translation>
    </message>
</context>
<context>
    <name>DataCheck</name>
    <message>
        <source>A run on these data would end here: see the faults.</source>
        <translation>Запуск на этих данных остановится здесь: см. проблемы.</translation>
    </message>
    <message>
        <source>Augmentation of epoch</source>
        <translation>Аугментация эпохи</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Отмена</translation>
    </message>
    <message>
        <source>Check data</source>
        <translation>Проверить данные</translation>
    </message>
    <message>
        <source>Check data looks at every image before anything is trained: counts, faults, examples.</source>
        <translation>Проверка просматривает каждое изображение до начала обучения: количества, проблемы, примеры.</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>Класс</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>Классы</translation>
    </message>
    <message>
        <source>Exactly what the model gets in this epoch, brightness and contrast put back for the eye.</source>
        <translation>Ровно то, что получит модель в этой эпохе; яркость и контраст возвращены для глаза.</translation>
    </message>
    <message>
        <source>Example images</source>
        <translation>Примеры изображений</translation>
    </message>
    <message>
        <source>Examples</source>
        <translation>Примеры</translation>
    </message>
    <message>
        <source>Faults</source>
        <translation>Проблемы</translation>
    </message>
    <message>
        <source>Faults ({count})</source>
        <translation>Проблемы ({count})</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Файл</translation>
    </message>
    <message>
        <source>Files that cannot be used</source>
        <translation>Файлы, которые нельзя использовать</translation>
    </message>
    <message>
        <source>Images as the model is fed them</source>
        <translation>Изображения в том виде, в каком их получает модель</translation>
    </message>
    <message>
        <source>Images per class</source>
        <translation>Изображений в классе</translation>
    </message>
    <message>
        <source>Leaks, copies and odd images</source>
        <translation>Утечки, копии и необычные изображения</translation>
    </message>
    <message>
        <source>Making the images …</source>
        <translation>Изображения готовятся…</translation>
    </message>
    <message>
        <source>Mend the settings that are marked first.</source>
        <translation>Сначала исправьте отмеченные настройки.</translation>
    </message>
    <message>
        <source>Model input</source>
        <translation>На входе</translation>
    </message>
    <message>
        <source>Not read</source>
        <translation>Не прочитано</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>Причина</translation>
    </message>
    <message>
        <source>There is nothing to feed until the faults are mended.</source>
        <translation>Пока проблемы не устранены, подавать модели нечего.</translation>
    </message>
    <message>
        <source>Unreadable images are left out.</source>
        <translation>Нечитаемые изображения пропускаются.</translation>
    </message>
    <message>
        <source>Worth a look</source>
        <translation>Стоит взглянуть</translation>
    </message>
    <message>
        <source>Worth a look ({count})</source>
        <translation>Стоит взглянуть ({count})</translation>
    </message>
    <message>
        <source>colour</source>
        <translation>цветные</translation>
    </message>
    <message>
        <source>grey</source>
        <translation>оттенки серого</translation>
    </message>
    <message>
        <source>{images} images, {classes} classes, taken as {width}×{height} {kind}</source>
        <translation>Изображений: {images}, классов: {classes}, на входе {width}×{height}, {kind}</translation>
    </message>
    <message>
        <source>{name}: mean</source>
        <translation>{name}: среднее</translation>
    </message>
</context>
<context>
    <name>DataLooks</name>
    <message>
        <source>Class {smallest} has no training images.</source>
        <translation>У класса {smallest} нет изображений для обучения.</translation>
    </message>
    <message>
        <source>Leak: {count} of {total} {split} images ({share}) are in the {source} images too.</source>
        <translation>Утечка: {count} из {total} изображений части «{split}» ({share}) есть и в части «{source}».</translation>
    </message>
    <message>
        <source>To beat: who always says the same class gets {accuracy} right and macro-F1 {f1}.</source>
        <translation>Нижняя граница: если всегда называть один класс, верно будет {accuracy}, macro-F1 {f1}.</translation>
    </message>
    <message>
        <source>Uneven: {largest} has {ratio} times as many training images as {smallest}.</source>
        <translation>Неравные классы: для {largest} в {ratio} раза больше изображений для обучения, чем для {smallest}.</translation>
    </message>
    <message>
        <source>copy of {path}</source>
        <translation>копия {path}</translation>
    </message>
    <message>
        <source>leak from {source}: copy of {path}</source>
        <translation>утечка, {source}: копия {path}</translation>
    </message>
    <message>
        <source>leak from {source}: nearly {path}</source>
        <translation>утечка, {source}: почти {path}</translation>
    </message>
    <message>
        <source>nearly {path}</source>
        <translation>почти как {path}</translation>
    </message>
    <message>
        <source>long or wide: more than half of it is cut off</source>
        <translation>вытянутое: больше половины обрезается</translation>
    </message>
    <message>
        <source>of an unusual colour mode</source>
        <translation>необычный цветовой режим</translation>
    </message>
    <message>
        <source>one colour all over, or nearly</source>
        <translation>целиком или почти целиком одного цвета</translation>
    </message>
    <message>
        <source>small: enlarged to more than twice its size</source>
        <translation>маленькое: увеличивается более чем вдвое</translation>
    </message>
    <message>
        <source>test</source>
        <translation>тест</translation>
    </message>
    <message>
        <source>training</source>
        <translation>обучение</translation>
    </message>
    <message>
        <source>two classes:</source>
        <translation>два класса:</translation>
    </message>
    <message>
        <source>validation</source>
        <translation>валидация</translation>
    </message>
</context>
<context>
    <name>EmbeddingPanel</name>
    <message>
        <source>A map shows which images the model takes for alike. This run has none yet.</source>
        <translation>Карта показывает, какие изображения модель считает похожими. У этого запуска её ещё нет.</translation>
    </message>
    <message>
        <source>All of {true} → {taken}</source>
        <translation>Все {true} → {taken}</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Отмена</translation>
    </message>
    <message>
        <source>Choose a run to see where its model places the images.</source>
        <translation>Выберите запуск, чтобы увидеть, куда его модель помещает изображения.</translation>
    </message>
    <message>
        <source>Classes: choose some to see only them</source>
        <translation>Классы: выберите, какие показать</translation>
    </message>
    <message>
        <source>Click a class to see only that one, Ctrl+click for more</source>
        <translation>Щёлкните класс, чтобы видеть только его; Ctrl+щелчок добавляет</translation>
    </message>
    <message>
        <source>Colour: taken for</source>
        <translation>Цвет: за что принято</translation>
    </message>
    <message>
        <source>Colour: true class</source>
        <translation>Цвет: истинный класс</translation>
    </message>
    <message>
        <source>Command that makes the map</source>
        <translation>Команда, которая составляет карту</translation>
    </message>
    <message>
        <source>Images: {count}</source>
        <translation>Изображений: {count}</translation>
    </message>
    <message>
        <source>It can be made once the run has ended.</source>
        <translation>Её можно составить, когда запуск завершится.</translation>
    </message>
    <message>
        <source>Layout</source>
        <translation>Раскладка</translation>
    </message>
    <message>
        <source>Make anew</source>
        <translation>Составить заново</translation>
    </message>
    <message>
        <source>Make it here or in a terminal:</source>
        <translation>Её можно составить здесь или в терминале:</translation>
    </message>
    <message>
        <source>Make the map</source>
        <translation>Составить карту</translation>
    </message>
    <message>
        <source>Map of the images</source>
        <translation>Карта изображений</translation>
    </message>
    <message>
        <source>Neighbours here are alike to the model; sizes of groups and gaps between them mean little.</source>
        <translation>Соседи здесь похожи для модели; размеры групп и промежутки между ними мало что значат.</translation>
    </message>
    <message>
        <source>PCA</source>
        <translation>PCA</translation>
    </message>
    <message>
        <source>Point at an image to see it, click it to look closer. The wheel enlarges the map.</source>
        <translation>Наведите на точку, чтобы увидеть изображение, щёлкните, чтобы рассмотреть его. Колесо увеличивает карту.</translation>
    </message>
    <message>
        <source>Show all points</source>
        <translation>Показать все точки</translation>
    </message>
    <message>
        <source>Show all points (Home)</source>
        <translation>Показать все точки (Home)</translation>
    </message>
    <message>
        <source>Show these images in the tab with the errors</source>
        <translation>Показать эти изображения на вкладке «Ошибки»</translation>
    </message>
    <message>
        <source>The file with the map is damaged.</source>
        <translation>Файл с картой повреждён.</translation>
    </message>
    <message>
        <source>The run names a file outside of its folder. It was not opened.</source>
        <translation>Запуск указывает на файл вне своей папки. Он не был открыт.</translation>
    </message>
    <message>
        <source>The two directions in which the images differ most to the model; distances mean what they say.</source>
        <translation>Два направления, в которых изображения для модели различаются сильнее всего; расстояния соответствуют действительности.</translation>
    </message>
    <message>
        <source>This image was not kept for viewing.</source>
        <translation>Это изображение не сохранено для просмотра.</translation>
    </message>
    <message>
        <source>This map was made by a newer Epochscope. Update Epochscope to see it.</source>
        <translation>Эта карта создана более новой версией Epochscope. Обновите Epochscope, чтобы её увидеть.</translation>
    </message>
    <message>
        <source>What the colours mean</source>
        <translation>Что означают цвета</translation>
    </message>
    <message>
        <source>hollow: wrong ({wrong})</source>
        <translation>полые: неверно ({wrong})</translation>
    </message>
    <message>
        <source>hollow: wrong after epoch {epoch} ({wrong})</source>
        <translation>полые: неверно после эпохи {epoch} ({wrong})</translation>
    </message>
    <message>
        <source>made with other weights than the evaluation</source>
        <translation>составлена не с теми весами, что оценка</translation>
    </message>
    <message>
        <source>right</source>
        <translation>верно</translation>
    </message>
    <message>
        <source>t-SNE</source>
        <translation>t-SNE</translation>
    </message>
    <message>
        <source>the axes show {share} of the variance</source>
        <translation>оси показывают {share} дисперсии</translation>
    </message>
    <message>
        <source>wrong</source>
        <translation>неверно</translation>
    </message>
</context>
<context>
    <name>EpochBar</name>
    <message>
        <source>Epoch</source>
        <translation>Эпоха</translation>
    </message>
    <message>
        <source>First epoch (Alt+Home)</source>
        <translation>Первая эпоха (Alt+Home)</translation>
    </message>
    <message>
        <source>Follow the newest epoch (Esc)</source>
        <translation>Следить за новейшей эпохой (Esc)</translation>
    </message>
    <message>
        <source>Last finished epoch (Alt+End)</source>
        <translation>Последняя завершённая эпоха (Alt+End)</translation>
    </message>
    <message>
        <source>Live</source>
        <translation>Новейшая</translation>
    </message>
    <message>
        <source>Next epoch (Alt+Right)</source>
        <translation>Следующая эпоха (Alt+→)</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Воспроизвести</translation>
    </message>
    <message>
        <source>Play: go through the epochs</source>
        <translation>Воспроизвести: пройти по эпохам</translation>
    </message>
    <message>
        <source>Previous epoch (Alt+Left)</source>
        <translation>Предыдущая эпоха (Alt+←)</translation>
    </message>
    <message>
        <source>best</source>
        <translation>лучшая</translation>
    </message>
    <message>
        <source>epoch {at} of {last}</source>
        <translation>эпоха {at} из {last}</translation>
    </message>
    <message>
        <source>no epoch finished yet</source>
        <translation>ни одна эпоха ещё не завершена</translation>
    </message>
</context>
<context>
    <name>Errors</name>
    <message>
        <source>arrays.damaged</source>
        <translation>Этот файл не читается: {path}</translation>
    </message>
    <message>
        <source>assist.cancelled</source>
        <translation>Отменено.</translation>
    </message>
    <message>
        <source>assist.died</source>
        <translation>Вспомогательный процесс неожиданно завершился (код {exit_code}).
{output}</translation>
    </message>
    <message>
        <source>assist.number</source>
        <translation>Ожидается целое число не меньше 1: {what}</translation>
    </message>
    <message>
        <source>assist.out</source>
        <translation>Не указан файл, в который писать.</translation>
    </message>
    <message>
        <source>assist.request</source>
        <translation>Вспомогательный процесс не понял запрос: {what}</translation>
    </message>
    <message>
        <source>assist.start</source>
        <translation>Вспомогательный процесс не запускается: {what}</translation>
    </message>
    <message>
        <source>callback.failed</source>
        <translation>Сбой колбэка {callback} ({hook}): {what}
Исправьте колбэк и продолжите запуск; подробности в log.txt в папке запуска.</translation>
    </message>
    <message>
        <source>callback.unknown</source>
        <translation>Колбэка «{name}» нет среди установленных.</translation>
    </message>
    <message>
        <source>callbacks.default</source>
        <translation>Этот колбэк и так есть в каждом запуске: уберите его из настроек. {what}</translation>
    </message>
    <message>
        <source>callbacks.every</source>
        <translation>every: ожидается целое число не меньше 1.</translation>
    </message>
    <message>
        <source>callbacks.not_one</source>
        <translation>Это не колбэк: {what}</translation>
    </message>
    <message>
        <source>callbacks.same_name</source>
        <translation>Два колбэка называются «{callback}»: имена в запуске должны различаться.</translation>
    </message>
    <message>
        <source>checkpoint.damaged</source>
        <translation>Контрольная точка повреждена: {path}
{reason}
Возьмите другую; при продолжении сама берётся новейшая исправная.</translation>
    </message>
    <message>
        <source>checkpoint.options</source>
        <translation>Неверные параметры контрольных точек: {what}</translation>
    </message>
    <message>
        <source>checkpoint.other_model</source>
        <translation>Контрольная точка не подходит к этой модели. Постройте модель с теми же параметрами, что у сохранённого запуска.</translation>
    </message>
    <message>
        <source>checkpoint.other_optimizer</source>
        <translation>Контрольная точка сделана с другим оптимизатором. Возьмите тот же или начните новый запуск.</translation>
    </message>
    <message>
        <source>compile.failed</source>
        <translation>Модель не удалось скомпилировать: {reason}. Отключите compile или установите недостающее.</translation>
    </message>
    <message>
        <source>compile.no_compiler</source>
        <translation>Для компиляции модели нужен компилятор C++, а его нет. Отключите compile или установите компилятор (g++, clang++, Visual Studio Build Tools).</translation>
    </message>
    <message>
        <source>compile.no_triton</source>
        <translation>Для компиляции модели под GPU нужен Triton, а он здесь не работает. Отключите compile или установите triton.</translation>
    </message>
    <message>
        <source>compare.epochs</source>
        <translation>Число эпох сравнения должно быть целым и не меньше 1.</translation>
    </message>
    <message>
        <source>callback.no_validation</source>
        <translation>Колбэк {name} решает по потере на валидации, а валидационной выборки нет. Добавьте её или уберите этот колбэк.</translation>
    </message>
    <message>
        <source>checkpoint.other_loss</source>
        <translation>Состояние функции потерь в контрольной точке не подходит к этой функции потерь. Возьмите ту же функцию, что и в сохранённом запуске.</translation>
    </message>
    <message>
        <source>checkpoint.other_parameters</source>
        <translation>В контрольной точке у оптимизатора другие параметры или группы. Создайте оптимизатор так же, как в сохранённом запуске.</translation>
    </message>
    <message>
        <source>compare.seconds</source>
        <translation>Время на обучение должно быть больше нуля.</translation>
    </message>
    <message>
        <source>compare.unknown</source>
        <translation>Такого участника сравнения нет. {what}</translation>
    </message>
    <message>
        <source>data.array</source>
        <translation>Некоторые изображения имеют неподходящую форму массива ({count}).</translation>
    </message>
    <message>
        <source>data.arrays</source>
        <translation>Массивы изображений и меток не подходят друг к другу. Нужны изображения (N, ...) и по одной метке на каждое.</translation>
    </message>
    <message>
        <source>data.batch</source>
        <translation>Батч не имеет ожидаемого вида: {what}</translation>
    </message>
    <message>
        <source>data.changed</source>
        <translation>Данные не те, на которых обучался этот запуск. Верните изображения или начните новый запуск.</translation>
    </message>
    <message>
        <source>data.class_lists</source>
        <translation>Списки классов в частях данных не совпадают. Дайте всем частям одинаковые классы.</translation>
    </message>
    <message>
        <source>data.class_not_in_train</source>
        <translation>В другой части данных есть классы, которых нет в обучающей (проблем: {count}). Исправьте или уберите их.</translation>
    </message>
    <message>
        <source>data.class_too_small</source>
        <translation>В некоторых классах слишком мало изображений (проблем: {count}). Добавьте изображений или уберите эти классы.</translation>
    </message>
    <message>
        <source>data.columns</source>
        <translation>В наборе данных не найти столбец изображений и столбец меток. Оставьте два столбца: image и label.</translation>
    </message>
    <message>
        <source>data.damaged</source>
        <translation>Файлы набора {source} нельзя использовать: они повреждены. Удалите эту папку и начните снова: набор загрузится заново.</translation>
    </message>
    <message>
        <source>data.dangling</source>
        <translation>Ссылки ведут к файлам, которых нет (проблем: {count}).</translation>
    </message>
    <message>
        <source>data.digits_missing</source>
        <translation>Не найдены цифры из scikit-learn. Переустановите scikit-learn.</translation>
    </message>
    <message>
        <source>data.download</source>
        <translation>Набор {source} не удалось загрузить и проверить. Проверьте сеть и начните снова или положите архив в {path}; повреждённый архив оттуда надо сначала удалить.
{what}</translation>
    </message>
    <message>
        <source>data.empty</source>
        <translation>В данных нет ни одного батча. Проверьте длину загрузчика.</translation>
    </message>
    <message>
        <source>data.empty_class</source>
        <translation>Есть классы без изображений (проблем: {count}). Исправьте или уберите их.</translation>
    </message>
    <message>
        <source>data.fingerprint</source>
        <translation>Неверный отпечаток данных.</translation>
    </message>
    <message>
        <source>data.folder_unreadable</source>
        <translation>Папка не читается: {path}
Проверьте права доступа.</translation>
    </message>
    <message>
        <source>data.fractions</source>
        <translation>Доли валидации ({valid}) и теста ({test}) не оставляют ничего для обучения: их сумма должна быть меньше 1.</translation>
    </message>
    <message>
        <source>data.labels</source>
        <translation>Метки не соответствуют числу выходов модели: {what}</translation>
    </message>
    <message>
        <source>data.means</source>
        <translation>Имя файла для средних изображений должно заканчиваться на .png.</translation>
    </message>
    <message>
        <source>data.missing</source>
        <translation>Некоторых файлов нет на месте (проблем: {count}).</translation>
    </message>
    <message>
        <source>data.missing_split</source>
        <translation>Есть папка теста или валидации, но нет папки train с обучающими изображениями.</translation>
    </message>
    <message>
        <source>data.mixup</source>
        <translation>Mixup и CutMix не могут смешать такой батч: нужны изображения (B, C, H, W) с плавающей точкой. Отключите mixup и cutmix.</translation>
    </message>
    <message>
        <source>data.mode</source>
        <translation>Некоторые изображения имеют неподдерживаемую глубину цвета ({count}).</translation>
    </message>
    <message>
        <source>data.name</source>
        <translation>Имена некоторых папок или файлов не являются текстом Unicode (проблем: {count}). Переименуйте их.</translation>
    </message>
    <message>
        <source>data.no_class_folders</source>
        <translation>Папка с обучающими изображениями не содержит папок классов. Разложите изображения по папкам классов.</translation>
    </message>
    <message>
        <source>data.no_images</source>
        <translation>Здесь нет изображений: {path}
Укажите папку, в которой для каждого класса своя папка с изображениями.</translation>
    </message>
    <message>
        <source>data.no_label</source>
        <translation>У некоторых изображений нет метки класса. Добавьте метки или уберите эти строки.</translation>
    </message>
    <message>
        <source>data.no_loader</source>
        <translation>Данные части {split} нельзя перебрать. Передайте DataLoader, другой итерируемый объект с батчами или массивы (X, y).</translation>
    </message>
    <message>
        <source>data.no_path</source>
        <translation>В таблице есть строки без пути. Заполните столбец путей или уберите эти строки.</translation>
    </message>
    <message>
        <source>data.no_split</source>
        <translation>Такой части данных нет.</translation>
    </message>
    <message>
        <source>data.not_a_file</source>
        <translation>Вместо некоторых изображений лежат не файлы (проблем: {count}).</translation>
    </message>
    <message>
        <source>data.one_class</source>
        <translation>Классификатору нужны изображения хотя бы двух классов.</translation>
    </message>
    <message>
        <source>data.oversized</source>
        <translation>Некоторые изображения слишком велики ({count}).</translation>
    </message>
    <message>
        <source>data.permission</source>
        <translation>К некоторым папкам или файлам нет доступа (проблем: {count}).</translation>
    </message>
    <message>
        <source>data.preview</source>
        <translation>Для предпросмотра нужны число изображений и файл.</translation>
    </message>
    <message>
        <source>data.same_name</source>
        <translation>Имена папок классов выглядят одинаково. Объедините папки или переименуйте одну из них.</translation>
    </message>
    <message>
        <source>data.single_pass</source>
        <translation>Данные можно пройти только один раз. Передайте сам загрузчик, а не итератор.</translation>
    </message>
    <message>
        <source>data.sizes</source>
        <translation>Изображения в батче разного размера. Приведите их к одному размеру в преобразовании набора данных.</translation>
    </message>
    <message>
        <source>data.source</source>
        <translation>Источник данных {name} неполон: не хватает {missing}.</translation>
    </message>
    <message>
        <source>data.splits</source>
        <translation>Неожиданные имена частей данных: {what}</translation>
    </message>
    <message>
        <source>data.transform</source>
        <translation>У набора данных своё преобразование, через которое эти изображения не пройдут. Вызовите reset_format() или передайте набор в Trainer как есть.</translation>
    </message>
    <message>
        <source>data.truncated</source>
        <translation>Некоторые изображения обрываются ({count}).</translation>
    </message>
    <message>
        <source>data.two_labels</source>
        <translation>Изображение указано дважды с разными метками. Оставьте одну строку.</translation>
    </message>
    <message>
        <source>data.two_splits</source>
        <translation>Есть и valid, и val: оставьте одну из этих папок.</translation>
    </message>
    <message>
        <source>data.unknown_source</source>
        <translation>Нет ни такого набора данных, ни такой папки: {source}</translation>
    </message>
    <message>
        <source>data.unknown_split</source>
        <translation>Часть данных названа неизвестным словом. Нужно train, valid или test.</translation>
    </message>
    <message>
        <source>data.unpublished</source>
        <translation>Изображения этого запуска не сохранены для просмотра ({reason}). Их записывает в начале запуска колбэк snapshots.</translation>
    </message>
    <message>
        <source>data.unreadable</source>
        <translation>Есть изображения, которые нельзя прочитать. Исправьте или уберите их либо включите «Пропускать негодные».
{what}</translation>
    </message>
    <message>
        <source>data.weights</source>
        <translation>Веса изображений должны быть неотрицательными числами с плавающей точкой, по одному на изображение.</translation>
    </message>
    <message>
        <source>data.worker_died</source>
        <translation>Процесс, читающий изображения, неожиданно завершился. Возможно, кончилась память: закройте другие программы и начните снова.</translation>
    </message>
    <message>
        <source>device.missing</source>
        <translation>Устройство «{device}» здесь недоступно. Выберите auto.</translation>
    </message>
    <message>
        <source>disk.cache</source>
        <translation>Не удаётся записать кэш изображений: {path}
Освободите место или укажите в EPOCHSCOPE_CACHE папку, в которую можно писать.</translation>
    </message>
    <message>
        <source>disk.failed</source>
        <translation>Сбой файловой системы: {what}</translation>
    </message>
    <message>
        <source>disk.full</source>
        <translation>Диск заполнен. Освободите место.
{what}</translation>
    </message>
    <message>
        <source>disk.not_regular</source>
        <translation>Это не файл, а ссылка, папка, канал или устройство. Оно не открыто.</translation>
    </message>
    <message>
        <source>disk.read_only</source>
        <translation>Запись запрещена: {what}</translation>
    </message>
    <message>
        <source>diverged.step</source>
        <translation>Обучение разошлось: {kind} не конечно в эпохе {epoch}, батч {batch}; веса остались такими, как до этого шага.
Возьмите меньшую скорость обучения и проверьте, нет ли в изображениях NaN.</translation>
    </message>
    <message>
        <source>diverged.weights</source>
        <translation>Веса «{name}» не конечны; такая контрольная точка не записывается. Продолжите с последней с меньшей скоростью обучения.</translation>
    </message>
    <message>
        <source>early_stopping.options</source>
        <translation>Ранней остановке нужны терпение не меньше 1 эпохи и выигрыш не меньше 0.</translation>
    </message>
    <message>
        <source>engine.elsewhere</source>
        <translation>Над этим запуском работает процесс на другом компьютере; завершить его можно только там.</translation>
    </message>
    <message>
        <source>engine.exit_code</source>
        <translation>Он завершился с кодом {exit_code}.</translation>
    </message>
    <message>
        <source>engine.no_answer</source>
        <translation>Он не отвечает.</translation>
    </message>
    <message>
        <source>engine.no_torch</source>
        <translation>В нём не установлен PyTorch.</translation>
    </message>
    <message>
        <source>engine.not_installed</source>
        <translation>В нём не установлен Epochscope.</translation>
    </message>
    <message>
        <source>engine.start</source>
        <translation>{python} не запускается: {reason}.
Выберите в настройках Python, в котором установлен epochscope.</translation>
    </message>
    <message>
        <source>engine.unknown</source>
        <translation>Неизвестно, какой процесс работает над этим запуском.</translation>
    </message>
    <message>
        <source>export.custom</source>
        <translation>Этот запуск начат из Python с собственной моделью: экспортируйте её из того же скрипта.</translation>
    </message>
    <message>
        <source>export.differs</source>
        <translation>Экспортированная модель отвечает не так, как веса запуска; файл {path} не создан.</translation>
    </message>
    <message>
        <source>export.exists</source>
        <translation>{path} уже существует.</translation>
    </message>
    <message>
        <source>export.failed</source>
        <translation>Модель нельзя экспортировать в формат {format}: {reason}</translation>
    </message>
    <message>
        <source>export.format</source>
        <translation>Неизвестен формат экспорта: {what}</translation>
    </message>
    <message>
        <source>export.no_folder</source>
        <translation>Папки {path} нет.</translation>
    </message>
    <message>
        <source>export.option</source>
        <translation>Формат «{name}» не знает параметра {option}.</translation>
    </message>
    <message>
        <source>export.unreadable</source>
        <translation>Экспортированный файл не читается и не сохранён: {reason}</translation>
    </message>
    <message>
        <source>gui.display</source>
        <translation>Окну не на чем открыться: нет графического экрана.</translation>
    </message>
    <message>
        <source>gui.library</source>
        <translation>Окну не хватает системных библиотек: {packages}</translation>
    </message>
    <message>
        <source>gui.missing</source>
        <translation>Окно не установлено: pip install &apos;epochscope[gui]&apos;</translation>
    </message>
    <message>
        <source>install.damaged</source>
        <translation>Не хватает части установки: {path}
Установите программу заново: pip install --force-reinstall epochscope</translation>
    </message>
    <message>
        <source>install.missing</source>
        <translation>Колбэки не установлены: выполните pip install -e . в папке исходников.</translation>
    </message>
    <message>
        <source>learning_rate.no_length</source>
        <translation>Длина эпохи неизвестна, поэтому у расписания нет конца.</translation>
    </message>
    <message>
        <source>learning_rate.options</source>
        <translation>Неверные параметры скорости обучения: {what}</translation>
    </message>
    <message>
        <source>learning_rate.scheduler</source>
        <translation>Планировщик скорости обучения не подходит к этому запуску. Создайте его для оптимизатора этого запуска.</translation>
    </message>
    <message>
        <source>loss.class_weights</source>
        <translation>Веса классов не подходят: их должно быть столько же, сколько классов, и того же типа, что и логиты.</translation>
    </message>
    <message>
        <source>loss.labels</source>
        <translation>Функция потерь {name} не принимает логиты и номера классов. Оберните её в функцию, которая преобразует номера классов.</translation>
    </message>
    <message>
        <source>loss.weights</source>
        <translation>Веса изображений нельзя применить: эту функцию потерь нельзя разложить по изображениям.</translation>
    </message>
    <message>
        <source>map.no_split</source>
        <translation>Карту не из чего составить: нет ни валидационных, ни тестовых изображений.</translation>
    </message>
    <message>
        <source>map.not_finite</source>
        <translation>Для некоторых изображений модель даёт не конечные числа, поэтому на карте им нет места: обучение разошлось.</translation>
    </message>
    <message>
        <source>map.too_few</source>
        <translation>Для карты нужно хотя бы три изображения, есть {count}.</translation>
    </message>
    <message>
        <source>memory.full</source>
        <translation>Для этого запуска не хватает памяти. Возьмите меньший батч, меньшие изображения или меньшую модель.</translation>
    </message>
    <message>
        <source>model.batch_norm</source>
        <translation>BatchNorm не может обучаться на батчах из одного изображения. Увеличьте размер батча.</translation>
    </message>
    <message>
        <source>model.half</source>
        <translation>Веса float16 нельзя обучать. Вызовите model.float().</translation>
    </message>
    <message>
        <source>model.nothing_to_train</source>
        <translation>У модели нет обучаемых параметров.</translation>
    </message>
    <message>
        <source>model.options</source>
        <translation>Модель «{name}» нельзя построить: {what}</translation>
    </message>
    <message>
        <source>model.outputs</source>
        <translation>Модель в режиме обучения не возвращает логиты. Верните логиты первыми.</translation>
    </message>
    <message>
        <source>model.shape</source>
        <translation>Модель не подходит к данным: {got}
Постройте её под эту форму входа и число классов или измените размер изображений.</translation>
    </message>
    <message>
        <source>model.state</source>
        <translation>Состояние модели нельзя сохранить в контрольной точке. Храните в нём только тензоры, числа, строки, списки и словари.</translation>
    </message>
    <message>
        <source>model.unknown</source>
        <translation>Модели «{name}» нет.</translation>
    </message>
    <message>
        <source>onnx.missing</source>
        <translation>Для ONNX не установлены пакеты: {packages}. Установите epochscope[onnx].</translation>
    </message>
    <message>
        <source>optimizer.closure</source>
        <translation>Этот оптимизатор работает здесь только на процессоре: выберите устройство cpu.</translation>
    </message>
    <message>
        <source>plugin.broken</source>
        <translation>Плагин не загружается. Обновите или удалите его.
{what}</translation>
    </message>
    <message>
        <source>plugin.options</source>
        <translation>Плагин не принимает свои параметры: {what}</translation>
    </message>
    <message>
        <source>precision.processor</source>
        <translation>bfloat16 на процессоре не предлагается: шаги могут случайно замедляться в несколько раз. Выберите float32.</translation>
    </message>
    <message>
        <source>precision.unknown</source>
        <translation>Нет формата чисел «{precision}». Выберите float32 или bfloat16.</translation>
    </message>
    <message>
        <source>precision.unsupported</source>
        <translation>Устройство «{device}» здесь не вычисляет в bfloat16. Выберите float32 или устройство cpu.</translation>
    </message>
    <message>
        <source>precision.weights</source>
        <translation>Веса float64 нельзя считать в bfloat16. Вызовите model.float() или выберите float32.</translation>
    </message>
    <message>
        <source>predict.images</source>
        <translation>Свои загрузчики не умеют превращать такие изображения во вход модели.</translation>
    </message>
    <message>
        <source>predict.unsure</source>
        <translation>{value} — не уверенность: нужно число от 0 до 1.</translation>
    </message>
    <message>
        <source>pretrained.augment</source>
        <translation>Замороженная сеть видит каждое изображение один раз: {names} не могут меняться от эпохи к эпохе. Случайными могут быть только отражения.</translation>
    </message>
    <message>
        <source>pretrained.damaged</source>
        <translation>Файл предобученных весов повреждён. Удалите его; если он из пакета, установите пакет заново.</translation>
    </message>
    <message>
        <source>pretrained.download</source>
        <translation>Веса модели {model} не удалось загрузить. Проверьте сеть и начните снова или положите файл сюда: {path}</translation>
    </message>
    <message>
        <source>pretrained.missing</source>
        <translation>Веса модели {model} не установлены. Установите их командой: pip install &apos;epochscope[pretrained]&apos;</translation>
    </message>
    <message>
        <source>pretrained.other</source>
        <translation>Весов, с которыми обучался этот запуск, здесь больше нет. Верните файл на место или обучите модель заново.</translation>
    </message>
    <message>
        <source>recipe.unknown</source>
        <translation>Рецепта «{name}» нет.</translation>
    </message>
    <message>
        <source>recipe.unreadable</source>
        <translation>Рецепт не читается: {what}</translation>
    </message>
    <message>
        <source>request.refused</source>
        <translation>Запуск «{name}» отклонил запрос.</translation>
    </message>
    <message>
        <source>request.unanswered</source>
        <translation>Запуск не ответил вовремя. Запрос остаётся: если запуск просто медленный, он его выполнит.</translation>
    </message>
    <message>
        <source>request.unknown</source>
        <translation>Процесс обучения не умеет этого: {what}</translation>
    </message>
    <message>
        <source>resume.accumulate</source>
        <translation>Запуск сохранён внутри эпохи с другим числом накапливаемых батчей. Продолжите с тем же accumulate или начните новый запуск.</translation>
    </message>
    <message>
        <source>resume.no_folder</source>
        <translation>Продолжать нечего: папка запуска не указана.</translation>
    </message>
    <message>
        <source>resume.nothing</source>
        <translation>Здесь нет запуска, который можно продолжить.</translation>
    </message>
    <message>
        <source>run.ambiguous</source>
        <translation>Под это имя подходит несколько запусков. {what}</translation>
    </message>
    <message>
        <source>run.baseline</source>
        <translation>Этот запуск обучила другая реализация ({algorithm}) для сравнения: продолжить его нельзя. Оценка и предсказания работают.</translation>
    </message>
    <message>
        <source>run.busy</source>
        <translation>В этот запуск сейчас пишет {holder}. Дождитесь конца или сначала остановите его.</translation>
    </message>
    <message>
        <source>run.custom</source>
        <translation>Этот запуск начат из Python со своей моделью; отсюда её не построить. Продолжите его в том же скрипте.</translation>
    </message>
    <message>
        <source>run.exists</source>
        <translation>Запуск с таким именем уже есть.</translation>
    </message>
    <message>
        <source>run.live</source>
        <translation>Запуск «{name}» ещё обучается; он не удалён. Сначала остановите его.</translation>
    </message>
    <message>
        <source>run.name</source>
        <translation>«{name}» не может быть именем запуска: от 1 до 64 знаков из A–Z a–z 0–9 . _ -, без точки в начале и в конце; не «last».</translation>
    </message>
    <message>
        <source>run.no_checkpoint</source>
        <translation>У этого запуска ещё нет контрольной точки. Пусть пройдёт хотя бы одна эпоха.</translation>
    </message>
    <message>
        <source>run.no_evaluation</source>
        <translation>Этот запуск ещё не оценён.</translation>
    </message>
    <message>
        <source>run.no_history</source>
        <translation>В этом запуске ещё не завершена ни одна эпоха.</translation>
    </message>
    <message>
        <source>run.no_settings</source>
        <translation>Настройки этого запуска не читаются: {what}</translation>
    </message>
    <message>
        <source>run.not_evaluated</source>
        <translation>Запуск «{name}» ещё не оценён на этой части данных ({split}).</translation>
    </message>
    <message>
        <source>run.not_running</source>
        <translation>Этот запуск сейчас не обучается.</translation>
    </message>
    <message>
        <source>run.nothing_to_draw</source>
        <translation>В запуске {name} пока нечего рисовать: нет ни одной завершённой эпохи.</translation>
    </message>
    <message>
        <source>run.outside</source>
        <translation>Файл этого запуска указывает на путь вне его папки; он не открывается: {path}</translation>
    </message>
    <message>
        <source>run.unknown</source>
        <translation>Запуска «{name}» нет.</translation>
    </message>
    <message>
        <source>seeds.count</source>
        <translation>Для разброса нужно не меньше двух запусков.</translation>
    </message>
    <message>
        <source>settings.invalid</source>
        <translation>Неверные настройки:
{problems}</translation>
    </message>
    <message>
        <source>settings.toml</source>
        <translation>Это не TOML: {what}</translation>
    </message>
    <message>
        <source>settings.unreadable</source>
        <translation>Файл настроек не читается: {what}</translation>
    </message>
    <message>
        <source>table.columns</source>
        <translation>В таблице не найти столбец путей и столбец меток. Назовите столбцы path и label.</translation>
    </message>
    <message>
        <source>table.unreadable</source>
        <translation>Таблицу не удалось прочитать. Нужен файл CSV в UTF-8 со столбцами путей и меток.</translation>
    </message>
    <message>
        <source>train.count</source>
        <translation>Недопустимое значение {name}: {value}. Нужно целое число от 1 до {most}.</translation>
    </message>
    <message>
        <source>train.epochs</source>
        <translation>Число эпох должно быть целым, не меньше 1.</translation>
    </message>
    <message>
        <source>train.option</source>
        <translation>Недопустимое значение {name}: {value}.</translation>
    </message>
    <message>
        <source>train.soft_labels</source>
        <translation>Эта функция потерь не принимает смешанные метки. Отключите mixup и cutmix или используйте кросс-энтропию.</translation>
    </message>
    <message>
        <source>train.step_compile</source>
        <translation>Собственный шаг обучения нельзя скомпилировать. Отключите compile.</translation>
    </message>
    <message>
        <source>train.step_result</source>
        <translation>Шаг обучения должен возвращать потерю с градиентом или пару (потеря, логиты).</translation>
    </message>
    <message>
        <source>version.newer</source>
        <translation>Файл {path} создан более новой версией Epochscope. Обновите Epochscope, чтобы его открыть.</translation>
    </message>
</context>
<context>
    <name>Faults</name>
    <message>
        <source>array</source>
        <translation>неподходящая форма массива</translation>
    </message>
    <message>
        <source>class_not_in_train</source>
        <translation>такого класса нет среди обучающих изображений</translation>
    </message>
    <message>
        <source>class_too_small</source>
        <translation>слишком мало изображений, чтобы разделить их на части</translation>
    </message>
    <message>
        <source>dangling</source>
        <translation>ссылка на файл, которого нет</translation>
    </message>
    <message>
        <source>empty_class</source>
        <translation>в папке нет изображений</translation>
    </message>
    <message>
        <source>missing</source>
        <translation>файла нет на месте</translation>
    </message>
    <message>
        <source>missing_split</source>
        <translation>нет папки train с обучающими изображениями</translation>
    </message>
    <message>
        <source>mode</source>
        <translation>неподдерживаемая глубина цвета</translation>
    </message>
    <message>
        <source>name</source>
        <translation>имя не является текстом Unicode</translation>
    </message>
    <message>
        <source>no_class_folders</source>
        <translation>в папке есть изображения, но нет папок классов</translation>
    </message>
    <message>
        <source>no_label</source>
        <translation>нет метки класса</translation>
    </message>
    <message>
        <source>no_path</source>
        <translation>в строке нет пути</translation>
    </message>
    <message>
        <source>not_a_file</source>
        <translation>не файл изображения</translation>
    </message>
    <message>
        <source>one_class</source>
        <translation>нужны изображения хотя бы двух классов</translation>
    </message>
    <message>
        <source>oversized</source>
        <translation>изображение слишком велико</translation>
    </message>
    <message>
        <source>permission</source>
        <translation>нет доступа</translation>
    </message>
    <message>
        <source>same_name</source>
        <translation>имя выглядит так же, как имя другой папки: объедините папки или переименуйте одну</translation>
    </message>
    <message>
        <source>truncated</source>
        <translation>файл обрывается</translation>
    </message>
    <message>
        <source>two_labels</source>
        <translation>указано дважды с разными метками</translation>
    </message>
    <message>
        <source>two_splits</source>
        <translation>есть и valid, и val: оставьте одну из папок</translation>
    </message>
    <message>
        <source>unknown_split</source>
        <translation>часть данных названа неизвестным словом: нужно train, valid или test</translation>
    </message>
    <message>
        <source>unreadable</source>
        <translation>не читается как изображение</translation>
    </message>
</context>
<context>
    <name>FileActions</name>
    <message>
        <source>A folder with a folder of images per class</source>
        <translation>Папка, в которой для каждого класса своя папка с изображениями</translation>
    </message>
    <message>
        <source>Copied: {command}</source>
        <translation>Скопировано: {command}</translation>
    </message>
    <message>
        <source>Export a report</source>
        <translation>Экспорт отчёта</translation>
    </message>
    <message>
        <source>Export curves</source>
        <translation>Экспорт графиков</translation>
    </message>
    <message>
        <source>Not exported: {reason}</source>
        <translation>Не экспортировано: {reason}</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Открыть</translation>
    </message>
    <message>
        <source>Pictures (*.png)</source>
        <translation>Рисунки (*.png)</translation>
    </message>
    <message>
        <source>Tables (*.csv)</source>
        <translation>Таблицы (*.csv)</translation>
    </message>
    <message>
        <source>The folder of a run</source>
        <translation>Папка запуска</translation>
    </message>
    <message>
        <source>The report is being written …</source>
        <translation>Отчёт записывается …</translation>
    </message>
    <message>
        <source>Web pages (*.html)</source>
        <translation>Веб-страницы (*.html)</translation>
    </message>
    <message>
        <source>Written to {path}</source>
        <translation>Записано в {path}</translation>
    </message>
    <message>
        <source>{path} exists already. Replace it?</source>
        <translation>Файл {path} уже существует. Заменить его?</translation>
    </message>
</context>
<context>
    <name>Folder</name>
    <message>
        <source>({count} more)</source>
        <translation>(и ещё {count})</translation>
    </message>
    <message>
        <source>The run names {file}, which lies outside of its folder. It was not opened.</source>
        <translation>Запуск указывает на {file} вне своей папки. Файл не открыт.</translation>
    </message>
    <message>
        <source>{file} cannot be read: {reason}</source>
        <translation>{file} не читается: {reason}</translation>
    </message>
    <message>
        <source>{file} is a link. It was not opened.</source>
        <translation>{file} — ссылка. Она не открыта.</translation>
    </message>
    <message>
        <source>{file} is missing.</source>
        <translation>{file} отсутствует.</translation>
    </message>
    <message>
        <source>{file} is no file. It was not opened.</source>
        <translation>{file} — не файл. Он не открыт.</translation>
    </message>
    <message>
        <source>{file} is no folder. It was not opened.</source>
        <translation>{file} — не папка. Она не открыта.</translation>
    </message>
    <message>
        <source>{file} was made by a newer Epochscope. Update Epochscope to use it.</source>
        <translation>Файл {file} создан более новой версией Epochscope. Обновите Epochscope, чтобы его использовать.</translation>
    </message>
</context>
<context>
    <name>Form</name>
    <message>
        <source> from {low} to {high}</source>
        <translation> от {low} до {high}</translation>
    </message>
    <message>
        <source>, or auto</source>
        <translation>, или auto</translation>
    </message>
    <message>
        <source>1 to 64 of A–Z a–z 0–9 . _ -, no dot at either end; not “last”.</source>
        <translation>От 1 до 64 знаков из A–Z a–z 0–9 . _ -, без точки в начале и в конце; не «last».</translation>
    </message>
    <message>
        <source>Augmentation of training images</source>
        <translation>Аугментация обучающих изображений</translation>
    </message>
    <message>
        <source>Checkpoints</source>
        <translation>Контрольные точки</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>Данные</translation>
    </message>
    <message>
        <source>Early stopping</source>
        <translation>Ранняя остановка</translation>
    </message>
    <message>
        <source>Expected: {what}</source>
        <translation>Ожидается: {what}</translation>
    </message>
    <message>
        <source>Further</source>
        <translation>Прочее</translation>
    </message>
    <message>
        <source>Model {name}</source>
        <translation>Модель {name}</translation>
    </message>
    <message>
        <source>One of these callbacks is not installed.</source>
        <translation>Один из этих колбэков не установлен.</translation>
    </message>
    <message>
        <source>Pretrained network</source>
        <translation>Предобученная сеть</translation>
    </message>
    <message>
        <source>The warm-up must be shorter than the epochs.</source>
        <translation>Разогрев должен быть короче числа эпох.</translation>
    </message>
    <message>
        <source>There is already a run of this name.</source>
        <translation>Запуск с таким именем уже есть.</translation>
    </message>
    <message>
        <source>There is no such data set or folder.</source>
        <translation>Такого набора данных или папки нет.</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>Обучение</translation>
    </message>
    <message>
        <source>Validation and test part together leave nothing to train on.</source>
        <translation>Валидационная и тестовая части вместе не оставляют ничего для обучения.</translation>
    </message>
    <message>
        <source>a number</source>
        <translation>число</translation>
    </message>
    <message>
        <source>a text</source>
        <translation>текст</translation>
    </message>
    <message>
        <source>a whole number</source>
        <translation>целое число</translation>
    </message>
    <message>
        <source>yes or no</source>
        <translation>да или нет</translation>
    </message>
</context>
<context>
    <name>HeatMap</name>
    <message>
        <source>F1 of {classes} classes after {epochs} epochs</source>
        <translation>F1: классов {classes}, эпох {epochs}</translation>
    </message>
    <message>
        <source>{name}, epoch {epoch}: F1 {value}</source>
        <translation>{name}, эпоха {epoch}: F1 {value}</translation>
    </message>
</context>
<context>
    <name>HelpActions</name>
    <message>
        <source>Epochscope {version}: train an image classifier and see, while it happens, what it learns.</source>
        <translation>Epochscope {version}: обучайте классификатор изображений и смотрите по ходу дела, чему он учится.</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Клавиши</translation>
    </message>
    <message>
        <source>Nothing has been written yet.</source>
        <translation>Пока ничего не записано.</translation>
    </message>
</context>
<context>
    <name>ImageDetail</name>
    <message>
        <source>By epoch: ↑ right ({right}), ↓ wrong ({wrong})</source>
        <translation>↑ верно ({right}), ↓ неверно ({wrong})</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>Класс</translation>
    </message>
    <message>
        <source>Confidence</source>
        <translation>Уверенность</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Файл</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>Потери</translation>
    </message>
    <message>
        <source>Taken for</source>
        <translation>Принято за</translation>
    </message>
    <message>
        <source>image {number}</source>
        <translation>изображение {number}</translation>
    </message>
    <message>
        <source>right</source>
        <translation>верно</translation>
    </message>
    <message>
        <source>wrong</source>
        <translation>неверно</translation>
    </message>
</context>
<context>
    <name>ImageGrid</name>
    <message>
        <source>All</source>
        <translation>Все</translation>
    </message>
    <message>
        <source>All images</source>
        <translation>Все изображения</translation>
    </message>
    <message>
        <source>All images of the split, whatever their class</source>
        <translation>Все изображения этой части данных, любого класса</translation>
    </message>
    <message>
        <source>All of class {true}</source>
        <translation>Весь класс {true}</translation>
    </message>
    <message>
        <source>All taken for {predicted}</source>
        <translation>Всё, что принято за {predicted}</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>Фильтр</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>Изображения</translation>
    </message>
    <message>
        <source>Images: {count}</source>
        <translation>Всего: {count}</translation>
    </message>
    <message>
        <source>Largest loss first</source>
        <translation>Большие потери</translation>
    </message>
    <message>
        <source>Least confident first</source>
        <translation>Неуверенные</translation>
    </message>
    <message>
        <source>Most confident first</source>
        <translation>Уверенные</translation>
    </message>
    <message>
        <source>No image fits. Choose another cell or filter.</source>
        <translation>Нет подходящих изображений. Выберите другую клетку или фильтр.</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>Порядок</translation>
    </message>
    <message>
        <source>Right only</source>
        <translation>Верные</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>Показать все</translation>
    </message>
    <message>
        <source>Smallest loss first</source>
        <translation>Малые потери</translation>
    </message>
    <message>
        <source>Wrong only</source>
        <translation>Неверные</translation>
    </message>
    <message>
        <source>loss {loss}</source>
        <translation>потери {loss}</translation>
    </message>
    <message>
        <source>other classes</source>
        <translation>другие классы</translation>
    </message>
    <message>
        <source>right</source>
        <translation>верно</translation>
    </message>
    <message>
        <source>wrong</source>
        <translation>неверно</translation>
    </message>
    <message>
        <source>{shown} of a sample of {sample} out of {total}</source>
        <translation>{shown} из выборки {sample}, всего {total}</translation>
    </message>
    <message>
        <source>{true} taken for {predicted}</source>
        <translation>{true} принято за {predicted}</translation>
    </message>
    <message>
        <source>{true}, recognised</source>
        <translation>{true}, распознано верно</translation>
    </message>
    <message>
        <source>{true}, taken for {taken} with {share}, {verdict}, {loss}</source>
        <translation>{true}, принято за {taken} с уверенностью {share}, {verdict}, {loss}</translation>
    </message>
</context>
<context>
    <name>Images</name>
    <message>
        <source>A file of this run names a path outside of the run folder. It was not opened.</source>
        <translation>Файл этого запуска указывает на путь вне папки запуска. Он не был открыт.</translation>
    </message>
    <message>
        <source>Best weights</source>
        <translation>Лучшие веса</translation>
    </message>
    <message>
        <source>Epoch {epoch}</source>
        <translation>Эпоха {epoch}</translation>
    </message>
    <message>
        <source>Last weights</source>
        <translation>Последние веса</translation>
    </message>
    <message>
        <source>The data of this run have no such split.</source>
        <translation>В данных этого запуска нет такой части.</translation>
    </message>
    <message>
        <source>The files behind these images are damaged.</source>
        <translation>Файлы этих изображений повреждены.</translation>
    </message>
    <message>
        <source>The files behind these images are gone.</source>
        <translation>Файлов этих изображений больше нет.</translation>
    </message>
    <message>
        <source>The files behind these images were made by a newer Epochscope. Update Epochscope to see them.</source>
        <translation>Файлы этих изображений созданы более новой версией Epochscope. Обновите Epochscope, чтобы их увидеть.</translation>
    </message>
    <message>
        <source>The images of this run were not kept for viewing. Runs on your own loaders have none to show.</source>
        <translation>Изображения этого запуска не сохранены для просмотра. Для запусков на своих загрузчиках данных показать нечего.</translation>
    </message>
    <message>
        <source>The predictions of this run do not belong to the images that are there.</source>
        <translation>Предсказания этого запуска не относятся к имеющимся изображениям.</translation>
    </message>
    <message>
        <source>There are no predictions yet: they come with the end of the epoch, or with the evaluation.</source>
        <translation>Предсказаний пока нет: они появятся в конце эпохи или после оценки.</translation>
    </message>
</context>
<context>
    <name>LogPanel</name>
    <message>
        <source>Messages</source>
        <translation>Сообщения</translation>
    </message>
    <message>
        <source>Nothing to report.</source>
        <translation>Сообщений нет.</translation>
    </message>
    <message>
        <source>Printed, its end</source>
        <translation>Вывод, конец</translation>
    </message>
    <message>
        <source>log.txt, its end</source>
        <translation>Конец файла log.txt</translation>
    </message>
</context>
<context>
    <name>MatrixModel</name>
    <message>
        <source>All of class {name}</source>
        <translation>Весь класс {name}</translation>
    </message>
    <message>
        <source>All taken for {name}</source>
        <translation>Всё, что принято за {name}</translation>
    </message>
    <message>
        <source>before: {count} of {of} ({share})</source>
        <translation>было: {count} из {of} ({share})</translation>
    </message>
    <message>
        <source>other</source>
        <translation>прочие</translation>
    </message>
    <message>
        <source>{true} taken for {predicted}: {count} of {of} ({share})</source>
        <translation>{true} принято за {predicted}: {count} из {of} ({share})</translation>
    </message>
</context>
<context>
    <name>NewRunPage</name>
    <message>
        <source>Copy</source>
        <translation>Копировать</translation>
    </message>
    <message>
        <source>Equivalent command line</source>
        <translation>Равносильная команда</translation>
    </message>
    <message>
        <source>Folder with a folder of images per class</source>
        <translation>Папка, в которой для каждого класса своя папка с изображениями</translation>
    </message>
    <message>
        <source>Folder…</source>
        <translation>Папка…</translation>
    </message>
    <message>
        <source>Na&amp;me of the run</source>
        <translation>&amp;Имя запуска</translation>
    </message>
    <message>
        <source>Name of the run</source>
        <translation>Имя запуска</translation>
    </message>
    <message>
        <source>New run</source>
        <translation>Новый запуск</translation>
    </message>
    <message>
        <source>None: the defaults</source>
        <translation>Без рецепта</translation>
    </message>
    <message>
        <source>R&amp;ecipe</source>
        <translation>&amp;Рецепт</translation>
    </message>
    <message>
        <source>Recipe</source>
        <translation>Рецепт</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Начать</translation>
    </message>
    <message>
        <source>The same in a &amp;terminal</source>
        <translation>То же в &amp;терминале</translation>
    </message>
    <message>
        <source>To mend before the start: {names}</source>
        <translation>Исправьте перед началом: {names}</translation>
    </message>
</context>
<context>
    <name>NoteFields</name>
    <message>
        <source>N&amp;ote</source>
        <translation>Зам&amp;етка</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Заметка</translation>
    </message>
    <message>
        <source>Ta&amp;gs</source>
        <translation>&amp;Метки</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>Метки</translation>
    </message>
    <message>
        <source>what this run is about</source>
        <translation>о чём этот запуск</translation>
    </message>
    <message>
        <source>with commas between</source>
        <translation>через запятую</translation>
    </message>
</context>
<context>
    <name>Notice</name>
    <message>
        <source>Close</source>
        <translation>Закрыть</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Отменить</translation>
    </message>
</context>
<context>
    <name>PairsModel</name>
    <message>
        <source>Change</source>
        <translation>Изменение</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>Изобр.</translation>
    </message>
    <message>
        <source>Of class</source>
        <translation>% класса</translation>
    </message>
    <message>
        <source>Taken for</source>
        <translation>Принято за</translation>
    </message>
    <message>
        <source>True</source>
        <translation>Класс</translation>
    </message>
    <message>
        <source>{points} pp</source>
        <translation>{points} п. п.</translation>
    </message>
</context>
<context>
    <name>Predict</name>
    <message>
        <source>Class</source>
        <translation>Класс</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>Изображение</translation>
    </message>
    <message>
        <source>Second</source>
        <translation>Второй</translation>
    </message>
    <message>
        <source>Third</source>
        <translation>Третий</translation>
    </message>
</context>
<context>
    <name>PredictPanel</name>
    <message>
        <source>Again</source>
        <translation>Ещё раз</translation>
    </message>
    <message>
        <source>Asking the model …</source>
        <translation>Спрашиваем модель…</translation>
    </message>
    <message>
        <source>Best weights of {run}</source>
        <translation>Лучшие веса запуска {run}</translation>
    </message>
    <message>
        <source>Choose images</source>
        <translation>Выбор изображений</translation>
    </message>
    <message>
        <source>Choose images…</source>
        <translation>Выбрать изображения…</translation>
    </message>
    <message>
        <source>Classified images</source>
        <translation>Классифицированные изображения</translation>
    </message>
    <message>
        <source>Classify the same images with the weights the run has now</source>
        <translation>Классифицировать те же изображения с нынешними весами запуска</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Очистить</translation>
    </message>
    <message>
        <source>Drop images here, or choose some: the best weights of this run classify them.</source>
        <translation>Перетащите сюда изображения или выберите их: лучшие веса этого запуска их классифицируют.</translation>
    </message>
    <message>
        <source>Images ({endings})</source>
        <translation>Изображения ({endings})</translation>
    </message>
    <message>
        <source>Last weights of {run}: it has no best ones</source>
        <translation>Последние веса запуска {run}: лучших у него нет</translation>
    </message>
    <message>
        <source>Open a run: its best weights say what is in an image.</source>
        <translation>Откройте запуск: его лучшие веса скажут, что на изображении.</translation>
    </message>
</context>
<context>
    <name>PreferencesDialog</name>
    <message>
        <source>&amp;Browse…</source>
        <translation>&amp;Обзор…</translation>
    </message>
    <message>
        <source>&amp;Check and use</source>
        <translation>Проверить и &amp;использовать</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>&amp;Язык</translation>
    </message>
    <message>
        <source>&amp;Python that trains</source>
        <translation>Python для о&amp;бучения</translation>
    </message>
    <message>
        <source>&amp;Theme</source>
        <translation>&amp;Тема</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Как в системе</translation>
    </message>
    <message>
        <source>Asking it …</source>
        <translation>Спрашиваем его…</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Тёмная</translation>
    </message>
    <message>
        <source>It can train: {versions}</source>
        <translation>Он может обучать: {versions}</translation>
    </message>
    <message>
        <source>It cannot be used. {reason}</source>
        <translation>Этот Python не подходит. {reason}</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Светлая</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Настройки</translation>
    </message>
    <message>
        <source>The Python that trains</source>
        <translation>Python для обучения</translation>
    </message>
</context>
<context>
    <name>Reasons</name>
    <message numerus="yes">
        <source>%n file(s) with several pages or frames, of which the first is used: {where}</source>
        <translation>
            <numerusform>%n файл с несколькими страницами или кадрами, используется первый: {where}</numerusform>
            <numerusform>%n файла с несколькими страницами или кадрами, используется первый: {where}</numerusform>
            <numerusform>%n файлов с несколькими страницами или кадрами, используется первый: {where}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) found in sub-folders of the classes, such as {example}</source>
        <translation>
            <numerusform>%n изображение найдено во вложенных папках классов, например {example}</numerusform>
            <numerusform>%n изображения найдено во вложенных папках классов, например {example}</numerusform>
            <numerusform>%n изображений найдено во вложенных папках классов, например {example}</numerusform>
        </translation>
    </message>
    <message>
        <source>A stop was requested {source}: {reason}.</source>
        <translation>Запрошена остановка {source}: {reason}.</translation>
    </message>
    <message>
        <source>Convert to JPEG or PNG, or install epochscope[photos].</source>
        <translation>Сохраните их в JPEG или PNG либо установите epochscope[photos].</translation>
    </message>
    <message>
        <source>Convert to JPEG or PNG.</source>
        <translation>Сохраните их в JPEG или PNG.</translation>
    </message>
    <message>
        <source>Exec format error</source>
        <translation>это не исполняемый файл</translation>
    </message>
    <message>
        <source>Is a directory</source>
        <translation>это папка</translation>
    </message>
    <message>
        <source>No space left on device</source>
        <translation>на диске нет места</translation>
    </message>
    <message>
        <source>No such file or directory</source>
        <translation>такого файла или папки нет</translation>
    </message>
    <message numerus="yes">
        <source>Not followed: %n link(s) to a folder that is listed already: {example}</source>
        <translation>
            <numerusform>Пропущена %n ссылка на уже учтённую папку: {example}</numerusform>
            <numerusform>Пропущены %n ссылки на уже учтённые папки: {example}</numerusform>
            <numerusform>Пропущено %n ссылок на уже учтённые папки: {example}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Not looked at: %n other file(s) or folder(s), such as {example}</source>
        <translation>
            <numerusform>Не рассматривается %n другой файл или папка, например {example}</numerusform>
            <numerusform>Не рассматриваются %n других файла или папки, например {example}</numerusform>
            <numerusform>Не рассматриваются %n других файлов или папок, например {example}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Not used: %n hidden image(s), such as {example} ({where})</source>
        <translation>
            <numerusform>Не используется %n скрытое изображение, например {example} ({where})</numerusform>
            <numerusform>Не используются %n скрытых изображения, например {example} ({where})</numerusform>
            <numerusform>Не используются %n скрытых изображений, например {example} ({where})</numerusform>
        </translation>
    </message>
    <message>
        <source>Permission denied</source>
        <translation>нет доступа</translation>
    </message>
    <message>
        <source>Read-only file system</source>
        <translation>файловая система только для чтения</translation>
    </message>
    <message>
        <source>a gradient</source>
        <translation>значение градиента</translation>
    </message>
    <message>
        <source>after this epoch</source>
        <translation>после этой эпохи</translation>
    </message>
    <message>
        <source>at once</source>
        <translation>сразу</translation>
    </message>
    <message>
        <source>the loss</source>
        <translation>значение потерь</translation>
    </message>
    <message>
        <source>{folder} is read as the class {name}.</source>
        <translation>Папка {folder} прочитана как класс {name}.</translation>
    </message>
    <message numerus="yes">
        <source>⚠ %n classes differ only in capital letters: {names}</source>
        <translation>
            <numerusform>⚠ %n класс отличается только заглавными буквами: {names}</numerusform>
            <numerusform>⚠ %n класса отличаются только заглавными буквами: {names}</numerusform>
            <numerusform>⚠ %n классов отличаются только заглавными буквами: {names}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>⚠ Not read: %n picture(s) in other formats: {where}.</source>
        <translation>
            <numerusform>⚠ Не прочитано: %n изображение в других форматах: {where}.</numerusform>
            <numerusform>⚠ Не прочитано: %n изображения в других форматах: {where}.</numerusform>
            <numerusform>⚠ Не прочитано: %n изображений в других форматах: {where}.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>⚠ Not used: %n folder(s) beside the ones in use, such as {example}</source>
        <translation>
            <numerusform>⚠ Не используется %n папка рядом с остальными, например {example}</numerusform>
            <numerusform>⚠ Не используются %n папки рядом с остальными, например {example}</numerusform>
            <numerusform>⚠ Не используются %n папок рядом с остальными, например {example}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>⚠ Not used: %n image(s) outside of the class folders, such as {example}</source>
        <translation>
            <numerusform>⚠ Не используется %n изображение вне папок классов, например {example}</numerusform>
            <numerusform>⚠ Не используются %n изображения вне папок классов, например {example}</numerusform>
            <numerusform>⚠ Не используются %n изображений вне папок классов, например {example}</numerusform>
        </translation>
    </message>
    <message>
        <source>⚠ {count} of {total} images with 16 bits use only {bits} of them and come out nearly black ({where}). Multiply their values by {factor}, or save them with 8 bits.</source>
        <translation>⚠ {count} из {total} 16-битных изображений используют только {bits} бит и получаются почти чёрными ({where}). Умножьте их значения на {factor} или сохраните с 8 битами.</translation>
    </message>
</context>
<context>
    <name>Recipes</name>
    <message>
        <source>A small convolutional network on the 1,797 digits that come with scikit-learn: no network needed.</source>
        <translation>Небольшая свёрточная сеть на 1797 цифрах, которые поставляются со scikit-learn: интернет не нужен.</translation>
    </message>
    <message>
        <source>About half a million parameters with crop, flip and a cosine schedule, for images of 16 to 64 pixels.</source>
        <translation>Около полумиллиона параметров, обрезка, отражение и косинусное расписание; для изображений от 16 до 64 пикселей.</translation>
    </message>
    <message>
        <source>Best linear layer</source>
        <translation>Лучший линейный слой</translation>
    </message>
    <message>
        <source>Handwritten digits</source>
        <translation>Рукописные цифры</translation>
    </message>
    <message>
        <source>One linear layer as good as we know within 5 epochs; on CIFAR-10 about 0.404 macro-F1 on test.</source>
        <translation>Один линейный слой, лучшее, что нам известно за 5 эпох; на тесте CIFAR-10 около 0,404 macro-F1.</translation>
    </message>
    <message>
        <source>Photos (pretrained)</source>
        <translation>Фотографии (предобученная сеть)</translation>
    </message>
    <message>
        <source>Reference task</source>
        <translation>Эталонная задача</translation>
    </message>
    <message>
        <source>Small convolutional network</source>
        <translation>Небольшая свёрточная сеть</translation>
    </message>
    <message>
        <source>Softmax regression on the features of a network pretrained on ImageNet: best below 1,000 images a class.</source>
        <translation>Softmax-регрессия на признаках сети, предобученной на ImageNet: лучший выбор, когда на класс меньше 1000 изображений.</translation>
    </message>
    <message>
        <source>Softmax regression with light augmentation; on CIFAR-10 about 0.31 macro-F1 on test.</source>
        <translation>Softmax-регрессия с лёгкой аугментацией; на тесте CIFAR-10 около 0,31 macro-F1.</translation>
    </message>
</context>
<context>
    <name>RunController</name>
    <message>
        <source>Continue</source>
        <translation>Продолжить</translation>
    </message>
    <message>
        <source>End the process</source>
        <translation>Завершить процесс</translation>
    </message>
    <message>
        <source>End the process of this run?</source>
        <translation>Завершить процесс этого запуска?</translation>
    </message>
    <message>
        <source>End the process…</source>
        <translation>Завершить процесс…</translation>
    </message>
    <message>
        <source>How many epochs more?</source>
        <translation>Сколько эпох добавить?</translation>
    </message>
    <message>
        <source>It has not stopped yet. </source>
        <translation>Он ещё не остановился. </translation>
    </message>
    <message>
        <source>It has printed nothing.</source>
        <translation>Он ничего не вывел.</translation>
    </message>
    <message numerus="yes">
        <source>It is asked to save and end; after %n second(s) it is ended. What came after its last checkpoint is lost, the run can be continued from there.</source>
        <translation>
            <numerusform>Его попросят сохраниться и завершиться; через %n секунду он будет завершён принудительно. Всё, что было после последней контрольной точки, пропадёт; с неё запуск можно продолжить.</numerusform>
            <numerusform>Его попросят сохраниться и завершиться; через %n секунды он будет завершён принудительно. Всё, что было после последней контрольной точки, пропадёт; с неё запуск можно продолжить.</numerusform>
            <numerusform>Его попросят сохраниться и завершиться; через %n секунд он будет завершён принудительно. Всё, что было после последней контрольной точки, пропадёт; с неё запуск можно продолжить.</numerusform>
        </translation>
    </message>
    <message>
        <source>Its weights, figures and pictures go with it: {folder}</source>
        <translation>Вместе с ним уйдут его веса, показатели и изображения: {folder}</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>Оставить</translation>
    </message>
    <message>
        <source>Let it go on</source>
        <translation>Пусть продолжается</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>Показать все</translation>
    </message>
    <message>
        <source>Stay</source>
        <translation>Остаться</translation>
    </message>
    <message>
        <source>Still training: {names}</source>
        <translation>Ещё обучаются: {names}</translation>
    </message>
    <message>
        <source>Stop after this step and save</source>
        <translation>Остановить после шага и сохранить</translation>
    </message>
    <message>
        <source>Stop and throw away</source>
        <translation>Остановить и удалить</translation>
    </message>
    <message>
        <source>Stop this run and move it to the trash?</source>
        <translation>Остановить этот запуск и переместить его в корзину?</translation>
    </message>
    <message>
        <source>The engine could not work (exit code {code}):</source>
        <translation>Процесс обучения не смог работать (код завершения {code}):</translation>
    </message>
    <message>
        <source>The engine has not answered for 5 seconds. It may be busy with a long step, or hang.</source>
        <translation>Процесс обучения не отвечает уже 5 секунд. Возможно, он занят долгим шагом или завис.</translation>
    </message>
    <message>
        <source>The engine has refused ({reason}).</source>
        <translation>Процесс обучения отказал ({reason}).</translation>
    </message>
    <message>
        <source>The process is being ended …</source>
        <translation>Процесс завершается…</translation>
    </message>
    <message>
        <source>The run does not need the window: it can go on by itself, and be opened here again later.</source>
        <translation>Запуску не нужно окно: он может продолжаться сам, а открыть его здесь можно будет позже.</translation>
    </message>
    <message>
        <source>Wait</source>
        <translation>Подождать</translation>
    </message>
</context>
<context>
    <name>RunInfo</name>
    <message>
        <source>95 % interval</source>
        <translation>95 %-й интервал</translation>
    </message>
    <message>
        <source>At epoch {epoch}</source>
        <translation>Эпоха {epoch}</translation>
    </message>
    <message>
        <source>Attempt</source>
        <translation>Попытка</translation>
    </message>
    <message>
        <source>Best</source>
        <translation>Лучшая эпоха</translation>
    </message>
    <message>
        <source>Continues</source>
        <translation>Продолжение</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>Данные</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Устройство</translation>
    </message>
    <message>
        <source>Epoch</source>
        <translation>Эпоха</translation>
    </message>
    <message>
        <source>How far other images of the same kind would move the figure above; not what another seed would do.</source>
        <translation>Насколько изменилась бы величина выше на других изображениях того же рода; влияние зерна сюда не входит.</translation>
    </message>
    <message>
        <source>Images a second</source>
        <translation>Изображ./с</translation>
    </message>
    <message>
        <source>Images: test</source>
        <translation>Изобр., тест</translation>
    </message>
    <message>
        <source>Images: train</source>
        <translation>Изобр., обуч.</translation>
    </message>
    <message>
        <source>Images: valid.</source>
        <translation>Изобр., вал.</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>Скорость обуч.</translation>
    </message>
    <message>
        <source>Macro-F1</source>
        <translation>Macro-F1</translation>
    </message>
    <message>
        <source>Mean of F1 over the classes that occur as true class or as an answer. Where not all of them do, it says how many.</source>
        <translation>Среднее F1 по классам, которые встречаются среди истинных классов или ответов. Если встречаются не все, указано сколько.</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Модель</translation>
    </message>
    <message>
        <source>Newest epoch: {epoch}</source>
        <translation>Новейшая эпоха: {epoch}</translation>
    </message>
    <message>
        <source>Now</source>
        <translation>Сейчас</translation>
    </message>
    <message>
        <source>Optimiser</source>
        <translation>Оптимизатор</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>Параметры</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>Запуск</translation>
    </message>
    <message>
        <source>Saved at step</source>
        <translation>Сохранён на шаге</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Зерно</translation>
    </message>
    <message>
        <source>Test accuracy</source>
        <translation>Верно, тест</translation>
    </message>
    <message>
        <source>Test macro-F1</source>
        <translation>Macro-F1, тест</translation>
    </message>
    <message>
        <source>Threads</source>
        <translation>Потоки</translation>
    </message>
    <message>
        <source>Train accuracy</source>
        <translation>Верно, обуч.</translation>
    </message>
    <message>
        <source>Train loss</source>
        <translation>Потери, обуч.</translation>
    </message>
    <message>
        <source>Valid. accuracy</source>
        <translation>Верно, вал.</translation>
    </message>
    <message>
        <source>Valid. loss</source>
        <translation>Потери, вал.</translation>
    </message>
    <message>
        <source>Waits for data</source>
        <translation>Ждёт данных</translation>
    </message>
    <message>
        <source>Worst class (F1)</source>
        <translation>Худший класс</translation>
    </message>
    <message>
        <source>approximate</source>
        <translation>приблизительно</translation>
    </message>
    <message>
        <source>bit for bit</source>
        <translation>бит в бит</translation>
    </message>
    <message>
        <source>replayed</source>
        <translation>с повтором</translation>
    </message>
    <message>
        <source>same order</source>
        <translation>в том же порядке</translation>
    </message>
</context>
<context>
    <name>RunNotices</name>
    <message>
        <source>Show all</source>
        <translation>Показать всё</translation>
    </message>
    <message>
        <source>Show the log</source>
        <translation>Показать журнал</translation>
    </message>
    <message>
        <source>This run has failed: {error}</source>
        <translation>В этом запуске произошёл сбой: {error}</translation>
    </message>
</context>
<context>
    <name>RunToolbar</name>
    <message>
        <source>&amp;Go on</source>
        <translation>&amp;Возобновить</translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation>&amp;Пауза</translation>
    </message>
    <message>
        <source>&amp;Stop</source>
        <translation>&amp;Остановить</translation>
    </message>
    <message>
        <source>End the run; it can be continued</source>
        <translation>Остановить запуск; его можно будет продолжить</translation>
    </message>
    <message>
        <source>Progress of the run</source>
        <translation>Ход запуска</translation>
    </message>
    <message>
        <source>about {time} left</source>
        <translation>осталось около {time}</translation>
    </message>
    <message>
        <source>at least {time} left</source>
        <translation>осталось не меньше {time}</translation>
    </message>
    <message>
        <source>at most {time} left</source>
        <translation>осталось не больше {time}</translation>
    </message>
    <message>
        <source>epoch {epoch} of {epochs}</source>
        <translation>эпоха {epoch} из {epochs}</translation>
    </message>
    <message>
        <source>step {done} of {total}</source>
        <translation>шаг {done} из {total}</translation>
    </message>
    <message>
        <source>time left not known yet</source>
        <translation>сколько осталось, пока неизвестно</translation>
    </message>
    <message>
        <source>{time} in all</source>
        <translation>всего {time}</translation>
    </message>
    <message>
        <source>{time} left of this</source>
        <translation>до конца этапа {time}</translation>
    </message>
    <message>
        <source>{time} so far</source>
        <translation>прошло {time}</translation>
    </message>
</context>
<context>
    <name>Runs</name>
    <message>
        <source>Best F1</source>
        <translation>Лучший F1</translation>
    </message>
    <message>
        <source>Best loss</source>
        <translation>Лучшие потери</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>Данные</translation>
    </message>
    <message>
        <source>Epoch</source>
        <translation>Эпоха</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Модель</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Заметка</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>Запуск</translation>
    </message>
    <message>
        <source>Started</source>
        <translation>Начат</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>Состояние</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>Метки</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Время</translation>
    </message>
</context>
<context>
    <name>RunsPanel</name>
    <message>
        <source>%1 of %2</source>
        <translation>%1 из %2</translation>
    </message>
    <message numerus="yes">
        <source>%n run(s) moved to the trash.</source>
        <translation>
            <numerusform>%n запуск перемещён в корзину.</numerusform>
            <numerusform>%n запуска перемещено в корзину.</numerusform>
            <numerusform>%n запусков перемещено в корзину.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n run(s) stay: they are being trained. Stop them first.</source>
        <translation>
            <numerusform>%n запуск остаётся: он обучается. Сначала остановите его.</numerusform>
            <numerusform>%n запуска остаются: они обучаются. Сначала остановите их.</numerusform>
            <numerusform>%n запусков остаются: они обучаются. Сначала остановите их.</numerusform>
        </translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Отмена</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Сравнить</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>Продолжить</translation>
    </message>
    <message>
        <source>Continue %s</source>
        <translation>Продолжить %s</translation>
    </message>
    <message>
        <source>Continue…</source>
        <translation>Продолжить…</translation>
    </message>
    <message>
        <source>Copy command line</source>
        <translation>Скопировать команду</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Удалить</translation>
    </message>
    <message>
        <source>Edit note</source>
        <translation>Изменить заметку</translation>
    </message>
    <message>
        <source>Figures and settings of the selected runs side by side; one alone beside the run that is shown</source>
        <translation>Показатели и настройки выбранных запусков рядом; один запуск — рядом с открытым</translation>
    </message>
    <message>
        <source>Filter runs</source>
        <translation>Фильтр запусков</translation>
    </message>
    <message>
        <source>Filter: name, status, data, model, tag, note</source>
        <translation>Фильтр: имя, состояние, данные, модель, метка, заметка</translation>
    </message>
    <message>
        <source>Move to the trash; this can be undone</source>
        <translation>Переместить в корзину; это можно отменить</translation>
    </message>
    <message>
        <source>No run matches the filter.</source>
        <translation>Ни один запуск не подходит под фильтр.</translation>
    </message>
    <message>
        <source>No runs yet.
Start one with New run, or open the demo.</source>
        <translation>Запусков пока нет.
Начните новый запуск или откройте записанный.</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>Открыть папку</translation>
    </message>
    <message>
        <source>Open trash</source>
        <translation>Открыть корзину</translation>
    </message>
    <message>
        <source>Overlay its curves</source>
        <translation>Наложить его графики</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>Запуски</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Показать</translation>
    </message>
    <message>
        <source>Take all overlays away</source>
        <translation>Убрать все наложения</translation>
    </message>
    <message>
        <source>Train this run further, from where it stopped</source>
        <translation>Обучать этот запуск дальше с того места, где он остановился</translation>
    </message>
    <message>
        <source>Train to how many epochs in all?</source>
        <translation>До скольких эпох всего обучать?</translation>
    </message>
    <message>
        <source>Undo delete</source>
        <translation>Отменить удаление</translation>
    </message>
</context>
<context>
    <name>RunsSide</name>
    <message>
        <source>Runs</source>
        <translation>Запуски</translation>
    </message>
</context>
<context>
    <name>Settings</name>
    <message>
        <source>A smaller fall of the loss is no improvement</source>
        <translation>Меньшее падение потерь не считается улучшением</translation>
    </message>
    <message>
        <source>A table per plugin, checked by the plugin</source>
        <translation>Таблица на плагин, её проверяет сам плагин</translation>
    </message>
    <message>
        <source>Accumulate</source>
        <translation>Накопление</translation>
    </message>
    <message>
        <source>Alpha of CutMix: a rectangle comes from another image; 0: off, 1 is usual</source>
        <translation>Параметр альфа для CutMix: прямоугольник берётся из другого изображения; 0 — выключено, обычно 1</translation>
    </message>
    <message>
        <source>Alpha of mixup: pairs of images and their labels are blended; 0: off, 0.2 is usual</source>
        <translation>Параметр альфа для mixup: изображения и их метки смешиваются попарно; 0 — выключено, обычно 0.2</translation>
    </message>
    <message>
        <source>At most so many are used, each class keeping its share; auto: all</source>
        <translation>Берётся не больше стольких, доля каждого класса сохраняется; auto: все</translation>
    </message>
    <message>
        <source>Batch</source>
        <translation>Батч</translation>
    </message>
    <message>
        <source>Batches whose gradients are added up for one optimiser step</source>
        <translation>Сколько батчей складывают градиенты для одного шага оптимизатора</translation>
    </message>
    <message>
        <source>Best kept</source>
        <translation>Хранить лучших</translation>
    </message>
    <message>
        <source>Bias</source>
        <translation>Смещение</translation>
    </message>
    <message>
        <source>CPU threads; auto: 1 for softmax and mlp, else all cores</source>
        <translation>Потоки процессора; auto: 1 для softmax и mlp, иначе все ядра</translation>
    </message>
    <message>
        <source>Channels of the first layer; later ones are multiples</source>
        <translation>Каналы первого слоя; в следующих — кратно больше</translation>
    </message>
    <message>
        <source>Class weights</source>
        <translation>Веса классов</translation>
    </message>
    <message>
        <source>Clip gradient norm</source>
        <translation>Ограничение нормы градиента</translation>
    </message>
    <message>
        <source>Clip gradient values</source>
        <translation>Ограничение значений градиента</translation>
    </message>
    <message>
        <source>Compile</source>
        <translation>Компилировать</translation>
    </message>
    <message>
        <source>CutMix</source>
        <translation>CutMix</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>Данные</translation>
    </message>
    <message>
        <source>Decay of the moving average of the weights (EMA) that is evaluated and saved; 0: off, 0.999 is usual</source>
        <translation>Затухание скользящего среднего весов (EMA), которое оценивается и сохраняется; 0 — выключено, обычно 0.999</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Устройство</translation>
    </message>
    <message>
        <source>Download folder</source>
        <translation>Папка загрузок</translation>
    </message>
    <message>
        <source>Dropout</source>
        <translation>Дропаут</translation>
    </message>
    <message>
        <source>Epochs</source>
        <translation>Эпохи</translation>
    </message>
    <message>
        <source>Epochs between two drops of schedule step</source>
        <translation>Эпох между двумя спадами в расписании step</translation>
    </message>
    <message>
        <source>Epochs without improvement before stopping; 0: off</source>
        <translation>Сколько эпох без улучшения до остановки; 0: выключено</translation>
    </message>
    <message>
        <source>Evaluation batch</source>
        <translation>Батч при оценке</translation>
    </message>
    <message>
        <source>Every n seconds</source>
        <translation>Каждые n секунд</translation>
    </message>
    <message>
        <source>Every n steps</source>
        <translation>Каждые n шагов</translation>
    </message>
    <message>
        <source>Fixes the split, order, augmentation and first weights</source>
        <translation>Определяет разбиение, порядок, аугментацию и начальные веса</translation>
    </message>
    <message>
        <source>Further callbacks</source>
        <translation>Другие колбэки</translation>
    </message>
    <message>
        <source>Give each class a constant term</source>
        <translation>Дать каждому классу постоянное слагаемое</translation>
    </message>
    <message>
        <source>Hidden layers</source>
        <translation>Скрытые слои</translation>
    </message>
    <message>
        <source>Hidden units</source>
        <translation>Скрытые нейроны</translation>
    </message>
    <message>
        <source>Horizontal flip</source>
        <translation>Отражение по горизонтали</translation>
    </message>
    <message>
        <source>How many of the best states are kept</source>
        <translation>Сколько лучших состояний хранится</translation>
    </message>
    <message>
        <source>How often all training images are seen</source>
        <translation>Сколько раз просматриваются все обучающие изображения</translation>
    </message>
    <message>
        <source>How often an image is mirrored</source>
        <translation>Как часто изображение отражается зеркально</translation>
    </message>
    <message>
        <source>How the learning rate falls; cosine and linear end at zero</source>
        <translation>Как падает скорость обучения; cosine и linear кончаются нулём</translation>
    </message>
    <message>
        <source>Image size</source>
        <translation>Размер изображений</translation>
    </message>
    <message>
        <source>Images per batch when evaluating; auto: by model</source>
        <translation>Изображений в батче при оценке; auto: по модели</translation>
    </message>
    <message>
        <source>L2 penalty</source>
        <translation>Штраф L2</translation>
    </message>
    <message>
        <source>Network&apos;s image size</source>
        <translation>Размер входа сети</translation>
    </message>
    <message>
        <source>Of the head&apos;s weights, divided by the number of training images: 1/C of scikit-learn; added to weight decay</source>
        <translation>На веса последнего слоя, делится на число обучающих изображений: 1/C в scikit-learn; прибавляется к затуханию весов</translation>
    </message>
    <message>
        <source>Part kept for the test, where the source has neither validation nor test images of its own</source>
        <translation>Доля для теста, если в источнике нет своих валидационных и тестовых изображений</translation>
    </message>
    <message>
        <source>SHA-256 of the pretrained weights; empty: those of ImageNet, and the run notes which they were</source>
        <translation>SHA-256 предобученных весов; пусто: веса ImageNet, и запуск запоминает, какие именно</translation>
    </message>
    <message>
        <source>Side of the images that the pretrained network looks at; auto: that of the images, small ones enlarged</source>
        <translation>Сторона изображений, которые видит предобученная сеть; auto: как у самих изображений, маленькие увеличиваются</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>Веса</translation>
    </message>
    <message>
        <source>What the model computes in; bfloat16 is faster on many GPUs and not offered on a CPU, weights stay float32</source>
        <translation>В каком формате считает модель; bfloat16 быстрее на многих GPU и не предлагается на процессоре, веса остаются float32</translation>
    </message>
    <message>
        <source>L2 penalty on the weights; decoupled from the gradient for adamw</source>
        <translation>L2-штраф на веса; у adamw отделён от градиента</translation>
    </message>
    <message>
        <source>64 hex digits</source>
        <translation>64 шестнадцатеричные цифры</translation>
    </message>
    <message>
        <source>Label smoothing</source>
        <translation>Сглаживание меток</translation>
    </message>
    <message>
        <source>Largest angle, to either side</source>
        <translation>Наибольший угол в обе стороны</translation>
    </message>
    <message>
        <source>Largest norm of all gradients together; 0: not clipped</source>
        <translation>Наибольшая норма всех градиентов вместе; 0 — без ограничения</translation>
    </message>
    <message>
        <source>Largest value of a gradient; 0: not clipped</source>
        <translation>Наибольшее значение градиента; 0 — без ограничения</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>Скорость обучения</translation>
    </message>
    <message>
        <source>Least gain</source>
        <translation>Наименьший выигрыш</translation>
    </message>
    <message>
        <source>Leave unreadable images out instead of ending with a list</source>
        <translation>Пропускать нечитаемые изображения, а не завершаться с их списком</translation>
    </message>
    <message>
        <source>Linear rise to the learning rate at the start</source>
        <translation>Линейный рост до скорости обучения в начале</translation>
    </message>
    <message>
        <source>Mixup</source>
        <translation>Mixup</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Модель</translation>
    </message>
    <message>
        <source>Momentum</source>
        <translation>Инерция</translation>
    </message>
    <message>
        <source>Momentum of sgd; the others ignore it</source>
        <translation>Инерция для sgd; другие её не учитывают</translation>
    </message>
    <message>
        <source>Name of a data set, or a folder of images</source>
        <translation>Имя набора данных или папка изображений</translation>
    </message>
    <message>
        <source>Names of installed callbacks</source>
        <translation>Имена установленных колбэков</translation>
    </message>
    <message>
        <source>Number of hidden layers</source>
        <translation>Число скрытых слоёв</translation>
    </message>
    <message>
        <source>Optimiser</source>
        <translation>Оптимизатор</translation>
    </message>
    <message>
        <source>Padding on each side before cropping back</source>
        <translation>Поля с каждой стороны перед обрезкой до прежнего размера</translation>
    </message>
    <message>
        <source>Part of the features switched off before the last layer</source>
        <translation>Доля признаков, отключаемых перед последним слоем</translation>
    </message>
    <message>
        <source>Part of the target spread over all classes</source>
        <translation>Доля цели, распределяемая по всем классам</translation>
    </message>
    <message>
        <source>Part of the training images kept for validation</source>
        <translation>Доля обучающих изображений, оставляемая для валидации</translation>
    </message>
    <message>
        <source>Part of the units switched off while training</source>
        <translation>Доля нейронов, отключаемых при обучении</translation>
    </message>
    <message>
        <source>Patience</source>
        <translation>Терпение</translation>
    </message>
    <message>
        <source>Plugin options</source>
        <translation>Параметры плагинов</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>Формат чисел</translation>
    </message>
    <message>
        <source>Random crop</source>
        <translation>Случайная обрезка</translation>
    </message>
    <message>
        <source>Rotation</source>
        <translation>Поворот</translation>
    </message>
    <message>
        <source>Rule by which gradients change the weights</source>
        <translation>Правило, по которому градиенты меняют веса</translation>
    </message>
    <message>
        <source>Sampling</source>
        <translation>Выборка</translation>
    </message>
    <message>
        <source>Save inside an epoch too; 0: never</source>
        <translation>Сохранять и внутри эпохи; 0: никогда</translation>
    </message>
    <message>
        <source>Schedule</source>
        <translation>Расписание</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Зерно</translation>
    </message>
    <message>
        <source>Side of the square images; auto: as the source has them</source>
        <translation>Сторона квадратных изображений; auto: как в источнике</translation>
    </message>
    <message>
        <source>Skip bad images</source>
        <translation>Пропускать негодные</translation>
    </message>
    <message>
        <source>Step factor</source>
        <translation>Множитель спада</translation>
    </message>
    <message>
        <source>Step length</source>
        <translation>Длина ступени</translation>
    </message>
    <message>
        <source>Step size of the optimiser; the peak where it is scheduled</source>
        <translation>Величина шага оптимизатора; при расписании — наибольшая</translation>
    </message>
    <message>
        <source>Test part</source>
        <translation>Тестовая часть</translation>
    </message>
    <message>
        <source>Threads</source>
        <translation>Потоки</translation>
    </message>
    <message>
        <source>Make machine code of the model first: a longer start; whether steps get shorter depends on model and machine</source>
        <translation>Сначала перевести модель в машинный код: старт дольше; станут ли шаги короче, зависит от модели и машины</translation>
    </message>
    <message>
        <source>Images per batch, and per optimiser step</source>
        <translation>Изображений в батче и на шаг оптимизатора</translation>
    </message>
    <message>
        <source>Training images</source>
        <translation>Обучающие изображения</translation>
    </message>
    <message>
        <source>Validation part</source>
        <translation>Валидационная часть</translation>
    </message>
    <message>
        <source>Warm-up</source>
        <translation>Разогрев</translation>
    </message>
    <message>
        <source>Weight averaging</source>
        <translation>Усреднение весов</translation>
    </message>
    <message>
        <source>Weight decay</source>
        <translation>Затухание весов</translation>
    </message>
    <message>
        <source>Weight of each class in the loss; balanced: all images / (classes x images of the class)</source>
        <translation>Вес каждого класса в функции потерь; balanced: все изображения / (число классов × изображений класса)</translation>
    </message>
    <message>
        <source>What each drop multiplies the rate with</source>
        <translation>На что каждый спад умножает скорость</translation>
    </message>
    <message>
        <source>What is trained: softmax, mlp, cnn, resnet18 or a plugin</source>
        <translation>Что обучается: softmax, mlp, cnn, resnet18 или плагин</translation>
    </message>
    <message>
        <source>Where downloaded data sets are kept; auto: the cache folder</source>
        <translation>Где хранятся загруженные наборы данных; auto: папка кэша</translation>
    </message>
    <message>
        <source>Where to compute; auto: a GPU where there is one</source>
        <translation>Где вычислять; auto: на GPU, если он есть</translation>
    </message>
    <message>
        <source>Which images an epoch draws; balanced: as many of every class, with repetition</source>
        <translation>Какие изображения берёт эпоха; balanced: поровну каждого класса, с повторениями</translation>
    </message>
    <message>
        <source>Width</source>
        <translation>Ширина</translation>
    </message>
    <message>
        <source>Width of each hidden layer</source>
        <translation>Ширина каждого скрытого слоя</translation>
    </message>
    <message>
        <source>a list of names</source>
        <translation>список имён</translation>
    </message>
    <message>
        <source>a table per plugin</source>
        <translation>таблица на плагин</translation>
    </message>
    <message>
        <source>auto, cpu, cuda, cuda:N or mps</source>
        <translation>auto, cpu, cuda, cuda:N или mps</translation>
    </message>
    <message>
        <source>batches</source>
        <translation>батчей</translation>
    </message>
    <message>
        <source>degrees</source>
        <translation>град.</translation>
    </message>
    <message>
        <source>epochs</source>
        <translation>эпох</translation>
    </message>
    <message>
        <source>files</source>
        <translation>файлов</translation>
    </message>
    <message>
        <source>fraction</source>
        <translation>доля</translation>
    </message>
    <message>
        <source>images</source>
        <translation>изображ.</translation>
    </message>
    <message>
        <source>layers</source>
        <translation>слоёв</translation>
    </message>
    <message>
        <source>nats</source>
        <translation>нат</translation>
    </message>
    <message>
        <source>pixels</source>
        <translation>пикс.</translation>
    </message>
    <message>
        <source>probability</source>
        <translation>вероятность</translation>
    </message>
    <message>
        <source>seconds</source>
        <translation>с</translation>
    </message>
    <message>
        <source>steps</source>
        <translation>шагов</translation>
    </message>
    <message>
        <source>threads</source>
        <translation>потоков</translation>
    </message>
    <message>
        <source>units</source>
        <translation>нейронов</translation>
    </message>
</context>
<context>
    <name>Sources</name>
    <message>
        <source>SIGINT</source>
        <translation>клавишами Ctrl-C</translation>
    </message>
    <message>
        <source>SIGTERM</source>
        <translation>системой (SIGTERM)</translation>
    </message>
    <message>
        <source>api</source>
        <translation>из скрипта</translation>
    </message>
    <message>
        <source>callback</source>
        <translation>колбэком</translation>
    </message>
    <message>
        <source>command line</source>
        <translation>из терминала</translation>
    </message>
    <message>
        <source>request</source>
        <translation>запросом</translation>
    </message>
    <message>
        <source>window</source>
        <translation>из окна</translation>
    </message>
</context>
<context>
    <name>StatusBar</name>
    <message numerus="yes">
        <source>%n damaged line(s) in the journal</source>
        <translation>
            <numerusform>%n повреждённая строка в журнале</numerusform>
            <numerusform>%n повреждённые строки в журнале</numerusform>
            <numerusform>%n повреждённых строк в журнале</numerusform>
        </translation>
    </message>
    <message>
        <source>also training, and {count} more:</source>
        <translation>обучаются ещё (и другие: {count}):</translation>
    </message>
    <message>
        <source>also training:</source>
        <translation>обучаются ещё:</translation>
    </message>
</context>
<context>
    <name>Tabs</name>
    <message>
        <source>Classes</source>
        <translation>Классы</translation>
    </message>
    <message>
        <source>Curves</source>
        <translation>Графики</translation>
    </message>
    <message>
        <source>Errors</source>
        <translation>Ошибки</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Журнал</translation>
    </message>
    <message>
        <source>Map</source>
        <translation>Карта</translation>
    </message>
    <message>
        <source>Predict</source>
        <translation>Предсказание</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>Веса</translation>
    </message>
</context>
<context>
    <name>VerdictStrip</name>
    <message>
        <source>Epoch</source>
        <translation>Эпоха</translation>
    </message>
    <message>
        <source>Verdicts over the epochs</source>
        <translation>Вердикты по эпохам</translation>
    </message>
    <message>
        <source>right</source>
        <translation>верно</translation>
    </message>
    <message>
        <source>right after {right} of {epochs} epochs</source>
        <translation>верно после {right} из {epochs} эпох</translation>
    </message>
    <message>
        <source>wrong</source>
        <translation>неверно</translation>
    </message>
</context>
<context>
    <name>WeightsPanel</name>
    <message>
        <source>Choose a run to see its weights as pictures.</source>
        <translation>Выберите запуск, чтобы увидеть его веса в виде картинок.</translation>
    </message>
    <message>
        <source>Epoch {epoch}: the filters of the first layer</source>
        <translation>Эпоха {epoch}: фильтры первого слоя</translation>
    </message>
    <message>
        <source>Epoch {epoch}: what each unit of the first layer looks for</source>
        <translation>Эпоха {epoch}: что ищет каждый нейрон первого слоя</translation>
    </message>
    <message>
        <source>Epoch {epoch}: what the model looks for in each class</source>
        <translation>Эпоха {epoch}: что модель ищет в каждом классе</translation>
    </message>
    <message>
        <source>The file with the weights of this epoch is damaged.</source>
        <translation>Файл с весами этой эпохи повреждён.</translation>
    </message>
    <message>
        <source>The file with the weights of this epoch is gone.</source>
        <translation>Файла с весами этой эпохи больше нет.</translation>
    </message>
    <message>
        <source>The first layer of this model does not work on pixels directly, so its weights make no pictures.</source>
        <translation>Первый слой этой модели работает не с самими пикселями, поэтому его веса не складываются в картинки.</translation>
    </message>
    <message>
        <source>The first pictures come with the end of the first epoch.</source>
        <translation>Первые картинки появятся в конце первой эпохи.</translation>
    </message>
    <message>
        <source>The run names a file outside of its folder. It was not opened.</source>
        <translation>Запуск указывает на файл вне своей папки. Он не был открыт.</translation>
    </message>
    <message>
        <source>This run kept no weights of this epoch for viewing.</source>
        <translation>Этот запуск не сохранил веса этой эпохи для просмотра.</translation>
    </message>
    <message>
        <source>Weights as pictures</source>
        <translation>Веса в виде картинок</translation>
    </message>
    <message>
        <source>grey is 0, the brightest ±{reach}</source>
        <translation>серый — 0, самые яркие — ±{reach}</translation>
    </message>
    <message>
        <source>the first {shown} of {total}</source>
        <translation>первые {shown} из {total}</translation>
    </message>
    <message>
        <source>{count} numbers are not finite</source>
        <translation>не конечных чисел: {count}</translation>
    </message>
    <message>
        <source>{name}: weights from {low} to {high}</source>
        <translation>{name}: веса от {low} до {high}</translation>
    </message>
</context>
<context>
    <name>WelcomePage</name>
    <message>
        <source>Drop here: a folder with a folder of images per class, or the folder of a run.
With a run open, drop images to have them classified.</source>
        <translation>Перетащите сюда папку, где у каждого класса своя папка изображений, или папку запуска.
Когда запуск открыт, перетащите изображения, чтобы их классифицировать.</translation>
    </message>
    <message>
        <source>Look at a recorded run, train on your own pictures, or open a run you have.</source>
        <translation>Посмотрите записанный запуск, обучите модель на своих изображениях или откройте запуск.</translation>
    </message>
    <message>
        <source>See what a classifier learns, while it learns</source>
        <translation>Смотрите, чему учится классификатор, пока он учится</translation>
    </message>
</context>
<context>
    <name>Window</name>
    <message>
        <source>An error of the window, not of the run: {error}</source>
        <translation>Ошибка окна, а не запуска: {error}</translation>
    </message>
    <message>
        <source>Drop one folder, or image files.</source>
        <translation>Перетащите одну папку или файлы изображений.</translation>
    </message>
    <message>
        <source>No run is open</source>
        <translation>Запуск не открыт</translation>
    </message>
    <message>
        <source>Not opened: {names}</source>
        <translation>Не открыто: {names}</translation>
    </message>
    <message>
        <source>Open a run first: its best weights say what is in an image.</source>
        <translation>Сначала откройте запуск: его лучшие веса скажут, что на изображении.</translation>
    </message>
    <message>
        <source>Show the log</source>
        <translation>Показать журнал</translation>
    </message>
    <message>
        <source>This is no folder of a run: {path}</source>
        <translation>Это не папка запуска: {path}</translation>
    </message>
</context>
<context>
    <name>WindowActions</name>
    <message>
        <source>&amp;About Epochscope</source>
        <translation>&amp;О программе Epochscope</translation>
    </message>
    <message>
        <source>&amp;Continue</source>
        <translation>Про&amp;должить</translation>
    </message>
    <message>
        <source>&amp;Export curves as a table…</source>
        <translation>&amp;Экспорт графиков в таблицу…</translation>
    </message>
    <message>
        <source>&amp;Facts</source>
        <translation>Све&amp;дения</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Файл</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Справка</translation>
    </message>
    <message>
        <source>&amp;Keys</source>
        <translation>&amp;Клавиши</translation>
    </message>
    <message>
        <source>&amp;Live: follow the newest epoch</source>
        <translation>Следить за &amp;новейшей эпохой</translation>
    </message>
    <message>
        <source>&amp;Log of the window</source>
        <translation>&amp;Журнал окна</translation>
    </message>
    <message>
        <source>&amp;Look at a recorded run</source>
        <translation>&amp;Посмотреть записанный запуск</translation>
    </message>
    <message>
        <source>&amp;New run…</source>
        <translation>&amp;Новый запуск…</translation>
    </message>
    <message>
        <source>&amp;Next epoch</source>
        <translation>&amp;Следующая эпоха</translation>
    </message>
    <message>
        <source>&amp;Open a run…</source>
        <translation>О&amp;ткрыть запуск…</translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation>&amp;Пауза</translation>
    </message>
    <message>
        <source>&amp;Previous epoch</source>
        <translation>&amp;Предыдущая эпоха</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Выход</translation>
    </message>
    <message>
        <source>&amp;Run</source>
        <translation>&amp;Запуск</translation>
    </message>
    <message>
        <source>&amp;Settings…</source>
        <translation>Н&amp;астройки…</translation>
    </message>
    <message>
        <source>&amp;Start</source>
        <translation>&amp;Начать</translation>
    </message>
    <message>
        <source>&amp;Train on a folder of images…</source>
        <translation>&amp;Обучить на папке изображений…</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Вид</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>Классы</translation>
    </message>
    <message>
        <source>Copy the co&amp;mmand</source>
        <translation>Скопировать ко&amp;манду</translation>
    </message>
    <message>
        <source>Curves</source>
        <translation>Графики</translation>
    </message>
    <message>
        <source>End the process…</source>
        <translation>Завершить процесс…</translation>
    </message>
    <message>
        <source>Errors</source>
        <translation>Ошибки</translation>
    </message>
    <message>
        <source>Expo&amp;rt a report…</source>
        <translation>Экспорт отч&amp;ёта…</translation>
    </message>
    <message>
        <source>Export curves as a &amp;picture…</source>
        <translation>Экспорт графиков в &amp;рисунок…</translation>
    </message>
    <message>
        <source>F&amp;ull screen</source>
        <translation>Полный &amp;экран</translation>
    </message>
    <message>
        <source>First epoch</source>
        <translation>Первая эпоха</translation>
    </message>
    <message>
        <source>Last finished epoch</source>
        <translation>Последняя завершённая эпоха</translation>
    </message>
    <message>
        <source>List of &amp;runs</source>
        <translation>Список &amp;запусков</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Журнал</translation>
    </message>
    <message>
        <source>Map</source>
        <translation>Карта</translation>
    </message>
    <message>
        <source>Predict</source>
        <translation>Предсказание</translation>
    </message>
    <message>
        <source>Recent runs</source>
        <translation>Недавние запуски</translation>
    </message>
    <message>
        <source>Reset the la&amp;yout</source>
        <translation>Сбросить &amp;расположение</translation>
    </message>
    <message>
        <source>Save a &amp;checkpoint now</source>
        <translation>Сохранить &amp;контрольную точку</translation>
    </message>
    <message>
        <source>Show the run&apos;s &amp;folder</source>
        <translation>Показать папку &amp;запуска</translation>
    </message>
    <message>
        <source>Stop &amp;now and save</source>
        <translation>Остановить с&amp;ейчас и сохранить</translation>
    </message>
    <message>
        <source>Stop after this &amp;epoch</source>
        <translation>Остановить после этой &amp;эпохи</translation>
    </message>
    <message>
        <source>Stop and &amp;throw away…</source>
        <translation>Остановить и &amp;удалить…</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>Веса</translation>
    </message>
</context>
<context>
    <name>Words</name>
    <message>
        <source>Asking the model</source>
        <translation>Вопрос к модели</translation>
    </message>
    <message>
        <source>Checking</source>
        <translation>Проверка</translation>
    </message>
    <message>
        <source>Compiling the model</source>
        <translation>Компиляция модели</translation>
    </message>
    <message>
        <source>Computing features</source>
        <translation>Вычисляются признаки</translation>
    </message>
    <message>
        <source>Computing t-SNE, up to a minute</source>
        <translation>Расчёт t-SNE, до минуты</translation>
    </message>
    <message>
        <source>Computing the PCA</source>
        <translation>Расчёт PCA</translation>
    </message>
    <message>
        <source>Epoch {epoch}, batch {batch}: {where} is not finite.</source>
        <translation>Эпоха {epoch}, батч {batch}: {where} не конечно.</translation>
    </message>
    <message>
        <source>Evaluating the best weights</source>
        <translation>Оценка лучших весов</translation>
    </message>
    <message>
        <source>Loading PyTorch</source>
        <translation>Загрузка PyTorch</translation>
    </message>
    <message>
        <source>Looking through the folder</source>
        <translation>Просмотр папки</translation>
    </message>
    <message>
        <source>Reading images</source>
        <translation>Чтение изображений</translation>
    </message>
    <message>
        <source>Saving</source>
        <translation>Сохранение</translation>
    </message>
    <message>
        <source>The callback {callback} failed in {hook}: {error}</source>
        <translation>Сбой колбэка {callback} в {hook}: {error}</translation>
    </message>
    <message>
        <source>The run has ended: {status} ({error}).</source>
        <translation>Запуск окончен: {status} ({error}).</translation>
    </message>
    <message>
        <source>The run has ended: {status}.</source>
        <translation>Запуск окончен: {status}.</translation>
    </message>
    <message>
        <source>The run has ended: {status}. {error}</source>
        <translation>Запуск окончен: {status}. {error}</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>Обучение</translation>
    </message>
    <message>
        <source>Validating</source>
        <translation>Валидация</translation>
    </message>
    <message>
        <source>completed</source>
        <translation>завершён</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>сбой</translation>
    </message>
    <message>
        <source>gone: its folder was moved or deleted</source>
        <translation>исчез: его папку переместили или удалили</translation>
    </message>
    <message>
        <source>lost</source>
        <translation>потерян</translation>
    </message>
    <message>
        <source>no run</source>
        <translation>нет запуска</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>на паузе</translation>
    </message>
    <message>
        <source>pausing</source>
        <translation>приостанавливается</translation>
    </message>
    <message>
        <source>preparing</source>
        <translation>подготовка</translation>
    </message>
    <message>
        <source>running</source>
        <translation>обучается</translation>
    </message>
    <message>
        <source>starting</source>
        <translation>запускается</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>остановлен</translation>
    </message>
    <message>
        <source>stopping</source>
        <translation>останавливается</translation>
    </message>
    <message>
        <source>test</source>
        <translation>тест</translation>
    </message>
    <message>
        <source>train</source>
        <translation>обучение</translation>
    </message>
    <message>
        <source>validation</source>
        <translation>валидация</translation>
    </message>
    <message>
        <source>{value} ({some} of {all} classes)</source>
        <translation>{value} ({some} из {all} классов)</translation>
    </message>
    <message>
        <source>{value} ({some} of {all})</source>
        <translation>{value} ({some} из {all})</translation>
    </message>
</context>
</TS>
