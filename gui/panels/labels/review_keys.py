"""Keys of the review of labels: single ones, for hundreds of images are decided one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from gui.widgets.latin_keys import latin_key

Command = Literal["accept", "leave_out", "fine", "clear", "other", "class", "undo", "redo", "select_all"]
_Key = Qt.Key
_SINGLE: dict[int, Command] = {
    _Key.Key_C: "accept",
    _Key.Key_Return: "accept",
    _Key.Key_Enter: "accept",
    _Key.Key_L: "leave_out",
    _Key.Key_F: "fine",
    _Key.Key_O: "other",
    _Key.Key_Backspace: "clear",
    _Key.Key_Delete: "clear",
}
NUMBERED = 10
"""Classes that have a digit: 1 to 9, and 0 for the tenth."""


@dataclass(frozen=True)
class ReviewCommand:
    """What a key asks for; `number` of the class for "class"."""

    command: Command
    number: int = -1


def command_of(event: QKeyEvent) -> ReviewCommand | None:
    """What a key means while images are looked at, whatever letters the keyboard writes; None for all other keys."""
    key = latin_key(event) or _Key(event.key())
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    if held == control | shift:
        return ReviewCommand("redo") if key == _Key.Key_Z else None
    if held == control:
        commands: dict[int, Command] = {_Key.Key_Z: "undo", _Key.Key_Y: "redo", _Key.Key_A: "select_all"}
        return ReviewCommand(commands[key]) if key in commands else None
    if held != Qt.KeyboardModifier.NoModifier:
        return None
    if _Key.Key_0 <= key <= _Key.Key_9:
        return ReviewCommand("class", (key - _Key.Key_1) % NUMBERED)
    return ReviewCommand(_SINGLE[key]) if key in _SINGLE else None


def digit_of(number: int) -> str:
    """The digit that means this class; "" where it has none."""
    return str((number + 1) % NUMBERED) if number < NUMBERED else ""
