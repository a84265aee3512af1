"""Run folders made in a moment, with every file a report reads, as an engine would leave them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from trainer import events as ev
from trainer.metrics.calibration import Calibration, SplitCalibration, believability
from trainer.metrics.classification import Metrics, confusion
from trainer.metrics.temperature import Outcome
from trainer.settings import merge
from trainer.store import calibration_file
from trainer.store import summary as summaries
from trainer.store.arrays import write_arrays
from trainer.store.durable import write_json
from trainer.store.folder import RunFolder
from trainer.store.journal import JournalWriter
from trainer.store.run_creation import create_run
from trainer.store.run_files import write_environment, write_settings
from trainer.store.thumbnails import SplitImages, publish

FINGERPRINT = "0123456789abcdef"
Split = Literal["train", "valid", "test"]


@dataclass
class SampleRuns:
    """What the run is to be like; `make` writes it. Predictions get better with every epoch."""

    root: Path
    name: str = "made"
    classes: tuple[str, ...] = ("cat", "dog", "frog")
    per_class: int = 6
    epochs: int = 3
    splits: tuple[Split, ...] = ("train", "valid", "test")
    status: Literal["completed", "stopped", "failed"] = "completed"
    why: dict[str, Any] = field(default_factory=lambda: {"reason": "epochs"})
    """Fields of RunEnded that say why it ended."""
    evaluated: bool = True
    shape: tuple[int, int, int] = (3, 8, 8)
    settings: dict[str, Any] = field(default_factory=lambda: {"train": {"epochs": 3}})
    parameters: int | None = None
    seed: int = 1

    def make(self) -> RunFolder:
        """Write everything."""
        self._random = np.random.default_rng(self.seed)
        self.folder = create_run(self.root, self.name)
        self.labels = np.tile(np.arange(len(self.classes)), self.per_class)
        self.journal = JournalWriter(self.folder.journal, 1)
        write_settings(self.folder, merge(self.settings).model_dump())
        self._environment()
        self._tell(self._started())
        self._publish()
        self.losses = [1.0 / epoch for epoch in range(1, self.epochs + 1)]
        for epoch in range(1, self.epochs + 1):
            self._epoch(epoch)
        if self.evaluated:
            for split in self.splits:
                self._evaluate(split)
        place = {"epoch": self.epochs, "step": self.epochs * 4}
        self._tell(ev.RunEnded(**place, status=self.status, seconds=9.0, **self.why))
        self.journal.close()
        self._summary()
        return self.folder

    def _tell(self, event: ev.Event) -> None:
        self.journal.write(event, t=float(event.epoch), wall=0)

    def _environment(self) -> None:
        about = {"versions": {"torch": "2.0"}, "device": "cpu", "threads": 1, "data_fingerprint": FINGERPRINT}
        write_environment(self.folder, about)

    def _started(self) -> ev.RunStarted:
        return ev.RunStarted(
            epoch=0, step=0, run_id=self.name, attempt=1, resumed_step=0, resumed_seq=0,
            started_at="2026-01-02T03:04:05+00:00", epochs=self.epochs, steps_per_epoch=4, settings={},
            classes=self.classes, split_sizes=dict.fromkeys(self.splits, len(self.labels)), model="softmax",
            parameters=self.parameters or len(self.classes) * (int(np.prod(self.shape)) + 1), input_shape=self.shape,
            device="cpu", seed=1, threads=1, callbacks=(), versions={"torch": "2.0"}, exact_resume="exact",
        )  # fmt: skip

    def _publish(self) -> None:
        _, height, width = self.shape
        pixels = self._random.integers(0, 256, (len(self.labels), height, width, 3), dtype=np.uint8)
        paths = [f"{label}/{place}.png" for place, label in enumerate(self.labels)]
        split = SplitImages(pixels, self.labels, [(width, height)] * len(paths), paths)
        kept = {name: split for name in self.splits if name != "train"}
        path, size = publish(self.root, FINGERPRINT, self.classes, kept)
        self._saved("images", path.relative_to(self.root).as_posix(), 0, size)

    def _saved(self, kind: Any, path: str, epoch: int, size: int = 1) -> None:
        self._tell(ev.SnapshotSaved(epoch=epoch, step=epoch, kind=kind, split=None, path=path, bytes=size))

    def _outputs(self, epoch: int) -> dict[str, NDArray[Any]]:
        count = len(self.labels)
        wrong = self._random.random(count) < 0.7 / epoch
        predicted = np.where(wrong, (self.labels + 1) % len(self.classes), self.labels).astype(np.uint16)
        confidence = self._random.uniform(0.4, 1, count).astype(np.float16)
        return {"predicted": predicted, "confidence": confidence, "loss": self._random.random(count, np.float32)}

    def _figures(self, outputs: dict[str, NDArray[Any]]) -> dict[str, Any]:
        matrix = confusion(self.labels, outputs["predicted"], len(self.classes))
        return Metrics.from_confusion(matrix, float(outputs["loss"].sum())).fields()

    def _epoch(self, epoch: int) -> None:
        self._reports(epoch)
        found: dict[str, float | None] = {"valid_loss": None, "valid_accuracy": None, "valid_macro_f1": None}
        if "valid" in self.splits:
            outputs = self._outputs(epoch)
            about = self._figures(outputs) | {"loss": self.losses[epoch - 1]}
            step = epoch * 4
            self._tell(
                ev.ValidationDone(
                    epoch=epoch, step=step, seconds=0.1, improved=True, best_epoch=epoch, best_loss=1.0, **about
                )
            )
            found = {f"valid_{name}": about[name] for name in ("loss", "accuracy", "macro_f1")}
            write_arrays(self.folder.predictions / f"epoch-{epoch:04d}.npz", **outputs)
            self._saved("predictions", f"predictions/epoch-{epoch:04d}.npz", epoch)
        weight = self._random.normal(size=(len(self.classes), int(np.prod(self.shape)))).astype(np.float32)
        write_arrays(self.folder.snapshots / f"epoch-{epoch:04d}.npz", weight=weight)
        self._saved("weights", f"snapshots/epoch-{epoch:04d}.npz", epoch)
        row = ev.EpochEnded(
            epoch=epoch, step=epoch * 4, train_loss=1.2 / epoch, train_accuracy=0.5, train_macro_f1=0.45,
            train_f1=(0.5,) * len(self.classes), improved=True, learning_rate=0.1 / epoch, samples_per_second=1000.0,
            seconds=1.5, train_seconds=1.0, valid_seconds=0.1, data_seconds=0.1, **found,
        )  # fmt: skip
        self._tell(row)

    def _reports(self, epoch: int) -> None:
        for number in range(1, 5):
            step = (epoch - 1) * 4 + number
            report = ev.BatchesReported(
                epoch=epoch, step=step, first_step=step, last_step=step, count=1, samples=4, correct=2,
                loss_mean=2.0 / step, loss_min=1.0, loss_max=2.0, loss_last=1.0, learning_rate=0.1 / epoch,
                data_seconds=0.1, step_seconds=0.1,
            )  # fmt: skip
            self._tell(report)

    def _evaluate(self, split: Split) -> None:
        outputs = self._outputs(self.epochs)
        found = self._figures(outputs)
        about = {"split": split, "weights": "best", "classes": self.classes, "seconds": 0.1, **found}
        write_json(self.folder.evaluation / f"{split}.json", about)
        write_arrays(self.folder.evaluation / f"{split}.npz", **outputs)

    def _summary(self) -> None:
        summaries.write(
            self.folder.summary,
            summaries.Summary(
                status=self.status, data="digits", model="softmax", started_at="2026-01-02T03:04:05+00:00",
                elapsed=9.0, epoch=self.epochs, epochs=self.epochs,
            ),
        )  # fmt: skip


def add_map(folder: RunFolder, count: int, *, seed: int = 2) -> dict[str, NDArray[Any]]:
    """evaluation/map-valid.npz for the first `count` validation images."""
    places = np.random.default_rng(seed).normal(size=(2, count, 2)).astype(np.float32)
    arrays = {"pca": places[0], "tsne": places[1], "indices": np.arange(count)}
    write_arrays(folder.evaluation / "map-valid.npz", **arrays)
    return arrays


def add_calibration(
    folder: RunFolder, *, temperature: float = 1.5, splits: Sequence[str] = ("valid", "test")
) -> Calibration:
    """evaluation/calibration.json of 18 images a split; without a temperature, as where all of them are right."""
    found: dict[str, SplitCalibration] = {}
    for split in splits:
        random = np.random.default_rng(len(split))
        confidence, right = random.uniform(0.4, 1, 18), random.random(18) < 0.6
        before, after = (believability(confidence / by, right, 0.75) for by in (1.0, temperature))
        found[split] = SplitCalibration(18, 18, before, after)
    outcome: Outcome = "fitted" if temperature != 1 else "all_right"
    made = Calibration(temperature, outcome, 18 if temperature != 1 else 0, "best", 3, found)
    calibration_file.write(folder, made)
    return made
