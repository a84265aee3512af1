"""Whole runs of several threads: figures, control and failures, as the first of them tells it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from callbacks.early_stopping import EarlyStopping
from tests.distributed.threads import together
from tests.engine.fakes import CLASSES, FEATURES, Recorder, batches, callback, linear, raising
from trainer.callback import Phase
from trainer.distributed.peer_errors import PeerError
from trainer.distributed.process_group import ProcessGroup
from trainer.errors import EpochscopeError, UsageError
from trainer.events import BatchEnded, BatchesReported, EpochEnded, ProcessesReported, RunEnded, ValidationDone
from trainer.result import Result
from trainer.store.journal import JournalReader
from trainer.trainer import Trainer

pytestmark = pytest.mark.usefixtures("threaded")

Made = Callable[[ProcessGroup], Trainer]


def loaders(train: int = 5, size: int = 7) -> dict[str, Any]:
    """An uneven last batch, and fewer validation batches than some have processes."""
    data = batches(train, size, seed=3)
    data[-1] = (data[-1][0][:3], data[-1][1][:3])
    return {"train": data, "valid": batches(3, 5, seed=1), "test": batches(2, 4, seed=2)}


def trainer(model: nn.Module | None = None, **options: Any) -> Trainer:
    data = options.pop("data", None) or loaders()
    return Trainer(model or linear(), data, **{"epochs": 3, "device": "cpu", **options})


def run(size: int, models: list[nn.Module] | None = None, **options: Any) -> tuple[list[Any], list[Recorder]]:
    """Results, and what each heard that hears everything."""
    models = models or [linear() for _ in range(size)]
    heard = [Recorder() for _ in range(size)]
    extra = options.pop("each", lambda rank: [])

    def work(group: ProcessGroup) -> Result:
        heard[group.rank].phase = Phase.DECIDE  # type: ignore[misc]  # so that the others hear it, too
        return trainer(models[group.rank], callbacks=[heard[group.rank], *extra(group.rank)], **options).fit()

    return together(size, work), heard


def alone(model: nn.Module, **options: Any) -> tuple[Result, Recorder]:
    """The same in one process."""
    results: list[Any] = []
    heard = Recorder()
    found = together(1, lambda group: trainer(model, callbacks=[heard], **options).fit())
    results += found
    assert isinstance(results[0], Result), results[0]
    return results[0], heard


@pytest.mark.parametrize("size", [2, 3, 4])
def test_several_processes_come_to_the_weights_and_figures_of_one(size: int) -> None:
    one = linear()
    result, heard = alone(one)
    models: list[nn.Module] = [linear() for _ in range(size)]
    results, others = run(size, models)
    for model, found, recorder in zip(models, results, others, strict=True):
        assert isinstance(found, Result), found
        for mine, theirs in zip(model.parameters(), one.parameters(), strict=True):
            assert torch.allclose(mine, theirs, rtol=1e-4, atol=1e-6)
        for kind in (EpochEnded, ValidationDone):
            for event, expected in zip(recorder.of(kind), heard.of(kind), strict=True):
                for name in ("train_loss", "valid_loss", "loss", "accuracy", "train_accuracy", "macro_f1"):
                    if hasattr(event, name):
                        assert getattr(event, name) == pytest.approx(getattr(expected, name), rel=1e-4)
        assert [event.confusion for event in recorder.of(ValidationDone)] == [
            event.confusion for event in heard.of(ValidationDone)
        ]
        steps = [(event.samples, event.batch) for event in recorder.of(BatchEnded)]
        assert steps == [(event.samples, event.batch) for event in heard.of(BatchEnded)]
        assert found.evaluations["test"].metrics.samples == result.evaluations["test"].metrics.samples
        assert (found.evaluations["test"].outputs.labels == result.evaluations["test"].outputs.labels).all()


def test_an_evaluation_of_equal_weights_is_the_same_to_the_bit() -> None:
    result, heard = alone(linear(), epochs=1, optimizer=lambda given: torch.optim.SGD(given, lr=0.0))
    results, others = run(3, epochs=1, optimizer=lambda given: torch.optim.SGD(given, lr=0.0))
    for found, recorder in zip(results, others, strict=True):
        expected = heard.of(ValidationDone)[0]
        event = recorder.of(ValidationDone)[0]
        assert (event.loss, event.confusion) == (expected.loss, expected.confusion)
        for split, evaluation in result.evaluations.items():
            other = found.evaluations[split]
            assert other.metrics.loss == evaluation.metrics.loss
            for name, values in evaluation.outputs.arrays().items():
                assert (other.outputs.arrays()[name] == values).all()
        assert found.calibration == result.calibration


def test_two_runs_are_the_same_to_the_bit_and_so_are_all_processes() -> None:
    seen = []
    for _ in range(2):
        models: list[nn.Module] = [linear() for _ in range(2)]
        run(2, models)
        seen += [torch.cat([part.detach().flatten() for part in model.parameters()]) for model in models]
    assert all(torch.equal(seen[0], other) for other in seen[1:])


@pytest.mark.parametrize(
    "options",
    [
        {"accumulate": 2},
        {"clip_norm": 0.1},
        {"ema": 0.9},
        {"optimizer": lambda given: torch.optim.LBFGS(given, max_iter=3)},
        {"loss": nn.CrossEntropyLoss(weight=torch.tensor([0.2, 1.0, 2.0]))},
        {"training_step": lambda model, batch: nn.functional.cross_entropy(model(batch[0]), batch[1])},
        {"steps_per_epoch": 3},
    ],
    ids=lambda options: next(iter(options)),
)
def test_options_of_a_step_work_as_in_one_process(options: dict[str, Any]) -> None:
    one = linear()
    alone(one, epochs=2, **options)
    models: list[nn.Module] = [linear() for _ in range(2)]
    results, _ = run(2, models, epochs=2, **options)
    assert all(isinstance(found, Result) for found in results), results
    for model in models:
        for mine, theirs in zip(model.parameters(), one.parameters(), strict=True):
            assert torch.allclose(mine, theirs, rtol=1e-3, atol=1e-5)


def test_layers_that_get_no_gradient_are_left_alone() -> None:
    class Unused(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.used, self.unused = linear(), linear(1)

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return self.used(images)

    models: list[nn.Module] = [Unused() for _ in range(2)]
    before = models[0].unused.weight.detach().clone()  # type: ignore[union-attr]
    results, _ = run(2, models, epochs=1, optimizer=lambda given: torch.optim.AdamW(given, weight_decay=0.5))
    assert all(isinstance(found, Result) for found in results), results
    assert torch.equal(models[0].unused.weight, before)  # type: ignore[arg-type, union-attr]


def test_all_begin_with_the_weights_of_the_first() -> None:
    models: list[nn.Module] = [linear(seed) for seed in range(2)]
    run(2, models)
    assert all(torch.equal(*pair) for pair in zip(models[0].parameters(), models[1].parameters(), strict=True))


def test_an_average_of_weights_begins_with_those_of_the_first_too() -> None:
    given = {"ema": 0.9, "epochs": 2, "steps_per_epoch": 1}  # it soon forgets them
    result, _ = alone(linear(0), **given)
    models: list[nn.Module] = [linear(seed) for seed in range(2)]
    results, _ = run(2, models, **given)
    for found in results:  # each process validates a part
        for epoch, expected in zip(found.epochs, result.epochs, strict=True):
            assert epoch.valid_loss == pytest.approx(expected.valid_loss, rel=1e-4)


def test_only_the_first_writes_and_says_how_fast_each_was(tmp_path: Path) -> None:
    results, _ = run(2, run_dir=tmp_path / "run")
    assert [found.run_dir for found in results] == [tmp_path / "run", None]
    records = list(JournalReader(tmp_path / "run" / "journal.jsonl").read())
    kinds = [type(record.event).__name__ for record in records]
    assert kinds.count("RunStarted") == kinds.count("RunEnded") == 1
    pace = [record.event for record in records if isinstance(record.event, ProcessesReported)]
    assert [sum(event.samples) for event in pace] == [31] * 3  # 4 batches of 7 and one of 3
    assert all(event.samples == (18, 13) for event in pace)
    reported = [record.event for record in records if isinstance(record.event, BatchesReported)]
    assert sum(event.samples for event in reported) == 3 * 31


def test_a_run_is_resumed_by_another_number_of_processes(tmp_path: Path) -> None:
    whole = linear()
    alone(whole, epochs=4)
    stop = callback(on_batch_ended=lambda event, run: run.request_checkpoint() if event.step == 8 else None)
    fails = callback("fails", phase=Phase.DECIDE, on_batch_ended=lambda event, run: 1 / (event.step != 12))
    results, _ = run(2, run_dir=tmp_path / "run", epochs=4, each=lambda rank: [stop, fails])
    assert all(isinstance(found, EpochscopeError) for found in results)
    model = linear(5)
    resumed = together(1, lambda group: trainer(model, epochs=4, run_dir=tmp_path / "run").fit(resume=True))[0]
    assert isinstance(resumed, Result), resumed
    for mine, theirs in zip(model.parameters(), whole.parameters(), strict=True):
        assert torch.allclose(mine, theirs, rtol=1e-3, atol=1e-5)
    longer: list[nn.Module] = [linear(seed) for seed in (6, 7)]
    again = together(2, lambda group: trainer(longer[group.rank], epochs=5, run_dir=tmp_path / "run").fit(resume=True))
    assert all(isinstance(found, Result) for found in again), again
    assert [found.epochs[-1].epoch for found in again] == [5, 5]


@pytest.mark.parametrize("rank", [0, 1])
def test_a_stop_asked_of_one_ends_all_at_the_same_step(rank: int) -> None:
    made: dict[int, Trainer] = {}
    ended: list[int] = []

    def work(group: ProcessGroup) -> Result:
        def ask(event: BatchEnded, run: Any) -> None:
            if event.step == 4 and group.rank == rank:
                made[rank].stop()

        made[group.rank] = trainer(callbacks=[callback(phase=Phase.DECIDE, on_batch_ended=ask), Recorder()])
        made[group.rank].on(RunEnded, lambda event: ended.append(event.step))
        return made[group.rank].fit()

    results = together(2, work)
    assert [found.status for found in results] == ["stopped", "stopped"]
    assert len(ended) == 2
    assert len(set(ended)) == 1


def test_a_view_of_the_first_may_end_the_run(tmp_path: Path) -> None:
    view = callback(on_batch_ended=lambda event, run: run.request_stop("enough") if event.step == 3 else None)
    results, heard = run(3, each=lambda rank: [] if rank else [view])
    assert [(found.status, found.reason) for found in results] == [("completed", "enough")] * 3
    assert len({recorder.of(RunEnded)[0].step for recorder in heard}) == 1


def test_early_stopping_ends_all_together() -> None:
    results, heard = run(
        2,
        epochs=50,
        optimizer=lambda given: torch.optim.SGD(given, lr=0.0),
        each=lambda rank: [EarlyStopping(patience=2)],
    )
    assert [found.reason for found in results] == ["early_stopping"] * 2
    assert {len(recorder.of(EpochEnded)) for recorder in heard} == {3}


@pytest.mark.parametrize("rank", [0, 1])
def test_an_error_of_one_ends_all_and_is_named(rank: int, tmp_path: Path) -> None:
    def each(number: int) -> list[Any]:
        bad = callback("bad", Phase.DECIDE, "stop", on_epoch_started=raising(ValueError("no more")))
        return [bad] if number == rank else []

    results, heard = run(2, run_dir=tmp_path / "run", each=each)
    assert [found.code for found in results] == ["callback.failed"] * 2
    assert isinstance(results[1 - rank], PeerError)
    ended = heard[0].of(RunEnded)[0]
    assert ended.code == "callback.failed"
    assert "no more" in ended.reason
    if rank:
        assert "process 1 of 2" in ended.where


def test_an_exception_in_the_middle_of_a_step_ends_all() -> None:
    def step(model: nn.Module, batch: Any) -> torch.Tensor:
        if model is models[1]:
            raise ZeroDivisionError("oh")
        return nn.functional.cross_entropy(model(batch[0]), batch[1])

    models: list[nn.Module] = [linear() for _ in range(2)]
    results, heard = run(2, models, training_step=step)
    assert isinstance(results[1], ZeroDivisionError)
    assert results[0].code == "distributed.failed"
    assert heard[0].of(RunEnded)[0].parameters["process"] == 1


def test_a_callback_that_changes_weights_in_one_process_is_found_out() -> None:
    def change(event: BatchEnded, run: Any) -> None:
        with torch.no_grad():
            next(run.model.parameters()).add_(1.0)

    results, _ = run(2, each=lambda rank: [] if rank else [callback(on_batch_ended=change)])
    assert {found.code for found in results} == {"distributed.diverged"}


def test_what_cannot_be_shared_is_refused_before_the_first_step() -> None:
    normalised = [nn.Sequential(nn.BatchNorm1d(FEATURES), nn.Linear(FEATURES, CLASSES)) for _ in range(2)]
    results, heard = run(2, list(normalised))
    assert {found.code for found in results} == {"distributed.batch_norm"}
    assert not heard[0].of(BatchEnded)
    results, _ = run(2, data={"train": iter(batches(2))}, epochs=1)
    assert {found.code for found in results} == {"distributed.single_pass"}
    data = loaders()

    def work(group: ProcessGroup) -> Result:
        return trainer(data=data if group.rank else loaders(train=2)).fit()

    assert {found.code for found in together(2, work)} <= {"distributed.data", "distributed.batches"}


def test_wrong_usage_of_the_first_is_that_of_all(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "notes.txt").touch()
    results, _ = run(2, run_dir=tmp_path / "run")
    assert isinstance(results[0], UsageError)
    assert [found.code for found in results] == ["run.exists"] * 2
    assert [found.exit_code for found in results] == [4, 4]
