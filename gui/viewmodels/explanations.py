"""Requests to the helper for heat maps and similar images, one at a time. No Qt.

Several views share one `Explanations`. Per view, only the latest request of each kind counts; answers are cached while
the run has the same weights, so going back and forth costs nothing.
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gui.engine.rpc_client import Answer, RpcClient
from gui.viewmodels.run import RunModel
from trainer.errors import DataError
from trainer.plotting.heat_overlay import Method
from trainer.store.arrays import read_arrays

Kind = Literal["explain", "similar"]
Pixels = NDArray[np.uint8]
CACHE_BYTES = 32 << 20
NEIGHBORS = 12
"""Similar images requested: as many as a wide view has room for."""


class ImageKey(NamedTuple):
    """One image of one run.

    Attributes:
        run: Folder of the run.
        weights: Anything that changes with the weights.
        split: Its split; empty for a file.
        place: Its index in the split; -1 for a file.
        path: The file; empty for an image of a split.
    """

    run: Path
    weights: tuple[object, ...]
    split: str = ""
    place: int = -1
    path: str = ""


def weights_of(model: RunModel) -> tuple[object, ...]:
    """Return a value that changes whenever a run's best weights may have changed.

    Args:
        model: The run.

    Returns:
        The value, for `ImageKey`.
    """
    best = model.checkpoints.get("best") or model.checkpoints.get("last")
    return model.began, model.best_epoch, best.path if best is not None else "", len(model.evaluations)


@dataclass(frozen=True)
class SaliencyMap:
    """Where a model looked in an image.

    Attributes:
        values: Heat map (H, W), float32.
        pixels: The image as the model gets it (H, W, 3), uint8.
        probabilities: Probability of each class (C,), float32.
        method: How the map was made.
        label: The class it explains.
        predicted: The predicted class.
        true: The true class; -1 if unknown.
        weights: "best" or "last".
        epoch: Epoch of the weights.
    """

    values: NDArray[np.float32]
    pixels: Pixels
    probabilities: NDArray[np.float32]
    method: Method
    label: int
    predicted: int
    true: int
    weights: str
    epoch: int


@dataclass(frozen=True)
class Neighbor:
    """A similar training image.

    Attributes:
        place: Its index in the training split.
        label: Its class.
        distance: Distance in the feature space.
        path: Its file.
        pixels: (H, W, 3), uint8.
    """

    place: int
    label: int
    distance: float
    path: str
    pixels: Pixels


@dataclass(frozen=True)
class SimilarImages:
    """Similar training images, nearest first.

    Attributes:
        neighbors: Of any class.
        of_class: Of the image's own class.
    """

    neighbors: tuple[Neighbor, ...]
    of_class: tuple[Neighbor, ...]


@dataclass(frozen=True)
class Failure:
    """The helper's refusal.

    Attributes:
        answer: Its answer, unchanged.
    """

    answer: Answer


Result = SaliencyMap | SimilarImages | Failure
Then = Callable[[Any], None]


class _Question(NamedTuple):
    owner: object
    kind: Kind
    key: tuple[Kind, ImageKey, int]
    then: Then
    progress: Callable[[int, int], None]


class Explanations:
    """Asks the helper for heat maps and similar images, and caches the answers.

    Args:
        rpc_client: Client of the engine's helper process.

    Attributes:
        warm: Whether the helper has answered before, so that the next answer takes milliseconds.
    """

    def __init__(self, rpc_client: RpcClient) -> None:
        self._rpc_client = rpc_client
        self._waiting: list[_Question] = []
        self._asked: _Question | None = None
        self._kept: OrderedDict[tuple[Kind, ImageKey, int], SaliencyMap | SimilarImages] = OrderedDict()
        self._number = 0
        self.warm = False

    @property
    def busy(self) -> bool:
        """Whether answers are pending and `poll` must be called."""
        return self._asked is not None or bool(self._waiting)

    def poll(self) -> None:
        """Process the helper's answers."""
        self._rpc_client.poll()

    def heat_map(
        self,
        owner: object,
        image: ImageKey,
        label: int,
        then: Callable[[SaliencyMap | Failure], None],
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        """Request a heat map.

        Args:
            owner: The view that asks.
            image: The image.
            label: Class to explain; -1: the most likely one.
            then: Called with the result, at once if it is cached.
            progress: Called with the steps done and all steps.
        """
        self._ask(_Question(owner, "explain", ("explain", image, label), then, progress))

    def similar(
        self,
        owner: object,
        image: ImageKey,
        then: Callable[[SimilarImages | Failure], None],
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        """Request the most similar training images.

        Args:
            owner: The view that asks.
            image: The image.
            then: Called with the result, at once if it is cached.
            progress: Called with the steps done and all steps.
        """
        self._ask(_Question(owner, "similar", ("similar", image, 0), then, progress))

    def cancel(self, owner: object, kind: Kind) -> None:
        """Cancel a view's request.

        Args:
            owner: The view.
            kind: Kind of request.
        """
        self._waiting = [one for one in self._waiting if (one.owner, one.kind) != (owner, kind)]
        if self._asked is not None and (self._asked.owner, self._asked.kind) == (owner, kind):
            # the result is cached anyway: the helper is not killed for it
            self._asked = self._asked._replace(owner=None, then=_ignore, progress=_ignore)

    def _ask(self, question: _Question) -> None:
        self.cancel(question.owner, question.kind)
        if (known := self._kept.get(question.key)) is not None:
            self._kept.move_to_end(question.key)
            question.then(known)
            return
        self._waiting.append(question)
        self._next()

    def _next(self) -> None:
        if self._asked is not None or not self._waiting:
            return
        self._asked = question = self._waiting.pop(0)
        kind, image, label = question.key
        self._number += 1
        about: dict[str, Any] = {"run": str(image.run.absolute()), "runs": str(image.run.absolute().parent)}
        about |= {"images": [image.path]} if image.path else {"split": image.split, "place": image.place}
        about |= {"label": label} if kind == "explain" else {"n": NEIGHBORS}
        out = self._rpc_client.folder / f"{kind}-{self._number}.npz"
        self._rpc_client.ask(kind, self._answered, progress=self._progressed, out=str(out), **about)

    def _progressed(self, stage: str, done: int, total: int) -> None:
        if self._asked is not None:
            self._asked.progress(done, total)

    def _answered(self, answer: Answer) -> None:
        question, self._asked = self._asked, None
        assert question is not None
        found: Result = Failure(answer)
        if answer.get("ok"):
            self.warm = True
            try:
                found = _read(question.kind, answer)
                self._keep(question.key, found)
            except DataError as error:
                found = Failure({"ok": False, **vars(error)})
            except (KeyError, ValueError, TypeError) as error:
                found = Failure({"ok": False, "code": "", "what": str(error), "parameters": {}})
        self._next()
        question.then(found)

    def _keep(self, key: tuple[Kind, ImageKey, int], found: SaliencyMap | SimilarImages) -> None:
        self._kept[key] = found
        if isinstance(found, SaliencyMap):
            self._kept["explain", key[1], found.label] = found
        while sum(map(_size, self._kept.values())) > CACHE_BYTES and len(self._kept) > 1:
            self._kept.popitem(last=False)


def _ignore(*_: object) -> None:
    return None


def _size(found: SaliencyMap | SimilarImages) -> int:
    if isinstance(found, SaliencyMap):
        return found.values.nbytes + found.pixels.nbytes
    return sum(one.pixels.nbytes for one in (*found.neighbors, *found.of_class))


def _read(kind: Kind, answer: Answer) -> SaliencyMap | SimilarImages:
    """Raises DataError, KeyError, ValueError or TypeError for what is no answer to that."""
    path = Path(answer["out"])
    arrays = read_arrays(path)
    with contextlib.suppress(OSError):
        path.unlink()
    if kind == "explain":
        numbers = {name: int(answer[name]) for name in ("label", "predicted", "true", "epoch")}
        return SaliencyMap(
            arrays["map"],
            arrays["pixels"],
            arrays["probabilities"],
            Method(answer["method"]),
            weights=str(answer["weights"]),
            **numbers,
        )
    rows = [*answer["neighbors"], *answer["of_class"]]
    found = [
        Neighbor(int(row["place"]), int(row["label"]), float(row["distance"]), str(row["path"]), pixels)
        for row, pixels in zip(rows, arrays["images"], strict=True)
    ]
    cut = len(answer["neighbors"])
    return SimilarImages(tuple(found[:cut]), tuple(found[cut:]))
