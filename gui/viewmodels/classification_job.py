"""Has the engine classify images in chunks, which allows progress and cancelling at any time. No Qt."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from gui.engine.rpc_client import Answer, RpcClient
from gui.viewmodels.copies import Copies
from gui.viewmodels.predicted_images import PredictedImages, whole_paths
from gui.viewmodels.selection import OpenRun
from trainer.pace import Pace

State = Literal["idle", "finding", "asking", "scoring", "copying"]

FIRST, MOST = 32, 1024
"""Images per chunk: few at first, so that results appear soon."""
PIECE_SECONDS = 1.0
"""Target seconds per chunk."""
MOST_LETTERS = 1 << 18
"""Most characters of paths per chunk, so that a request stays far below the engine's limit."""


class ClassificationJob:
    """Fills `images` with the predictions of a run's best weights.

    Args:
        rpc_client: Client of the engine's helper process.
        images: Receives the predictions.
        changed: Called on every update.
        clock: Seconds, monotonic. Default: `time.monotonic`.

    Attributes:
        images: As above.
        state: What is in progress.
        failure: The answer that ended the job; None if it did not fail.
        weights: "best" or "last"; "" before the first answer.
        moved: Whether the run's weights have changed since the first answer.
        cancelled: Whether the user cancelled it.
        score: Metrics of labelled images; None until there are any.
        left_out: Number of other files in the folders, by suffix.
        copied: Number of copied images; None if nothing was copied.
        quiet: Whether images that have answers are classified again: nothing to wait for.
    """

    def __init__(
        self,
        rpc_client: RpcClient,
        images: PredictedImages,
        changed: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rpc_client, self.images, self._changed, self._clock = rpc_client, images, changed, clock
        self._job = 0
        self._run: OpenRun | None = None
        self.state: State = "idle"
        self.forget()

    def forget(self) -> None:
        """Clear the images; pending answers are discarded."""
        self._job += 1
        if self.state == "finding":
            self._rpc_client.cancel("find")
        self.state = "idle"
        self.failure: Answer | None = None
        self.weights = self._checkpoint = ""
        self.moved = self.cancelled = self.quiet = False
        self.score: Answer | None = None
        self.left_out: dict[str, int] = {}
        self.copied: int | None = None
        self._pace = Pace(self._clock)
        self._waiting: list[str] = []
        self._copies: list[tuple[str, str]] = []
        self._total, self._target = 0, Path()
        self._piece, self._asked = FIRST, 0.0
        self.images.set_images([])

    @property
    def busy(self) -> bool:
        """Whether a request is pending."""
        return self.state != "idle"

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names of the run; empty before it has started."""
        info = self._run.model.info if self._run is not None else None
        return tuple(info.classes) if info is not None else ()

    @property
    def copies(self) -> Copies:
        """How far the copying is, or where it ended."""
        return Copies(self.copied or 0, self._total, self.state == "copying")

    def start(self, run: OpenRun, paths: Sequence[Path]) -> None:
        """Classify images with a run.

        Args:
            run: The run.
            paths: Image files, and folders to search for images.
        """
        self.forget()
        self._run = run
        if any(map(os.path.isdir, paths)):  # of a name that is too long pathlib raises
            self.state = "finding"
            self._ask("find", self._found, images=whole_paths(paths), classes=list(self.classes))
        else:
            self.images.set_images(whole_paths(paths))
            self._begin()
        self._changed()

    def renew(self) -> None:
        """Classify the same images again with the weights that the run has now; answers stay until there are others."""
        self._job += 1
        self.failure, self._checkpoint = None, ""
        self.moved, self.quiet, self._piece = False, True, FIRST
        self._begin()
        self._changed()

    def cancel(self) -> None:
        """Send no more requests; existing answers stay, and the pending one is still used."""
        if self.state == "finding":
            self._job += 1
            self._rpc_client.cancel("find")
            self.state = "idle"
        self.cancelled = True
        self._waiting = []
        self._changed()

    def progress(self) -> tuple[int, int, float | None]:
        """Return the progress.

        Returns:
            Images done, their total, and estimated seconds left; 0, 0 and None if unknown.
        """
        if self.state == "copying":
            done, total = self.copied or 0, self._total
        elif self.state == "asking":
            done, total = self.images.done, len(self.images.rows)
        else:
            return 0, 0, None
        # timed from the first answer: before it, the engine loads PyTorch and the model
        speed = self._pace.follow(self.state, done, total) if done else None
        return done, total, speed.seconds_left if speed is not None else None

    # -- classes -----------------------------------------------------------------------------------------------------

    def _ask(self, do: str, then: Callable[[Answer], None], **fields: Any) -> None:
        job, self._asked = self._job, self._clock()

        def answered(answer: Answer) -> None:
            if job != self._job:
                return
            if answer.get("ok"):
                then(answer)
            else:
                self.state, self.failure = "idle", answer
            self._changed()

        self._rpc_client.ask(do, answered, **fields)

    def _found(self, answer: Answer) -> None:
        names = self.classes
        truth = [names[label] if 0 <= label < len(names) else "" for label in answer["truth"]]
        self.left_out = dict(answer["left_out"])
        self.images.set_images(answer["images"], truth)
        self._begin()

    def _begin(self) -> None:
        self._waiting = [row.path for row in self.images.rows]
        self.state = "asking" if self._waiting else "idle"
        self._next()

    def _next(self) -> None:
        if not self._waiting:
            self._judge()
            return
        run = self._run
        assert run is not None
        some = self._taken(self._waiting)
        folder = run.folder.path.absolute()
        self._ask("predict", self._answered, run=str(folder), runs=str(folder.parent), images=some)

    def _taken(self, waiting: list[str]) -> list[str]:
        """The next chunk of waiting images."""
        count, letters = 0, 0
        while count < min(self._piece, len(waiting)) and (not count or letters + len(waiting[count]) < MOST_LETTERS):
            letters += len(waiting[count])
            count += 1
        some = waiting[:count]
        del waiting[:count]
        return some

    def _answered(self, answer: Answer) -> None:
        self.images.take(answer["images"], answer["unreadable"])
        checkpoint = str(answer.get("checkpoint", ""))
        if not self._checkpoint:
            self.weights, self._checkpoint = str(answer["weights"]), checkpoint
        self.moved = self.moved or checkpoint != self._checkpoint
        took = self._clock() - self._asked
        if took < PIECE_SECONDS / 2:
            self._piece = min(MOST, 2 * self._piece)
        elif took > 2 * PIECE_SECONDS:
            self._piece = max(FIRST, self._piece // 2)
        self._next()

    def _judge(self) -> None:
        """Metrics of the answers, if labels are known; computed by the engine, as it may take seconds."""
        cells = self.images.cells(self.classes)
        self.state = "scoring" if cells else "idle"
        if cells:
            self._ask("score", self._scored, classes=list(self.classes), cells=cells)

    def _scored(self, answer: Answer) -> None:
        self.state, self.score = "idle", answer

    # -- copies ------------------------------------------------------------------------------------------------------

    def copy_into(self, target: Path) -> None:
        """Copy the visible images into a folder per class, unsure ones into a separate folder.

        Args:
            target: Folder to copy into.
        """
        self._job += 1  # what is still asked is not wanted any more
        self.quiet = False
        rows = self.images.shown()
        self._copies = [(row.path, "" if self.images.unsure(row) else row.top[0][0]) for row in rows]
        self._total, self._target = len(rows), target
        self.failure, self.copied, self.cancelled, self._piece = None, 0, False, FIRST
        self.state = "copying"
        self._waiting = [path for path, _ in self._copies]
        self._copy()
        self._changed()

    def _copy(self) -> None:
        if not self._waiting:
            self.state = "idle"
            return
        some = self._taken(self._waiting)
        done = self.copied or 0
        labels = [label for _, label in self._copies[done : done + len(some)]]
        self._ask("sort", self._copied, images=some, labels=labels, classes=list(self.classes), out=str(self._target))

    def _copied(self, answer: Answer) -> None:
        self.copied = (self.copied or 0) + sum(answer["counts"].values())
        self._copy()
