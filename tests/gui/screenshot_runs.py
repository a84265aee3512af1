"""Runs for pictures of the window: what a small network on ten classes writes, with reports of few images at the ends
of epochs, and a run that is under way."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer import events as ev
from trainer.metrics.classification import Metrics
from trainer.store import summary
from trainer.store.folder import RunFolder, current_owner, write_owner
from trainer.store.journal import JournalWriter
from trainer.store.run_creation import create_run

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
ON_PHOTOGRAPHS = ("predict_images", "labels_found", "labels_decided")
"""Views that show images of CIFAR-10."""
STEPS, BATCH, EVERY = 41, 128, 8
STARTED = "2026-09-21T08:14:00+00:00"
LAST = 16
"""Images in the last step of an epoch, which is reported by itself."""


class PictureRun:
    """`write()` writes the journal of `epochs` out of `planned`; a live one is left without an end."""

    def __init__(self, root: Path, name: str, epochs: int, *, planned: int = 0, skill: float = 1.0, seed: int = 0):
        self.folder: RunFolder = create_run(root, name)
        self.epochs, self.planned, self.skill = epochs, planned or epochs, skill
        self._random = np.random.default_rng(seed)
        self._journal = JournalWriter(self.folder.journal, 1)
        self._curve = ["epoch,valid_macro_f1"]
        self._best = (float("inf"), 0, 0.0)
        self._time = 0.0

    def write(self, *, status: Any = "completed", error: str = "") -> RunFolder:
        """All of it."""
        live = status == "running"
        if live:
            write_owner(self.folder, current_owner(1))
        self._tell(self._started())
        for epoch in range(1, self.epochs + 1):
            self._epoch(epoch)
        if live:
            self._reports(self.epochs + 1, steps=20)
        else:
            step = self.epochs * STEPS
            self._tell(ev.RunEnded(epoch=self.epochs, step=step, status=status, reason="epochs", error=error))
        self._journal.close()
        self._summarise("running" if live else status)
        self.folder.metrics.write_text("\n".join(self._curve) + "\n", encoding="utf-8")
        return self.folder

    def _summarise(self, status: Any) -> None:
        known = summary.Summary(status=status, data="cifar10-images", model="cnn", started_at=STARTED)
        known.epoch, known.epochs, known.elapsed = self.epochs, self.planned, self._time
        known.best_loss, known.best_epoch, known.best_macro_f1 = self._best
        summary.write(self.folder.summary, known)

    def _tell(self, event: ev.Event) -> None:
        self._journal.write(event, t=self._time, wall=1_790_000_000_000 + round(1000 * self._time))

    def _loss(self, step: float) -> float:
        return 0.35 / self.skill + 1.95 * float(np.exp(-step * self.skill / 160))

    def _reports(self, epoch: int, steps: int = STEPS) -> None:
        first = (epoch - 1) * STEPS
        for start in range(0, steps, EVERY):
            count = min(EVERY, steps - start)
            samples = (count - 1) * BATCH + LAST if start + count == STEPS else count * BATCH
            noise = float(self._random.normal(0, 0.9 / samples**0.5))
            loss = max(0.02, self._loss(first + start + count) * (1 + noise * 2) + noise)
            if samples == LAST:
                loss *= 1.8
            self._time += 0.4
            rate = 1e-3 * 0.5 * (1 + np.cos(np.pi * (first + start) / (self.planned * STEPS)))
            self._tell(
                ev.BatchesReported(
                    epoch=epoch,
                    step=first + start + count,
                    first_step=first + start + 1,
                    last_step=first + start + count,
                    count=count,
                    samples=samples,
                    correct=round(samples * min(1.0, max(0.1, 1 - loss / 2.6))),
                    loss_mean=loss,
                    loss_min=loss * 0.9,
                    loss_max=loss * 1.1,
                    loss_last=loss,
                    learning_rate=float(rate),
                    data_seconds=(0.02 + 0.01 * float(self._random.random())) * samples / (EVERY * BATCH),
                    step_seconds=0.4 * samples / (EVERY * BATCH),
                )
            )

    def _epoch(self, epoch: int) -> None:
        self._reports(epoch)
        step = epoch * STEPS
        counts = self._confusion(1 - 0.75 * float(np.exp(-epoch * self.skill / 5)) - 0.12)
        loss = self._loss(step) * 1.05 + 0.06 + max(0, epoch - 14) * 0.006
        found = Metrics.from_confusion(counts, loss * int(counts.sum()))
        values = found.fields()
        train = min(0.99, values["accuracy"] + 0.004 * epoch)
        self._tell(
            ev.ValidationDone(
                epoch=epoch, step=step, seconds=0.4, improved=True, best_epoch=min(epoch, 14), best_loss=loss, **values
            )
        )
        self._best = min(self._best, (loss, epoch, values["macro_f1"]))
        self._curve.append(f"{epoch},{values['macro_f1']}")
        self._tell(
            ev.EpochEnded(
                epoch=epoch,
                step=step,
                train_loss=self._loss(step),
                train_accuracy=train,
                train_macro_f1=train - 0.005,
                train_f1=values["f1"],
                valid_loss=loss,
                valid_accuracy=values["accuracy"],
                valid_macro_f1=values["macro_f1"],
                improved=True,
                learning_rate=float(1e-3 * 0.5 * (1 + np.cos(np.pi * epoch / self.planned))),
                samples_per_second=11_800.0 + 900 * float(self._random.random()),
                seconds=2.8,
                train_seconds=2.4,
                valid_seconds=0.4,
                data_seconds=0.15,
            )
        )

    def _confusion(self, hits: float) -> NDArray[np.int64]:
        """A hundred images of each class; cats and dogs, cars and trucks are confused most."""
        alike = np.ones((10, 10))
        for one, other in ((3, 5), (1, 9), (0, 8), (2, 4), (4, 7)):
            alike[one, other] = alike[other, one] = 9.0
        np.fill_diagonal(alike, 0)
        shares = (1 - hits) * alike / alike.sum(axis=1, keepdims=True) + hits * np.eye(10)
        return np.stack([self._random.multinomial(100, row) for row in shares]).astype(np.int64)

    def _started(self) -> ev.RunStarted:
        return ev.RunStarted(
            epoch=0,
            step=0,
            run_id=self.folder.name,
            attempt=1,
            resumed_step=0,
            resumed_seq=0,
            started_at=STARTED,
            epochs=self.planned,
            steps_per_epoch=STEPS,
            settings={"data": {"source": "cifar10-images"}, "train": {"optimizer": "adamw", "epochs": self.planned}},
            classes=CLASSES,
            split_sizes={"train": 5136, "valid": 1000, "test": 1000},
            model="cnn",
            parameters=310_986,
            input_shape=(3, 32, 32),
            device="cpu",
            seed=1234,
            threads=2,
            callbacks=(),
            versions={},
            exact_resume="exact",
        )


def write_groups(root: Path) -> None:
    """Runs with two learning rates, three seeds each."""
    for name, rate, skill in (("slow", 0.001, 0.7), ("fast", 0.01, 1.0)):
        for seed in range(1, 4):
            varied = skill * (1 + 0.12 * (seed - 2))
            run = PictureRun(root, f"{name}-seed-{seed}", 20 + seed, planned=24, skill=varied, seed=seed)
            run.write(status="stopped").run_toml.write_text(f"[train]\nlr = {rate}\nseed = {seed}\n", encoding="utf-8")


def photographs(folder: Path) -> Path:
    """80 images of each of three classes of CIFAR-10, four of each in the folder of the next one. Ends the program
    where the images are missing."""
    classes = ("cat", "horse", "ship")
    source = cifar10() / "train"
    shutil.rmtree(folder, ignore_errors=True)
    for place, name in enumerate(classes):
        for number, image in enumerate(sorted((source / name).glob("*.jpg"))[:80]):
            wrong = classes[(place + 1) % len(classes)] if number < 4 else name
            (folder / wrong).mkdir(parents=True, exist_ok=True)
            shutil.copy(image, folder / wrong / f"{name}-{image.name}")
    return folder


def cifar10() -> Path:
    """The folder of the CIFAR-10 images. Ends the program, saying what to set, where it is not known."""
    found = Path(os.environ.get("EPOCHSCOPE_CIFAR10") or "not-set")
    if not (found / "train").is_dir():
        views = ", ".join(ON_PHOTOGRAPHS)
        sys.exit(
            f"The views {views} need images of CIFAR-10: set EPOCHSCOPE_CIFAR10 to a folder that has them as"
            " train/CLASS/*.jpg, or choose other views with --views."
        )
    return found


def templates() -> NDArray[np.float32]:
    """Weights of three classes on 8x8 pixels of three colours."""
    y, x = np.mgrid[0:8, 0:8] / 7 - 0.5
    shapes = (np.cos(6 * x), np.sin(6 * y), x * y * 8)
    return np.stack([np.tile(shape, (3, 1, 1)).reshape(-1) for shape in shapes]).astype(np.float32)
