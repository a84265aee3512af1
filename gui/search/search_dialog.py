"""The searches of the window's folder of runs: their trials over time, on parallel axes, in a table; what matters."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from gui.plotting.parallel_coordinates import ParallelCoordinates
from gui.search.history_chart import HistoryChart
from gui.search.trial_table import ImportanceTable, TrialTable
from gui.text import formats
from gui.viewmodels.search_view import SearchFollower, axes, lines
from gui.widgets.labels import Sentence
from trainer.store.search_folder import SearchFolder, SearchRecord, list_searches

MILLISECONDS = 1000
SIZE = 860, 560


class SearchDialog(QDialog):
    """`run_chosen`: the run of a trial, to be opened. What is shown follows the search while it goes on."""

    run_chosen = Signal(Path)

    def __init__(self, root: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._root = root
        self._folders: dict[str, SearchFolder] = {}
        self._follower: SearchFollower | None = None
        self.names = QComboBox()
        self.names.currentTextChanged.connect(self._choose)
        self._label = QLabel(textFormat=Qt.TextFormat.PlainText)
        self._label.setBuddy(self.names)
        self.state = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
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
        for page in (self.history, self.table, self.parallel, self.importance):
            self.tabs.addTab(page, "")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        self._close_button = buttons.button(QDialogButtonBox.StandardButton.Close)
        self._close_button.setAutoDefault(False)
        below = QHBoxLayout()
        below.addWidget(self.pointed, 1)
        below.addWidget(buttons)
        layout = QVBoxLayout(self)
        layout.addLayout(top)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(self.empty, 1)
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
        text = self.tr("No searches yet. In a terminal: {command}")
        self.empty.setText(text.format(command=f"epochscope search DATA --name NAME --runs {self._root}"))

    # -- which search ----------------------------------------------------------------------------------------------

    def _fill(self) -> None:
        """Offer those that there are; the newest is shown first."""
        found = {one.name: one for one in list_searches(self._root)}
        self.tabs.setVisible(bool(found))
        self.empty.setVisible(not found)
        if found.keys() == self._folders.keys():
            return
        self._folders, shown = found, self.names.currentText()
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
        self._follower = SearchFollower(self._folders[name]) if name in self._folders else None
        self.pointed.clear()
        if self._follower is not None and self._follower.read():
            self._show(self._follower.record)

    def poll(self) -> None:
        """Show what is new."""
        self._fill()
        if self._follower is not None and self._follower.read():
            self._show(self._follower.record)

    def _show(self, record: SearchRecord | None) -> None:
        if record is None:
            newer = self._follower is not None and self._follower.newer
            text = self.tr("A newer Epochscope made this search.") if newer else self.tr("It cannot be read.")
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
        metric = monitored_text(record)
        title = self.tr("{metric}: each trial, and the best so far")
        self.history.set_title(title.format(metric=metric[:1].upper() + metric[1:]))
        self.history.show_record(record)
        self.table.show_record(record)
        self.parallel.show_trials(axes(record, metric), lines(record))
        self.importance.show_record(record)

    # -- which trial -----------------------------------------------------------------------------------------------

    def _tell(self, number: int) -> None:
        """In words, what is below the mouse."""
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

    def showEvent(self, event: QShowEvent) -> None:
        """Look again and again."""
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest."""
        super().hideEvent(event)
        self._timer.stop()


def changed(folder: SearchFolder) -> float:
    """When the search was last worked on; 0 where that cannot be told."""
    try:
        return folder.record.stat().st_mtime
    except OSError:
        return 0.0


def monitored_text(record: SearchRecord) -> str:
    """What the search goes by."""
    from gui.search.trial_table import monitor_word

    return monitor_word(record.monitor)
