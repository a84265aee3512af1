"""How the recipe `linear` was chosen, and how close it comes to the best that one linear layer can do.

    EPOCHSCOPE_CIFAR10=... python -m tests.benchmarks.linear choose     settings compared on validation images, 5 seeds
    EPOCHSCOPE_CIFAR10=... python -m tests.benchmarks.linear optimum    the convex optimum, by L-BFGS
    EPOCHSCOPE_CIFAR10=... python -m tests.benchmarks.linear recipe     the recipe's macro-F1 on test, 5 seeds

The choice never looks at a test image. The optimum is that of the mean cross-entropy over the training images and
their mirror images (a recipe that flips half of them has the same objective), with an L2 penalty chosen on validation.
"""

from __future__ import annotations

import itertools
import os
import statistics
import time
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from tests.benchmarks import arguments
from trainer.engine.session import Session
from trainer.launch import build
from trainer.metrics.classification import Metrics
from trainer.plugins import load_callback
from trainer.settings import merge
from trainer.settings.recipes import load_recipe

SEEDS = (1, 2, 3, 4, 5)
PENALTIES = (0.0, 3e-3, 1e-2, 3e-2, 1e-1)

AUGMENTS: dict[str, dict[str, Any]] = {
    "none": {"flip": 0.0},
    "flip": {"flip": 0.5},
    "flip, crop 1": {"flip": 0.5, "crop": 1},
    "flip, rotation 5": {"flip": 0.5, "rotation": 5},
    "flip, crop 2, rotation 5": {"flip": 0.5, "crop": 2, "rotation": 5},
}
STEPS: dict[str, dict[str, Any]] = {
    f"{optimizer} {rate:g}, batch {batch}, {schedule}": {
        "optimizer": optimizer,
        "lr": rate,
        "batch": batch,
        "schedule": schedule,
    }
    for (optimizer, rates), batch, schedule in itertools.product(
        (("sgd", (0.0015, 0.003, 0.006)), ("adam", (0.0003, 0.0006))), (64, 128), ("linear",)
    )
    for rate in rates
}

DECAYS = (0.003, 0.01, 0.03)
"""Penalties added to the steps of the recipe, and to twice its rate."""


def train(source: str, seed: int, changes: Mapping[str, Any]) -> tuple[Any, float]:
    """Train the recipe with `changes`, nothing written; the result, and seconds of training and validation."""
    settings = merge(load_recipe("linear").values, {"data": {"source": source}, "train": {"seed": seed}}, changes)
    names = ("schedule", "warmup", "step_epochs", "step_factor")
    rate = load_callback("learning_rate")(**{name: getattr(settings.train, name) for name in names})
    session = Session([rate])
    result = session.conduct(lambda: build(settings, session).train(session))
    return result, sum(epoch.seconds for epoch in result.epochs)


def choose(source: str) -> None:
    """Augmentation first, with the recipe's steps; then steps and decay, with the augmentation found."""
    found: dict[str, float] = {}
    for name, augment in AUGMENTS.items():
        found[name] = compare(source, name, {"augment": {"rotation": 0, "crop": 0, **augment}})
    best = min(found, key=found.__getitem__)
    print(f"augmentation: {best}")
    for name, steps in STEPS.items():
        compare(source, name, {"augment": {"rotation": 0, "crop": 0, **AUGMENTS[best]}, "train": steps})
    for rate, decay in itertools.product((0.003, 0.006), DECAYS):
        steps = {"lr": rate, "weight_decay": decay}
        name = f"sgd {rate:g}, weight decay {decay:g}"
        compare(source, name, {"augment": {"rotation": 0, "crop": 0, **AUGMENTS[best]}, "train": steps})


def compare(source: str, name: str, changes: Mapping[str, Any]) -> float:
    """Print and return the mean loss on the validation images; macro-F1 beside it."""
    runs = [train(source, seed, changes)[0].evaluations["valid"].metrics for seed in SEEDS]
    loss, scores = statistics.mean(run.loss for run in runs), [run.macro_f1 for run in runs]
    print(
        f"{name:34} valid loss {loss:.4f}, macro-F1 {statistics.mean(scores):.4f} (sd {statistics.stdev(scores):.4f})",
        flush=True,
    )
    return loss


def measure(source: str) -> tuple[list[float], list[float]]:
    """The recipe as it is: macro-F1 on test, and seconds of training and validation, of each seed."""
    found = [train(source, seed, {}) for seed in SEEDS]
    return [result.evaluations["test"].metrics.macro_f1 for result, _ in found], [seconds for _, seconds in found]


def recipe(source: str) -> None:
    """The recipe as it is, on test."""
    scores, spent = measure(source)
    for seed, value, seconds in zip(SEEDS, scores, spent, strict=True):
        print(f"seed {seed}: macro-F1 on test {value:.4f}; {seconds:.2f} s of training")
    print(f"mean {statistics.mean(scores):.4f}, sd {statistics.stdev(scores):.4f}")


def optimum(source: str) -> None:
    """A row per penalty: what L-BFGS finds, on all three splits, with the seed of the recipe."""
    torch.set_num_threads(os.cpu_count() or 1)
    session = Session()
    trainer = build(merge(load_recipe("linear").values, {"data": {"source": source}}), session)
    splits = {name: whole(trainer.feed, name) for name in ("train", "valid", "test")}
    shape = splits["train"][0].shape[1:]
    weight = torch.zeros(len(trainer.classes), shape.numel() + 1)
    for penalty in reversed(PENALTIES):  # from the flattest problem on, each from the solution before
        start = time.perf_counter()
        weight, steps, slope = minimise(weight, *splits["train"], penalty)
        scores = {name: score(weight, *split) for name, split in splits.items()}
        line = ", ".join(f"{name} loss {found.loss:.4f} F1 {found.macro_f1:.4f}" for name, found in scores.items())
        seconds = time.perf_counter() - start
        print(
            f"penalty {penalty:g}: {line}; {steps} evaluations, largest gradient {slope:.1e}, {seconds:.0f} s",
            flush=True,
        )


def whole(feed: Any, split: str) -> tuple[Tensor, Tensor]:
    """All images (N, C, H, W) of a split, normalised, and their labels."""
    parts: Iterator[tuple[Tensor, Tensor]] = feed.eval_batches(split, 5000)
    images, labels = zip(*((images.clone(), labels) for images, labels in parts), strict=True)
    return torch.cat(images), torch.cat(labels)


def logits(weight: Tensor, images: Tensor) -> Tensor:
    """The last column of `weight` (C, D + 1) is the bias."""
    return torch.addmm(weight[:, -1:], weight[:, :-1], images.t()).t()


def minimise(weight: Tensor, images: Tensor, labels: Tensor, penalty: float) -> tuple[Tensor, int, float]:
    """Minimise mean cross-entropy + penalty / 2 * |weights without bias|^2; solution, evaluations, largest gradient.

    A mirrored image under some weights is the image under mirrored weights: one pass over the images serves both.
    """
    weight = weight.clone().requires_grad_()
    flat = images.flatten(1)
    solver = torch.optim.LBFGS([weight], max_iter=300, history_size=30, line_search_fn="strong_wolfe")
    count = 0

    def closure() -> Tensor:
        nonlocal count
        count += 1
        solver.zero_grad()
        mirrored = weight[:, :-1].unflatten(1, images.shape[1:]).flip(3).flatten(1)
        both = torch.cat([weight, torch.cat([mirrored, weight[:, -1:]], dim=1)])
        said = logits(both, flat).split(len(weight), dim=1)
        loss = sum((cross_entropy(part, labels) for part in said), torch.zeros(())) / 2
        loss = loss + penalty / 2 * weight[:, :-1].square().sum()
        loss.backward()
        return loss

    solver.step(closure)
    closure()
    assert weight.grad is not None
    return weight.detach(), count, float(weight.grad.abs().max())


def score(weight: Tensor, images: Tensor, labels: Tensor) -> Metrics:
    """Loss and F1 of a split."""
    said = logits(weight, images.flatten(1))
    confusion = torch.zeros(len(weight), len(weight), dtype=torch.int64)
    confusion.index_put_((labels, said.argmax(1)), torch.ones_like(labels), accumulate=True)
    return Metrics.from_confusion(confusion.tolist(), float(cross_entropy(said, labels, reduction="sum")))


def main() -> None:
    parts = {"choose": choose, "optimum": optimum, "recipe": recipe}
    command = arguments.parser("linear", __doc__)
    command.add_argument("part", choices=parts)
    part = command.parse_args().part
    parts[part](arguments.cifar10(command))


if __name__ == "__main__":
    main()
