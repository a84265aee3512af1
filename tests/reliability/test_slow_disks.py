"""A network disk whose every call takes long: training goes on, hears what it is asked, and is not taken for dead."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.reliability.harness import assert_same
from tests.reliability.scripted_losses import build
from tests.reliability.slow_disk import SlowDisk, slowly
from trainer.engine import run_guard
from trainer.events import BatchEnded, RequestHandled
from trainer.store import durable, heartbeat, lock, requests
from trainer.store.folder import RunFolder, state
from trainer.store.heartbeat import Heartbeat

SCALE = 0.1
"""Two seconds a call in a tenth of the time."""
LATENCY = 2.0


def test_a_slow_disk_changes_nothing(
    tmp_path: Path, whole_hills: dict[bool, RunFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stop is asked for by a file, and the run is resumed."""
    disk = SlowDisk(0.002)
    monkeypatch.setattr(durable, "seam", disk)
    run = RunFolder(tmp_path / "run")
    trainer = build(run.path)
    answers: list[RequestHandled] = []
    trainer.on(RequestHandled, answers.append)

    def ask(event: BatchEnded) -> None:
        if event.step == 8:
            asked = requests.post(run, "stop", source="test")
            end = time.monotonic() + 20
            while not trainer._control.waiting and time.monotonic() < end:
                time.sleep(0.005)
            assert asked.id

    trainer.on(BatchEnded, ask)
    assert trainer.fit().status == "stopped"
    assert [(one.result, one.step) for one in answers] == [("done", 8)]
    assert state(run) == "stopped"
    build(run.path).fit(resume=True)
    assert disk.calls > 200
    assert_same(run, whole_hills[False])


class Observer:
    """Another machine that sees the heartbeat, slowly, and not the lock."""

    def __init__(self, run: RunFolder) -> None:
        self.run = run
        self.seen: list[bool] = []
        self.takeovers: list[bool] = []
        self._end = threading.Event()
        self._threads = [threading.Thread(target=one) for one in (self._look, self._take)]
        for thread in self._threads:
            thread.start()

    def _look(self) -> None:
        heart = Heartbeat(self.run.path)
        while not self._end.wait(0.02):
            alive = heart.look()
            if heart._moves:
                self.seen.append(alive)

    def _take(self) -> None:
        while not self._end.is_set():
            self.takeovers.append(heartbeat.works_elsewhere(self.run.path, heartbeat.TAKEOVER_SECONDS))

    def close(self) -> None:
        self._end.set()
        for thread in self._threads:
            thread.join()


@pytest.mark.crash
@pytest.mark.timeout(600)
def test_two_seconds_a_call_are_no_death(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = SlowDisk(SCALE * LATENCY)
    monkeypatch.setattr(durable, "seam", disk)
    for module, name in (
        (run_guard, "BEAT_SECONDS"),
        (run_guard, "POLL_SECONDS"),
        (heartbeat, "FRESH_SECONDS"),
        (heartbeat, "WATCH_SECONDS"),
        (heartbeat, "TAKEOVER_SECONDS"),
    ):
        monkeypatch.setattr(module, name, SCALE * getattr(module, name))
    monkeypatch.setattr(requests, "poll", slowly(disk, requests.poll, calls=4))
    monkeypatch.setattr(heartbeat, "_read_beat", slowly(disk, heartbeat._read_beat, calls=3))
    monkeypatch.setattr(heartbeat, "platform", SimpleNamespace(node=lambda: "another"))
    monkeypatch.setattr(lock, "is_locked", lambda path: None)
    run = RunFolder(tmp_path / "run")
    trainer = build(run.path, epochs=2)
    observers: list[Observer] = []
    trainer.on(BatchEnded, lambda event: event.step == 1 and observers.append(Observer(run)))
    # the last save takes several seconds; then the run says its end
    trainer.on(BatchEnded, lambda event: event.step == 10 and observers[0].close())
    assert trainer.fit().status == "completed"
    (observer,) = observers
    assert len(observer.seen) > 20
    assert all(observer.seen)
    assert len(observer.takeovers) > 3
    assert all(observer.takeovers)
