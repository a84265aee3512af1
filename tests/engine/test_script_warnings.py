"""What a script would otherwise not notice: it is said where nothing shows the run."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from callbacks import Progress
from tests.engine.fakes import batches, linear, make
from trainer.callback import Callback
from trainer.events import CallbackFailed, EpochEnded


class _OfAnotherLibrary(Callback):
    def on_epoch_end(self, event: Any, run: Any) -> None: ...

    def on_train_begin(self, event: Any, run: Any) -> None: ...

    def on_epoch_ended(self, event: EpochEnded, run: Any) -> None: ...


def _told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def test_methods_that_no_event_calls_are_named(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    make(callbacks=[_OfAnotherLibrary()], run_dir=tmp_path / "run").fit()
    never = "is never called, as no event has this name;"
    assert _told(caplog) == [
        f"_OfAnotherLibrary.on_epoch_end {never} did you mean on_epoch_ended?",
        f"_OfAnotherLibrary.on_train_begin {never} hooks are the on_... methods of trainer.Callback",
    ]
    assert "on_epoch_end is never called" in (tmp_path / "run" / "log.txt").read_text("utf-8")


def test_the_callbacks_that_come_along_have_no_such_methods(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    make(callbacks=[Progress()], run_dir=tmp_path / "run").fit()
    assert not _told(caplog)


def test_a_function_that_is_left_behind_is_told_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    trainer = make()
    trainer.on(EpochEnded, lambda event: event.nothing)  # type: ignore[attr-defined]  # as a typing error would be
    result = trainer.fit()
    (told,) = _told(caplog)
    assert told.startswith("callback <lambda>#1 failed in on_epoch_ended, the run goes on without it\nTraceback")
    assert "has no attribute 'nothing'" in told
    assert len(result.detached) == 1


def test_it_is_not_told_twice_where_the_event_is_shown(caplog: pytest.LogCaptureFixture) -> None:
    trainer = make()
    shown: list[CallbackFailed] = []
    trainer.on(CallbackFailed, shown.append)
    trainer.on(EpochEnded, lambda event: event.nothing)  # type: ignore[attr-defined]
    trainer.fit()
    assert len(shown) == 1
    assert not _told(caplog)


def test_a_validation_that_is_not_finite_is_told_once_with_the_images(caplog: pytest.LogCaptureFixture) -> None:
    valid = batches(2, seed=1)
    valid[0][0][1:3] = torch.nan
    result = make(data={"train": batches(2), "valid": valid}).fit()
    assert result.best_epoch is None
    text = "the metric loss could not be computed on valid: it is nan: the model's outputs are not finite for"
    assert _told(caplog) == [f"{text} 2 of 8 images"]


class _EndsIn(nn.Module):
    def __init__(self, last: Any) -> None:
        super().__init__()
        self.layer, self.last = linear(), last

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.last(self.layer(images))
        return found


@pytest.mark.parametrize("name", ["softmax", "softmax and its own loss", "log_softmax", "sigmoid", "logits"])
def test_a_second_softmax_is_told(name: str, caplog: pytest.LogCaptureFixture) -> None:
    last = {"log_softmax": lambda x: x.log_softmax(1), "sigmoid": torch.sigmoid, "logits": lambda x: x}
    loss = {"loss": lambda x, labels: nn.functional.nll_loss(x.log(), labels)} if "own" in name else {}
    make(_EndsIn(last.get(name, lambda x: x.softmax(1))), **loss).fit()
    assert any("ends in a softmax" in text for text in _told(caplog)) == (name == "softmax")


def test_a_result_is_one_line() -> None:
    result = make().fit()
    text = repr(result)
    assert text.startswith(f"<Result: completed, 2 epochs, best epoch {result.best_epoch}; train accuracy ")
    assert "\n" not in text
    assert len(text) < 400
    test = result.evaluations["test"]
    assert repr(test) == (
        f"<Evaluation test: 4 images, accuracy {test.metrics.accuracy:.4f}, "
        f"{test.metrics.macro_name} {test.metrics.macro_f1:.4f}>"
    )
