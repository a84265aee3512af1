"""Stopped anywhere and resumed, any number of times: bit for bit the run that was never stopped."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim import Optimizer, lr_scheduler

from callbacks.checkpoint import Checkpoint
from callbacks.learning_rate import LearningRate
from tests.reliability.harness import (
    CLASSES,
    EPOCHS,
    FEATURES,
    STEPS,
    Stop,
    after_epoch,
    assert_same,
    assert_same_checkpoints,
    at_epoch_ended,
    at_epoch_started,
    at_step,
    attempts,
    dropout_net,
    in_validation,
    lists,
    newest,
    seeded,
    series,
    train,
)
from trainer.events import BatchEnded
from trainer.store.folder import RunFolder
from trainer.trainer import Trainer


def build(
    model: Callable[[], nn.Module] = dropout_net,
    optimizer: Callable[[Any], Optimizer] = lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
    callbacks: Callable[[], list[Any]] = lambda: [LearningRate(schedule="cosine", warmup=0.5)],
    data: Callable[[], Any] = lists,
) -> Callable[[Path], Trainer]:
    return lambda folder: Trainer(
        model(), data(), optimizer=optimizer, callbacks=callbacks(), epochs=EPOCHS, run_dir=folder, device="cpu"
    )


# -- where ---------------------------------------------------------------------------------------------------------

PLACES: dict[str, list[Stop]] = {
    "step 0": [at_epoch_started(1)],
    "first step": [at_step(1)],
    "mid-epoch": [at_step(STEPS + 2)],
    "last batch of an epoch": [at_step(2 * STEPS)],
    "in validation": [in_validation(2)],
    "epoch end": [at_epoch_ended(2)],
    "before an epoch's first step": [at_epoch_started(3)],
    "after the epoch": [after_epoch(STEPS + 1)],
    "last step of all": [at_step(EPOCHS * STEPS)],
    "after the last epoch": [at_epoch_ended(EPOCHS)],
    "twice in one epoch": [at_step(STEPS + 1), at_step(STEPS + 3)],
    "three times, everywhere": [at_step(3), in_validation(1), at_step(2 * STEPS + 1)],
    "twice at one place": [in_validation(2), in_validation(2), at_epoch_ended(2)],
    "resume of a resume of a resume": [
        at_epoch_started(1),
        at_step(2),
        at_step(4),
        at_epoch_ended(1),
        at_step(2 * STEPS),
    ],
}


@pytest.mark.parametrize("place", PLACES)
def test_a_stop_anywhere_changes_nothing(place: str, tmp_path: Path) -> None:
    make = build(callbacks=lambda: [LearningRate(schedule="cosine", warmup=0.5), Checkpoint(keep_best=2)])
    expected = train(make, tmp_path / "whole")
    found = train(make, tmp_path / "stopped", PLACES[place])
    assert_same(found, expected)
    assert [event.attempt for event in attempts(found)] == list(range(1, len(PLACES[place]) + 2))


def test_a_run_that_fails_goes_on_from_its_last_checkpoint(tmp_path: Path) -> None:
    make = build(callbacks=lambda: [LearningRate(schedule="cosine"), Checkpoint(every_steps=2)])
    expected = train(make, tmp_path / "whole")
    for attempt, step in enumerate((3, 2 * STEPS, 2 * STEPS + 3)):
        trainer = make(tmp_path / "crashed")
        model = trainer.model
        calls = {"left": step - (0 if attempt == 0 else newest_step(tmp_path / "crashed"))}

        def crash(module: nn.Module, *_: Any, calls: dict[str, int] = calls) -> None:
            calls["left"] -= module.training
            if calls["left"] < 0:
                raise ZeroDivisionError("on purpose")

        model.register_forward_pre_hook(crash)
        with pytest.raises(ZeroDivisionError):
            trainer.fit(resume=attempt > 0)
    make(tmp_path / "crashed").fit(resume=True)
    assert_same(RunFolder(tmp_path / "crashed"), expected)


def newest_step(folder: Path) -> int:
    return int(newest(RunFolder(folder), "last")[1]["step"])


# -- every optimiser ------------------------------------------------------------------------------------------------


class Tokens(nn.Module):
    """Sparse gradients."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(11, CLASSES, sparse=True)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        summed: torch.Tensor = self.table((images.abs() * 5).long() % 11).sum(1)
        return summed


def plain_net() -> nn.Module:
    """Matrices only."""
    return seeded(
        lambda: nn.Sequential(nn.Linear(FEATURES, 8, bias=False), nn.Tanh(), nn.Linear(8, CLASSES, bias=False))
    )


o = torch.optim
OPTIMISERS: dict[str, tuple[Callable[[Any], Optimizer], Callable[[], nn.Module]]] = {
    "ASGD": (lambda p: o.ASGD(p, lr=0.05, t0=3, lambd=0.1), dropout_net),
    "Adadelta": (lambda p: o.Adadelta(p, lr=0.5), dropout_net),
    "Adafactor": (lambda p: o.Adafactor(p, lr=0.05), dropout_net),
    "Adagrad": (lambda p: o.Adagrad(p, lr=0.05, lr_decay=0.1), dropout_net),
    "Adam": (lambda p: o.Adam(p, lr=0.05, amsgrad=True), dropout_net),
    "AdamW": (lambda p: o.AdamW(p, lr=0.05, fused=True), dropout_net),
    "Adamax": (lambda p: o.Adamax(p, lr=0.05), dropout_net),
    "LBFGS": (lambda p: o.LBFGS(p, lr=0.1, max_iter=3, history_size=4), dropout_net),
    "Muon": (lambda p: o.Muon(p, lr=0.02), plain_net),
    "NAdam": (lambda p: o.NAdam(p, lr=0.05), dropout_net),
    "RAdam": (lambda p: o.RAdam(p, lr=0.05), dropout_net),
    "RMSprop": (lambda p: o.RMSprop(p, lr=0.05, momentum=0.5, centered=True), dropout_net),
    "Rprop": (lambda p: o.Rprop(p, lr=0.05), dropout_net),
    "SGD": (lambda p: o.SGD(p, lr=0.1, momentum=0.9, nesterov=True), dropout_net),
    "SparseAdam": (lambda p: o.SparseAdam(list(p), lr=0.05), lambda: seeded(Tokens)),
}
KNOWN_OPTIMISERS = {name for name, cls in vars(o).items() if isinstance(cls, type) and issubclass(cls, Optimizer)}


def test_no_optimiser_of_torch_is_forgotten() -> None:
    newer = {"Muon"}  # not in the oldest torch we take
    assert KNOWN_OPTIMISERS - {"Optimizer"} - newer == set(OPTIMISERS) - newer


HERE = sorted(KNOWN_OPTIMISERS & set(OPTIMISERS))
KEEPS_FLOAT32 = ("ASGD", "NAdam")
"""Have counters that are float32 whatever the weights are: load_state_dict of torch rounds those."""


@pytest.mark.parametrize("name", HERE)
def test_every_optimiser_resumes_to_the_same_weights(name: str, tmp_path: Path) -> None:
    optimiser_resumes(name, torch.float32, tmp_path)


@pytest.mark.parametrize(
    "name", [name if name in KEEPS_FLOAT32 else pytest.param(name, marks=pytest.mark.slow) for name in HERE]
)
def test_every_optimiser_of_bfloat16_too(name: str, tmp_path: Path) -> None:
    optimiser_resumes(name, torch.bfloat16, tmp_path)


def optimiser_resumes(name: str, dtype: torch.dtype, tmp_path: Path) -> None:
    optimizer, model = OPTIMISERS[name]
    # a second group with a rate of its own
    two = name not in ("LBFGS", "Muon", "SparseAdam", "Adafactor")

    def groups(parameters: Any) -> Optimizer:
        all_of_them = list(parameters)
        return optimizer([{"params": all_of_them[:1]}, {"params": all_of_them[1:], "lr": 0.01}] if two else all_of_them)

    def cast_model() -> nn.Module:
        return Cast(model(), dtype) if dtype != torch.float32 else model()

    make = build(model=cast_model, optimizer=groups)
    expected = train(make, tmp_path / "whole")
    found = train(make, tmp_path / "stopped", [at_step(3), at_step(2 * STEPS + 2)])
    assert_same_checkpoints(found, expected)
    assert series(found) == series(expected)


class Cast(nn.Module):
    """Computes in another type."""

    def __init__(self, model: nn.Module, dtype: torch.dtype) -> None:
        super().__init__()
        self.model = model.to(dtype)
        self.dtype = dtype

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.model(images.to(self.dtype))
        return logits.float()


# -- every schedule ---------------------------------------------------------------------------------------------------

s = lr_scheduler
TOTAL = EPOCHS * STEPS
SCHEDULES: dict[str, Callable[[Any], Any]] = {
    "ChainedScheduler": lambda o: s.ChainedScheduler([s.ConstantLR(o, 0.3, 2), s.ExponentialLR(o, 0.9)]),
    "ConstantLR": lambda o: s.ConstantLR(o, 0.3, 2),
    "CosineAnnealingLR": lambda o: s.CosineAnnealingLR(o, TOTAL),
    "CosineAnnealingWarmRestarts": lambda o: s.CosineAnnealingWarmRestarts(o, 2, 2),
    "CyclicLR": lambda o: s.CyclicLR(o, 0.01, 0.2, 2, 3, cycle_momentum=True),
    "ExponentialLR": lambda o: s.ExponentialLR(o, 0.9),
    "LambdaLR": lambda o: s.LambdaLR(o, lambda n: 0.95**n),
    "LinearLR": lambda o: s.LinearLR(o, 0.3, 1.0, 7),
    "MultiStepLR": lambda o: s.MultiStepLR(o, [1, 2, 2, 8], 0.5),
    "MultiplicativeLR": lambda o: s.MultiplicativeLR(o, lambda n: 0.95),
    "OneCycleLR": lambda o: s.OneCycleLR(o, 0.2, TOTAL + 1),
    "PolynomialLR": lambda o: s.PolynomialLR(o, TOTAL, 2),
    "ReduceLROnPlateau": lambda o: s.ReduceLROnPlateau(o, factor=0.5, patience=0, threshold=0.5),
    "SequentialLR": lambda o: s.SequentialLR(o, [s.LinearLR(o, 0.3, 1.0, 2), s.CosineAnnealingLR(o, 9)], [2]),
    "StepLR": lambda o: s.StepLR(o, 2, 0.5),
}
KNOWN_SCHEDULES = {
    name
    for name, cls in vars(s).items()
    if isinstance(cls, type) and issubclass(cls, s.LRScheduler) and not name.startswith("_")
}


def test_no_schedule_of_torch_is_forgotten() -> None:
    assert KNOWN_SCHEDULES - {"LRScheduler"} == set(SCHEDULES)


@pytest.mark.parametrize("each", ["step", pytest.param("epoch", marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", sorted(SCHEDULES))
def test_every_schedule_resumes_to_the_same_rates(name: str, each: Any, tmp_path: Path) -> None:
    rates: dict[str, dict[int, tuple[float, float]]] = {"whole": {}, "stopped": {}}

    def make(folder: Path) -> Trainer:
        trainer = build(callbacks=lambda: [LearningRate(SCHEDULES[name], each=each)])(folder)

        def note(event: BatchEnded) -> None:  # heard after the schedule: the rate of the step to come
            group = trainer.optimizer.param_groups[0]
            rates[folder.name][event.step] = group["lr"], group["momentum"]

        trainer.on(BatchEnded, note)
        return trainer

    expected = train(make, tmp_path / "whole")
    found = train(make, tmp_path / "stopped", [at_step(3), in_validation(2)])
    assert rates["stopped"] == rates["whole"]
    assert len(set(rates["whole"].values())) > 1, "this schedule changes nothing: the test is empty"
    assert_same(found, expected)


# -- models with more than plain parameters ---------------------------------------------------------------------------


class Tied(nn.Module):
    """One matrix, used twice."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(FEATURES, FEATURES, bias=False)
        self.second = nn.Linear(FEATURES, FEATURES, bias=False)
        self.second.weight = self.first.weight
        self.head = nn.Linear(FEATURES, CLASSES)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.head(torch.tanh(self.second(torch.tanh(self.first(images)))))
        return logits


def convolutions() -> nn.Module:
    """BatchNorm's buffers, and weights in channels_last."""
    net = nn.Sequential(
        nn.Unflatten(1, (1, FEATURES, 1)), nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(),
        nn.Conv2d(4, 4, (3, 1), padding=(1, 0)), nn.Flatten(), nn.Dropout(0.2), nn.Linear(4 * FEATURES, CLASSES),
    )  # fmt: skip
    return net.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


MODELS: dict[str, Callable[[], nn.Module]] = {
    "tied parameters": lambda: seeded(Tied),
    "BatchNorm, channels_last": lambda: seeded(convolutions),
}


@pytest.mark.parametrize("name", MODELS)
def test_buffers_layouts_and_ties_survive(name: str, tmp_path: Path) -> None:
    make = build(model=MODELS[name])
    expected = train(make, tmp_path / "whole")
    found = train(make, tmp_path / "stopped", [at_step(2), in_validation(1), at_step(2 * STEPS + 1)])
    assert_same(found, expected)


# -- own loaders -----------------------------------------------------------------------------------------------------


class Rows(torch.utils.data.Dataset[Any]):
    """Random transforms by each of the three global generators."""

    def __len__(self) -> int:
        return 4 * STEPS

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        image = torch.linspace(-1, 1, FEATURES) * (index + 1) / 10
        noise = torch.rand(FEATURES) + float(np.random.rand()) + random.random()
        return image + 0.3 * noise, index % CLASSES


class EpochSampler(torch.utils.data.Sampler[int]):
    """Its order follows from `set_epoch`."""

    def __init__(self) -> None:
        self.told: list[int] = []

    def set_epoch(self, epoch: int) -> None:
        self.told.append(epoch)

    def __len__(self) -> int:
        return 4 * STEPS

    def __iter__(self) -> Any:
        order = torch.randperm(4 * STEPS, generator=torch.Generator().manual_seed(self.told[-1] if self.told else 0))
        return iter(order.tolist())


LOADERS: dict[str, Callable[[], Any]] = {
    "shuffle": lambda: torch.utils.data.DataLoader(Rows(), batch_size=4, shuffle=True),
    "set_epoch": lambda: torch.utils.data.DataLoader(Rows(), batch_size=4, sampler=EpochSampler()),
}
WHERE: dict[str, list[Stop]] = {
    "step 0": [at_epoch_started(1)],
    "mid-epoch": [at_step(3), at_step(4), at_step(STEPS + 2)],
    "last batch": [at_step(STEPS)],
    "in validation": [in_validation(1), in_validation(2)],
    "epoch end": [at_epoch_ended(1), at_epoch_ended(2)],
    "before an epoch's first step": [at_epoch_started(2)],
}


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("loader", ["shuffle", pytest.param("set_epoch", marks=pytest.mark.slow)])
def test_own_loaders_are_replayed(loader: str, where: str, tmp_path: Path) -> None:
    made: list[Any] = []

    def data() -> Any:
        made.append(LOADERS[loader]())
        valid = torch.utils.data.DataLoader(torch.utils.data.Subset(Rows(), range(8)), batch_size=4)
        return {"train": made[-1], "valid": list(valid)}

    torch.manual_seed(0)
    fixed = data()["valid"]

    def fixed_data() -> Any:
        return {**data(), "valid": fixed}

    make = build(data=fixed_data)
    expected = train(make, tmp_path / "whole")
    found = train(make, tmp_path / "stopped", WHERE[where])
    assert_same(found, expected)
    assert {event.exact_resume for event in attempts(found)} == {"replayed"}
    if loader == "set_epoch":
        assert made[1].sampler.told == [1, 2, 3]
