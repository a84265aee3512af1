"""Asks the engine which labels of a data set may be wrong, and reads the answer. No Qt."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gui.engine.rpc_client import Answer, RpcClient
from gui.viewmodels.proposal_review import KINDS, ProposedImage
from trainer.errors import DataError
from trainer.pace import Pace, Speed
from trainer.store import durable
from trainer.store.arrays import map_arrays
from trainer.text.nested_tables import table_of

Pictures = NDArray[np.uint8]
State = Literal["idle", "working", "failed", "found"]
MAX_BYTES = 1 << 30
_NO_PICTURES: Pictures = np.empty((0, 1, 1, 3), np.uint8)


@dataclass(frozen=True)
class FoundLabels:
    """What the engine found.

    Attributes:
        classes: Class names.
        proposals: Images whose label may be wrong.
        pictures: Thumbnails (N, h, w, 3), uint8.
        others: Thumbnails of the images they are compared with (N, h, w, 3), uint8.
        root: Folder of the images; None if they are not files.
        features: "pretrained" or "pixels".
        model: Name of the network; empty for pixels.
        reason: Why pixels were used: "not_installed" or "not_photographs".
        images: Number of images examined.
        estimated: Estimated number of wrong labels.
        agreement: Fraction of the images whose label agrees with the prediction from the others; NaN if none was
            predicted.
        exact_copies: Number of exact copies.
        total: Number of proposals before the list was cut.
    """

    classes: tuple[str, ...]
    proposals: tuple[ProposedImage, ...]
    pictures: Pictures = field(default_factory=lambda: _NO_PICTURES)
    others: Pictures = field(default_factory=lambda: _NO_PICTURES)
    root: Path | None = None
    features: str = "pretrained"
    model: str = ""
    reason: str = ""
    images: int = 0
    estimated: int = 0
    agreement: float = math.nan
    exact_copies: int = 0
    total: int = 0


def read_found(answer: Mapping[str, Any]) -> FoundLabels:
    """Read the files that an answer names.

    Args:
        answer: The helper's answer.

    Returns:
        What was found.

    Raises:
        DataError: `labels.answer`: they cannot be read.
    """
    try:
        told = json.loads(durable.read_bytes(answer["records"], MAX_BYTES))
        arrays = map_arrays(answer["pictures"])
        return _found(told, arrays["images"], arrays["others"])
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, DataError) as error:
        raise DataError(
            "labels.answer",
            f"The answer about the labels cannot be read: {str(error)[:200]}",
            where=str(answer.get("records", "")),
            fix="Search for them again.",
        ) from error


def _found(told: Mapping[str, Any], pictures: Pictures, others: Pictures) -> FoundLabels:
    for images in (pictures, others):
        if images.dtype != np.uint8 or images.ndim != 4 or images.shape[3] != 3:
            raise ValueError("pictures of an unknown form")
    classes = tuple(map(str, told["classes"]))
    proposals = tuple(_proposal(one, classes, len(pictures), len(others)) for one in told["proposals"])
    features = told["features"]
    return FoundLabels(
        classes,
        proposals,
        pictures,
        others,
        Path(told["root"]) if told["root"] else None,
        str(features["kind"]),
        str(features["model"]),
        str(features["reason"]),
        int(told["images"]),
        int(told["estimated"]),
        _share(told["agreement"]),
        int(told["exact_copies"]),
        sum(int(count) for count in told["found"].values()),
    )


def _proposal(one: Mapping[str, Any], classes: tuple[str, ...], pictures: int, others: int) -> ProposedImage:
    if one["kind"] not in KINDS:
        raise ValueError(f"a proposal of kind {one['kind']!r}")
    other = one["other"] or {}
    return ProposedImage(
        kind=one["kind"],
        path=str(one["path"]),
        label=_name(classes, one["label"]),
        split=str(one["split"]),
        digest=str(one["digest"]),
        suggested=_name(classes, one["suggested"]),
        action="leave_out" if one["action"] == "leave_out" else "relabel",
        score=float(one["score"]),
        confidence=_share(one["self_confidence"]),
        suggested_confidence=_share(one["suggested_confidence"]),
        picture=one["picture"] if 0 <= one["picture"] < pictures else -1,
        other=str(other.get("path", "")),
        other_label=_name(classes, other.get("label", -1)),
        other_split=str(other.get("split", "")),
        other_picture=one["other_picture"] if 0 <= one["other_picture"] < others else -1,
        exact=one["exact"],
    )


def _name(classes: tuple[str, ...], number: int) -> str:
    return classes[number] if 0 <= number < len(classes) else ""


def _share(value: float | None) -> float:
    return math.nan if value is None else float(value)


def without_edits(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same settings with the labels of the source.

    Args:
        settings: Settings by table.

    Returns:
        The settings without `data.edits`.
    """
    data = {name: value for name, value in table_of(settings, "data").items() if name != "edits"}
    return {**settings, "data": data}


class LabelSearch:
    """Searches for wrong labels, one data set at a time.

    Args:
        rpc_client: Client of the engine's helper process.
        changed: Called on every update.

    Attributes:
        state: What is in progress.
        failure: The answer that ended the search; None if it did not fail.
        found: The result, kept until another data set is searched; None before.
        stage: Stage of the search; empty before the first report.
        done: Finished so far.
        total: Of how many; 0 if unknown.
        speed: Speed of this stage; None if unknown.
    """

    def __init__(self, rpc_client: RpcClient, changed: Callable[[], None]) -> None:
        self._rpc_client, self._changed = rpc_client, changed
        self._job = 0
        self.forget()

    def forget(self) -> None:
        """Discard the result; a pending answer is ignored."""
        self._job += 1
        self.state: State = "idle"
        self.failure: Answer | None = None
        self.found: FoundLabels | None = None
        self.stage, self.done, self.total = "", 0, 0
        self.speed: Speed | None = None
        self._pace = Pace()

    def start(self, settings: Mapping[str, Any], root: Path) -> None:
        """Search the images that settings choose, with the labels of the source.

        Decisions are shown next to the images and can be taken back, which would not be possible if they had been
        applied.

        Args:
            settings: Settings by table.
            root: Folder of all runs, where features are kept.
        """
        self.forget()
        self.state, job = "working", self._job

        def answered(answer: Answer) -> None:
            if job == self._job:
                self._answered(answer)

        def tell(stage: str, done: int, total: int) -> None:
            if job == self._job:
                self._tell(stage, done, total)

        self._rpc_client.ask("labels", answered, progress=tell, settings=without_edits(settings), runs=str(root))
        self._changed()

    def cancel(self) -> None:
        """Cancel the search."""
        if self.state == "working":
            self._rpc_client.cancel("labels")
        self.forget()
        self._changed()

    @property
    def overtaken(self) -> bool:
        """Whether the helper was meanwhile asked about other data, so that this question will not be answered."""
        return self.state == "working" and "labels" not in self._rpc_client.asking

    def _tell(self, stage: str, done: int, total: int) -> None:
        self.stage, self.done, self.total = stage, done, total
        self.speed = self._pace.follow(stage, done, total)
        self._changed()

    def _answered(self, answer: Answer) -> None:
        self.state, self.failure = "failed", answer
        if answer.get("ok"):
            try:
                self.found, self.state, self.failure = read_found(answer), "found", None
            except DataError as error:
                self.failure = vars(error)
        self._changed()
