"""A box of a few choices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

from PySide6.QtWidgets import QComboBox

T = TypeVar("T")


class ChoiceBox(QComboBox, Generic[T]):
    """As wide as its widest text. Each text stands for a value; `fill` it before `chosen` is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self._values: tuple[T, ...] = ()
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)

    def fill(self, choices: Mapping[T, str], name: str) -> None:
        """Set the choices, in another language too; the one in the same place stays chosen.

        Args:
            choices: Text by value.
            name: What is chosen, for screen readers.
        """
        place = max(0, self.currentIndex())
        self._values = tuple(choices)
        self.clear()
        self.addItems(list(choices.values()))
        self.setCurrentIndex(place)
        self.setAccessibleName(name)

    @property
    def chosen(self) -> T:
        """The value of the chosen text."""
        return self._values[max(0, self.currentIndex())]

    def choose(self, value: T) -> None:
        """Choose a text by its value.

        Args:
            value: One of the values.
        """
        self.setCurrentIndex(self._values.index(value))
