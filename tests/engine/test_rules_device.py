"""Design section 2, rules 5 (nothing waits for the device per step) and 10 (a non-finite loss or gradient)."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from tests.engine.fakes import Recorder, at_step, batches, callback, linear, make, make_deferred
from trainer.callback import Callback
from trainer.errors import DivergedError
from trainer.events import BatchEnded, BatchesReported, CallbackFailed, EpochEnded, NonFiniteLoss, RunEnded
from trainer.store import checkpoint as container
from trainer.torch_internals import takes_flag
from trainer.trainer import Trainer

Make = Callable[..., Trainer]


class Reads(TorchDispatchMode):
    """Counts how often a value is fetched from the device: `.item()`, `float()`, `bool()`, `if tensor`."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.count += function is torch.ops.aten._local_scalar_dense.default
        return function(*args, **(kwargs or {}))


def fused(parameters: Any) -> torch.optim.Optimizer:
    return torch.optim.Adam(parameters, lr=0.1, fused=True)


def test_rule_5_on_the_cpu_the_loss_of_a_batch_is_a_float(recorder: Recorder) -> None:
    make(callbacks=[recorder]).fit()
    assert all(type(event.loss) is float for event in recorder.of(BatchEnded))
    assert len(recorder.of(BatchEnded)) == 4


def test_rule_5_on_a_device_the_loss_is_none_unless_somebody_reads_it(recorder: Recorder) -> None:
    make_deferred(callbacks=[recorder]).fit()
    assert [event.loss for event in recorder.of(BatchEnded)] == [None] * 4


@pytest.mark.parametrize("how", ["declared", "on"])
def test_rule_5_one_reader_is_enough_and_all_get_the_float(recorder: Recorder, how: str) -> None:
    reader = callback("reader", on_batch_ended=lambda event, run: None)
    type(reader).reads_loss = how == "declared"  # type: ignore[misc]
    trainer = make_deferred(callbacks=[recorder, reader])
    if how == "on":
        trainer.on(BatchEnded, lambda event: None, loss=True)
    trainer.fit()
    plain = Recorder()
    make(callbacks=[plain]).fit()
    assert [event.loss for event in recorder.of(BatchEnded)] == [event.loss for event in plain.of(BatchEnded)]


def test_rule_5_a_reader_that_left_is_waited_for_no_more(recorder: Recorder) -> None:
    trainer = make_deferred(data={"train": batches(4)}, epochs=1, callbacks=[recorder])
    handle = trainer.on(BatchEnded, lambda event: None, loss=True)
    at_step(trainer, 2, handle.remove)
    trainer.fit()
    assert [event.loss is None for event in recorder.of(BatchEnded)] == [False, False, True, True]


def reads_during_training(make: Make, steps: int, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """How often training read from the device, and how often it reported."""
    monkeypatch.setattr("trainer.engine.loop.REPORT_SECONDS", 1e9)
    recorder = Recorder()
    trainer = make(data={"train": batches(steps)}, epochs=1, callbacks=[recorder])
    reads = Reads()
    counted: list[int] = []

    def begin(event: Any, run: Any) -> None:
        trainer.feed._labels = None  # type: ignore[attr-defined]  # the caller's labels are looked at before they move
        reads.__enter__()

    def end(event: Any, run: Any) -> None:
        reads.__exit__(None, None, None)
        counted.append(reads.count)

    trainer._bus.add(callback("counter", on_epoch_started=begin, on_epoch_ended=end))
    trainer.fit()
    return counted[0], len(recorder.of(BatchesReported))


def test_rule_5_nothing_is_read_from_the_device_per_step(monkeypatch: pytest.MonkeyPatch) -> None:
    few, reports = reads_during_training(make_deferred, 3, monkeypatch)
    many, _ = reads_during_training(make_deferred, 150, monkeypatch)
    assert reports == 1
    assert few == many  # however many steps: only the report reads
    assert many <= 4
    every_step, _ = reads_during_training(make, 150, monkeypatch)
    assert every_step >= 150  # the count does see what the step of the CPU reads


def test_rule_5_both_steps_give_the_same_weights_and_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    data = {"train": batches(70), "valid": batches(2, seed=1)}
    results = []
    for maker in (make, make_deferred):
        model, recorder = linear(), Recorder()
        maker(model, data, optimizer=fused, callbacks=[recorder]).fit()
        results.append((model, recorder.of(EpochEnded)))
    (one, first), (other, second) = results
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))
    for a, b in zip(first, second, strict=True):
        assert a.train_loss == pytest.approx(b.train_loss, rel=1e-12)
        assert (a.train_f1, a.train_accuracy, a.valid_loss) == (b.train_f1, b.train_accuracy, b.valid_loss)


def test_rule_5_reports_are_exact_sums_of_their_steps(recorder: Recorder) -> None:
    data = {"train": batches(70, size=3)[:69] + batches(1, size=2)}
    make(data=data, callbacks=[recorder], epochs=2).fit()
    steps, reports = recorder.of(BatchEnded), recorder.of(BatchesReported)
    assert sum(report.count for report in reports) == len(steps) == 140
    assert [report.first_step for report in reports[1:]] == [report.last_step + 1 for report in reports[:-1]]
    for report in reports:
        mine = [step for step in steps if report.first_step <= step.step <= report.last_step]
        losses = [step.loss for step in mine]
        samples = sum(step.samples for step in mine)
        assert (report.count, report.samples) == (len(mine), samples)
        assert (report.loss_min, report.loss_max, report.loss_last) == (min(losses), max(losses), losses[-1])
        assert report.loss_mean == pytest.approx(sum(s.loss * s.samples for s in mine) / samples, rel=1e-12)
    for epoch in recorder.of(EpochEnded):
        mine = [report for report in reports if report.epoch == epoch.epoch]
        assert epoch.train_accuracy == sum(r.correct for r in mine) / sum(r.samples for r in mine)
        assert epoch.train_loss == pytest.approx(
            sum(r.loss_mean * r.samples for r in mine) / sum(r.samples for r in mine)
        )


def test_rule_5_outputs_are_kept_for_64_steps_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainer.engine.loop.REPORT_SECONDS", 1e9)
    for maker in (make, make_deferred):
        trainer = maker(data={"train": batches(150)}, epochs=1)
        kept: list[int] = []
        trainer.on(BatchEnded, lambda event: kept.append(len(trainer.loop.tally._outputs)))  # noqa: B023
        trainer.fit()
        assert len(kept) == 150
        assert max(kept) < 64


# -- rule 10 -----------------------------------------------------------------------------------------------------------


def poisoned(value: float, at: int = 2, count: int = 5) -> list[Any]:
    """Training batches, one of which (0-based) holds a non-finite image."""
    data = [(images.clone(), labels) for images, labels in batches(count)]
    data[at][0][0, 0] = value
    return data


class BadGradient:
    """A loss that is finite always and whose gradient is not, in the call of one number."""

    def __init__(self, at: int) -> None:
        self.at, self.calls = at, 0

    def __call__(self, outputs: Tensor, labels: Tensor) -> Tensor:
        self.calls += 1
        loss = nn.functional.cross_entropy(outputs, labels)
        return loss + (outputs * 0).sum().sqrt() if self.calls == self.at else loss


class BadLoss(BadGradient):
    """The other way round: an infinite loss whose gradient is finite."""

    def __call__(self, outputs: Tensor, labels: Tensor) -> Tensor:
        self.calls += 1
        loss = nn.functional.cross_entropy(outputs, labels)
        return loss + math.inf if self.calls == self.at else loss


def state(model: nn.Module, optimizer: Any) -> Any:
    return copy.deepcopy((model.state_dict(), optimizer.state_dict()))


def equal(one: Any, other: Any) -> bool:
    if isinstance(one, Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(equal, one, other))
    return bool(one == other)


OPTIMIZERS: dict[str, Any] = {
    "adam": fused,
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.1, fused=True),
    "sgd": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, fused=True),
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("where", ["loss", "loss inf", "loss only", "gradient"])
@pytest.mark.parametrize("maker", [make, make_deferred], ids=["checked", "flagged"])
def test_rule_10_a_non_finite_step_changes_nothing(maker: Make, where: str, optimizer: str, recorder: Recorder) -> None:
    model = linear()
    options: dict[str, Any] = {"data": {"train": poisoned(math.inf if "inf" in where else math.nan)}}
    if where in ("gradient", "loss only"):
        options = {"data": {"train": batches(5)}, "loss": BadGradient(3) if where == "gradient" else BadLoss(3)}
    trainer = maker(model, **options, optimizer=OPTIMIZERS[optimizer], callbacks=[recorder])
    before: list[Any] = []
    at_step(trainer, 2, lambda: before.append(state(model, trainer.optimizer)))
    with pytest.raises(DivergedError) as caught:
        trainer.fit()
    assert caught.value.exit_code == 8
    assert equal(state(model, trainer.optimizer), before[0])
    (told,) = recorder.of(NonFiniteLoss)
    assert told.where == where.split()[0]
    assert told.epoch == 1
    assert recorder.kinds[-2:] == ["NonFiniteLoss", "RunEnded"]
    ended = recorder.seen[-1]
    assert (ended.status, ended.code) == ("failed", "diverged.step")
    for name in ("grad_scale", "found_inf"):
        assert not hasattr(trainer.optimizer, name)  # the caller's optimiser is as it was


def test_rule_10_the_checked_step_names_the_very_batch(recorder: Recorder) -> None:
    trainer = make(data={"train": poisoned(math.nan)}, callbacks=[recorder])
    with pytest.raises(DivergedError, match="batch 3"):
        trainer.fit()
    (told,) = recorder.of(NonFiniteLoss)
    assert (told.batch, told.step) == (3, 2)
    assert sum(report.count for report in recorder.of(BatchesReported)) <= 2


def test_rule_10_a_very_large_finite_gradient_is_no_reason_to_stop() -> None:
    """Their sum overflows, they do not."""
    model = nn.Linear(5, 3)
    scale = torch.tensor(3e38)
    make(
        model,
        epochs=1,
        loss=lambda outputs, labels: (outputs * 0).sum() + (model.bias * scale).sum() * 1e-1,
        optimizer=lambda p: torch.optim.SGD(p, lr=0.0),
    ).fit()


def test_rule_10_lbfgs_is_checked_too(recorder: Recorder) -> None:
    model = linear()
    before = copy.deepcopy(model.state_dict())
    trainer = make(
        model, {"train": poisoned(math.nan, at=0, count=1)}, optimizer=torch.optim.LBFGS, callbacks=[recorder]
    )
    with pytest.raises(DivergedError):
        trainer.fit()
    assert equal(model.state_dict(), before)
    assert len(recorder.of(NonFiniteLoss)) == 1


@pytest.mark.parametrize("search", [None, "strong_wolfe"])
def test_rule_10_lbfgs_takes_back_what_it_tried_within_the_bad_step(search: str | None) -> None:
    """It calls the closure several times, and moves the weights in between."""
    model, calls = linear(), []

    def loss(outputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        calls.append(not torch.equal(model.weight, before["weight"]))
        return nn.functional.cross_entropy(outputs, labels) * (math.nan if calls[-1] else 1)

    before = copy.deepcopy(model.state_dict())
    optimizer = torch.optim.LBFGS(model.parameters(), line_search_fn=search)
    with pytest.raises(DivergedError, match="the weights were left as they were"):
        make(model, {"train": batches(1)}, optimizer=optimizer, loss=loss).fit()
    assert calls[-1]
    assert equal(model.state_dict(), before)


def test_rule_10_no_handler_is_blamed_for_a_step_that_failed_on_the_device(recorder: Recorder, tmp_path: Any) -> None:
    """Whoever emits an event right after the bad step makes the engine report, and find out."""
    emitter = callback(
        "emitter", on_error="stop", on_batch_ended=lambda event, run: run.request_checkpoint("last", "test")
    )
    trainer = make_deferred(data={"train": poisoned(math.nan)}, callbacks=[emitter, recorder], run_dir=tmp_path / "run")
    with pytest.raises(DivergedError) as caught:
        trainer.fit()
    assert caught.value.code == "diverged.step"
    assert len(recorder.of(NonFiniteLoss)) == 1
    assert "emitter" not in {event.callback for event in recorder.of(CallbackFailed)}
    steps = {container.parse_name(path.name)[1] for path in (tmp_path / "run" / "checkpoints").iterdir()}  # type: ignore[index]
    assert max(steps) == 2  # nothing was saved of the steps that were not taken


def test_rule_10_a_request_during_the_bad_report_is_answered(recorder: Recorder) -> None:
    tickets: list[Any] = []
    trainer = make_deferred(data={"train": poisoned(math.nan)}, callbacks=[recorder])
    at_step(trainer, 3, lambda: tickets.extend((trainer.pause(), trainer.checkpoint())))
    with pytest.raises(DivergedError):
        trainer.fit()
    assert [ticket.result for ticket in tickets] == ["refused", "refused"]


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_rule_10_a_checkpoint_with_non_finite_weights_is_refused(bad: float, tmp_path: Any, recorder: Recorder) -> None:
    class Breaks(Callback):
        on_error = "stop"

        def on_validation_done(self, event: Any, run: Any) -> None:
            if event.epoch == 2:
                with torch.no_grad():
                    run.model.bias[0] = bad

    trainer = make(callbacks=[Breaks(), recorder], epochs=3, run_dir=tmp_path / "run")
    with pytest.raises(DivergedError, match="bias"):
        trainer.fit()
    files = sorted(path.name for path in (tmp_path / "run" / "checkpoints").iterdir())
    assert files == ["best-000000002.safetensors", "last-000000002.safetensors"]
    assert recorder.of(RunEnded)[0].code == "diverged.weights"


def test_rule_10_explain_says_what_an_optimiser_without_a_flag_costs() -> None:
    trainer = make(optimizer=torch.optim.NAdam)
    assert not takes_flag(trainer.optimizer)
    trainer.device = torch.device("cuda")
    assert "NAdam" in trainer.explain()
    assert "every step waits" in trainer.explain()
    assert "before every step" in make().explain()
