"""The engine against twenty lines of plain torch: same batches, same weights, same figures, bit for bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from sklearn.metrics import accuracy_score, classification_report, f1_score
from torch import nn

from tests.engine.fakes import Recorder
from trainer import Trainer, build_model, open_data
from trainer.events import EpochEnded, EvaluationDone, ValidationDone

EPOCHS, EVAL_BATCH = 2, 1000


def passed(model: nn.Module, batches: Any) -> tuple[float, list[int], list[int]]:
    """Mean loss, labels and predictions."""
    loss, true, predicted = 0.0, [], []
    model.eval()
    with torch.no_grad():
        for images, labels in batches:
            logits = model(images)
            loss += nn.functional.cross_entropy(logits, labels).item() * len(labels)
            true += labels.tolist()
            predicted += logits.argmax(1).tolist()
    model.train()
    return loss / len(true), true, predicted


def plain_loop(model: nn.Module, data: Any) -> list[dict[str, float]]:
    """What anybody would write."""
    optimizer = torch.optim.Adam(model.parameters(), fused=True)
    rows = []
    for epoch in range(1, EPOCHS + 1):
        loss_sum, true, predicted = 0.0, [], []
        for images, labels in data.train_batches(epoch):
            optimizer.zero_grad()
            logits = model(images)
            loss = nn.functional.cross_entropy(logits, labels)
            loss.backward()
            optimizer.step()
            loss_sum += loss.item() * len(labels)
            true += labels.tolist()
            predicted += logits.argmax(1).tolist()
        valid_loss, valid_true, valid_predicted = passed(model, data.eval_batches("valid", EVAL_BATCH))
        rows.append(
            {
                "train_loss": loss_sum / len(true),
                "train_accuracy": accuracy_score(true, predicted),
                "train_macro_f1": f1_score(true, predicted, average="macro", zero_division=0),
                "valid_loss": valid_loss,
                "valid_accuracy": accuracy_score(valid_true, valid_predicted),
                "valid_macro_f1": f1_score(valid_true, valid_predicted, average="macro", zero_division=0),
            }
        )
    return rows


@pytest.fixture(scope="module")
def digits() -> Any:
    return open_data("digits", rotation=5, flip=0.5, crop=1)


def test_weights_and_figures_equal_a_bare_loop_bit_for_bit(digits: Any, recorder: Recorder) -> None:
    model, bare = (build_model("softmax", digits.input_shape, 10, {}, 3) for _ in range(2))
    result = Trainer(model, digits, epochs=EPOCHS, callbacks=[recorder], device="cpu").fit()
    rows = plain_loop(bare, digits)
    assert result.best_epoch == EPOCHS  # so that the weights at the end are those evaluated
    for a, b in zip(model.parameters(), bare.parameters(), strict=True):
        assert torch.equal(a, b)
    for event, row in zip(recorder.of(EpochEnded), rows, strict=True):
        assert {name: getattr(event, name) for name in row} == row


def test_every_report_is_scikit_learns(digits: Any, recorder: Recorder) -> None:
    model = build_model("softmax", digits.input_shape, 10, {}, 3)
    result = Trainer(model, digits, epochs=1, callbacks=[recorder], device="cpu").fit()
    for event in recorder.of(EvaluationDone):
        loss, true, predicted = passed(model, digits.eval_batches(event.split, EVAL_BATCH))
        assert event.loss == loss
        expected = classification_report(true, predicted, target_names=digits.classes, zero_division=0)
        assert result.evaluations[event.split].report == expected
        assert event.weighted_f1 == f1_score(true, predicted, average="weighted", zero_division=0)
        assert np.asarray(event.confusion).sum(1).tolist() == list(event.support)
    (valid,) = recorder.of(ValidationDone)
    assert result.evaluations["valid"].metrics.confusion == valid.confusion


def test_figures_do_not_depend_on_the_size_of_the_batches_they_are_made_from(digits: Any) -> None:
    model = build_model("softmax", digits.input_shape, 10, {}, 3)
    trainer = Trainer(model, digits, epochs=1, device="cpu")
    whole = trainer.evaluate("test").metrics
    from trainer.engine.evaluation_loop import pass_over
    from trainer.engine.loss import Loss

    parts, _, _ = pass_over(model, digits.eval_batches("test", 7), Loss(nn.CrossEntropyLoss(), 10), 10)
    assert parts.confusion == whole.confusion
    assert parts.loss == pytest.approx(whole.loss, rel=1e-6)
