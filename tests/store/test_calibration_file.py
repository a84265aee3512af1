"""evaluation/calibration.json: what was written is read again; what cannot be is refused, and says why."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.errors import DataError, NewerVersionError
from trainer.metrics.calibration import Calibration, SplitCalibration, believability
from trainer.store import calibration_file
from trainer.store.folder import RunFolder
from trainer.store.run_creation import create_run


def calibration(temperature: float = 1.25, images: int = 30) -> Calibration:
    random = np.random.default_rng(images)
    confidence, right = random.random(images), random.random(images) < 0.5
    one = SplitCalibration(images, images + 2, *(believability(confidence**power, right, 0.5) for power in (1, 2)))
    return Calibration(temperature, "fitted", images, "best", 3, {"valid": one, "test": one})


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return create_run(tmp_path / "runs", "one")


@settings(max_examples=20, deadline=None)
@given(st.floats(0.05, 20), st.integers(1, 300))
def test_what_was_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, temperature: float, images: int
) -> None:
    folder = create_run(tmp_path_factory.mktemp("runs"), "one")
    written = calibration(temperature, images)
    calibration_file.write(folder, written)
    assert calibration_file.read(folder) == written
    assert calibration_file.find(folder) == written


def test_it_stays_small(folder: RunFolder) -> None:
    calibration_file.write(folder, calibration(images=100_000))
    assert (folder.path / calibration_file.FILE).stat().st_size < 64 << 10


def test_a_temperature_is_that_of_its_own_weights(folder: RunFolder) -> None:
    assert calibration_file.temperature(folder, "best", 3) == 1.0
    calibration_file.write(folder, calibration())
    assert calibration_file.temperature(folder, "best", 3) == 1.25
    assert calibration_file.temperature(folder, "best", 4) == 1.0, "the run went on, and has better ones"
    assert calibration_file.temperature(folder, "last", 3) == 1.0


def test_another_file_is_noticed(folder: RunFolder) -> None:
    assert calibration_file.stamp(folder) == ()
    calibration_file.write(folder, calibration())
    before = calibration_file.stamp(folder)
    calibration_file.write(folder, calibration(images=31))
    assert calibration_file.stamp(folder) not in ((), before)


Change = Callable[[dict[str, Any]], object]


def stage(found: dict[str, Any]) -> dict[str, Any]:
    return found["splits"]["test"]["after"]


NONSENSE: dict[str, Change] = {
    "no temperature": lambda found: found.pop("temperature"),
    "zero": lambda found: found.update(temperature=0.0),
    "too hot": lambda found: found.update(temperature=1e9),
    "text": lambda found: found.update(temperature="warm"),
    "unknown outcome": lambda found: found.update(outcome="lucky"),
    "more images than there are": lambda found: found["splits"]["test"].update(images=33),
    "no images": lambda found: found["splits"]["test"].update(images=0, total=0),
    "a bin more": lambda found: stage(found)["reliability"]["counts"].append(0),
    "no bins": lambda found: stage(found)["reliability"].update(counts=[], confidence=[], accuracy=[]),
    "fewer than nothing": lambda found: stage(found)["reliability"]["counts"].__setitem__(slice(0, 2), [-1, 31]),
    "other images in bins": lambda found: stage(found)["reliability"]["counts"].__setitem__(0, 99),
    "accuracy of 2": lambda found: stage(found)["reliability"]["accuracy"].__setitem__(3, 2.0),
    "error of 2": lambda found: stage(found).update(ece=2.0),
    "a point less": lambda found: stage(found)["coverage"]["accuracy"].pop(),
    "no curve": lambda found: stage(found).update(coverage={"coverage": [], "accuracy": [], "confidence": []}),
    "backwards": lambda found: stage(found)["coverage"]["coverage"].reverse(),
}


@pytest.mark.parametrize("change", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_refused(folder: RunFolder, change: Change) -> None:
    calibration_file.write(folder, calibration())
    path = folder.path / calibration_file.FILE
    found = json.loads(path.read_text())
    change(found)
    path.write_text(json.dumps(found))
    with pytest.raises(ValueError, match=r"."):
        calibration_file.read(folder)
    assert calibration_file.find(folder) is None
    assert calibration_file.temperature(folder, "best", 3) == 1.0


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"[" * 5000, b"\xff\x00", b'{"format": 1}', b'{"format": "x"}'])
def test_what_is_no_such_file_is_refused(folder: RunFolder, text: bytes) -> None:
    (folder.path / calibration_file.FILE).write_bytes(text)
    with pytest.raises(ValueError, match=r"."):
        calibration_file.read(folder)
    assert calibration_file.find(folder) is None


def test_a_file_of_a_newer_version_is_said_to_be_newer(folder: RunFolder) -> None:
    (folder.path / calibration_file.FILE).write_text('{"format": 2, "warmth": 3}')
    for read in (calibration_file.read, calibration_file.find):
        with pytest.raises(NewerVersionError):
            read(folder)


def test_a_file_outside_of_the_run_is_not_opened(folder: RunFolder, tmp_path: Path) -> None:
    calibration_file.write(folder, calibration())
    path = folder.path / calibration_file.FILE
    path.rename(tmp_path / "elsewhere.json")
    path.symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(DataError, match="outside"):
        calibration_file.read(folder)
    assert calibration_file.find(folder) is None
