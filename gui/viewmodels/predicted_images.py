"""Images of a person's own and what a run says of them: their order, and which of them pass the filter. No Qt.

Sorted and filtered here, not by a proxy model of Qt's: that asks Python for each comparison, and tens of thousands of
rows then take seconds instead of a tenth of one.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from trainer.natural_order import natural_key

Column = Literal["image", "truth", "class", "confidence", "second", "third"]
COLUMNS: tuple[Column, ...] = ("image", "truth", "class", "confidence", "second", "third")
Kind = Literal["all", "sure", "unsure", "right", "wrong", "unreadable"]
_PLACE: dict[Column, int] = {"class": 0, "confidence": 0, "second": 1, "third": 2}


@dataclass(slots=True)
class Prediction:
    """One image. `top`: its likeliest classes with their probabilities; empty where it is not answered yet, or cannot
    be read: then `code` and `reason` say why. `truth`: the name of its class, empty where that is not known."""

    path: str
    truth: str = ""
    top: tuple[tuple[str, float], ...] = ()
    code: str = ""
    reason: str = ""

    @property
    def name(self) -> str:
        """Of the file."""
        return os.path.basename(self.path)  # noqa: PTH119 - called for tens of thousands at a time

    @property
    def done(self) -> bool:
        """Answered, in one way or the other."""
        return bool(self.top or self.code)

    @property
    def right(self) -> bool | None:
        """Whether the class is the true one; None where that cannot be said."""
        return self.top[0][0] == self.truth if self.top and self.truth else None


@dataclass(frozen=True)
class PredictionFilter:
    """Which are shown: file names that hold `text`, predictions of `class_name` ("" for all), of one `kind`. An image
    is unsure where its confidence is below `unsure`."""

    text: str = ""
    class_name: str = ""
    kind: Kind = "all"
    unsure: float = 0.6

    @property
    def open(self) -> bool:
        """Everything passes."""
        return not self.text and not self.class_name and self.kind == "all"

    def passes(self, row: Prediction) -> bool:
        """Whether an image is shown. `text` is to be in lower case."""
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
    """`rows`, in the order in which they were found; `visible`: places of those that pass the filter, as sorted."""

    def __init__(self) -> None:
        self.rows: list[Prediction] = []
        self.visible: list[int] = []
        self.filter = PredictionFilter()
        self.order: tuple[Column, bool] | None = None
        """A column and whether it descends; None: as found."""
        self.done = self.unreadable = 0
        self.labelled = False
        self.generation = 0
        """Another number for other images."""
        self.classes: list[str] = []
        """Those that were predicted, as people expect them in a list."""
        self._place_of: dict[str, int] = {}
        self._names: dict[int, Any] = {}

    def set_images(self, paths: Iterable[str], truth: Sequence[str] = ()) -> None:
        """Other images, none of them answered. `truth`: the class of each, "" where it is not known."""
        names = dict(zip(paths, truth, strict=True)) if truth else dict.fromkeys(paths, "")
        self.rows = [Prediction(path, name) for path, name in names.items()]
        self._place_of = {path: place for place, path in enumerate(names)}
        self._names = {}
        self.generation += 1
        self.done = self.unreadable = 0
        self.labelled = any(names.values())
        self.classes = []
        self.arrange()

    def take(self, images: Iterable[Mapping[str, Any]], unreadable: Iterable[Mapping[str, Any]]) -> None:
        """What the engine has answered."""
        classes = set(self.classes)
        for one in images:
            if (place := self._place_of.get(one["image"])) is not None:
                row = self.rows[place]
                self.done += not row.done
                row.top = tuple((str(entry["class"]), float(entry["probability"])) for entry in one["top"])
                classes.add(row.top[0][0])
        for one in unreadable:
            if (place := self._place_of.get(one["image"])) is not None:
                row = self.rows[place]
                self.done += not row.done
                self.unreadable += not row.code
                row.code, row.reason = str(one["code"]) or "unreadable", str(one["reason"])
        if len(classes) > len(self.classes):
            self.classes = sorted(classes, key=natural_key)
        self.arrange()

    # -- what is shown -----------------------------------------------------------------------------------------------

    def show(self, wanted: PredictionFilter) -> None:
        """Only what passes."""
        self.filter = wanted
        self.arrange()

    def sort(self, column: Column | None, descending: bool = False) -> None:
        """By a column; None: as found."""
        self.order = None if column is None else (column, descending)
        self.arrange()

    def arrange(self) -> None:
        """Find `visible` again. What has no value in the sorted column comes last, whichever way it is sorted."""
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
        """The rows in sight that are answered with a class, in their order."""
        return [row for place in self.visible if (row := self.rows[place]).top]

    def unsure(self, row: Prediction) -> bool:
        """Whether an answered image is less sure than is asked for."""
        return bool(row.top) and row.top[0][1] < self.filter.unsure

    def cells(self, classes: Sequence[str]) -> list[tuple[int, int, int]]:
        """(true class, answer, images) of all that is labelled and answered."""
        number = {name: place for place, name in enumerate(classes)}
        pairs = Counter((row.truth, row.top[0][0]) for row in self.rows if row.top and row.truth)
        return [
            (number[truth], number[answer], count)
            for (truth, answer), count in pairs.items()
            if truth in number and answer in number
        ]

    def table(self) -> list[dict[str, Any]]:
        """The shown rows as `trainer.export.prediction_table` takes them."""
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
    """As the engine, which works in another folder, is to hear of them."""
    return list(dict.fromkeys(str(path.absolute()) for path in paths))
