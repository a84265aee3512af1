"""What can be done with one chart: copy it, save it, see it whole again."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from gui.window.theme import icon


class ChartMenu(QMenu):
    """Deletes itself once it is closed. `fit` shows the whole run again; None where it is shown. `save_wanted`: as one
    kind of file, "png", "svg" or "csv"."""

    copy_wanted = Signal()
    save_wanted = Signal(str)

    def __init__(self, fit: Callable[[], object] | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.aboutToHide.connect(self.deleteLater)
        self.addAction(icon("copy"), self.tr("&Copy the picture"), self.copy_wanted.emit)
        self.addSeparator()
        for kind, sign, text in (
            ("png", "image", self.tr("Save as a &picture (PNG)…")),
            ("svg", "export", self.tr("Save as a &drawing (SVG)…")),
            ("csv", "table", self.tr("Save the &numbers (CSV)…")),
        ):
            self.addAction(icon(sign), text, lambda kind=kind: self.save_wanted.emit(kind))
        self.addSeparator()
        whole = self.addAction(icon("fit"), self.tr("Show the &whole run"))
        whole.setEnabled(fit is not None)
        if fit is not None:
            whole.triggered.connect(lambda: fit())
