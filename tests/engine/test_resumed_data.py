"""Loaders of one's own have no fingerprint: what a resumed run can tell of them is compared."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from callbacks import LearningRate
from tests.engine.fakes import batches, linear, make
from trainer.callback import Callback
from trainer.errors import DataError, DiskError
from trainer.events import EpochEnded


def _loaders(size: int = 4, classes: tuple[str, ...] = ()) -> dict[str, Any]:
    images, labels = (torch.cat(part) for part in zip(*batches(5), strict=True))
    data = TensorDataset(images, labels)
    if classes:
        data.classes = classes  # type: ignore[attr-defined]  # as torchvision's data sets have them
    return {"train": DataLoader(data, batch_size=size), "valid": DataLoader(data, batch_size=size)}


def _stopped(folder: Path, **data: Any) -> None:
    """A run that was stopped in its second epoch, of five batches."""

    class Stop(Callback):
        def on_batch_ended(self, event: Any, run: Any) -> None:
            if event.step == 7:
                trainer.stop()

    trainer = make(data=_loaders(**data), run_dir=folder, epochs=3, callbacks=[Stop()])
    assert trainer.fit().status == "stopped"


def _told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def test_classes_in_another_order_are_refused(tmp_path: Path) -> None:
    _stopped(tmp_path / "run", classes=("a", "b", "c"))
    with pytest.raises(DataError) as caught:
        make(data=_loaders(classes=("c", "b", "a")), run_dir=tmp_path / "run", epochs=3).fit(resume=True)
    assert caught.value.code == "data.classes_changed"
    again = make(data=_loaders(classes=("a", "b", "c")), run_dir=tmp_path / "run", epochs=3).fit(resume=True)
    assert again.status == "completed"


def test_classes_may_get_their_names_later(tmp_path: Path) -> None:
    _stopped(tmp_path / "run")
    again = make(data=_loaders(classes=("a", "b", "c")), run_dir=tmp_path / "run", epochs=3).fit(resume=True)
    assert again.classes == ("a", "b", "c")


def test_batches_of_another_size_are_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    _stopped(tmp_path / "run")
    make(data=_loaders(size=10), run_dir=tmp_path / "run", epochs=3).fit(resume=True)
    assert _told(caplog) == [
        "the training data differs from that of the earlier attempt: 20 images in 5 batches then, 20 in 2 now; "
        "the epoch under way continues after batch 2"
    ]


def test_the_same_data_is_not_remarked_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    _stopped(tmp_path / "run")
    make(data=_loaders(), run_dir=tmp_path / "run", epochs=4).fit(resume=True)
    assert not _told(caplog)


def _grouped(*places: int, rates: tuple[float, ...] = (0.1, 1.0)) -> tuple[nn.Module, torch.optim.Optimizer]:
    """Two layers of the same shapes, in groups in this order, layer i with rate i."""
    model = nn.Sequential(nn.Linear(5, 5), nn.Linear(5, 5))
    with torch.no_grad():
        for number, parameter in enumerate(model.parameters()):
            parameter.copy_(torch.linspace(-1, 1, parameter.numel()).view_as(parameter) * (number + 1))
    groups = [{"params": list(model[place].parameters()), "lr": rates[place]} for place in places]
    return model, torch.optim.SGD(groups, lr=0.5, momentum=0.9)


def test_groups_in_another_order_get_their_own_state_and_rates(tmp_path: Path) -> None:
    weights = []
    for name, places in (("same", (0, 1)), ("swapped", (1, 0))):
        model, optimizer = _grouped(0, 1)
        make(model, _loaders(), optimizer=optimizer, epochs=2, run_dir=tmp_path / name).fit()
        model, optimizer = _grouped(*places)
        trainer = make(model, _loaders(), optimizer=optimizer, epochs=4, run_dir=tmp_path / name)
        assert trainer.fit(resume=True).status == "completed"
        assert [group["lr"] for group in optimizer.param_groups] == [(0.1, 1.0)[place] for place in places]
        weights.append(trainer.model.state_dict())
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


def test_a_parameter_in_another_group_is_refused(tmp_path: Path) -> None:
    model, optimizer = _grouped(0, 1)
    make(model, _loaders(), optimizer=optimizer, run_dir=tmp_path / "run").fit()
    model, optimizer = _grouped(0, 1)
    first, second = (group["params"] for group in optimizer.param_groups)
    first[0], second[0] = second[0], first[0]
    with pytest.raises(DiskError) as caught:
        make(model, _loaders(), optimizer=optimizer, run_dir=tmp_path / "run", epochs=4).fit(resume=True)
    assert caught.value.code == "checkpoint.other_parameters"


def test_another_rate_or_seed_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def trained(rate: float, seed: int, epochs: int) -> Any:
        options = {"optimizer": lambda parameters: torch.optim.SGD(parameters, lr=rate), "seed": seed}
        return make(data=_loaders(), run_dir=tmp_path / "run", epochs=epochs, **options)

    trained(0.1, 1, 2).fit()
    resumed = trained(0.5, 2, 3)
    resumed.fit(resume=True)
    assert _told(caplog) == [
        "the run began with lr 0.1, now 0.5, seed 1, now 2; a resumed run keeps the optimiser's settings, such as its "
        "rate"
    ]
    assert resumed.optimizer.param_groups[0]["lr"] == 0.1


def test_a_second_call_is_not_remarked_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The optimiser has another rate by then, but it is the same one."""
    rate = LearningRate(lambda optimizer: torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.5))
    trainer = make(data=_loaders(), run_dir=tmp_path / "run", epochs=3, callbacks=[rate])
    trainer.on(EpochEnded, lambda event: trainer.stop(), once=True)
    assert trainer.fit().status == "stopped"
    assert trainer.fit(resume=True).status == "completed"
    assert not _told(caplog)


def test_a_callback_that_evaluates_does_not_change_the_training() -> None:
    """An iterator of a DataLoader draws a number from the generator that dropout uses."""

    class Evaluating(Callback):
        trainer: Any = None

        def on_batch_ended(self, event: Any, run: Any) -> None:
            self.trainer.evaluate("valid")

    weights = []
    for callbacks in ([], [Evaluating()]):
        trainer = make(nn.Sequential(nn.Dropout(0.5), linear()), _loaders(), callbacks=callbacks)
        for callback in callbacks:
            callback.trainer = trainer
        trainer.fit()
        weights.append(trainer.model.state_dict())
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
