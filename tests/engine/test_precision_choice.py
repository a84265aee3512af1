"""`precision="auto"`: the rule by a clock of our own, what it leaves behind, and that a run decides once."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from callbacks.progress import Progress
from tests.engine.fakes import CLASSES, FEATURES, Recorder, at_step, batches, linear, make
from trainer.engine import precision_choice
from trainer.engine.precision_choice import BUDGET, PAIRS, PrecisionChoice, choose_precision, compare_steps
from trainer.events import RunStarted
from trainer.inference import load_trained
from trainer.launch import resume, start
from trainer.settings import merge
from trainer.store.folder import RunFolder
from trainer.trainer import Trainer

FASTER = PrecisionChoice("bfloat16", "faster", 2.0)


class Clock:
    """Time passes only where a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def net() -> nn.Module:
    """Running statistics and dropout: what a step changes and draws."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(3)
        return nn.Sequential(
            nn.Linear(FEATURES, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.3), nn.Linear(8, CLASSES)
        )


@pytest.fixture
def native(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision_choice, "computes_natively", lambda device: True)


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every run that is asked finds bfloat16 faster; what was asked."""
    asked: list[Any] = []

    def choose(parts: Any) -> PrecisionChoice:
        asked.append(parts)
        return FASTER

    monkeypatch.setattr(precision_choice, "choose_precision", choose)
    return asked


# -- the comparison --------------------------------------------------------------------------------------------------


def timed(clock: Clock, seconds: list[float]) -> Any:
    """Steps that take these seconds, and then the last of them."""
    left = list(seconds)

    def step() -> None:
        clock.now += left.pop(0) if len(left) > 1 else left[0]

    return step


def test_the_ratio_is_of_medians_without_the_first_step_of_each() -> None:
    clock = Clock()
    plain = timed(clock, [0.5, 0.3])
    mixed = timed(clock, [9.0, 0.2, 5.0, 0.1, 0.2])
    assert compare_steps(plain, mixed, clock) == pytest.approx(1.5)


def test_steps_are_timed_in_turn() -> None:
    order: list[str] = []
    compare_steps(lambda: order.append("plain"), lambda: order.append("mixed"), Clock())
    assert order == ["plain", "mixed"] * (PAIRS + 1)


def test_slow_steps_are_few() -> None:
    clock, count = Clock(), [0]

    def step() -> None:
        count[0] += 1
        clock.now += 0.6 * BUDGET

    compare_steps(step, step, clock)
    assert count[0] == 4


# -- the choice ------------------------------------------------------------------------------------------------------


def paced(model: nn.Module, clock: Clock, speedup: float) -> None:
    """A pass of `model` takes a second under autocast, and `speedup` seconds without."""

    def pace(*_: Any) -> None:
        clock.now += 1.0 if torch.is_autocast_enabled("cpu") else speedup

    model.register_forward_pre_hook(pace)


@pytest.mark.usefixtures("native")
@pytest.mark.parametrize(
    ("speedup", "precision", "reason"),
    [(2.0, "bfloat16", "faster"), (1.05, "float32", "not_faster"), (0.25, "float32", "not_faster")],
)
def test_it_is_bfloat16_where_that_is_clearly_faster(speedup: float, precision: str, reason: str) -> None:
    trainer, clock = make(), Clock()
    paced(trainer.model, clock, speedup)
    found = choose_precision(trainer._parts(), clock)
    assert found == (precision, reason, pytest.approx(speedup))


@pytest.mark.usefixtures("native")
def test_weights_and_own_steps_that_cannot_be_tried() -> None:
    doubles = make(linear().double())
    assert choose_precision(doubles._parts()) == ("float32", "weights", 0.0)
    own = make(training_step=lambda model, batch: pytest.fail("it was tried"))
    assert choose_precision(own._parts()) == ("float32", "not_tried", 0.0)


def test_where_bfloat16_is_not_native_nothing_is_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision_choice, "computes_natively", lambda device: False)
    trainer = make()
    trainer.model.register_forward_pre_hook(lambda *_: pytest.fail("it was tried"))
    assert choose_precision(trainer._parts()) == ("float32", "not_native", 0.0)


def test_a_processor_is_asked_for_its_instructions(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, expected in (("avx512_bf16", True), ("amx_bf16", True), ("bf16", True), ("avx512_f", False)):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda name=name: {name: True}, raising=False)
        assert precision_choice.computes_natively(torch.device("cpu")) is expected
    assert not precision_choice.computes_natively(torch.device("meta"))


@pytest.mark.usefixtures("native")
def test_the_trial_leaves_no_trace() -> None:
    trainer = make(net())
    before = {name: value.clone() for name, value in trainer.model.state_dict().items()}
    generator = torch.get_rng_state()
    trainer.model[1].eval()
    choose_precision(trainer._parts())
    assert all(torch.equal(value, before[name]) for name, value in trainer.model.state_dict().items())
    assert torch.equal(torch.get_rng_state(), generator)
    assert not trainer.model[1].training
    assert all(one.grad is None for one in trainer.model.parameters())


# -- a run decides once ----------------------------------------------------------------------------------------------


def recorded(folder: Path) -> Any:
    return tomllib.loads((folder / "run.toml").read_text("utf-8"))["train"]["precision"]


def test_what_was_chosen_is_used_recorded_and_told(tmp_path: Path, chosen: list[Any], recorder: Recorder) -> None:
    auto = make(net(), callbacks=[recorder], run_dir=tmp_path / "auto", precision="auto")
    auto.fit()
    given = make(net(), precision="bfloat16")
    given.fit()
    assert all(torch.equal(a, b) for a, b in zip(auto.model.parameters(), given.model.parameters(), strict=True))
    assert auto.precision == recorded(tmp_path / "auto") == "bfloat16"
    (event,) = recorder.of(RunStarted)
    assert (event.precision, event.precision_reason, event.bfloat16_speedup) == FASTER
    assert event.settings["train"]["precision"] == "bfloat16"


def test_a_given_precision_is_not_questioned(chosen: list[Any], recorder: Recorder) -> None:
    make(callbacks=[recorder], precision="float32").fit()
    assert not chosen
    (event,) = recorder.of(RunStarted)
    assert (event.precision, event.precision_reason, event.bfloat16_speedup) == ("float32", "", 0.0)


def test_a_resumed_run_does_not_decide_again(tmp_path: Path, chosen: list[Any], recorder: Recorder) -> None:
    def build(name: str, **options: Any) -> Trainer:
        return make(net(), {"train": batches(4), "valid": batches(1, seed=1)}, run_dir=tmp_path / name, **options)

    whole = build("whole", precision="bfloat16")
    whole.fit()
    stopped = build("stopped", precision="auto")
    at_step(stopped, 3, stopped.stop)
    stopped.fit()
    assert len(chosen) == 1
    resumed = build("stopped", precision="auto", callbacks=[recorder])
    resumed.fit(resume=True)
    assert len(chosen) == 1
    assert all(torch.equal(a, b) for a, b in zip(resumed.model.parameters(), whole.model.parameters(), strict=True))
    (event,) = recorder.of(RunStarted)
    assert (event.precision, event.precision_reason) == ("bfloat16", "")


def test_the_setting_is_recorded_and_resumed(tmp_path: Path, chosen: list[Any], recorder: Recorder) -> None:
    values = {"train": {"precision": "auto", "epochs": 1, "batch": 256, "device": "cpu"}}
    start(merge(values), tmp_path, name="run")
    folder = RunFolder(tmp_path / "run")
    assert recorded(folder.path) == "bfloat16"
    assert load_trained(folder).trainer.precision == "bfloat16"
    resume(folder, epochs=2, callbacks=[recorder])
    assert len(chosen) == 1
    assert recorder.of(RunStarted)[0].precision == "bfloat16"
    assert recorded(folder.path) == "bfloat16"


def test_the_choice_is_a_line_on_the_screen(chosen: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    make(callbacks=[Progress()], precision="auto").fit()
    assert "precision bfloat16: a step takes 50% of its time in float32" in capsys.readouterr().out


def test_what_is_tried_is_what_the_model_takes(native: None) -> None:
    """Whole numbers for an embedding, several inputs for a model of several."""

    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(4, CLASSES)

        def forward(self, one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
            found: torch.Tensor = self.linear(one + other)
            return found

    words = nn.Sequential(nn.Embedding(9, 4), nn.Flatten(), nn.Linear(12, CLASSES))
    labels = torch.arange(6) % CLASSES
    for model, images in ((words, torch.ones(6, 3, dtype=torch.int64)), (Two(), (torch.ones(6, 4), torch.ones(6, 4)))):
        trainer = Trainer(model, [(images, labels)], epochs=1, precision="auto", device="cpu")
        assert trainer.fit().status == "completed"
        assert trainer.precision in ("float32", "bfloat16")
