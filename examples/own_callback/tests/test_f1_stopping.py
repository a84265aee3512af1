"""The contract of all callbacks; this one by itself, in a run, and over a stop and a resumption."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from f1_stopping import F1Stopping

from callbacks.testing import Check, callback_contract, recorded, replay
from trainer import Result, Trainer, build_model, open_data
from trainer.errors import UsageError


@callback_contract(F1Stopping, lambda: F1Stopping(patience=1, min_gain=1.0))
def test_it_keeps_the_contract(check: Check) -> None:
    check()


def test_a_recorded_run_is_ended_where_it_should_be() -> None:
    played = replay(F1Stopping(patience=1, min_gain=1.0), recorded("completed"))
    assert played.stop is not None
    assert played.stop.epoch == 2


def fit(callback: F1Stopping, folder: Path | None = None, *, epochs: int = 8, resume: bool = False) -> Result:
    """Softmax regression on digits, a second."""
    data = open_data("digits", samples=300)
    model = build_model("softmax", data.input_shape, len(data.classes))
    return Trainer(model, data, epochs=epochs, callbacks=[callback], run_dir=folder).fit(resume=resume)


def test_no_rise_is_enough_where_the_gain_is_out_of_reach() -> None:
    result = fit(F1Stopping(patience=2, min_gain=1.0))
    assert result.status == "completed"
    assert len(result.history) == 3  # the first epoch is the best, two more are waited for


def test_a_run_that_gets_better_is_left_alone() -> None:
    assert len(fit(F1Stopping(patience=8)).history) == 8


def test_state_goes_through_a_checkpoint(tmp_path: Path) -> None:
    first = F1Stopping(patience=50, min_gain=1.0)
    fit(first, tmp_path / "run", epochs=3)
    second = F1Stopping(patience=50, min_gain=1.0)
    fit(second, tmp_path / "run", epochs=5, resume=True)
    assert (first.waited, second.waited) == (2, 4)
    assert second.best == first.best


@pytest.mark.parametrize("options", [{"patience": 0}, {"min_gain": -0.1}])
def test_options_out_of_range_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="patience"):
        F1Stopping(**options)
