"""What cannot be resumed exactly says so; what a checkpoint cannot hold, or was made otherwise, is refused in words."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from tests.reliability.harness import CLASSES, FEATURES, attempts, batches, lists
from trainer.data.loader_source import data_source
from trainer.engine.module_state import loader_limits
from trainer.errors import DivergedError, EpochscopeError, UsageError
from trainer.events import BatchEnded
from trainer.store.folder import RunFolder
from trainer.trainer import Trainer


def linear() -> nn.Module:
    return nn.Linear(FEATURES, CLASSES)


def trainer(folder: Path, model: nn.Module | None = None, data: Any = None, **options: Any) -> Trainer:
    return Trainer(model or linear(), data or lists(), run_dir=folder, **{"epochs": 1, "device": "cpu", **options})


def promises(folder: Path) -> list[str]:
    return [event.exact_resume for event in attempts(RunFolder(folder))]


# -- what can only be resumed approximately -------------------------------------------------------------------------


class Images(Dataset[Any]):
    """Twenty images, with something random beside them."""

    def __init__(self, source: Any = None) -> None:
        self.source = source
        self.images, self.labels = (torch.cat(part) for part in zip(*lists()["train"], strict=True))

    def __len__(self) -> int:
        return 20

    def __getitem__(self, index: int) -> Any:
        return self.images[index], self.labels[index]


class Foreign:
    """A generator of a library that nobody knows."""

    def seed(self, number: int) -> None: ...

    def get_state(self) -> object:
        return object()


def numbers() -> Iterator[int]:
    yield from range(10)


APPROXIMATE: dict[str, Any] = {
    "a generator of the system": lambda: DataLoader(Images(random.SystemRandom()), 4),
    "a generator function": lambda: DataLoader(Images(numbers()), 4),
    "a library's generator": lambda: DataLoader(Images(Foreign()), 4),
    "one pass": lambda: iter(batches(3, 0)),
}


@pytest.mark.parametrize("name", APPROXIMATE)
def test_it_is_said_where_a_resumed_run_may_differ(name: str, tmp_path: Path) -> None:
    trainer(tmp_path / "run", data={"train": APPROXIMATE[name](), "valid": batches(1, 1)}).fit()
    assert promises(tmp_path / "run") == ["approximate"]
    assert "may differ from one without interruption" in (tmp_path / "run" / "log.txt").read_text("utf-8")


def test_persistent_workers_are_named() -> None:
    loader = DataLoader(Images(), 4)
    source = data_source({"train": loader}, seed=1)
    assert loader_limits(source) == []
    loader.num_workers = 1  # no process is started for this
    object.__setattr__(loader, "persistent_workers", True)
    assert loader_limits(source) == ["the loader of 'train' has persistent workers"]


@pytest.mark.parametrize("data", [lambda: lists()["train"], lambda: DataLoader(Images(), 4)])
def test_it_is_not_said_of_ordinary_loaders(data: Any, tmp_path: Path) -> None:
    trainer(tmp_path / "run", data={"train": data()}).fit()
    assert promises(tmp_path / "run") == ["replayed"]


# -- what a checkpoint cannot hold ------------------------------------------------------------------------------------


class Extra(nn.Linear):
    """Extra state of any sort."""

    def __init__(self, state: Any) -> None:
        super().__init__(FEATURES, CLASSES)
        self.state = state

    def get_extra_state(self) -> Any:
        return self.state

    def set_extra_state(self, state: Any) -> None:
        self.state = state


class OneWay(nn.Linear):
    def get_extra_state(self) -> Any:
        return {"a": 1}


def sparse_buffer() -> nn.Module:
    model = linear()
    model.register_buffer("graph", torch.eye(3).to_sparse())
    return model


UNSTORABLE: dict[str, Any] = {
    "an object": lambda: Extra(object()),
    "deep inside": lambda: nn.Sequential(Extra({"list": [1, {"lock": object()}]})),
    "an array": lambda: Extra(torch.ones(2).numpy()),
    "no way back": lambda: OneWay(FEATURES, CLASSES),
    "sparse": sparse_buffer,
}


@pytest.mark.parametrize("name", UNSTORABLE)
def test_state_that_cannot_be_saved_is_refused_before_the_folder_is_made(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="A checkpoint cannot hold the state of the model") as caught:
        trainer(tmp_path / "run", UNSTORABLE[name]())
    assert caught.value.code == "model.state"
    assert not (tmp_path / "run").exists()


def test_extra_state_that_goes_bad_on_the_way_fails_in_words(tmp_path: Path) -> None:
    model = Extra({"fine": 1})
    run = trainer(tmp_path / "run", model)
    run.on(BatchEnded, lambda event: setattr(model, "state", object()))
    with pytest.raises(EpochscopeError, match="extra state"):
        run.fit()


PLAIN_STATE = [
    None, 7, 2.5, "text", [1, [2, "x"]], {"a": {"b": (1, 2)}, 3: float("inf")}, {"t": torch.arange(3), "s": {1, 2}},
]  # fmt: skip


@pytest.mark.parametrize("state", PLAIN_STATE)
def test_plain_extra_state_comes_back(state: Any, tmp_path: Path) -> None:
    trainer(tmp_path / "run", Extra(state), epochs=1).fit()
    model = Extra("another")
    trainer(tmp_path / "run", model, epochs=2).fit(resume=True)
    found = model.state
    if isinstance(state, dict) and "t" in state:
        assert torch.equal(found.pop("t"), torch.arange(3))
        state = {"s": {1, 2}}
    assert found == state


# -- what is another run ----------------------------------------------------------------------------------------------


class Scaled(nn.CrossEntropyLoss):
    """A loss with something to learn."""

    def __init__(self, name: str = "scale") -> None:
        super().__init__()
        self.register_parameter(name, nn.Parameter(torch.ones(())))

    def forward(self, outputs: Tensor, labels: Tensor) -> Tensor:
        return super().forward(outputs * next(self.parameters()), labels)


@pytest.mark.parametrize("other", [lambda: Scaled("another"), lambda: nn.functional.cross_entropy])
def test_a_loss_with_other_state_is_refused_in_words(other: Any, tmp_path: Path) -> None:
    optimizer = lambda parameters: torch.optim.SGD(parameters[:2], lr=0.1)  # noqa: E731
    trainer(tmp_path / "run", loss=Scaled(), optimizer=optimizer).fit()
    with pytest.raises(EpochscopeError, match="another loss"):
        trainer(tmp_path / "run", loss=other(), optimizer=optimizer, epochs=2).fit(resume=True)


def test_class_weights_given_now_count_and_it_is_said(tmp_path: Path) -> None:
    trainer(tmp_path / "run", loss=nn.CrossEntropyLoss(weight=torch.ones(CLASSES))).fit()
    trainer(tmp_path / "run", loss=nn.CrossEntropyLoss(weight=torch.ones(CLASSES)), epochs=2).fit(resume=True)
    trainer(tmp_path / "run", epochs=3).fit(resume=True)
    assert promises(tmp_path / "run") == ["replayed", "replayed", "approximate"]


def test_an_optimiser_of_other_parameters_is_refused_in_words(tmp_path: Path) -> None:
    trainer(tmp_path / "run", nn.Sequential(nn.Linear(FEATURES, 4), nn.Linear(4, CLASSES))).fit()
    model = nn.Sequential(nn.Linear(FEATURES, 4), nn.Linear(4, CLASSES))
    model[0].requires_grad_(False)
    with pytest.raises(EpochscopeError, match="different parameters"):
        trainer(tmp_path / "run", model, epochs=2).fit(resume=True)


def test_compiled_and_resumed_without_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from trainer.engine.parts import Parts

    made = property(lambda parts: {"compiled": True, "bfloat16": False})
    with monkeypatch.context() as patched:
        patched.setattr(Parts, "computes", made)
        trainer(tmp_path / "run").fit()
    trainer(tmp_path / "run", epochs=2).fit(resume=True)
    assert promises(tmp_path / "run") == ["replayed", "approximate"]
    assert "compiled: on in the attempt before" in (tmp_path / "run" / "log.txt").read_text("utf-8")


# -- what is a divergence ---------------------------------------------------------------------------------------------


class Breaks(nn.Module):
    """Puts a value into a parameter or a buffer of its own in training."""

    def __init__(self, holder: str, value: complex, dtype: torch.dtype) -> None:
        super().__init__()
        self.linear = linear()
        start = torch.zeros(2, dtype=dtype)
        if holder == "parameter":
            self.held = nn.Parameter(start, requires_grad=dtype.is_floating_point or dtype.is_complex)
        else:
            self.register_buffer("held", start)
        self.value = value

    def forward(self, images: Tensor) -> Tensor:
        if self.training:
            with torch.no_grad():
                self.held.fill_(self.value)  # type: ignore[operator, union-attr]
        return self.linear(images)  # type: ignore[no-any-return]


INF, NAN = float("inf"), float("nan")


@pytest.mark.parametrize(
    ("holder", "value", "dtype", "fine"),
    [
        ("buffer", -INF, torch.float32, True),
        ("buffer", NAN, torch.float64, True),
        ("buffer", complex(INF, 0), torch.complex64, True),
        ("buffer", 2**31, torch.int64, True),
        ("buffer", True, torch.bool, True),
        ("parameter", 1, torch.int32, True),
        ("parameter", INF, torch.float32, False),
        ("parameter", NAN, torch.bfloat16, False),
        ("parameter", complex(0, NAN), torch.complex128, False),
    ],
)
def test_infinities_are_a_divergence_in_parameters_only(
    holder: str, value: complex, dtype: torch.dtype, fine: bool, tmp_path: Path
) -> None:
    model = Breaks(holder, value, dtype)
    optimizer = torch.optim.SGD(model.linear.parameters(), lr=0.1)
    run = trainer(tmp_path / "run", model, optimizer=optimizer)
    if fine:
        assert run.fit().status == "completed"
    else:
        with pytest.raises(DivergedError, match="held"):
            run.fit()
