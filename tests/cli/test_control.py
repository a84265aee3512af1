"""`pause`, `stop` and `checkpoint` say in words what the engine answered in codes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli
from trainer.events import RequestHandled
from trainer.store import folder as folders
from trainer.store import requests
from trainer.store.journal import JournalWriter
from trainer.store.run_creation import create_run

Engine = Callable[..., None]
PATIENCE_SECONDS = 30.0


@pytest.fixture
def engine(runs: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Something like an engine: it answers the next request to the run `live` as it is told to."""
    monkeypatch.setattr("trainer.cli.control.WAIT_SECONDS", PATIENCE_SECONDS)
    run = create_run(runs, "live")
    folders.write_owner(run, folders.current_owner(1))
    lock = folders.acquire(run)
    journal = JournalWriter(run.journal, 1)
    threads: list[threading.Thread] = []

    def answer(**values: Any) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while not (found := requests.poll(run)) and time.monotonic() < until:
            time.sleep(0.01)
        for request in found:
            journal.write(RequestHandled(epoch=1, step=1, id=request.id, **values), t=1.0, wall=1)
            journal.sync()
            requests.remove(run, request.file)

    def start(**values: Any) -> None:
        for thread in threads:
            thread.join()  # until it has removed its request, which the next one would answer too
        threads.append(threading.Thread(target=answer, kwargs={"reason": "", **values}))
        threads[-1].start()

    yield start
    for thread in threads:
        thread.join()
    journal.close()
    lock.release()


def test_a_refusal_is_told_by_its_code(cli: Cli, engine: Engine) -> None:
    engine(result="refused", code="request.no_checkpoint_callback")
    answer = cli("checkpoint", "live")
    assert (answer.code, answer.out) == (4, "")
    assert "live refused: this run has no Checkpoint callback" in answer.err
    engine(result="stale", code="request.stale", parameters={"attempt": 1})
    assert "live refused: meant for attempt 1" in cli("stop", "live").err


def test_what_needed_no_doing_is_told_by_its_code(cli: Cli, engine: Engine) -> None:
    engine(result="already", code="request.stopping")
    assert cli("stop", "live").out == "nothing to do: the run is stopping\n"


def test_a_checkpoint_is_named_by_its_path(cli: Cli, engine: Engine) -> None:
    engine(result="done", path="checkpoints/manual-000000003.safetensors", reason="unread")
    assert cli("checkpoint", "live").out == "live saved checkpoints/manual-000000003.safetensors\n"


def test_an_engine_of_an_older_version_is_quoted(cli: Cli, engine: Engine) -> None:
    engine(result="already", reason="the run is paused")
    assert cli("pause", "live").out == "nothing to do: the run is paused\n"
    engine(result="done", reason="checkpoints/manual-000000003.safetensors")
    assert cli("checkpoint", "live").out == "live saved checkpoints/manual-000000003.safetensors\n"
