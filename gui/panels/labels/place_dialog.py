"""Asks once where decisions about labels are kept: beside the runs, beside the data, or elsewhere."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QLabel, QRadioButton, QVBoxLayout, QWidget

from gui.widgets.labels import Note
from trainer.store.edits_file import default_edits_path


class PlaceDialog(QDialog):
    """`path` is what was chosen once it is accepted."""

    def __init__(self, source: str, root: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Where to keep your decisions"))
        runs, data = default_edits_path(source, root), default_edits_path(source, root, beside_data=True)
        self.text = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.text.setText(
            self.tr(
                "Your images are never changed or moved. What you decide is saved at once to one table (CSV), which "
                "training reads."
            )
        )
        self.runs_button = QRadioButton(self.tr("Beside the &runs"))
        self.runs_button.setChecked(True)
        self.data_button = QRadioButton(self.tr("Beside the folder of the &images"))
        self.other_button = QRadioButton(self.tr("&Elsewhere: you are asked for a file"))
        self._paths = {self.runs_button: runs, self.data_button: data}
        self.path = runs
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Save).setText(self.tr("Save there"))
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(self.tr("Later"))
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.text)
        for button in (self.runs_button, self.data_button):
            note = Note(Qt.TextElideMode.ElideMiddle)
            note.setText(str(self._paths[button]))
            note.setIndent(24)
            note.setForegroundRole(self.foregroundRole())
            layout.addWidget(button)
            layout.addWidget(note)
            if button is self.data_button and data == runs:  # no folder: there is nothing to lie beside
                button.hide()
                note.hide()
        layout.addWidget(self.other_button)
        layout.addWidget(buttons)
        self.setMinimumWidth(520)

    def _accept(self) -> None:
        if not self.other_button.isChecked():
            self.path = self._paths[self.data_button if self.data_button.isChecked() else self.runs_button]
            self.accept()
        elif (path := ask_file(self, self.path)) is not None:
            self.path = path
            self.accept()


def ask_file(parent: QWidget, start: Path) -> Path | None:
    """A file for the decisions, new or old: the decisions of an old one are kept."""
    tr = QCoreApplication.translate
    title, files = tr("PlaceDialog", "A file for your decisions"), tr("PlaceDialog", "Tables (*.csv)")
    chosen, _ = QFileDialog.getSaveFileName(
        parent, title, str(start), files, options=QFileDialog.Option.DontConfirmOverwrite
    )
    if not chosen:
        return None
    path = Path(chosen)
    return path if path.suffix else path.with_suffix(".csv")
