<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ru" sourcelanguage="en">
<context>
    <name>AdvancedSettings</name>
    <message>
        <source>Advanced</source>
        <translation>Дополнительно</translation>
    </message>
    <message>
        <source>Advanced, changed: {count}</source>
        <translation>Дополнительно, изменено: {count}</translation>
    </message>
    <message>
        <source>All settings, in groups</source>
        <translation>Все настройки по группам</translation>
    </message>
    <message>
        <source>Search by title, description or flag (Ctrl+F)</source>
        <translation>Поиск по названию, описанию или ключу (Ctrl+F)</translation>
    </message>
    <message>
        <source>Find a setting</source>
        <translation>Найти настройку</translation>
    </message>
    <message>
        <source>No matching settings.</source>
        <translation>Подходящих настроек нет.</translation>
    </message>
</context>
<context>
    <name>BesidePanel</name>
    <message>
        <source>Back to the tabs</source>
        <translation>Вернуть во вкладки</translation>
    </message>
    <message>
        <source>Show this panel in a window of its own</source>
        <translation>Показать панель в отдельном окне</translation>
    </message>
</context>
<context>
    <name>CallbackRow</name>
    <message>
        <source>Browse for {name}</source>
        <translation>Выбрать путь: {name}</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>Обзор…</translation>
    </message>
    <message>
        <source>Callback {name}</source>
        <translation>Колбэк {name}</translation>
    </message>
    <message>
        <source>Cannot be set up here, only in Python: it needs {arguments}.</source>
        <translation>Настроить здесь нельзя, только в Python: нужно передать {arguments}.</translation>
    </message>
    <message>
        <source>Left at its default: {arguments}.</source>
        <translation>Остаётся по умолчанию: {arguments}.</translation>
    </message>
</context>
<context>
    <name>CallbackSection</name>
    <message>
        <source>Callbacks</source>
        <translation>Колбэки</translation>
    </message>
    <message>
        <source>No other callbacks are installed.</source>
        <translation>Других колбэков не установлено.</translation>
    </message>
    <message>
        <source>Reading callbacks …</source>
        <translation>Читаются колбэки…</translation>
    </message>
</context>
<context>
    <name>Callbacks</name>
    <message>
        <source>&quot;offline&quot; (default) only writes files; &quot;online&quot; uploads them immediately, to the account of `wandb login`.</source>
        <translation>«offline» (по умолчанию) только пишет файлы; «online» сразу отправляет их в учётную запись, заданную через `wandb login`.</translation>
    </message>
    <message>
        <source>Folder of the store: `mlflow.db` and `artifacts`. Default: `.mlflow` next to the run folder, shared by all runs there; without a run folder, `mlflow` in the current folder.</source>
        <translation>Папка хранилища: `mlflow.db` и `artifacts`. По умолчанию `.mlflow` рядом с папкой запуска, общая для всех запусков там; без папки запуска — `mlflow` в текущей.</translation>
    </message>
    <message>
        <source>Name of the experiment in MLflow. Default: &quot;epochscope&quot;.</source>
        <translation>Имя эксперимента в MLflow. По умолчанию «epochscope».</translation>
    </message>
    <message>
        <source>Name of the project in Trackio. Default: &quot;epochscope&quot;.</source>
        <translation>Имя проекта в Trackio. По умолчанию «epochscope».</translation>
    </message>
    <message>
        <source>Name of the project in Weights &amp; Biases. Default: &quot;epochscope&quot;.</source>
        <translation>Имя проекта в Weights &amp; Biases. По умолчанию «epochscope».</translation>
    </message>
    <message>
        <source>Records a run for Weights &amp; Biases: settings, curves, pictures, files. Offline: `wandb sync` uploads it later.</source>
        <translation>Записывает запуск для Weights &amp; Biases: настройки, кривые, картинки, файлы. Без сети: позже его загрузит `wandb sync`.</translation>
    </message>
    <message>
        <source>Records a run in MLflow: parameters, metrics by step, pictures, files, and the model with its signature.</source>
        <translation>Записывает запуск в MLflow: параметры, метрики по шагам, картинки, файлы и модель с сигнатурой.</translation>
    </message>
    <message>
        <source>Seconds to wait for MLflow when the run ends, 0 or more. The first run in a folder creates a database, which takes up to ten seconds. Default: 30.</source>
        <translation>Сколько секунд ждать MLflow в конце запуска, от 0. Первый запуск в папке создаёт базу данных, на это уходит до десяти секунд. По умолчанию 30.</translation>
    </message>
    <message>
        <source>Seconds to wait for its process when the run ends, 0 or more. Default: 10.</source>
        <translation>Сколько секунд ждать его процесс в конце запуска, от 0. По умолчанию 10.</translation>
    </message>
    <message>
        <source>Seconds to wait for the database when the run ends, 0 or more. Default: 10.</source>
        <translation>Сколько секунд ждать базу данных в конце запуска, от 0. По умолчанию 10.</translation>
    </message>
    <message>
        <source>Seconds to wait for the files when the run ends, 0 or more. Default: 5.</source>
        <translation>Сколько секунд ждать записи файлов в конце запуска, от 0. По умолчанию 5.</translation>
    </message>
    <message>
        <source>Send pictures every `pictures` epochs, 1 or more; 0: never. Default: 1.</source>
        <translation>Раз во сколько эпох отправлять картинки, от 1; 0 — никогда. По умолчанию 1.</translation>
    </message>
    <message>
        <source>Tracking URI of MLflow instead of a folder: `sqlite:///...`, or a server. Default: none.</source>
        <translation>Адрес хранилища MLflow (tracking URI) вместо папки: `sqlite:///...` или сервер. По умолчанию нет.</translation>
    </message>
    <message>
        <source>Where to write: a folder named after the run is made in it. Default: `tensorboard` in the run folder; without a run folder, in the current folder.</source>
        <translation>Куда писать: там создаётся папка с именем запуска. По умолчанию `tensorboard` в папке запуска; если её нет — в текущей.</translation>
    </message>
    <message>
        <source>Whether to keep the best weights of a completed run as a model, from raw pixels to logits, which `mlflow.pyfunc.load_model` loads where Epochscope is installed. Default: True.</source>
        <translation>Сохранять ли лучшие веса завершённого запуска как модель, от пикселей до логитов; её загружает `mlflow.pyfunc.load_model` там, где установлен Epochscope. По умолчанию да.</translation>
    </message>
    <message>
        <source>Whether to write the model&apos;s features of the validation images for TensorBoard&apos;s projector, with the images, at the end of a completed run: one more pass over at most 5,000 images. Default: False.</source>
        <translation>Записывать ли в конце завершённого запуска признаки валидационных изображений вместе с ними для проектора TensorBoard: ещё один проход не более чем по 5000 изображений. По умолчанию нет.</translation>
    </message>
    <message>
        <source>Writes event files for TensorBoard: scalars, F1 per class, confusion matrix, first layer, reports, hparams.</source>
        <translation>Пишет файлы событий для TensorBoard: скаляры, F1 каждого класса, матрицу ошибок, первый слой, отчёты, hparams.</translation>
    </message>
    <message>
        <source>Records the settings and curves of a run where `trackio show` finds them: on this machine, in Trackio&apos;s folder.</source>
        <translation>Записывает настройки и кривые запуска туда, где их находит `trackio show`: на этом компьютере, в папке Trackio.</translation>
    </message>
    <message>
        <source>Where `wandb/offline-run-...` is made. Default: the run folder; without one, the current folder.</source>
        <translation>Где создаётся `wandb/offline-run-...`. По умолчанию в папке запуска; если её нет — в текущей.</translation>
    </message>
</context>
<context>
    <name>ChartArea</name>
    <message>
        <source>Show all charts (Esc)</source>
        <translation>Показать все графики (Esc)</translation>
    </message>
    <message>
        <source>Show this chart large (Enter)</source>
        <translation>Показать этот график крупно (Enter)</translation>
    </message>
</context>
<context>
    <name>ChartMenu</name>
    <message>
        <source>&amp;Copy the picture</source>
        <translation>&amp;Копировать рисунок</translation>
    </message>
    <message>
        <source>Save as a &amp;drawing (SVG)…</source>
        <translation>Сохранить как &amp;векторный рисунок (SVG)…</translation>
    </message>
    <message>
        <source>Save as a &amp;picture (PNG)…</source>
        <translation>Сохранить как &amp;рисунок (PNG)…</translation>
    </message>
    <message>
        <source>Save the &amp;numbers (CSV)…</source>
        <translation>Сохранить &amp;числа (CSV)…</translation>
    </message>
    <message>
        <source>Show &amp;all charts</source>
        <translation>Показать все &amp;графики</translation>
    </message>
    <message>
        <source>Show the &amp;whole run</source>
        <translation>Показать в&amp;есь запуск</translation>
    </message>
    <message>
        <source>Show this chart &amp;large</source>
        <translation>Показать &amp;график крупно</translation>
    </message>
</context>
<context>
    <name>ClassChooser</name>
    <message>
        <source>Classes</source>
        <translation>Классы</translation>
    </message>
    <message>
        <source>Other class</source>
        <translation>Другой класс</translation>
    </message>
    <message>
        <source>Part of the class name</source>
        <translation>Часть названия класса</translation>
    </message>
    <message>
        <source>Type part of the name, then Enter</source>
        <translation>Введите часть названия и нажмите Enter</translation>
    </message>
</context>
<context>
    <name>ClassMistakes</name>
    <message>
        <source>Other classes predicted as {name}: {count}</source>
        <translation>Ответ «{name}», а класс другой: {count}</translation>
    </message>
    <message>
        <source>{name} predicted as another class: {count}</source>
        <translation>Класс «{name}», а ответ другой: {count}</translation>
    </message>
</context>
<context>
    <name>ClassModel</name>
    <message>
        <source>2 · precision · recall / (precision + recall)</source>
        <translation>2 · точность · полнота / (точность + полнота)</translation>
    </message>
    <message>
        <source>Change of F1 since the previous epoch</source>
        <translation>Изменение F1 с предыдущей эпохи</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>Класс</translation>
    </message>
    <message>
        <source>Click a class to see its images</source>
        <translation>Щёлкните по классу, чтобы увидеть его изображения</translation>
    </message>
    <message>
        <source>Difference in F1 from the best epoch</source>
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
        <translation>Число изображений этого класса в выборке</translation>
    </message>
    <message>
        <source>Share of the images of this class that were predicted correctly</source>
        <translation>Доля изображений этого класса, предсказанных верно</translation>
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
        <source>Share of the images predicted as this class that belong to it</source>
        <translation>Доля изображений, предсказанных как этот класс, которые действительно к нему относятся</translation>
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
        <source>Choose a run to see how well its model recognises each class.</source>
        <translation>Выберите запуск, чтобы увидеть, насколько хорошо его модель распознаёт каждый класс.</translation>
    </message>
    <message>
        <source>F1 by class and epoch</source>
        <translation>F1 по классам и эпохам</translation>
    </message>
    <message>
        <source>F1 over the epochs needs a validation split.</source>
        <translation>Чтобы видеть F1 по эпохам, нужна валидационная выборка.</translation>
    </message>
    <message>
        <source>Metrics by class</source>
        <translation>Показатели классов</translation>
    </message>
    <message>
        <source>No metrics yet
The first appear after the first epoch.</source>
        <translation>Показателей пока нет
Первые появятся после первой эпохи.</translation>
    </message>
    <message>
        <source>Not evaluated yet</source>
        <translation>Ещё не оценено</translation>
    </message>
    <message>
        <source>Split</source>
        <translation>Выборка</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>Тест</translation>
    </message>
    <message>
        <source>This run has no validation split. Test metrics appear after the evaluation.</source>
        <translation>У этого запуска нет валидационной выборки. Показатели на тестовых изображениях появятся после оценки.</translation>
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
        <source>Close and lose them</source>
        <translation>Закрыть без сохранения</translation>
    </message>
    <message>
        <source>Close now</source>
        <translation>Закрыть сейчас</translation>
    </message>
    <message>
        <source>Copy all, then close</source>
        <translation>Докопировать и закрыть</translation>
    </message>
    <message>
        <source>Decisions about labels that are not saved: {count}</source>
        <translation>Несохранённых решений о разметке: {count}</translation>
    </message>
    <message>
        <source>If the window closes now, the others are not copied.</source>
        <translation>Если закрыть окно сейчас, остальные скопированы не будут.</translation>
    </message>
    <message>
        <source>Stay</source>
        <translation>Остаться</translation>
    </message>
    <message>
        <source>Still copying images: {done} of {total}</source>
        <translation>Изображения ещё копируются: {done} из {total}</translation>
    </message>
    <message>
        <source>The window closes as soon as all images are copied …</source>
        <translation>Окно закроется, как только все изображения будут скопированы …</translation>
    </message>
    <message>
        <source>The window closes as soon as the run has stopped …</source>
        <translation>Окно закроется, как только запуск остановится…</translation>
    </message>
    <message>
        <source>The window has stayed open: not all images were copied.</source>
        <translation>Окно осталось открытым: скопированы не все изображения.</translation>
    </message>
    <message>
        <source>They are lost when the window closes. In Labels you can choose where to save them.</source>
        <translation>При закрытии окна они пропадут. Выбрать, куда их сохранить, можно на вкладке «Разметка».</translation>
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
        <translation>этот запуск не сохраняет контрольные точки</translation>
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
        <translation>запуск уже завершён</translation>
    </message>
    <message>
        <source>request.save_failed</source>
        <translation>сохранить не удалось; причина в log.txt</translation>
    </message>
    <message>
        <source>request.stale</source>
        <translation>запрос относился к попытке {attempt}</translation>
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
        <source>stop.early_stopping_by</source>
        <translation>ранняя остановка: показатель {name} больше не улучшается</translation>
    </message>
    <message>
        <source>stop.interrupt</source>
        <translation>клавишами Ctrl-C</translation>
    </message>
    <message>
        <source>stop.pruned</source>
        <translation>отсечён: на этой эпохе проба хуже других</translation>
    </message>
    <message>
        <source>stop.request</source>
        <translation>{source}</translation>
    </message>
</context>
<context>
    <name>CompareDialog</name>
    <message>
        <source>Accuracy on the same {images} images: within noise ({points} points, p {p}).</source>
        <translation>Доля верных ответов на одних и тех же изображениях ({images}): в пределах шума ({points} п. п., p {p}).</translation>
    </message>
    <message>
        <source>Best epoch</source>
        <translation>Лучшая эпоха</translation>
    </message>
    <message>
        <source>Best metrics</source>
        <translation>Лучшие показатели</translation>
    </message>
    <message>
        <source>Both evaluated on the edited labels: labels changed {relabelled}, images left out {left_out}.</source>
        <translation>Оба оценены по исправленным меткам: изменено меток {relabelled}, исключено изображений {left_out}.</translation>
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
        <source>Comparing image by image …</source>
        <translation>Сравнение по изображениям …</translation>
    </message>
    <message>
        <source>Copy table</source>
        <translation>Копировать таблицу</translation>
    </message>
    <message>
        <source>Metrics and settings of the runs</source>
        <translation>Показатели и настройки запусков</translation>
    </message>
    <message>
        <source>Macro-F1: within noise ({value}; {level} interval {low} to {high}).</source>
        <translation>Macro-F1: в пределах шума ({value}; интервал {level}: от {low} до {high}).</translation>
    </message>
    <message>
        <source>No ★: trained on different data</source>
        <translation>Без ★: обучены на разных данных</translation>
    </message>
    <message>
        <source>The runs have no evaluated split in common, so they cannot be compared.</source>
        <translation>Запуски не оценены на общей выборке, поэтому сравнить их нельзя.</translation>
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
        <source>Show identical settings too</source>
        <translation>Показывать и одинаковые настройки</translation>
    </message>
    <message>
        <source>These runs cannot be compared image by image: their {split} images or classes differ.</source>
        <translation>Сравнить по изображениям нельзя: у запусков разные изображения или классы ({split}).</translation>
    </message>
    <message>
        <source>none</source>
        <translation>нет</translation>
    </message>
    <message>
        <source>{better} is better by {points} points of accuracy on the same {images} images (p {p}).</source>
        <translation>{better} лучше на {points} п. п. по доле верных ответов на одних и тех же изображениях ({images}, p {p}).</translation>
    </message>
    <message>
        <source>{better} is better by {value} in macro-F1 ({level} interval {low} to {high}).</source>
        <translation>{better} лучше на {value} по macro-F1 (интервал {level}: от {low} до {high}).</translation>
    </message>
    <message>
        <source>★ best</source>
        <translation>★ лучший</translation>
    </message>
</context>
<context>
    <name>ComparisonChoice</name>
    <message>
        <source>Cancel</source>
        <translation>Отмена</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Сравнить</translation>
    </message>
    <message>
        <source>Compare {run} with</source>
        <translation>С чем сравнить {run}</translation>
    </message>
    <message>
        <source>No run matches all of these words.</source>
        <translation>Ни один запуск не содержит всех этих слов.</translation>
    </message>
    <message>
        <source>Runs to compare with; select several with Ctrl or Shift</source>
        <translation>Запуски для сравнения; несколько выбирают с Ctrl или Shift</translation>
    </message>
    <message>
        <source>Search runs</source>
        <translation>Поиск запусков</translation>
    </message>
    <message>
        <source>best on the same data</source>
        <translation>лучший на тех же данных</translation>
    </message>
    <message>
        <source>other data</source>
        <translation>другие данные</translation>
    </message>
    <message>
        <source>the one before</source>
        <translation>предыдущий</translation>
    </message>
    <message>
        <source>{shown} of {total} runs; search to find the others.</source>
        <translation>Показано {shown} из {total}; остальные найдёт поиск.</translation>
    </message>
</context>
<context>
    <name>ConfidencePanel</name>
    <message>
        <source>Accuracy by confidence</source>
        <translation>Доля верных по уверенности</translation>
    </message>
    <message>
        <source>Accuracy over coverage</source>
        <translation>Доля верных и охват</translation>
    </message>
    <message>
        <source>As trained</source>
        <translation>Без поправки</translation>
    </message>
    <message>
        <source>Choose a run to see how reliable its confidences are.</source>
        <translation>Выберите запуск, чтобы увидеть, насколько можно верить его уверенности.</translation>
    </message>
    <message>
        <source>Split</source>
        <translation>Выборка</translation>
    </message>
    <message>
        <source>The calibration file is damaged.</source>
        <translation>Файл с данными об уверенности повреждён.</translation>
    </message>
    <message>
        <source>The calibration file was made by a newer Epochscope. Update Epochscope.</source>
        <translation>Файл с данными об уверенности создан более новой версией Epochscope. Обновите Epochscope.</translation>
    </message>
    <message>
        <source>Calibration error {before}</source>
        <translation>Ошибка калибровки {before}</translation>
    </message>
    <message>
        <source>Calibration was not measured
This run was evaluated by an older Epochscope.</source>
        <translation>Калибровка не измерена
Этот запуск оценён более старой версией Epochscope.</translation>
    </message>
    <message>
        <source>Evaluate it here or in a terminal:</source>
        <translation>Оцените его здесь или в терминале:</translation>
    </message>
    <message>
        <source>Not evaluated yet
Calibration is measured at the end of the run, by the evaluation.</source>
        <translation>Оценки пока нет
Калибровка измеряется при оценке, в конце запуска.</translation>
    </message>
    <message>
        <source>Not evaluated yet
Calibration is measured by the evaluation.</source>
        <translation>Оценки пока нет
Калибровка измеряется при оценке запуска.</translation>
    </message>
    <message>
        <source>Temperature {value}: calibration error {before} → {after}</source>
        <translation>Температура {value}: ошибка калибровки {before} → {after}</translation>
    </message>
    <message>
        <source>The run refers to a file outside its folder. It was not opened.</source>
        <translation>Запуск ссылается на файл за пределами своей папки. Файл не был открыт.</translation>
    </message>
    <message>
        <source>This run has neither validation nor test images to measure calibration on.</source>
        <translation>Проверить уверенность не на чем: у этого запуска нет ни валидационной, ни тестовой выборки.</translation>
    </message>
    <message>
        <source>Where the bars reach the marks, the model&apos;s confidence matches its accuracy.</source>
        <translation>Если столбец доходит до отметки, модель права ровно так часто, как сама оценивает.</translation>
    </message>
    <message>
        <source>Which confidences</source>
        <translation>Какая уверенность</translation>
    </message>
    <message>
        <source>With the temperature</source>
        <translation>С температурой</translation>
    </message>
    <message>
        <source>as trained</source>
        <translation>без поправки</translation>
    </message>
    <message>
        <source>fitted on {count} validation images</source>
        <translation>подобрана по валидации (изображений: {count})</translation>
    </message>
    <message>
        <source>no temperature: every validation image was predicted correctly</source>
        <translation>температура не подобрана: на валидации все ответы верны</translation>
    </message>
    <message>
        <source>no temperature: some model outputs are not finite</source>
        <translation>температура не подобрана: среди выходов модели есть NaN или бесконечность</translation>
    </message>
    <message>
        <source>no temperature: there are no validation images</source>
        <translation>температура не подобрана: нет валидационной выборки</translation>
    </message>
    <message>
        <source>no temperature: there is only one class</source>
        <translation>температура не подобрана: класс всего один</translation>
    </message>
    <message>
        <source>for the weights of epoch {epoch}; the run has better ones now: evaluate again</source>
        <translation>это веса эпохи {epoch}; теперь есть веса лучше: повторите оценку</translation>
    </message>
    <message>
        <source>temperature {value}</source>
        <translation>температура {value}</translation>
    </message>
    <message>
        <source>at the limit of the search, on {count} validation images</source>
        <translation>на границе поиска, по валидации (изображений: {count})</translation>
    </message>
    <message>
        <source>{count} of {total} images</source>
        <translation>изображений: {count} из {total}</translation>
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
        <source>Click to see all images again</source>
        <translation>Щёлкните, чтобы снова видеть все изображения</translation>
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
        <source>No metrics yet
The first appear after the first epoch.</source>
        <translation>Показателей пока нет
Первые появятся после первой эпохи.</translation>
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
        <source>Slice: {name}</source>
        <translation>Срез: {name}</translation>
    </message>
    <message>
        <source>Split</source>
        <translation>Выборка</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>Тест</translation>
    </message>
    <message>
        <source>There are no predictions for these images.</source>
        <translation>Предсказаний для этих изображений нет.</translation>
    </message>
    <message>
        <source>The {top} most confused of {all} classes; the rest is “other”.</source>
        <translation>Классы, которые путаются чаще всего: {top} из {all}; остальные — «прочие».</translation>
    </message>
    <message>
        <source>Nothing to compare with</source>
        <translation>Сравнить не с чем</translation>
    </message>
    <message>
        <source>Choose a run to see its confusion matrix.</source>
        <translation>Выберите запуск, чтобы увидеть его матрицу ошибок.</translation>
    </message>
    <message>
        <source>Rows: true class. Columns: predicted class.</source>
        <translation>Строки: истинный класс. Столбцы: предсказанный класс.</translation>
    </message>
    <message>
        <source>This run has no such split.</source>
        <translation>У этого запуска нет такой выборки.</translation>
    </message>
    <message>
        <source>This run has no validation split. Errors on the test images appear after the evaluation.</source>
        <translation>У этого запуска нет валидационной выборки. Ошибки на тестовых изображениях появятся после оценки.</translation>
    </message>
    <message>
        <source>Tick a run in the list to compare with it</source>
        <translation>Чтобы сравнить с другим запуском, отметьте его в списке</translation>
    </message>
    <message>
        <source>Validation, by epoch</source>
        <translation>Валидация, по эпохам</translation>
    </message>
    <message>
        <source>What the cells show</source>
        <translation>Что показывать в ячейках</translation>
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
        <source>to the previous epoch</source>
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
    <name>CoverageCurve</name>
    <message>
        <source>Most confident {share}: {right} right, confidence {least} or more</source>
        <translation>Самые уверенные {share}: верно {right}, уверенность от {least}</translation>
    </message>
    <message>
        <source>share of images kept</source>
        <translation>доля принятых предсказаний</translation>
    </message>
</context>
<context>
    <name>Curves</name>
    <message>
        <source>Accuracy</source>
        <translation>Доля верных</translation>
    </message>
    <message>
        <source>Data wait</source>
        <translation>Ждёт данные</translation>
    </message>
    <message>
        <source>Images/s</source>
        <translation>Изобр./с</translation>
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
        <source>best epoch</source>
        <translation>лучшая эпоха</translation>
    </message>
    <message>
        <source>best epoch: {epoch}</source>
        <translation>лучшая эпоха: {epoch}</translation>
    </message>
    <message>
        <source>loss not finite ({sign})</source>
        <translation>потери — не конечное число ({sign})</translation>
    </message>
    <message>
        <source>mean and range of a group</source>
        <translation>среднее и размах группы</translation>
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
        <source>train, epoch mean</source>
        <translation>обучение, эпоха</translation>
    </message>
    <message>
        <source>train, smoothed</source>
        <translation>обучение, сглажено</translation>
    </message>
    <message>
        <source>validation</source>
        <translation>валидация</translation>
    </message>
</context>
<context>
    <name>CurvesPanel</name>
    <message>
        <source>Curves</source>
        <translation>Графики</translation>
    </message>
    <message>
        <source>Curves as a table</source>
        <translation>Графики в виде таблицы</translation>
    </message>
    <message>
        <source>Curves appear with the first steps.</source>
        <translation>Графики появятся с первыми шагами.</translation>
    </message>
    <message>
        <source>Drawings (*.svg)</source>
        <translation>Векторные рисунки (*.svg)</translation>
    </message>
    <message>
        <source>No run is open. Choose one from the list, or start a new one.</source>
        <translation>Запуск не открыт. Выберите его в списке запусков или начните новый.</translation>
    </message>
    <message>
        <source>Pictures (*.png)</source>
        <translation>Рисунки (*.png)</translation>
    </message>
    <message>
        <source>Save the chart</source>
        <translation>Сохранить график</translation>
    </message>
    <message>
        <source>Tables (*.csv)</source>
        <translation>Таблицы (*.csv)</translation>
    </message>
    <message>
        <source>Thinned: {count} values per pixel</source>
        <translation>Прорежено: {count} значений на пиксель</translation>
    </message>
    <message>
        <source>This run ended before its first step, so there are no curves.</source>
        <translation>Этот запуск завершился до первого шага, поэтому графиков нет.</translation>
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
        <source>Images/s</source>
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
        <source>One row per epoch</source>
        <translation>По строке на эпоху</translation>
    </message>
    <message>
        <source>One row per training report</source>
        <translation>По строке на отчёт об обучении</translation>
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
        <source>Show the numbers as a table</source>
        <translation>Показать числа таблицей</translation>
    </message>
    <message>
        <source>Show the whole run and follow it (Home, Esc or double-click)</source>
        <translation>Показать весь запуск и следить за ним дальше (Home, Esc или двойной щелчок)</translation>
    </message>
    <message>
        <source>Smoothing</source>
        <translation>Сглаживание</translation>
    </message>
    <message>
        <source>Steps of the running average of the training reports. Epoch means are not smoothed.</source>
        <translation>Окно скользящего среднего для отчётов об обучении, в шагах. Средние за эпоху не сглаживаются.</translation>
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
        <source>smoothing: {steps}</source>
        <translation>сглаживание: {steps}</translation>
    </message>
    <message>
        <source>step {step}, epoch {epoch}</source>
        <translation>шаг {step}, эпоха {epoch}</translation>
    </message>
    <message>
        <source>steps</source>
        <translation>шаги</translation>
    </message>
    <message>
        <source>training time</source>
        <translation>время обучения</translation>
    </message>
</context>
<context>
    <name>DataCheck</name>
    <message>
        <source>Training on this data would fail: see the problems.</source>
        <translation>Обучение на этих данных прервётся с ошибкой: см. «Проблемы».</translation>
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
        <source>Check data reads every image before training: counts, problems, examples.</source>
        <translation>Проверка читает каждое изображение ещё до обучения и показывает количества, проблемы и примеры.</translation>
    </message>
    <message>
        <source>Check labels</source>
        <translation>Проверить разметку</translation>
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
        <source>Exactly what the model sees in this epoch, with brightness and contrast restored for viewing.</source>
        <translation>Ровно то, что видит модель в этой эпохе; яркость и контраст восстановлены для просмотра.</translation>
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
        <source>Find images whose labels may be wrong, and review them</source>
        <translation>Найти изображения, метки которых могут быть неверны, и разобрать их</translation>
    </message>
    <message>
        <source>First fix the marked settings.</source>
        <translation>Сначала исправьте отмеченные настройки.</translation>
    </message>
    <message>
        <source>Problems</source>
        <translation>Проблемы</translation>
    </message>
    <message>
        <source>Problems ({count})</source>
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
        <source>Images as the model sees them</source>
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
        <source>Preparing the images …</source>
        <translation>Изображения готовятся…</translation>
    </message>
    <message>
        <source>Model input</source>
        <translation>На входе</translation>
    </message>
    <message>
        <source>No preview: fix the data problems first.</source>
        <translation>Предпросмотра нет: сначала исправьте проблемы в данных.</translation>
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
        <source>{images} images, {classes} classes, as {width}×{height} {kind}</source>
        <translation>Изображений: {images}, классов: {classes}, на входе {width}×{height}, {kind}</translation>
    </message>
    <message>
        <source>{name}: mean</source>
        <translation>{name}: среднее</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>осталось {time}</translation>
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
        <translation>Утечка: {count} из {total} изображений выборки «{split}» ({share}) есть и в выборке «{source}».</translation>
    </message>
    <message>
        <source>Baseline: always predicting the same class gives accuracy {accuracy} and macro-F1 {f1}.</source>
        <translation>Базовый уровень: если всегда предсказывать один и тот же класс, доля верных ответов будет {accuracy}, macro-F1 — {f1}.</translation>
    </message>
    <message>
        <source>Uneven: {largest} has {ratio} times as many training images as {smallest}.</source>
        <translation>Классы неравны: в «{largest}» обучающих изображений больше, чем в «{smallest}», в {ratio} раза.</translation>
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
        <source>leak from {source}: near copy of {path}</source>
        <translation>утечка, {source}: почти {path}</translation>
    </message>
    <message>
        <source>near copy of {path}</source>
        <translation>почти как {path}</translation>
    </message>
    <message>
        <source>long or wide: more than half of it is cut off</source>
        <translation>вытянутое: больше половины обрезается</translation>
    </message>
    <message>
        <source>unusual colour mode</source>
        <translation>необычный цветовой режим</translation>
    </message>
    <message>
        <source>a single colour, or nearly so</source>
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
    <name>DecisionSaver</name>
    <message>
        <source>Keep mine</source>
        <translation>Оставить мои</translation>
    </message>
    <message>
        <source>Use the decisions in the file</source>
        <translation>Взять решения из файла</translation>
    </message>
    <message>
        <source>Another program has since changed the decisions for {count} images:</source>
        <translation>Тем временем решения изменила другая программа (изображений: {count}):</translation>
    </message>
</context>
<context>
    <name>DragDrop</name>
    <message>
        <source>Drop one folder, or image files.</source>
        <translation>Перетащите одну папку или файлы изображений.</translation>
    </message>
    <message>
        <source>Not opened: {names}</source>
        <translation>Не открыто: {names}</translation>
    </message>
    <message>
        <source>Open a run first: its best weights classify your images.</source>
        <translation>Сначала откройте запуск: его модель определит, что на изображении.</translation>
    </message>
</context>
<context>
    <name>DropArea</name>
    <message>
        <source>A table, or copies sorted into a folder per class</source>
        <translation>Таблица или копии, разложенные по папкам классов</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>Выбрать папку…</translation>
    </message>
    <message>
        <source>Choose images…</source>
        <translation>Выбрать изображения…</translation>
    </message>
    <message>
        <source>Drop images or a folder here</source>
        <translation>Перетащите сюда изображения или папку</translation>
    </message>
    <message>
        <source>Last used: {path}</source>
        <translation>Последняя папка: {path}</translation>
    </message>
    <message>
        <source>The best weights of {run} classify them. Images in one sub-folder per class are scored as well: accuracy and macro-F1 with intervals.</source>
        <translation>Их классифицирует модель запуска {run} с лучшими весами. Если изображения разложены по папкам классов, будут посчитаны и метрики: доля верных ответов и macro-F1 с интервалами.</translation>
    </message>
    <message>
        <source>The class of each image, and how sure the model is</source>
        <translation>Класс каждого изображения и уверенность модели</translation>
    </message>
    <message>
        <source>Where the model looked, and similar training images</source>
        <translation>Куда смотрела модель и похожие обучающие изображения</translation>
    </message>
</context>
<context>
    <name>EmbeddingPanel</name>
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
        <translation>Выберите запуск, чтобы увидеть изображения на карте его модели.</translation>
    </message>
    <message>
        <source>Classes: select some to show only those</source>
        <translation>Классы: выберите, какие показать</translation>
    </message>
    <message>
        <source>Click a class to show only that one, Ctrl+click to add more</source>
        <translation>Щёлкните по классу, чтобы видеть только его; Ctrl+щелчок добавляет</translation>
    </message>
    <message>
        <source>Colour: predicted class</source>
        <translation>Цвет: предсказанный класс</translation>
    </message>
    <message>
        <source>Colour: true class</source>
        <translation>Цвет: истинный класс</translation>
    </message>
    <message>
        <source>Command that creates the map</source>
        <translation>Команда, которая строит карту</translation>
    </message>
    <message>
        <source>Images: {count}</source>
        <translation>Изображений: {count}</translation>
    </message>
    <message>
        <source>It can be created once the run has ended.</source>
        <translation>Карту можно построить, когда запуск завершится.</translation>
    </message>
    <message>
        <source>Layout</source>
        <translation>Раскладка</translation>
    </message>
    <message>
        <source>Make it again</source>
        <translation>Построить заново</translation>
    </message>
    <message>
        <source>Create the map here or in a terminal:</source>
        <translation>Построить карту можно здесь или в терминале:</translation>
    </message>
    <message>
        <source>Make the map</source>
        <translation>Построить карту</translation>
    </message>
    <message>
        <source>Map of the images</source>
        <translation>Карта изображений</translation>
    </message>
    <message>
        <source>Nearby images look similar to the model; the sizes of groups and the gaps between them mean little.</source>
        <translation>Соседние точки модель считает похожими; размеры групп и промежутки между ними мало что значат.</translation>
    </message>
    <message>
        <source>PCA</source>
        <translation>PCA</translation>
    </message>
    <message>
        <source>Hover over an image to see it, click to look closer. Scroll to zoom.</source>
        <translation>Наведите на точку, чтобы увидеть изображение, щёлкните, чтобы рассмотреть его. Масштаб меняется колесом мыши.</translation>
    </message>
    <message>
        <source>No map yet
It shows which images the model sees as similar.</source>
        <translation>Карты пока нет
Она показывает, какие изображения модель считает похожими.</translation>
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
        <source>Show these images in Errors</source>
        <translation>Показать эти изображения на вкладке «Ошибки»</translation>
    </message>
    <message>
        <source>The file with the map is damaged.</source>
        <translation>Файл с картой повреждён.</translation>
    </message>
    <message>
        <source>The run refers to a file outside its folder. It was not opened.</source>
        <translation>Запуск ссылается на файл за пределами своей папки. Файл не был открыт.</translation>
    </message>
    <message>
        <source>The two directions in which the model sees the images differ most; distances are to scale.</source>
        <translation>Два направления, по которым изображения, с точки зрения модели, различаются сильнее всего; расстояния показаны в масштабе.</translation>
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
        <translation>контуром — ошибки ({wrong})</translation>
    </message>
    <message>
        <source>hollow: wrong after epoch {epoch} ({wrong})</source>
        <translation>контуром — ошибки эпохи {epoch} ({wrong})</translation>
    </message>
    <message>
        <source>made with other weights than the evaluation</source>
        <translation>построена не по тем весам, что оценка</translation>
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
        <translation>Следить за последней эпохой (Esc)</translation>
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
    <name>ErrorParts</name>
    <message>
        <source>Did you mean {names}?</source>
        <translation>Возможно, имелось в виду: {names}?</translation>
    </message>
    <message>
        <source>Expected: {text}</source>
        <translation>Ожидалось: {text}</translation>
    </message>
    <message>
        <source>Fix: {text}</source>
        <translation>Что делать: {text}</translation>
    </message>
    <message>
        <source>Known: {names}.</source>
        <translation>Доступны: {names}.</translation>
    </message>
    <message>
        <source>Where: {text}</source>
        <translation>Где: {text}</translation>
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
        <translation>Недопустимое число: {what}</translation>
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
        <translation>Вспомогательный процесс не запускается: {reason}</translation>
    </message>
    <message>
        <source>callback.state</source>
        <translation>Колбэк {callback} не может восстановить своё состояние.</translation>
    </message>
    <message>
        <source>callback.failed</source>
        <translation>Сбой колбэка {callback} ({hook}, эпоха {epoch}, шаг {step}): {error}</translation>
    </message>
    <message>
        <source>callback.unknown</source>
        <translation>Колбэка «{name}» нет среди установленных.</translation>
    </message>
    <message>
        <source>callbacks.default</source>
        <translation>Этот колбэк и так есть в каждом запуске. {what}</translation>
    </message>
    <message>
        <source>callbacks.every</source>
        <translation>Недопустимое значение every.</translation>
    </message>
    <message>
        <source>callbacks.not_one</source>
        <translation>Это не колбэк: {what}</translation>
    </message>
    <message>
        <source>callbacks.same_name</source>
        <translation>Два колбэка называются «{callback}».</translation>
    </message>
    <message>
        <source>checkpoint.damaged</source>
        <translation>Контрольная точка повреждена: {path}
{reason}</translation>
    </message>
    <message>
        <source>checkpoint.options</source>
        <translation>Неверные параметры контрольных точек: {what}</translation>
    </message>
    <message>
        <source>checkpoint.other_model</source>
        <translation>Контрольная точка не подходит к этой модели.</translation>
    </message>
    <message>
        <source>checkpoint.other_optimizer</source>
        <translation>Контрольная точка сделана с другим оптимизатором.</translation>
    </message>
    <message>
        <source>compile.failed</source>
        <translation>Модель не удалось скомпилировать: {reason}</translation>
    </message>
    <message>
        <source>compile.no_compiler</source>
        <translation>Для компиляции модели нужен компилятор C++, а он не найден.</translation>
    </message>
    <message>
        <source>compile.no_triton</source>
        <translation>Для компиляции модели под GPU нужен Triton, а он здесь не работает.</translation>
    </message>
    <message>
        <source>compare.epochs</source>
        <translation>Недопустимое число эпох сравнения.</translation>
    </message>
    <message>
        <source>assist.image</source>
        <translation>Не указано, о каком изображении идёт речь.</translation>
    </message>
    <message>
        <source>cache.live</source>
        <translation>Идёт запуск, которому могут понадобиться эти признаки: {runs}.</translation>
    </message>
    <message>
        <source>callback.broken</source>
        <translation>Колбэк «{name}» не работает: {error}</translation>
    </message>
    <message>
        <source>callback.no_validation</source>
        <translation>Колбэк {name} следит за валидацией, а валидационной выборки в данных нет.</translation>
    </message>
    <message>
        <source>callback_file.broken</source>
        <translation>Файл {file} не загружается: {error}</translation>
    </message>
    <message>
        <source>callback_file.choose</source>
        <translation>В файле {file} несколько колбэков: {names}</translation>
    </message>
    <message>
        <source>callback_file.form</source>
        <translation>В «--callback {text}» не назван класс из файла.</translation>
    </message>
    <message>
        <source>callback_file.missing</source>
        <translation>Файла {path} нет.</translation>
    </message>
    <message>
        <source>callback_file.no_class</source>
        <translation>В файле {file} нет колбэка {name}.</translation>
    </message>
    <message>
        <source>callbacks.not_list</source>
        <translation>Передан один колбэк вместо списка.</translation>
    </message>
    <message>
        <source>checkpoint.all_damaged</source>
        <translation>Ни одну контрольную точку этого запуска не удаётся прочитать.</translation>
    </message>
    <message>
        <source>checkpoint.other_loss</source>
        <translation>Контрольная точка сделана с другой функцией потерь.</translation>
    </message>
    <message>
        <source>checkpoint.other_parameters</source>
        <translation>В контрольной точке у оптимизатора другие параметры или другие их группы.</translation>
    </message>
    <message>
        <source>compare.metric</source>
        <translation>Такой столбец в таблицу не добавить. {what}</translation>
    </message>
    <message>
        <source>compare.seconds</source>
        <translation>Недопустимое время на обучение.</translation>
    </message>
    <message>
        <source>compare.unknown</source>
        <translation>В сравнении такого нет. {what}</translation>
    </message>
    <message>
        <source>data.array</source>
        <translation>У некоторых изображений неподходящая форма массива ({count}).</translation>
    </message>
    <message>
        <source>data.arrays</source>
        <translation>Массивы изображений и меток не подходят друг к другу.</translation>
    </message>
    <message>
        <source>data.batch</source>
        <translation>У батча неожиданная структура: {what}</translation>
    </message>
    <message>
        <source>data.changed</source>
        <translation>Данные не те, на которых обучался этот запуск.</translation>
    </message>
    <message>
        <source>data.class_file</source>
        <translation>Не удаётся прочитать имена классов для шардов: {reason}</translation>
    </message>
    <message>
        <source>data.class_lists</source>
        <translation>Списки классов в выборках не совпадают.</translation>
    </message>
    <message>
        <source>data.class_not_in_train</source>
        <translation>Некоторых классов нет в обучающей выборке (проблем: {count}).</translation>
    </message>
    <message>
        <source>data.class_too_small</source>
        <translation>В некоторых классах слишком мало изображений (проблем: {count}).</translation>
    </message>
    <message>
        <source>data.classes_changed</source>
        <translation>Классы не те, на которых обучался этот запуск.</translation>
    </message>
    <message>
        <source>data.columns</source>
        <translation>Непонятно, в каких столбцах набора изображения и метки.</translation>
    </message>
    <message>
        <source>data.compressed</source>
        <translation>Некоторые шарды сжаты ({count}).</translation>
    </message>
    <message>
        <source>data.damaged</source>
        <translation>Файлы набора {source} повреждены.</translation>
    </message>
    <message>
        <source>data.damaged_shard</source>
        <translation>Некоторые шарды повреждены ({count}).</translation>
    </message>
    <message>
        <source>data.dangling</source>
        <translation>Некоторые ссылки ведут к файлам, которых нет (проблем: {count}).</translation>
    </message>
    <message>
        <source>data.digits_missing</source>
        <translation>Не найдены изображения цифр, которые поставляются с scikit-learn.</translation>
    </message>
    <message>
        <source>data.download</source>
        <translation>Набор {source} не удалось загрузить и проверить: {reason}</translation>
    </message>
    <message>
        <source>data.empty</source>
        <translation>В данных нет ни одного батча.</translation>
    </message>
    <message>
        <source>data.empty_class</source>
        <translation>Есть классы без изображений (проблем: {count}).</translation>
    </message>
    <message>
        <source>data.fingerprint</source>
        <translation>Неверный отпечаток данных.</translation>
    </message>
    <message>
        <source>data.folder_unreadable</source>
        <translation>Папка не читается: {path}</translation>
    </message>
    <message>
        <source>data.fractions</source>
        <translation>Валидация ({valid}) и тест ({test}) не оставляют изображений для обучения.</translation>
    </message>
    <message>
        <source>data.hugging_face</source>
        <translation>Набор данных не загружается: {reason}</translation>
    </message>
    <message>
        <source>data.image_gone</source>
        <translation>Изображение, которое читалось при открытии данных, больше не читается: {path}</translation>
    </message>
    <message>
        <source>data.labels</source>
        <translation>Метки не соответствуют числу выходов модели: {what}</translation>
    </message>
    <message>
        <source>data.labels_output</source>
        <translation>Предложения по меткам записываются в файл CSV; предпросмотр, средние изображения и шарды создаются без --labels.</translation>
    </message>
    <message>
        <source>data.link</source>
        <translation>Некоторые изображения в шардах — ссылки ({count}).</translation>
    </message>
    <message>
        <source>data.means</source>
        <translation>Файл для средних изображений назван неправильно.</translation>
    </message>
    <message>
        <source>data.missing</source>
        <translation>Некоторых файлов нет на месте (проблем: {count}).</translation>
    </message>
    <message>
        <source>data.missing_split</source>
        <translation>Есть папка валидации или теста, но нет папки train с обучающими изображениями.</translation>
    </message>
    <message>
        <source>data.mixup</source>
        <translation>Mixup и CutMix не могут смешать такой батч.</translation>
    </message>
    <message>
        <source>data.mode</source>
        <translation>У некоторых изображений неподдерживаемая глубина цвета ({count}).</translation>
    </message>
    <message>
        <source>data.name</source>
        <translation>Имена некоторых папок или файлов — не текст Unicode (проблем: {count}).</translation>
    </message>
    <message>
        <source>data.no_class_folders</source>
        <translation>В папке с обучающими изображениями нет папок классов.</translation>
    </message>
    <message>
        <source>data.no_datasets</source>
        <translation>Для этого источника нужна библиотека datasets, а она не установлена.</translation>
    </message>
    <message>
        <source>data.no_image</source>
        <translation>В шардах есть метки без изображений ({count}).</translation>
    </message>
    <message>
        <source>data.no_images</source>
        <translation>Здесь нет изображений: {path}</translation>
    </message>
    <message>
        <source>data.no_label</source>
        <translation>У некоторых изображений нет метки класса.</translation>
    </message>
    <message>
        <source>data.no_loader</source>
        <translation>Выборку {split} нельзя перебрать.</translation>
    </message>
    <message>
        <source>data.no_path</source>
        <translation>В таблице есть строки без пути.</translation>
    </message>
    <message>
        <source>data.no_shard_images</source>
        <translation>В шардах нет изображений: {path}</translation>
    </message>
    <message>
        <source>data.no_split</source>
        <translation>В данных нет такой выборки.</translation>
    </message>
    <message>
        <source>data.not_a_file</source>
        <translation>На месте некоторых изображений не обычные файлы (проблем: {count}).</translation>
    </message>
    <message>
        <source>data.not_looked_at</source>
        <translation>Что в этом источнике, станет известно, когда он будет открыт.</translation>
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
        <source>data.plugin</source>
        <translation>Сбой источника данных «{name}» из плагина: {error}</translation>
    </message>
    <message>
        <source>data.preview</source>
        <translation>Для предпросмотра нужны число изображений и файл.</translation>
    </message>
    <message>
        <source>data.same_name</source>
        <translation>Имена некоторых папок классов выглядят одинаково.</translation>
    </message>
    <message>
        <source>data.several_images</source>
        <translation>В некоторых примерах несколько изображений ({count}).</translation>
    </message>
    <message>
        <source>data.shard_missing</source>
        <translation>Некоторых шардов нет на месте ({count}).</translation>
    </message>
    <message>
        <source>data.shard_pattern</source>
        <translation>Шаблон задаёт неподходящее число шардов ({count}): {path}</translation>
    </message>
    <message>
        <source>data.shard_size</source>
        <translation>Неподходящий размер шардов.</translation>
    </message>
    <message>
        <source>data.single_pass</source>
        <translation>Данные можно перебрать только один раз.</translation>
    </message>
    <message>
        <source>data.sizes</source>
        <translation>Изображения в батче разного размера или с разным числом каналов.</translation>
    </message>
    <message>
        <source>data.source</source>
        <translation>Источник данных {name} неполон: не хватает {missing}.</translation>
    </message>
    <message>
        <source>data.sparse</source>
        <translation>Некоторые изображения хранятся в шардах как разреженные файлы ({count}).</translation>
    </message>
    <message>
        <source>data.splits</source>
        <translation>Неизвестные имена выборок: {what}</translation>
    </message>
    <message>
        <source>data.transform</source>
        <translation>У набора данных есть собственное преобразование, а эти изображения открываются в обход него.</translation>
    </message>
    <message>
        <source>data.truncated</source>
        <translation>Некоторые изображения обрываются ({count}).</translation>
    </message>
    <message>
        <source>data.in_two_splits</source>
        <translation>Одно изображение указано дважды, в разных частях данных.</translation>
    </message>
    <message>
        <source>callbacks.event</source>
        <translation>Это не класс события: {event}.</translation>
    </message>
    <message>
        <source>callbacks.function</source>
        <translation>Это не функция: {function}.</translation>
    </message>
    <message>
        <source>data.image_list</source>
        <translation>Изображения «{split}» не складываются в массив: {error}</translation>
    </message>
    <message>
        <source>data.two_labels</source>
        <translation>Одно изображение указано дважды, с разными метками.</translation>
    </message>
    <message>
        <source>data.two_members</source>
        <translation>В шардах есть файлы с одинаковыми именами ({count}).</translation>
    </message>
    <message>
        <source>data.two_splits</source>
        <translation>Есть и valid, и val.</translation>
    </message>
    <message>
        <source>data.unknown_class</source>
        <translation>У запуска нет таких классов: {names}
{path}</translation>
    </message>
    <message>
        <source>data.unknown_source</source>
        <translation>Нет ни такого набора данных, ни такой папки: {source}</translation>
    </message>
    <message>
        <source>data.unknown_split</source>
        <translation>Непонятное название выборки.</translation>
    </message>
    <message>
        <source>data.unmatched</source>
        <translation>Правка относится к изображению, которого нет или которое изменилось: {path}</translation>
    </message>
    <message>
        <source>data.unpublished</source>
        <translation>Изображения этого запуска не сохранены для просмотра ({reason}).</translation>
    </message>
    <message>
        <source>data.unreadable</source>
        <translation>Есть изображения, которые не удаётся прочитать.
{what}</translation>
    </message>
    <message>
        <source>data.unsafe_path</source>
        <translation>Пути некоторых файлов ведут за пределы шарда ({count}).</translation>
    </message>
    <message>
        <source>data.weights</source>
        <translation>Веса изображений не подходят.</translation>
    </message>
    <message>
        <source>data.worker_died</source>
        <translation>Процесс, читающий изображения, неожиданно завершился.</translation>
    </message>
    <message>
        <source>device.missing</source>
        <translation>Устройство «{device}» здесь недоступно.</translation>
    </message>
    <message>
        <source>disk.cache</source>
        <translation>Не удаётся записать кэш изображений: {path}</translation>
    </message>
    <message>
        <source>disk.failed</source>
        <translation>Сбой файловой системы: {reason}</translation>
    </message>
    <message>
        <source>disk.full</source>
        <translation>На диске кончилось место: нужно {needed} байт, свободно {free}.</translation>
    </message>
    <message>
        <source>disk.not_regular</source>
        <translation>Это не обычный файл, а ссылка, папка, канал или устройство; он не был открыт.</translation>
    </message>
    <message>
        <source>disk.path</source>
        <translation>Этот путь нельзя использовать.</translation>
    </message>
    <message>
        <source>disk.read_only</source>
        <translation>Запись запрещена: {reason}</translation>
    </message>
    <message>
        <source>disk.too_many_files</source>
        <translation>Файл не открыть: открыто слишком много файлов.</translation>
    </message>
    <message>
        <source>distributed.batch</source>
        <translation>Батч слишком мал для BatchNorm в {processes} процессах.</translation>
    </message>
    <message>
        <source>distributed.batch_norm</source>
        <translation>На процессорах BatchNorm нельзя обучать в нескольких процессах: каждый видел бы только свою часть батча.</translation>
    </message>
    <message>
        <source>distributed.batches</source>
        <translation>Процессы получили разные батчи.</translation>
    </message>
    <message>
        <source>distributed.capture</source>
        <translation>Состояние разделённой модели собирается, только когда контрольную точку сохраняют все процессы вместе.</translation>
    </message>
    <message>
        <source>distributed.connect</source>
        <translation>Процессы не смогли соединиться друг с другом.</translation>
    </message>
    <message>
        <source>distributed.connection</source>
        <translation>Процессы потеряли связь друг с другом: {reason}</translation>
    </message>
    <message>
        <source>distributed.data</source>
        <translation>У процесса {process} другие данные.</translation>
    </message>
    <message>
        <source>distributed.deferred</source>
        <translation>Модель нельзя построить по частям: {reason}</translation>
    </message>
    <message>
        <source>distributed.devices</source>
        <translation>Процессы работают на разных устройствах.</translation>
    </message>
    <message>
        <source>distributed.diverged</source>
        <translation>Веса процесса {process} не совпадают с весами процесса 0.</translation>
    </message>
    <message>
        <source>distributed.failed</source>
        <translation>Сбой процесса {process} из {processes}: {reason}</translation>
    </message>
    <message>
        <source>distributed.lost</source>
        <translation>Процесс {process} из {processes} потерян: его убили или отказала его машина.</translation>
    </message>
    <message>
        <source>distributed.mixup</source>
        <translation>Mixup и CutMix смешивают изображения целого батча, а у каждого процесса есть лишь его часть.</translation>
    </message>
    <message>
        <source>distributed.no_values</source>
        <translation>У модели ещё нет весов: каждый процесс получит свою часть, когда начнётся обучение.</translation>
    </message>
    <message>
        <source>distributed.over</source>
        <translation>Связь между процессами закрыта: в одном из них произошёл сбой.</translation>
    </message>
    <message>
        <source>distributed.seeds</source>
        <translation>Несколько seed — это несколько запусков; обучать их в нескольких процессах сразу нельзя.</translation>
    </message>
    <message>
        <source>distributed.shard</source>
        <translation>Разделённую модель так обучать нельзя.</translation>
    </message>
    <message>
        <source>distributed.shard_devices</source>
        <translation>Разделить модель можно только между процессами, у каждого из которых свой GPU.</translation>
    </message>
    <message>
        <source>distributed.sharded_model</source>
        <translation>Разделённую модель может вызывать только её собственное обучение: все процессы должны делать это одновременно.</translation>
    </message>
    <message>
        <source>distributed.single_pass</source>
        <translation>Обучающие данные — итератор: в каждом процессе он был бы другим.</translation>
    </message>
    <message>
        <source>distributed.stuck</source>
        <translation>Процесс {process} из {processes} слишком долго заставляет остальных ждать (pid {pid}, {host}).</translation>
    </message>
    <message>
        <source>diverged.step</source>
        <translation>Обучение разошлось: {kind} — не конечное число (эпоха {epoch}, батч {batch}); веса остались такими, какими были до этого шага.</translation>
    </message>
    <message>
        <source>diverged.weights</source>
        <translation>Веса «{name}» не конечны; такая контрольная точка не сохраняется.</translation>
    </message>
    <message>
        <source>early_stopping.options</source>
        <translation>Неверные параметры ранней остановки.</translation>
    </message>
    <message>
        <source>edits.line</source>
        <translation>Строка {line} файла правок не подходит: {path}</translation>
    </message>
    <message>
        <source>edits.missing</source>
        <translation>Нет такого файла правок: {path}</translation>
    </message>
    <message>
        <source>edits.unknown_class</source>
        <translation>Правки меняют метку на класс, которого в данных нет: {names}
{path}</translation>
    </message>
    <message>
        <source>edits.unreadable</source>
        <translation>Файл правок не читается: {path}</translation>
    </message>
    <message>
        <source>engine.elsewhere</source>
        <translation>Этот запуск обучается на другом компьютере; остановить его можно только там.</translation>
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
        <translation>{python} не запускается: {reason}.</translation>
    </message>
    <message>
        <source>engine.unknown</source>
        <translation>Неизвестно, какой процесс обучает этот запуск.</translation>
    </message>
    <message>
        <source>evaluate.no_folder</source>
        <translation>Это не папка с изображениями и не таблица CSV: {path}</translation>
    </message>
    <message>
        <source>evaluate.options</source>
        <translation>Параметр {option} не сочетается с остальными.</translation>
    </message>
    <message>
        <source>evaluate.shards</source>
        <translation>Сами по себе шарды оценить нельзя.</translation>
    </message>
    <message>
        <source>explain.class</source>
        <translation>У модели нет класса «{name}».</translation>
    </message>
    <message>
        <source>explain.neighbors</source>
        <translation>Недопустимое число похожих изображений.</translation>
    </message>
    <message>
        <source>explain.place</source>
        <translation>В этой выборке нет изображения с таким номером.</translation>
    </message>
    <message>
        <source>export.among_copies</source>
        <translation>Копии оказались бы среди изображений, которые сортируются: {path}</translation>
    </message>
    <message>
        <source>export.custom</source>
        <translation>Этот запуск начат из Python с собственной моделью.</translation>
    </message>
    <message>
        <source>export.differs</source>
        <translation>Экспортированная модель отвечает не так, как веса запуска; файл {path} удалён.</translation>
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
        <source>export.is_folder</source>
        <translation>{path} — это папка.</translation>
    </message>
    <message>
        <source>export.no_folder</source>
        <translation>Нет папки {path}.</translation>
    </message>
    <message>
        <source>export.option</source>
        <translation>У формата «{name}» нет параметра {option}.</translation>
    </message>
    <message>
        <source>export.unreadable</source>
        <translation>Экспортированный файл не читается и поэтому удалён: {reason}</translation>
    </message>
    <message>
        <source>folds.count</source>
        <translation>Столько частей не получится: {count}.</translation>
    </message>
    <message>
        <source>gui.display</source>
        <translation>Окно негде открыть: нет графического экрана.</translation>
    </message>
    <message>
        <source>gui.library</source>
        <translation>Окну не хватает системных библиотек: {packages}</translation>
    </message>
    <message>
        <source>gui.missing</source>
        <translation>Окно не установлено.</translation>
    </message>
    <message>
        <source>install.damaged</source>
        <translation>Не хватает части установки: {path}</translation>
    </message>
    <message>
        <source>install.missing</source>
        <translation>Колбэки не установлены.</translation>
    </message>
    <message>
        <source>labels.answer</source>
        <translation>Результат проверки меток не читается.</translation>
    </message>
    <message>
        <source>labels.not_finite</source>
        <translation>Признаки, которые вычислила сеть, — не конечные числа.</translation>
    </message>
    <message>
        <source>labels.too_few</source>
        <translation>Слишком мало изображений, чтобы искать неверные метки: {count}.</translation>
    </message>
    <message>
        <source>learning_rate.no_length</source>
        <translation>Длина эпохи неизвестна, и расписание не на что рассчитать.</translation>
    </message>
    <message>
        <source>learning_rate.options</source>
        <translation>Неверные параметры скорости обучения: {what}</translation>
    </message>
    <message>
        <source>learning_rate.scheduler</source>
        <translation>Планировщик скорости обучения не подходит для этого запуска.</translation>
    </message>
    <message>
        <source>loss.class_weights</source>
        <translation>Веса классов не подходят.</translation>
    </message>
    <message>
        <source>loss.labels</source>
        <translation>Функция потерь {name} не принимает логиты и номера классов.</translation>
    </message>
    <message>
        <source>loss.weights</source>
        <translation>Эту функцию потерь нельзя разложить по изображениям, а загрузчик даёт изображениям веса.</translation>
    </message>
    <message>
        <source>lr_find.range</source>
        <translation>Недопустимое значение {name}: {value}.</translation>
    </message>
    <message>
        <source>lr_find.single_pass</source>
        <translation>Обучающие данные можно прочитать только один раз: подбор скорости обучения израсходовал бы их.</translation>
    </message>
    <message>
        <source>map.no_split</source>
        <translation>Карту не из чего построить: нет ни валидационных, ни тестовых изображений.</translation>
    </message>
    <message>
        <source>map.not_finite</source>
        <translation>Для некоторых изображений модель выдаёт NaN или бесконечность, и на карту их не нанести.</translation>
    </message>
    <message>
        <source>map.too_few</source>
        <translation>Для карты нужно хотя бы три изображения, есть {count}.</translation>
    </message>
    <message>
        <source>memory.full</source>
        <translation>Для этого запуска не хватает памяти.</translation>
    </message>
    <message>
        <source>metric.failed</source>
        <translation>Метрику {name}, по которой выбирается лучшая эпоха, не удалось вычислить в эпохе {epoch}: {reason}</translation>
    </message>
    <message>
        <source>metric.unknown</source>
        <translation>Метрики «{name}» нет среди установленных.</translation>
    </message>
    <message>
        <source>metrics.many</source>
        <translation>Слишком много дополнительных метрик.</translation>
    </message>
    <message>
        <source>metrics.mode</source>
        <translation>Неизвестно, в какую сторону улучшается метрика {name}.</translation>
    </message>
    <message>
        <source>metrics.monitor</source>
        <translation>Метрики «{name}» у запуска нет.</translation>
    </message>
    <message>
        <source>metrics.name</source>
        <translation>Метрику нельзя назвать «{name}».</translation>
    </message>
    <message>
        <source>metrics.no_validation</source>
        <translation>Лучшая эпоха выбирается по метрике {name}, а валидационной выборки в данных нет.</translation>
    </message>
    <message>
        <source>metrics.not_one</source>
        <translation>{name}: это не метрика.</translation>
    </message>
    <message>
        <source>model.batch_norm</source>
        <translation>BatchNorm не может обучаться на батчах из одного изображения.</translation>
    </message>
    <message>
        <source>model.half</source>
        <translation>Обучаемые веса — float16: мелкие изменения в них теряются.</translation>
    </message>
    <message>
        <source>model.inference</source>
        <translation>Модель создана в режиме torch.inference_mode(): её веса нельзя обучать.</translation>
    </message>
    <message>
        <source>model.no_weights</source>
        <translation>У модели есть веса без значений: ленивые слои или устройство meta.</translation>
    </message>
    <message>
        <source>model.not_one</source>
        <translation>Передана не модель.</translation>
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
        <translation>В режиме обучения модель не возвращает логиты.</translation>
    </message>
    <message>
        <source>model.shape</source>
        <translation>Модель не подходит к данным: {got}</translation>
    </message>
    <message>
        <source>model.state</source>
        <translation>Состояние модели нельзя сохранить в контрольной точке: {reason}</translation>
    </message>
    <message>
        <source>model.unknown</source>
        <translation>Модели «{name}» нет.</translation>
    </message>
    <message>
        <source>new_callback.exists</source>
        <translation>{path} уже существует; ничего не перезаписано.</translation>
    </message>
    <message>
        <source>new_callback.name</source>
        <translation>Колбэк нельзя назвать «{name}».</translation>
    </message>
    <message>
        <source>new_callback.taken</source>
        <translation>Модуль или класс Python с именем «{name}» уже есть, и новый файл перекрыл бы его.</translation>
    </message>
    <message>
        <source>onnx.missing</source>
        <translation>Для ONNX не установлены пакеты: {packages}.</translation>
    </message>
    <message>
        <source>optimizer.closure</source>
        <translation>Этот оптимизатор работает здесь только на процессоре.</translation>
    </message>
    <message>
        <source>loss.not_one</source>
        <translation>Передана не функция потерь.</translation>
    </message>
    <message>
        <source>optimizer.not_one</source>
        <translation>Передан не оптимизатор.</translation>
    </message>
    <message>
        <source>optimizer.parameters</source>
        <translation>В оптимизаторе нет ни одного параметра модели: модель не менялась бы.</translation>
    </message>
    <message>
        <source>plugin.broken</source>
        <translation>Плагин не загружается. {what}</translation>
    </message>
    <message>
        <source>plugin.options</source>
        <translation>Неподходящие параметры:
{problems}</translation>
    </message>
    <message>
        <source>precision.unknown</source>
        <translation>Нет формата чисел «{precision}».</translation>
    </message>
    <message>
        <source>precision.unsupported</source>
        <translation>Устройство «{device}» здесь не вычисляет в bfloat16.</translation>
    </message>
    <message>
        <source>precision.weights</source>
        <translation>Веса float64 нельзя обучать в bfloat16.</translation>
    </message>
    <message>
        <source>predict.images</source>
        <translation>Такие изображения нечем подготовить для этой модели.</translation>
    </message>
    <message>
        <source>predict.unsure</source>
        <translation>Недопустимое значение уверенности: {value}.</translation>
    </message>
    <message>
        <source>pretrained.augment</source>
        <translation>Замороженная сеть видит каждое изображение один раз: {names} не могут меняться от эпохи к эпохе.</translation>
    </message>
    <message>
        <source>pretrained.damaged</source>
        <translation>Файл предобученных весов повреждён.</translation>
    </message>
    <message>
        <source>pretrained.download</source>
        <translation>Веса модели {model} не удалось загрузить.</translation>
    </message>
    <message>
        <source>pretrained.missing</source>
        <translation>Веса модели {model} не установлены.</translation>
    </message>
    <message>
        <source>pretrained.other</source>
        <translation>Весов, с которыми обучался этот запуск, здесь больше нет.</translation>
    </message>
    <message>
        <source>recipe.unknown</source>
        <translation>Рецепта «{name}» нет.</translation>
    </message>
    <message>
        <source>recipe.unreadable</source>
        <translation>Рецепт не читается: {reason}</translation>
    </message>
    <message>
        <source>report.name</source>
        <translation>Имя «{name}» не подходит.</translation>
    </message>
    <message>
        <source>report.picture</source>
        <translation>Картинка «{name}» не показана.</translation>
    </message>
    <message>
        <source>report.value</source>
        <translation>{name}: это не число.</translation>
    </message>
    <message>
        <source>request.refused</source>
        <translation>Запуск «{name}» отклонил запрос.</translation>
    </message>
    <message>
        <source>request.unanswered</source>
        <translation>Запуск не ответил вовремя.</translation>
    </message>
    <message>
        <source>request.unknown</source>
        <translation>Процесс обучения не поддерживает такой запрос: {what}</translation>
    </message>
    <message>
        <source>resume.accumulate</source>
        <translation>Запуск сохранён внутри эпохи с другим числом накапливаемых батчей.</translation>
    </message>
    <message>
        <source>resume.callbacks</source>
        <translation>Этот запуск обучался с колбэками из файла: {names}. Какой файл выполнять, в папке запуска не записано.</translation>
    </message>
    <message>
        <source>resume.monitor</source>
        <translation>Этот запуск выбирал лучшую эпоху по показателю {then}, а не {now}.</translation>
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
        <translation>Этот запуск обучила для сравнения другая реализация ({algorithm}); продолжить его нельзя.</translation>
    </message>
    <message>
        <source>run.busy</source>
        <translation>В этот запуск сейчас пишет {holder}.</translation>
    </message>
    <message>
        <source>run.custom</source>
        <translation>Этот запуск начат из Python с собственной моделью; построить её отсюда нельзя.</translation>
    </message>
    <message>
        <source>run.data_gone</source>
        <translation>Изображений, на которых обучался этот запуск, нет на месте: {path}</translation>
    </message>
    <message>
        <source>run.exists</source>
        <translation>Запуск с таким именем уже есть.</translation>
    </message>
    <message>
        <source>run.live</source>
        <translation>Запуск «{name}» ещё обучается; он не удалён.</translation>
    </message>
    <message>
        <source>run.name</source>
        <translation>«{name}» не может быть именем запуска.</translation>
    </message>
    <message>
        <source>run.no_checkpoint</source>
        <translation>У этого запуска ещё нет контрольной точки.</translation>
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
        <source>run.no_model</source>
        <translation>Запуск остановлен раньше, чем была построена модель.</translation>
    </message>
    <message>
        <source>run.no_settings</source>
        <translation>Настройки этого запуска не читаются: {reason}</translation>
    </message>
    <message>
        <source>run.not_evaluated</source>
        <translation>Запуск «{name}» ещё не оценён на этой выборке ({split}).</translation>
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
        <translation>Файл этого запуска ссылается на путь за пределами его папки и не был открыт: {path}</translation>
    </message>
    <message>
        <source>run.own_data</source>
        <translation>Этот запуск начат из скрипта, и в его папке не сказано, где лежат изображения.</translation>
    </message>
    <message>
        <source>run.own_model</source>
        <translation>Этот запуск обучал вашу собственную модель; построить её по папке запуска нельзя.</translation>
    </message>
    <message>
        <source>run.split_name</source>
        <translation>Это имя части данных, а сохранённый запуск оценивается на изображениях.</translation>
    </message>
    <message>
        <source>run.unknown</source>
        <translation>Запуска «{name}» нет.</translation>
    </message>
    <message>
        <source>search.busy</source>
        <translation>С поиском «{name}» уже работает другой процесс.</translation>
    </message>
    <message>
        <source>search.missing</source>
        <translation>Для поиска нужна библиотека Optuna, а она не установлена.</translation>
    </message>
    <message>
        <source>search.other_plan</source>
        <translation>Поиск «{name}» уже есть, но с другими настройками или другой областью.</translation>
    </message>
    <message>
        <source>search.plan</source>
        <translation>План этого поиска не читается.</translation>
    </message>
    <message>
        <source>search.space</source>
        <translation>Недопустимая область поиска:
{problems}</translation>
    </message>
    <message>
        <source>search.space_file</source>
        <translation>Файл области поиска не читается: {path}</translation>
    </message>
    <message>
        <source>search.trials</source>
        <translation>Недопустимое значение {name}: {value}.</translation>
    </message>
    <message>
        <source>search.unknown</source>
        <translation>Нет поиска «{name}», который можно продолжить.</translation>
    </message>
    <message>
        <source>seeds.count</source>
        <translation>При одном запуске сравнивать нечего.</translation>
    </message>
    <message>
        <source>settings.invalid</source>
        <translation>Неверные настройки:
{problems}</translation>
    </message>
    <message>
        <source>settings.toml</source>
        <translation>Это не TOML: {reason}</translation>
    </message>
    <message>
        <source>settings.unreadable</source>
        <translation>Файл настроек {path} не читается: {reason}</translation>
    </message>
    <message>
        <source>shards.exists</source>
        <translation>Там уже что-то есть: {path}</translation>
    </message>
    <message>
        <source>similar.no_images</source>
        <translation>Изображения этого запуска нельзя открыть по одному, поэтому похожие не найти.</translation>
    </message>
    <message>
        <source>similar.not_finite</source>
        <translation>Признаки этого изображения не являются конечными числами: похоже, обучение разошлось.</translation>
    </message>
    <message>
        <source>slices.data</source>
        <translation>Неизвестно, на каких данных обучался {name}: в environment.json нет отпечатка данных.</translation>
    </message>
    <message>
        <source>slices.fact</source>
        <translation>Изображения нельзя сгруппировать по «{fact}».</translation>
    </message>
    <message>
        <source>slices.mismatch</source>
        <translation>Предсказания запуска {name} не относятся к сохранённым изображениям ({split}).</translation>
    </message>
    <message>
        <source>slices.not_evaluated</source>
        <translation>Запуск {name} ещё не оценён на этой выборке: {split}.</translation>
    </message>
    <message>
        <source>slices.pattern</source>
        <translation>Под шаблон подходят все изображения ({split}), ни одного или слишком мало.</translation>
    </message>
    <message>
        <source>slices.split</source>
        <translation>Изображения этой выборки ({split}) не сохранены, поэтому о них ничего не известно.</translation>
    </message>
    <message>
        <source>table.columns</source>
        <translation>В таблице не найти столбец путей и столбец меток.</translation>
    </message>
    <message>
        <source>table.unreadable</source>
        <translation>Таблицу не удалось прочитать.</translation>
    </message>
    <message>
        <source>testing.no_run</source>
        <translation>В {path} нет запуска.</translation>
    </message>
    <message>
        <source>testing.not_training</source>
        <translation>После этого события запуск продолжить нельзя.</translation>
    </message>
    <message>
        <source>testing.recording</source>
        <translation>Записанного запуска «{name}» нет.</translation>
    </message>
    <message>
        <source>timm.missing</source>
        <translation>Модель {model} входит в библиотеку timm, которая не установлена.</translation>
    </message>
    <message>
        <source>timm.unknown</source>
        <translation>В библиотеке timm нет модели {model}.</translation>
    </message>
    <message>
        <source>tracker.failed</source>
        <translation>{tool}: сбой, запуск туда больше не записывается: {error}</translation>
    </message>
    <message>
        <source>tracker.missing</source>
        <translation>{tool} не установлен.</translation>
    </message>
    <message>
        <source>tracker.options</source>
        <translation>{tool}: недопустимое значение параметра.</translation>
    </message>
    <message>
        <source>train.count</source>
        <translation>Недопустимое значение {name}: {value}.</translation>
    </message>
    <message>
        <source>train.default_device</source>
        <translation>Устройство torch по умолчанию — {device}: изображения и контрольные точки туда не прочитать.</translation>
    </message>
    <message>
        <source>train.epochs</source>
        <translation>Недопустимое число эпох.</translation>
    </message>
    <message>
        <source>train.option</source>
        <translation>Недопустимое значение {name}: {value}.</translation>
    </message>
    <message>
        <source>train.seed</source>
        <translation>Недопустимое значение seed.</translation>
    </message>
    <message>
        <source>train.soft_labels</source>
        <translation>Эта функция потерь не принимает смешанные метки.</translation>
    </message>
    <message>
        <source>train.step_compile</source>
        <translation>Собственный шаг обучения нельзя скомпилировать.</translation>
    </message>
    <message>
        <source>train.step_result</source>
        <translation>Шаг обучения вернул не то, что нужно.</translation>
    </message>
    <message>
        <source>trainer.copied</source>
        <translation>Объект Trainer нельзя ни скопировать, ни передать через pickle: он принадлежит процессу, который его создал.</translation>
    </message>
    <message>
        <source>version.newer</source>
        <translation>Файл {path} создан более новой версией Epochscope.</translation>
    </message>
    <message>
        <source>weights.file</source>
        <translation>Файл весов не читается: {path}</translation>
    </message>
    <message>
        <source>weights.other_network</source>
        <translation>В файле {path} нет весов для модели {model}.</translation>
    </message>
</context>
<context>
    <name>EvaluationOffer</name>
    <message>
        <source>Cancel</source>
        <translation>Отменить</translation>
    </message>
    <message>
        <source>Command that evaluates the run</source>
        <translation>Команда, которая оценивает запуск</translation>
    </message>
    <message>
        <source>Evaluate</source>
        <translation>Оценить</translation>
    </message>
</context>
<context>
    <name>FactTable</name>
    <message>
        <source>At epoch {epoch}</source>
        <translation>Эпоха {epoch}</translation>
    </message>
    <message>
        <source>Best and test</source>
        <translation>Лучшая эпоха и тест</translation>
    </message>
    <message>
        <source>Newest epoch: {epoch}</source>
        <translation>Последняя эпоха: {epoch}</translation>
    </message>
    <message>
        <source>Now</source>
        <translation>Сейчас</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>Запуск</translation>
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
        <translation>слишком мало изображений, чтобы разделить их на выборки</translation>
    </message>
    <message>
        <source>compressed</source>
        <translation>шард сжат, а читать изображения можно только из обычного tar</translation>
    </message>
    <message>
        <source>damaged_shard</source>
        <translation>шард повреждён или обрезан</translation>
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
        <source>link</source>
        <translation>ссылка, а не изображение</translation>
    </message>
    <message>
        <source>missing</source>
        <translation>файл отсутствует</translation>
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
        <translation>имя — не текст в Unicode</translation>
    </message>
    <message>
        <source>no_class_folders</source>
        <translation>в папке есть изображения, но нет папок классов</translation>
    </message>
    <message>
        <source>no_image</source>
        <translation>метка без изображения</translation>
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
        <source>several_images</source>
        <translation>в примере несколько изображений</translation>
    </message>
    <message>
        <source>shard_missing</source>
        <translation>такого шарда нет</translation>
    </message>
    <message>
        <source>sparse</source>
        <translation>хранится как разреженный файл</translation>
    </message>
    <message>
        <source>truncated</source>
        <translation>файл обрывается</translation>
    </message>
    <message>
        <source>in_two_splits</source>
        <translation>указано дважды, в разных частях данных</translation>
    </message>
    <message>
        <source>two_labels</source>
        <translation>указано дважды, с разными метками</translation>
    </message>
    <message>
        <source>two_members</source>
        <translation>в шарде два файла с этим именем</translation>
    </message>
    <message>
        <source>two_splits</source>
        <translation>есть и valid, и val: оставьте одну из папок</translation>
    </message>
    <message>
        <source>unknown_split</source>
        <translation>непонятное название выборки: нужно train, valid или test</translation>
    </message>
    <message>
        <source>unmatched</source>
        <translation>изображения нет, или оно изменилось</translation>
    </message>
    <message>
        <source>unreadable</source>
        <translation>не читается как изображение</translation>
    </message>
    <message>
        <source>unsafe_path</source>
        <translation>путь ведёт за пределы шарда</translation>
    </message>
</context>
<context>
    <name>FileActions</name>
    <message>
        <source>A folder with one sub-folder of images per class</source>
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
        <translation>Создаём отчёт …</translation>
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
        <source>{path} already exists. Replace it?</source>
        <translation>Файл {path} уже существует. Заменить его?</translation>
    </message>
</context>
<context>
    <name>FileCallbacks</name>
    <message>
        <source>Choose the file…</source>
        <translation>Выбрать файл…</translation>
    </message>
    <message>
        <source>Continue without {names}</source>
        <translation>Продолжить без {names}</translation>
    </message>
    <message>
        <source>File with the callback {name}</source>
        <translation>Файл с колбэком {name}</translation>
    </message>
    <message>
        <source>This run was trained with {names}, from a file. For safety no run stores which file to run.</source>
        <translation>Этот запуск обучался с {names} из файла. Из соображений безопасности в запуске не записано, какой файл выполнять.</translation>
    </message>
</context>
<context>
    <name>FilterBar</name>
    <message>
        <source>All classes</source>
        <translation>Все классы</translation>
    </message>
    <message>
        <source>All images</source>
        <translation>Все</translation>
    </message>
    <message>
        <source>File name</source>
        <translation>Имя файла</translation>
    </message>
    <message>
        <source>Less confident predictions count as unsure: show only those, or set them aside</source>
        <translation>Менее уверенные предсказания считаются сомнительными: их можно показать отдельно или отложить</translation>
    </message>
    <message>
        <source>Correct</source>
        <translation>Верные</translation>
    </message>
    <message>
        <source>Show images of this class</source>
        <translation>Показать изображения этого класса</translation>
    </message>
    <message>
        <source>Show images whose file name contains this</source>
        <translation>Показать изображения, в имени файла которых есть этот текст</translation>
    </message>
    <message>
        <source>Show these images</source>
        <translation>Показать эти изображения</translation>
    </message>
    <message>
        <source>Confident</source>
        <translation>Уверенные</translation>
    </message>
    <message>
        <source>Unreadable</source>
        <translation>Нечитаемые</translation>
    </message>
    <message>
        <source>Unsure below</source>
        <translation>Сомнение ниже</translation>
    </message>
    <message>
        <source>Unsure</source>
        <translation>Сомнительные</translation>
    </message>
    <message>
        <source>Wrong</source>
        <translation>Ошибочные</translation>
    </message>
    <message>
        <source>{some} of {count}</source>
        <translation>{some} из {count}</translation>
    </message>
</context>
<context>
    <name>FixButton</name>
    <message>
        <source>Fix before starting: {names}</source>
        <translation>Исправьте перед запуском: {names}</translation>
    </message>
</context>
<context>
    <name>Fixes</name>
    <message>
        <source>arrays.damaged</source>
        <translation>удалите файл и оцените запуск заново: файл будет записан ещё раз</translation>
    </message>
    <message>
        <source>assist.image</source>
        <translation>укажите файл в «images» или выборку и номер изображения в «split» и «place»</translation>
    </message>
    <message>
        <source>assist.number</source>
        <translation>исправьте число в запросе</translation>
    </message>
    <message>
        <source>assist.out</source>
        <translation>укажите в «out» путь к файлу или папке</translation>
    </message>
    <message>
        <source>assist.request</source>
        <translation>запрос — это один объект JSON с полями «do», «id» и полями самого запроса</translation>
    </message>
    <message>
        <source>cache.live</source>
        <translation>дождитесь его завершения или остановите его</translation>
    </message>
    <message>
        <source>callback.state</source>
        <translation>исправьте колбэк и продолжите запуск или продолжите без него</translation>
    </message>
    <message>
        <source>callback.failed</source>
        <translation>исправьте колбэк и продолжите запуск; подробности — в log.txt в папке запуска</translation>
    </message>
    <message>
        <source>callback.no_validation</source>
        <translation>добавьте валидационную выборку (data.valid больше 0) или уберите этот колбэк</translation>
    </message>
    <message>
        <source>callback_file.broken</source>
        <translation>исправьте файл; команда «python ФАЙЛ.py» покажет ошибку целиком</translation>
    </message>
    <message>
        <source>callback_file.choose</source>
        <translation>назовите нужный после двоеточия: my_callback.py:MyCallback</translation>
    </message>
    <message>
        <source>callback_file.form</source>
        <translation>укажите файл и класс в нём, например my_callback.py:MyCallback</translation>
    </message>
    <message>
        <source>callback_file.missing</source>
        <translation>укажите путь от текущей папки</translation>
    </message>
    <message>
        <source>callback_file.no_class</source>
        <translation>назовите класс из этого файла, производный от trainer.Callback</translation>
    </message>
    <message>
        <source>callbacks.default</source>
        <translation>уберите его из настроек</translation>
    </message>
    <message>
        <source>callbacks.every</source>
        <translation>укажите целое число не меньше 1</translation>
    </message>
    <message>
        <source>callbacks.not_list</source>
        <translation>передайте список: callbacks=[...], даже если колбэк один</translation>
    </message>
    <message>
        <source>callbacks.not_one</source>
        <translation>передайте экземпляр, например EarlyStopping(), а не сам класс; функции передают в trainer.on(Event, f)</translation>
    </message>
    <message>
        <source>callbacks.same_name</source>
        <translation>задайте одному из них другое имя: в запуске имена должны различаться</translation>
    </message>
    <message>
        <source>checkpoint.all_damaged</source>
        <translation>восстановите одну из них из резервной копии или обучите заново: epochscope train --settings {settings}</translation>
    </message>
    <message>
        <source>checkpoint.damaged</source>
        <translation>выберите другую; при продолжении запуска последняя исправная выбирается сама</translation>
    </message>
    <message>
        <source>checkpoint.options</source>
        <translation>keep_best — не меньше 1, остальные — не меньше 0 (0 отключает)</translation>
    </message>
    <message>
        <source>checkpoint.other_loss</source>
        <translation>возьмите ту же функцию потерь, что и в сохранённом запуске, или начните новый запуск</translation>
    </message>
    <message>
        <source>checkpoint.other_model</source>
        <translation>создайте модель с теми же параметрами, что и в сохранённом запуске</translation>
    </message>
    <message>
        <source>checkpoint.other_optimizer</source>
        <translation>возьмите тот же оптимизатор или начните новый запуск</translation>
    </message>
    <message>
        <source>checkpoint.other_parameters</source>
        <translation>заморозьте те же параметры и создайте те же группы, что и в сохранённом запуске</translation>
    </message>
    <message>
        <source>compare.epochs</source>
        <translation>укажите целое число не меньше 1</translation>
    </message>
    <message>
        <source>compare.metric</source>
        <translation>укажите функцию от верных и предсказанных классов, например sklearn.metrics:cohen_kappa_score, и имя, которое ещё не занято</translation>
    </message>
    <message>
        <source>compare.seconds</source>
        <translation>укажите число больше нуля</translation>
    </message>
    <message>
        <source>compare.unknown</source>
        <translation>выберите из тех, что перечисляет epochscope compare --help</translation>
    </message>
    <message>
        <source>compile.failed</source>
        <translation>отключите compile или установите то, чего не хватает</translation>
    </message>
    <message>
        <source>compile.no_compiler</source>
        <translation>отключите compile или установите компилятор (Debian, Ubuntu: apt install g++; macOS: xcode-select --install; Windows: Visual Studio Build Tools)</translation>
    </message>
    <message>
        <source>compile.no_triton</source>
        <translation>отключите compile или установите triton, как описано на сайте PyTorch</translation>
    </message>
    <message>
        <source>data.array</source>
        <translation>нужны массивы uint8 формы (H, W) или (H, W, C), где C равно 1, 3 или 4</translation>
    </message>
    <message>
        <source>data.arrays</source>
        <translation>передайте изображения (N, ...) и по одной метке на каждое</translation>
    </message>
    <message>
        <source>data.batch</source>
        <translation>пусть загрузчик возвращает изображения (B, ...) и номера классов (B,), например с помощью collate_fn</translation>
    </message>
    <message>
        <source>data.changed</source>
        <translation>верните изображения в прежнем виде или начните новый запуск</translation>
    </message>
    <message>
        <source>data.class_file</source>
        <translation>исправьте или удалите этот файл: без него именами классов станут метки из шардов</translation>
    </message>
    <message>
        <source>data.class_lists</source>
        <translation>классы во всех выборках должны быть одни и те же</translation>
    </message>
    <message>
        <source>data.class_not_in_train</source>
        <translation>добавьте эти классы в train или уберите их папки</translation>
    </message>
    <message>
        <source>data.class_too_small</source>
        <translation>добавьте изображений, уберите папки этих классов или откажитесь от одной из выборок (доля валидации или теста 0)</translation>
    </message>
    <message>
        <source>data.classes_changed</source>
        <translation>верните загрузчикам прежние классы в прежнем порядке или начните новый запуск</translation>
    </message>
    <message>
        <source>data.columns</source>
        <translation>оставьте два столбца: image и label</translation>
    </message>
    <message>
        <source>data.compressed</source>
        <translation>распакуйте их, например командой gunzip</translation>
    </message>
    <message>
        <source>data.damaged</source>
        <translation>удалите эту папку и начните снова: набор загрузится заново</translation>
    </message>
    <message>
        <source>data.damaged_shard</source>
        <translation>скопируйте или запишите повреждённые шарды заново</translation>
    </message>
    <message>
        <source>data.dangling</source>
        <translation>исправьте или удалите эти ссылки</translation>
    </message>
    <message>
        <source>data.digits_missing</source>
        <translation>переустановите scikit-learn: pip install --force-reinstall scikit-learn</translation>
    </message>
    <message>
        <source>data.download</source>
        <translation>проверьте сеть и начните снова или положите архив в {path}; повреждённый архив сначала удалите оттуда</translation>
    </message>
    <message>
        <source>data.empty</source>
        <translation>проверьте длину загрузчика; если изображений меньше, чем в батче, задайте drop_last=False или меньший батч</translation>
    </message>
    <message>
        <source>data.empty_class</source>
        <translation>положите в них изображения или удалите их папки</translation>
    </message>
    <message>
        <source>data.folder_unreadable</source>
        <translation>проверьте права доступа</translation>
    </message>
    <message>
        <source>data.fractions</source>
        <translation>уменьшите доли: их сумма должна быть меньше 1</translation>
    </message>
    <message>
        <source>data.hugging_face</source>
        <translation>проверьте имя набора и сеть; имя пишется так: hf:ИМЯ или hf:ИМЯ:КОНФИГУРАЦИЯ</translation>
    </message>
    <message>
        <source>data.image_gone</source>
        <translation>восстановите файл или проверьте соединение с диском и продолжите запуск</translation>
    </message>
    <message>
        <source>data.labels</source>
        <translation>проверьте метки и число выходов модели</translation>
    </message>
    <message>
        <source>data.labels_output</source>
        <translation>укажите --labels с --out ФАЙЛ.csv или без --out</translation>
    </message>
    <message>
        <source>data.link</source>
        <translation>запишите шарды заново: tar --dereference --hard-dereference</translation>
    </message>
    <message>
        <source>data.means</source>
        <translation>имя должно заканчиваться на .png</translation>
    </message>
    <message>
        <source>data.missing</source>
        <translation>верните эти файлы на место или уберите их из списка</translation>
    </message>
    <message>
        <source>data.missing_split</source>
        <translation>переименуйте папку с обучающими изображениями в train</translation>
    </message>
    <message>
        <source>data.mixup</source>
        <translation>отключите mixup и cutmix или подавайте изображения (B, C, H, W) с плавающей точкой и без весов</translation>
    </message>
    <message>
        <source>data.mode</source>
        <translation>сохраните эти изображения с глубиной 8 или 16 бит на канал</translation>
    </message>
    <message>
        <source>data.name</source>
        <translation>переименуйте их</translation>
    </message>
    <message>
        <source>data.no_class_folders</source>
        <translation>сделайте для каждого класса свою папку и разложите по ним изображения</translation>
    </message>
    <message>
        <source>data.no_datasets</source>
        <translation>pip install &apos;epochscope[datasets]&apos;</translation>
    </message>
    <message>
        <source>data.no_image</source>
        <translation>добавьте изображения к этим меткам или уберите метки из шардов</translation>
    </message>
    <message>
        <source>data.no_images</source>
        <translation>укажите папку, в которой у каждого класса своя папка с изображениями</translation>
    </message>
    <message>
        <source>data.no_label</source>
        <translation>добавьте метки или уберите эти изображения</translation>
    </message>
    <message>
        <source>data.no_loader</source>
        <translation>передайте DataLoader, другой итерируемый объект с батчами, Dataset или массивы (X, y)</translation>
    </message>
    <message>
        <source>data.no_path</source>
        <translation>заполните столбец путей или уберите эти строки</translation>
    </message>
    <message>
        <source>data.no_shard_images</source>
        <translation>нужны файлы tar, где изображение и его метка названы одинаково: KEY.jpg и KEY.cls или KEY.json</translation>
    </message>
    <message>
        <source>data.no_split</source>
        <translation>выберите train, valid или test из тех, что в данных есть</translation>
    </message>
    <message>
        <source>data.not_a_file</source>
        <translation>замените их файлами изображений или уберите</translation>
    </message>
    <message>
        <source>data.one_class</source>
        <translation>укажите папку, в которой не меньше двух папок с изображениями</translation>
    </message>
    <message>
        <source>data.oversized</source>
        <translation>уменьшите эти изображения или уберите их</translation>
    </message>
    <message>
        <source>data.permission</source>
        <translation>проверьте права доступа</translation>
    </message>
    <message>
        <source>data.plugin</source>
        <translation>обновите или удалите этот плагин</translation>
    </message>
    <message>
        <source>data.preview</source>
        <translation>укажите --preview N --out ФАЙЛ.npz; N и --epoch — не меньше 1</translation>
    </message>
    <message>
        <source>data.same_name</source>
        <translation>объедините эти папки или переименуйте одну из них</translation>
    </message>
    <message>
        <source>data.several_images</source>
        <translation>оставьте в каждом примере одно изображение</translation>
    </message>
    <message>
        <source>data.shard_missing</source>
        <translation>исправьте шаблон или скопируйте недостающие шарды</translation>
    </message>
    <message>
        <source>data.shard_pattern</source>
        <translation>укажите диапазон от первого номера до последнего, например {{000000..000012}}</translation>
    </message>
    <message>
        <source>data.shard_size</source>
        <translation>укажите его вместе с папкой: --shards ПАПКА --shard-mb N, где N не меньше 1</translation>
    </message>
    <message>
        <source>data.single_pass</source>
        <translation>передайте сам загрузчик, а не iter(loader)</translation>
    </message>
    <message>
        <source>data.sizes</source>
        <translation>приведите их в наборе данных к одному виду, например image.convert(&apos;RGB&apos;).resize((64, 64))</translation>
    </message>
    <message>
        <source>data.source</source>
        <translation>добавьте то, чего не хватает, или передайте загрузчики</translation>
    </message>
    <message>
        <source>data.sparse</source>
        <translation>запишите шарды заново без tar --sparse</translation>
    </message>
    <message>
        <source>data.splits</source>
        <translation>назовите выборки train, valid и test; train нужна обязательно</translation>
    </message>
    <message>
        <source>data.transform</source>
        <translation>вызовите data.reset_format() или передайте набор в Trainer как есть</translation>
    </message>
    <message>
        <source>data.truncated</source>
        <translation>замените эти файлы целыми или уберите их</translation>
    </message>
    <message>
        <source>data.in_two_splits</source>
        <translation>оставьте одну строку</translation>
    </message>
    <message>
        <source>callbacks.event</source>
        <translation>укажите класс, например EpochEnded, или Event для всех событий</translation>
    </message>
    <message>
        <source>callbacks.function</source>
        <translation>передайте функцию одного аргумента</translation>
    </message>
    <message>
        <source>data.image_list</source>
        <translation>передайте список изображений одного размера; пути открывает open_data((paths, labels))</translation>
    </message>
    <message>
        <source>data.two_labels</source>
        <translation>оставьте одну строку</translation>
    </message>
    <message>
        <source>data.two_members</source>
        <translation>запишите шарды заново, дав каждому файлу своё имя</translation>
    </message>
    <message>
        <source>data.two_splits</source>
        <translation>оставьте одну из этих папок</translation>
    </message>
    <message>
        <source>data.unknown_class</source>
        <translation>переименуйте папки или метки или пропустите эти изображения (--skip-unknown)</translation>
    </message>
    <message>
        <source>data.unknown_source</source>
        <translation>укажите имя набора данных, папку, в которой у каждого класса своя папка с изображениями, файл CSV или шарды tar</translation>
    </message>
    <message>
        <source>data.unknown_split</source>
        <translation>пишите train, valid или test</translation>
    </message>
    <message>
        <source>data.unmatched</source>
        <translation>верните изображение или удалите эту строку из файла правок</translation>
    </message>
    <message>
        <source>data.unpublished</source>
        <translation>их записывает в начале запуска колбэк snapshots: включите его в новом запуске</translation>
    </message>
    <message>
        <source>data.unreadable</source>
        <translation>исправьте или уберите их либо включите «Пропускать негодные»</translation>
    </message>
    <message>
        <source>data.unsafe_path</source>
        <translation>запишите шарды заново с путями внутри шарда</translation>
    </message>
    <message>
        <source>data.weights</source>
        <translation>пусть загрузчик возвращает только (изображения, метки) или ещё веса: неотрицательные числа с плавающей точкой, по одному на изображение</translation>
    </message>
    <message>
        <source>data.worker_died</source>
        <translation>возможно, не хватило памяти: закройте другие программы и начните снова</translation>
    </message>
    <message>
        <source>device.missing</source>
        <translation>выберите auto</translation>
    </message>
    <message>
        <source>disk.cache</source>
        <translation>освободите место или укажите в EPOCHSCOPE_CACHE папку, в которую можно писать</translation>
    </message>
    <message>
        <source>disk.failed</source>
        <translation>проверьте диск, а для сетевой папки — соединение</translation>
    </message>
    <message>
        <source>disk.full</source>
        <translation>освободите место</translation>
    </message>
    <message>
        <source>disk.not_regular</source>
        <translation>положите на это место сам файл</translation>
    </message>
    <message>
        <source>disk.path</source>
        <translation>проверьте каждую часть пути: среди них не должно быть файла, ссылки на саму себя и имени длиннее 255 байт</translation>
    </message>
    <message>
        <source>disk.read_only</source>
        <translation>откройте папку для записи или выберите другую папку запусков</translation>
    </message>
    <message>
        <source>disk.too_many_files</source>
        <translation>увеличьте предел (ulimit -n 1024) или закройте другие программы и продолжите запуск</translation>
    </message>
    <message>
        <source>distributed.batch</source>
        <translation>увеличьте размер батча (--batch)</translation>
    </message>
    <message>
        <source>distributed.batch_norm</source>
        <translation>запустите без torchrun: один процесс тоже использует все ядра (--threads); или возьмите модель без BatchNorm: --model mlp, свою с GroupNorm либо предобученную с замороженной BatchNorm (--backbone.freeze-batchnorm)</translation>
    </message>
    <message>
        <source>distributed.batches</source>
        <translation>уберите DistributedSampler и другое разделение данных: каждый процесс сам берёт свою долю батча; всё случайное в загрузчике должно зависеть от seed</translation>
    </message>
    <message>
        <source>distributed.capture</source>
        <translation>вызовите run.request_checkpoint()</translation>
    </message>
    <message>
        <source>distributed.connect</source>
        <translation>запустите их так: torchrun --nproc-per-node 2 -m trainer train …</translation>
    </message>
    <message>
        <source>distributed.connection</source>
        <translation>посмотрите, что сообщили остальные процессы, и продолжите запуск</translation>
    </message>
    <message>
        <source>distributed.data</source>
        <translation>дайте всем машинам одни и те же изображения</translation>
    </message>
    <message>
        <source>distributed.deferred</source>
        <translation>зарегистрируйте такие тензоры через register_buffer или передайте в Trainer саму модель вместо функции: тогда каждый процесс построит её целиком</translation>
    </message>
    <message>
        <source>distributed.devices</source>
        <translation>укажите для всех одно и то же --device: auto, cpu или cuda</translation>
    </message>
    <message>
        <source>distributed.diverged</source>
        <translation>меняйте веса, градиенты и скорость обучения одинаково во всех процессах (колбэк с phase = Phase.DECIDE вызывается в каждом) и используйте процессоры одного типа</translation>
    </message>
    <message>
        <source>distributed.failed</source>
        <translation>причину ищите в выводе этого процесса; устранив её, продолжите запуск</translation>
    </message>
    <message>
        <source>distributed.lost</source>
        <translation>выясните причину (не хватило памяти?) и продолжите запуск с любым числом процессов</translation>
    </message>
    <message>
        <source>distributed.mixup</source>
        <translation>отключите mixup и cutmix или обучайте в одном процессе</translation>
    </message>
    <message>
        <source>distributed.no_values</source>
        <translation>сначала вызовите fit, затем загрузите обученную модель из папки запуска: load_run(run_dir).model()</translation>
    </message>
    <message>
        <source>distributed.over</source>
        <translation>запустите все процессы заново</translation>
    </message>
    <message>
        <source>distributed.seeds</source>
        <translation>уберите torchrun или --seeds</translation>
    </message>
    <message>
        <source>distributed.shard</source>
        <translation>отключите shard или уберите то, что с ним несовместимо: accumulate, свой training_step, LBFGS, compile, обучаемую функцию потерь, общие веса у разных слоёв</translation>
    </message>
    <message>
        <source>distributed.shard_devices</source>
        <translation>запустите столько процессов, сколько есть GPU, или отключите shard</translation>
    </message>
    <message>
        <source>distributed.sharded_model</source>
        <translation>загрузите обученную модель в одном процессе: load_run(run_dir).model()</translation>
    </message>
    <message>
        <source>distributed.single_pass</source>
        <translation>передайте сам загрузчик, а не iter(loader)</translation>
    </message>
    <message>
        <source>distributed.stuck</source>
        <translation>выясните, чего он ждёт (py-spy dump --pid {pid}): например, загрузчика, который не отвечает; затем продолжите запуск. Если шаги и должны длиться дольше, увеличьте EPOCHSCOPE_WAIT_MINUTES</translation>
    </message>
    <message>
        <source>diverged.step</source>
        <translation>уменьшите скорость обучения и проверьте, нет ли в изображениях NaN</translation>
    </message>
    <message>
        <source>diverged.weights</source>
        <translation>продолжите с последней контрольной точки с меньшей скоростью обучения</translation>
    </message>
    <message>
        <source>early_stopping.options</source>
        <translation>терпение — не меньше 1 эпохи, наименьшее улучшение — не меньше 0</translation>
    </message>
    <message>
        <source>edits.line</source>
        <translation>исправьте или удалите её: action — leave_out, relabel или fine; для relabel нужен class</translation>
    </message>
    <message>
        <source>edits.missing</source>
        <translation>исправьте настройку data.edits или уберите её, чтобы обучать с исходными метками</translation>
    </message>
    <message>
        <source>edits.unknown_class</source>
        <translation>исправьте столбец class</translation>
    </message>
    <message>
        <source>edits.unreadable</source>
        <translation>нужна таблица CSV в UTF-8 со столбцами path, digest, action, class, when</translation>
    </message>
    <message>
        <source>engine.start</source>
        <translation>выберите в настройках Python, в котором установлен epochscope</translation>
    </message>
    <message>
        <source>evaluate.no_folder</source>
        <translation>укажите папку, в которой у каждого класса своя папка, или файл CSV с путями и метками</translation>
    </message>
    <message>
        <source>evaluate.options</source>
        <translation>параметры --csv, --skip-bad и --skip-unknown имеют смысл только вместе с --data, а --map — только без него</translation>
    </message>
    <message>
        <source>evaluate.shards</source>
        <translation>распакуйте их или оцените запуск на его тестовых изображениях</translation>
    </message>
    <message>
        <source>explain.class</source>
        <translation>выберите класс из тех, которым обучена модель</translation>
    </message>
    <message>
        <source>explain.neighbors</source>
        <translation>укажите целое число не меньше 0</translation>
    </message>
    <message>
        <source>explain.place</source>
        <translation>номера начинаются с 1 и не превышают числа изображений в этой выборке</translation>
    </message>
    <message>
        <source>export.among_copies</source>
        <translation>укажите для копий другую папку, в которой нет этих изображений</translation>
    </message>
    <message>
        <source>export.custom</source>
        <translation>экспортируйте trainer.model из того же скрипта: torch.save или torch.onnx.export</translation>
    </message>
    <message>
        <source>export.differs</source>
        <translation>попробуйте другой формат; если это повторится, сообщите об ошибке</translation>
    </message>
    <message>
        <source>export.exists</source>
        <translation>выберите другое имя или сначала удалите прежнее</translation>
    </message>
    <message>
        <source>export.failed</source>
        <translation>экспортируйте веса: формат safetensors</translation>
    </message>
    <message>
        <source>export.format</source>
        <translation>выберите формат из тех, что перечисляет epochscope export --help</translation>
    </message>
    <message>
        <source>export.is_folder</source>
        <translation>укажите имя файла в ней</translation>
    </message>
    <message>
        <source>export.no_folder</source>
        <translation>создайте её или выберите другую</translation>
    </message>
    <message>
        <source>export.option</source>
        <translation>уберите этот параметр или выберите другой формат</translation>
    </message>
    <message>
        <source>export.unreadable</source>
        <translation>попробуйте другой формат; если это повторится, сообщите об ошибке</translation>
    </message>
    <message>
        <source>folds.count</source>
        <translation>возьмите от 2 до {most}: столько изображений в самом маленьком классе — или добавьте в него изображений</translation>
    </message>
    <message>
        <source>gui.display</source>
        <translation>работайте в терминале (epochscope train, epochscope runs) или подключитесь через ssh -X</translation>
    </message>
    <message>
        <source>gui.library</source>
        <translation>установите их менеджером пакетов, например apt install</translation>
    </message>
    <message>
        <source>gui.missing</source>
        <translation>pip install &apos;epochscope[gui]&apos;</translation>
    </message>
    <message>
        <source>install.damaged</source>
        <translation>установите программу заново: pip install --force-reinstall epochscope</translation>
    </message>
    <message>
        <source>install.missing</source>
        <translation>выполните pip install -e . в папке с исходным кодом</translation>
    </message>
    <message>
        <source>labels.answer</source>
        <translation>запустите проверку ещё раз</translation>
    </message>
    <message>
        <source>labels.not_finite</source>
        <translation>возьмите другие веса или другой размер изображений (--backbone.size)</translation>
    </message>
    <message>
        <source>labels.too_few</source>
        <translation>нужно хотя бы 10</translation>
    </message>
    <message>
        <source>learning_rate.no_length</source>
        <translation>задайте загрузчику длину (__len__) или передайте свой планировщик</translation>
    </message>
    <message>
        <source>learning_rate.options</source>
        <translation>укажите либо свой планировщик, либо параметры встроенного: LearningRate(schedule=&apos;cosine&apos;)</translation>
    </message>
    <message>
        <source>learning_rate.scheduler</source>
        <translation>создайте его для оптимизатора этого запуска</translation>
    </message>
    <message>
        <source>loss.class_weights</source>
        <translation>нужен один вес на каждый класс, того же типа, что и логиты: weight=torch.tensor(weights).float()</translation>
    </message>
    <message>
        <source>loss.labels</source>
        <translation>оберните её в функцию, которая преобразует номера классов</translation>
    </message>
    <message>
        <source>loss.weights</source>
        <translation>пусть загрузчик возвращает только (изображения, метки), или возьмите функцию потерь с reduction=&apos;none&apos;</translation>
    </message>
    <message>
        <source>lr_find.range</source>
        <translation>укажите число из допустимых пределов; начало диапазона должно быть меньше конца</translation>
    </message>
    <message>
        <source>lr_find.single_pass</source>
        <translation>передайте в Trainer DataLoader или массивы, а не итератор</translation>
    </message>
    <message>
        <source>map.not_finite</source>
        <translation>обучение разошлось: начните новый запуск с меньшей скоростью обучения</translation>
    </message>
    <message>
        <source>memory.full</source>
        <translation>уменьшите батч (--batch) или изображения (--data.size) либо возьмите меньшую модель</translation>
    </message>
    <message>
        <source>metric.failed</source>
        <translation>исправьте метрику и продолжите запуск: эпоха сохранена; подробности — в log.txt в папке запуска</translation>
    </message>
    <message>
        <source>metrics.many</source>
        <translation>оставьте не больше 64</translation>
    </message>
    <message>
        <source>metrics.mode</source>
        <translation>укажите max, если больше — лучше, или min, если меньше — лучше; у loss это min, у accuracy и macro_f1 — max</translation>
    </message>
    <message>
        <source>metrics.monitor</source>
        <translation>добавьте её в metrics или выберите из имеющихся: {known}</translation>
    </message>
    <message>
        <source>metrics.name</source>
        <translation>выберите другое имя: буквы, цифры и _, не больше 60 знаков, не имя встроенного показателя</translation>
    </message>
    <message>
        <source>metrics.no_validation</source>
        <translation>добавьте валидационную выборку (data.valid больше 0) или уберите monitor</translation>
    </message>
    <message>
        <source>metrics.not_one</source>
        <translation>передайте функцию от вероятностей и меток или объект с методами update, compute и reset</translation>
    </message>
    <message>
        <source>model.batch_norm</source>
        <translation>увеличьте размер батча (--batch) и число обучающих изображений или возьмите модель с GroupNorm</translation>
    </message>
    <message>
        <source>model.half</source>
        <translation>вызовите model.float(), а для вычислений с половинной точностью укажите precision=&apos;bfloat16&apos;</translation>
    </message>
    <message>
        <source>model.inference</source>
        <translation>создайте модель до `with torch.inference_mode()`</translation>
    </message>
    <message>
        <source>model.no_weights</source>
        <translation>модель с ленивыми слоями вызовите один раз на батче изображений, прежде чем передать её в Trainer; вместо модели на устройстве meta передайте функцию, которая её строит</translation>
    </message>
    <message>
        <source>model.not_one</source>
        <translation>передайте модуль torch.nn.Module: свой или из build_model</translation>
    </message>
    <message>
        <source>model.nothing_to_train</source>
        <translation>разморозьте хотя бы один параметр: parameter.requires_grad_(True)</translation>
    </message>
    <message>
        <source>model.options</source>
        <translation>проверьте параметры модели; фабрика плагина должна возвращать torch.nn.Module</translation>
    </message>
    <message>
        <source>model.outputs</source>
        <translation>верните логиты (B, C) или кортеж, который с них начинается</translation>
    </message>
    <message>
        <source>model.shape</source>
        <translation>постройте её под эту форму входа и число классов или измените размер изображений</translation>
    </message>
    <message>
        <source>model.state</source>
        <translation>храните в нём только тензоры, числа, строки, списки и словари или обучайте без папки запуска (run_dir=None)</translation>
    </message>
    <message>
        <source>new_callback.exists</source>
        <translation>выберите другое имя или другую папку (--into)</translation>
    </message>
    <message>
        <source>new_callback.name</source>
        <translation>используйте латинские буквы, цифры и _, имя начинайте с буквы; ключевые слова Python не подходят</translation>
    </message>
    <message>
        <source>new_callback.taken</source>
        <translation>выберите другое имя</translation>
    </message>
    <message>
        <source>onnx.missing</source>
        <translation>pip install &apos;epochscope[onnx]&apos;</translation>
    </message>
    <message>
        <source>optimizer.closure</source>
        <translation>выберите устройство cpu</translation>
    </message>
    <message>
        <source>loss.not_one</source>
        <translation>передайте функцию логитов и меток или объект, со скобками: loss=torch.nn.CrossEntropyLoss()</translation>
    </message>
    <message>
        <source>optimizer.not_one</source>
        <translation>передайте оптимизатор из torch.optim или функцию параметров: optimizer=lambda parameters: SGD(parameters, lr=0.1)</translation>
    </message>
    <message>
        <source>optimizer.parameters</source>
        <translation>создайте оптимизатор после модели или передайте функцию: optimizer=lambda parameters: SGD(parameters, lr=0.1)</translation>
    </message>
    <message>
        <source>plugin.broken</source>
        <translation>исправьте его, если он ваш, иначе обновите или удалите</translation>
    </message>
    <message>
        <source>plugin.options</source>
        <translation>исправьте параметры плагина</translation>
    </message>
    <message>
        <source>precision.unknown</source>
        <translation>выберите float32 или bfloat16</translation>
    </message>
    <message>
        <source>precision.unsupported</source>
        <translation>выберите float32</translation>
    </message>
    <message>
        <source>precision.weights</source>
        <translation>вызовите model.float() или выберите float32</translation>
    </message>
    <message>
        <source>predict.images</source>
        <translation>подготовьте их так же, как обучающие данные, и повторите предсказание</translation>
    </message>
    <message>
        <source>predict.unsure</source>
        <translation>укажите число от 0 до 1</translation>
    </message>
    <message>
        <source>pretrained.augment</source>
        <translation>из аугментаций оставьте только отражение или обучайте и саму сеть (--tune top)</translation>
    </message>
    <message>
        <source>pretrained.damaged</source>
        <translation>удалите его; если он из пакета, установите пакет заново</translation>
    </message>
    <message>
        <source>pretrained.download</source>
        <translation>проверьте сеть и начните снова или положите файл сюда: {path}</translation>
    </message>
    <message>
        <source>pretrained.missing</source>
        <translation>pip install &apos;epochscope[pretrained]&apos;</translation>
    </message>
    <message>
        <source>pretrained.other</source>
        <translation>верните файл на место или обучите модель заново</translation>
    </message>
    <message>
        <source>recipe.unknown</source>
        <translation>укажите имя рецепта или путь к файлу TOML</translation>
    </message>
    <message>
        <source>recipe.unreadable</source>
        <translation>сохраните его как текст в UTF-8</translation>
    </message>
    <message>
        <source>report.name</source>
        <translation>нужны от 1 до 100 знаков в одной строке и не больше 100 разных имён за запуск</translation>
    </message>
    <message>
        <source>report.picture</source>
        <translation>передайте массив uint8 (H, W), (H, W, 3) или (H, W, 4), изображение PIL или файл PNG из папки запуска, не больше 4096 × 4096 пикселей и 16 МБ</translation>
    </message>
    <message>
        <source>report.value</source>
        <translation>передайте число либо массив или тензор из одного числа</translation>
    </message>
    <message>
        <source>request.unanswered</source>
        <translation>подождите: запрос остаётся в силе. Если процесс завис, завершите его и продолжите запуск</translation>
    </message>
    <message>
        <source>request.unknown</source>
        <translation>обновите Epochscope: окно и процесс обучения должны быть одной версии</translation>
    </message>
    <message>
        <source>resume.accumulate</source>
        <translation>продолжите с тем же accumulate или начните новый запуск</translation>
    </message>
    <message>
        <source>resume.callbacks</source>
        <translation>назовите файл снова: epochscope resume {run} {named}
или установите пакет, в который он вошёл.
Чтобы продолжить без них: epochscope resume {run} {left_out}</translation>
    </message>
    <message>
        <source>resume.monitor</source>
        <translation>продолжите с прежним показателем или начните новый запуск</translation>
    </message>
    <message>
        <source>resume.no_folder</source>
        <translation>передайте в Trainer папку остановленного запуска: run_dir=…</translation>
    </message>
    <message>
        <source>resume.nothing</source>
        <translation>выберите запуск из списка или начните новый</translation>
    </message>
    <message>
        <source>run.ambiguous</source>
        <translation>укажите имя полнее</translation>
    </message>
    <message>
        <source>run.baseline</source>
        <translation>обучите заново: epochscope compare ДАННЫЕ --only {algorithm}; оценка и предсказания работают</translation>
    </message>
    <message>
        <source>run.busy</source>
        <translation>дождитесь конца или сначала остановите его</translation>
    </message>
    <message>
        <source>run.custom</source>
        <translation>продолжите его в том же скрипте: fit(resume=True)</translation>
    </message>
    <message>
        <source>run.data_gone</source>
        <translation>верните их туда, где они были: по ним определяется, как готовить новые изображения</translation>
    </message>
    <message>
        <source>run.exists</source>
        <translation>выберите другое имя или продолжите тот запуск</translation>
    </message>
    <message>
        <source>run.live</source>
        <translation>сначала остановите его</translation>
    </message>
    <message>
        <source>run.name</source>
        <translation>нужны от 1 до 64 знаков из A–Z a–z 0–9 . _ -, без точки в начале и в конце; не «last»</translation>
    </message>
    <message>
        <source>run.no_checkpoint</source>
        <translation>пусть пройдёт хотя бы одна эпоха</translation>
    </message>
    <message>
        <source>run.no_evaluation</source>
        <translation>доведите его до конца или оцените сейчас</translation>
    </message>
    <message>
        <source>run.not_evaluated</source>
        <translation>оцените его: epochscope evaluate</translation>
    </message>
    <message>
        <source>run.not_running</source>
        <translation>продолжите его: кнопка «Продолжить» или epochscope resume</translation>
    </message>
    <message>
        <source>run.nothing_to_draw</source>
        <translation>дождитесь конца первой эпохи; если запуск прервался раньше, причину покажет epochscope runs show</translation>
    </message>
    <message>
        <source>run.outside</source>
        <translation>внутри папки запуска допустимы только пути, которые из неё не выходят</translation>
    </message>
    <message>
        <source>run.own_data</source>
        <translation>откройте данные так же, как в скрипте: open_data(...)</translation>
    </message>
    <message>
        <source>run.own_model</source>
        <translation>передайте её: load_run(..., model=Network())</translation>
    </message>
    <message>
        <source>run.split_name</source>
        <translation>метрики частей уже есть в run.evaluations; для других изображений передайте папку, таблицу, список пар (путь, метка) или массивы (X, y)</translation>
    </message>
    <message>
        <source>run.unknown</source>
        <translation>выберите запуск из списка (epochscope runs) или укажите его папку</translation>
    </message>
    <message>
        <source>search.busy</source>
        <translation>дождитесь конца или остановите его там (Ctrl-C)</translation>
    </message>
    <message>
        <source>search.missing</source>
        <translation>pip install &apos;epochscope[search]&apos;</translation>
    </message>
    <message>
        <source>search.other_plan</source>
        <translation>выберите другое имя</translation>
    </message>
    <message>
        <source>search.plan</source>
        <translation>начните поиск под другим именем</translation>
    </message>
    <message>
        <source>search.space</source>
        <translation>пишите ИМЯ=ОТ..ДО, ИМЯ=ОТ..ДО:log, ИМЯ=ОТ..ДО:ШАГ или ИМЯ=А,Б,В; все настройки и их пределы покажет epochscope describe</translation>
    </message>
    <message>
        <source>search.space_file</source>
        <translation>нужен файл TOML с таблицей [space] и строками вида &quot;train.lr&quot; = &quot;1e-4..1e-1:log&quot;</translation>
    </message>
    <message>
        <source>search.trials</source>
        <translation>укажите целое число, не меньше 1</translation>
    </message>
    <message>
        <source>search.unknown</source>
        <translation>проверьте имя; чтобы начать новый поиск, назовите данные: epochscope search digits …</translation>
    </message>
    <message>
        <source>seeds.count</source>
        <translation>задайте не меньше двух запусков; для большинства вопросов хватает пяти</translation>
    </message>
    <message>
        <source>settings.invalid</source>
        <translation>исправьте их; все настройки и их пределы покажет epochscope describe</translation>
    </message>
    <message>
        <source>settings.toml</source>
        <translation>нужны строки вида epochs = 5 или device = &quot;cpu&quot; под заголовком таблицы, например [train]</translation>
    </message>
    <message>
        <source>settings.unreadable</source>
        <translation>нужен файл TOML в UTF-8, например run.toml какого-нибудь запуска</translation>
    </message>
    <message>
        <source>shards.exists</source>
        <translation>укажите новую или пустую папку</translation>
    </message>
    <message>
        <source>slices.data</source>
        <translation>сравнивайте запуски, в папках которых есть environment.json с отпечатком данных</translation>
    </message>
    <message>
        <source>slices.fact</source>
        <translation>выберите свойство, по которому изображения различаются</translation>
    </message>
    <message>
        <source>slices.mismatch</source>
        <translation>оцените запуск ещё раз</translation>
    </message>
    <message>
        <source>slices.not_evaluated</source>
        <translation>оцените его или выберите другую выборку</translation>
    </message>
    <message>
        <source>slices.pattern</source>
        <translation>укажите шаблон пути, под который подходит часть изображений</translation>
    </message>
    <message>
        <source>slices.split</source>
        <translation>выберите другую выборку</translation>
    </message>
    <message>
        <source>table.columns</source>
        <translation>назовите столбцы path и label</translation>
    </message>
    <message>
        <source>table.unreadable</source>
        <translation>нужен файл CSV в UTF-8 со столбцами путей и меток</translation>
    </message>
    <message>
        <source>testing.no_run</source>
        <translation>укажите папку запуска или его journal.jsonl</translation>
    </message>
    <message>
        <source>testing.not_training</source>
        <translation>выберите событие из training(events)</translation>
    </message>
    <message>
        <source>testing.recording</source>
        <translation>возьмите одну из имеющихся записей или укажите папку своего запуска</translation>
    </message>
    <message>
        <source>timm.missing</source>
        <translation>pip install &apos;epochscope[pretrained]&apos;</translation>
    </message>
    <message>
        <source>timm.unknown</source>
        <translation>имена моделей смотрите на https://huggingface.co/timm</translation>
    </message>
    <message>
        <source>tracker.failed</source>
        <translation>подробности — в log.txt в папке запуска; чего не хватает, позже передаст epochscope export</translation>
    </message>
    <message>
        <source>tracker.missing</source>
        <translation>pip install &apos;epochscope[{package}]&apos;</translation>
    </message>
    <message>
        <source>tracker.options</source>
        <translation>pictures — целое число от 0, patience — секунды, от 0, mode — offline или online</translation>
    </message>
    <message>
        <source>train.count</source>
        <translation>укажите целое число от 1 до {most}</translation>
    </message>
    <message>
        <source>train.default_device</source>
        <translation>уберите torch.set_default_device(...) или `with torch.device(...)` и передайте в Trainer device=...</translation>
    </message>
    <message>
        <source>train.epochs</source>
        <translation>укажите целое число не меньше 1</translation>
    </message>
    <message>
        <source>train.option</source>
        <translation>исправьте значение; допустимые значения перечислены в справочнике</translation>
    </message>
    <message>
        <source>train.seed</source>
        <translation>укажите целое число не меньше 0</translation>
    </message>
    <message>
        <source>train.soft_labels</source>
        <translation>отключите mixup и cutmix или возьмите кросс-энтропию</translation>
    </message>
    <message>
        <source>train.step_compile</source>
        <translation>отключите compile или сами вызовите torch.compile для модели</translation>
    </message>
    <message>
        <source>train.step_result</source>
        <translation>верните потерю с градиентом или пару (потеря, логиты)</translation>
    </message>
    <message>
        <source>trainer.copied</source>
        <translation>создавайте его внутри функции, которая обучает; данные, модель и то, что вернул fit, через pickle передавать можно</translation>
    </message>
    <message>
        <source>version.newer</source>
        <translation>обновите Epochscope: pip install --upgrade epochscope</translation>
    </message>
    <message>
        <source>weights.file</source>
        <translation>нужен файл .safetensors или state dict, сохранённый через torch.save (только тензоры)</translation>
    </message>
    <message>
        <source>weights.other_network</source>
        <translation>выберите модель, к которой относятся эти веса</translation>
    </message>
</context>
<context>
    <name>Folder</name>
    <message>
        <source>({count} more)</source>
        <translation>(и ещё {count})</translation>
    </message>
    <message>
        <source>The run refers to {file}, which is outside its folder. It was not opened.</source>
        <translation>Запуск ссылается на {file} за пределами своей папки. Файл не был открыт.</translation>
    </message>
    <message>
        <source>{file} cannot be read: {reason}</source>
        <translation>{file} не читается: {reason}</translation>
    </message>
    <message>
        <source>{file} is a link. It was not opened.</source>
        <translation>{file} — ссылка, она не была открыта.</translation>
    </message>
    <message>
        <source>{file} is missing.</source>
        <translation>{file} отсутствует.</translation>
    </message>
    <message>
        <source>{file} is not a file. It was not opened.</source>
        <translation>{file} — не файл, он не был открыт.</translation>
    </message>
    <message>
        <source>{file} is not a folder. It was not opened.</source>
        <translation>{file} — не папка, она не была открыта.</translation>
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
        <source>Expected: loss, accuracy, macro_f1 or one of “More metrics”.</source>
        <translation>Ожидается loss, accuracy, macro_f1 или одна из «Других метрик».</translation>
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
        <source>Head of the pretrained network</source>
        <translation>Голова предобученной сети</translation>
    </message>
    <message>
        <source>Model {name}</source>
        <translation>Модель {name}</translation>
    </message>
    <message>
        <source>Needs a value.</source>
        <translation>Нужно значение.</translation>
    </message>
    <message>
        <source>One of these callbacks is not installed.</source>
        <translation>Один из этих колбэков не установлен.</translation>
    </message>
    <message>
        <source>One of these metrics is not installed.</source>
        <translation>Одна из этих метрик не установлена.</translation>
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
        <source>A run of this name already exists.</source>
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
        <source>Validation and test together leave nothing to train on.</source>
        <translation>Валидационная и тестовая выборки не оставляют изображений для обучения.</translation>
    </message>
    <message>
        <source>a number</source>
        <translation>число</translation>
    </message>
    <message>
        <source>a path</source>
        <translation>путь</translation>
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
        <source>one of {names}</source>
        <translation>одно из {names}</translation>
    </message>
    <message>
        <source>true or false</source>
        <translation>true или false</translation>
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
    <name>HeatView</name>
    <message>
        <source>A heat map over the image: what supports the class</source>
        <translation>Тепловая карта поверх изображения: что говорит в пользу класса</translation>
    </message>
    <message>
        <source>Class activation map (exact)</source>
        <translation>Карта активации класса (точно)</translation>
    </message>
    <message>
        <source>Class that the heat map is for</source>
        <translation>Класс, для которого построена тепловая карта</translation>
    </message>
    <message>
        <source>Computing…</source>
        <translation>Вычисление…</translation>
    </message>
    <message>
        <source>Grad-CAM</source>
        <translation>Grad-CAM</translation>
    </message>
    <message>
        <source>Loading the model… The first image takes a few seconds.</source>
        <translation>Загрузка модели… Первое изображение займёт несколько секунд.</translation>
    </message>
    <message>
        <source>Nothing supports this class; bright areas count least against it</source>
        <translation>В пользу этого класса не говорит ничего; светлым показано то, что меньше всего говорит против него</translation>
    </message>
    <message>
        <source>Occlusion: confidence lost where it is covered</source>
        <translation>Окклюзия: насколько падает уверенность, если закрыть участок</translation>
    </message>
    <message>
        <source>Opacity of the heat map</source>
        <translation>Непрозрачность тепловой карты</translation>
    </message>
    <message>
        <source>Predicted class</source>
        <translation>Предсказанный класс</translation>
    </message>
    <message>
        <source>Predicted: {name}</source>
        <translation>Предсказан: {name}</translation>
    </message>
    <message>
        <source>The heat map is of epoch {epoch}, the prediction of epoch {shown}.</source>
        <translation>Тепловая карта относится к эпохе {epoch}, предсказание — к эпохе {shown}.</translation>
    </message>
    <message>
        <source>The heat map is of the best epoch, {epoch}; the prediction is of epoch {shown}.</source>
        <translation>Тепловая карта относится к лучшей эпохе, {epoch}, а предсказание — к эпохе {shown}.</translation>
    </message>
    <message>
        <source>True: {name}</source>
        <translation>Истинный: {name}</translation>
    </message>
    <message>
        <source>Weight times pixel (exact)</source>
        <translation>Вес, умноженный на пиксель (точно)</translation>
    </message>
    <message>
        <source>Where it looked</source>
        <translation>Куда смотрела</translation>
    </message>
    <message>
        <source>best weights, epoch {epoch}</source>
        <translation>лучшие веса, эпоха {epoch}</translation>
    </message>
    <message>
        <source>epoch {epoch}</source>
        <translation>эпоха {epoch}</translation>
    </message>
</context>
<context>
    <name>HelpActions</name>
    <message>
        <source>Epochscope {version}: train an image classifier and watch what it learns as it learns it.</source>
        <translation>Epochscope {version}: обучает классификаторы изображений и прямо во время обучения показывает, чему они учатся.</translation>
    </message>
    <message>
        <source>Error in the window, not in the run: {error}</source>
        <translation>Ошибка окна, не запуска: {error}</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Клавиши</translation>
    </message>
    <message>
        <source>Nothing has been written yet.</source>
        <translation>Пока ничего не записано.</translation>
    </message>
    <message>
        <source>Show the log</source>
        <translation>Показать журнал</translation>
    </message>
</context>
<context>
    <name>HistoryChart</name>
    <message>
        <source>A trial</source>
        <translation>Проба</translation>
    </message>
    <message>
        <source>Best so far</source>
        <translation>Лучшее на тот момент</translation>
    </message>
    <message>
        <source>Trial</source>
        <translation>Проба</translation>
    </message>
</context>
<context>
    <name>ImageDetail</name>
    <message>
        <source>Back</source>
        <translation>Назад</translation>
    </message>
    <message>
        <source>By epoch: ↑ right {right}, ↓ wrong {wrong}</source>
        <translation>По эпохам: ↑ верно {right}, ↓ неверно {wrong}</translation>
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
        <source>Distance</source>
        <translation>Расстояние</translation>
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
        <source>Predicted</source>
        <translation>Предсказано</translation>
    </message>
    <message>
        <source>Previous image (Alt+Left)</source>
        <translation>К предыдущему изображению (Alt+←)</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Размер</translation>
    </message>
    <message>
        <source>Training image</source>
        <translation>Обучающее изображение</translation>
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
        <translation>Все изображения выборки, любого класса</translation>
    </message>
    <message>
        <source>All of class {true}</source>
        <translation>Весь класс {true}</translation>
    </message>
    <message>
        <source>All predicted as {predicted}</source>
        <translation>Всё, что предсказано как {predicted}</translation>
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
        <source>Largest loss</source>
        <translation>Большие потери</translation>
    </message>
    <message>
        <source>Least confident</source>
        <translation>Неуверенные</translation>
    </message>
    <message>
        <source>Most confident</source>
        <translation>Уверенные</translation>
    </message>
    <message>
        <source>Right</source>
        <translation>Верные</translation>
    </message>
    <message>
        <source>Smallest loss</source>
        <translation>Малые потери</translation>
    </message>
    <message>
        <source>Wrong</source>
        <translation>Неверные</translation>
    </message>
    <message>
        <source>No image matches. Choose another cell or filter.</source>
        <translation>Нет подходящих изображений. Выберите другую ячейку или фильтр.</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>Порядок</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>Показать все</translation>
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
        <source>{true} predicted as {predicted}</source>
        <translation>{true}, предсказано {predicted}</translation>
    </message>
    <message>
        <source>{true}, correct</source>
        <translation>{true}, предсказано верно</translation>
    </message>
    <message>
        <source>{true}, predicted as {predicted} ({share}), {verdict}, {loss}</source>
        <translation>{true}, предсказано: {predicted}, уверенность {share}, {verdict}, {loss}</translation>
    </message>
</context>
<context>
    <name>ImageViewer</name>
    <message>
        <source>Next image</source>
        <translation>Следующее изображение</translation>
    </message>
    <message>
        <source>Open in the system&apos;s viewer</source>
        <translation>Открыть в программе просмотра</translation>
    </message>
    <message>
        <source>Previous image</source>
        <translation>Предыдущее изображение</translation>
    </message>
    <message>
        <source>This image cannot be shown here.</source>
        <translation>Это изображение нельзя показать здесь.</translation>
    </message>
    <message>
        <source>This image cannot be shown here, but the model could read it.</source>
        <translation>Это изображение нельзя показать здесь, но модель его прочитала.</translation>
    </message>
    <message>
        <source>Back to the image</source>
        <translation>Назад к снимку</translation>
    </message>
    <message>
        <source>Training image of the class {name}</source>
        <translation>Обучающее изображение класса {name}</translation>
    </message>
    <message>
        <source>Training image of the class {name}, predicted as {predicted} ({share})</source>
        <translation>Обучающее изображение класса {name}, предсказано {predicted}: {share}</translation>
    </message>
    <message>
        <source>True class: {name}</source>
        <translation>Верный класс: {name}</translation>
    </message>
    <message>
        <source>image {number}</source>
        <translation>изображение {number}</translation>
    </message>
</context>
<context>
    <name>Images</name>
    <message>
        <source>A file of this run refers to a path outside the run folder. It was not opened.</source>
        <translation>Файл этого запуска ссылается на путь за пределами папки запуска. Он не был открыт.</translation>
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
        <source>This run&apos;s data has no such split.</source>
        <translation>В данных этого запуска нет такой выборки.</translation>
    </message>
    <message>
        <source>The files behind these images are damaged.</source>
        <translation>Файлы этих изображений повреждены.</translation>
    </message>
    <message>
        <source>The files behind these images no longer exist.</source>
        <translation>Файлов этих изображений больше нет.</translation>
    </message>
    <message>
        <source>The files behind these images were made by a newer Epochscope. Update Epochscope to see them.</source>
        <translation>Файлы этих изображений созданы более новой версией Epochscope. Обновите Epochscope, чтобы их увидеть.</translation>
    </message>
    <message>
        <source>The images of this run were not kept for viewing. Runs with your own data loaders keep none.</source>
        <translation>Изображения этого запуска не сохранены для просмотра. При обучении на собственных загрузчиках они не сохраняются.</translation>
    </message>
    <message>
        <source>The predictions of this run do not match its images.</source>
        <translation>Предсказания этого запуска не относятся к имеющимся изображениям.</translation>
    </message>
    <message>
        <source>No predictions yet: they are written at the end of the epoch and by the evaluation.</source>
        <translation>Предсказаний пока нет: они появятся в конце эпохи или после оценки.</translation>
    </message>
</context>
<context>
    <name>ImportanceTable</name>
    <message>
        <source>Importance</source>
        <translation>Важность</translation>
    </message>
    <message>
        <source>Available once four trials are completed.</source>
        <translation>Появится, когда завершатся четыре пробы.</translation>
    </message>
    <message>
        <source>Setting</source>
        <translation>Настройка</translation>
    </message>
</context>
<context>
    <name>Labels</name>
    <message>
        <source>All kinds</source>
        <translation>Все причины</translation>
    </message>
    <message>
        <source>Decided</source>
        <translation>Разобранные</translation>
    </message>
    <message>
        <source>Decided or not</source>
        <translation>Все решения</translation>
    </message>
    <message>
        <source>Decided: {what}.</source>
        <translation>Решено: {what}.</translation>
    </message>
    <message>
        <source>Images: {count}</source>
        <translation>Изображений: {count}</translation>
    </message>
    <message>
        <source>In two splits</source>
        <translation>В двух выборках</translation>
    </message>
    <message>
        <source>It is unlike all other images: does it belong here?</source>
        <translation>Не похоже на остальные изображения: точно ли оно отсюда?</translation>
    </message>
    <message>
        <source>It looks more like {suggested} than {label}.</source>
        <translation>Больше похоже на «{suggested}», чем на «{label}».</translation>
    </message>
    <message>
        <source>Judged by pixels only, because no pretrained network is installed: on photographs this finds far fewer wrong labels. To install one: {command}</source>
        <translation>Сравнивались только пиксели: предобученная сеть не установлена. На фотографиях так находится гораздо меньше неверных меток. Установить её: {command}</translation>
    </message>
    <message>
        <source>Judging by the other images, it is {suggested} ({share}), not {label} ({own}).</source>
        <translation>Судя по остальным изображениям, это «{suggested}» ({share}), а не «{label}» ({own}).</translation>
    </message>
    <message>
        <source>Nearly the same picture has the label {other}.</source>
        <translation>У почти такого же изображения метка «{other}».</translation>
    </message>
    <message>
        <source>Nearly the same picture is also in {split}, so scores there say little.</source>
        <translation>Почти такое же изображение есть и в другой выборке ({split}): результат на нём мало о чём говорит.</translation>
    </message>
    <message>
        <source>Not decided.</source>
        <translation>Решения нет.</translation>
    </message>
    <message>
        <source>Out of place</source>
        <translation>Выброс</translation>
    </message>
    <message>
        <source>The same picture has the label {other}.</source>
        <translation>У такого же изображения метка «{other}».</translation>
    </message>
    <message>
        <source>The same picture is also in {split}, so scores there say little.</source>
        <translation>Такое же изображение есть и в другой выборке ({split}): результат на нём мало о чём говорит.</translation>
    </message>
    <message>
        <source>To decide</source>
        <translation>Неразобранные</translation>
    </message>
    <message>
        <source>Two labels</source>
        <translation>Две метки</translation>
    </message>
    <message>
        <source>With your label decisions: {effect}</source>
        <translation>С вашими решениями о метках: {effect}</translation>
    </message>
    <message>
        <source>Wrong label</source>
        <translation>Неверная метка</translation>
    </message>
    <message>
        <source>fine</source>
        <translation>верно</translation>
    </message>
    <message>
        <source>fine: {count}</source>
        <translation>верных: {count}</translation>
    </message>
    <message>
        <source>labels changed: {relabel}, images left out: {left_out}</source>
        <translation>меток изменено: {relabel}, изображений исключено: {left_out}</translation>
    </message>
    <message>
        <source>the models agree with {share} of the labels</source>
        <translation>модели согласны с метками в {share} случаев</translation>
    </message>
    <message>
        <source>left out</source>
        <translation>исключено</translation>
    </message>
    <message>
        <source>probably wrong: {count}</source>
        <translation>вероятно, неверных: {count}</translation>
    </message>
    <message>
        <source>the first {some} of {all} proposals</source>
        <translation>показаны первые {some} из {all}</translation>
    </message>
    <message>
        <source>{done} of {all} decided</source>
        <translation>Разобрано {done} из {all}</translation>
    </message>
    <message>
        <source>{label}, {kind}. {why} {decision}</source>
        <translation>{label}, {kind}. {why} {decision}</translation>
    </message>
</context>
<context>
    <name>LabelsPage</name>
    <message>
        <source>Back to the settings</source>
        <translation>Назад к настройкам</translation>
    </message>
</context>
<context>
    <name>LabelsPanel</name>
    <message>
        <source>Compare with the previous run</source>
        <translation>Сравнить с предыдущим запуском</translation>
    </message>
    <message>
        <source>Open a run to check the labels of its data.</source>
        <translation>Откройте запуск, чтобы проверить разметку его данных.</translation>
    </message>
    <message>
        <source>The recorded run comes without its image files. Train on your own images to check their labels.</source>
        <translation>У записанного запуска нет файлов изображений. Обучите модель на своих изображениях, чтобы проверить их разметку.</translation>
    </message>
    <message>
        <source>The run has not recorded its images yet.</source>
        <translation>Запуск ещё не записал свои изображения.</translation>
    </message>
    <message>
        <source>There is no earlier run with the same settings to compare with.</source>
        <translation>Нет более раннего запуска с теми же настройками, с которым можно сравнить.</translation>
    </message>
    <message>
        <source>This run was trained with your own data loaders: there are no files whose labels could be corrected.</source>
        <translation>Этот запуск обучался на ваших собственных загрузчиках: нет файлов, метки которых можно было бы исправить.</translation>
    </message>
    <message>
        <source>This run was trained with the label edits in {path}</source>
        <translation>Этот запуск обучался с учётом решений из {path}</translation>
    </message>
</context>
<context>
    <name>LabelsView</name>
    <message>
        <source>Images whose labels may be wrong</source>
        <translation>Изображения, метки которых могут быть неверны</translation>
    </message>
    <message>
        <source>Search for wrong labels again</source>
        <translation>Искать неверные метки заново</translation>
    </message>
    <message>
        <source>No image matches the filter.</source>
        <translation>Под фильтр ничего не подходит.</translation>
    </message>
    <message>
        <source>Redo (Ctrl+Shift+Z)</source>
        <translation>Повторить (Ctrl+Shift+Z)</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>Показать все</translation>
    </message>
    <message>
        <source>Undo (Ctrl+Z)</source>
        <translation>Отменить (Ctrl+Z)</translation>
    </message>
</context>
<context>
    <name>LiveUpdate</name>
    <message>
        <source>Classify these images again whenever the run has saved better weights</source>
        <translation>Классифицировать эти изображения заново всякий раз, когда запуск сохранит лучшие веса</translation>
    </message>
    <message>
        <source>Update while training</source>
        <translation>Обновлять по ходу обучения</translation>
    </message>
    <message>
        <source>Updated with the weights of epoch {epoch}.</source>
        <translation>Обновлено по весам эпохи {epoch}.</translation>
    </message>
    <message>
        <source>Updating with the weights of epoch {epoch} …</source>
        <translation>Обновляется по весам эпохи {epoch} …</translation>
    </message>
</context>
<context>
    <name>LogPanel</name>
    <message>
        <source>Output (end)</source>
        <translation>Вывод, конец</translation>
    </message>
    <message>
        <source>log.txt (end)</source>
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
        <source>All predicted as {name}</source>
        <translation>Всё, что предсказано как {name}</translation>
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
        <source>{true} predicted as {predicted}: {count} of {of} ({share})</source>
        <translation>{true}, предсказано {predicted}: {count} из {of} ({share})</translation>
    </message>
</context>
<context>
    <name>MessageList</name>
    <message>
        <source>Copy</source>
        <translation>Копировать</translation>
    </message>
    <message>
        <source>Copy the messages, or what is selected</source>
        <translation>Скопировать сообщения или выделенный текст</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Ошибка</translation>
    </message>
    <message>
        <source>Errors</source>
        <translation>Ошибки</translation>
    </message>
    <message>
        <source>Information</source>
        <translation>Сведения</translation>
    </message>
    <message>
        <source>Messages</source>
        <translation>Сообщения</translation>
    </message>
    <message>
        <source>No messages of the chosen kinds.</source>
        <translation>Сообщений выбранных видов нет.</translation>
    </message>
    <message>
        <source>Nothing to report.</source>
        <translation>Сообщений нет.</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>Предупреждение</translation>
    </message>
    <message>
        <source>Warnings</source>
        <translation>Предупреждения</translation>
    </message>
</context>
<context>
    <name>NeighborButton</name>
    <message>
        <source>other</source>
        <translation>другой</translation>
    </message>
    <message>
        <source>other class</source>
        <translation>другой класс</translation>
    </message>
    <message>
        <source>same</source>
        <translation>тот же</translation>
    </message>
    <message>
        <source>same class</source>
        <translation>тот же класс</translation>
    </message>
    <message>
        <source>{name}, {word}, distance {distance}</source>
        <translation>{name}, {word}, расстояние {distance}</translation>
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
        <source>Folder with a sub-folder per class</source>
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
        <source>None (defaults)</source>
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
        <translation>Те&amp;ги</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>Теги</translation>
    </message>
    <message>
        <source>what this run is about</source>
        <translation>о чём этот запуск</translation>
    </message>
    <message>
        <source>separated by commas</source>
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
    <name>NoticeLine</name>
    <message>
        <source>Close</source>
        <translation>Закрыть</translation>
    </message>
</context>
<context>
    <name>Offers</name>
    <message>
        <source>; later runs {time}</source>
        <translation>; следующие — {time}</translation>
    </message>
    <message>
        <source>Check data lists everything.</source>
        <translation>Полный список покажет «Проверить данные».</translation>
    </message>
    <message>
        <source>Enough to train a network from scratch.</source>
        <translation>Этого достаточно, чтобы обучить сеть с нуля.</translation>
    </message>
    <message>
        <source>Images: {images}, classes: {classes}, most of {width}×{height} pixels.</source>
        <translation>Изображений: {images}, классов: {classes}, размер чаще всего {width}×{height}.</translation>
    </message>
    <message>
        <source>Learns from your images alone. For many images, or small ones unlike photographs.</source>
        <translation>Обучается только на ваших изображениях. Подходит для больших наборов и для мелких картинок, не похожих на фотографии.</translation>
    </message>
    <message>
        <source>Linear</source>
        <translation>Линейная модель</translation>
    </message>
    <message>
        <source>Not installed. To install it:</source>
        <translation>Не установлено. Установка:</translation>
    </message>
    <message>
        <source>One layer on the raw pixels. Fast, and its weights can be viewed as images.</source>
        <translation>Один слой прямо на пикселях. Быстро, а веса можно рассматривать как картинки.</translation>
    </message>
    <message>
        <source>Photos (pretrained)</source>
        <translation>Фото (готовая сеть)</translation>
    </message>
    <message>
        <source>Photos (pretrained) would fit better, but is not installed.</source>
        <translation>Лучше подошло бы «Фото (готовая сеть)», но этот рецепт не установлен.</translation>
    </message>
    <message>
        <source>Pretrained on a million photographs: only one layer learns your classes. Needs few images.</source>
        <translation>Сеть уже обучена на миллионе фотографий, на ваших классах обучается только один слой. Хватит и небольшого числа изображений.</translation>
    </message>
    <message>
        <source>Small network from scratch</source>
        <translation>Небольшая сеть с нуля</translation>
    </message>
    <message>
        <source>Unlike photographs: a network trained from scratch does best.</source>
        <translation>Это не похоже на фотографии: лучше подойдёт сеть, обученная с нуля.</translation>
    </message>
    <message>
        <source>With fewer than 1,000 images per class, a pretrained network usually does best.</source>
        <translation>Если на класс приходится меньше 1000 изображений, обычно лучше всего предобученная сеть.</translation>
    </message>
    <message>
        <source>about {time}</source>
        <translation>около {time}</translation>
    </message>
    <message>
        <source>measuring the time …</source>
        <translation>измеряем время …</translation>
    </message>
    <message>
        <source>time not known</source>
        <translation>время неизвестно</translation>
    </message>
    <message>
        <source>{count} h</source>
        <translation>{count} ч</translation>
    </message>
    <message>
        <source>{count} min</source>
        <translation>{count} мин</translation>
    </message>
    <message>
        <source>{count} s</source>
        <translation>{count} с</translation>
    </message>
    <message>
        <source>⚠ Training on this data would fail: {place}: {reason}.</source>
        <translation>⚠ Обучение на этих данных прервётся с ошибкой: {place}: {reason}.</translation>
    </message>
</context>
<context>
    <name>OrderButton</name>
    <message>
        <source>Group by setting</source>
        <translation>Группировать по настройке</translation>
    </message>
    <message>
        <source>Sorted: {order}</source>
        <translation>Порядок: {order}</translation>
    </message>
</context>
<context>
    <name>PairsModel</name>
    <message>
        <source>% of class</source>
        <translation>% класса</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Изменение</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>Изобр.</translation>
    </message>
    <message>
        <source>Predicted</source>
        <translation>Ответ</translation>
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
    <name>PictureCard</name>
    <message>
        <source>The file with this picture is damaged, or too large.</source>
        <translation>Файл с этой картинкой повреждён или слишком велик.</translation>
    </message>
    <message>
        <source>The file of this picture no longer exists.</source>
        <translation>Файла с этой картинкой больше нет.</translation>
    </message>
    <message>
        <source>The run refers to a file outside its folder. It was not opened.</source>
        <translation>Запуск ссылается на файл за пределами своей папки. Файл не был открыт.</translation>
    </message>
    <message>
        <source>{name}, epoch {epoch}</source>
        <translation>{name}, эпоха {epoch}</translation>
    </message>
</context>
<context>
    <name>PlaceDialog</name>
    <message>
        <source>&amp;Elsewhere: you are asked for a file</source>
        <translation>В &amp;другом месте: файл нужно будет выбрать</translation>
    </message>
    <message>
        <source>A file for your decisions</source>
        <translation>Файл с вашими решениями</translation>
    </message>
    <message>
        <source>Beside the &amp;runs</source>
        <translation>Рядом с &amp;запусками</translation>
    </message>
    <message>
        <source>Beside the folder of the &amp;images</source>
        <translation>Рядом с папкой &amp;изображений</translation>
    </message>
    <message>
        <source>Later</source>
        <translation>Позже</translation>
    </message>
    <message>
        <source>Save there</source>
        <translation>Сохранять там</translation>
    </message>
    <message>
        <source>Tables (*.csv)</source>
        <translation>Таблицы (*.csv)</translation>
    </message>
    <message>
        <source>Where to keep your decisions</source>
        <translation>Где хранить ваши решения</translation>
    </message>
    <message>
        <source>Your images are never changed or moved. What you decide is saved at once to one table (CSV), which training reads.</source>
        <translation>Ваши изображения не меняются и не перемещаются. Каждое решение сразу записывается в таблицу (CSV), которая учитывается при обучении.</translation>
    </message>
</context>
<context>
    <name>Predict</name>
    <message>
        <source>Class</source>
        <translation>Класс</translation>
    </message>
    <message>
        <source>Confidence</source>
        <translation>Уверенность</translation>
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
    <message>
        <source>True class</source>
        <translation>Верный класс</translation>
    </message>
</context>
<context>
    <name>PredictPanel</name>
    <message>
        <source>Classify again</source>
        <translation>Ещё раз</translation>
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
        <source>Folder for the copies, with one sub-folder per class</source>
        <translation>Папка для копий; в ней будет по папке на каждый класс</translation>
    </message>
    <message>
        <source>Folder of images to classify, sub-folders included</source>
        <translation>Папка с изображениями для классификации, включая вложенные папки</translation>
    </message>
    <message>
        <source>As a table (CSV)…</source>
        <translation>Таблица (CSV)…</translation>
    </message>
    <message numerus="yes">
        <source>%Ln image(s) copied</source>
        <translation>
            <numerusform>Скопировано %Ln изображение</numerusform>
            <numerusform>Скопировано %Ln изображения</numerusform>
            <numerusform>Скопировано %Ln изображений</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln image(s) not classified</source>
        <translation>
            <numerusform>не классифицировано %Ln изображение</numerusform>
            <numerusform>не классифицировано %Ln изображения</numerusform>
            <numerusform>не классифицировано %Ln изображений</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln image(s) written to {path}</source>
        <translation>
            <numerusform>Записано %Ln изображение, файл {path}</numerusform>
            <numerusform>Записано %Ln изображения, файл {path}</numerusform>
            <numerusform>Записано %Ln изображений, файл {path}</numerusform>
        </translation>
    </message>
    <message>
        <source>Choose images to classify</source>
        <translation>Выбрать изображения для классификации</translation>
    </message>
    <message>
        <source>Classified images</source>
        <translation>Классифицированные изображения</translation>
    </message>
    <message>
        <source>Classify all images in a folder and its sub-folders</source>
        <translation>Классифицировать все изображения в папке и вложенных папках</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Очистить</translation>
    </message>
    <message>
        <source>Copies of the images in a folder per class…</source>
        <translation>Копии изображений по папкам классов…</translation>
    </message>
    <message>
        <source>Folder…</source>
        <translation>Папка…</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Сохранить</translation>
    </message>
    <message>
        <source>Save the table</source>
        <translation>Сохранить таблицу</translation>
    </message>
    <message>
        <source>Save the images shown below, without those the filter hides</source>
        <translation>Сохранить показанные ниже изображения, без скрытых фильтром</translation>
    </message>
    <message>
        <source>Use the weights the run has now</source>
        <translation>С нынешними весами запуска</translation>
    </message>
    <message>
        <source>Show all images</source>
        <translation>Показать все</translation>
    </message>
    <message>
        <source>Another run was opened: only {count} of {total} images were copied</source>
        <translation>Открыт другой запуск: скопировано изображений — {count} из {total}</translation>
    </message>
    <message>
        <source>Tables (*.csv)</source>
        <translation>Таблицы (*.csv)</translation>
    </message>
    <message>
        <source>The run has newer weights now. Classify again to use them.</source>
        <translation>У запуска уже есть более новые веса: «Ещё раз» классифицирует все изображения заново.</translation>
    </message>
    <message>
        <source>There are no images in this folder.</source>
        <translation>В этой папке нет изображений.</translation>
    </message>
    <message>
        <source>other files in the folder, ignored: {count}</source>
        <translation>другие файлы в папке пропущены: {count}</translation>
    </message>
    <message>
        <source>{count} labelled images: accuracy {accuracy} ({accuracy_ends}), macro-F1 {f1} ({f1_ends}); in brackets: 95 % intervals</source>
        <translation>Изображений с метками: {count}; доля верных {accuracy} ({accuracy_ends}), macro-F1 {f1} ({f1_ends}); в скобках 95 %-е интервалы</translation>
    </message>
    <message>
        <source>{count} of {total} images cannot be read</source>
        <translation>не читаются: {count} из {total}</translation>
    </message>
    <message>
        <source>Images ({endings})</source>
        <translation>Изображения ({endings})</translation>
    </message>
    <message>
        <source>Images…</source>
        <translation>Изображения…</translation>
    </message>
    <message>
        <source>Last weights of {run} (there are no best weights)</source>
        <translation>Последние веса запуска {run}: лучших у него нет</translation>
    </message>
    <message>
        <source>No image matches the filter.</source>
        <translation>Под фильтр не подходит ни одно изображение.</translation>
    </message>
    <message>
        <source>Not exported: {reason}</source>
        <translation>Не сохранено: {reason}</translation>
    </message>
    <message>
        <source>Open a run: its best weights classify your images.</source>
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
        <source>&amp;Python for training</source>
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
        <source>Checking …</source>
        <translation>Проверка…</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Тёмная</translation>
    </message>
    <message>
        <source>High contrast, dark</source>
        <translation>Высокий контраст, тёмная</translation>
    </message>
    <message>
        <source>High contrast, light</source>
        <translation>Высокий контраст, светлая</translation>
    </message>
    <message>
        <source>Ready to train: {versions}</source>
        <translation>Готов к обучению: {versions}</translation>
    </message>
    <message>
        <source>This Python cannot be used. {reason}</source>
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
        <source>Python for training</source>
        <translation>Python для обучения</translation>
    </message>
</context>
<context>
    <name>Problems</name>
    <message>
        <source>callback_options</source>
        <translation>колбэк «{name}» с ними не создаётся: {error}</translation>
    </message>
    <message>
        <source>changes_loss</source>
        <translation>меняет саму функцию потерь, и её значения были бы несравнимы: сравнивайте прогоны по accuracy или macro_f1 (--monitor)</translation>
    </message>
    <message>
        <source>choices_only</source>
        <translation>указан диапазон {got}, а нужны варианты, например {place}=А,Б: {expected}</translation>
    </message>
    <message>
        <source>few_choices</source>
        <translation>указано {got}, а нужен диапазон или хотя бы два варианта</translation>
    </message>
    <message>
        <source>given_twice</source>
        <translation>указано дважды</translation>
    </message>
    <message>
        <source>long_warmup</source>
        <translation>разогрев (warmup {warmup}) должен быть короче числа эпох (epochs {epochs})</translation>
    </message>
    <message>
        <source>metric_options</source>
        <translation>метрика «{name}» с ними не создаётся: {error}</translation>
    </message>
    <message>
        <source>missing_option</source>
        <translation>не указано, а нужно: {expected}</translation>
    </message>
    <message>
        <source>no_callback</source>
        <translation>колбэк «{name}» не установлен (из файла: --callback FILE.py).</translation>
    </message>
    <message>
        <source>no_range</source>
        <translation>не указан диапазон</translation>
    </message>
    <message>
        <source>not_computed</source>
        <translation>«{name}» не вычисляется: добавьте в metrics или выберите другую.</translation>
    </message>
    <message>
        <source>not_installed</source>
        <translation>имя «{name}» неизвестно.</translation>
    </message>
    <message>
        <source>not_searchable</source>
        <translation>эту настройку нельзя подбирать: результаты были бы несравнимы</translation>
    </message>
    <message>
        <source>nothing_left</source>
        <translation>valid {valid} и test {test} не оставляют изображений для обучения: их сумма должна быть меньше 1</translation>
    </message>
    <message>
        <source>nothing_to_search</source>
        <translation>Подбирать нечего.</translation>
    </message>
    <message>
        <source>only_recorded</source>
        <translation>указано {got}, но рецепт выбирают только через --recipe</translation>
    </message>
    <message>
        <source>option_form</source>
        <translation>указано {got}, а нужно NAME.KEY=VALUE, например my_callback.patience=3</translation>
    </message>
    <message>
        <source>option_value</source>
        <translation>указано {got}, а нужно: {expected}</translation>
    </message>
    <message>
        <source>options_of_file</source>
        <translation>в этих настройках нет такой модели, колбэка или метрики. Есть: {others}; колбэк из файла указывают как --callback FILE.py:{name}</translation>
    </message>
    <message>
        <source>options_of_none</source>
        <translation>в этих настройках нет такой модели, колбэка или метрики.</translation>
    </message>
    <message>
        <source>options_unused</source>
        <translation>в этих настройках нет такой модели, колбэка или метрики; добавьте {flag} {name}</translation>
    </message>
    <message>
        <source>range_log</source>
        <translation>указано {got}, но логарифмический диапазон должен начинаться выше 0</translation>
    </message>
    <message>
        <source>range_number</source>
        <translation>{got} — не конечное число</translation>
    </message>
    <message>
        <source>range_order</source>
        <translation>указано {got}, но начало должно быть меньше конца</translation>
    </message>
    <message>
        <source>range_step</source>
        <translation>шаг {step} не умещается в диапазон {got}</translation>
    </message>
    <message>
        <source>range_whole</source>
        <translation>указано {got}, а нужны целые числа</translation>
    </message>
    <message>
        <source>small_alpha</source>
        <translation>указано {got}, а нужно 0 или число от {least} до 10</translation>
    </message>
    <message>
        <source>table</source>
        <translation>указано {got}, а нужна таблица настроек</translation>
    </message>
    <message>
        <source>unknown_key</source>
        <translation>такой настройки нет.</translation>
    </message>
    <message>
        <source>unknown_option</source>
        <translation>такого параметра нет.</translation>
    </message>
    <message>
        <source>value</source>
        <translation>указано {got}, а нужно: {expected}</translation>
    </message>
</context>
<context>
    <name>ProgressRow</name>
    <message>
        <source>Classifying {total} images …</source>
        <translation>Классификация, изображений: {total} …</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Отмена</translation>
    </message>
    <message>
        <source>Computing the metrics …</source>
        <translation>Подсчёт показателей …</translation>
    </message>
    <message>
        <source>Looking for images …</source>
        <translation>Поиск изображений …</translation>
    </message>
    <message>
        <source>{done} of {total} copies</source>
        <translation>{done} из {total} копий</translation>
    </message>
    <message>
        <source>{done} of {total} copies, {time} left</source>
        <translation>{done} из {total} копий, осталось {time}</translation>
    </message>
    <message>
        <source>{done} of {total} images</source>
        <translation>{done} из {total} изображений</translation>
    </message>
    <message>
        <source>{done} of {total} images, {time} left</source>
        <translation>{done} из {total} изображений, осталось {time}</translation>
    </message>
</context>
<context>
    <name>ProposalDetail</name>
    <message>
        <source>Accept the proposal</source>
        <translation>Принять предложение</translation>
    </message>
    <message>
        <source>Accept {count} proposals</source>
        <translation>Принять предложения: {count}</translation>
    </message>
    <message>
        <source>Change to {name}</source>
        <translation>Исправить на «{name}»</translation>
    </message>
    <message>
        <source>Accept the proposal (C or Enter)</source>
        <translation>Принять предложение (C или Enter)</translation>
    </message>
    <message>
        <source>Label is fine</source>
        <translation>Метка верна</translation>
    </message>
    <message>
        <source>Leave out</source>
        <translation>Исключить</translation>
    </message>
    <message>
        <source>No decision</source>
        <translation>Без решения</translation>
    </message>
    <message>
        <source>Other class…</source>
        <translation>Другой класс…</translation>
    </message>
    <message>
        <source>Take the decision back (Backspace or Del)</source>
        <translation>Отменить решение (Backspace или Del)</translation>
    </message>
    <message>
        <source>{count} images selected: a decision applies to all of them.</source>
        <translation>Выбрано изображений: {count}. Решение относится ко всем.</translation>
    </message>
</context>
<context>
    <name>RateButton</name>
    <message>
        <source>Find…</source>
        <translation>Подобрать…</translation>
    </message>
    <message>
        <source>Train for a few hundred steps while the learning rate rises, then suggest a rate</source>
        <translation>Сделать несколько сотен шагов с растущей скоростью обучения и предложить значение</translation>
    </message>
</context>
<context>
    <name>RateFinder</name>
    <message>
        <source>Cancel</source>
        <translation>Отмена</translation>
    </message>
    <message>
        <source>Click the curve to choose another rate. Currently set: {rate}.</source>
        <translation>Щёлкните по кривой, чтобы выбрать другое значение. Сейчас в форме {rate}.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Закрыть</translation>
    </message>
    <message>
        <source>Find a learning rate</source>
        <translation>Подбор скорости обучения</translation>
    </message>
    <message>
        <source>Longest valley: {rate}</source>
        <translation>Самый длинный спуск: {rate}</translation>
    </message>
    <message>
        <source>No proposal: the loss did not fall. Click the curve to choose a rate.</source>
        <translation>Предложения нет: потери не снижались. Щёлкните по кривой, чтобы выбрать значение.</translation>
    </message>
    <message>
        <source>Steepest fall: {rate}</source>
        <translation>Самый крутой спуск: {rate}</translation>
    </message>
    <message>
        <source>The loss was not finite from the very first steps.</source>
        <translation>Потери с первых же шагов — NaN или бесконечность.</translation>
    </message>
    <message>
        <source>Training for a few hundred steps while the rate rises …</source>
        <translation>Несколько сотен шагов с растущей скоростью обучения …</translation>
    </message>
    <message>
        <source>Training loss against learning rate</source>
        <translation>Потери на обучении в зависимости от скорости обучения</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>Взять</translation>
    </message>
    <message>
        <source>Use {rate}</source>
        <translation>Взять {rate}</translation>
    </message>
</context>
<context>
    <name>Reasons</name>
    <message numerus="yes">
        <source>%n file(s) with several pages or frames; only the first is used: {where}</source>
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
        <source>Labels changed: {relabelled}, images left out: {left_out} ({file})</source>
        <translation>Изменено меток: {relabelled}, исключено изображений: {left_out} ({file})</translation>
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
        <source>⚠ %n row(s) list an image again, which counts once, such as {example}</source>
        <translation>
            <numerusform>⚠ %n строка повторяет уже указанное изображение — оно учтено один раз: {example}</numerusform>
            <numerusform>⚠ %n строки повторяют уже указанные изображения — они учтены один раз, например {example}</numerusform>
            <numerusform>⚠ %n строк повторяют уже указанные изображения — они учтены один раз, например {example}</numerusform>
        </translation>
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
        <source>Ignored: %n other file(s) or folder(s), such as {example}</source>
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
        <source>⚠ Not applied: %n edit(s) of images that are missing or have changed</source>
        <translation>
            <numerusform>⚠ Не применена %n правка: изображения нет, или оно изменилось</numerusform>
            <numerusform>⚠ Не применены %n правки: изображений нет, или они изменились</numerusform>
            <numerusform>⚠ Не применено %n правок: изображений нет, или они изменились</numerusform>
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
    <name>RecipeCard</name>
    <message>
        <source>Copy the command that installs it</source>
        <translation>Скопировать команду установки</translation>
    </message>
    <message>
        <source>Recommended</source>
        <translation>Советуем</translation>
    </message>
</context>
<context>
    <name>RecipeCards</name>
    <message>
        <source>Scanning the folder …</source>
        <translation>Просматриваем папку …</translation>
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
        <source>The best linear layer we know within 5 epochs; about 0.404 macro-F1 on the CIFAR-10 test set.</source>
        <translation>Лучший известный нам линейный слой за 5 эпох; на тесте CIFAR-10 macro-F1 около 0,404.</translation>
    </message>
    <message>
        <source>Photos (pretrained)</source>
        <translation>Фото (готовая сеть)</translation>
    </message>
    <message>
        <source>A residual network from scratch for many small images of things that can be mirrored.</source>
        <translation>Остаточная сеть, обучаемая с нуля: для множества маленьких изображений, которые можно отражать.</translation>
    </message>
    <message>
        <source>Photos (fine-tuned)</source>
        <translation>Фотографии (с дообучением)</translation>
    </message>
    <message>
        <source>Reference task</source>
        <translation>Эталонная задача</translation>
    </message>
    <message>
        <source>Residual network</source>
        <translation>Остаточная сеть</translation>
    </message>
    <message>
        <source>Small convolutional network</source>
        <translation>Небольшая свёрточная сеть</translation>
    </message>
    <message>
        <source>Softmax regression on the features of a network pretrained on ImageNet: best below 1,000 images per class.</source>
        <translation>Softmax-регрессия на признаках сети, предобученной на ImageNet: лучший выбор, когда на класс меньше 1000 изображений.</translation>
    </message>
    <message>
        <source>Softmax regression with light augmentation; about 0.31 macro-F1 on the CIFAR-10 test set.</source>
        <translation>Softmax-регрессия с лёгкой аугментацией; на тесте CIFAR-10 macro-F1 около 0,31.</translation>
    </message>
    <message>
        <source>The pretrained network itself is fine-tuned on the images: better than its head alone, and minutes slower.</source>
        <translation>На ваших изображениях дообучается вся предобученная сеть, а не только голова: точнее, но на несколько минут дольше.</translation>
    </message>
</context>
<context>
    <name>ReliabilityDiagram</name>
    <message>
        <source>Confidence {low} to {high}: no images</source>
        <translation>Уверенность от {low} до {high}: изображений нет</translation>
    </message>
    <message>
        <source>Confidence {low} to {high}: {count} images, {right} right, mean confidence {mean}</source>
        <translation>Уверенность от {low} до {high}: изображений {count}, верно {right}, средняя уверенность {mean}</translation>
    </message>
    <message>
        <source>confidence</source>
        <translation>уверенность</translation>
    </message>
    <message>
        <source>mean confidence</source>
        <translation>средняя уверенность</translation>
    </message>
    <message>
        <source>perfect calibration</source>
        <translation>идеальная калибровка</translation>
    </message>
    <message>
        <source>share of correct predictions</source>
        <translation>доля верных предсказаний</translation>
    </message>
</context>
<context>
    <name>ReviewFilterBar</name>
    <message>
        <source>All classes</source>
        <translation>Все классы</translation>
    </message>
    <message>
        <source>Show images of this class, or that look like it</source>
        <translation>Показать изображения этого класса и те, что на него похожи</translation>
    </message>
    <message>
        <source>Show proposals of this kind</source>
        <translation>Показать предложения этого вида</translation>
    </message>
    <message>
        <source>Show decided or undecided images</source>
        <translation>Показать разобранные или неразобранные</translation>
    </message>
    <message>
        <source>{some} of {count}</source>
        <translation>{some} из {count}</translation>
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
        <source>How many more epochs?</source>
        <translation>Сколько эпох добавить?</translation>
    </message>
    <message>
        <source>The run is still stopping. </source>
        <translation>Запуск ещё останавливается. </translation>
    </message>
    <message>
        <source>It printed nothing.</source>
        <translation>Он ничего не вывел.</translation>
    </message>
    <message numerus="yes">
        <source>It will be asked to save and quit, and killed after %n second(s). Progress since its last checkpoint is lost; the run can be continued from there.</source>
        <translation>
            <numerusform>Его попросят сохраниться и завершиться; через %n секунду он будет завершён принудительно. Всё, что было после последней контрольной точки, пропадёт; с неё запуск можно продолжить.</numerusform>
            <numerusform>Его попросят сохраниться и завершиться; через %n секунды он будет завершён принудительно. Всё, что было после последней контрольной точки, пропадёт; с неё запуск можно продолжить.</numerusform>
            <numerusform>Его попросят сохраниться и завершиться; через %n секунд он будет завершён принудительно. Всё, что было после последней контрольной точки, пропадёт; с неё запуск можно продолжить.</numerusform>
        </translation>
    </message>
    <message>
        <source>This includes its weights, metrics and images: {folder}</source>
        <translation>Вместе с ним в корзину попадут его веса, показатели и изображения: {folder}</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>Оставить</translation>
    </message>
    <message>
        <source>Keep it running</source>
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
        <source>Stop and delete</source>
        <translation>Остановить и удалить</translation>
    </message>
    <message>
        <source>Stop this run and move it to the trash?</source>
        <translation>Остановить этот запуск и переместить его в корзину?</translation>
    </message>
    <message>
        <source>The training process has not responded for 5 seconds: busy with a long step, or stuck.</source>
        <translation>Процесс обучения не отвечает уже 5 секунд: занят долгим шагом или завис.</translation>
    </message>
    <message>
        <source>Training process failed to start (exit code {code}):</source>
        <translation>Не удалось запустить процесс обучения (код завершения {code}):</translation>
    </message>
    <message>
        <source>The training process refused ({reason}).</source>
        <translation>Процесс обучения отклонил запрос ({reason}).</translation>
    </message>
    <message>
        <source>Ending the process …</source>
        <translation>Процесс завершается…</translation>
    </message>
    <message>
        <source>The run does not need the window: it keeps training, and you can open it again later.</source>
        <translation>Окно запуску не нужно: он продолжит обучаться сам, а открыть его снова можно будет позже.</translation>
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
        <source>Attempt</source>
        <translation>Попытка</translation>
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
        <source>How much the number above would vary with other images of the same kind; the effect of a different seed is not included.</source>
        <translation>Насколько это число изменилось бы на других подобных изображениях; влияние seed сюда не входит.</translation>
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
        <source>Model</source>
        <translation>Модель</translation>
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
        <source>95 % interval: {ends}</source>
        <translation>95 %-й интервал: {ends}</translation>
    </message>
    <message>
        <source>All facts</source>
        <translation>Все сведения</translation>
    </message>
    <message>
        <source>Best epoch</source>
        <translation>Лучшая эпоха</translation>
    </message>
    <message>
        <source>Best epoch: {epoch}</source>
        <translation>Лучшая эпоха: {epoch}</translation>
    </message>
    <message>
        <source>By process</source>
        <translation>По процессам</translation>
    </message>
    <message>
        <source>Changed settings</source>
        <translation>Изменённые настройки</translation>
    </message>
    <message>
        <source>Chosen by</source>
        <translation>Выбрана по</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>Классы</translation>
    </message>
    <message>
        <source>Data wait</source>
        <translation>Ожидание данных</translation>
    </message>
    <message>
        <source>Default settings</source>
        <translation>Настройки по умолчанию</translation>
    </message>
    <message>
        <source>Epoch {epoch} of {epochs}</source>
        <translation>Эпоха {epoch} из {epochs}</translation>
    </message>
    <message>
        <source>Run details</source>
        <translation>Сведения о запуске</translation>
    </message>
    <message>
        <source>Images/s</source>
        <translation>Изображений/с</translation>
    </message>
    <message>
        <source>Images/s that each process could reach on its own, not counting the time it waits for the others. Together they are only as fast as the slowest.</source>
        <translation>Сколько изображений в секунду обработал бы каждый процесс сам по себе: ожидание остальных не учитывается. Вместе они работают со скоростью самого медленного.</translation>
    </message>
    <message>
        <source>Mean of F1 over the classes that occur as true or as predicted class. If not all of them do, their number is shown.</source>
        <translation>Среднее F1 по классам, которые встречаются среди истинных или предсказанных. Если встречаются не все, указано, сколько.</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Название</translation>
    </message>
    <message>
        <source>Processes</source>
        <translation>Процессы</translation>
    </message>
    <message>
        <source>Recipe</source>
        <translation>Рецепт</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Продолжение</translation>
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
        <source>Source</source>
        <translation>Источник</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>Тест</translation>
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
        <source>Time</source>
        <translation>Время</translation>
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
        <source>Training time</source>
        <translation>Время обучения</translation>
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
        <source>exact</source>
        <translation>точное</translation>
    </message>
    <message>
        <source>no</source>
        <translation>нет</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>да</translation>
    </message>
    <message>
        <source>{metric} (highest)</source>
        <translation>{metric} (макс.)</translation>
    </message>
    <message>
        <source>{metric} (lowest)</source>
        <translation>{metric} (мин.)</translation>
    </message>
    <message>
        <source>Worst class (F1)</source>
        <translation>Худший класс</translation>
    </message>
    <message>
        <source>and {count} more</source>
        <translation>и ещё {count}</translation>
    </message>
    <message>
        <source>approximate</source>
        <translation>приблизительно</translation>
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
        <source>Compare with the previous run</source>
        <translation>Сравнить с предыдущим запуском</translation>
    </message>
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
    <message>
        <source>This run was trained on your corrected labels.</source>
        <translation>Этот запуск обучен на исправленных вами метках.</translation>
    </message>
    <message>
        <source>{callback} failed in {hook} at epoch {epoch}; the run went on without it: {error}</source>
        <translation>Сбой колбэка {callback} в {hook}, эпоха {epoch}; дальше обучение шло без него: {error}</translation>
    </message>
    <message>
        <source>{callback} failed in {hook} before the first epoch; the run went on without it: {error}</source>
        <translation>Сбой колбэка {callback} в {hook} до первой эпохи; дальше обучение шло без него: {error}</translation>
    </message>
</context>
<context>
    <name>RunStates</name>
    <message>
        <source>This run ended before its first epoch
Continue it to get metrics, images and weights.</source>
        <translation>Запуск закончился до конца первой эпохи
Продолжите его, чтобы получить показатели, изображения и веса.</translation>
    </message>
</context>
<context>
    <name>RunToolbar</name>
    <message>
        <source>&amp;Resume</source>
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
        <source>Stop the run; it can be continued</source>
        <translation>Остановить запуск; его можно будет продолжить</translation>
    </message>
    <message>
        <source>Progress of the run</source>
        <translation>Ход запуска</translation>
    </message>
    <message>
        <source>New run</source>
        <translation>Новый запуск</translation>
    </message>
    <message>
        <source>No run is open</source>
        <translation>Запуск не открыт</translation>
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
        <source>time left unknown</source>
        <translation>сколько осталось, пока неизвестно</translation>
    </message>
    <message>
        <source>{time} in total</source>
        <translation>всего {time}</translation>
    </message>
    <message>
        <source>{time} left in this phase</source>
        <translation>до конца этапа {time}</translation>
    </message>
    <message>
        <source>{time} elapsed</source>
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
        <source>By data</source>
        <translation>По данным</translation>
    </message>
    <message>
        <source>By model</source>
        <translation>По модели</translation>
    </message>
    <message>
        <source>By name</source>
        <translation>По имени</translation>
    </message>
    <message>
        <source>By status</source>
        <translation>По состоянию</translation>
    </message>
    <message>
        <source>Clear the search</source>
        <translation>Очистить поиск</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>Данные</translation>
    </message>
    <message>
        <source>Data unknown</source>
        <translation>Данные неизвестны</translation>
    </message>
    <message>
        <source>Day unknown</source>
        <translation>День неизвестен</translation>
    </message>
    <message>
        <source>Epoch</source>
        <translation>Эпоха</translation>
    </message>
    <message>
        <source>Folder of the runs not found</source>
        <translation>Папка запусков не найдена</translation>
    </message>
    <message>
        <source>Group by data</source>
        <translation>Группы по данным</translation>
    </message>
    <message>
        <source>Group by day</source>
        <translation>Группы по дням</translation>
    </message>
    <message>
        <source>Group by model</source>
        <translation>Группы по моделям</translation>
    </message>
    <message>
        <source>Group by {setting}</source>
        <translation>Группировка: {setting}</translation>
    </message>
    <message>
        <source>Highest F1 first</source>
        <translation>Сначала с высоким F1</translation>
    </message>
    <message>
        <source>Highest macro-F1 of all runs of {model} on {data}</source>
        <translation>Лучший macro-F1 среди запусков {model} на данных {data}</translation>
    </message>
    <message>
        <source>Highest macro-F1 of all runs on {data}</source>
        <translation>Лучший macro-F1 среди запусков на данных {data}</translation>
    </message>
    <message>
        <source>Highest macro-F1 of this day&apos;s runs on {data}</source>
        <translation>Лучший macro-F1 среди запусков этого дня на данных {data}</translation>
    </message>
    <message>
        <source>Highest macro-F1 of this group&apos;s runs on {data}</source>
        <translation>Наивысший macro-F1 среди запусков этой группы на {data}</translation>
    </message>
    <message>
        <source>Longest first</source>
        <translation>Сначала долгие</translation>
    </message>
    <message>
        <source>Lowest loss first</source>
        <translation>Сначала с малыми потерями</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Модель</translation>
    </message>
    <message>
        <source>Model unknown</source>
        <translation>Модель неизвестна</translation>
    </message>
    <message>
        <source>Newest first</source>
        <translation>Сначала новые</translation>
    </message>
    <message>
        <source>No groups</source>
        <translation>Без групп</translation>
    </message>
    <message>
        <source>No run matches all of these words.</source>
        <translation>Ни один запуск не содержит всех этих слов.</translation>
    </message>
    <message>
        <source>No runs yet</source>
        <translation>Запусков пока нет</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Заметка</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>Ничего не найдено</translation>
    </message>
    <message>
        <source>Oldest first</source>
        <translation>Сначала старые</translation>
    </message>
    <message>
        <source>Recipe</source>
        <translation>Рецепт</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>Запуск</translation>
    </message>
    <message>
        <source>Start one with New run, or look at the recorded run.</source>
        <translation>Начните новый запуск или посмотрите записанный.</translation>
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
        <translation>Теги</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Время</translation>
    </message>
    <message>
        <source>curves overlaid</source>
        <translation>кривые наложены</translation>
    </message>
    <message>
        <source>macro-F1 {value}</source>
        <translation>macro-F1 {value}</translation>
    </message>
    <message>
        <source>{folder}
Connect its disk or network drive: the runs come back by themselves.</source>
        <translation>{folder}
Подключите диск или сетевую папку: запуски появятся сами.</translation>
    </message>
</context>
<context>
    <name>RunsPanel</name>
    <message>
        <source>{shown} of {total}</source>
        <translation>{shown} из {total}</translation>
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
        <source>%n run(s) not deleted: still training. Stop them first.</source>
        <translation>
            <numerusform>%n запуск не удалён: он ещё обучается. Сначала остановите его.</numerusform>
            <numerusform>%n запуска не удалены: они ещё обучаются. Сначала остановите их.</numerusform>
            <numerusform>%n запусков не удалены: они ещё обучаются. Сначала остановите их.</numerusform>
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
        <source>Continue {run}</source>
        <translation>Продолжить {run}</translation>
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
        <source>Filter runs</source>
        <translation>Фильтр запусков</translation>
    </message>
    <message>
        <source>Move to the trash; this can be undone</source>
        <translation>Переместить в корзину; это можно отменить</translation>
    </message>
    <message>
        <source>Name, status, data, model, recipe, tag or note</source>
        <translation>Имя, состояние, данные, модель, рецепт, тег или заметка</translation>
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
        <source>Remove all overlays</source>
        <translation>Убрать все наложения</translation>
    </message>
    <message>
        <source>Continue training from where it stopped</source>
        <translation>Обучать этот запуск дальше с того места, где он остановился</translation>
    </message>
    <message>
        <source>Metrics and settings of the selected or ticked runs; a single one is compared with the open run, or with one you choose</source>
        <translation>Показатели и настройки выделенных или отмеченных запусков; одиночный сравнивается с открытым запуском или с тем, который вы выберете</translation>
    </message>
    <message>
        <source>Search runs</source>
        <translation>Поиск запусков</translation>
    </message>
    <message>
        <source>How many epochs in total?</source>
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
    <name>SaveRow</name>
    <message>
        <source>A new run with the same settings and your decisions</source>
        <translation>Новый запуск с теми же настройками и вашими решениями</translation>
    </message>
    <message>
        <source>Choose a place…</source>
        <translation>Выбрать место…</translation>
    </message>
    <message>
        <source>No decisions yet</source>
        <translation>Решений пока нет</translation>
    </message>
    <message>
        <source>Not saved yet, kept in memory only: {reason}</source>
        <translation>Пока не сохранено, есть только в памяти: {reason}</translation>
    </message>
    <message>
        <source>Not saved yet: choose where to save</source>
        <translation>Ещё не сохранено: выберите место</translation>
    </message>
    <message>
        <source>Open the folder of the file with your decisions</source>
        <translation>Открыть папку с файлом ваших решений</translation>
    </message>
    <message>
        <source>Saved in {path}</source>
        <translation>Сохранено в {path}</translation>
    </message>
    <message>
        <source>Show file</source>
        <translation>Показать файл</translation>
    </message>
    <message>
        <source>Train again with these</source>
        <translation>Обучить заново</translation>
    </message>
    <message>
        <source>from another program: {count}</source>
        <translation>из другой программы: {count}</translation>
    </message>
</context>
<context>
    <name>Search</name>
    <message>
        <source>Validation accuracy</source>
        <translation>Доля верных на валидации</translation>
    </message>
    <message>
        <source>Validation loss</source>
        <translation>Потери на валидации</translation>
    </message>
    <message>
        <source>Validation macro-F1</source>
        <translation>Macro-F1 на валидации</translation>
    </message>
    <message>
        <source>pruned</source>
        <translation>отсечён</translation>
    </message>
</context>
<context>
    <name>SearchButton</name>
    <message>
        <source>Search…</source>
        <translation>Поиск…</translation>
    </message>
    <message>
        <source>Train many runs with different settings, and keep the best</source>
        <translation>Обучить много запусков с разными настройками и выбрать лучший</translation>
    </message>
</context>
<context>
    <name>SearchDialog</name>
    <message>
        <source>&amp;Search</source>
        <translation>&amp;Поиск</translation>
    </message>
    <message>
        <source>This search was made by a newer Epochscope.</source>
        <translation>Этот поиск сделан более новой версией Epochscope.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Закрыть</translation>
    </message>
    <message>
        <source>Continue the search</source>
        <translation>Продолжить поиск</translation>
    </message>
    <message>
        <source>History</source>
        <translation>Ход поиска</translation>
    </message>
    <message>
        <source>How many more trials?</source>
        <translation>Сколько ещё проб?</translation>
    </message>
    <message>
        <source>Importance</source>
        <translation>Важность</translation>
    </message>
    <message>
        <source>It cannot be read.</source>
        <translation>Прочитать не удалось.</translation>
    </message>
    <message>
        <source>More trials</source>
        <translation>Ещё пробы</translation>
    </message>
    <message>
        <source>More trials…</source>
        <translation>Ещё пробы…</translation>
    </message>
    <message>
        <source>New run with the best settings</source>
        <translation>Новый запуск с лучшими настройками</translation>
    </message>
    <message>
        <source>No searches yet. Start one where a new run is set up, or in a terminal: {command}</source>
        <translation>Поисков пока нет. Начните поиск там, где настраивается новый запуск, или в терминале: {command}</translation>
    </message>
    <message>
        <source>No trial has ended yet.</source>
        <translation>Ещё ни одна проба не завершилась.</translation>
    </message>
    <message>
        <source>Parallel coordinates</source>
        <translation>Параллельные координаты</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Поиск</translation>
    </message>
    <message>
        <source>Searches</source>
        <translation>Поиски</translation>
    </message>
    <message>
        <source>Settings of {run}, the best trial of the search {name}</source>
        <translation>Настройки {run}, лучшей пробы поиска {name}</translation>
    </message>
    <message>
        <source>Stop the search</source>
        <translation>Остановить поиск</translation>
    </message>
    <message>
        <source>Stopping …</source>
        <translation>Останавливается…</translation>
    </message>
    <message>
        <source>The first point is drawn when a trial has ended.</source>
        <translation>Первая точка появится, когда завершится проба.</translation>
    </message>
    <message>
        <source>The plan of this search cannot be read.</source>
        <translation>План этого поиска прочитать не удалось.</translation>
    </message>
    <message>
        <source>Starting the search …</source>
        <translation>Поиск начинается…</translation>
    </message>
    <message>
        <source>The search could not start:</source>
        <translation>Поиск не начался:</translation>
    </message>
    <message>
        <source>Trial {number} is being prepared</source>
        <translation>Проба {number} готовится</translation>
    </message>
    <message>
        <source>Trial {number} is training, epoch {epoch} of {epochs}</source>
        <translation>Обучается проба {number}, эпоха {epoch} из {epochs}</translation>
    </message>
    <message>
        <source>Trials</source>
        <translation>Пробы</translation>
    </message>
    <message>
        <source>{metric}: each trial, and the best so far</source>
        <translation>{metric}: все пробы и лучшее на тот момент</translation>
    </message>
    <message>
        <source>{state} · {done} of {wanted} trials · {model} on {data}</source>
        <translation>{state} · проб: {done} из {wanted} · {model} на {data}</translation>
    </message>
</context>
<context>
    <name>SearchPage</name>
    <message>
        <source>Cancel</source>
        <translation>Отмена</translation>
    </message>
    <message>
        <source>Find labels that may be wrong</source>
        <translation>Найти, где метки могут быть неверны</translation>
    </message>
    <message>
        <source>Search again</source>
        <translation>Искать заново</translation>
    </message>
    <message>
        <source>Looking for labels that may be wrong</source>
        <translation>Идёт поиск неверных меток</translation>
    </message>
    <message>
        <source>Check the labels</source>
        <translation>Проверить разметку</translation>
    </message>
    <message>
        <source>Models trained on the other images check each label. You decide about labels they disagree with, copies that have different labels or appear in two splits, and outliers: change the class, leave the image out, or keep it. Your files are never changed.</source>
        <translation>Каждую метку проверяют модели, обученные на остальных изображениях. Если они с ней не согласны, если у копий разные метки или копии попали в разные выборки, если изображение не похоже на остальные, решаете вы: сменить класс, исключить изображение или оставить всё как есть. Сами файлы не меняются.</translation>
    </message>
    <message>
        <source>No label looks wrong</source>
        <translation>Неверных меток не видно</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Ход поиска</translation>
    </message>
    <message>
        <source>The labels could not be checked</source>
        <translation>Проверить разметку не удалось</translation>
    </message>
    <message>
        <source>{count} images: about {time} the first time, seconds later on.</source>
        <translation>Изображений: {count}. В первый раз — около {time}, потом — секунды.</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>осталось {time}</translation>
    </message>
</context>
<context>
    <name>SearchSetup</name>
    <message>
        <source>&amp;Decided by</source>
        <translation>&amp;Что решает</translation>
    </message>
    <message>
        <source>&amp;Name of the search</source>
        <translation>&amp;Имя поиска</translation>
    </message>
    <message>
        <source>&amp;Trials</source>
        <translation>&amp;Пробы</translation>
    </message>
    <message>
        <source>A logarithmic range must start above 0.</source>
        <translation>Логарифмический диапазон должен начинаться выше 0.</translation>
    </message>
    <message>
        <source>A search or run of this name already exists.</source>
        <translation>Поиск или запуск с таким именем уже есть.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Отмена</translation>
    </message>
    <message>
        <source>Choose at least one setting.</source>
        <translation>Выберите хотя бы одну настройку.</translation>
    </message>
    <message>
        <source>Decided by</source>
        <translation>Что решает</translation>
    </message>
    <message>
        <source>Expected: LOW..HIGH, LOW..HIGH:log, LOW..HIGH:STEP or A,B,C</source>
        <translation>Ожидается: ОТ..ДО, ОТ..ДО:log, ОТ..ДО:ШАГ или A,B,C</translation>
    </message>
    <message>
        <source>Expected: a range, or at least two choices</source>
        <translation>Ожидается диапазон или хотя бы два варианта</translation>
    </message>
    <message>
        <source>Expected: a whole number from 1 to {most}</source>
        <translation>Ожидается: целое число от 1 до {most}</translation>
    </message>
    <message>
        <source>Importance needs at least {least} completed trials.</source>
        <translation>Важность появится, когда завершится не меньше проб: {least}.</translation>
    </message>
    <message>
        <source>It changes the loss itself: rank trials by accuracy or macro-F1.</source>
        <translation>Меняет саму функцию потерь: сравнивайте пробы по доле верных или по macro-F1.</translation>
    </message>
    <message>
        <source>LOW must be below HIGH.</source>
        <translation>ОТ должно быть меньше ДО.</translation>
    </message>
    <message>
        <source>Name of the search</source>
        <translation>Имя поиска</translation>
    </message>
    <message>
        <source>Only whole numbers are allowed.</source>
        <translation>Возможны только целые числа.</translation>
    </message>
    <message>
        <source>Range of {setting}</source>
        <translation>Диапазон: {setting}</translation>
    </message>
    <message>
        <source>Search settings</source>
        <translation>Поиск настроек</translation>
    </message>
    <message>
        <source>Start the search</source>
        <translation>Начать поиск</translation>
    </message>
    <message>
        <source>The step must be above 0 and fit between LOW and HIGH.</source>
        <translation>Шаг должен быть больше 0 и помещаться между ОТ и ДО.</translation>
    </message>
    <message>
        <source>Trains many runs with different settings and ranks them on the validation images. LOW..HIGH is a range, LOW..HIGH:log a range on a log scale; A,B,C are choices.</source>
        <translation>Обучает много запусков с разными настройками и сравнивает их по валидации. ОТ..ДО — диапазон, ОТ..ДО:log — диапазон в логарифмическом масштабе; A,B,C — варианты.</translation>
    </message>
    <message>
        <source>Trials</source>
        <translation>Пробы</translation>
    </message>
    <message>
        <source>What is varied</source>
        <translation>Что перебирать</translation>
    </message>
</context>
<context>
    <name>SettingRow</name>
    <message>
        <source>needed</source>
        <translation>обязательно</translation>
    </message>
    <message>
        <source>no</source>
        <translation>нет</translation>
    </message>
    <message>
        <source>not set</source>
        <translation>не задано</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>да</translation>
    </message>
</context>
<context>
    <name>Settings</name>
    <message>
        <source>A table per plugin, checked by the plugin</source>
        <translation>По таблице на плагин; её проверяет сам плагин</translation>
    </message>
    <message>
        <source>Accumulate</source>
        <translation>Накопление</translation>
    </message>
    <message>
        <source>Alpha of CutMix: a rectangle is pasted from another image; 0: off, 1 is common</source>
        <translation>Параметр альфа для CutMix: прямоугольник берётся из другого изображения; 0 — выключено, обычно 1</translation>
    </message>
    <message>
        <source>Alpha of mixup: pairs of images and their labels are blended; 0: off, 0.2 is usual</source>
        <translation>Параметр альфа для mixup: изображения и их метки смешиваются попарно; 0 — выключено, обычно 0.2</translation>
    </message>
    <message>
        <source>Use at most this many, with the same class proportions; auto: all</source>
        <translation>Брать не больше стольких, с прежними долями классов; auto: все</translation>
    </message>
    <message>
        <source>Batch</source>
        <translation>Батч</translation>
    </message>
    <message>
        <source>Batches whose gradients are added up for one optimiser step</source>
        <translation>Число батчей, градиенты которых суммируются для одного шага оптимизатора</translation>
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
        <source>CSV file of labels to change and images to leave out; auto: none</source>
        <translation>Файл правок: какие метки изменить и какие изображения исключить; auto: без правок</translation>
    </message>
    <message>
        <source>Channels of the first layer; later ones are multiples</source>
        <translation>Число каналов первого слоя; в следующих слоях — кратное ему</translation>
    </message>
    <message>
        <source>Channels of the first stage; later ones have two and four times as many</source>
        <translation>Число каналов первой ступени; в следующих их вдвое и вчетверо больше</translation>
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
        <source>Colour jitter</source>
        <translation>Случайные изменения цвета</translation>
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
        <source>Epochs between two drops of the step schedule</source>
        <translation>Число эпох между двумя снижениями в расписании step</translation>
    </message>
    <message>
        <source>Epochs without improvement before stopping; 0: off</source>
        <translation>Сколько эпох без улучшения до остановки; 0: выключено</translation>
    </message>
    <message>
        <source>Evaluate an image and its mirror image, and average; not for digits or letters</source>
        <translation>Оценивать изображение и его зеркальное отражение и усреднять; не для цифр и букв</translation>
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
        <source>Random seed of the split, order, augmentation and initial weights</source>
        <translation>Определяет разбиение, порядок, аугментацию и начальные веса</translation>
    </message>
    <message>
        <source>Freeze BatchNorm</source>
        <translation>Заморозить BatchNorm</translation>
    </message>
    <message>
        <source>Mirror images</source>
        <translation>Зеркальные отражения</translation>
    </message>
    <message>
        <source>More callbacks</source>
        <translation>Другие колбэки</translation>
    </message>
    <message>
        <source>Name of the recipe that the settings began with</source>
        <translation>Название рецепта, с которого начинались настройки</translation>
    </message>
    <message>
        <source>Recipe</source>
        <translation>Рецепт</translation>
    </message>
    <message>
        <source>What is trained: softmax, mlp, cnn, resnet9, resnet18 or a plugin</source>
        <translation>Какая модель обучается: softmax, mlp, cnn, resnet9, resnet18 или модель из плагина</translation>
    </message>
    <message>
        <source>Add a constant term for each class</source>
        <translation>Добавить каждому классу свободный член</translation>
    </message>
    <message>
        <source>Smaller improvements of the monitored metric (by default the loss) do not count</source>
        <translation>Меньшие улучшения отслеживаемого показателя (по умолчанию — потерь) не учитываются</translation>
    </message>
    <message>
        <source>Shard weights, gradients and optimiser state across the processes of torchrun (FSDP2); with one process, nothing is sharded</source>
        <translation>Делить веса, градиенты и состояние оптимизатора между процессами torchrun (FSDP2); если процесс один, ничего не делится</translation>
    </message>
    <message>
        <source>Head</source>
        <translation>Голова</translation>
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
        <source>How much brightness, contrast and saturation vary; 0: off, 0.4 is usual</source>
        <translation>Насколько сильно меняются яркость, контраст и насыщенность; 0 — выключено, обычно 0.4</translation>
    </message>
    <message>
        <source>Number of best states to keep</source>
        <translation>Сколько лучших состояний хранится</translation>
    </message>
    <message>
        <source>Probability of replacing a rectangle by the mean; 0: off, 0.25 is usual</source>
        <translation>Вероятность заменить прямоугольник средним значением; 0 — выключено, обычно 0.25</translation>
    </message>
    <message>
        <source>Passes over the training images</source>
        <translation>Сколько раз модель видит все обучающие изображения</translation>
    </message>
    <message>
        <source>Probability of mirroring an image</source>
        <translation>Вероятность зеркального отражения изображения</translation>
    </message>
    <message>
        <source>How the learning rate decays; cosine and linear end at zero</source>
        <translation>Как снижается скорость обучения; cosine и linear снижают её до нуля</translation>
    </message>
    <message>
        <source>Image size</source>
        <translation>Размер изображений</translation>
    </message>
    <message>
        <source>Images per batch when evaluating; auto: by model</source>
        <translation>Число изображений в батче при оценке; auto: по модели</translation>
    </message>
    <message>
        <source>Keep the pretrained statistics when fine-tuning the network</source>
        <translation>Не менять статистики предобученной сети при дообучении</translation>
    </message>
    <message>
        <source>L2 penalty</source>
        <translation>Штраф L2</translation>
    </message>
    <message>
        <source>Label edits</source>
        <translation>Правки меток</translation>
    </message>
    <message>
        <source>Magnitude of two random operations on each image; 0: off, 9 is usual</source>
        <translation>Сила двух случайных операций над каждым изображением; 0 — выключено, обычно 9</translation>
    </message>
    <message>
        <source>Monitor</source>
        <translation>Отслеживаемый показатель</translation>
    </message>
    <message>
        <source>Monitor&apos;s direction</source>
        <translation>Направление показателя</translation>
    </message>
    <message>
        <source>More metrics</source>
        <translation>Другие метрики</translation>
    </message>
    <message>
        <source>Additional metrics to compute at each validation</source>
        <translation>Метрики, которые дополнительно вычисляются при каждой валидации</translation>
    </message>
    <message>
        <source>Network&apos;s image size</source>
        <translation>Размер входа сети</translation>
    </message>
    <message>
        <source>L2 penalty on the head&apos;s weights, divided by the number of training images: 1/C in scikit-learn; added to weight decay</source>
        <translation>L2-штраф на веса последнего слоя, делится на число обучающих изображений: 1/C в scikit-learn; прибавляется к затуханию весов</translation>
    </message>
    <message>
        <source>Fraction held out for testing, if the source has neither validation nor test images of its own</source>
        <translation>Доля, которая отводится под тест, если в источнике нет своих валидационных и тестовых изображений</translation>
    </message>
    <message>
        <source>Fraction of the mlp&apos;s hidden units dropped during training</source>
        <translation>Доля скрытых нейронов mlp, отключаемых при обучении</translation>
    </message>
    <message>
        <source>Pretrained weights</source>
        <translation>Предобученные веса</translation>
    </message>
    <message>
        <source>RandAugment</source>
        <translation>RandAugment</translation>
    </message>
    <message>
        <source>Random erasing</source>
        <translation>Случайное стирание</translation>
    </message>
    <message>
        <source>Random resized crop</source>
        <translation>Случайная обрезка с масштабированием</translation>
    </message>
    <message>
        <source>Rate by depth</source>
        <translation>Скорость по глубине</translation>
    </message>
    <message>
        <source>SHA-256 of the pretrained weights; empty: those of ImageNet, whose digest the run records</source>
        <translation>SHA-256 предобученных весов; пусто: веса ImageNet, их контрольная сумма записывается в запуск</translation>
    </message>
    <message>
        <source>Shard</source>
        <translation>Разделить модель</translation>
    </message>
    <message>
        <source>Side of the images given to the pretrained network; auto: that of the images, with small ones enlarged</source>
        <translation>Сторона изображений на входе предобученной сети; auto: как у самих изображений, маленькие увеличиваются</translation>
    </message>
    <message>
        <source>Smallest fraction of the area to crop and scale back up; 0: off, 0.08 is usual for ImageNet</source>
        <translation>Наименьшая часть площади изображения, которая вырезается и растягивается до его размера; 0 — выключено, для ImageNet обычно 0.08</translation>
    </message>
    <message>
        <source>Trained part</source>
        <translation>Что обучается</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>Веса</translation>
    </message>
    <message>
        <source>Metric that decides which epoch is best, and when to stop early</source>
        <translation>По нему выбирается лучшая эпоха и определяется ранняя остановка</translation>
    </message>
    <message>
        <source>Learning rate of each block, relative to that of the block after it</source>
        <translation>Скорость обучения каждого блока относительно следующего за ним</translation>
    </message>
    <message>
        <source>loss, accuracy, macro_f1 (of the validation images) or a name in metrics</source>
        <translation>loss, accuracy, macro_f1 (на валидации) или имя из metrics</translation>
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
        <source>Largest angle, in either direction</source>
        <translation>Наибольший угол поворота в любую сторону</translation>
    </message>
    <message>
        <source>Largest norm of all gradients combined; 0: no clipping</source>
        <translation>Наибольшая норма всех градиентов вместе; 0 — без ограничения</translation>
    </message>
    <message>
        <source>Largest value of a gradient; 0: no clipping</source>
        <translation>Наибольшее значение градиента; 0 — без ограничения</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>Скорость обучения</translation>
    </message>
    <message>
        <source>Minimum improvement</source>
        <translation>Минимальное улучшение</translation>
    </message>
    <message>
        <source>Leave unreadable images out instead of stopping with a list of them</source>
        <translation>Пропускать нечитаемые изображения вместо остановки со списком таких файлов</translation>
    </message>
    <message>
        <source>Linear ramp up to the learning rate at the start</source>
        <translation>Линейный рост до заданной скорости обучения в начале</translation>
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
        <translation>Импульс (momentum) для sgd; другие оптимизаторы его не учитывают</translation>
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
        <source>Fraction of features dropped before the last layer</source>
        <translation>Доля признаков, отключаемых перед последним слоем</translation>
    </message>
    <message>
        <source>Fraction of the target spread over all classes</source>
        <translation>Доля целевой вероятности, которая делится поровну между всеми классами</translation>
    </message>
    <message>
        <source>Fraction of the training images held out for validation</source>
        <translation>Доля обучающих изображений, которая отводится под валидацию</translation>
    </message>
    <message>
        <source>Fraction of units dropped during training</source>
        <translation>Доля нейронов, отключаемых при обучении</translation>
    </message>
    <message>
        <source>Number format for computation; weights stay float32; auto: bfloat16 if the device supports it and a short trial finds it faster</source>
        <translation>Формат чисел при вычислениях; веса остаются в float32; auto: bfloat16, если устройство его поддерживает и короткая проба показала, что так быстрее</translation>
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
        <source>How gradients update the weights</source>
        <translation>Как градиенты меняют веса</translation>
    </message>
    <message>
        <source>Sampling</source>
        <translation>Выборка</translation>
    </message>
    <message>
        <source>Also save during an epoch; 0: never</source>
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
        <source>Side of the square images; auto: as in the source</source>
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
        <source>Step size of the optimiser; the peak value if there is a schedule</source>
        <translation>Величина шага оптимизатора; если есть расписание — её максимум</translation>
    </message>
    <message>
        <source>Test split</source>
        <translation>Тестовая выборка</translation>
    </message>
    <message>
        <source>Threads</source>
        <translation>Потоки</translation>
    </message>
    <message>
        <source>Compile the model first: a slower start, and faster steps on some models and machines</source>
        <translation>Сначала скомпилировать модель: начало дольше, зато шаги на некоторых моделях и компьютерах быстрее</translation>
    </message>
    <message>
        <source>Images per batch, and per optimiser step</source>
        <translation>Число изображений в батче, то есть на один шаг оптимизатора</translation>
    </message>
    <message>
        <source>Training images</source>
        <translation>Обучающие изображения</translation>
    </message>
    <message>
        <source>Validation split</source>
        <translation>Валидационная выборка</translation>
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
        <source>Factor applied to the rate at each drop</source>
        <translation>Множитель скорости обучения при каждом снижении</translation>
    </message>
    <message>
        <source>Where downloaded data sets are stored; auto: the cache folder</source>
        <translation>Где хранятся загруженные наборы данных; auto: папка кэша</translation>
    </message>
    <message>
        <source>Where to compute; auto: a GPU if there is one</source>
        <translation>Где вычислять; auto: на GPU, если он есть</translation>
    </message>
    <message>
        <source>Whether a smaller or a larger value is better; auto: as declared by the metric</source>
        <translation>Что лучше — меньшее или большее значение; auto: как указано у метрики</translation>
    </message>
    <message>
        <source>How an epoch draws images; balanced: equally many of every class, with repetition</source>
        <translation>Как эпоха выбирает изображения; balanced: поровну из каждого класса, с повторениями</translation>
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
        <source>Width of the hidden layer of mlp</source>
        <translation>Ширина скрытого слоя mlp</translation>
    </message>
    <message>
        <source>a list of names</source>
        <translation>список имён</translation>
    </message>
    <message>
        <source>a table per plugin</source>
        <translation>по таблице на плагин</translation>
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
        <source>head: a layer on features computed once; top: also the last third of the network; all: the whole network</source>
        <translation>head: слой на признаках, вычисленных один раз; top: ещё и последняя треть сети; all: вся сеть</translation>
    </message>
    <message>
        <source>imagenet, none or a file</source>
        <translation>imagenet, none или файл</translation>
    </message>
    <message>
        <source>imagenet; a file of weights (safetensors or a torch state dict); or none: random weights</source>
        <translation>imagenet, файл весов (safetensors или state dict PyTorch) или none — случайные веса</translation>
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
        <source>softmax: one linear layer; mlp: a hidden layer with ReLU before it</source>
        <translation>softmax: один линейный слой; mlp: перед ним скрытый слой с ReLU</translation>
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
    <name>SimilarStrip</name>
    <message>
        <source>Nearest {name}</source>
        <translation>Ближайшее: {name}</translation>
    </message>
    <message>
        <source>Similar training images</source>
        <translation>Похожие обучающие</translation>
    </message>
</context>
<context>
    <name>SimilarView</name>
    <message>
        <source>Computing features of the training images, once for these weights… {share}</source>
        <translation>Вычисляются признаки обучающих изображений, один раз для этих весов… {share}</translation>
    </message>
    <message>
        <source>Similar images</source>
        <translation>Похожие</translation>
    </message>
    <message>
        <source>Training images that the model finds most similar</source>
        <translation>Обучающие изображения, которые модель считает самыми похожими</translation>
    </message>
</context>
<context>
    <name>SliceModel</name>
    <message>
        <source>Accuracy</source>
        <translation>Верно</translation>
    </message>
    <message>
        <source>Click a slice to see its images</source>
        <translation>Щёлкните по срезу, чтобы увидеть его изображения</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>Изобр.</translation>
    </message>
    <message>
        <source>Images of the slice</source>
        <translation>Изображений в срезе</translation>
    </message>
    <message>
        <source>Macro-F1</source>
        <translation>Macro-F1</translation>
    </message>
    <message>
        <source>Macro-F1 {value}, 95 % interval {interval}</source>
        <translation>Macro-F1 {value}, 95 %-й интервал {interval}</translation>
    </message>
    <message>
        <source>No macro-F1: all images are of one class</source>
        <translation>Macro-F1 нет: все изображения одного класса</translation>
    </message>
    <message>
        <source>Mean of F1 over the classes that occur in the slice</source>
        <translation>Среднее F1 по классам, которые есть в срезе</translation>
    </message>
    <message>
        <source>How many percentage points the accuracy is above that of other images with the same mix of classes</source>
        <translation>На сколько процентных пунктов доля верных ответов выше, чем на других изображениях при том же составе классов</translation>
    </message>
    <message>
        <source>Slice</source>
        <translation>Срез</translation>
    </message>
    <message>
        <source>With its 95 % interval; the dashed line is the accuracy of all images</source>
        <translation>С 95 %-м доверительным интервалом; пунктир — доля верных ответов на всех изображениях</translation>
    </message>
    <message>
        <source>lost: {count} ({ends})</source>
        <translation>потеряно: {count} ({ends})</translation>
    </message>
    <message>
        <source>{accuracy}, 95 % interval {interval}; {wrong} of {images} wrong</source>
        <translation>{accuracy}, 95 %-й интервал {interval}; ошибок: {wrong} из {images}</translation>
    </message>
    <message>
        <source>Δ, pp</source>
        <translation>Δ, п. п.</translation>
    </message>
</context>
<context>
    <name>Slices</name>
    <message>
        <source>Aspect ratio</source>
        <translation>Соотношение сторон</translation>
    </message>
    <message>
        <source>Brightness</source>
        <translation>Яркость</translation>
    </message>
    <message>
        <source>Camera</source>
        <translation>Камера</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>Класс</translation>
    </message>
    <message>
        <source>Colourfulness</source>
        <translation>Красочность</translation>
    </message>
    <message>
        <source>Contrast</source>
        <translation>Контраст</translation>
    </message>
    <message>
        <source>Date</source>
        <translation>Дата</translation>
    </message>
    <message>
        <source>Fewer errors than other images of the same classes.</source>
        <translation>Ошибок меньше, чем на других изображениях тех же классов.</translation>
    </message>
    <message>
        <source>Fewer than 20 images: too few to judge.</source>
        <translation>Меньше 20 изображений — слишком мало для выводов.</translation>
    </message>
    <message>
        <source>File name</source>
        <translation>Имя файла</translation>
    </message>
    <message>
        <source>Image size</source>
        <translation>Размер</translation>
    </message>
    <message>
        <source>More errors than other images of the same classes. On average, at most one in twenty such findings is chance.</source>
        <translation>Ошибок больше, чем на других изображениях тех же классов. Из таких выводов случайны в среднем не больше одного на двадцать.</translation>
    </message>
    <message>
        <source>More errors than other images, but no more than its classes explain.</source>
        <translation>Ошибок больше, чем на остальных изображениях, но не больше, чем объясняют классы среза.</translation>
    </message>
    <message>
        <source>The difference from the other images may be chance.</source>
        <translation>Отличие от остальных изображений может быть случайным.</translation>
    </message>
    <message>
        <source>Path pattern</source>
        <translation>Шаблон пути</translation>
    </message>
    <message>
        <source>Sharpness</source>
        <translation>Резкость</translation>
    </message>
    <message>
        <source>Sub-folder</source>
        <translation>Подпапка</translation>
    </message>
    <message>
        <source>Time of day</source>
        <translation>Время суток</translation>
    </message>
    <message>
        <source>Without the images of the slice above it, this one is no worse than the rest.</source>
        <translation>Если не считать изображений среза выше, этот не хуже остальных.</translation>
    </message>
    <message>
        <source>Worst slices</source>
        <translation>Худшие срезы</translation>
    </message>
    <message>
        <source>afternoon, 12–18 h</source>
        <translation>день, 12–18 ч</translation>
    </message>
    <message>
        <source>better</source>
        <translation>лучше</translation>
    </message>
    <message>
        <source>evening, 18–24 h</source>
        <translation>вечер, 18–24 ч</translation>
    </message>
    <message>
        <source>hard classes</source>
        <translation>трудные классы</translation>
    </message>
    <message>
        <source>highest quarter</source>
        <translation>верхняя четверть</translation>
    </message>
    <message>
        <source>in none</source>
        <translation>без подпапки</translation>
    </message>
    <message>
        <source>lowest quarter</source>
        <translation>нижняя четверть</translation>
    </message>
    <message>
        <source>morning, 6–12 h</source>
        <translation>утро, 6–12 ч</translation>
    </message>
    <message>
        <source>nearly the same images</source>
        <translation>почти те же изображения</translation>
    </message>
    <message>
        <source>night, 0–6 h</source>
        <translation>ночь, 0–6 ч</translation>
    </message>
    <message>
        <source>no difference</source>
        <translation>наравне</translation>
    </message>
    <message>
        <source>rare ones</source>
        <translation>редкие</translation>
    </message>
    <message>
        <source>second quarter</source>
        <translation>вторая четверть</translation>
    </message>
    <message>
        <source>third quarter</source>
        <translation>третья четверть</translation>
    </message>
    <message>
        <source>too few images</source>
        <translation>слишком мало изображений</translation>
    </message>
    <message>
        <source>worse</source>
        <translation>хуже</translation>
    </message>
    <message>
        <source>{count} MP</source>
        <translation>{count} Мп</translation>
    </message>
    <message>
        <source>{count} px</source>
        <translation>{count} пикс.</translation>
    </message>
</context>
<context>
    <name>SlicesPanel</name>
    <message>
        <source>; a sample of {total}</source>
        <translation>; выборка из {total}</translation>
    </message>
    <message>
        <source>; camera and time unknown: no folder {path}</source>
        <translation>; камера и время неизвестны: нет папки {path}</translation>
    </message>
    <message>
        <source>; further words, too rare: {count}</source>
        <translation>; ещё слов, слишком редких: {count}</translation>
    </message>
    <message>
        <source>; the pattern matches no image, or all of them</source>
        <translation>; под шаблон подходят все изображения или ни одного</translation>
    </message>
    <message>
        <source>; unreadable photographs: {count}</source>
        <translation>; нечитаемых фотографий: {count}</translation>
    </message>
    <message>
        <source>By {fact}; the dashed line is the accuracy of all images.</source>
        <translation>Группировка: {fact}; пунктир — доля верных ответов на всех изображениях.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Отменить</translation>
    </message>
    <message>
        <source>Cancelled.</source>
        <translation>Отменено.</translation>
    </message>
    <message>
        <source>Choose a run to see which images its model gets wrong.</source>
        <translation>Выберите запуск, чтобы увидеть, на каких изображениях ошибается его модель.</translation>
    </message>
    <message>
        <source>Group images by</source>
        <translation>Группировать изображения</translation>
    </message>
    <message>
        <source>Not evaluated yet
Slices are found in the evaluation at the end of a run.</source>
        <translation>Оценки пока нет
Срезы ищутся по оценке в конце запуска.</translation>
    </message>
    <message>
        <source>Search again</source>
        <translation>Искать снова</translation>
    </message>
    <message>
        <source>Looking for slices …</source>
        <translation>Поиск срезов …</translation>
    </message>
    <message>
        <source>Reading camera and time from the photographs: {done} of {total}</source>
        <translation>Чтение данных о камере и времени съёмки: {done} из {total}</translation>
    </message>
    <message>
        <source>Measuring the images: {done} of {total}</source>
        <translation>Анализ изображений: {done} из {total}</translation>
    </message>
    <message>
        <source>Evaluate it here or in a terminal:</source>
        <translation>Оцените его здесь или в терминале:</translation>
    </message>
    <message>
        <source>No slice has more errors than other images of the same classes.</source>
        <translation>Ни в одном срезе модель не ошибается чаще, чем на других изображениях тех же классов.</translation>
    </message>
    <message>
        <source>Path: *night*</source>
        <translation>Путь: *ночь*</translation>
    </message>
    <message>
        <source>Path pattern that defines a slice</source>
        <translation>Шаблон путей, образующих срез</translation>
    </message>
    <message>
        <source>Press Enter to make a slice of the images whose path matches; * matches any text</source>
        <translation>Нажмите Enter, чтобы выделить в срез изображения с подходящим путём; * — любой текст</translation>
    </message>
    <message>
        <source>Show in Errors</source>
        <translation>К ошибкам</translation>
    </message>
    <message>
        <source>Slices</source>
        <translation>Срезы</translation>
    </message>
    <message>
        <source>Split</source>
        <translation>Выборка</translation>
    </message>
    <message>
        <source>The confusion matrix of this slice only (Enter)</source>
        <translation>Матрица ошибок только для изображений этого среза (Enter)</translation>
    </message>
    <message>
        <source>Too few images to find slices: {count}. At least 40 are needed.</source>
        <translation>Изображений слишком мало, чтобы искать срезы: {count}. Нужно не меньше 40.</translation>
    </message>
    <message>
        <source>{slice}: {accuracy} right; other images of the same classes: {other}</source>
        <translation>{slice}: верно {accuracy}; на других изображениях тех же классов — {other}</translation>
    </message>
    <message>
        <source>{wrong} of {images} images wrong</source>
        <translation>Ошибок: {wrong} из {images}</translation>
    </message>
</context>
<context>
    <name>Sources</name>
    <message>
        <source>SIGHUP</source>
        <translation>из-за закрытия терминала</translation>
    </message>
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
    <name>StartPage</name>
    <message>
        <source>1,000 photographs, ready to explore: nothing to train.</source>
        <translation>1000 фотографий и уже обученная модель: можно сразу смотреть.</translation>
    </message>
    <message>
        <source>A recorded run</source>
        <translation>Записанный запуск</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>Выбрать папку…</translation>
    </message>
    <message>
        <source>Drop a folder of images here</source>
        <translation>Перетащите сюда папку с изображениями</translation>
    </message>
    <message>
        <source>Everything works without a mouse.</source>
        <translation>Всё работает и без мыши.</translation>
    </message>
    <message>
        <source>Explore</source>
        <translation>С чего начать</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Сочетания клавиш</translation>
    </message>
    <message>
        <source>From another folder.</source>
        <translation>Из другой папки.</translation>
    </message>
    <message>
        <source>Open a run…</source>
        <translation>Открыть запуск…</translation>
    </message>
    <message>
        <source>Recent runs</source>
        <translation>Последние запуски</translation>
    </message>
    <message>
        <source>Watch what a classifier learns as it learns it</source>
        <translation>Следите, чему учится классификатор, прямо во время обучения</translation>
    </message>
    <message>
        <source>Start page</source>
        <translation>Начальная страница</translation>
    </message>
    <message>
        <source>Tour in five steps</source>
        <translation>Знакомство за пять шагов</translation>
    </message>
    <message>
        <source>Train on your own images, watch the curves, see where it goes wrong and why.</source>
        <translation>Обучайте на своих изображениях, следите за кривыми, смотрите, где модель ошибается и почему.</translation>
    </message>
    <message>
        <source>Two minutes: the window and what it is for.</source>
        <translation>Две минуты: что есть в окне и для чего.</translation>
    </message>
    <message>
        <source>With one sub-folder per class. The folder of a run opens that run.</source>
        <translation>У каждого класса своя подпапка. Если перетащить папку запуска, он откроется.</translation>
    </message>
</context>
<context>
    <name>States</name>
    <message>
        <source>All epochs are done. Continue adds more.</source>
        <translation>Все эпохи пройдены. «Продолжить» добавит новые.</translation>
    </message>
    <message>
        <source>Everything is kept in memory. Resume whenever you like.</source>
        <translation>Всё остаётся в памяти. Возобновить можно в любой момент.</translation>
    </message>
    <message>
        <source>Finishes its work, then saves.</source>
        <translation>Завершает начатое и сохраняет.</translation>
    </message>
    <message>
        <source>It cannot be continued from this window.</source>
        <translation>Продолжить его из этого окна нельзя.</translation>
    </message>
    <message>
        <source>Its folder was moved or deleted, or its disk is not connected. Connect the disk, or open the run where it is now.</source>
        <translation>Папка перемещена или удалена, либо её диск не подключён. Подключите диск или откройте запуск с нового места.</translation>
    </message>
    <message>
        <source>Its process ended unexpectedly. Continue picks up from the last checkpoint, if there is one.</source>
        <translation>Процесс неожиданно завершился. «Продолжить» начнёт с последней контрольной точки, если она есть.</translation>
    </message>
    <message>
        <source>Open a run from the list, or start a new one.</source>
        <translation>Откройте запуск из списка или начните новый.</translation>
    </message>
    <message>
        <source>Pause or stop whenever you like: nothing is lost.</source>
        <translation>Приостановить или остановить обучение можно в любой момент: ничего не пропадёт.</translation>
    </message>
    <message>
        <source>Pauses after the current step.</source>
        <translation>Встанет на паузу после текущего шага.</translation>
    </message>
    <message>
        <source>Reading the data. Training will start by itself.</source>
        <translation>Идёт чтение данных. Обучение начнётся само.</translation>
    </message>
    <message>
        <source>Reading what the run has written so far.</source>
        <translation>Идёт чтение того, что запуск уже записал.</translation>
    </message>
    <message>
        <source>Stopped early. Continue picks up where it stopped.</source>
        <translation>Остановлен раньше срока. «Продолжить» начнёт с того же места.</translation>
    </message>
    <message>
        <source>The log says why. Continue tries again, from the last checkpoint if there is one.</source>
        <translation>Причина в журнале. «Продолжить» повторит попытку: с последней контрольной точки, если она есть.</translation>
    </message>
    <message>
        <source>The training process is starting.</source>
        <translation>Процесс обучения запускается.</translation>
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
        <source>Confidence</source>
        <translation>Уверенность</translation>
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
        <source>Labels</source>
        <translation>Разметка</translation>
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
        <translation>Прогноз</translation>
    </message>
    <message>
        <source>Show this panel in a window of its own (Ctrl+Shift+D, or drag its tab off)</source>
        <translation>Показать панель в отдельном окне (Ctrl+Shift+D или вытащите вкладку)</translation>
    </message>
    <message>
        <source>Slices</source>
        <translation>Срезы</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>Веса</translation>
    </message>
</context>
<context>
    <name>TourBubble</name>
    <message>
        <source>Back</source>
        <translation>Назад</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Готово</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Далее</translation>
    </message>
    <message>
        <source>Skip the tour</source>
        <translation>Пропустить</translation>
    </message>
    <message>
        <source>{step} of {steps}</source>
        <translation>{step} из {steps}</translation>
    </message>
</context>
<context>
    <name>TourGuide</name>
    <message>
        <source>Curves</source>
        <translation>Графики</translation>
    </message>
    <message>
        <source>Drop a folder of images here: it is checked, a suitable recipe is proposed, and one click starts the training. The tour is in the Help menu whenever you want it again.</source>
        <translation>Перетащите сюда папку с изображениями: программа проверит её и предложит подходящий рецепт, а обучение начнётся одним щелчком. Знакомство всегда можно повторить из меню «Справка».</translation>
    </message>
    <message>
        <source>Drop images of your own, and the best weights of the run classify them.</source>
        <translation>Перетащите свои изображения — модель с лучшими весами запуска определит их классы.</translation>
    </message>
    <message>
        <source>Errors</source>
        <translation>Ошибки</translation>
    </message>
    <message>
        <source>Every run with its data, model, state and best macro-F1; ★ marks the best on the same data. Click one to open it, tick several to overlay their curves.</source>
        <translation>Все запуски: данные, модель, состояние и лучший macro-F1; ★ отмечает лучший на тех же данных. Щёлкните по запуску, чтобы открыть его, отметьте несколько, чтобы наложить их кривые.</translation>
    </message>
    <message>
        <source>Loss, accuracy and macro-F1 while the model trains. Drag the slider below to go back to any epoch: every tab follows.</source>
        <translation>Потери, доля верных ответов и macro-F1 во время обучения. Ползунок внизу возвращает к любой эпохе сразу на всех вкладках.</translation>
    </message>
    <message>
        <source>Predict</source>
        <translation>Прогноз</translation>
    </message>
    <message>
        <source>Train on your own images</source>
        <translation>Обучение на своих изображениях</translation>
    </message>
    <message>
        <source>Which classes are confused, and the images behind each pair. Click a cell of the matrix to see them, then an image to see how its prediction changed.</source>
        <translation>Какие классы модель путает и на каких изображениях. Щёлкните по ячейке матрицы, чтобы увидеть их, затем по изображению, чтобы узнать, как менялось предсказание.</translation>
    </message>
    <message>
        <source>Your runs</source>
        <translation>Ваши запуски</translation>
    </message>
</context>
<context>
    <name>TrialTable</name>
    <message>
        <source>Epoch</source>
        <translation>Эпоха</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>Запуск</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Состояние</translation>
    </message>
    <message>
        <source>Trials</source>
        <translation>Пробы</translation>
    </message>
</context>
<context>
    <name>VerdictStrip</name>
    <message>
        <source>Epoch</source>
        <translation>Эпоха</translation>
    </message>
    <message>
        <source>Predictions by epoch</source>
        <translation>Предсказания по эпохам</translation>
    </message>
    <message>
        <source>right</source>
        <translation>верно</translation>
    </message>
    <message>
        <source>right in {right} of {epochs} epochs</source>
        <translation>верно в {right} из {epochs} эпох</translation>
    </message>
    <message>
        <source>wrong</source>
        <translation>неверно</translation>
    </message>
</context>
<context>
    <name>WeightsPanel</name>
    <message>
        <source>Choose a run to see its weights as images.</source>
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
        <source>No weights were kept for viewing
The snapshots of a run keep its first layer, unless it is too large.</source>
        <translation>Веса для просмотра не сохранены
Снимки запуска хранят первый слой, если он не слишком велик.</translation>
    </message>
    <message>
        <source>No weights yet
The first images appear after the first epoch.</source>
        <translation>Весов пока нет
Первые картинки появятся после первой эпохи.</translation>
    </message>
    <message>
        <source>The file with the weights of this epoch is damaged.</source>
        <translation>Файл с весами этой эпохи повреждён.</translation>
    </message>
    <message>
        <source>The file with the weights of this epoch no longer exists.</source>
        <translation>Файла с весами этой эпохи больше нет.</translation>
    </message>
    <message>
        <source>The first layer of this model does not work on pixels, so its weights cannot be shown as images.</source>
        <translation>Первый слой этой модели работает не с пикселями, поэтому показать его веса картинками нельзя.</translation>
    </message>
    <message>
        <source>The run refers to a file outside its folder. It was not opened.</source>
        <translation>Запуск ссылается на файл за пределами своей папки. Файл не был открыт.</translation>
    </message>
    <message>
        <source>No weights of this epoch were kept for viewing.</source>
        <translation>Веса этой эпохи для просмотра не сохранены.</translation>
    </message>
    <message>
        <source>Weights as images</source>
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
        <translation>неконечных чисел: {count}</translation>
    </message>
    <message>
        <source>{name}: weights from {low} to {high}</source>
        <translation>{name}: веса от {low} до {high}</translation>
    </message>
</context>
<context>
    <name>Window</name>
    <message>
        <source>Not the folder of a run: {path}</source>
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
        <source>&amp;Keyboard shortcuts</source>
        <translation>Сочетания &amp;клавиш</translation>
    </message>
    <message>
        <source>&amp;Live: follow the newest epoch</source>
        <translation>Следить за послед&amp;ней эпохой</translation>
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
        <source>&amp;Tour of the window</source>
        <translation>Знако&amp;мство с окном</translation>
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
        <source>Copy the co&amp;mmand</source>
        <translation>Скопировать ко&amp;манду</translation>
    </message>
    <message>
        <source>End the process…</source>
        <translation>Завершить процесс…</translation>
    </message>
    <message>
        <source>Expo&amp;rt a report…</source>
        <translation>Экспорт отч&amp;ёта…</translation>
    </message>
    <message>
        <source>Export curves as an &amp;image…</source>
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
        <source>Panel &amp;beside the tabs, or back</source>
        <translation>Панель рядом с &amp;вкладками или обратно</translation>
    </message>
    <message>
        <source>Panel in a &amp;window of its own, or back</source>
        <translation>Панель в отдельном &amp;окне или обратно</translation>
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
        <source>Sea&amp;rches…</source>
        <translation>По&amp;иски…</translation>
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
        <source>Stop and &amp;delete…</source>
        <translation>Остановить и &amp;удалить…</translation>
    </message>
</context>
<context>
    <name>Words</name>
    <message>
        <source>Running the model</source>
        <translation>Модель считает</translation>
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
        <source>Downloading weights</source>
        <translation>Загрузка весов</translation>
    </message>
    <message>
        <source>Epoch {epoch}, batch {batch}: {where} is not finite.</source>
        <translation>Эпоха {epoch}, батч {batch}: {where} — не конечное число.</translation>
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
        <source>Scanning the folder</source>
        <translation>Просмотр папки</translation>
    </message>
    <message>
        <source>Reading images</source>
        <translation>Чтение изображений</translation>
    </message>
    <message>
        <source>Checking the labels</source>
        <translation>Оценка меток</translation>
    </message>
    <message>
        <source>Looking for images unlike the others</source>
        <translation>Поиск непохожих изображений</translation>
    </message>
    <message>
        <source>Preparing thumbnails</source>
        <translation>Подготовка миниатюр</translation>
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
        <source>The metric {name} could not be computed ({split}): {error}</source>
        <translation>Метрику {name} не удалось вычислить ({split}): {error}</translation>
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
        <source>Training the head first</source>
        <translation>Предварительное обучение головы</translation>
    </message>
    <message>
        <source>Trying learning rates</source>
        <translation>Проверка скоростей обучения</translation>
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
        <source>gone: folder not found</source>
        <translation>недоступен: папка не найдена</translation>
    </message>
    <message>
        <source>loading</source>
        <translation>загрузка</translation>
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
        <source>{number} images/s</source>
        <translation>{number} изобр./с</translation>
    </message>
    <message>
        <source>{phase}: {done} of {total}</source>
        <translation>{phase}: {done} из {total}</translation>
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
<context>
    <name>ZoomPicture</name>
    <message>
        <source>Actual size (1:1)</source>
        <translation>Исходный размер (1:1)</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>Целиком</translation>
    </message>
    <message>
        <source>Open large</source>
        <translation>Открыть крупно</translation>
    </message>
    <message>
        <source>Open large (Enter). Here, too, the wheel zooms and dragging moves the image.</source>
        <translation>Открыть крупно (Enter). Масштаб меняется колесом и здесь, а изображение можно двигать мышью.</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>Увеличить</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>Уменьшить</translation>
    </message>
</context>
</TS>
