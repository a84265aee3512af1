"""The searches in the window's folder of runs: trials over time, as a table and on parallel axes; importance of
settings. A search can be stopped and continued."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialogButtonBox,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from gui.engine.processes import DONE_CODES, EngineProcess
from gui.engine.search_process import SearchStop
from gui.plotting.parallel_coordinates import ParallelCoordinates
from gui.search.history_chart import HistoryChart
from gui.search.trial_table import ImportanceTable, TrialTable
from gui.style.theme import icon
from gui.text import formats
from gui.text.setting_titles import setting_titles
from gui.viewmodels.search_view import SearchFollower, TrialProgress, axes, lines
from gui.widgets.card_frame import CardFrame
from gui.widgets.labels import Sentence
from gui.widgets.translated_dialog import TranslatedDialog
from trainer.search.search_plan import MOST_TRIALS
from trainer.store.search_folder import SearchFolder, SearchRecord, list_searches, search_folder

MILLISECONDS = 1000
SIZE = 860, 560


class SearchDialog(TranslatedDialog):
    """Shows searches and follows them while they run.

    Signals: `run_chosen`, the run of a trial, to open it; `go_on_wanted`, the name of a search to continue;
    `more_wanted`, the name of a search and how many trials it is to have in all; `settings_wanted`, the settings of the
    best trial by table, for a new run, and a sentence that says whose they are.

    Args:
        root: Folder of all runs.
        parent: Parent widget.
        name: The search to show first. Default: the newest.
        processes: Those of the searches that the window has started, by name.
    """

    run_chosen = Signal(Path)
    go_on_wanted = Signal(str)
    more_wanted = Signal(str, int)
    settings_wanted = Signal(dict, str)

    def __init__(
        self,
        root: Path,
        parent: QWidget | None = None,
        name: str = "",
        processes: Mapping[str, EngineProcess] | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._root, self._wanted = root, name
        self.processes = dict(processes or {})
        self._stop: SearchStop | None = None
        self._folders: dict[str, SearchFolder] = {}
        self._follower: SearchFollower | None = None
        self.names = QComboBox()
        self.names.currentTextChanged.connect(self._choose)
        self._label = QLabel(textFormat=Qt.TextFormat.PlainText)
        self._label.setBuddy(self.names)
        self.state = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.under_way = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        """How far the trial under way is."""
        self.steer_button = QPushButton()
        """Stops a search that goes on, and continues one that was stopped."""
        self.steer_button.setAutoDefault(False)
        self.steer_button.clicked.connect(self._steer)
        self.new_run_button, self.more_button = QPushButton(icon("new"), ""), QPushButton(icon("search"), "")
        self.new_run_button.clicked.connect(self._set_up_best)
        self.more_button.clicked.connect(self._ask_for_more)
        self.history = HistoryChart()
        self.table, self.importance = TrialTable(), ImportanceTable()
        self.parallel = ParallelCoordinates()
        self.pointed = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.empty = Sentence("search")
        self.tabs = QTabWidget()
        self._lay_out()
        self.table.chosen.connect(self._open)
        self.history.chosen.connect(self._open)
        self.parallel.chosen.connect(self._open)
        self.parallel.pointed.connect(self._tell)
        self.history.pointed.connect(self._tell)
        self._timer = QTimer(self, interval=MILLISECONDS)
        self._timer.timeout.connect(self.poll)
        self.retranslate()
        self._fill()
        self.resize(*SIZE)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self._label)
        top.addWidget(self.names)
        top.addWidget(self.state, 1)
        top.addWidget(self.steer_button)
        card = CardFrame()
        card.body.addWidget(self.parallel)
        for page in (self.history, self.table, card, self.importance):
            self.tabs.addTab(page, "")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        self._close_button = buttons.button(QDialogButtonBox.StandardButton.Close)
        self._close_button.setAutoDefault(False)
        below = QHBoxLayout()
        below.addStretch(1)
        for button in (self.new_run_button, self.more_button):
            button.setAutoDefault(False)
            below.addWidget(button)
        below.addWidget(buttons)
        layout = QVBoxLayout(self)
        layout.addLayout(top)
        layout.addWidget(self.under_way)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(self.empty, 1)
        self.pointed.setMinimumHeight(self.pointed.fontMetrics().height())  # the chart does not jump under the mouse
        layout.addWidget(self.pointed)
        layout.addLayout(below)

    def retranslate(self) -> None:
        """Set all texts again."""
        self.setWindowTitle(self.tr("Searches"))
        self._label.setText(self.tr("&Search"))
        self.names.setAccessibleName(self.tr("Search"))
        titles = (self.tr("History"), self.tr("Trials"), self.tr("Parallel coordinates"), self.tr("Importance"))
        for place, text in enumerate(titles):
            self.tabs.setTabText(place, text)
        self.parallel.setAccessibleName(self.tr("Parallel coordinates"))
        self._close_button.setText(self.tr("Close"))
        self.new_run_button.setText(self.tr("New run with the best settings"))
        self.more_button.setText(self.tr("More trials…"))
        self._show_again()

    def restyle(self) -> None:
        """Draw the charts in other colours."""
        self.history.restyle()
        self._show_again()

    def _show_again(self) -> None:
        """The shown search in full."""
        record = self._follower.record if self._follower is not None else None
        if record is not None:
            self._show(record)
        self._show_progress()
        self._show_steering(record)

    # -- which search ----------------------------------------------------------------------------------------------

    def _fill(self) -> None:
        """Offer the searches that exist; the newest is shown first."""
        found = {one.name: one for one in list_searches(self._root)}
        found |= {name: search_folder(self._root, name) for name in self.processes if name not in found}
        if found.keys() == self._folders.keys():
            return
        self._folders, shown = found, self._wanted or self.names.currentText()
        if shown not in found:
            shown = max(found, key=lambda name: changed(found[name]), default="")
        self.names.blockSignals(True)
        self.names.clear()
        self.names.addItems(list(found))
        self.names.setCurrentText(shown)
        self.names.blockSignals(False)
        if self._follower is None or self._follower.folder.name != shown:
            self._choose(shown)

    def _choose(self, name: str) -> None:
        self._wanted = ""  # from now on the one that was chosen
        self._stop = None
        self._follower = SearchFollower(self._folders[name]) if name in self._folders else None
        self.pointed.clear()
        self.table.setCurrentCell(-1, -1)
        self._follow()

    def follow(self, processes: Mapping[str, EngineProcess]) -> None:
        """Follow searches that were started meanwhile.

        Args:
            processes: Those of the searches that the window has started, by name.
        """
        self.processes = dict(processes)
        self.poll()

    def poll(self) -> None:
        """Show what is new."""
        self._fill()
        if self._stop is not None:
            self._stop.ask()  # another trial may have begun meanwhile
        self._follow()

    def _follow(self) -> None:
        new = self._follower is not None and self._follower.read()
        record = self._follower.record if self._follower is not None else None
        if new:
            self._show(record)
        self._show_progress()
        self._show_steering(record)

    def _show_progress(self) -> None:
        """Above all tabs; and in the chart as long as it has no point."""
        found = self._follower.progress() if self._follower is not None else None
        text = progress_text(found) if found is not None else ""
        self.under_way.setText(text)
        self.under_way.setVisible(bool(text))
        later = self.tr("The first point is drawn when a trial has ended.")
        self.history.waiting.setText(f"{text}\n{later}" if text else self.tr("No trial has ended yet."))

    # -- whether it goes on ----------------------------------------------------------------------------------------

    @property
    def _process(self) -> EngineProcess | None:
        """Of the shown search, where it was started here."""
        return self.processes.get(self._follower.folder.name) if self._follower is not None else None

    def _steer(self) -> None:
        follower = self._follower
        if follower is None:
            return
        self.pointed.clear()  # why it failed before
        if self._running(follower.record):
            self._stop = SearchStop(follower.folder)
            if self._process is not None and self._process.exit_code is None:
                self._process.stop()
            else:
                self._stop.ask()
        else:
            self.go_on_wanted.emit(follower.folder.name)
        self._show_steering(follower.record)

    def _running(self, record: SearchRecord | None) -> bool:
        working = self._process is not None and self._process.exit_code is None
        return working or (record is not None and record.state == "running")

    def _show_steering(self, record: SearchRecord | None) -> None:
        """The button, and what there is to say while nothing can be drawn."""
        running, process = self._running(record), self._process
        if not running:
            self._stop = None
        unfinished = record is not None and record.state in ("stopped", "lost", "failed")
        self.new_run_button.setVisible(record is not None and record.best_trial is not None)
        self.more_button.setVisible(not running and record is not None and record.state == "completed")
        self.steer_button.setVisible(running or unfinished)
        self.steer_button.setEnabled(self._stop is None)
        stop, go_on = self.tr("Stop the search"), self.tr("Continue the search")
        self.steer_button.setText(self.tr("Stopping …") if self._stop is not None else stop if running else go_on)
        self.steer_button.setIcon(icon("stop" if running else "continue"))
        empty = record is None and (self._follower is None or process is not None)
        self.tabs.setVisible(not empty)
        self.empty.setVisible(empty)
        self.empty.setText(self._why_empty(process) if empty else "")
        if not empty and process is not None and process.exit_code not in (None, *DONE_CODES):
            self.pointed.setText(formats.plain(process.output().strip()))

    def _why_empty(self, process: EngineProcess | None) -> str:
        if process is None:
            text = self.tr("No searches yet. Start one where a new run is set up, or in a terminal: {command}")
            return text.format(command=f"epochscope search DATA --name NAME --runs {self._root}")
        if process.exit_code is None:
            return self.tr("Starting the search …")
        text = self.tr("The search could not start:")
        return f"{text}\n{formats.plain(process.output().strip())}"

    def _show(self, record: SearchRecord | None) -> None:
        if record is None:
            newer = self._follower is not None and self._follower.newer
            text = self.tr("This search was made by a newer Epochscope.") if newer else self.tr("It cannot be read.")
            self.state.setText(text)
            return
        text = self.tr("{state} · {done} of {wanted} trials · {model} on {data}")
        self.state.setText(
            text.format(
                state=formats.state_word(record.state),
                done=formats.whole(record.finished),
                wanted=formats.whole(record.wanted),
                model=formats.plain(record.model),
                data=formats.plain(Path(record.source).name),
            )
        )
        metric = formats.monitor_word(record.monitor)
        title = self.tr("{metric}: each trial, and the best so far")
        self.history.set_title(title.format(metric=metric))
        self.history.show_record(record)
        self.table.show_record(record)
        titles = setting_titles([one.name for one in record.space])
        self.parallel.show_trials(axes(record, metric, titles, formats.significant), lines(record))
        self.importance.show_record(record)

    # -- which trial -----------------------------------------------------------------------------------------------

    def _tell(self, number: int) -> None:
        """Describe the trial under the mouse."""
        self.parallel.mark(number)
        record = self._follower.record if self._follower is not None else None
        trial = next((one for one in record.trials if one.number == number), None) if record is not None else None
        self.pointed.setText(self.table.words(trial) if trial is not None else "")

    def _open(self, number: int) -> None:
        follower = self._follower
        record = follower.record if follower is not None else None
        if follower is None or record is None:
            return
        trial = next((one for one in record.trials if one.number == number), None)
        if trial is not None:
            self.run_chosen.emit(follower.run_path(trial))

    # -- what comes after it ---------------------------------------------------------------------------------------

    def _set_up_best(self) -> None:
        """Have a new run set up like the best trial; the dialog makes room for the form."""
        follower = self._follower
        best = follower.record.best_trial if follower is not None and follower.record is not None else None
        if follower is None or best is None:
            return
        tables = follower.best_settings()
        if tables is None:
            self.pointed.setText(self.tr("The plan of this search cannot be read."))
            return
        text = self.tr("Settings of {run}, the best trial of the search {name}")
        self.settings_wanted.emit(tables, text.format(run=formats.plain(best.run), name=follower.folder.name))
        self.close()

    def _ask_for_more(self) -> None:
        record = self._follower.record if self._follower is not None else None
        if self._follower is None or record is None:
            return
        most = MOST_TRIALS - record.wanted
        proposed = min(max(1, record.wanted // 2), most)
        title, text = self.tr("More trials"), self.tr("How many more trials?")
        more, wanted = QInputDialog.getInt(self, title, text, proposed, 1, most)
        if wanted:
            self.more_wanted.emit(self._follower.folder.name, record.wanted + more)

    def showEvent(self, event: QShowEvent) -> None:
        """Start to poll."""
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop polling."""
        super().hideEvent(event)
        self._timer.stop()


def changed(folder: SearchFolder) -> float:
    """Find when a search was last changed.

    Args:
        folder: Folder of the search.

    Returns:
        Seconds since 1970; 0 if unknown.
    """
    try:
        return folder.record.stat().st_mtime
    except OSError:
        return 0.0


def progress_text(found: TrialProgress) -> str:
    """Say how far the trial under way is.

    Args:
        found: Its progress.

    Returns:
        The sentence, without a full stop.
    """
    tr = QCoreApplication.translate
    if not found.epochs:
        return tr("SearchDialog", "Trial {number} is being prepared").format(number=formats.whole(found.number))
    text = tr("SearchDialog", "Trial {number} is training, epoch {epoch} of {epochs}")
    counts = {key: formats.whole(value) for key, value in vars(found).items()}
    return text.format(**counts)
