"""Images whose labels may be wrong, what a person decided about them, and the way back. No Qt."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

from trainer.store.edits_file import Action, LabelEdit

Kind = Literal["label", "conflict", "leak", "outlier"]
KINDS: tuple[Kind, ...] = get_args(Kind)
State = Literal["all", "undecided", "decided"]
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True, slots=True)
class ProposedImage:
    """An image that is worth a look, and why.

    `kind`: "label" (the class looks wrong), "conflict" (a copy of it has another class), "leak" (a copy of it is in
    another split), "outlier" (unlike all others). `path`: relative to the source, as in the file of decisions.
    `digest`: of its content. `label`: its class; `suggested`: the class it looks like, "" where none is suggested.
    `action`: what is proposed. `score`: 0 to 1, higher first. `confidence` and `suggested_confidence`: probabilities of
    the two classes, NaN where they are not known. `picture` and `other_picture`: places among the thumbnails, -1 for
    none; `other`, `other_label` and `other_split`: the copy it is about, "" where there is none; `exact`: whether that
    is so pixel for pixel, None where there is none.
    """

    kind: Kind
    path: str
    label: str
    split: str = "train"
    digest: str = ""
    suggested: str = ""
    action: Action = "relabel"
    score: float = 0.0
    confidence: float = math.nan
    suggested_confidence: float = math.nan
    picture: int = -1
    other: str = ""
    other_label: str = ""
    other_split: str = ""
    other_picture: int = -1
    exact: bool | None = None


@dataclass(frozen=True)
class ReviewFilter:
    """Which proposals are shown; "" is any kind, or any class (the one it has or the one suggested)."""

    kind: Kind | Literal[""] = ""
    label: str = ""
    state: State = "all"


@dataclass(frozen=True)
class ReviewCounts:
    """`undecided` and `decided` proposals; images of the file of decisions by action, those that are not among the
    proposals included (`elsewhere`)."""

    undecided: int
    decided: int
    relabel: int
    leave_out: int
    fine: int
    elsewhere: int


@dataclass(frozen=True)
class _Step:
    """What one command changed: paths with the decision before and after, None for none."""

    before: Mapping[str, LabelEdit | None]
    after: Mapping[str, LabelEdit | None]


def now_utc() -> str:
    """For a decision: ISO 8601, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class ProposalReview:
    """`decisions` by path, those about images that are not proposed included; `visible` are the places of the shown
    proposals, in their order. A command that changes many images is one step of undo."""

    def __init__(
        self,
        proposals: Iterable[ProposedImage] = (),
        classes: Sequence[str] = (),
        edits: Iterable[LabelEdit] = (),
        now: Callable[[], str] = now_utc,
    ) -> None:
        self.proposals = tuple(sorted(proposals, key=lambda one: -one.score))
        self.classes = tuple(classes)
        self.decisions = {edit.path: edit for edit in edits}
        self.filter = ReviewFilter()
        self._now = now
        self._done: list[_Step] = []
        self._undone: list[_Step] = []
        self._paths = {one.path for one in self.proposals}
        self.visible: tuple[int, ...] = ()
        self.show(self.filter)

    # -- what is shown -----------------------------------------------------------------------------------------------

    def show(self, wanted: ReviewFilter) -> None:
        """Only these from now on."""
        self.filter = wanted
        self.visible = tuple(place for place, one in enumerate(self.proposals) if self._passes(one))

    def _passes(self, one: ProposedImage) -> bool:
        wanted = self.filter
        decided = one.path in self.decisions
        return (
            wanted.kind in ("", one.kind)
            and wanted.label in ("", one.label, one.suggested)
            and (wanted.state == "all" or decided == (wanted.state == "decided"))
        )

    def decision(self, place: int) -> LabelEdit | None:
        """About a proposal."""
        return self.decisions.get(self.proposals[place].path)

    def counts(self) -> ReviewCounts:
        """How far the review is."""
        decided = sum(one.path in self.decisions for one in self.proposals)
        actions = Counter(edit.action for edit in self.decisions.values())
        return ReviewCounts(
            len(self.proposals) - decided,
            decided,
            actions["relabel"],
            actions["leave_out"],
            actions["fine"],
            sum(path not in self._paths for path in self.decisions),
        )

    def kind_counts(self) -> Counter[Kind]:
        """Proposals of each kind."""
        return Counter(one.kind for one in self.proposals)

    def next_undecided(self, after: int) -> int | None:
        """The place in `visible` of the next proposal without a decision, beginning behind `after` and then again from
        the top; None where all have one."""
        count = len(self.visible)
        for step in range(1, count + 1):
            row = (after + step) % count
            if self.decision(self.visible[row]) is None:
                return row
        return None

    # -- deciding ----------------------------------------------------------------------------------------------------

    def decide(self, places: Iterable[int], action: Action, label: str = "") -> bool:
        """The same about all of these proposals. A label they have already means that they are fine. Returns whether
        anything changed."""
        if action == "relabel" and label not in self.classes:
            raise ValueError(f"no class {label!r}")
        return self._change({one.path: self._edit(one, action, label) for one in self._chosen(places)})

    def accept(self, places: Iterable[int]) -> bool:
        """Do with each of these as is proposed: the class it looks like, or leave it out."""
        chosen = self._chosen(places)
        left_out = {one.path: self._edit(one, "leave_out", "") for one in chosen if one.action == "leave_out"}
        others = [one for one in chosen if one.action == "relabel" and one.suggested]
        return self._change(left_out | {one.path: self._edit(one, "relabel", one.suggested) for one in others})

    def clear(self, places: Iterable[int]) -> bool:
        """Take back the decisions about these."""
        return self._change({one.path: None for one in self._chosen(places)})

    def _chosen(self, places: Iterable[int]) -> list[ProposedImage]:
        return [self.proposals[place] for place in places]

    def _edit(self, one: ProposedImage, action: Action, label: str) -> LabelEdit:
        if action == "relabel" and label == one.label:
            action, label = "fine", ""
        return LabelEdit(one.path, one.digest, action, label if action == "relabel" else "", self._now())

    def _change(self, wanted: Mapping[str, LabelEdit | None]) -> bool:
        before = {path: self.decisions.get(path) for path in wanted}
        after = {path: edit for path, edit in wanted.items() if not same_decision(edit, before[path])}
        if not after:
            return False
        self._done.append(_Step({path: before[path] for path in after}, after))
        self._undone.clear()
        self._set(after)
        return True

    def _set(self, edits: Mapping[str, LabelEdit | None]) -> None:
        for path, edit in edits.items():
            if edit is None:
                self.decisions.pop(path, None)
            else:
                self.decisions[path] = edit
        self.show(self.filter)

    # -- the way back --------------------------------------------------------------------------------------------------

    @property
    def can_undo(self) -> bool:
        """A command can be taken back."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """One that was taken back can be done again."""
        return bool(self._undone)

    def undo(self) -> tuple[int, ...]:
        """Take the last command back: the places of the proposals it was about, none where there is none."""
        if not self._done:
            return ()
        step = self._done.pop()
        self._undone.append(step)
        self._set(step.before)
        return self._places(step)

    def redo(self) -> tuple[int, ...]:
        """Do what was taken back last once more."""
        if not self._undone:
            return ()
        step = self._undone.pop()
        self._done.append(step)
        self._set(step.after)
        return self._places(step)

    def _places(self, step: _Step) -> tuple[int, ...]:
        return tuple(place for place, one in enumerate(self.proposals) if one.path in step.after)

    def take(self, edits: Mapping[str, LabelEdit]) -> None:
        """Decisions as another program left them; what can be undone stays so."""
        self.decisions = dict(edits)
        self.show(self.filter)


def same_decision(one: LabelEdit | None, other: LabelEdit | None) -> bool:
    """Whether both say the same, whenever they were made."""
    if one is None or other is None:
        return one is other
    return (one.action, one.label) == (other.action, other.label)
