"""Whatever the caller has set torch to, a run computes what it computes without that, or says what to change."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.engine.fakes import CLASSES, FEATURES, batches, linear, make
from trainer import ImageClassifier, build_model, open_data
from trainer.errors import UsageError
from trainer.events import EpochEnded

Mode = Callable[[], AbstractContextManager[Any]]


@contextmanager
def _float64() -> Iterator[None]:
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(torch.float32)


@contextmanager
def _anomalies() -> Iterator[None]:
    torch.autograd.set_detect_anomaly(True)
    try:
        yield
    finally:
        torch.autograd.set_detect_anomaly(False)


MODES: dict[str, Mode] = {
    "no_grad": torch.no_grad,
    "inference": torch.inference_mode,
    "autocast": lambda: torch.autocast("cpu", torch.bfloat16),
    "float64": _float64,
    "anomalies": _anomalies,
}


def _weights(model: nn.Module) -> list[Tensor]:
    return [one.detach().clone() for one in model.parameters()]


def _run(folder: Path, mode: Mode | None = None, **options: Any) -> tuple[list[Tensor], Any, Any, Any]:
    """Weights, history, evaluation and predictions of a run that is stopped and resumed, all within the mode."""
    data = {"train": batches(3), "valid": batches(1, seed=1), "test": batches(1, seed=2)}
    images = data["test"][0][0]
    models = [linear(), linear(1)]
    with mode() if mode is not None else torch.enable_grad():
        first = make(models[0], data, run_dir=folder, ema=0.9, **options)
        first.on(EpochEnded, lambda event: first.stop())
        assert first.fit().status == "stopped"
        second = make(models[1], data, run_dir=folder, ema=0.9, **options)
        result = second.fit(resume=True)
        found = second.evaluate("test").figures, second.predict(images)
    return _weights(models[1]), [one.train_loss for one in result.epochs], *found


@pytest.mark.parametrize("options", [{}, {"precision": "bfloat16"}, {"accumulate": 2}, {"clip_norm": 0.1}], ids=str)
@pytest.mark.parametrize("mode", MODES.values(), ids=MODES.keys())
def test_a_run_is_the_same_in_every_mode_of_torch(mode: Mode, options: dict[str, Any], tmp_path: Path) -> None:
    plain, found = _run(tmp_path / "plain", **options), _run(tmp_path / "mode", mode, **options)
    assert all(torch.equal(mine, other) for mine, other in zip(found[0], plain[0], strict=True))
    assert found[1:3] == plain[1:3]
    assert found[3].equals(plain[3])


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES.keys())
def test_images_are_read_and_augmented_alike_in_every_mode(mode: Mode) -> None:
    numbers = np.random.default_rng(0)
    source = numbers.integers(0, 256, (60, 9, 9, 3), np.uint8), np.arange(60) % 3
    first = build_model("softmax", (3, 9, 9), 3)
    options: dict[str, Any] = {"rotation": 20.0, "flip": 0.5, "crop": 2, "jitter": 0.3, "erasing": 0.5, "batch": 8}

    def found(model: nn.Module, **more: Any) -> Any:
        data = open_data(source, **options, **more)
        trainer = make(model, data)
        losses = [epoch.train_loss for epoch in trainer.fit().epochs]
        return losses, _weights(model), trainer.predict(source[0][:5])

    for more in ({}, {"randaugment": 9}, {"resized_crop": 0.5}):
        plain, other = found(copy.deepcopy(first), **more), copy.deepcopy(first)
        with mode():
            now = found(other, **more)
        assert now[0] == plain[0]
        assert all(torch.equal(mine, other) for mine, other in zip(now[1], plain[1], strict=True))
        assert now[2].equals(plain[2])


@pytest.mark.parametrize("mode", ["no_grad", "inference"])
def test_what_the_engine_builds_can_be_trained_in_every_mode(mode: str) -> None:
    images = np.random.default_rng(0).integers(0, 256, (24, 8, 8), np.uint8)
    labels = np.arange(24) % 3

    def losses() -> list[float]:
        one = ImageClassifier("cnn", epochs=2, device="cpu", random_state=0).fit(images, labels)
        return [epoch["train_loss"] for epoch in one.history_.to_dict("records")]

    plain = losses()
    with MODES[mode]():
        assert losses() == plain
        model = build_model("softmax", (1, 8, 8), 3)
    assert not any(one.is_inference() for one in model.parameters())


@pytest.mark.parametrize("form", ["batches", "arrays", "mappings"])
def test_features_computed_in_inference_mode_are_data_like_any(form: str) -> None:
    def data() -> Any:
        if form == "arrays":
            images, labels = (torch.cat(part) for part in zip(*batches(4), strict=True))
            return images.clone(), labels.clone()
        if form == "mappings":
            return [{"image": images.clone(), "label": labels.clone()} for images, labels in batches(4)]
        return [(images.clone(), labels.clone()) for images, labels in batches(4)]

    plain, model = linear(), linear()
    make(plain, data()).fit()
    with torch.inference_mode():
        features = data()
    make(model, features).fit()
    assert all(torch.equal(mine, other) for mine, other in zip(_weights(model), _weights(plain), strict=True))


def test_a_model_made_in_inference_mode_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with torch.inference_mode():
        model = nn.Linear(FEATURES, CLASSES)
    with pytest.raises(UsageError) as caught:
        make(model, run_dir=tmp_path / "run").fit()
    assert caught.value.code == "model.inference"
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("late", [False, True])
def test_another_default_device_is_refused(late: bool) -> None:
    """A training on it would fail where a file is read or a number is drawn; meta stands in for a GPU."""
    trainer = make()
    with torch.device("meta"), pytest.raises(UsageError, match="default device is meta") as caught:
        trainer.fit() if late else make()
    assert caught.value.code == "train.default_device"
    with torch.device("cpu"):
        assert make().fit().status == "completed"
