"""Labels: which labels of the shown run's data may be wrong, and training again once they are right."""

from __future__ import annotations

from collections.abc import Set
from typing import Any, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.engine.rpc_client import RpcClient
from gui.panels.base import Panel
from gui.panels.labels.labels_view import LabelsView
from gui.preferences import Preferences
from gui.style.theme import icon
from gui.viewmodels.demo_run import demo_run
from gui.viewmodels.run import Topic
from gui.viewmodels.run_before import run_before
from gui.viewmodels.selection import EpochCursor, OpenRun
from gui.widgets.labels import Note
from trainer.store.folder import default_root
from trainer.text.nested_tables import table_of


class LabelsPanel(Panel):
    """The review of the labels that the shown run was trained with."""

    topics: ClassVar[Set[Topic]] = frozenset({"info", "state"})

    def __init__(
        self,
        cursor: EpochCursor,
        rpc_client: RpcClient,
        preferences: Preferences,
    ) -> None:
        super().__init__(cursor)
        self.view = LabelsView(rpc_client, preferences)
        self.edited, self.compare_button = Note(Qt.TextElideMode.ElideMiddle), QPushButton(icon("compare"), "")
        self._edited_row = QWidget()
        row = QHBoxLayout(self._edited_row)
        row.setContentsMargins(11, 6, 11, 0)
        row.addWidget(self.edited, 1)
        row.addWidget(self.compare_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._edited_row)
        layout.addWidget(self.view, 1)
        self.compare_button.clicked.connect(self._compare)
        self.view.train_wanted.connect(self._train)
        self.retranslate()

    @property
    def unsaved(self) -> int:
        """Decisions that are only in memory, also about the data of other runs."""
        return self.view.unsaved

    def show_run(self, run: OpenRun | None) -> None:
        """Its data; none is said at once."""
        super().show_run(run)
        self._show()

    def refresh(self, changed: Set[Topic]) -> None:
        """The run has told its settings, or has ended."""
        self._show()

    def look_again(self) -> None:
        """Decisions may have been made elsewhere meanwhile."""
        self.view.look_again()

    def _settings(self) -> dict[str, Any] | None:
        info = self.run.model.info if self.run is not None else None
        return dict(info.settings) if info is not None else None

    def _show(self) -> None:
        run, settings = self.run, self._settings()
        info = run.model.info if run is not None else None
        root = run.folder.path.parent if run is not None else default_root()
        images = sum(info.split_sizes.values()) if info is not None else 0
        sentence = self._sentence()
        self.view.show_data(None if sentence else settings, root, images, sentence)
        edits = str(table_of(settings or {}, "data").get("edits") or "")
        ended = run is not None and run.model.ended is not None
        self._edited_row.setVisible(bool(edits) and not sentence)
        self.compare_button.setVisible(ended)
        self.edited.setText(self.tr("This run was trained with the label edits in {path}").format(path=edits))

    def _sentence(self) -> str:
        """Why there is nothing to look through; "" where there is."""
        if self.run is None:
            return self.tr("Open a run to check the labels of its data.")
        if self.run.folder.path == demo_run():
            return self.tr(
                "The recorded run comes without its image files. Train on your own images to check their labels."
            )
        info = self.run.model.info
        if info is None:
            return self.tr("The run has not recorded its images yet.")
        if not table_of(info.settings, "data").get("source"):
            return self.tr(
                "This run was trained with your own data loaders: there are no files whose labels could be corrected."
            )
        return ""

    def _train(self, path: str, effect: str) -> None:
        settings = self._settings()
        if settings is not None:
            data = {**table_of(settings, "data"), "edits": path}
            self.train_wanted.emit({**settings, "data": data}, effect)

    def _compare(self) -> None:
        """With the run that differs in its edits only; where there is none, that is said."""
        before = run_before(self.run.folder) if self.run is not None else None
        if self.run is not None and before is not None:
            self.compare_wanted.emit([before.path, self.run.folder.path])
        else:
            self.edited.setText(self.tr("There is no earlier run with the same settings to compare with."))
            self.compare_button.hide()

    def retranslate(self) -> None:
        """Set all texts again."""
        self.compare_button.setText(self.tr("Compare with the previous run"))
        self.view.retranslate()
        self._show()
