"""Models and images of every floating-point type, and models that give more than logits in training."""

from __future__ import annotations

import logging
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.engine.fakes import CLASSES, FEATURES, batches, linear, make
from trainer.engine import precision
from trainer.errors import UsageError

FLOATS = [torch.float16, torch.bfloat16, torch.float32, torch.float64]


class Plain(nn.Module):
    """A class of the caller's own."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = linear()

    def forward(self, images: Tensor) -> Any:
        return self.layer(images)


def sgd(parameters: Any) -> torch.optim.Optimizer:
    return torch.optim.SGD(parameters, lr=0.1)


def typed(dtype: torch.dtype) -> dict[str, Any]:
    return {
        split: [(images.to(dtype), labels) for images, labels in batches(2, seed=seed)]
        for seed, split in enumerate(("train", "valid", "test"))
    }


@pytest.mark.parametrize("weights", [torch.float32, torch.float64])
@pytest.mark.parametrize("images", FLOATS)
@pytest.mark.parametrize("make_model", [linear, Plain])
def test_images_are_brought_to_the_type_of_the_weights(
    images: torch.dtype, weights: torch.dtype, make_model: Any
) -> None:
    model, plain = make_model().to(weights), make_model().to(weights)
    data = typed(images)
    result = make(model, {"train": data["train"]}, optimizer=sgd, epochs=2).fit()
    optimizer = sgd(plain.parameters())
    for given, labels in data["train"] * 2:
        optimizer.zero_grad()
        nn.functional.cross_entropy(plain(given.to(weights)), labels).backward()
        optimizer.step()
    for found, expected in zip(model.parameters(), plain.parameters(), strict=True):
        assert found.dtype == weights
        assert torch.equal(found, expected)
    assert result.evaluations["train"].figures.loss > 0


@pytest.mark.parametrize("images", FLOATS)
@pytest.mark.parametrize("weights", FLOATS)
def test_every_pair_of_types_can_be_evaluated_and_asked(weights: torch.dtype, images: torch.dtype) -> None:
    model = linear().to(weights)
    trainer = make(model, typed(images))
    reference = linear().to(weights)
    given = typed(images)["test"][0][0]
    expected = reference(given.to(weights)).to(torch.float64 if weights == torch.float64 else torch.float32).softmax(1)
    found = trainer.predict(given)[[str(number) for number in range(CLASSES)]].to_numpy()
    assert found == pytest.approx(expected.detach().numpy(), rel=1e-6)
    assert 0 <= trainer.evaluate("test").figures.accuracy <= 1


def test_float64_with_class_weights_and_validation_goes_on_after_a_stop(tmp_path: Path) -> None:
    loss = nn.CrossEntropyLoss(weight=torch.tensor([1.0, 2.0, 0.5]))
    result = make(Plain().double(), typed(torch.float32), loss=loss, run_dir=tmp_path / "run").fit()
    assert result.status == "completed"


def test_training_weights_in_half_precision_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    trainer = make(linear().half(), run_dir=tmp_path / "run")
    with pytest.raises(UsageError, match="float16") as caught:
        trainer.fit()
    assert caught.value.code == "model.half"
    assert not (tmp_path / "run").exists()


def test_whole_numbers_as_images_are_the_models_business() -> None:
    tokens = [(torch.randint(7, (4, FEATURES)), labels) for _, labels in batches(2)]
    model = nn.Sequential(nn.Embedding(7, 4), nn.Flatten(), nn.Linear(4 * FEATURES, CLASSES))
    assert make(model, {"train": tokens}, epochs=1).fit().status == "completed"


def test_byte_images_for_a_model_of_floats_are_refused_with_what_to_do() -> None:
    data = [(torch.zeros(4, FEATURES, dtype=torch.uint8), labels) for _, labels in batches(1)]
    with pytest.raises(UsageError, match=r"images\.float\(\) / 255") as caught:
        make(data={"train": data})
    assert caught.value.code == "model.shape"


# -- more than logits in training -----------------------------------------------------------------------------------

Named = namedtuple("Named", "logits aux_logits")  # as torchvision makes them


class Auxiliary(Plain):
    """As torchvision's inception and googlenet: more in training than in evaluation."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.head = nn.Linear(FEATURES, CLASSES)
        self.kind = kind

    def forward(self, images: Tensor) -> Any:
        logits = self.layer(images)
        if not self.training:
            return logits
        aux = self.head(images)
        return {
            "named": Named(logits, aux),
            "tuple": (logits, aux),
            "list": [logits, aux],
            "dict": {"aux": aux, "logits": logits},
            "segmentation": {"out": logits, "aux": aux},
            "nothing": {"features": aux},
        }[self.kind]


@pytest.mark.parametrize("kind", ["named", "tuple", "list", "dict", "segmentation"])
def test_logits_are_trained_where_training_gives_more(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    precision._tell_of_others.cache_clear()
    model, plain = Auxiliary(kind), Plain()
    with caplog.at_level(logging.WARNING, "epochscope"):
        make(model, {"train": batches(3)}, optimizer=sgd, epochs=2).fit()
    optimizer = sgd(plain.parameters())
    for images, labels in batches(3) * 2:
        optimizer.zero_grad()
        nn.functional.cross_entropy(plain(images), labels).backward()
        optimizer.step()
    assert torch.equal(model.layer.weight, plain.layer.weight)
    told = [record.getMessage() for record in caplog.records if "auxiliary" in record.getMessage()]
    assert len(told) == 1


def test_outputs_without_logits_are_refused_in_words() -> None:
    with pytest.raises(UsageError, match="without logits") as caught:
        make(Auxiliary("nothing")).fit()
    assert caught.value.code == "model.outputs"
