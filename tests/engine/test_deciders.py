"""What can never decide anything is refused at the start, before a folder is made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from torch.optim import lr_scheduler

from callbacks import Checkpoint, EarlyStopping, LearningRate
from tests.engine.fakes import batches, callback, make
from trainer import Callback
from trainer.errors import UsageError
from trainer.launch import start
from trainer.settings import merge


class Plateau(lr_scheduler.ReduceLROnPlateau):
    """A subclass."""


def own_decider() -> Callback:
    made = callback("own", on_validation_done=lambda event, run: None)
    made.needs_validation = True
    return made


AT_ONCE: dict[str, Any] = {
    "early stopping": lambda: EarlyStopping(1),
    "several best": lambda: Checkpoint(keep_best=2),
    "plateau, the class": lambda: LearningRate(lr_scheduler.ReduceLROnPlateau),
    "a subclass": lambda: LearningRate(Plateau, each="epoch"),
    "a callback of the caller's": own_decider,
}


@pytest.mark.parametrize("name", AT_ONCE)
def test_a_decider_without_validation_is_refused_before_the_folder_is_made(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no validation split") as caught:
        make(data={"train": batches(1), "test": batches(1)}, callbacks=[AT_ONCE[name]()], run_dir=tmp_path / "run")
    assert caught.value.code == "callback.no_validation"
    assert not (tmp_path / "run").exists()
    make(callbacks=[AT_ONCE[name]()]).fit()


def test_a_plateau_that_a_function_makes_is_refused_before_the_first_step() -> None:
    steps: list[Any] = []
    counting = callback("counting", on_batch_ended=lambda event, run: steps.append(event))
    plateau = LearningRate(lambda optimizer: Plateau(optimizer, patience=1))
    with pytest.raises(UsageError, match="there is no validation split"):
        make(data={"train": batches(1)}, callbacks=[plateau, counting]).fit()
    assert not steps


@pytest.mark.parametrize("given", [{"early_stopping": {"patience": 2}}, {"checkpoint": {"keep_best": 3}}])
def test_it_is_refused_from_settings_too(given: dict[str, Any], tmp_path: Path) -> None:
    settings = merge({"data": {"valid": 0.0, "samples": 200}, "train": {"epochs": 1}, **given})
    with pytest.raises(UsageError, match="there is no validation split"):
        start(settings, tmp_path, name="run")


def test_defaults_decide_nothing(tmp_path: Path) -> None:
    assert make(data={"train": batches(1)}, run_dir=tmp_path / "run").fit().status == "completed"
