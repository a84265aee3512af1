"""What is measured, on a clock that only the test moves, and what is left out because it is there already."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from trainer.data import open_data
from trainer.data.decode import Decoded
from trainer.estimate import feature_time, reading_time, run_time, start_time, training_time
from trainer.launch import start
from trainer.models.feature_network import make_body
from trainer.pretrained import weights
from trainer.recommendation import source_facts
from trainer.settings import merge
from trainer.settings.recipes import load_recipe
from trainer.settings.schema import Data


class Clock:
    """Seconds that only go by where something is done."""

    def __init__(self) -> None:
        self.now = 0.0

    def perf_counter(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """60 images of each of two classes, 70x90 pixels."""
    monkeypatch.setenv("EPOCHSCOPE_CACHE", str(tmp_path / "cache"))
    for number, name in enumerate("ab"):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for image in range(60):
            Image.new("RGB", (90, 70), (image, 200 * number, 0)).save(tmp_path / "photos" / name / f"{image}.png")
    return tmp_path / "photos"


def read(photos: Path, large: int = 64) -> reading_time.ReadingTime:
    data = Data(source=str(photos))
    return reading_time.reading_time(source_facts(data), data, large)


@pytest.mark.parametrize(("cost", "workers"), [(0.1, 0), (0.02, 4)])
def test_decoding_is_measured_on_a_few_images(
    photos: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock, cost: float, workers: int
) -> None:
    decoded: list[str] = []

    def slowly(path: str, target: tuple[int, int]) -> Decoded | None:
        clock.now += cost if decoded else 100  # the first one stands for nothing
        decoded.append(path)
        return None

    monkeypatch.setattr(reading_time, "time", clock)
    monkeypatch.setattr(reading_time, "read_image", slowly)
    monkeypatch.setattr(reading_time, "decoders", lambda files, size: workers)
    monkeypatch.setattr(reading_time, "SECONDS", 100.5)
    found = read(photos)
    assert found.seconds == pytest.approx(120 * cost / max(1, workers))
    assert found.target == (64, 64)
    assert len(decoded) < 120


def test_images_in_the_cache_are_not_decoded(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_data(str(photos))
    monkeypatch.setattr(reading_time, "read_image", lambda *args: pytest.fail("decoded"))
    found = read(photos)
    assert (found.seconds, found.digest is None) == (0.0, False)
    monkeypatch.undo()
    assert read(photos, 224).digest is None  # another size, another entry


def test_steps_are_timed_but_for_the_first(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    costs = iter([50.0, *[0.25] * 100])

    def work(batch: Any) -> None:
        clock.now += next(costs)

    def batches() -> Iterator[Any]:
        while True:
            yield torch.zeros(10, 1), torch.zeros(10)

    monkeypatch.setattr(training_time, "time", clock)
    assert training_time._seconds_an_image(batches(), work, 2.0) == pytest.approx(0.025)


@pytest.fixture
def small(photos: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Path:
    """The quickest measurement there is, and weights that need no package."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        tensors = make_body("efficientnet_lite0")[0].state_dict()
    monkeypatch.setattr(weights, "published_weights", lambda *given: tensors)
    monkeypatch.setattr(run_time, "pretrained_installed", lambda: True)
    monkeypatch.setattr("trainer.estimate.start_time.start_seconds", lambda: 7.0)
    for module in (training_time, feature_time, reading_time):
        monkeypatch.setattr(module, "SECONDS", 0.0)
    return photos


@pytest.mark.slow
def test_a_second_run_is_told_to_be_shorter(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a run leaves behind is found under the very names that the run gave it."""
    monkeypatch.setattr("trainer.pretrained.extraction._by_onnxruntime", lambda *args: None)
    settings = merge(
        load_recipe("photos").values,
        {"data": {"source": str(small), "size": 32}, "backbone": {"size": 32}, "train": {"epochs": 1}},
    )
    root, count = tmp_path / "runs", 120

    def measured() -> tuple[float, feature_time.FeatureTime]:
        reading = reading_time.reading_time(source_facts(settings.data), settings.data, 224)
        return reading.seconds, feature_time.feature_time(settings, reading, count, root)

    decoding, first = measured()
    assert decoding > 0
    assert first.seconds > first.weights
    assert not root.exists()
    start(settings, root, name="run")
    monkeypatch.setattr(feature_time, "make_extractor", lambda *args: pytest.fail("the features are there"))
    decoding, again = measured()
    assert decoding == 0
    assert again.seconds == again.weights > 0


def test_what_is_not_installed_is_left_out(monkeypatch: pytest.MonkeyPatch, small: Path, tmp_path: Path) -> None:
    monkeypatch.setattr(run_time, "pretrained_installed", lambda: False)
    found = run_time.run_times(Data(), tmp_path)
    assert list(found) == ["cnn", "linear"]
    assert [times.epochs for times in found.values()] == [10, 5]
    assert found["cnn"].once == 0
    for times in found.values():
        assert times.start == 7.0
        assert times.total == pytest.approx(7.0 + times.read + times.train + times.evaluate)
        assert times.train > 0


def test_a_process_that_takes_too_long_to_start_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start_time, "CODE", "import time; time.sleep(60)")
    monkeypatch.setattr(start_time, "TIMEOUT", 0.2)
    assert start_time.start_seconds.__wrapped__() >= 0.2


def test_the_process_that_is_timed_does_what_a_run_does() -> None:
    """Else a failure at its first line would be told as a quick start."""
    done = subprocess.run([sys.executable, "-P", "-c", start_time.CODE], capture_output=True, text=True, check=True)
    assert "--recipe" in done.stdout
    assert done.stderr == ""
