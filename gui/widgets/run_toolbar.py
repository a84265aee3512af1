"""Start, pause, stop, save; which run, what it does, how far it is and how long it will take."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QProgressBar, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from gui.text.formats import STATE_ICONS, duration, percent, phase_word, state_word, whole
from gui.viewmodels.eta import Outlook, reached
from gui.viewmodels.run import RunModel
from gui.viewmodels.run_state import Action, State
from gui.window.theme import icon

ICON = QSize(18, 18)
_BUSY = ("starting", "preparing")


class ElidedLabel(QLabel):
    """One line of plain text, cut in the middle where it does not fit; whole in the tool tip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def set_whole(self, text: str) -> None:
        """The text to show."""
        if text != self._whole:
            self._whole = text[:1000]
            self.setAccessibleName(self._whole)
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut anew."""
        self._fit()
        super().resizeEvent(event)

    def _fit(self) -> None:
        shown = QFontMetrics(self.font()).elidedText(self._whole, Qt.TextElideMode.ElideMiddle, self.width())
        self.setText(shown)


class RunToolbar(QWidget):
    """Buttons are the window's actions, so that menu, shortcut and button agree."""

    def __init__(self, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self.primary, self.pause, self.stop, self.checkpoint = (QToolButton() for _ in range(4))
        for button in (self.primary, self.pause, self.stop, self.checkpoint):
            button.setIconSize(ICON)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.primary.setDefaultAction(actions["start"])
        self.pause.setDefaultAction(actions["pause"])
        self.checkpoint.setDefaultAction(actions["checkpoint"])
        self.checkpoint.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        menu = QMenu(self.stop)
        for name in ("stop_epoch", "stop_step", "discard"):
            menu.addAction(actions[name])
        self.stop.setMenu(menu)
        self.stop.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.stop.setIcon(icon("stop"))
        self.sign, self.name, self.what, self.times = QLabel(), ElidedLabel(), QLabel(), QLabel()
        for label in (self.what, self.times):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._arrange()
        self._state: State = "idle"
        self.retranslate()

    def _arrange(self) -> None:
        bold = self.name.font()
        bold.setBold(True)
        self.name.setFont(bold)
        upper = QHBoxLayout()
        upper.setSpacing(6)
        upper.addWidget(self.sign)
        upper.addWidget(self.name, 1)
        upper.addWidget(self.what)
        lower = QHBoxLayout()
        lower.setSpacing(8)
        lower.addWidget(self.bar, 1)
        lower.addWidget(self.times)
        facts = QVBoxLayout()
        facts.setSpacing(2)
        facts.addLayout(upper)
        facts.addLayout(lower)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 4, 8, 4)
        layout.setSpacing(4)
        for button in (self.primary, self.pause, self.stop, self.checkpoint):
            layout.addWidget(button)
        layout.addSpacing(8)
        layout.addLayout(facts, 1)

    def show_state(self, name: str, state: State, enabled: frozenset[Action]) -> None:
        """Which run, where it stands, what can be done."""
        self._state = state
        self.name.set_whole(name)
        self.sign.setPixmap(icon(STATE_ICONS[state]).pixmap(QSize(16, 16), self.devicePixelRatio()))
        self.sign.setAccessibleName(state_word(state))
        self.stop.setEnabled(bool(enabled & {"stop_epoch", "stop_step", "discard"}))
        paused = state == "paused"
        self._actions["pause"].setText(self.tr("&Go on") if paused else self.tr("&Pause"))
        self._actions["pause"].setIcon(icon("start" if paused else "pause"))

    def show_outlook(self, model: RunModel | None, outlook: Outlook | None) -> None:
        """How far it is and how long it will take."""
        if model is None or outlook is None:
            self.what.setText(state_word(self._state) if self._state != "idle" else "")
            self.times.setText("")
            self.bar.setVisible(self._state == "starting")
            self.bar.setRange(0, 0 if self._state == "starting" else 1)
            self.bar.setValue(0)
            return
        self.bar.show()
        self.what.setText(self._doing(model, outlook))
        self.times.setText(self._times(outlook))
        if outlook.share is None and self._state in _BUSY:
            self.bar.setRange(0, outlook.total if outlook.total > 1 else 0)
            self.bar.setValue(outlook.done)
        else:
            self.bar.setRange(0, 1000)
            self.bar.setValue(round(1000 * (outlook.share or 0)))

    def _doing(self, model: RunModel, outlook: Outlook) -> str:
        words = [state_word(self._state)]
        epoch, _ = reached(model)
        if model.info is not None and epoch:
            text = self.tr("epoch {epoch} of {epochs}")
            words.append(text.format(epoch=whole(epoch), epochs=whole(model.info.epochs)))
        if outlook.phase == "train" and outlook.total:
            text = self.tr("step {done} of {total}")
            words.append(text.format(done=whole(outlook.done), total=whole(outlook.total)))
        elif outlook.phase and outlook.total > 1:
            words.append(f"{phase_word(outlook.phase)} {percent(outlook.done / outlook.total)}")
        elif outlook.phase:
            words.append(f"{phase_word(outlook.phase)} …")
        return " · ".join(words)

    def _times(self, outlook: Outlook) -> str:
        spent = self.tr("{time} so far").format(time=duration(outlook.elapsed))
        if self._state in ("starting", "stopping"):
            return spent
        if self._state not in ("running", "pausing", "stopping", "preparing", "paused"):
            return self.tr("{time} in all").format(time=duration(outlook.elapsed)) if outlook.elapsed else ""
        if outlook.seconds is None:
            return spent if outlook.phase == "" else spent + " · " + self.tr("time left not known yet")
        texts = {
            "about": self.tr("about {time} left"),
            "at_least": self.tr("at least {time} left"),
            "at_most": self.tr("at most {time} left"),
            "phase": self.tr("{time} left of this"),
        }
        left = texts[outlook.bound].format(time=duration(outlook.seconds))
        if outlook.seconds >= 60 and outlook.bound != "phase" and self._state == "running":
            left += f" ({datetime.now() + timedelta(seconds=outlook.seconds):%H:%M})"
        return f"{spent} · {left}"

    def changeEvent(self, event: QEvent) -> None:
        """The sign has the colour of the text."""
        if event.type() == QEvent.Type.PaletteChange:
            self.sign.setPixmap(icon(STATE_ICONS[self._state]).pixmap(QSize(16, 16), self.devicePixelRatio()))
        super().changeEvent(event)

    def retranslate(self) -> None:
        """Set all texts that stay."""
        self.stop.setText(self.tr("&Stop"))
        self.stop.setToolTip(self.tr("End the run; it can be continued"))
        self.bar.setAccessibleName(self.tr("Progress of the run"))
