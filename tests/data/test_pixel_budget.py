"""Large images wait for each other: over threads, over worker processes, and where one of them dies."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from trainer.data import decode_pool
from trainer.data.decode_job import Job
from trainer.data.image_set import no_progress
from trainer.data.pixel_budget import PixelBudget


class Watched(PixelBudget):
    """Remembers the most that was held at a time, and how often there was room."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.held = self.peak = self.times = 0
        self._watch = threading.Lock()

    @contextmanager
    def room(self, pixels: int) -> Iterator[None]:
        with super().room(pixels):
            with self._watch:
                self.held += pixels
                self.times += 1
                self.peak = max(self.peak, self.held)
            try:
                yield
            finally:
                with self._watch:
                    self.held -= pixels


def test_threads_never_hold_more_than_the_budget_and_all_get_their_turn() -> None:
    budget = Watched(100)
    sizes = np.random.default_rng(0).integers(1, 80, 60).tolist()

    def decode(pixels: int) -> None:
        with budget.room(pixels):
            time.sleep(0.001)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(decode, sizes))
    assert budget.times == 60
    assert 80 < budget.peak <= 100  # several at a time, but not too many


def test_an_image_larger_than_the_budget_is_decoded_alone() -> None:
    budget = PixelBudget(10)
    entered = threading.Event()

    def small() -> None:
        with budget.room(1):
            entered.set()

    with budget.room(1000):
        thread = threading.Thread(target=small)
        thread.start()
        assert not entered.wait(0.05)
    thread.join()
    assert entered.is_set()


def test_room_is_given_back_where_decoding_fails() -> None:
    budget = PixelBudget(10)
    with pytest.raises(OSError, match="damaged"), budget.room(10):
        raise OSError("damaged")
    with budget.room(10):
        pass


def test_a_worker_that_dies_gives_its_room_back(monkeypatch: pytest.MonkeyPatch) -> None:
    budget = Watched(10)
    monkeypatch.setattr(decode_pool, "SHARED", budget)
    asked = io.StringIO()
    with pytest.raises(ValueError, match="Expecting value"):  # no line, where an answer was expected
        decode_pool._answer(asked, io.StringIO('{"pixels": 9}\n'))
    assert (asked.getvalue(), budget.times, budget.held) == ("\n", 1, 0)


@pytest.mark.parametrize("budget", [5_000_000, 11_000_000])
def test_workers_share_the_budget_of_the_process_that_started_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, budget: int
) -> None:
    """Twelve images of five megapixels, and as many small ones, by two workers. The pixels are those of one process."""
    names = []
    for number in range(12):
        Image.new("RGB", (2500, 2000), (number, 20 * number, 0)).save(tmp_path / f"{number}.png", compress_level=1)
        Image.new("RGB", (20, 20), (0, number, 20 * number)).save(tmp_path / f"{number}s.png")
        names += [f"{number}.png", f"{number}s.png"]
    shared = Watched(budget)
    monkeypatch.setattr(decode_pool, "SHARED", shared)
    monkeypatch.setattr(decode_pool, "PIECE", 2)
    found = {}
    for workers in (0, 2):
        out = tmp_path / str(workers)
        out.mkdir()
        monkeypatch.setattr(decode_pool, "decoders", lambda files, size, count=workers: count)
        assert not decode_pool.decode_all(Job(str(tmp_path), str(out), 8, 8), names, 0, no_progress)
        found[workers] = (out / "pixels").read_bytes()
    assert found[0] == found[2]
    assert (shared.times, shared.held) == (12, 0)
    assert 5_000_000 <= shared.peak <= budget
