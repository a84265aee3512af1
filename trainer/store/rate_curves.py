"""Learning-rate range tests on disk: one JSON file each, beside the runs, under a key of what the test depends on.

A report or a window finds the test that fits a run by the run's settings. [no torch]
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from trainer.store import durable
from trainer.text.json_text import parse_json
from trainer.text.nested_tables import table_of

FOLDER = ".rates"
MAX_BYTES = 16 << 20
Rule = Literal["steepest", "valley"]
Stop = Literal["end", "exploded", "not_finite"]
_LEFT_OUT: dict[str, tuple[str, ...]] = {
    "train": ("lr", "epochs", "schedule", "warmup", "step_epochs", "step_factor", "threads", "eval_batch", "shard"),
    "backbone": ("digest",),
}
"""Settings that a range test does not depend on."""
_TABLES = ("data", "augment", "train", "softmax", "mlp", "cnn", "resnet9", "backbone", "head")


class RateCurve(msgspec.Struct, frozen=True, kw_only=True):
    """A learning-rate range test: the training loss while the rate rises from step to step."""

    rates: tuple[float, ...]
    """Learning rate of the first parameter group at each step (N,), rising; above 0."""
    losses: tuple[float, ...]
    """Loss of the batch of each step (N,), before its update; in nats for cross-entropy; finite."""
    smoothed: tuple[float, ...]
    """Exponential average of the losses with bias correction (N,); the share of a new loss is 0.02."""
    stopped: Stop
    """Why it ended: "end" (all steps were made), "exploded" (the smoothed loss was above 4 times its lowest value) or
    "not_finite" (the loss or a gradient at the next rate)."""
    rule: Rule
    """Which rule made the proposal: "steepest" or "valley"."""
    proposal: float | None
    """Learning rate proposed by the rule; None where the loss did not fall."""
    proposals: dict[str, float | None]
    """The same of every rule, by its name."""
    present: float
    """Learning rate in the settings, or of the optimiser."""
    settings: dict[str, Any] = {}
    """Settings the test was made with, by table; empty for a Trainer of the caller's own."""
    format: int = 1
    """Version of the file's format."""


_decoder = msgspec.json.Decoder(RateCurve, strict=False)


def curve_path(root: Path, settings: Mapping[str, Any]) -> Path:
    """Where the range test of these settings (tables as in run.toml) is kept under the root of all runs."""
    tables: dict[str, Any] = {"model": settings.get("model")}
    for name in _TABLES:
        out = _LEFT_OUT.get(name, ())
        tables[name] = {key: value for key, value in table_of(settings, name).items() if key not in out and value}
    text = json.dumps(tables, sort_keys=True, default=str)
    return root / FOLDER / f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.json"


def write_curve(path: Path, curve: RateCurve) -> None:
    """Write it, making the folder where it is missing. Raises DiskError."""
    durable.ensure_folder(path.parent)
    durable.write_json(path, msgspec.to_builtins(curve))


def read_curve(path: Path) -> RateCurve | None:
    """The range test in this file; None where there is none that can be read."""
    try:
        return parse_json(_decoder, durable.read_bytes(path, MAX_BYTES))
    except (OSError, ValueError):
        return None
