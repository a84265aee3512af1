"""Runs made in a moment, with a real journal and real files: a model that gets better, and errs by one class."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gui.viewmodels.journal_follower import JournalFollower
from gui.viewmodels.selection import OpenRun
from trainer import events as ev
from trainer.metrics.classification import Metrics, confusion
from trainer.metrics.significance import intervals
from trainer.store.arrays import write_arrays
from trainer.store.folder import RunFolder
from trainer.store.journal import JournalWriter
from trainer.store.thumbnails import SplitImages, publish

KEY = "0123456789abcdef"
Arrays = dict[str, NDArray[Any]]


def shown(folder: RunFolder) -> OpenRun:
    """The run with all of its journal read."""
    run = OpenRun(folder, JournalFollower(folder))
    run.follower.tick(5)
    while not run.follower.caught_up:
        run.follower.tick(5)
    return run


class SampleRun:
    """`make()` writes the run. `labels` and `outputs[epoch]` are what its files say of the validation images."""

    def __init__(
        self,
        root: Path,
        *,
        name: str = "made",
        classes: tuple[str, ...] = ("cat", "dog", "frog"),
        per_class: int = 6,
        epochs: int = 3,
        splits: tuple[Literal["valid", "test"], ...] = ("valid", "test"),
        shape: tuple[int, int, int] = (3, 8, 8),
        weight: NDArray[Any] | None = None,
        ended: bool = True,
    ) -> None:
        self.folder = RunFolder(root / name)
        self.classes, self.epochs, self.splits, self.shape, self.ended = classes, epochs, splits, shape, ended
        self.labels = np.tile(np.arange(len(classes)), per_class)
        self.weight = np.zeros((len(classes), int(np.prod(shape))), np.float32) if weight is None else weight
        self.outputs: dict[int, Arrays] = {}
        self._random = np.random.default_rng(1)

    def make(self) -> OpenRun:
        """Write everything, and read its journal."""
        for part in ("predictions", "snapshots", "evaluation"):
            (self.folder.path / part).mkdir(parents=True)
        self.journal = JournalWriter(self.folder.journal, 1)
        self.tell(self._started())
        self.publish()
        for epoch in range(1, self.epochs + 1):
            self.epoch(epoch)
        if self.ended:
            if "test" in self.splits:
                self.evaluate()
            self.tell(ev.RunEnded(epoch=self.epochs, step=self.epochs, status="completed", reason="epochs"))
        self.journal.close()
        return shown(self.folder)

    def tell(self, event: ev.Event) -> None:
        """Write an event."""
        self.journal.write(event, t=float(event.epoch), wall=0)

    def publish(self) -> None:
        """The images, and the event that names them."""
        _, height, width = self.shape
        pixels = self._random.integers(0, 256, (len(self.labels), height, width, 3), dtype=np.uint8)
        pixels[:, 0, 0] = np.arange(len(self.labels))[:, None] % 256
        paths = [f"{self.classes[label]}/{i}.png" for i, label in enumerate(self.labels)]
        split = SplitImages(pixels, self.labels, [(width * 2, height * 2)] * len(paths), paths)
        path, size = publish(self.folder.path.parent, KEY, self.classes, dict.fromkeys(self.splits, split))
        self.snapshot("images", None, path.relative_to(self.folder.path.parent).as_posix(), 0, size)

    def snapshot(self, kind: Any, split: Any, path: str, epoch: int, size: int = 1) -> None:
        """Tell of a file."""
        self.tell(ev.SnapshotSaved(epoch=epoch, step=epoch, kind=kind, split=split, path=path, bytes=size))

    def epoch(self, epoch: int) -> None:
        """One epoch: events and files."""
        found: dict[str, float | None] = {"valid_loss": None, "valid_accuracy": None, "valid_macro_f1": None}
        if "valid" in self.splits:
            self.outputs[epoch] = made = self.made(epoch)
            about = self._figures(made)
            self.tell(
                ev.ValidationDone(
                    epoch=epoch,
                    step=epoch,
                    seconds=0.1,
                    improved=True,
                    best_epoch=epoch,
                    best_loss=about["loss"],
                    **about,
                )
            )
            found = {f"valid_{name}": about[name] for name in ("loss", "accuracy", "macro_f1")}
            write_arrays(self.folder.predictions / f"epoch-{epoch:04d}.npz", **made)
        self.tell(
            ev.EpochEnded(
                epoch=epoch,
                step=epoch,
                train_loss=1.0,
                train_accuracy=0.5,
                train_macro_f1=0.5,
                train_f1=(0.5,) * len(self.classes),
                improved=True,
                learning_rate=0.1,
                samples_per_second=1.0,
                seconds=1.0,
                train_seconds=1.0,
                valid_seconds=0.1,
                data_seconds=0.1,
                **found,
            )
        )
        if "valid" in self.splits:
            self.snapshot("predictions", "valid", f"predictions/epoch-{epoch:04d}.npz", epoch)
        write_arrays(self.folder.snapshots / f"epoch-{epoch:04d}.npz", weight=self.weight * np.float32(epoch))
        self.snapshot("weights", None, f"snapshots/epoch-{epoch:04d}.npz", epoch)

    def evaluate(self) -> None:
        """The test."""
        made = self.made(self.epochs)
        write_arrays(self.folder.evaluation / "test.npz", **made)
        epoch = self.epochs
        about = self._figures(made)
        sure = intervals(about["confusion"], samples=200)
        about |= {"accuracy_interval": sure.accuracy, "macro_f1_interval": sure.macro_f1}
        self.tell(ev.EvaluationDone(epoch=epoch, step=epoch, split="test", weights="best", seconds=0.1, **about))

    def made(self, epoch: int) -> Arrays:
        """Predictions, better with every epoch; an error is the next class."""
        count = len(self.labels)
        wrong = self._random.random(count) < 0.7 / epoch
        predicted = np.where(wrong, (self.labels + 1) % len(self.classes), self.labels).astype(np.uint16)
        confidence = self._random.uniform(0.4, 1, count).astype(np.float16)
        return {"predicted": predicted, "confidence": confidence, "loss": self._random.random(count, np.float32)}

    def _figures(self, made: Arrays) -> dict[str, Any]:
        matrix = confusion(self.labels, made["predicted"], len(self.classes))
        return Metrics.from_confusion(matrix, float(made["loss"].sum())).fields()

    def _started(self) -> ev.RunStarted:
        sizes = {"train": 100, **dict.fromkeys(self.splits, len(self.labels))}
        return ev.RunStarted(
            epoch=0,
            step=0,
            run_id=self.folder.name,
            attempt=1,
            resumed_step=0,
            resumed_seq=0,
            started_at="2026-01-01T00:00:00+00:00",
            epochs=self.epochs,
            steps_per_epoch=1,
            settings={},
            classes=self.classes,
            split_sizes=sizes,
            model="softmax",
            parameters=self.weight.size + len(self.classes),
            input_shape=self.shape,
            device="cpu",
            seed=1,
            threads=1,
            callbacks=(),
            versions={},
            exact_resume="exact",
        )
