"""Ctrl-C that Python loses is heard nevertheless."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("optuna", reason="Optuna is not installed: pip install 'epochscope[search]'")

from tests.search.test_parameter_search import plan
from trainer.search.parameter_search import ParameterSearch
from trainer.search.search_interrupts import SearchInterrupts
from trainer.store.folder import RunFolder, state


class Finalised:
    def __del__(self) -> None:
        signal.raise_signal(signal.SIGINT)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_one_that_comes_in_a_finaliser_is_remembered() -> None:
    before = signal.getsignal(signal.SIGINT)
    with SearchInterrupts(True) as interrupts:
        assert not interrupts.came
        last = Finalised()
        del last
        assert interrupts.came
    assert signal.getsignal(signal.SIGINT) is before


def test_without_listening_nothing_is_changed() -> None:
    before = signal.getsignal(signal.SIGINT)
    with SearchInterrupts(False) as interrupts:
        assert signal.getsignal(signal.SIGINT) is before
        interrupts.repeat()
    assert not interrupts.came


def test_a_search_stops_though_it_was_lost_before_the_run(tmp_path: Path) -> None:
    def conduct(work: Callable[..., Any]) -> Any:
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        return work()

    record = ParameterSearch(plan(train={"epochs": 50}), tmp_path, "lost", conduct=conduct, signals=True).run()
    assert (record.state, record.finished) == ("stopped", 0)
    assert state(RunFolder(tmp_path / "lost-1")) == "stopped"


def test_a_search_stops_though_it_was_lost_between_two_runs(tmp_path: Path) -> None:
    def announce(number: int, *_: object) -> None:
        if number == 2:
            with contextlib.suppress(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)

    record = ParameterSearch(plan(), tmp_path, "lost", announce=announce, signals=True).run()
    assert (record.state, record.finished) == ("stopped", 1)
