"""The epoch cursor: one epoch for all panels, or live."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSlider,
    QStyle,
    QStyleOptionSlider,
    QToolButton,
    QWidget,
)

from gui.style.dimensions import SMALL, TIGHT, space
from gui.style.theme import Colours, icon
from gui.text.formats import whole
from gui.viewmodels.selection import EpochCursor, OpenRun
from trainer.store.summary import LIVE

PLAY_SECONDS = 0.4
"""Seconds per epoch when a recorded run is played."""


class EpochSlider(QSlider):
    """A slider that marks the best epoch below its groove.

    Attributes:
        best: Number of the best epoch; None if there is none.
    """

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.best: int | None = None

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the slider, and a triangle at the best epoch."""
        super().paintEvent(event)
        if self.best is None or not self.minimum() <= self.best <= self.maximum():
            return
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        length = self.style().pixelMetric(QStyle.PixelMetric.PM_SliderLength, option, self)
        room = self.width() - length
        x = length // 2 + QStyle.sliderPositionFromValue(self.minimum(), self.maximum(), self.best, room)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(Colours.current().best)
        bottom = self.height() - 1
        painter.drawPolygon([QPoint(x - 4, bottom), QPoint(x + 4, bottom), QPoint(x, bottom - 6)])
        painter.end()


class EpochBar(QWidget):
    """Buttons, slider and position of the epoch cursor. `moved` is emitted when the user has moved it.

    Args:
        cursor: The cursor, shared with all panels.
    """

    moved = Signal()

    def __init__(self, cursor: EpochCursor) -> None:
        super().__init__()
        self.epoch_cursor = cursor
        self.run: OpenRun | None = None
        self._due = 0.0
        self.slider = EpochSlider()
        self.where = QLabel()
        self.where.setTextFormat(Qt.TextFormat.PlainText)
        self.where.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.first, self.previous, self.next, self.last = (QToolButton() for _ in range(4))
        self.play, self.live = QToolButton(), QToolButton()
        self.play.setCheckable(True)
        self.live.setCheckable(True)
        self.live.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(space(SMALL), space(TIGHT), space(SMALL), space(TIGHT))
        layout.setSpacing(space(TIGHT))
        for widget in (self.play, self.first, self.previous, self.slider, self.next, self.last, self.where, self.live):
            layout.addWidget(widget)
        self.slider.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.slider.setFixedHeight(26)
        for button, name in (
            (self.first, "first"),
            (self.previous, "previous"),
            (self.next, "next"),
            (self.last, "last"),
            (self.live, "live"),
            (self.play, "start"),
        ):
            button.setIcon(icon(name))
            button.setAutoRaise(True)
        self.first.clicked.connect(self.go_first)
        self.previous.clicked.connect(self.go_back)
        self.next.clicked.connect(self.go_on)
        self.last.clicked.connect(self.go_last)
        self.live.clicked.connect(self.go_live)
        self.play.toggled.connect(self._toggled)
        self.slider.valueChanged.connect(self.choose)
        self.retranslate()
        self.refresh()

    def show_run(self, run: OpenRun | None) -> None:
        """Show another run.

        Args:
            run: The run; None: none.
        """
        self.play.setChecked(False)
        self.run = run
        self.refresh()

    def refresh(self) -> None:
        """Update range and position from the model."""
        model = self.run.model if self.run else None
        last = int(model.epochs.column("epoch")[-1]) if model is not None and model.epochs.rows else 0
        at = self.epoch_cursor.at(model) if model is not None else 0
        self.slider.blockSignals(True)
        self.slider.setRange(min(1, last), last)
        self.slider.setPageStep(max(1, last // 10))
        self.slider.setValue(at)
        self.slider.blockSignals(False)
        best = model.best_epoch if model is not None else None
        if best != self.slider.best:
            self.slider.best = best
            self.slider.update()
        self.slider.setEnabled(last > 0)
        self._show_live(last > 0)
        self.play.setEnabled(last > 1)
        for button in (self.first, self.previous):
            button.setEnabled(last > 0 and at > 1)
        for button in (self.next, self.last):
            button.setEnabled(last > 0 and at < last)
        self.where.setText(self._where(at, last, best) if last else self.tr("no epoch finished yet"))

    def _show_live(self, some: bool) -> None:
        """A run that has ended, or whose engine is gone, has nothing live; `some`: it has a finished epoch."""
        live = some and self.run is not None and self.run.follower.state in LIVE
        self.live.setEnabled(live)
        self.live.setChecked(live and self.epoch_cursor.chosen is None)

    def _where(self, at: int, last: int, best: int | None) -> str:
        text = self.tr("epoch {at} of {last}").format(at=whole(at), last=whole(last))
        return text + " · " + self.tr("best") if at == best else text

    def choose(self, epoch: int) -> None:
        """Move the cursor to an epoch.

        Args:
            epoch: Number of the epoch.
        """
        self.epoch_cursor.chosen = epoch
        self._moved()

    def step(self, by: int) -> None:
        """Move the cursor.

        Args:
            by: Number of epochs, negative to go back.
        """
        if self.run is not None:
            self.epoch_cursor.move(self.run.model, by)
            self._moved()

    def go_first(self) -> None:
        """Go to the first epoch."""
        self.choose(1)

    def go_back(self) -> None:
        """Go back one epoch."""
        self.step(-1)

    def go_on(self) -> None:
        """Go forward one epoch."""
        self.step(1)

    def go_last(self) -> None:
        """Go to the last finished epoch, and stay there."""
        self.choose(max(1, self.slider.maximum()))

    def go_live(self) -> None:
        """Follow the newest epoch."""
        self.epoch_cursor.live()
        self._moved()

    def start_playing(self) -> None:
        """Play the epochs, from the first on."""
        self.play.setChecked(True)

    def tick(self, now: float) -> None:
        """Go forward one epoch if it is time for that, and follow the state of the run.

        Args:
            now: Seconds of a monotonic clock.
        """
        self._show_live(self.slider.isEnabled())
        if not self.play.isChecked() or now < self._due:
            return
        self._due = now + PLAY_SECONDS
        if self.slider.value() < self.slider.maximum():
            self.go_on()
        else:
            self.play.setChecked(False)

    def _toggled(self, playing: bool) -> None:
        self.play.setIcon(icon("pause" if playing else "start"))
        if playing and self.slider.value() == self.slider.maximum():
            self.go_first()

    def _moved(self) -> None:
        self.refresh()
        self.moved.emit()

    def changeEvent(self, event: QEvent) -> None:
        """Redraw the mark in the colours of a new theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self.slider.update()
        super().changeEvent(event)

    def retranslate(self) -> None:
        """Set all texts."""
        self.slider.setAccessibleName(self.tr("Epoch"))
        for button, name in (
            (self.first, self.tr("First epoch (Alt+Home)")),
            (self.previous, self.tr("Previous epoch (Alt+Left)")),
            (self.next, self.tr("Next epoch (Alt+Right)")),
            (self.last, self.tr("Last finished epoch (Alt+End)")),
        ):
            button.setToolTip(name)
            button.setAccessibleName(name)
        self.play.setToolTip(self.tr("Play: go through the epochs"))
        self.play.setAccessibleName(self.tr("Play"))
        self.live.setText(self.tr("Live"))
        self.live.setToolTip(self.tr("Follow the newest epoch (Esc)"))
        # the text changes with every epoch: the slider must not move for it
        width = self.fontMetrics().horizontalAdvance(self._where(9999, 9999, 9999))
        self.where.setMinimumWidth(width)
        self.refresh()
