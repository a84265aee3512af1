"""A person's own images and a run's predictions for them: their order, and which of them pass the filter. No Qt.

Sorted and filtered here, not by Qt's proxy model: that calls Python for each comparison, and tens of thousands of rows
then take seconds instead of a tenth of one.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from trainer.text.natural_order import natural_key

Column = Literal["image", "truth", "class", "confidence", "second", "third"]
COLUMNS: tuple[Column, ...] = ("image", "truth", "class", "confidence", "second", "third")
Kind = Literal["all", "sure", "unsure", "right", "wrong", "unreadable"]
_PLACE: dict[Column, int] = {"class": 0, "confidence": 0, "second": 1, "third": 2}


@dataclass(slots=True)
class Prediction:
    """One image.

    Attributes:
        path: Its file.
        truth: Name of its class; empty if unknown.
        top: The most likely classes with their probabilities; empty without an answer.
        code: Why it cannot be read; empty if it can.
        reason: The same in English.
    """

    path: str
    truth: str = ""
    top: tuple[tuple[str, float], ...] = ()
    code: str = ""
    reason: str = ""

    @property
    def name(self) -> str:
        """Name of the file."""
        return os.path.basename(self.path)  # noqa: PTH119 - called for tens of thousands at a time

    @property
    def done(self) -> bool:
        """Whether there is an answer: a prediction or an error."""
        return bool(self.top or self.code)

    @property
    def right(self) -> bool | None:
        """Whether the prediction is correct; None if unknown."""
        return self.top[0][0] == self.truth if self.top and self.truth else None


@dataclass(frozen=True)
class PredictionFilter:
    """Which images are shown.

    Attributes:
        text: Part of the file name; empty: any.
        class_name: Predicted class; empty: any.
        kind: Kind of answer.
        unsure: Confidence below which a prediction counts as unsure, in [0, 1]. Default: 0.6.
    """

    text: str = ""
    class_name: str = ""
    kind: Kind = "all"
    unsure: float = 0.6

    @property
    def open(self) -> bool:
        """Whether every image passes."""
        return not self.text and not self.class_name and self.kind == "all"

    def passes(self, row: Prediction) -> bool:
        """Check an image. `text` has to be in lower case.

        Args:
            row: The image.

        Returns:
            Whether it is shown.
        """
        if self.text and self.text not in row.name.casefold():
            return False
        if self.class_name and (not row.top or row.top[0][0] != self.class_name):
            return False
        match self.kind:
            case "all":
                return True
            case "sure":
                return bool(row.top) and row.top[0][1] >= self.unsure
            case "unsure":
                return bool(row.top) and row.top[0][1] < self.unsure
            case "unreadable":
                return bool(row.code)
            case _:
                return row.right is (self.kind == "right")


class PredictedImages:
    """The images of a person and the predictions for them.

    Attributes:
        rows: All images, in the order they were found.
        visible: Indices of those that pass the filter, sorted.
        filter: The filter.
        done: Number of images with an answer.
        unreadable: Number of images that cannot be read.
        labelled: Whether the class of any is known.
    """

    def __init__(self) -> None:
        self.rows: list[Prediction] = []
        self.visible: list[int] = []
        self.filter = PredictionFilter()
        self.order: tuple[Column, bool] | None = None
        """Column, and whether it is sorted in descending order; None: as found."""
        self.done = self.unreadable = 0
        self.labelled = False
        self.generation = 0
        """Another number for other images."""
        self.classes: list[str] = []
        """Those that were predicted, as people expect them in a list."""
        self.named: set[str] = set()
        """All classes that occur: true ones, predicted ones, and those that come next."""
        self._place_of: dict[str, int] = {}
        self._names: dict[int, Any] = {}

    def set_images(self, paths: Iterable[str], truth: Sequence[str] = ()) -> None:
        """Start with other images, none of them answered.

        Args:
            paths: Their files.
            truth: Class of each; "" if unknown. Empty: no class is known.
        """
        names = dict(zip(paths, truth, strict=True)) if truth else dict.fromkeys(paths, "")
        self.rows = [Prediction(path, name) for path, name in names.items()]
        self._place_of = {path: place for place, path in enumerate(names)}
        self._names = {}
        self.generation += 1
        self.done = self.unreadable = 0
        self.labelled = any(names.values())
        self.classes = []
        self.named = set(names.values()) - {""}
        self.arrange()

    def take(self, images: Iterable[Mapping[str, Any]], unreadable: Iterable[Mapping[str, Any]]) -> None:
        """Add the engine's answers.

        Args:
            images: Mappings with `image` and `top`.
            unreadable: Mappings with `image`, `code` and `reason`.
        """
        classes = set(self.classes)
        for one in images:
            if (place := self._place_of.get(one["image"])) is not None:
                row = self.rows[place]
                self.done += not row.done
                self.unreadable -= bool(row.code)
                row.code = row.reason = ""
                row.top = tuple((str(entry["class"]), float(entry["probability"])) for entry in one["top"])
                self.named.update(name for name, _ in row.top)
                classes.add(row.top[0][0])
        for one in unreadable:
            if (place := self._place_of.get(one["image"])) is not None:
                row = self.rows[place]
                self.done += not row.done
                self.unreadable += not row.code
                row.top = ()
                row.code, row.reason = str(one["code"]) or "unreadable", str(one["reason"])
        if len(classes) > len(self.classes):
            self.classes = sorted(classes, key=natural_key)
        self.arrange()

    # -- what is shown -----------------------------------------------------------------------------------------------

    def show(self, wanted: PredictionFilter) -> None:
        """Change the filter.

        Args:
            wanted: The new filter.
        """
        self.filter = wanted
        self.arrange()

    def sort(self, column: Column | None, descending: bool = False) -> None:
        """Change the order.

        Args:
            column: Column to sort by; None: as found.
            descending: Whether the largest comes first. Default: False.
        """
        self.order = None if column is None else (column, descending)
        self.arrange()

    def arrange(self) -> None:
        """Update `visible`. Rows without a value in the sorted column come last in either direction."""
        rows, passes = self.rows, self.filter.passes
        places = range(len(rows)) if self.filter.open else [n for n in range(len(rows)) if passes(rows[n])]
        if self.order is None:
            self.visible = list(places)
            return
        column, descending = self.order
        there, key = self._key(column)
        some = sorted((place for place in places if there(rows[place])), key=key, reverse=descending)
        self.visible = some + [place for place in places if not there(rows[place])]

    def _key(self, column: Column) -> tuple[Callable[[Prediction], bool], Callable[[int], Any]]:
        rows = self.rows
        if column == "image":
            if len(self._names) != len(rows):
                self._names = {place: natural_key(row.name) for place, row in enumerate(rows)}
            return (lambda row: True), self._names.__getitem__
        if column == "truth":
            order = _places({row.truth for row in rows})
            return (lambda row: bool(row.truth)), lambda place: order[rows[place].truth]
        number = _PLACE[column]
        if column == "confidence":
            return (lambda row: bool(row.top)), lambda place: rows[place].top[0][1]
        order = _places({row.top[number][0] for row in rows if len(row.top) > number})
        return (lambda row: len(row.top) > number), lambda place: (
            order[rows[place].top[number][0]],
            -rows[place].top[number][1],
        )

    # -- what is made of them ----------------------------------------------------------------------------------------

    def shown(self) -> list[Prediction]:
        """List the visible images that have a prediction.

        Returns:
            The images in their order.
        """
        return [row for place in self.visible if (row := self.rows[place]).top]

    def unsure(self, row: Prediction) -> bool:
        """Check whether a prediction is below the filter's confidence.

        Args:
            row: The image.

        Returns:
            Whether it is; False without a prediction.
        """
        return bool(row.top) and row.top[0][1] < self.filter.unsure

    def cells(self, classes: Sequence[str]) -> list[tuple[int, int, int]]:
        """Count the labelled images that have a prediction.

        Args:
            classes: Class names of the run.

        Returns:
            (true class, predicted class, images) of each combination.
        """
        number = {name: place for place, name in enumerate(classes)}
        pairs = Counter((row.truth, row.top[0][0]) for row in self.rows if row.top and row.truth)
        return [
            (number[truth], number[answer], count)
            for (truth, answer), count in pairs.items()
            if truth in number and answer in number
        ]

    def table(self) -> list[dict[str, Any]]:
        """Return the visible images as `trainer.export.prediction_table` takes them.

        Returns:
            A mapping per image.
        """
        found = []
        for row in self.shown():
            top = [{"class": name, "probability": part} for name, part in row.top]
            one: dict[str, Any] = {"image": row.path, "class": row.top[0][0], "confidence": row.top[0][1], "top": top}
            more = {"true_class": row.truth, "correct": row.right} if self.labelled else {"unsure": self.unsure(row)}
            found.append(one | more)
        return found


def _places(names: Iterable[str]) -> dict[str, int]:
    return {name: place for place, name in enumerate(sorted(names, key=natural_key))}


def whole_paths(paths: Iterable[Path]) -> list[str]:
    """Make paths absolute for the engine, which works in another folder, and drop repeated ones.

    Args:
        paths: Files or folders.

    Returns:
        Absolute paths, in their order.
    """
    return list(dict.fromkeys(str(path.absolute()) for path in paths))
