"""Models by name: sizes, shapes, seeds, and what is refused before the first step."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import nn

from trainer import plugins
from trainer.errors import UsageError
from trainer.models import build_model, count_parameters, move_model, trial_logits
from trainer.models.linear import NarrowLinear
from trainer.plugins import MODELS, model_options
from trainer.settings import merge

CIFAR = (3, 32, 32)
SMALL = ["softmax", "mlp", "cnn", "resnet9"]


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Tiny tensors: a second thread only waits, and for long where the machine is busy."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def build(
    name: str, shape: tuple[int, int, int] = CIFAR, classes: int = 10, seed: int = 1, **options: object
) -> nn.Module:
    return build_model(
        name, shape, classes, model_options(merge({"model": name, name: options} if options else {"model": name})), seed
    )


def test_softmax_regression_has_the_published_size() -> None:
    assert count_parameters(build("softmax")) == 30_730


def test_the_cnn_has_about_half_a_million_parameters() -> None:
    assert 400_000 < count_parameters(build("cnn")) < 600_000


@pytest.mark.parametrize("name", sorted(MODELS))
@pytest.mark.parametrize("shape", [(1, 8, 8), CIFAR, (1, 28, 28), (3, 64, 48)])
def test_every_model_takes_every_image(name: str, shape: tuple[int, int, int]) -> None:
    model = build(name, shape, classes=7)
    logits = model.eval()(torch.zeros(3, *shape))
    assert logits.shape == (3, 7)
    assert torch.isfinite(logits).all()


@pytest.mark.parametrize("name", SMALL)
def test_every_option_changes_the_model(name: str) -> None:
    plain = build(name)
    for option, value in model_options(merge({"model": name})).items():
        other = build(
            name, **{option: (not value) if isinstance(value, bool) else 0.5 if option == "dropout" else value + 1}
        )
        assert str(other) != str(plain), option


@pytest.mark.parametrize("name", SMALL)
def test_first_weights_depend_on_the_seed_alone(name: str) -> None:
    torch.manual_seed(5)
    first = build(name, seed=1).state_dict()
    torch.manual_seed(6)
    again, other = build(name, seed=1).state_dict(), build(name, seed=2).state_dict()
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert not all(torch.equal(first[key], other[key]) for key in first)


def test_building_and_checking_leave_the_global_generator_alone() -> None:
    state = torch.get_rng_state()
    trial_logits(build("cnn", dropout=0.5), CIFAR, 10)
    assert torch.equal(torch.get_rng_state(), state)


def test_checking_leaves_the_model_as_it_was() -> None:
    model = build("cnn").train()
    model[1].eval()
    modes = [module.training for module in model.modules()]
    before = {key: value.clone() for key, value in model.state_dict().items()}
    trial_logits(model, CIFAR, 10)
    assert [module.training for module in model.modules()] == modes
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())


class Pair(nn.Module):
    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return images, images


@pytest.mark.parametrize(
    ("model", "got"),
    [
        (nn.Sequential(nn.Flatten(), nn.Linear(3072, 9)), "(2, 9)"),
        (nn.Sequential(nn.Flatten(), nn.Linear(100, 10)), "RuntimeError"),
        (nn.Conv2d(3, 10, 1), "(2, 10, 32, 32)"),
        (Pair(), "tuple"),
    ],
)
def test_a_model_that_does_not_fit_is_refused(model: nn.Module, got: str) -> None:
    with pytest.raises(UsageError) as caught:
        trial_logits(model, CIFAR, 10)
    assert caught.value.code == "model.shape"
    assert got in caught.value.what
    assert "(2, 10)" in caught.value.expected
    assert model.training


def test_shared_and_frozen_parameters() -> None:
    shared = nn.Linear(4, 4)
    frozen = nn.Linear(4, 4).requires_grad_(False)
    assert count_parameters(nn.Sequential(shared, shared, frozen)) == 20


def test_moving_changes_the_layout_but_not_the_answers() -> None:
    model, images = build("cnn").eval(), torch.randn(4, *CIFAR)
    before = model(images)
    moved = move_model(model, torch.device("cpu"))
    assert moved[0].weight.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(moved(images), before)


def test_a_plugins_model(monkeypatch: pytest.MonkeyPatch) -> None:
    def factory(input_shape, classes, depth):
        return nn.Sequential(nn.Flatten(), *[nn.Linear(3072, 3072) for _ in range(depth)], nn.Linear(3072, classes))

    monkeypatch.setattr("trainer.models.build.load_model", lambda name: factory)
    assert len(build_model("mine", CIFAR, 10, {"depth": 1}, seed=1)) == 3
    with pytest.raises(UsageError) as caught:
        build_model("mine", CIFAR, 10, {"width": 1}, seed=1)
    assert (caught.value.code, caught.value.where) == ("plugin.options", "[plugins.mine], --option mine.KEY=VALUE")
    assert caught.value.what.splitlines() == [
        "mine.width: there is no such option, did you mean 'depth'?",
        "mine.depth: is missing, expected a value",
    ]


def test_an_unknown_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugins, "entry_points", lambda **_: ())
    with pytest.raises(UsageError, match="did you mean 'cnn'"):
        build_model("cnnn", CIFAR, 10, {}, seed=1)


@pytest.mark.parametrize("name", SMALL)
def test_every_model_can_learn_by_heart(name: str) -> None:
    torch.manual_seed(0)
    model, images, labels = (
        build(name, (1, 8, 8), **({"width": 8} if name == "cnn" else {})),
        torch.randn(20, 1, 8, 8),
        torch.arange(20) % 10,
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(40):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(images), labels).backward()
        optimizer.step()
    assert (model(images).argmax(1) == labels).all()


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("images", [1, 2, 64])
def test_a_narrow_linear_layer_is_a_linear_layer(images: int, bias: bool) -> None:
    layers = []
    for kind in (nn.Linear, NarrowLinear):
        torch.manual_seed(3)
        layers.append(kind(50, 4, bias=bias).double())
    plain, narrow = layers
    assert plain.state_dict().keys() == narrow.state_dict().keys()
    given = [torch.randn(images, 50, generator=torch.Generator().manual_seed(1)).double() for _ in range(2)]
    results = []
    for layer, batch in zip(layers, given, strict=True):
        batch.requires_grad_()
        logits = layer(batch)
        nn.functional.cross_entropy(logits, torch.arange(images) % 4).backward()
        results.append([logits, batch.grad, *(parameter.grad for parameter in layer.parameters())])
    for ours, theirs in zip(*results, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-14)
