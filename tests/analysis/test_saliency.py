"""Where a model looked: exact maps add up to the logit, the others are what their papers say, and all are faithful."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from trainer.analysis.saliency import Saliency, explain
from trainer.models import build_model
from trainer.models.feature_network import LayerMeans, Standardize, make_head
from trainer.plotting.heat_overlay import Method


class Blocks(nn.Module):
    """Three maps of different sizes, the means of some of them, and a head."""

    def __init__(self, layers: tuple[int, ...], kind: str = "softmax") -> None:
        super().__init__()
        blocks = nn.Sequential(
            nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(inplace=True)),
            nn.Sequential(nn.Conv2d(4, 5, 3, 2, padding=1), nn.ReLU(inplace=True)),
            nn.Conv2d(5, 6, 3, 2, padding=1),
        )
        self.network = LayerMeans(blocks, layers)
        self.head = make_head(sum((4, 5, 6)[layer] for layer in layers), 3, kind, hidden=8)
        standardize = self.head[0]
        assert isinstance(standardize, Standardize)
        standardize.fit(torch.rand(len(standardize.mean)), torch.rand(len(standardize.mean)) + 0.1)

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.head(self.network(images))
        return found


def logit_less_bias(model: nn.Module, image: Tensor, label: int) -> float:
    last = [module for module in model.modules() if isinstance(module, nn.Linear)][-1]
    with torch.no_grad():
        return float(model(image[None])[0, label] - (0 if last.bias is None else last.bias[label]))


@pytest.fixture(autouse=True)
def _seeded_on_one_thread() -> Iterator[None]:
    """Networks this small are slower on two."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    yield
    torch.set_num_threads(threads)


@pytest.mark.parametrize("options", [{}, {"bias": False}])
def test_of_a_linear_model_it_is_weight_times_pixel(options: dict[str, bool]) -> None:
    model, image = build_model("softmax", (3, 5, 7), 4, options).eval(), torch.randn(3, 5, 7)
    found = explain(model, image, 2)
    weight = model[1].weight.detach()[2].reshape(3, 5, 7)  # type: ignore[index, union-attr, operator]
    assert found.method is Method.LINEAR
    np.testing.assert_allclose(found.values, (weight * image).sum(0).numpy(), rtol=1e-5, atol=1e-6)
    assert found.values.sum() == pytest.approx(logit_less_bias(model, image, 2), abs=1e-4)


@pytest.mark.parametrize("layers", [(0,), (1,), (2,), (0, 2), (0, 1, 2)])
def test_class_activation_maps_add_up_to_the_logit(layers: tuple[int, ...]) -> None:
    model, image = Blocks(layers).eval(), torch.randn(3, 18, 16)
    for label in range(3):
        found = explain(model, image, label)
        assert (found.method, found.values.shape) == (Method.CAM, (18, 16))
        assert found.values.sum() == pytest.approx(logit_less_bias(model, image, label), abs=1e-4)


@pytest.mark.parametrize(
    ("name", "shape", "options"),
    [
        ("cnn", (3, 64, 64), {"width": 4}),
        ("cnn", (1, 64, 80), {"width": 4}),
        ("resnet18", (3, 32, 32), {}),
        ("efficientnet_lite0", (3, 20, 24), {"size": 64}),
    ],
)
def test_class_activation_maps_of_the_models_that_average(
    name: str, shape: tuple[int, int, int], options: dict[str, int]
) -> None:
    model, image = build_model(name, shape, 4, options).eval(), torch.randn(shape)
    found = explain(model, image, 1)
    assert (found.method, found.values.shape) == (Method.CAM, shape[1:])
    assert found.values.sum() == pytest.approx(logit_less_bias(model, image, 1), abs=1e-3)


def test_a_place_counts_by_the_weights_of_its_channels() -> None:
    """The last map is as large as the image here: nothing is enlarged."""
    body = nn.Conv2d(3, 6, 3, padding=1)
    last = nn.Linear(6, 4)
    model, image = nn.Sequential(body, nn.AdaptiveAvgPool2d(1), nn.Flatten(), last).eval(), torch.randn(3, 8, 8)
    wanted = torch.einsum("c,chw->hw", last.weight[3], body(image[None])[0]) / 64
    np.testing.assert_allclose(explain(model, image, 3).values, wanted.detach().numpy(), atol=1e-5)


def grad_cam(model: nn.Module, body: nn.Module, head: nn.Module, image: Tensor, label: int) -> np.ndarray:
    """The paper's formula, enlarged; its largest value is 1."""
    maps = body(image[None]).detach().requires_grad_()
    (gradient,) = torch.autograd.grad(head(maps)[0, label], maps)
    plain = torch.einsum("c,chw->hw", gradient.mean((2, 3))[0], maps.detach()[0]).relu()
    large = functional.interpolate(plain[None, None], image.shape[1:], mode="bilinear")[0, 0].numpy()
    return large / large.max()


def test_grad_cam_is_the_papers_formula() -> None:
    model, image = with_hidden_layer().eval(), torch.randn(3, 16, 16)
    assert isinstance(model, nn.Sequential)
    found = explain(model, image, 1)
    assert found.method is Method.GRADCAM
    wanted = grad_cam(model, model[:5], model[5:], image, 1)
    np.testing.assert_allclose(found.values / found.values.max(), wanted, atol=1e-4)


def test_grad_cam_of_features_from_a_layer_is_that_of_its_map() -> None:
    model, image = Blocks((2,), "mlp").eval(), torch.randn(3, 16, 16)
    found = explain(model, image, 1)
    assert found.method is Method.GRADCAM
    wanted = grad_cam(model, model.network.blocks, lambda maps: model.head(maps.mean((2, 3))), image, 1)  # type: ignore[arg-type]
    # enlarged before what speaks against the class is cut off, not after
    assert np.corrcoef(found.values.flatten(), wanted.flatten())[0, 1] > 0.9


def test_occlusion_is_the_confidence_that_is_lost() -> None:
    """A patch of 2x2 of the 4x4 pixels, one pixel on at a time: a place counts the mean of what its patches cost."""
    model, image = build_model("mlp", (1, 4, 4), 3, {"hidden": 8}).eval(), torch.randn(1, 4, 4)
    found = explain(model, image, 0, temperature=2.0)

    def probability(pixels: Tensor) -> float:
        with torch.no_grad():
            return float((model(pixels[None]) / 2.0).softmax(1)[0, 0])

    lost, count = np.zeros((4, 4)), np.zeros((4, 4))
    for row in range(3):
        for column in range(3):
            covered = image.clone()
            covered[:, row : row + 2, column : column + 2] = 0
            lost[row : row + 2, column : column + 2] += probability(image) - probability(covered)
            count[row : row + 2, column : column + 2] += 1
    assert found.method is Method.OCCLUSION
    np.testing.assert_allclose(found.values, lost / count, atol=1e-6)


class Attending(nn.Module):
    """A transformer in small: patches, attention, their mean, and a linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 8, 4, 4)
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.last = nn.Linear(8, 3)

    def forward(self, images: Tensor) -> Tensor:
        tokens = self.patches(images).flatten(2).transpose(1, 2)
        found: Tensor = self.last(self.attention(tokens, tokens, tokens)[0].mean(1))
        return found


class Reading(nn.Module):
    """Patches in a row, each mixed with the others by a linear layer, as in an MLP-Mixer."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 8, 4, 4)
        self.mix, self.last = nn.Linear(16, 16), nn.Linear(8, 3)

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.last(self.mix(self.patches(images).flatten(2)).mean(2))
        return found


@pytest.mark.parametrize("model", [Attending(), Reading()])
def test_patches_are_no_map_of_the_image(model: nn.Module) -> None:
    assert explain(model.eval(), torch.randn(3, 16, 16)).method is Method.OCCLUSION


def test_something_between_maps_and_logits_is_not_called_exact() -> None:
    """The sum is checked: a nonlinearity after the last layer, or before it, makes another."""
    body = [nn.Conv2d(3, 6, 3, padding=1), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    for tail in ([nn.Linear(6, 4), nn.Tanh()], [nn.Tanh(), nn.Linear(6, 4)]):
        model = nn.Sequential(*body, *tail).eval()
        assert explain(model, torch.randn(3, 8, 8)).method is Method.GRADCAM
    model = nn.Sequential(nn.Flatten(), nn.Linear(12, 4), nn.Softplus()).eval()
    assert explain(model, torch.randn(3, 2, 2)).method is Method.OCCLUSION


@pytest.mark.parametrize(("side", "method"), [(64, Method.CAM), (32, Method.OCCLUSION), (3, Method.OCCLUSION)])
def test_a_map_of_few_places_says_nothing(side: int, method: Method) -> None:
    """Images are halved four times: of 64 pixels 4x4 places are left, of 32 2x2."""
    model = build_model("cnn", (3, side, side), 3, {"width": 4}).eval()
    assert explain(model, torch.randn(3, side, side)).method is method


def test_the_likeliest_class_is_taken_and_confidences_are_calibrated() -> None:
    model, image = build_model("softmax", (3, 4, 4), 5).eval(), torch.randn(3, 4, 4)
    found = explain(model, image, temperature=3.0)
    with torch.no_grad():
        wanted = (model(image[None])[0] / 3).softmax(0).numpy()
    np.testing.assert_allclose(found.probabilities, wanted, rtol=1e-5)
    assert found.label == found.predicted == wanted.argmax()


def test_the_model_is_left_as_it_was() -> None:
    model = build_model("cnn", (3, 16, 16), 3, {"width": 4}).eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    with torch.inference_mode(False):
        explain(model, torch.randn(3, 16, 16))
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(parameter.grad is None and not parameter.requires_grad for parameter in model.parameters())
    assert not any(module._forward_hooks for module in model.modules())


# --- faithful


def patches(count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Grey noise with a patch of 5x5 pixels somewhere that is red or blue: that decides the class."""
    generator = torch.Generator().manual_seed(seed)
    images = 0.3 * torch.randn(count, 3, 16, 16, generator=generator)
    labels = torch.randint(0, 2, (count,), generator=generator)
    for image, label in zip(images, labels.tolist(), strict=True):
        row, column = torch.randint(0, 12, (2,), generator=generator).tolist()
        image[2 * label, row : row + 5, column : column + 5] += 2
    return images, labels


def trained(model: nn.Module) -> nn.Module:
    images, labels = patches(256, 1)
    optimizer = torch.optim.Adam(model.parameters(), 0.01)
    for step in range(60):
        some = torch.arange(64 * (step % 4), 64 * (step % 4 + 1))
        loss = functional.cross_entropy(model.train()(images[some]), labels[some])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model.eval()


def with_means(*tail: nn.Module) -> nn.Module:
    parts = [nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 8, 3, padding=1), nn.ReLU()]
    return nn.Sequential(*parts, nn.AdaptiveAvgPool2d(1), nn.Flatten(), *tail, nn.Linear(8, 2))


def with_hidden_layer() -> nn.Module:
    return with_means(nn.Linear(8, 8), nn.ReLU())


def cost(model: nn.Module, image: Tensor, found: Saliency, order: np.ndarray) -> float:
    """Probability lost when the first tenth of the places in this order get the mean colour."""
    changed = image.clone()
    changed.flatten(1)[:, torch.from_numpy(order[: found.values.size // 10].copy())] = 0
    with torch.no_grad():
        return float(found.probabilities[found.label] - model(changed[None]).softmax(1)[0, found.label])


def costs(model: nn.Module, images: Tensor) -> tuple[float, float, Method]:
    """Mean over images: of the brightest tenth, and of a random tenth."""
    random, rows = np.random.default_rng(0), []
    for image in images:
        found = explain(model, image)
        bright = np.argsort(-found.values, axis=None, kind="stable")
        rows.append((cost(model, image, found, bright), cost(model, image, found, random.permutation(len(bright)))))
    return *np.mean(rows, axis=0).tolist(), found.method  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("make", "method"),
    [
        (lambda: build_model("softmax", (3, 16, 16), 2), Method.LINEAR),
        (with_means, Method.CAM),
        (with_hidden_layer, Method.GRADCAM),
        (lambda: build_model("mlp", (3, 16, 16), 2, {"hidden": 32, "layers": 1}), Method.OCCLUSION),
    ],
)
def test_what_is_bright_decides(make: object, method: Method) -> None:
    model = trained(make())  # type: ignore[operator]
    bright, anywhere, found = costs(model, patches(24, 2)[0])
    assert found is method
    assert bright > anywhere + 0.1
