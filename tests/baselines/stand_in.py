"""A contestant's process without torch, for tests of the contest: `python -m tests.baselines.stand_in JSON`.

What it does depends on its contestant: `numpy` finishes at once, `sklearn` fails with an error of ours, `pytorch-seed`
dies without a word, `pytorch-linear` trains until it is asked to stop.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from trainer import events as ev
from trainer.store.folder import current_owner, write_owner
from trainer.store.journal import JournalWriter
from trainer.store.requests import poll, remove
from trainer.store.run_creation import create_run

FIGURES: dict[str, Any] = {
    "loss": 1.0, "accuracy": 0.5, "weighted_f1": 0.5, "precision": (0.5, 0.5), "recall": (0.5, 0.5), "f1": (0.5, 0.5),
    "support": (2, 2), "confusion": ((1, 1), (1, 1)), "samples": 4, "seconds": 0.1,
}  # fmt: skip


def epoch(number: int, f1: float, seconds: float) -> ev.EpochEnded:
    """One of 100 images."""
    return ev.EpochEnded(
        epoch=number, step=number, train_loss=1.0, train_accuracy=0.5, train_macro_f1=0.5, train_f1=(0.5, 0.5),
        valid_loss=1.0, valid_accuracy=f1, valid_macro_f1=f1, improved=True, learning_rate=0.1,
        samples_per_second=100 / seconds, seconds=seconds, train_seconds=seconds, valid_seconds=0.0, data_seconds=0.0,
    )  # fmt: skip


def started(name: str) -> ev.RunStarted:
    """Of a run of three epochs."""
    return ev.RunStarted(
        epoch=0, step=0, run_id=name, attempt=1, resumed_step=0, resumed_seq=0, started_at="", epochs=3,
        steps_per_epoch=1, settings={}, classes=("a", "b"), split_sizes={"train": 100, "valid": 4, "test": 4},
        model="softmax", parameters=2, input_shape=(1, 1, 1), device="cpu", seed=1, threads=1, callbacks=(),
        versions={}, exact_resume="exact",
    )  # fmt: skip


def evaluation(split: Any, f1: float) -> ev.EvaluationDone:
    """With this macro-F1."""
    return ev.EvaluationDone(epoch=3, step=3, split=split, weights="best", macro_f1=f1, **FIGURES)


def main() -> int:
    """What the contestant does."""
    spec = json.loads(sys.argv[1])
    if spec["kind"] == "data":
        print(json.dumps({"error": {"code": "data.bad", "what": "3 images cannot be read.", "exit_code": 5}}))
        return 5
    kind = spec["name"].rsplit("compare-digits-")[-1]
    if kind == "sklearn":
        print(json.dumps({"error": {"code": "data.bad", "what": "Too few images.", "fix": "more", "exit_code": 7}}))
        return 7
    folder = create_run(Path(spec["root"]), spec["name"])
    write_owner(folder, current_owner(1))
    writer = JournalWriter(folder.journal, 1)

    def say(event: ev.Event) -> None:
        writer.write(event, t=0.0, wall=0)

    say(started(spec["name"]))
    for number in (1, 2, 3):
        say(epoch(number, 0.1 * number, 2.0))
    if kind == "pytorch-seed":
        print("Segmentation fault, or so", file=sys.stderr, flush=True)
        os._exit(9)
    if kind == "pytorch-linear":
        return wait(folder, say)
    for split in ("train", "valid", "test"):
        say(evaluation(split, 0.3))
    say(ev.RunEnded(epoch=3, step=3, status="completed", reason=""))
    print(json.dumps({"status": "completed", "peak_memory_mb": 12.5, "prepared_seconds": 0.5, "notes": ["Fine."]}))
    return 0


def wait(folder: Any, say: Any) -> int:
    """Until there is a request; at most half a minute."""
    for _ in range(600):
        for found in poll(folder):
            remove(folder, found.file)
            say(ev.RunEnded(epoch=3, step=3, status="stopped", reason="Ctrl-C"))
            print(json.dumps({"status": "stopped"}))
            return 0
        time.sleep(0.05)
    return 1


if __name__ == "__main__":
    sys.exit(main())
