"""Images whose labels may be wrong, the decisions about them, and undo. No Qt."""

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

    Attributes:
        kind: "label" (its class looks wrong), "conflict" (a copy has another class), "leak" (a copy is in another
            split) or "outlier" (unlike all others).
        path: Its file, relative to the source, as in the file of decisions.
        label: Its class.
        split: Its split. Default: "train".
        digest: Digest of its content.
        suggested: The class it looks like; "" if none is suggested.
        action: Proposed action.
        score: In [0, 1]; the highest come first.
        confidence: Probability of its class; NaN if unknown.
        suggested_confidence: Probability of the suggested class; NaN if unknown.
        picture: Index of its thumbnail; -1 if there is none.
        other: File of the copy; "" if there is none.
        other_label: Class of the copy.
        other_split: Split of the copy.
        other_picture: Index of the copy's thumbnail; -1 if there is none.
        exact: Whether the copy is identical pixel for pixel; None if there is none.
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
    """Which proposals are shown.

    Attributes:
        kind: Their kind; "": any.
        label: The class they have, or the one suggested; "": any.
        state: Whether they are decided. Default: "all".
    """

    kind: Kind | Literal[""] = ""
    label: str = ""
    state: State = "all"


@dataclass(frozen=True)
class ReviewCounts:
    """Progress of a review.

    Attributes:
        undecided: Proposals without a decision.
        decided: Proposals with one.
        relabel: Images in the file of decisions that get another class.
        leave_out: Images in it that are left out.
        fine: Images in it whose label is right.
        elsewhere: Images in it that are not among the proposals.
    """

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
    """Return the time of a decision.

    Returns:
        ISO 8601, UTC, to the second.
    """
    return datetime.now(UTC).isoformat(timespec="seconds")


class ProposalReview:
    """Proposals and the decisions about them. A command that changes many images is one step of undo.

    Args:
        proposals: The proposals.
        classes: Class names.
        edits: Decisions made before, about any image.
        now: Gives the time of a decision.

    Attributes:
        proposals: Highest score first.
        classes: As above.
        decisions: All decisions by path.
        filter: Which proposals are shown.
        visible: Indices of the shown proposals, in their order.
    """

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
        """Change the filter.

        Args:
            wanted: The new filter.
        """
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
        """Return the decision about a proposal.

        Args:
            place: Index of the proposal.

        Returns:
            The decision; None if there is none.
        """
        return self.decisions.get(self.proposals[place].path)

    def counts(self) -> ReviewCounts:
        """Count proposals and decisions.

        Returns:
            The progress.
        """
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
        """Count the proposals of each kind.

        Returns:
            Number by kind.
        """
        return Counter(one.kind for one in self.proposals)

    def next_undecided(self, after: int) -> int | None:
        """Find the next shown proposal without a decision; after the last one the search continues at the top.

        Args:
            after: Index in `visible`.

        Returns:
            Index in `visible`; None if all are decided.
        """
        count = len(self.visible)
        for step in range(1, count + 1):
            row = (after + step) % count
            if self.decision(self.visible[row]) is None:
                return row
        return None

    # -- deciding ----------------------------------------------------------------------------------------------------

    def decide(self, places: Iterable[int], action: Action, label: str = "") -> bool:
        """Make the same decision about some proposals. The label an image already has means that it is fine.

        Args:
            places: Indices of the proposals.
            action: The action.
            label: New class, for "relabel".

        Returns:
            Whether anything changed.

        Raises:
            ValueError: There is no such class.
        """
        if action == "relabel" and label not in self.classes:
            raise ValueError(f"no class {label!r}")
        return self._change({one.path: self._edit(one, action, label) for one in self._chosen(places)})

    def accept(self, places: Iterable[int]) -> bool:
        """Decide as proposed: the class it looks like, or leave it out.

        Args:
            places: Indices of the proposals.

        Returns:
            Whether anything changed.
        """
        chosen = self._chosen(places)
        left_out = {one.path: self._edit(one, "leave_out", "") for one in chosen if one.action == "leave_out"}
        others = [one for one in chosen if one.action == "relabel" and one.suggested]
        return self._change(left_out | {one.path: self._edit(one, "relabel", one.suggested) for one in others})

    def clear(self, places: Iterable[int]) -> bool:
        """Remove the decisions about some proposals.

        Args:
            places: Indices of the proposals.

        Returns:
            Whether anything changed.
        """
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
        """Whether there is a command to undo."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether there is a command to redo."""
        return bool(self._undone)

    def undo(self) -> tuple[int, ...]:
        """Undo the last command.

        Returns:
            Indices of the proposals it was about; empty if there is nothing to undo.
        """
        if not self._done:
            return ()
        step = self._done.pop()
        self._undone.append(step)
        self._set(step.before)
        return self._places(step)

    def redo(self) -> tuple[int, ...]:
        """Redo the command that was undone last.

        Returns:
            Indices of the proposals it was about; empty if there is nothing to redo.
        """
        if not self._undone:
            return ()
        step = self._undone.pop()
        self._done.append(step)
        self._set(step.after)
        return self._places(step)

    def _places(self, step: _Step) -> tuple[int, ...]:
        return tuple(place for place, one in enumerate(self.proposals) if one.path in step.after)

    def take(self, edits: Mapping[str, LabelEdit]) -> None:
        """Take over decisions that another program has changed; undo still works.

        Args:
            edits: All decisions by path.
        """
        self.decisions = dict(edits)
        self.show(self.filter)


def same_decision(one: LabelEdit | None, other: LabelEdit | None) -> bool:
    """Compare two decisions, whenever they were made.

    Args:
        one: A decision; None: there is none.
        other: Another one.

    Returns:
        Whether they are the same.
    """
    if one is None or other is None:
        return one is other
    return (one.action, one.label) == (other.action, other.label)
