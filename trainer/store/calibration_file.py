"""evaluation/calibration.json of a run folder, written and read only here. [no torch]"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import msgspec

from trainer.errors import DataError
from trainer.metrics.calibration import Believability, Calibration, SplitCalibration
from trainer.metrics.temperature import COLDEST, HOTTEST
from trainer.store import durable
from trainer.store.change_stamp import Stamp, change_stamp
from trainer.store.folder import RunFolder, confined
from trainer.store.versions import VERSIONS, check_json_version
from trainer.text.json_text import parse_json

FILE = "evaluation/calibration.json"
MAX_BYTES = 4 << 20


_decoder = msgspec.json.Decoder(Calibration)


def write(folder: RunFolder, calibration: Calibration) -> None:
    """Write the file. Raises DiskError."""
    text = json.dumps({"format": VERSIONS["calibration"], **asdict(calibration)}, allow_nan=False)
    durable.write_text(folder.path / FILE, text + "\n")


def read(folder: RunFolder) -> Calibration:
    """Read the file. Raises FileNotFoundError if there is none; OSError, DataError `run.outside` or ValueError if it
    cannot be read or is inconsistent; NewerVersionError."""
    text = durable.read_bytes(confined(folder, FILE), MAX_BYTES)
    check_json_version("calibration", text, FILE)
    found = parse_json(_decoder, text)
    for problem in _problems(found):
        raise ValueError(problem)
    return found


def find(folder: RunFolder) -> Calibration | None:
    """The same, but None if there is no usable file. Raises NewerVersionError."""
    try:
        return read(folder)
    except (DataError, OSError, ValueError):
        return None


def temperature(folder: RunFolder, weights: str, epoch: int) -> float:
    """What to divide the logits of these weights by: 1 if the run was not calibrated, or with other weights. Raises
    NewerVersionError."""
    found = find(folder)
    return found.temperature if found is not None and (found.weights, found.epoch) == (weights, epoch) else 1.0


def stamp(folder: RunFolder) -> Stamp:
    """A stamp that changes when the file is replaced; empty if there is none."""
    return change_stamp(folder.path / FILE)


def _problems(found: Calibration) -> Iterator[str]:
    """Inconsistencies in the file."""
    if not COLDEST <= found.temperature <= HOTTEST:
        yield f"its temperature is {found.temperature}"
    for split, one in found.splits.items():
        if not 0 < one.images <= one.total:
            yield f"{split}: {one.images} of {one.total} images"
        for stage in (one.before, one.after):
            yield from (f"{split}: {problem}" for problem in _of_stage(stage, one))


def _of_stage(stage: Believability, split: SplitCalibration) -> Iterator[str]:
    bins, curve = stage.reliability, stage.coverage
    columns: list[tuple[Any, ...]] = [bins.confidence, bins.accuracy]
    if not bins.counts or any(len(column) != len(bins.counts) for column in columns):
        yield "bins of several numbers"
    elif min(bins.counts) < 0 or sum(bins.counts) != split.images:
        yield f"{sum(bins.counts)} images in bins, not {split.images}"
    curves = (curve.coverage, curve.accuracy, curve.confidence)
    if not curve.coverage or len({len(column) for column in curves}) != 1:
        yield "a curve of several lengths"
    if not all(0 <= value <= 1 for column in (*columns, *curves, (stage.ece,)) for value in column):
        yield "a share outside of 0 ... 1"
    if list(curve.coverage) != sorted(curve.coverage):
        yield "a curve that goes back"
    if stage.nll is not None and not math.isfinite(stage.nll):
        yield "a likelihood that is not finite"
