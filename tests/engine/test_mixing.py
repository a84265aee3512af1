"""Mixup and CutMix in training: as torchvision mixes, and what cannot be mixed is refused."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.transforms import v2

from tests.engine.fakes import make
from tests.engine.test_step_options import sgd
from trainer.data.seeding import seed_generators
from trainer.errors import DataError, UsageError
from trainer.events import EpochEnded


def images_of(count: int) -> list[tuple[Tensor, Tensor]]:
    source = torch.Generator().manual_seed(0)
    return [(torch.randn(6, 1, 4, 4, generator=source), torch.arange(6) % 3) for _ in range(count)]


def flat_model() -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        return nn.Sequential(nn.Flatten(), nn.Linear(16, 3))


def test_mixup_is_the_one_of_torchvision() -> None:
    data = images_of(2)
    made = make(flat_model(), {"train": data}, optimizer=sgd, mixup=0.4, epochs=1, seed=5)
    given: list[Tensor] = []
    made.model.register_forward_pre_hook(
        lambda module, found: given.append(found[0]) if torch.is_grad_enabled() else None
    )
    with torch.random.fork_rng(devices=[]):
        made.fit()
    with torch.random.fork_rng(devices=[]):
        seed_generators(5, 1)
        mix = v2.MixUp(alpha=0.4, num_classes=3)
        expected = [mix(images, labels)[0] for images, labels in data]
    for mine, theirs in zip(given, expected, strict=True):
        torch.testing.assert_close(mine, theirs)


def test_training_accuracy_is_against_the_label_with_the_larger_share() -> None:
    shares = torch.tensor([[0.7, 0.3, 0.0], [0.1, 0.2, 0.7], [0.4, 0.6, 0.0], [1.0, 0.0, 0.0]])
    model = nn.Linear(3, 3, bias=False)
    with torch.no_grad():
        model.weight.copy_(torch.eye(3))
    images = functional.one_hot(torch.tensor([0, 2, 0, 0]), 3).float()
    epochs: list[EpochEnded] = []
    made = make(model, {"train": [(images, torch.tensor([0, 2, 0, 0]))]}, epochs=1)
    made.feed.train_batches = lambda epoch, first=0: iter([(images, shares)])  # type: ignore[method-assign]
    made.on(EpochEnded, epochs.append)
    made.fit()
    assert epochs[0].train_accuracy == 0.75
    assert epochs[0].train_loss == pytest.approx(functional.cross_entropy(images, shares).item())


def test_a_loss_that_takes_no_shares_is_refused_at_once() -> None:
    def loss(outputs: Tensor, labels: Tensor) -> Tensor:
        return nn.functional.nll_loss(outputs.log_softmax(1), labels)

    with pytest.raises(UsageError) as caught:
        make(flat_model(), images_of(1), mixup=0.2, loss=loss)
    assert caught.value.code == "train.soft_labels"


def test_what_cannot_be_mixed_is_refused_in_words() -> None:
    with pytest.raises(DataError) as caught:
        make(mixup=0.2).fit()
    assert caught.value.code == "data.mixup"
