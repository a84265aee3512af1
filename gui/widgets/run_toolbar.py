"""What can be done with the shown run, or a new one; the run's name, state, progress and remaining time."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QMenu, QProgressBar, QSizePolicy, QToolButton, QWidget

from gui.style.dimensions import MEDIUM, SMALL, TIGHT, icon_size, space, text_font
from gui.style.theme import icon
from gui.text.formats import IMAGE_PHASES, STATE_ICONS, duration, images_per_second, phase_text, state_word, whole
from gui.text.run_states import state_advice
from gui.viewmodels.eta import Outlook, reached
from gui.viewmodels.run import RunModel
from gui.viewmodels.run_state import LIVE, Action, State
from gui.widgets.labels import Note, plain_tip
from gui.widgets.state_sign import sign_pixmap, state_colour

BAR, LEAST_NAME = 25, 30
"""Steps of the grid: width of the progress bar if all is in one line, and the least width of the name."""
_BUSY = ("starting", "preparing")
_UNDER_WAY = (*_BUSY, "running", "pausing", "paused", "stopping")


class RunToolbar(QWidget):
    """The toolbar. Its buttons are the window's actions, so that menu, shortcut and button agree. It has those that
    suit the run: pause, stop and save while it is live, even if one of them has to wait; else continue, if it can be.

    Args:
        actions: The window's actions by name.
    """

    def __init__(self, actions: dict[str, QAction]) -> None:
        super().__init__()
        self._actions = actions
        self.new_run, self.primary, self.pause, self.stop, self.checkpoint = (QToolButton() for _ in range(5))
        for button in self._buttons:
            button.setIconSize(icon_size())
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.new_run.setDefaultAction(actions["new_run"])
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
        self.name = Note(Qt.TextElideMode.ElideMiddle)
        self.sign, self.what, self.times = QLabel(), QLabel(), QLabel()
        for label in (self.what, self.times):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(space(TIGHT))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._compact = False
        self._doing_now: list[str] = []
        self._arrange()
        self._state: State = "idle"
        self.retranslate()

    @property
    def _buttons(self) -> tuple[QToolButton, ...]:
        return self.new_run, self.primary, self.pause, self.stop, self.checkpoint

    def _arrange(self) -> None:
        self.name.setFont(text_font("heading"))
        for label in (self.what, self.times):
            label.setProperty("tone", "muted")
        self._facts = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._facts.addWidget(self.what)
        self._facts.addWidget(self.times)
        for label in (self.what, self.times):
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        layout = QHBoxLayout(self)
        layout.setSpacing(space(TIGHT))
        for button in self._buttons:
            layout.addWidget(button)
        layout.addSpacing(space(SMALL))
        layout.addWidget(self.sign)
        layout.addSpacing(space(TIGHT))
        layout.addWidget(self.name, 1)
        layout.addWidget(self.bar)
        layout.addSpacing(space(SMALL))
        layout.addLayout(self._facts)
        self.set_compact(False)

    def set_compact(self, compact: bool) -> None:
        """Choose the layout.

        Args:
            compact: True: one line; False: the progress below the name.
        """
        beside, alone = Qt.ToolButtonStyle.ToolButtonTextBesideIcon, Qt.ToolButtonStyle.ToolButtonIconOnly
        for button in (self.new_run, self.pause, self.stop):
            button.setToolButtonStyle(alone if compact else beside)
        ways = QBoxLayout.Direction
        self._facts.setDirection(ways.LeftToRight if compact else ways.TopToBottom)
        self._facts.setSpacing(space(SMALL) if compact else 0)
        self._compact = compact
        above = space(TIGHT if compact else SMALL)
        layout = self.layout()
        assert layout is not None
        layout.setContentsMargins(space(SMALL), above, space(MEDIUM), above)
        self.setMinimumHeight(self.new_run.sizeHint().height() + 2 * above)  # with no button in it too
        self._fit()

    def _fit(self) -> None:
        """In one line, times, progress and step are dropped before the name is; state and epoch stay."""
        whole = " · ".join(self._doing_now)
        told = self.fontMetrics().horizontalAdvance(whole) + self.times.sizeHint().width()
        buttons = sum(one.sizeHint().width() for one in self._buttons if not one.isHidden())
        room = not self._compact or buttons + told + space(BAR + LEAST_NAME) <= self.width()
        self.what.setText(whole if room else " · ".join(self._doing_now[:2]))
        self.times.setVisible(room)
        self.bar.setFixedWidth(space(BAR if self._compact else 2 * BAR) if room else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Adjust to a new width."""
        super().resizeEvent(event)
        self._fit()

    def show_state(self, name: str, state: State, enabled: frozenset[Action], *, setting_up: bool = False) -> None:
        """Show a run and its state.

        Args:
            name: Name of the run; empty: none.
            state: Its state.
            enabled: Actions that are available.
            setting_up: Whether a new run is being set up: the page for that has the button that starts it. Default:
                False.
        """
        self._state = state
        live = state in LIVE
        for button in (self.pause, self.stop, self.checkpoint):
            button.setVisible(live)
        self.primary.setVisible(not live and not setting_up and self._actions["start"].isEnabled())
        self.new_run.setVisible(not setting_up)
        self.name.setText(name or (self.tr("New run") if setting_up else self.tr("No run is open")))
        self.sign.setVisible(bool(name))
        self._tint()
        self.sign.setAccessibleName(state_word(state))
        for label in (self.sign, self.what):
            label.setToolTip(plain_tip(state_advice(state, enabled)))
        self.stop.setEnabled(bool(enabled & {"stop_epoch", "stop_step", "discard"}))
        paused = state == "paused"
        self._actions["pause"].setText(self.tr("&Resume") if paused else self.tr("&Pause"))
        self._actions["pause"].setIcon(icon("start" if paused else "pause"))
        if not name:
            self.show_outlook(None, None)

    def show_outlook(self, model: RunModel | None, outlook: Outlook | None) -> None:
        """Show progress and remaining time.

        Args:
            model: The run; None: none.
            outlook: Its progress; None: none.
        """
        if model is None or outlook is None:
            self._doing_now = [state_word(self._state)] if self._state != "idle" else []
            self.times.setText("")
            self._fit()
            self.bar.setVisible(self._state == "starting")
            self.bar.setRange(0, 0 if self._state == "starting" else 1)
            self.bar.setValue(0)
            return
        self.bar.setVisible(self._state in _UNDER_WAY)
        self._doing_now = self._doing(model, outlook)
        self.times.setText(self._times(outlook))
        self._fit()
        if outlook.share is None and self._state in _BUSY:
            self.bar.setRange(0, outlook.total if outlook.total > 1 else 0)
            self.bar.setValue(outlook.done)
        else:
            self.bar.setRange(0, 1000)
            self.bar.setValue(round(1000 * (outlook.share or 0)))

    def _doing(self, model: RunModel, outlook: Outlook) -> list[str]:
        words = [state_word(self._state)]
        epoch, _ = reached(model)
        if model.info is not None and epoch:
            text = self.tr("epoch {epoch} of {epochs}")
            words.append(text.format(epoch=whole(epoch), epochs=whole(model.info.epochs)))
        if outlook.phase == "train" and outlook.total:
            text = self.tr("step {done} of {total}")
            words.append(text.format(done=whole(outlook.done), total=whole(outlook.total)))
        elif outlook.phase:
            words.append(phase_text(outlook.phase, outlook.done, outlook.total))
        return words

    def _times(self, outlook: Outlook) -> str:
        spent = self.tr("{time} elapsed").format(time=duration(outlook.elapsed))
        if self._state in ("starting", "stopping"):
            return spent
        if self._state not in _UNDER_WAY:
            return self.tr("{time} in total").format(time=duration(outlook.elapsed)) if outlook.elapsed else ""
        if outlook.seconds is None:
            return spent if outlook.phase == "" else spent + " · " + self.tr("time left unknown")
        texts = {
            "about": self.tr("about {time} left"),
            "at_least": self.tr("at least {time} left"),
            "at_most": self.tr("at most {time} left"),
            "phase": self.tr("{time} left in this phase"),
        }
        left = texts[outlook.bound].format(time=duration(outlook.seconds))
        if outlook.seconds >= 60 and outlook.bound != "phase" and self._state == "running":
            left += f" ({datetime.now() + timedelta(seconds=outlook.seconds):%H:%M})"
        speed = outlook.phase in IMAGE_PHASES and outlook.per_second
        return " · ".join([spent, *([images_per_second(speed)] if speed else []), left])

    def changeEvent(self, event: QEvent) -> None:
        """Use the colours of a new theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()
        super().changeEvent(event)

    def _tint(self) -> None:
        side = self.fontMetrics().height()
        colour = state_colour(self._state)
        self.sign.setPixmap(sign_pixmap(STATE_ICONS[self._state], colour, side, self.devicePixelRatio()))

    def retranslate(self) -> None:
        """Set all permanent texts."""
        self.stop.setText(self.tr("&Stop"))
        self.stop.setToolTip(self.tr("Stop the run; it can be continued"))
        self.bar.setAccessibleName(self.tr("Progress of the run"))
