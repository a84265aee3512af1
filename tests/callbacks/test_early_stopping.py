"""EarlyStopping: when it stops, also over a resumption."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callbacks.early_stopping import EarlyStopping
from tests.callbacks.test_timing import changed
from tests.engine.fakes import at_step, batches, make, raising
from tests.engine.test_rules_best import INF, NAN, Scripted
from trainer.errors import UsageError


def epochs_run(losses: list[float], *, resume_after: int = 0, folder: Path | None = None, **options: Any) -> int:
    script = Scripted(losses)
    data = {"train": batches(1), "valid": batches(1, seed=1)}
    for resume in (False, True) if resume_after else (False,):
        trainer = make(data=data, loss=script, epochs=len(losses), callbacks=[EarlyStopping(**options)], run_dir=folder)
        if resume_after and not resume:
            at_step(trainer, resume_after, lambda trainer=trainer: trainer.stop("epoch"))
        result = trainer.fit(resume=resume)
    assert result.status == "completed"
    assert (result.reason == "early_stopping") == (len(result.history) < len(losses)) or len(result.history) == len(
        losses
    )
    return len(result.history)


CASES = [
    ([3.0, 2.0, 1.0, 0.5, 0.4], {"patience": 1}, 5),
    ([1.0, 2.0, 3.0, 4.0, 5.0], {"patience": 1}, 2),
    ([1.0, 2.0, 3.0, 4.0, 5.0], {"patience": 3}, 4),
    ([1.0, 1.0, 1.0, 1.0, 1.0], {"patience": 2}, 3),
    ([1.0, 2.0, 0.9, 2.0, 2.0], {"patience": 2}, 5),
    ([1.0, 0.95, 0.91, 0.85, 0.1], {"patience": 2, "min_delta": 0.1}, 3),
    ([1.0, 0.8, 0.6, 0.4, 0.2], {"patience": 1, "min_delta": 0.1}, 5),
    ([NAN, NAN, 1.0, 1.0, 1.0], {"patience": 2}, 2),
    ([1.0, NAN, INF, 0.5, 0.4], {"patience": 3}, 5),
    ([1.0, 0.0, -1.0, -2.0, -1.5], {"patience": 1}, 5),
    ([0.0, 0.0, 1.0, 1.0, 1.0], {"patience": 2}, 3),
]


@pytest.mark.parametrize(("losses", "options", "expected"), CASES)
def test_it_stops_after_patience_epochs_without_a_smaller_loss(
    losses: list[float], options: Any, expected: int
) -> None:
    assert epochs_run(losses, **options) == expected


@pytest.mark.parametrize("case", [2, 4, 8])
def test_a_resumption_changes_nothing(case: int, tmp_path: Path) -> None:
    losses, options, expected = CASES[case]
    assert epochs_run(losses, resume_after=2, folder=tmp_path / "run", **options) == expected


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(), min_size=1, max_size=10), st.integers(1, 4), st.floats(0, 2))
def test_the_state_after_each_epoch_is_the_whole_memory(losses: list[float], patience: int, min_delta: float) -> None:
    from trainer.events import ValidationDone

    class Run:
        stops = 0

        def request_stop(self, reason: str, code: str = "") -> None:
            self.stops += 1

    one, other = EarlyStopping(patience, min_delta), EarlyStopping(patience, min_delta)
    first, second = Run(), Run()
    for epoch, loss in enumerate(losses, 1):
        event = changed(ValidationDone, epoch=epoch, loss=loss)
        one.on_validation_done(event, first)  # type: ignore[arg-type]
        state = other.state_dict()
        other = EarlyStopping(patience, min_delta)
        other.load_state_dict(state)
        other.on_validation_done(event, second)  # type: ignore[arg-type]
        assert (first.stops, one.waited) == (second.stops, other.waited)


def test_a_crash_after_the_decision_does_not_undo_it_and_more_epochs_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = {"train": batches(1), "valid": batches(1, seed=1)}

    def trainer(epochs: int, *others: Any) -> Any:
        return make(
            data=data,
            loss=Scripted([1.0, 2.0]),
            epochs=epochs,
            callbacks=[EarlyStopping(1), *others],
            run_dir=tmp_path / "run",
        )

    with monkeypatch.context() as broken:
        broken.setattr("trainer.trainer.evaluate_all", raising(ZeroDivisionError()))
        with pytest.raises(ZeroDivisionError):
            trainer(5).fit()
    resumed = trainer(5).fit(resume=True)
    assert (resumed.status, resumed.reason, len(resumed.history)) == ("completed", "early_stopping", 2)
    assert list(resumed.evaluations) == ["train", "valid"]
    longer = trainer(6).fit(resume=True)
    assert len(longer.history) == 3


def test_arguments_win_over_what_was_saved(tmp_path: Path) -> None:
    data = {"train": batches(1), "valid": batches(1, seed=1)}
    script = Scripted([1.0, 2.0, 2.0, 2.0, 2.0, 2.0])
    trainer = make(data=data, loss=script, epochs=6, callbacks=[EarlyStopping(5)], run_dir=tmp_path / "run")
    at_step(trainer, 2, lambda: trainer.stop("epoch"))
    trainer.fit()
    result = make(data=data, loss=script, epochs=6, callbacks=[EarlyStopping(2)], run_dir=tmp_path / "run").fit(
        resume=True
    )
    assert len(result.history) == 3


def test_it_can_be_used_in_a_second_run() -> None:
    made = EarlyStopping(1)
    data = {"train": batches(1), "valid": batches(1, seed=1)}
    lengths = [
        len(make(data=data, loss=Scripted([1.0, 2.0]), epochs=5, callbacks=[made]).fit().history) for _ in range(2)
    ]
    assert lengths == [2, 2]


@pytest.mark.parametrize("options", [{"patience": 0}, {"min_delta": -1.0}, {"min_delta": NAN}])
def test_options_that_make_no_sense_are_wrong_usage(options: Any) -> None:
    with pytest.raises(UsageError):
        EarlyStopping(**options)


def test_without_validation_it_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="EarlyStopping monitors the validation") as caught:
        make(data={"train": batches(1)}, callbacks=[EarlyStopping(1)], run_dir=tmp_path / "run")
    assert caught.value.code == "callback.no_validation"
    assert not (tmp_path / "run").exists()
