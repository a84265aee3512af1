"""The temperature of a run: fitted on what validation says, used where probabilities are shown, kept out of figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from tests.engine.fakes import CLASSES, FEATURES, batches, linear, make
from trainer.engine import calibrator
from trainer.engine.calibrator import Calibrator
from trainer.metrics.calibration import Calibration, reliability
from trainer.metrics.temperature import fit_temperature
from trainer.store import calibration_file, evaluations
from trainer.store.folder import RunFolder


def data() -> dict[str, Any]:
    """60 images in validation, 60 in test; some labels are not those that the model finds, so that a temperature can be
    found."""
    found = {"train": batches(2), "valid": batches(3, 20, seed=1), "test": batches(2, 30, seed=2)}
    return {split: [(images, _often_right(images)) for images, _ in some] for split, some in found.items()}


def _often_right(images: Tensor) -> Tensor:
    with torch.no_grad():
        labels = linear()(images).argmax(1)
    return torch.where(torch.arange(len(labels)) % 4 == 0, (labels + 1) % CLASSES, labels)


def joined(found: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    images, labels = zip(*found, strict=True)
    return torch.cat(images), torch.cat(labels)


def sharp() -> nn.Module:
    """A model that is far too sure."""
    model = linear()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(12)
    return model


def measured(calibration: Calibration | None) -> Calibration:
    assert calibration is not None
    return calibration


def test_it_is_fitted_on_the_validation_logits_of_the_best_weights(tmp_path: Path) -> None:
    given = data()
    trainer = make(sharp(), given, run_dir=tmp_path / "run")
    result = trainer.fit()
    found = measured(result.calibration)
    images, labels = joined(given["valid"])
    with torch.no_grad():
        logits = trainer.model(images)
    assert found.temperature == pytest.approx(fit_temperature(logits.numpy(), labels.numpy()).value, rel=1e-5)
    assert (found.outcome, found.images, found.weights, found.epoch) == ("fitted", 60, "best", result.best_epoch)
    assert found.temperature > 1.5
    one = found.splits["valid"]
    assert one.after.nll is not None
    assert one.before.nll is not None
    assert one.after.nll < one.before.nll
    assert calibration_file.read(RunFolder(tmp_path / "run")) == found


@pytest.mark.parametrize("split", ["valid", "test"])
def test_what_it_does_to_a_split_is_what_dividing_the_logits_does(split: str) -> None:
    given = data()
    trainer = make(sharp(), given)
    found = measured(trainer.fit().calibration)
    images, labels = joined(given[split])
    with torch.no_grad():
        logits = trainer.model(images).double()
    for temperature, stage in ((1.0, found.splits[split].before), (found.temperature, found.splits[split].after)):
        confidence, predicted = (logits / temperature).softmax(1).max(1)
        right = (predicted == labels).numpy()
        assert stage.ece == pytest.approx(reliability(confidence.numpy(), right).ece, abs=1e-5)
        assert stage.nll == pytest.approx(float(functional.cross_entropy(logits / temperature, labels)), rel=1e-5)
        assert stage.coverage.accuracy[-1] == pytest.approx(right.mean())
    assert found.splits[split].images == found.splits[split].total == len(labels)


def test_figures_are_those_without_it(tmp_path: Path) -> None:
    given = data()
    trainer = make(sharp(), given, run_dir=tmp_path / "run")
    result = trainer.fit()
    images, labels = joined(given["test"])
    with torch.no_grad():
        logits = trainer.model(images)
    outputs = result.evaluations["test"].outputs
    assert result.evaluations["test"].metrics.loss == pytest.approx(float(functional.cross_entropy(logits, labels)))
    np.testing.assert_allclose(outputs.confidence, logits.softmax(1).max(1).values.numpy(), atol=1e-3)
    assert measured(result.calibration).scaled
    kept = evaluations.read(RunFolder(tmp_path / "run"), "test")
    assert kept.metrics.loss == result.evaluations["test"].metrics.loss


def test_predictions_follow_the_temperature_and_classes_do_not() -> None:
    trainer = make(sharp())
    images = torch.randn(50, FEATURES, generator=torch.Generator().manual_seed(4))
    before = trainer.predict(images)
    trainer.temperature = 3.0
    after = trainer.predict(images)
    with torch.no_grad():
        expected = (trainer.model(images) / 3).softmax(1)
    np.testing.assert_allclose(after.to_numpy()[:, 2:].astype(float), expected.numpy(), rtol=1e-5)
    assert (after["class"] == before["class"]).all()
    assert (after["confidence"] <= before["confidence"]).all()


def test_where_probabilities_are_rounded_to_one_the_class_is_that_of_the_logits() -> None:
    class Fixed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.ones(1))

        def forward(self, images: Tensor) -> Tensor:
            return self.weight * torch.tensor([[1.0, 1.0 + 1e-7, 0.0]]).expand(len(images), 3)

    trainer = make(Fixed())
    for temperature in (1.0, 20.0):
        trainer.temperature = temperature
        assert trainer.predict(torch.zeros(1, FEATURES))["class"].tolist() == [trainer.classes[1]]


def test_without_validation_the_temperature_is_one() -> None:
    found = measured(make(data={"train": batches(2), "test": batches(2, seed=2)}).fit().calibration)
    assert (found.temperature, found.outcome, found.images, set(found.splits)) == (1.0, "no_images", 0, {"test"})
    assert found.splits["test"].before == found.splits["test"].after
    assert found.weights == "last"


@pytest.mark.parametrize("most", [30, 7])
def test_of_too_many_logits_some_are_kept_evenly_spaced(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(calibrator, "MOST_LOGITS", most)
    one = Calibrator("best", 1)
    logits = torch.arange(40.0)[:, None].repeat(1, 2) * torch.tensor([1.0, -1.0])
    labels = torch.tensor([0, 1] * 20)
    watch = one.watch("valid")
    assert watch is not None
    for start in range(0, 40, 7):
        watch(logits[start : start + 7], labels[start : start + 7])
    rows = one._valid.rows()
    assert rows is not None
    kept = rows[0][:, 0].long().tolist()
    assert len(kept) * 2 <= most
    assert len(kept) * 4 > most - 4, "not fewer than it must be"
    assert kept == list(range(0, 40, kept[1] - kept[0]))
    found = one.calibration()
    assert (found.splits["valid"].images, found.splits["valid"].total) == (len(kept), 40)


def test_what_is_kept_is_a_copy() -> None:
    one, memory = Calibrator("best", 1), torch.randn(4, CLASSES)
    watch = one.watch("valid")
    assert watch is not None
    watch(memory, torch.zeros(4, dtype=torch.int64))
    before = memory.clone()
    memory.zero_()
    rows = one._valid.rows()
    assert rows is not None
    assert torch.equal(rows[0], before)


def test_images_without_finite_logits_are_left_out() -> None:
    one = Calibrator("last", 2)
    logits = torch.randn(20, CLASSES, generator=torch.Generator().manual_seed(0))
    logits[3] = torch.nan
    for split in ("valid", "test"):
        watch = one.watch(split)
        assert watch is not None
        watch(logits, torch.zeros(20, dtype=torch.int64))
    found = one.calibration()
    assert (found.temperature, found.outcome) == (1.0, "not_finite")
    assert {split: (each.images, each.total) for split, each in found.splits.items()} == {
        "valid": (19, 20),
        "test": (19, 20),
    }
    assert one.watch("train") is None


def test_images_that_the_loss_ignores_do_not_count() -> None:
    given = data()
    images, labels = given["valid"][0]
    given["valid"][0] = (images, torch.where(torch.arange(len(labels)) % 2 == 0, -100, labels))
    found = measured(make(sharp(), given).fit().calibration)
    assert found.images == 60 - 10


@pytest.mark.parametrize("loss", [nn.CrossEntropyLoss(label_smoothing=0.2), nn.MultiMarginLoss()])
def test_whatever_the_loss_it_is_about_the_softmax_of_the_logits(loss: Any) -> None:
    given = data()
    trainer = make(sharp(), given, loss=loss)
    found = measured(trainer.fit().calibration)
    images, labels = joined(given["valid"])
    with torch.no_grad():
        logits = trainer.model(images)
    assert found.temperature == pytest.approx(fit_temperature(logits.numpy(), labels.numpy()).value, rel=1e-5)
