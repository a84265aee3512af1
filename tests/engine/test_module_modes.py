"""Modes, hooks, frozen parameters and memory format are the caller's: before, in and after a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from tests.engine.fakes import CLASSES, FEATURES, batches, callback, make
from trainer.engine.module_modes import evaluating, evaluating_names, set_evaluating, start_training
from trainer.events import BatchEnded


def net() -> nn.Module:
    return nn.Sequential(
        nn.Sequential(nn.Linear(FEATURES, 6), nn.BatchNorm1d(6), nn.Dropout(0.5)),
        nn.BatchNorm1d(6, affine=False),
        nn.Linear(6, CLASSES),
    )


def modes(model: nn.Module) -> dict[str, bool]:
    return {name: module.training for name, module in model.named_modules()}


def freeze(model: nn.Module) -> nn.Module:
    """One BatchNorm with its parameters, and dropout that is off on purpose."""
    model[0][1].eval().requires_grad_(False)  # type: ignore[index]
    model[0][2].eval()  # type: ignore[index]
    return model


USES: dict[str, Callable[[Any], Any]] = {
    "fit": lambda trainer: trainer.fit(),
    "evaluate": lambda trainer: trainer.evaluate("valid"),
    "predict": lambda trainer: trainer.predict(torch.zeros(2, FEATURES)),
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("left", ["frozen", "all training", "all evaluating", "a head that trains"])
def test_each_module_has_its_mode_again_afterwards(use: str, left: str) -> None:
    model = freeze(net()) if left == "frozen" else net()
    if left in ("all evaluating", "a head that trains"):
        model.eval()
    if left == "a head that trains":
        model[2].train()  # type: ignore[index]
    before = modes(model)
    USES[use](make(model))
    assert modes(model) == before


@pytest.mark.parametrize("left", ["frozen", "all evaluating", "a head that trains"])
def test_modes_in_training_are_as_the_caller_left_them(left: str) -> None:
    model = freeze(net()) if left == "frozen" else net().eval()
    if left == "a head that trains":
        model[2].train()  # type: ignore[index]
    # wholly in evaluation mode, as after an evaluation: nobody trains like that on purpose
    expected = dict.fromkeys(modes(model), True) if left == "all evaluating" else modes(model)
    seen: list[Any] = []
    trainer = make(model, epochs=2)
    trainer.on(BatchEnded, lambda event: seen.append(modes(model)))
    trainer.fit()
    assert len(seen) == 4
    assert all(found == expected for found in seen)


def test_a_frozen_batch_norm_is_that_of_a_plain_loop() -> None:
    model, plain = freeze(net()), freeze(net())
    plain.load_state_dict(model.state_dict())
    data = batches(3)
    make(model, {"train": data, "valid": batches(1, seed=1)}, optimizer=sgd, epochs=1, seed=5).fit()
    # validation ends the epoch, and the best weights are those of the only one
    optimizer = sgd(plain.parameters())
    for images, labels in data:
        optimizer.zero_grad()
        nn.functional.cross_entropy(plain(images), labels).backward()
        optimizer.step()
    for name, value in plain.state_dict().items():
        assert torch.equal(model.state_dict()[name], value), name
    assert model[0][1].num_batches_tracked == 0  # type: ignore[index]


def sgd(parameters: Any) -> torch.optim.Optimizer:
    return torch.optim.SGD([one for one in parameters if one.requires_grad], lr=0.1)


class FreezesItself(nn.Module):
    """As people write it: `train` is overridden."""

    def __init__(self) -> None:
        super().__init__()
        self.body = net()

    def train(self, mode: bool = True) -> FreezesItself:
        super().train(mode)
        self.body[1].eval()  # type: ignore[index]
        return self

    def forward(self, images: Tensor) -> Tensor:
        return self.body(images)  # type: ignore[no-any-return]


def test_a_model_that_freezes_itself_in_train_is_frozen() -> None:
    model = FreezesItself()
    make(model, {"train": batches(2)}, epochs=2).fit()  # without validation the last weights stay, not the best
    assert model.body[1].num_batches_tracked == 0  # type: ignore[index]
    assert model.body[0][1].num_batches_tracked == 4  # type: ignore[index]


class Merging(nn.Linear):
    """An adapter that is merged for evaluation and must be taken apart again for training."""

    merged = False

    def train(self, mode: bool = True) -> Merging:
        self.merged = not mode
        super().train(mode)
        return self

    def forward(self, images: Tensor) -> Tensor:
        assert self.merged != self.training
        return super().forward(images)


def test_an_adapter_that_is_merged_for_evaluation_is_taken_apart_for_training() -> None:
    make(nn.Sequential(Merging(FEATURES, FEATURES), Merging(FEATURES, CLASSES)), epochs=2).fit()


def test_a_callback_may_freeze_from_an_epoch_on() -> None:
    def freeze_second(event: Any, run: Any) -> None:
        if event.epoch == 2:
            run.model[0][1].eval()

    model = net()
    make(model, {"train": batches(2)}, epochs=3, callbacks=[callback(on_epoch_started=freeze_second)]).fit()
    assert model[0][1].num_batches_tracked == 2  # type: ignore[index]  # two batches of the first epoch
    assert model[1].num_batches_tracked == 6  # type: ignore[index]


def test_a_callback_that_leaves_the_model_in_evaluation_mode_does_no_harm() -> None:
    model = freeze(net())
    peeking = callback(on_epoch_ended=lambda event, run: run.model.eval())
    make(model, {"train": batches(2)}, epochs=2, callbacks=[peeking]).fit()
    assert model[1].num_batches_tracked == 4  # type: ignore[index]
    assert model[0][1].num_batches_tracked == 0  # type: ignore[index]


class NoisyLoss(nn.Module):
    """Counts, and drops out, in training only."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("seen", torch.zeros((), dtype=torch.int64))
        self.dropout = nn.Dropout(0.5)

    def forward(self, outputs: Tensor, labels: Tensor) -> Tensor:
        self.seen += self.training
        return nn.functional.cross_entropy(self.dropout(outputs), labels)


def test_the_loss_is_in_evaluation_mode_where_the_model_is() -> None:
    loss = NoisyLoss()
    trainer = make(loss=loss, epochs=2)
    before = int(loss.seen)
    trainer.fit()
    assert loss.seen == before + 4
    assert trainer.evaluate("valid").figures.loss == trainer.evaluate("valid").figures.loss
    assert loss.training
    assert loss.dropout.training


def test_hooks_run_and_frozen_parameters_and_memory_format_stay() -> None:
    model = nn.Sequential(
        nn.Unflatten(1, (1, FEATURES, 1)), nn.Conv2d(1, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1), nn.Flatten(),
        nn.Linear(4 * FEATURES, CLASSES),
    ).to(memory_format=torch.channels_last)  # fmt: skip
    model[1].requires_grad_(False)
    frozen = model[1].weight.detach().clone()
    calls: list[str] = []
    model[1].register_forward_hook(lambda *_: calls.append("forward"))
    model[4].weight.register_hook(lambda gradient: calls.append("gradient"))
    before = len(calls)
    trainer = make(model, {"train": batches(2)}, epochs=1)
    built = len(calls)
    trainer.fit()
    assert built > before
    assert calls[built:].count("gradient") == 2
    assert calls[built:].count("forward") == 4  # two steps, and two batches of the evaluation
    assert not model[1].weight.requires_grad
    assert torch.equal(model[1].weight, frozen)
    assert model[2].weight.is_contiguous(memory_format=torch.channels_last)


@given(st.lists(st.booleans(), min_size=7, max_size=7))
@settings(max_examples=60, deadline=None)
def test_any_modes_are_put_back(wanted: list[bool]) -> None:
    model = net()
    for module, training in zip(model.modules(), wanted, strict=True):
        module.training = training
    before = modes(model)
    with evaluating(model):
        assert not any(modes(model).values())
    assert modes(model) == before
    names = evaluating_names(model)
    start_training(model)
    assert modes(model) == (before if any(wanted) else dict.fromkeys(before, True))
    set_evaluating(model, names)
    assert modes(model) == before


def test_modes_are_put_back_where_a_run_fails() -> None:
    model = freeze(net())
    before = modes(model)

    trainer = make(model)
    model[2].register_forward_hook(lambda *_: 1 / 0)  # type: ignore[index]
    with pytest.raises(ZeroDivisionError):
        trainer.fit()
    assert modes(model) == before
