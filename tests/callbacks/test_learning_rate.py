"""LearningRate: the rates of each step, against plain torch and a closed form."""

from __future__ import annotations

import functools
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.optim import lr_scheduler

from callbacks.learning_rate import LearningRate
from tests.engine.fakes import Recorder, at_step, batches, linear, make
from tests.engine.test_rules_best import NAN, Scripted
from trainer.errors import UsageError
from trainer.events import BatchEnded, EpochEnded

STEPS, EPOCHS, LR = 4, 5, 0.5


def sgd(parameters: Any) -> torch.optim.Optimizer:
    return torch.optim.SGD(parameters, lr=LR, momentum=0.9)


SCHEDULERS: dict[str, tuple[Any, str]] = {
    "StepLR": (lambda o: lr_scheduler.StepLR(o, 2, 0.5), "epoch"),
    "MultiStepLR": (lambda o: lr_scheduler.MultiStepLR(o, [1, 3, 3], 0.1), "epoch"),
    "ExponentialLR": (lambda o: lr_scheduler.ExponentialLR(o, 0.9), "step"),
    "OneCycleLR": (lambda o: lr_scheduler.OneCycleLR(o, LR, total_steps=STEPS * EPOCHS), "step"),
    "CyclicLR": (lambda o: lr_scheduler.CyclicLR(o, 0.1, LR, step_size_up=3), "step"),
    "CosineAnnealingLR": (lambda o: lr_scheduler.CosineAnnealingLR(o, EPOCHS), "epoch"),
    "WarmRestarts": (lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 3), "step"),
    "LambdaLR": (lambda o: lr_scheduler.LambdaLR(o, lambda n: 1 / (1 + n)), "step"),
    "LinearLR": (lambda o: lr_scheduler.LinearLR(o, 0.1, 1.0, 6), "step"),
    "SequentialLR": (
        lambda o: lr_scheduler.SequentialLR(
            o, [lr_scheduler.ConstantLR(o, 0.1, 2), lr_scheduler.ExponentialLR(o, 0.9)], [2]
        ),
        "epoch",
    ),
    "ChainedScheduler": (
        lambda o: lr_scheduler.ChainedScheduler(
            [lr_scheduler.ConstantLR(o, 0.1, 2), lr_scheduler.ExponentialLR(o, 0.9)]
        ),
        "step",
    ),
}


def plain_rates(make_scheduler: Any, each: str) -> list[float]:
    """The rate of each step in a bare loop."""
    optimizer = sgd(linear().parameters())
    scheduler = make_scheduler(optimizer)
    rates = []
    for _ in range(EPOCHS):
        for _ in range(STEPS):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if each == "step":
                scheduler.step()
        if each == "epoch":
            scheduler.step()
    return rates


def run(
    given: LearningRate, *, stop_at: int = 0, folder: Path | None = None, resume: bool = False, **options: Any
) -> Recorder:
    recorder = Recorder()
    data = {"train": batches(STEPS), "valid": batches(1, seed=1)}
    trainer = make(data=data, optimizer=sgd, epochs=EPOCHS, callbacks=[given, recorder], run_dir=folder, **options)
    if stop_at:
        at_step(trainer, stop_at, trainer.stop)
    trainer.fit(resume=resume)
    return recorder


def rates_of(recorder: Recorder) -> list[float]:
    return [event.learning_rate for event in recorder.of(BatchEnded)]


@pytest.mark.parametrize("name", SCHEDULERS)
def test_any_torch_scheduler_gives_the_rates_of_a_bare_loop(name: str) -> None:
    scheduler, each = SCHEDULERS[name]
    recorder = run(LearningRate(scheduler, each=each))  # type: ignore[arg-type]
    assert rates_of(recorder) == plain_rates(scheduler, each)


@pytest.mark.parametrize("name", SCHEDULERS)
def test_any_torch_scheduler_goes_on_with_the_same_rates_after_a_resumption(name: str, tmp_path: Path) -> None:
    scheduler, each = SCHEDULERS[name]
    first = run(LearningRate(scheduler, each=each), stop_at=6, folder=tmp_path / "run")  # type: ignore[arg-type]
    second = run(LearningRate(scheduler, each=each), folder=tmp_path / "run", resume=True)  # type: ignore[arg-type]
    assert rates_of(first) + rates_of(second) == plain_rates(scheduler, each)


def test_rates_in_the_events_are_those_of_the_steps_they_tell_of() -> None:
    recorder = run(LearningRate(lambda o: lr_scheduler.StepLR(o, 1, 0.5), each="epoch"))
    assert [event.learning_rate for event in recorder.of(EpochEnded)] == [LR * 0.5**n for n in range(EPOCHS)]


def test_an_epoch_has_the_rate_it_was_trained_with_though_its_validation_lowers_it() -> None:
    losses = [2.0, 3.0, 3.0, 3.0, 3.0]
    made = LearningRate(lambda o: lr_scheduler.ReduceLROnPlateau(o, factor=0.5, patience=0))
    recorder = run(made, loss=Scripted(losses))
    assert [event.learning_rate for event in recorder.of(EpochEnded)] == rates_of(recorder)[::STEPS]
    assert rates_of(recorder)[-1] < LR


def test_reduce_on_plateau_follows_the_validation_loss(tmp_path: Path) -> None:
    losses = [3.0, 2.0, 2.5, NAN, 1.0]
    made = LearningRate(lambda o: lr_scheduler.ReduceLROnPlateau(o, factor=0.1, patience=0), each="epoch")
    recorder = run(made, loss=Scripted(losses))
    optimizer = sgd(linear().parameters())
    reference = lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.1, patience=0)
    expected = []
    for loss in losses:
        expected += [optimizer.param_groups[0]["lr"]] * STEPS
        reference.step(torch.tensor(loss).item())
    assert rates_of(recorder) == expected


def closed_form(step: int, warmup: int, total: int) -> float:
    """Rate of the step after `step` completed ones."""
    if step < warmup:
        return LR * (step + 1) / (warmup + 1)
    return LR * 0.5 * (1 + math.cos(math.pi * (step - warmup) / (total - warmup)))


@pytest.mark.parametrize("warmup", [0.0, 0.5, 1.0, 2.75])
def test_warm_up_and_cosine_are_a_closed_form(warmup: float) -> None:
    made = LearningRate(warmup=warmup)
    recorder = run(made)
    total = STEPS * EPOCHS
    expected = [closed_form(step, round(warmup * STEPS), total) for step in range(total)]
    assert rates_of(recorder) == pytest.approx(expected, rel=1e-12)
    assert max(rates_of(recorder)) <= LR
    assert made.scheduler.optimizer.param_groups[0]["lr"] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"schedule": "constant"}, [LR] * 20),
        ({"schedule": "linear"}, [LR * (1 - n / 20) for n in range(20)]),
        ({"schedule": "step", "step_epochs": 2, "step_factor": 0.1}, [LR * 0.1 ** (n // 8) for n in range(20)]),
        ({"schedule": "constant", "warmup": 1.0}, [LR * (n + 1) / 5 for n in range(4)] + [LR] * 16),
    ],
)
def test_the_other_built_in_schedules(options: Any, expected: list[float]) -> None:
    assert rates_of(run(LearningRate(**options))) == pytest.approx(expected, rel=1e-12)


def test_a_run_made_longer_gets_the_longer_schedule(tmp_path: Path) -> None:
    data = {"train": batches(STEPS)}
    for epochs, resume in ((2, False), (4, True)):
        recorder = Recorder()
        given = [LearningRate(), recorder]
        make(data=data, optimizer=sgd, epochs=epochs, callbacks=given, run_dir=tmp_path / "run").fit(resume=resume)
    assert rates_of(recorder) == pytest.approx([closed_form(step, 0, 16) for step in range(8, 16)])


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: LearningRate(lr_scheduler.StepLR, each="batch"),  # type: ignore[arg-type]
        lambda: LearningRate(0.1),
        lambda: LearningRate(lr_scheduler.StepLR, each="epoch", warmup=1.0),
        lambda: LearningRate(lr_scheduler.StepLR, each="epoch", step_factor=0.5),
        lambda: make(callbacks=[LearningRate(schedule="sine")]).fit(),
        lambda: make(callbacks=[LearningRate(warm=1.0)]).fit(),
        lambda: make(callbacks=[LearningRate()], data=iter(batches(1)), epochs=1).fit(),
    ],
)
def test_options_that_make_no_sense_are_wrong_usage(wrong: Any) -> None:
    with pytest.raises(UsageError):
        wrong()


TOTAL = EPOCHS * STEPS
BY_CLASS: dict[str, tuple[Any, str]] = {
    "one cycle": (lambda o: lr_scheduler.OneCycleLR(o, 0.2, total_steps=TOTAL), "step"),
    "cyclic": (lambda o: lr_scheduler.CyclicLR(o, 0.01, 0.2, step_size_up=3), "step"),
    "a subclass": (lambda o: type("Mine", (lr_scheduler.OneCycleLR,), {})(o, 0.2, total_steps=TOTAL), "step"),
    "in a sequence": (
        lambda o: lr_scheduler.SequentialLR(
            o, [lr_scheduler.LinearLR(o, 0.5), lr_scheduler.CyclicLR(o, 0.01, 0.2, step_size_up=3)], [4]
        ),
        "step",
    ),
    "step": (lambda o: lr_scheduler.StepLR(o, 2, 0.5), "epoch"),
    "cosine": (lambda o: lr_scheduler.CosineAnnealingLR(o, EPOCHS), "epoch"),
    "partial": (functools.partial(lr_scheduler.ExponentialLR, gamma=0.9), "epoch"),
    "partial one cycle": (functools.partial(lr_scheduler.OneCycleLR, max_lr=0.2, total_steps=TOTAL), "step"),
}


@pytest.mark.parametrize("name", BY_CLASS)
def test_what_a_scheduler_counts_is_known_by_its_class(name: str, tmp_path: Path) -> None:
    scheduler, each = BY_CLASS[name]
    assert rates_of(run(LearningRate(scheduler))) == plain_rates(scheduler, each)
    first = run(LearningRate(scheduler), stop_at=6, folder=tmp_path / "run")
    second = run(LearningRate(scheduler), folder=tmp_path / "run", resume=True)
    assert rates_of(first) + rates_of(second) == plain_rates(scheduler, each)


@pytest.mark.parametrize("stop_at", [0, 6])
@pytest.mark.parametrize("name", BY_CLASS)
def test_a_scheduler_that_is_made_already_will_do(name: str, stop_at: int, tmp_path: Path) -> None:
    make_one, each = BY_CLASS[name]
    rates: list[float] = []
    for resume in (False, True) if stop_at else (False,):
        model, recorder = linear(), Recorder()
        optimizer = sgd(model.parameters())
        data = {"train": batches(STEPS), "valid": batches(1, seed=1)}
        given = [LearningRate(make_one(optimizer)), recorder]
        trainer = make(model, data, optimizer=optimizer, epochs=EPOCHS, callbacks=given, run_dir=tmp_path / "run")
        if stop_at and not resume:
            at_step(trainer, stop_at, trainer.stop)
        trainer.fit(resume=resume)
        rates += rates_of(recorder)
    assert rates == plain_rates(make_one, each)


def test_what_is_told_wins_over_the_class() -> None:
    scheduler = BY_CLASS["one cycle"][0]
    assert rates_of(run(LearningRate(scheduler, each="epoch"))) == plain_rates(scheduler, "epoch")


def test_a_subclass_of_plateau_follows_the_validation_loss() -> None:
    class Mine(lr_scheduler.ReduceLROnPlateau):
        pass

    rates = [
        rates_of(run(LearningRate(lambda o, kind=kind: kind(o, factor=0.1, patience=0)), loss=Scripted([2.0, 3.0] * 3)))
        for kind in (Mine, lr_scheduler.ReduceLROnPlateau)
    ]
    assert rates[0] == rates[1]
    assert rates[0][-1] < LR


@pytest.mark.parametrize(
    ("scheduler", "reason"),
    [
        (lambda o: lr_scheduler.StepLR(sgd(linear().parameters()), 1), "another optimiser"),
        (lambda o: lr_scheduler.ReduceLROnPlateau(o, mode="max"), "to rise"),
        (lambda o: lr_scheduler.OneCycleLR(o, 0.2, total_steps=TOTAL - 1), f"the run has {TOTAL}"),
    ],
)
def test_a_scheduler_that_cannot_do_its_work_is_refused_before_the_first_step(scheduler: Any, reason: str) -> None:
    recorder = Recorder()
    data = {"train": batches(STEPS), "valid": batches(1)}
    trainer = make(data=data, epochs=EPOCHS, optimizer=sgd, callbacks=[LearningRate(scheduler), recorder])
    with pytest.raises(UsageError, match=reason) as caught:
        trainer.fit()
    assert caught.value.code == "learning_rate.scheduler"
    assert not recorder.of(BatchEnded)


def test_a_hook_on_every_step_is_there_only_where_steps_may_be_counted() -> None:
    hooks = {
        name: hasattr(made, "on_batch_ended") and "on_batch_ended" in vars(made)
        for name, made in {
            "class": LearningRate(lr_scheduler.ConstantLR),
            "told": LearningRate(lambda o: None, each="epoch"),
            "steps": LearningRate(lr_scheduler.OneCycleLR),
        }.items()
    }
    assert hooks == {"class": False, "told": False, "steps": True}


def test_a_scheduler_that_raises_ends_the_run() -> None:
    from trainer.errors import CallbackError

    with pytest.raises(CallbackError, match="LearningRate"):
        run(LearningRate(lambda o: 1 / 0, each="step"))
