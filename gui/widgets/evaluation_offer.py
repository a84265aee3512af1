"""Evaluates a run where its evaluation is missing: here, or by a command for a terminal."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from gui.engine.rpc_client import Answer, RpcClient
from gui.text import formats
from gui.text.failures import failure_text
from gui.viewmodels.calibration_reader import evaluate_command
from gui.widgets.labels import Note, mark_primary
from trainer.store.folder import RunFolder


class EvaluationOffer(QWidget):
    """A button, and the command that does the same in a terminal.

    Args:
        rpc_client: Client of the helper that evaluates.
    """

    evaluated = Signal()
    """The evaluation of the offered run has been written."""

    def __init__(self, rpc_client: RpcClient) -> None:
        super().__init__()
        self._rpc_client = rpc_client
        self._folder: RunFolder | None = None
        self._asking = False
        self.button, self.note = QPushButton(), Note()
        self.command = QLineEdit(readOnly=True, alignment=Qt.AlignmentFlag.AlignCenter)
        lines = QVBoxLayout(self)
        for widget in (self.button, self.note, self.command):
            lines.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        self.button.clicked.connect(self._start_or_cancel)
        self.retranslate()
        self.offer(None)

    def offer(self, folder: RunFolder | None) -> None:
        """Show what evaluates a run.

        Args:
            folder: Folder of the run; None: hide all, and cancel an evaluation that is under way.
        """
        if self._folder is not None and (folder is None or folder.path != self._folder.path):
            self._cancel()
            self.note.setText("")
        elif self._asking and "evaluate" not in self._rpc_client.asking:
            self._asking = False  # another tab has asked instead, and has had its answer
            self.note.setText("")
        self._folder = folder
        self.setVisible(folder is not None)
        if folder is not None:
            command = evaluate_command(folder)
            self.command.setText(command)
            self.command.setMinimumWidth(min(560, self.fontMetrics().horizontalAdvance(command) + 24))
        self._show_button()

    def retranslate(self) -> None:
        """Set all texts again."""
        self.command.setAccessibleName(self.tr("Command that evaluates the run"))
        self._show_button()

    def _show_button(self) -> None:
        self.button.setText(self.tr("Cancel") if self._asking else self.tr("Evaluate"))
        mark_primary(self.button, not self._asking)
        self.note.setVisible(bool(self.note.text()))

    def _start_or_cancel(self) -> None:
        if self._asking:
            self._cancel()
            self._tell_text("")
        elif self._folder is not None:
            self._asking, folder = True, self._folder
            self._tell("import", 0, 0)
            path = folder.path.absolute()
            self._rpc_client.ask(
                "evaluate",
                lambda answer: self._answered(folder, answer),
                progress=self._tell,
                run=str(path),
                runs=str(path.parent),
            )

    def _cancel(self) -> None:
        if self._asking:
            self._asking = False
            self._rpc_client.cancel("evaluate")

    def _tell(self, stage: str, done: int, total: int) -> None:
        if self._asking:
            self._tell_text(f"{formats.phase_word(stage)} …")

    def _tell_text(self, text: str) -> None:
        self.note.setText(text)
        self._show_button()

    def _answered(self, folder: RunFolder, answer: Answer) -> None:
        if self._folder is None or folder.path != self._folder.path:
            return
        self._asking = False
        self._tell_text("" if answer.get("ok") else failure_text(answer))
        if answer.get("ok"):
            self.evaluated.emit()
