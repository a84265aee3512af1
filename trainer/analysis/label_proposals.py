"""What should be reviewed in a data set, image by image: probably wrong labels, copies with different labels, leaks and
outliers in one list, the most certain first. [no torch]"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from trainer.analysis.label_errors import LabelErrors
from trainer.analysis.outliers import Outliers
from trainer.data.duplicates import Group
from trainer.data.inspection import Report
from trainer.events import SPLITS

Kind = Literal["label", "conflict", "leak", "outlier"]
KINDS: tuple[Kind, ...] = ("label", "conflict", "leak", "outlier")
NEAR_LEAK = 0.9
"""Score of a leak that is not an exact copy; of 300 such pairs in CIFAR-10, 298 showed the same picture."""


class OtherImage(msgspec.Struct, frozen=True):
    """The image that a proposal compares with."""

    row: int
    """Number in the source."""
    path: str
    """Path relative to the source."""
    split: str
    """"train", "valid" or "test"."""
    label: int
    """Its class."""


class Proposal(msgspec.Struct, frozen=True):
    """An image that should be reviewed, and why."""

    kind: Kind
    """"label": probably wrong label; "conflict": copy with another label; "leak": copy in an earlier split; "outlier".
    """
    row: int
    """Number in the source."""
    path: str
    """Path relative to the source."""
    split: str
    """"train", "valid" or "test"."""
    label: int
    """Its class."""
    action: Literal["relabel", "leave_out"]
    """What is proposed."""
    score: float
    """How certain the proposal is, in [0, 1]; comparable between kinds."""
    suggested: int = -1
    """Class that the image should have; -1 if none is suggested."""
    self_confidence: float | None = None
    """Probability of its label, in [0, 1], from models that have not seen the image; None if it was not judged."""
    suggested_confidence: float | None = None
    """Probability of the suggested class; None if there is none, or the image was not judged."""
    other: OtherImage | None = None
    """The copy, for conflicts and leaks; else None."""
    exact: bool | None = None
    """Whether the copy is equal pixel for pixel; None without a copy."""
    digest: str = ""
    """Digest of the content, see `image_digest`; empty if not looked up."""
    edit: dict[str, str] | None = None
    """A decision on this image: `action`, `label` and `when`; None if there is none."""
    picture: int = -1
    """Place of its thumbnail; -1 if not stored."""
    other_picture: int = -1
    """Place of the copy's thumbnail; -1 if there is none."""


class Judgement(NamedTuple):
    """What was found about M images."""

    rows: NDArray[np.int64]
    """(M,): numbers of the images in the source, ascending."""
    probabilities: NDArray[np.float32]
    """(M, C): probabilities from models that have not seen the image."""
    judged: NDArray[np.bool_]
    """(M,): whether these probabilities mean anything."""
    errors: LabelErrors
    """Probably wrong labels; its rows are places among the judged images."""
    outliers: Outliers
    """Outliers among all M images."""


def make_proposals(report: Report, judgement: Judgement) -> list[Proposal]:
    """Make all proposals. An image can have several, but not both a conflict and a wrong label: the copy is the better
    evidence.

    Args:
        report: Findings about the source, with copies and leaks.
        judgement: Findings about labels and outliers.

    Returns:
        The proposals, the most certain first.
    """
    maker = _Maker(report, judgement)
    conflicts = {one.row: one for one in maker.conflicts()}
    labels = [one for one in maker.labels() if one.row not in conflicts]
    found = [*conflicts.values(), *labels, *maker.leaks(), *maker.outliers()]
    return sorted(found, key=lambda one: (-one.score, one.row, one.kind))


def count_copies(report: Report) -> int:
    """Count images that repeat another of their class and split pixel for pixel; these are not label errors.

    Args:
        report: Findings about the source.

    Returns:
        Their number.
    """
    pictures, count = report.pictures, 0
    for group in report.duplicates.groups:
        keys = Counter(
            (int(report.parts[row]), int(pictures.labels[row]), pictures.pixels[row].tobytes()) for row in group.images
        )
        count += sum(keys.values()) - len(keys)
    return count


class _Maker:
    def __init__(self, report: Report, judgement: Judgement) -> None:
        self._report, self._judgement = report, judgement
        self._labels = report.pictures.labels

    def labels(self) -> Iterator[Proposal]:
        found = self._judgement
        rows = found.rows[found.judged][found.errors.rows]
        for row, suggested, margin in zip(
            rows.tolist(), found.errors.suggested.tolist(), found.errors.margins.tolist(), strict=True
        ):
            yield self._make("label", row, margin, suggested)

    def conflicts(self) -> Iterator[Proposal]:
        """Of each group of copies with several labels those that most of them do not have; where no label has most, the
        models decide."""
        for group in self._report.duplicates.groups:
            if not group.conflict:
                continue
            right, support = self._right_label(group)
            same = [row for row in group.images if self._labels[row] == right]
            for row in group.images:
                if (label := int(self._labels[row])) != right:
                    other, exact = self._copy_of(row, same)
                    sure = float(support[right] / max(support[right] + support[label], 1e-9))
                    yield self._make("conflict", row, max(0.5, sure), right, other=other, exact=exact)

    def leaks(self) -> Iterator[Proposal]:
        for leak in self._report.duplicates.leaks:
            score = 1.0 if leak.exact else NEAR_LEAK
            yield self._make("leak", leak.image, score, other=leak.seen, exact=leak.exact)

    def outliers(self) -> Iterator[Proposal]:
        found = self._judgement.outliers
        for place in found.places.tolist():
            score = 1 - found.threshold / float(found.distances[place])
            yield self._make("outlier", int(self._judgement.rows[place]), score)

    def _right_label(self, group: Group) -> tuple[int, NDArray[np.float64]]:
        """The label that most images of a group have, and what the models say of each class on average, (C,)."""
        votes = np.bincount(self._labels[list(group.images)], minlength=len(self._report.classes))
        said = [found for row in group.images if (found := self._said(row)) is not None]
        support = np.zeros(len(votes))
        for one in said:
            support += one / len(said)
        return int(np.lexsort((-support, -votes))[0]), support

    def _copy_of(self, row: int, candidates: Sequence[int]) -> tuple[int, bool]:
        """One of the candidates, and whether it is the same pixel for pixel: one that is, where there is one."""
        pixels = self._report.pictures.pixels
        exact = next((one for one in candidates if np.array_equal(pixels[one], pixels[row])), None)
        return (candidates[0], False) if exact is None else (exact, True)

    def _said(self, row: int) -> NDArray[np.float32] | None:
        """Probabilities (C,) of an image; None where it is not judged."""
        found = self._judgement
        place = int(np.searchsorted(found.rows, row))
        there = place < len(found.rows) and found.rows[place] == row and found.judged[place]
        return found.probabilities[place] if there else None

    def _make(
        self,
        kind: Kind,
        row: int,
        score: float,
        suggested: int = -1,
        *,
        other: int | None = None,
        exact: bool | None = None,
    ) -> Proposal:
        label, said = int(self._labels[row]), self._said(row)
        return Proposal(
            kind=kind,
            row=row,
            path=self._report.pictures.paths[row],
            split=SPLITS[self._report.parts[row]],
            label=label,
            action="leave_out" if suggested < 0 else "relabel",
            score=score,
            suggested=suggested,
            self_confidence=None if said is None else float(said[label]),
            suggested_confidence=None if said is None or suggested < 0 else float(said[suggested]),
            other=None if other is None else self._other(other),
            exact=exact,
        )

    def _other(self, row: int) -> OtherImage:
        split = SPLITS[self._report.parts[row]]
        return OtherImage(row, self._report.pictures.paths[row], split, int(self._labels[row]))
