"""Models of several inputs, and training steps that look at more of a batch than images and labels."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from trainer import Trainer
from trainer.data.batch import joined, read_batch
from trainer.errors import DataError, UsageError
from trainer.events import EpochEnded

SOURCE = torch.Generator().manual_seed(0)
FIRST, SECOND = torch.randn(20, 4, generator=SOURCE), torch.randn(20, 2, generator=SOURCE)
LABELS = torch.arange(20) % 3


class Two(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(0)
            self.one, self.other = nn.Linear(4, 3), nn.Linear(2, 3)

    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        logits: Tensor = self.one(first) + self.other(second)
        return logits


FORMS: dict[str, Callable[[slice], Any]] = {
    "nested": lambda s: ((FIRST[s], SECOND[s]), LABELS[s]),
    "list": lambda s: [[FIRST[s], SECOND[s]], LABELS[s]],
    "flat": lambda s: (FIRST[s], SECOND[s], LABELS[s]),
    "arrays": lambda s: (FIRST[s].numpy(), SECOND[s].numpy(), LABELS[s].numpy()),
    "named": lambda s: ({"first": FIRST[s], "second": SECOND[s]}, LABELS[s]),
    "mapping": lambda s: {"first": FIRST[s], "second": SECOND[s], "label": LABELS[s]},
    "names of files too": lambda s: {"second": SECOND[s], "first": FIRST[s], "y": LABELS[s], "file": ["a"] * 4},
    "mapping in mapping": lambda s: {"inputs": {"first": FIRST[s], "second": SECOND[s]}, "target": LABELS[s]},
}


def batches(form: str, size: int = 4) -> list[Any]:
    return [FORMS[form](slice(start, start + size)) for start in range(0, 20, size)]


def sgd(parameters: Any) -> torch.optim.Optimizer:
    return torch.optim.SGD(parameters, lr=0.1)


def by_hand(weight: float = 1.0) -> nn.Module:
    model = Two()
    optimizer = sgd(model.parameters())
    for start in range(0, 20, 4):
        part = slice(start, start + 4)
        optimizer.zero_grad()
        (weight * functional.cross_entropy(model(FIRST[part], SECOND[part]), LABELS[part])).backward()
        optimizer.step()
    return model


def assert_same(model: nn.Module, other: nn.Module) -> None:
    for mine, theirs in zip(model.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs)


@pytest.mark.parametrize("form", FORMS)
def test_a_model_of_two_inputs_trains_as_plain_torch_does(form: str) -> None:
    data = {"train": batches(form), "valid": batches(form)}
    trainer = Trainer(Two(), data, optimizer=sgd, epochs=1, device="cpu")
    result = trainer.fit()
    right = by_hand()
    assert_same(trainer.model, right)
    logits = right(FIRST, SECOND)
    assert result.evaluations["valid"].metrics.loss == pytest.approx(functional.cross_entropy(logits, LABELS).item())
    table = trainer.predict((FIRST, SECOND) if form != "named" else {"first": FIRST, "second": SECOND})
    torch.testing.assert_close(torch.tensor(table["confidence"].to_numpy()), logits.softmax(1).max(1).values.detach())


@pytest.mark.parametrize("form", ["nested", "mapping"])
def test_accumulated_batches_of_several_inputs(form: str) -> None:
    trainer = Trainer(Two(), batches(form, 2), optimizer=sgd, epochs=1, device="cpu", accumulate=2)
    trainer.fit()
    assert_same(trainer.model, by_hand())


@pytest.mark.parametrize("only_loss", [False, True])
@pytest.mark.parametrize(
    ("form", "take"),
    [
        ("nested", lambda batch: (*batch[0], batch[1])),
        ("flat", lambda batch: batch),
        ("mapping", lambda batch: (batch["first"], batch["second"], batch["label"])),
        ("names of files too", lambda batch: (batch["first"], batch["second"], batch["y"], batch["file"])),
    ],
)
def test_a_training_step_is_given_the_batch_of_the_loader(form: str, take: Any, *, only_loss: bool) -> None:
    def step(model: nn.Module, batch: Any) -> Any:
        first, second, labels, *files = take(batch)
        assert all(len(names) == len(labels) for names in files)
        logits = model(first, second)
        loss = 2 * functional.cross_entropy(logits, labels)
        return loss if only_loss else (loss, logits)

    epochs: list[EpochEnded] = []
    data = {"train": batches(form), "valid": batches(form)}
    trainer = Trainer(Two(), data, optimizer=sgd, epochs=1, device="cpu", training_step=step)
    trainer.on(EpochEnded, epochs.append)
    trainer.fit()
    assert_same(trainer.model, by_hand(2))
    assert epochs[0].valid_accuracy is not None


def test_a_training_step_gets_a_mapping_whole() -> None:
    """Images with something beside them that the model is not given."""
    seen: list[Any] = []

    def step(model: nn.Module, batch: Any) -> Any:
        seen.append(batch["teacher"])
        logits = model(batch["image"])
        return functional.mse_loss(logits, batch["teacher"]), logits

    teacher = torch.randn(20, 3, generator=SOURCE)
    data = [{"image": FIRST[:8], "teacher": teacher[:8], "label": LABELS[:8]}]
    model = nn.Linear(4, 3)
    other = copy.deepcopy(model)
    optimizer = sgd(other.parameters())
    functional.mse_loss(other(FIRST[:8]), teacher[:8]).backward()
    optimizer.step()
    trainer = Trainer(model, data, optimizer=sgd, epochs=1, device="cpu", training_step=step)
    trainer.fit()
    assert torch.equal(seen[0], teacher[:8])
    assert_same(trainer.model, other)


def test_pieces_and_joined_batches_are_the_whole() -> None:
    for form in FORMS:
        whole: Any = read_batch("train", 1, FORMS[form](slice(0, 4)))[0]
        again = joined([(one, LABELS[:2]) for one in whole.tensor_split(2)])[0]
        assert len(again) == len(whole) == 4
        assert [len(one) for one in whole.tensor_split(3)] == [len(one) for one in LABELS[:4].tensor_split(3)]
        torch.testing.assert_close(again.parts, whole.parts)


@pytest.mark.parametrize(
    "batch",
    [
        ((FIRST, SECOND), LABELS[:5]),
        (FIRST, SECOND, SECOND),
        ({"first": FIRST}, LABELS[:, None].expand(-1, 2)),
        {"first": FIRST},
    ],
    ids=["length", "no labels", "two columns", "none"],
)
def test_labels_that_do_not_fit_are_refused(batch: Any) -> None:
    with pytest.raises(DataError):
        Trainer(Two(), [batch], device="cpu", epochs=1).fit()


def test_a_model_that_does_not_take_them_is_refused_before_training() -> None:
    with pytest.raises(UsageError) as caught:
        Trainer(nn.Linear(4, 3), batches("nested"), device="cpu")
    assert caught.value.code == "model.shape"


def test_mixing_is_refused_in_words() -> None:
    with pytest.raises(DataError) as caught:
        Trainer(Two(), batches("nested"), device="cpu", mixup=0.2, epochs=1).fit()
    assert caught.value.code == "data.mixup"
