"""Clipping, accumulation, weight averaging and own training steps, each beside a few lines of plain torch."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from tests.engine.fakes import batches, linear, make, make_deferred
from trainer import Callback, Trainer
from trainer.engine.resume import trained_weights
from trainer.errors import UsageError
from trainer.events import BatchEnded, EpochEnded, GradientsReady
from trainer.store.checkpoint import find, read
from trainer.store.folder import RunFolder

Step = Callable[[nn.Module, torch.optim.Optimizer, Tensor, Tensor], None]


def sgd(parameters: Any) -> torch.optim.Optimizer:
    return torch.optim.SGD(parameters, lr=0.5, fused=True)  # as a device needs it


def by_hand(step: Step, data: list[tuple[Tensor, Tensor]], epochs: int = 2) -> nn.Module:
    """The loop everyone knows, with `step` between backward and update."""
    model = linear()
    optimizer = sgd(model.parameters())
    for _ in range(epochs):
        for images, labels in data:
            optimizer.zero_grad()
            functional.cross_entropy(model(images), labels).backward()
            step(model, optimizer, images, labels)
            optimizer.step()
    return model


def assert_same(model: nn.Module, other: nn.Module, **tolerance: float) -> None:
    for (name, mine), theirs in zip(model.state_dict().items(), other.state_dict().values(), strict=True):
        torch.testing.assert_close(mine, theirs, msg=lambda text, name=name: f"{name}: {text}", **tolerance)


@pytest.mark.parametrize("deferred", [False, True], ids=["cpu", "device"])
@pytest.mark.parametrize(
    ("options", "clip"),
    [
        ({"clip_norm": 0.1}, lambda model: nn.utils.clip_grad_norm_(model.parameters(), 0.1)),
        ({"clip_value": 0.05}, lambda model: nn.utils.clip_grad_value_(model.parameters(), 0.05)),
    ],
    ids=["norm", "value"],
)
def test_gradients_are_clipped_as_torch_clips_them(options: dict[str, float], clip: Any, *, deferred: bool) -> None:
    data = batches(3)
    made = (make_deferred if deferred else make)(data=data, optimizer=sgd, **options)
    made.fit()
    expected = by_hand(lambda model, optimizer, images, labels: clip(model), data)
    assert_same(made.model, expected)
    # and it does something
    assert not torch.equal(next(made.model.parameters()), next(by_hand(lambda *_: None, data).parameters()))


@settings(deadline=None, max_examples=25)
@given(sizes=st.lists(st.integers(1, 7), min_size=1, max_size=9), count=st.integers(1, 5))
def test_accumulated_batches_are_one_large_batch(sizes: list[int], count: int) -> None:
    data = [batches(1, size, seed=seed)[0] for seed, size in enumerate(sizes)]
    groups = [data[first : first + count] for first in range(0, len(data), count)]
    large = [(torch.cat([x for x, _ in group]), torch.cat([y for _, y in group])) for group in groups]
    made = make(data=data, optimizer=sgd, accumulate=count)
    steps: list[int] = []
    made.on(BatchEnded, lambda event: steps.append(event.samples))
    made.fit()
    assert_same(made.model, by_hand(lambda *_: None, large), atol=1e-5, rtol=1e-4)
    assert steps == [len(labels) for _, labels in large] * 2


def test_only_one_of_the_accumulated_batches_is_in_the_model_at_a_time() -> None:
    seen: list[int] = []
    model = linear()
    model.register_forward_hook(lambda module, given, found: seen.append(len(found)) if module.training else None)
    make(model, batches(4, 6), accumulate=4, epochs=1).fit()
    assert [size for size in seen if size == 6] == [6] * 4
    assert max(seen) == 6


@pytest.mark.parametrize("deferred", [False, True], ids=["cpu", "device"])
def test_the_average_is_that_of_plain_torch(*, deferred: bool) -> None:
    data = batches(5)
    model = linear()
    optimizer = sgd(model.parameters())
    average = copy.deepcopy(model)
    count = 0
    for _ in range(2):
        for images, labels in data:
            optimizer.zero_grad()
            functional.cross_entropy(model(images), labels).backward()
            optimizer.step()
            count += 1
            decay = min(0.9, (1 + count) / (10 + count))
            with torch.no_grad():
                for mine, theirs in zip(average.parameters(), model.parameters(), strict=True):
                    mine.mul_(decay).add_(theirs, alpha=1 - decay)
    made = (make_deferred if deferred else make)(data=data, optimizer=sgd, ema=0.9)
    made.fit()
    assert_same(made.model, average)


def test_the_average_is_validated_kept_as_the_best_and_saved(tmp_path: Path) -> None:
    validated: list[Tensor] = []

    class Watch(Callback):
        on_error = "stop"

        def on_validation_done(self, event: Any, run: Any) -> None:
            trained.append(next(run.model.parameters()).detach().clone())

    trained: list[Tensor] = []
    model = linear()
    model.register_forward_pre_hook(
        lambda module, given: None if module.training else validated.append(module.weight.detach().clone())
    )
    made = make(model, optimizer=sgd, ema=0.9, epochs=1, run_dir=tmp_path / "run", callbacks=[Watch()])
    validated.clear()
    made.fit()
    assert not torch.equal(validated[0], trained[0])
    folder = RunFolder(tmp_path / "run")
    assert torch.equal(trained_weights(folder).tensors["weight"], validated[0])
    assert torch.equal(next(made.model.parameters()), validated[0])
    tensors, meta = read(find(folder.checkpoints, "last")[0])
    assert torch.equal(tensors["trained.weight"], trained[0])
    assert meta["averaged_updates"] == 2


@pytest.mark.parametrize("stop_at", [1, 3, 4, 5])
@pytest.mark.parametrize(
    "options",
    [{"ema": 0.9}, {"accumulate": 2}, {"mixup": 0.4, "cutmix": 1.0}, {"ema": 0.5, "mixup": 1.0, "accumulate": 2}],
    ids=["ema", "accumulate", "mixup and cutmix", "all"],
)
def test_resumed_equals_unbroken(tmp_path: Path, options: dict[str, Any], stop_at: int) -> None:
    images, labels = torch.randn(36, 1, 4, 4, generator=torch.Generator().manual_seed(3)), torch.arange(36) % 3

    def parts() -> dict[str, Any]:
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(1)
            model = nn.Sequential(nn.Flatten(), nn.Linear(16, 8), nn.Dropout(0.5), nn.Linear(8, 3))
        return {
            "model": model,
            "data": {"train": DataLoader(TensorDataset(images, labels), batch_size=4, shuffle=True)},
        }

    unbroken = make(**parts(), **options)
    unbroken.fit()
    first = make(run_dir=tmp_path / "run", **parts(), **options)
    first.on(BatchEnded, lambda event: first.stop() if event.step == stop_at else None)
    assert first.fit().status == "stopped"
    second = make(run_dir=tmp_path / "run", **parts(), **options)
    second.fit(resume=True)
    for mine, theirs in zip(second.model.parameters(), unbroken.model.parameters(), strict=True):
        assert torch.equal(mine, theirs)


def test_another_grouping_is_refused_inside_an_epoch(tmp_path: Path) -> None:
    first = make(run_dir=tmp_path / "run", data=batches(6), accumulate=2)
    first.on(BatchEnded, lambda event: first.stop() if event.step == 1 else None)
    first.fit()
    with pytest.raises(UsageError) as caught:
        make(run_dir=tmp_path / "run", data=batches(6), accumulate=3).fit(resume=True)
    assert caught.value.code == "resume.accumulate"


# -- a training step of one's own


class TwoHeads(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body, self.aux = nn.Linear(5, 3), nn.Linear(5, 3)

    def forward(self, images: Tensor) -> Any:
        return (self.body(images), self.aux(images)) if self.training else self.body(images)


def two_losses(model: nn.Module, batch: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    images, labels = batch
    logits, aux = model(images)
    return functional.cross_entropy(logits, labels) + 0.4 * functional.cross_entropy(aux, labels), logits


@pytest.mark.parametrize("deferred", [False, True], ids=["cpu", "device"])
@pytest.mark.parametrize("only_loss", [False, True])
def test_an_own_step_trains_as_plain_torch_does(*, only_loss: bool, deferred: bool) -> None:
    torch.manual_seed(0)
    model, data = TwoHeads(), {"train": batches(3), "valid": batches(1, seed=1)}
    other = copy.deepcopy(model)
    optimizer = sgd(other.parameters())
    right = seen = 0
    for images, labels in data["train"]:
        optimizer.zero_grad()
        loss, logits = two_losses(other, (images, labels))
        loss.backward()
        optimizer.step()
        right, seen = right + int((logits.argmax(1) == labels).sum()), seen + len(labels)
    epochs: list[EpochEnded] = []
    step = (lambda model, batch: two_losses(model, batch)[0]) if only_loss else two_losses
    made = (make_deferred if deferred else make)(model, data, optimizer=sgd, training_step=step, epochs=1)
    made.on(EpochEnded, epochs.append)
    made.fit()
    assert_same(made.model, other)
    assert epochs[0].train_accuracy == right / seen
    assert model.training


@pytest.mark.parametrize(
    "result",
    [None, 1.0, torch.zeros(()), torch.zeros(4, requires_grad=True), (torch.zeros((), requires_grad=True), "logits")],
    ids=["nothing", "a number", "no gradient", "not one number", "no logits"],
)
def test_what_is_no_loss_is_refused_in_words(result: Any) -> None:
    with pytest.raises(UsageError) as caught:
        make(training_step=lambda model, batch: result).fit()
    assert caught.value.code == "train.step_result"


def test_an_own_step_computes_in_bfloat16_where_that_is_asked_for() -> None:
    seen: list[torch.dtype] = []

    def step(model: nn.Module, batch: tuple[Tensor, Tensor]) -> Tensor:
        logits = model(batch[0])
        seen.append(logits.dtype)
        return functional.cross_entropy(logits, batch[1])

    made = make(training_step=step, precision="bfloat16", epochs=1)
    made.fit()
    assert set(seen) == {torch.bfloat16}
    assert all(parameter.dtype == torch.float32 for parameter in made.model.parameters())


# -- the moment between backward and step


@pytest.mark.parametrize("deferred", [False, True], ids=["cpu", "device"])
def test_a_hook_sees_and_changes_the_gradients(*, deferred: bool) -> None:
    class Double(Callback):
        on_error = "stop"

        def on_gradients_ready(self, event: GradientsReady, run: Any) -> None:
            steps.append((event.epoch, event.batch, event.step))
            for parameter in run.model.parameters():
                parameter.grad *= 2

    def double(model: nn.Module, *_: Any) -> None:
        for parameter in model.parameters():
            assert parameter.grad is not None
            parameter.grad *= 2

    steps: list[tuple[int, int, int]] = []
    data = batches(2)
    made = (make_deferred if deferred else make)(data=data, optimizer=sgd, callbacks=[Double()])
    made.fit()
    assert_same(made.model, by_hand(double, data))
    assert steps == [(1, 1, 0), (1, 2, 1), (2, 1, 2), (2, 2, 3)]


def test_gradients_are_clipped_after_the_hook() -> None:
    norms: list[float] = []
    made = make(optimizer=sgd, clip_norm=1e-3, epochs=1)
    made.on(GradientsReady, lambda event: norms.append(float(next(made.model.parameters()).grad.norm())))  # type: ignore[union-attr]
    before = next(made.model.parameters()).detach().clone()
    made.fit()
    assert min(norms) > 1e-3
    assert (next(made.model.parameters()) - before).norm() <= 2 * 0.5 * 1e-3 + 1e-6


def test_gradients_a_hook_has_spoilt_do_not_reach_the_weights() -> None:
    def spoil(event: GradientsReady) -> None:
        next(made.model.parameters()).grad.fill_(float("nan"))  # type: ignore[union-attr]

    made = make(optimizer=sgd)
    made.on(GradientsReady, spoil)
    with pytest.raises(Exception, match="gradient was not finite"):
        made.fit()
    assert all(bool(torch.isfinite(parameter).all()) for parameter in made.model.parameters())


@pytest.mark.parametrize(
    "wrong",
    [
        *({"accumulate": value} for value in (0, -1, 1.5, True)),
        *(
            {name: value}
            for name in ("clip_norm", "clip_value", "mixup", "cutmix")
            for value in (-1, float("nan"), "1")
        ),
        *({"ema": value} for value in (1, -0.1, True)),
        {"training_step": "step"},
    ],
    ids=str,
)
def test_options_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as caught:
        make(**wrong)
    assert caught.value.code == "train.option"
    assert next(iter(wrong)) in str(caught.value)


def test_an_own_step_and_compile_do_not_go_together() -> None:
    with pytest.raises(UsageError) as caught:
        Trainer(linear(), batches(1), training_step=two_losses, compile=True, device="cpu")
    assert caught.value.code in ("train.step_compile", "compile.no_compiler")


@pytest.mark.parametrize("stop_at", [None, 3, 5])
def test_layers_unfrozen_later_are_averaged_from_then_on(stop_at: int | None, tmp_path: Path) -> None:
    """The second epoch trains the first layer too; a resumed run, with any step as the last before the stop."""

    def net() -> nn.Sequential:
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(1)
            return nn.Sequential(nn.Linear(5, 4), nn.Linear(4, 3))

    class Unfreeze(Callback):
        def on_epoch_started(self, event: Any, run: Any) -> None:
            run.model[0].requires_grad_(event.epoch > 1)

    data = batches(2)
    bare = net()
    average, optimizer, count = copy.deepcopy(bare), sgd(bare.parameters()), 0
    for epoch in (1, 2, 3):
        bare[0].requires_grad_(epoch > 1)
        for images, labels in data:
            optimizer.zero_grad()
            functional.cross_entropy(bare(images), labels).backward()
            optimizer.step()
            count += 1
            decay = min(0.9, (1 + count) / (10 + count))
            with torch.no_grad():
                for mine, theirs in zip(average.parameters(), bare.parameters(), strict=True):
                    mine.lerp_(theirs, 1 - decay)

    def trainer() -> Trainer:
        options: dict[str, Any] = {"optimizer": sgd(model.parameters()), "callbacks": [Unfreeze()]}
        return make(model, data, epochs=3, ema=0.9, run_dir=tmp_path / "run", **options)

    model = net()
    made = trainer()
    if stop_at is not None:
        made.on(BatchEnded, lambda event: made.stop() if event.step == stop_at else None)
        assert made.fit().status == "stopped"
        model = net()
        made = trainer()
    made.fit(resume=stop_at is not None)
    assert_same(model, average)
