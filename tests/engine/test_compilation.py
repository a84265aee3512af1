"""A compiled model: told while it is made, nothing changed by the warm-up, no graph made once the run is under way.

The quick tests compile with a back end that makes no machine code; those marked slow use the compiler.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.engine.fakes import CLASSES, FEATURES, Recorder, at_step, batches, make
from tests.reliability.harness import scramble
from trainer.engine import compilation
from trainer.engine.compilation import PARTS, compile_model
from trainer.errors import UsageError
from trainer.events import EpochEnded, Preparing, RunStarted
from trainer.inference import load_trained
from trainer.launch import start
from trainer.settings import merge
from trainer.store.folder import RunFolder
from trainer.trainer import Trainer

COMPILED: dict[str, Any] = {"compile": True, "threads": 1}


def net() -> nn.Module:
    """Running statistics and dropout: what a forward pass changes and draws."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(3)
        return nn.Sequential(
            nn.Linear(FEATURES, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.3), nn.Linear(8, CLASSES)
        )


def data() -> dict[str, Any]:
    """The last batch of an epoch, and of a pass, is smaller; one is a single image."""
    train = [*batches(3, size=6), *batches(1, size=3, seed=5)]
    return {"train": train, "valid": [*batches(1, size=6, seed=1), *batches(1, size=1, seed=6)]}


class Graphs:
    """A back end that keeps the graphs it is given, and computes them as they are."""

    def __init__(self) -> None:
        self.made: list[Any] = []

    def __call__(self, graph: Any, inputs: Any) -> Callable[..., Any]:
        self.made.append(graph)
        return graph.forward  # type: ignore[no-any-return]


@pytest.fixture
def graphs(monkeypatch: pytest.MonkeyPatch) -> Graphs:
    """Whatever is compiled uses that back end, which needs no compiler."""
    found = Graphs()
    plain = torch.compile
    monkeypatch.setattr(torch, "compile", lambda called, backend=found: plain(called, backend=backend))
    monkeypatch.setattr("trainer.trainer.check_compiler", lambda device: None)
    torch.compiler.reset()
    return found


@pytest.fixture
def machine_code() -> Iterator[None]:
    """The real back end, without the threads it keeps for later."""
    if compilation._no_compiler():
        pytest.skip("there is no C++ compiler")
    import torch._inductor.config as config

    torch.compiler.reset()
    with config.patch(compile_threads=1):
        yield


def sgd(parameters: Any) -> torch.optim.Optimizer:
    return torch.optim.SGD(parameters, lr=0.1)


def state(trainer: Trainer) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in trainer.model.state_dict().items()}


def same(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return list(one) == list(other) and all(torch.equal(value, other[name]) for name, value in one.items())


# -- the warm-up -----------------------------------------------------------------------------------------------------


def warm_up(model: nn.Module, progress: Callable[[int, int], None] = lambda done, total: None) -> float:
    return compile_model(model, model, nn.CrossEntropyLoss(), torch.zeros(6, FEATURES), progress)


def test_the_warm_up_leaves_everything_as_it_was(graphs: Graphs) -> None:
    model = net()
    model[1].eval()  # a mode of its own
    before = {name: value.clone() for name, value in model.state_dict().items()}
    buffers = dict(model.named_buffers())
    scramble(1)
    drawn = torch.rand(3), np.random.rand(), random.random()
    scramble(1)
    told: list[tuple[int, int]] = []
    warm_up(model, lambda done, total: told.append((done, total)))
    assert same(model.state_dict(), before)
    assert all(buffer is buffers[name] for name, buffer in model.named_buffers())
    assert all(parameter.grad is None for parameter in model.parameters())
    assert [module.training for module in model.modules()] == [True, True, False, True, True, True]
    assert torch.equal(torch.rand(3), drawn[0])
    assert (np.random.rand(), random.random()) == drawn[1:]
    assert told == [(0, PARTS), (1, PARTS), (2, PARTS)]
    assert len(graphs.made) == PARTS


def test_gradients_of_the_caller_stay_and_hooks_on_them_are_not_called(graphs: Graphs) -> None:
    model, called = net(), []
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
        parameter.register_post_accumulate_grad_hook(called.append)
    warm_up(model)
    assert all(parameter.grad is not None and bool((parameter.grad == 1).all()) for parameter in model.parameters())
    assert not called


def test_a_buffer_that_a_model_replaces_is_put_back(graphs: Graphs) -> None:
    class Replacing(nn.Linear):
        def __init__(self) -> None:
            super().__init__(FEATURES, CLASSES)
            self.register_buffer("seen", torch.zeros(()))

        def forward(self, images: Tensor) -> Tensor:
            self.seen = self.seen + 1
            return super().forward(images)

    model = Replacing()
    before = model.seen
    warm_up(model)
    assert model.seen is before
    assert before.item() == 0


def test_a_stop_in_the_warm_up_is_honoured(graphs: Graphs) -> None:
    trainer = make(net(), data(), **COMPILED)
    trainer.on(Preparing, lambda event: event.stage == "compile" and event.done == 1 and trainer.stop())
    recorder = Recorder()
    trainer._bus.add(recorder)
    assert trainer.fit().status == "stopped"
    assert not recorder.of(RunStarted)
    assert len(graphs.made) == 1


# -- a run -----------------------------------------------------------------------------------------------------------


def test_the_stage_is_told_and_its_seconds_reported(graphs: Graphs, recorder: Recorder, tmp_path: Path) -> None:
    make(net(), data(), callbacks=[recorder], run_dir=tmp_path / "run", **COMPILED).fit()
    started = next(i for i, event in enumerate(recorder.seen) if isinstance(event, RunStarted))
    stages = [(event.stage, event.done) for event in recorder.seen[:started] if isinstance(event, Preparing)]
    assert [item for item in stages if item[0] == "compile"] == [("compile", 0), ("compile", 1), ("compile", 2)]
    assert not any(isinstance(event, Preparing) for event in recorder.seen[started:])
    assert recorder.of(RunStarted)[0].compile_seconds > 0
    assert "the model was compiled in " in RunFolder(tmp_path / "run").log.read_text("utf-8")


def test_without_it_nothing_is_compiled_or_told(graphs: Graphs, recorder: Recorder) -> None:
    trainer = make(net(), data(), callbacks=[recorder])
    trainer.fit()
    assert not graphs.made
    assert trainer._forward is trainer.model
    assert recorder.of(RunStarted)[0].compile_seconds == 0.0
    assert not [event for event in recorder.of(Preparing) if event.stage == "compile"]


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_run_makes_no_graph_after_its_start(graphs: Graphs, recorder: Recorder, precision: Any) -> None:
    """Not for the smaller last batch, nor for a single image, nor in validation, evaluation or prediction."""
    counted: list[int] = []
    trainer = make(net(), data(), callbacks=[recorder], epochs=3, precision=precision, compile=True)
    trainer.on(RunStarted, lambda event: counted.append(len(graphs.made)))
    trainer.fit()
    trainer.predict(torch.zeros(2, FEATURES))
    assert counted == [PARTS]
    assert len(graphs.made) == PARTS


def test_such_a_run_is_the_run_without_it(graphs: Graphs) -> None:
    """The back end of this test computes as torch does: the warm-up must have left no trace in the weights."""
    plain, compiled = make(net(), data()), make(net(), data(), **COMPILED)
    plain.fit()
    compiled.fit()
    assert graphs.made
    assert same(state(compiled), state(plain))


def test_a_model_that_was_compiled_already_stays_as_it_is(graphs: Graphs) -> None:
    mine = Graphs()
    trainer = make(net(), data(), **COMPILED)
    plain = trainer.model._call_impl
    trainer.model._compiled_call_impl = torch.compile(lambda images: plain(images), backend=mine)
    trainer.fit()
    assert len(mine.made) == PARTS
    assert not graphs.made


# -- what can go wrong -----------------------------------------------------------------------------------------------


def test_no_compiler_is_wrong_use_before_any_folder(tmp_path: Path) -> None:
    import torch._inductor.config as config

    with config.patch({"cpp.cxx": (str(tmp_path / "no-such-compiler"),)}):
        with pytest.raises(UsageError) as caught:
            make(net(), run_dir=tmp_path / "run", **COMPILED)
        with pytest.raises(UsageError, match="needs a C\\+\\+ compiler"):
            start(merge({"train": {"compile": True, "device": "cpu"}}), tmp_path, name="run")
    assert caught.value.code == "compile.no_compiler"
    assert "leave out --compile" in caught.value.fix
    assert "install a C++ compiler" in caught.value.fix
    assert not list(tmp_path.iterdir())


def test_a_gpu_without_triton_is_wrong_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compilation, "has_triton", lambda: False)
    with pytest.raises(UsageError) as caught:
        compilation.check_compiler(torch.device("cuda"))
    assert caught.value.code == "compile.no_triton"


def test_a_model_that_does_not_compile_is_wrong_use_and_left_as_it_was(
    tmp_path: Path, graphs: Graphs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Graphs, graph: Any, inputs: Any) -> Any:
        raise RuntimeError("Python.h is missing\nand more")

    monkeypatch.setattr(Graphs, "__call__", refuse)
    model = net()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    with pytest.raises(UsageError) as caught:
        make(model, data(), **COMPILED).fit()
    assert caught.value.code == "compile.failed"
    assert caught.value.what == "The model cannot be compiled: RuntimeError: Python.h is missing"
    assert same(model.state_dict(), before)
    assert model(torch.zeros(2, FEATURES)).shape == (2, CLASSES)
    with pytest.raises(UsageError):
        start(merge({"train": {"compile": True, "device": "cpu"}}), tmp_path, name="run")
    assert not list(tmp_path.iterdir())


def test_too_little_memory_is_no_wrong_use(graphs: Graphs) -> None:
    def full(*_: Any) -> Tensor:
        raise MemoryError

    with pytest.raises(MemoryError):
        compile_model(net(), full, nn.CrossEntropyLoss(), torch.zeros(2, FEATURES), lambda done, total: None)


def test_evaluating_a_run_needs_no_compiler(tmp_path: Path, graphs: Graphs, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = merge({"train": {"compile": True, "epochs": 1, "batch": 512, "device": "cpu"}})
    start(settings, tmp_path, name="run")
    monkeypatch.setattr("trainer.trainer.check_compiler", lambda device: pytest.fail("asked for"))
    trainer = load_trained(RunFolder(tmp_path / "run")).trainer
    assert trainer.evaluate("valid").metrics.loss > 0


# -- the compiler itself ---------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_machine_code_learns_the_same(machine_code: None, precision: Any) -> None:
    rows = []
    for compiled in (False, True):
        model, recorder = net(), Recorder()
        model[3].p = 0.0  # machine code draws other random numbers for dropout
        # not Adam: it makes whole steps of the rounding of a gradient that is zero, that of a bias before normalisation
        make(model, data(), callbacks=[recorder], optimizer=sgd, epochs=3, precision=precision, compile=compiled).fit()
        rows.append([(event.train_loss, event.valid_loss) for event in recorder.of(EpochEnded)])
    assert np.allclose(rows[0], rows[1], rtol=1e-4 if precision == "float32" else 0.02)


@pytest.mark.slow
def test_a_stopped_and_resumed_run_of_machine_code_is_the_same_bit_for_bit(machine_code: None, tmp_path: Path) -> None:
    def build(name: str) -> Trainer:
        return make(net(), data(), epochs=3, run_dir=tmp_path / name, **COMPILED)

    whole = build("whole")
    whole.fit()
    for attempt, step in enumerate((3, 5, 8, None)):
        torch.compiler.reset()  # a new process would know no graphs
        trainer = build("stopped")
        if step is not None:
            at_step(trainer, step, trainer.stop)
        trainer.fit(resume=attempt > 0)
    assert same(state(trainer), state(whole))
