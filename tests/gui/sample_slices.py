"""A run that fails on the images of one camera, and what the helper says of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from gui.viewmodels.selection import OpenRun
from tests.gui.sample_runs import KEY, Arrays, SampleRun
from trainer.analysis.run_slices import run_facts
from trainer.cli.slice_requests import slices_answer
from trainer.cli.slices import evaluation_of
from trainer.store.arrays import write_arrays
from trainer.store.durable import write_json
from trainer.store.thumbnails import SplitImages, publish


class SliceRun(SampleRun):
    """`bad` (N,): the images of the second camera. The answers to the test images are those of the last epoch."""

    def __init__(self, root: Path, **given: Any) -> None:
        super().__init__(root, per_class=80, **given)
        self.bad = np.arange(len(self.labels)) // 3 % 6 == 0

    def make(self) -> OpenRun:
        """With what tells of its data."""
        self.run = super().make()
        self.folder.environment.write_text(json.dumps({"data_fingerprint": KEY}), "utf-8")
        return self.run

    def publish(self) -> None:
        """The images of the second camera are dark."""
        light = np.where(self.bad, 0.3, 1.0)[:, None, None, None]
        pixels = (self._random.integers(0, 256, (len(self.labels), 8, 8, 3)) * light).astype(np.uint8)
        paths = [f"{self.classes[label]}/cam{1 + self.bad[i]}_{i:03}.png" for i, label in enumerate(self.labels)]
        split = SplitImages(pixels, self.labels, [(8, 8)] * len(paths), paths)
        path, size = publish(self.folder.path.parent, KEY, self.classes, dict.fromkeys(self.splits, split))
        self.snapshot("images", None, path.relative_to(self.folder.path.parent).as_posix(), 0, size)

    def made(self, epoch: int) -> Arrays:
        """Two of three of them are wrong, of the others one in twenty."""
        if self.epochs in self.outputs and epoch == self.epochs:
            return self.outputs[epoch]
        found, place = super().made(epoch), np.arange(len(self.labels))
        wrong = np.where(self.bad, place // 18 % 3 > 0, place % 20 == 0)
        predicted = np.where(wrong, (self.labels + 1) % len(self.classes), self.labels).astype(np.uint16)
        return {**found, "predicted": predicted}

    def evaluate(self) -> None:
        """The test, and the same answers for the validation images."""
        super().evaluate()
        for split in self.splits:
            write_arrays(self.folder.evaluation / f"{split}.npz", **self.outputs[self.epochs])
            about = {"split": split, "weights": "best", "classes": self.classes, "seconds": 0.1}
            figures = self._figures(self.outputs[self.epochs])
            write_json(self.folder.evaluation / f"{split}.json", about | figures)

    def answer(self, out: Path, split: str = "test", pattern: str = "") -> dict[str, Any]:
        """What the helper answers, as it comes through JSON."""
        evaluation = evaluation_of(self.folder, split)
        known = run_facts(self.folder, split, self.classes)
        found = slices_answer(self.folder, evaluation, known, out, pattern)
        answer: dict[str, Any] = json.loads(json.dumps({"ok": True, **found}, default=str))
        return answer
