"""What joblib, multiprocessing and copy get: objects that work in their copies, or one sentence that says why not."""

from __future__ import annotations

import contextlib
import copy
import io
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from rich.console import Console
from torch.optim.lr_scheduler import ExponentialLR

import callbacks
from callbacks import Checkpoint, LearningRate, Progress
from tests.data.image_folders import make_images
from trainer import Callback, ImageClassifier, Trainer, build_model, load_run, open_data
from trainer.cli import main
from trainer.data import ImageData, shard_source
from trainer.data.image_set import Fault
from trainer.data.validation import FaultyDataError, unreadable
from trainer.errors import UsageError

Copies = Callable[[Any], Any]
WAYS: dict[str, Copies] = {
    "pickle": lambda one: pickle.loads(pickle.dumps(one)),
    "deepcopy": copy.deepcopy,
    "copy": copy.copy,
}


@pytest.fixture(params=WAYS)
def copied(request: pytest.FixtureRequest) -> Copies:
    return WAYS[request.param]


def trainer(data: ImageData, **options: Any) -> Trainer:
    model = build_model("softmax", data.input_shape, len(data.classes))
    return Trainer(model, data, epochs=2, device="cpu", **options)


def same(first: ImageData, second: ImageData) -> bool:
    pairs = zip(first.train_batches(2), second.train_batches(2), strict=True)
    return all(torch.equal(a, b) for one, other in pairs for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("source", ["digits", "folder", "decoded"])
def test_data_gives_the_same_batches(
    source: str, copied: Copies, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EPOCHSCOPE_CACHE", str(tmp_path / "cache"))
    images: Any = tmp_path / "images"
    if source == "digits":
        images = source
    else:
        make_images(images, {"a": 20, "b": 20})
    if source == "decoded":
        assert main(["data", str(images), "--shards", str(tmp_path / "shards"), "--json"]) == 0
        monkeypatch.setattr(shard_source, "KEPT_BYTES", 0)
        images = str(tmp_path / "shards")
    data = open_data(images, flip=0.5, progress=lambda *_: None)
    next(iter(data.train_batches(1)))
    found = copied(data)
    assert same(found, data)
    assert found.fingerprint == data.fingerprint
    assert torch.equal(next(iter(found.eval_batches("test", 9)))[0], next(iter(data.eval_batches("test", 9)))[0])
    assert same(next(found.folds(3)), next(data.folds(3)))
    assert found.of_run("another") is None
    assert trainer(found).fit().history.valid_loss.tolist() == trainer(data).fit().history.valid_loss.tolist()


def test_what_fit_and_load_run_return(copied: Copies, tmp_path: Path) -> None:
    data = open_data("digits", samples=200)
    result = trainer(data, run_dir=tmp_path / "run").fit()
    found = copied(result)
    assert found.history.equals(result.history)
    assert found.confusion.equals(result.confusion)
    assert torch.equal(next(found.model.parameters()), next(result.model.parameters()))
    run = load_run(tmp_path / "run")
    pixels = data.packed_pixels(data.rows("test")[:5])
    expected = run.predict(pixels)
    assert copied(run).predict(pixels).equals(expected), "after it has loaded a model"


def test_a_trainer_says_that_it_cannot(copied: Copies) -> None:
    with pytest.raises(UsageError, match="cannot be copied or pickled") as raised:
        copied(trainer(open_data("digits", samples=100)))
    assert "make it inside the function" in raised.value.fix


def made() -> list[Callback]:
    found: list[Callback] = [Checkpoint(every_steps=2)]
    for name in callbacks.__all__:
        kind = getattr(callbacks, name)
        if isinstance(kind, type) and issubclass(kind, Callback):
            with contextlib.suppress(UsageError):  # a tracker whose package is not installed
                found.append(kind())
    return found


def test_callbacks_before_and_after_a_run(tmp_path: Path) -> None:
    data = open_data("digits", samples=100)
    for number, one in enumerate(made()):
        for way, copied in WAYS.items():
            assert type(copied(one)) is type(one), way
        trainer(data, callbacks=[one], run_dir=tmp_path / str(number)).fit()
        again = [copied(one) for copied in WAYS.values()]
        trainer(data, callbacks=again[:1], run_dir=tmp_path / f"{number}-again").fit()


def test_a_copied_hook_is_of_the_copy() -> None:
    for copied in WAYS.values():
        one = Checkpoint(every_steps=2, every_seconds=1.0)
        found = copied(one)
        assert found.on_batch_ended.__self__ is found
        assert found.on_batches_reported.__self__ is found
        rate = copied(LearningRate(ExponentialLR))
        assert rate.on_epoch_ended.__self__ is rate


def test_a_copy_of_progress_is_shown_where_the_first_is() -> None:
    shown = io.StringIO()
    one = Progress(Console(file=shown))
    trainer(open_data("digits", samples=100), callbacks=[copy.deepcopy(one)]).fit()
    assert "completed" in shown.getvalue()
    assert pickle.loads(pickle.dumps(one)).console.file is sys.stdout


def test_a_classifier_with_progress_in_two_processes() -> None:
    script = """
import numpy
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV
from callbacks import Progress
from trainer import ImageClassifier
digits = load_digits()
search = GridSearchCV(ImageClassifier(epochs=2, callbacks=[Progress()]), {"lr": [0.01]}, cv=2, n_jobs=2)
print(search.fit(digits.images[:200] / 16, digits.target[:200]).best_score_ > 0.1)
"""
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=300)
    assert found.returncode == 0, found.stderr
    assert "True" in found.stdout


@pytest.mark.parametrize(
    "error", [UsageError("a.b", "what", where="here", fix="so", number=3), unreadable([Fault("a.png", "cut", "short")])]
)
def test_errors_of_another_process_arrive_whole(error: Any, copied: Copies) -> None:
    found = copied(error)
    assert (str(found), found.code, found.parameters) == (str(error), error.code, error.parameters)
    if isinstance(error, FaultyDataError):
        assert found.faults == error.faults


def test_a_classifier_keeps_its_callbacks(copied: Copies) -> None:
    found = copied(ImageClassifier(epochs=1, callbacks=[callbacks.EarlyStopping(3)]))
    assert found.callbacks[0].patience == 3
