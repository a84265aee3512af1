"""What can be done with one chart: see it large, copy it, save it, see the whole run again."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from gui.style.theme import icon


class ChartMenu(QMenu):
    """Deletes itself once it is closed. `fit` shows the whole run again; None where it is shown. `large`: whether the
    chart is shown large; `large_wanted`: show it so, or all charts again. `save_wanted`: as one kind of file, "png",
    "svg" or "csv"."""

    large_wanted = Signal()
    copy_wanted = Signal()
    save_wanted = Signal(str)

    def __init__(self, fit: Callable[[], object] | None, large: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self.aboutToHide.connect(self.deleteLater)
        text = self.tr("Show &all charts") if large else self.tr("Show this chart &large")
        self.addAction(icon("reduce" if large else "enlarge"), text, self.large_wanted.emit)
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
