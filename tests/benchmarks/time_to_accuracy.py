"""Seconds of training and validation until a network from scratch reaches a macro-F1 on validation images.

    EPOCHSCOPE_CIFAR10=... python -m tests.benchmarks.time_to_accuracy [ENGINE ...] [--recipe fast] [--until 0.85]

Ours is `train --recipe NAME`, a run folder and all, until its last epoch. The others train the same network with the
recipe's optimiser, schedule, batch and label smoothing, as their users write it: images decoded in memory,
torchvision's transforms an image, `DataLoader` with two workers, in float32 and under autocast; each ends at the epoch
that reaches `--until`. Averaged weights are left to ours: at the end of these recipes they change nothing.
Validation, one for all, is part of the time; importing and decoding are not. fastai is not in the extra `bench`:
`pip install fastai`.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.metrics import f1_score
from torch import Tensor, nn
from torch.utils.data import DataLoader
from torchvision import transforms

from tests.benchmarks import arguments, fed_loop, plain_loop, rivals
from tests.benchmarks.process import run
from trainer.data.opening import open_data
from trainer.models import build_model
from trainer.models.resnet9 import ResNet9
from trainer.optim.schedules import Schedule
from trainer.saved_run import load_run
from trainer.settings import Settings, merge
from trainer.settings.recipes import load_recipe

OURS = "epochscope"
STEPS = (0.80, 0.83, 0.85, 0.87, 0.90)
Epochs = list[tuple[float, float]]
"""Seconds since the first step, and macro-F1, at the end of each epoch."""


class Autocast(nn.Module):
    """A network in bfloat16 wherever torch finds that safe, float32 elsewhere."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            logits: Tensor = self.network(images)
        return logits.float()


class Reached(Exception):  # noqa: N818 - no error
    """The wanted figure is there: nothing is left to train."""


class Watched:
    """Batches for an engine; the rate changes before each, and each epoch is validated before the next begins."""

    def __init__(self, train: Any, valid: Any, model: nn.Module, schedule: Schedule, until: float) -> None:
        self._train, self._valid, self._model, self._schedule, self._until = train, valid, model, schedule, until
        self._begun = 0.0
        self.epochs: Epochs = []

    def __len__(self) -> int:
        return len(self._train)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        if not self._begun:
            self._begun = time.perf_counter()
        elif self.validate() >= self._until:
            raise Reached
        self._model.train()
        for images, labels in self._train:
            yield images, labels
            self._schedule.step()

    def validate(self) -> float:
        self._model.eval()
        with torch.no_grad():
            found = [(self._model(images).argmax(1), labels) for images, labels in self._valid]
        predicted, labels = (torch.cat(part).numpy() for part in zip(*found, strict=True))
        macro_f1 = float(f1_score(labels, predicted, average="macro"))
        self.epochs.append((time.perf_counter() - self._begun, macro_f1))
        print(f"  {self.epochs[-1][0]:.0f} s {macro_f1:.4f}", flush=True)
        return macro_f1


def fastai(
    model: nn.Module, optimizer: torch.optim.Optimizer, batches: Iterable[Any], epochs: int, criterion: nn.Module
) -> rivals.Fit:
    import fastai.callback.progress  # noqa: F401 - gives learners `no_bar`
    from fastai.data.core import DataLoaders
    from fastai.learner import Learner
    from fastai.optimizer import OptimWrapper

    learner = Learner(
        DataLoaders(batches, []), model, loss_func=criterion, opt_func=lambda *_, **__: OptimWrapper(opt=optimizer)
    )
    return lambda: _without_output(learner, epochs)


def _without_output(learner: Any, epochs: int) -> None:
    with learner.no_bar(), learner.no_logging():
        learner.fit(epochs)


ENGINES: dict[str, rivals.Adapt] = {"plain": fed_loop.bare, "lightning": rivals.lightning, "fastai": fastai}


def loaders(found: Any, settings: Settings) -> tuple[Any, Any]:
    """Of training and validation images: torchvision's transforms, two workers."""
    order = np.random.default_rng(1234).permutation(len(found.labels))
    pixels, labels, cut = found.pixels[:], found.labels, len(order) // 10
    to_tensor = [transforms.ToTensor(), transforms.Normalize(plain_loop.MEAN, plain_loop.STD)]
    augment = [
        transforms.RandomHorizontalFlip(settings.augment.flip),
        transforms.RandomCrop(32, padding=settings.augment.crop),
    ]
    train = plain_loop.Pictures(pixels[order[cut:]], labels[order[cut:]], transforms.Compose([*augment, *to_tensor]))
    valid = plain_loop.Pictures(pixels[order[:cut]], labels[order[:cut]], transforms.Compose(to_tensor))
    batch = settings.train.batch
    return DataLoader(train, batch, shuffle=True, num_workers=2), DataLoader(valid, 500, num_workers=2)


def theirs(engine: str, found: Any, settings: Settings, until: float, *, autocast: bool) -> Epochs:
    """Train under that engine until the figure is there."""
    given = settings.train
    torch.manual_seed(given.seed)
    train, valid = loaders(found, settings)
    options = settings.resnet9.model_dump() if settings.model == "resnet9" else settings.cnn.model_dump()
    network = build_model(settings.model, (3, 32, 32), 10, options, given.seed)
    if isinstance(network, ResNet9):
        network.whiten(torch.cat([images for images, _ in valid]))
    model = Autocast(network) if autocast else network
    trained = [one for one in model.parameters() if one.requires_grad]
    match given.optimizer:
        case "sgd":
            optimizer: Any = torch.optim.SGD(trained, given.lr, given.momentum, weight_decay=given.weight_decay)
        case "adamw":
            optimizer = torch.optim.AdamW(trained, given.lr, weight_decay=given.weight_decay)
        case other:
            raise SystemExit(f"no {other} here: write it as the rivals would")
    steps, warmup = given.epochs * len(train), round(given.warmup * len(train))
    watched = Watched(train, valid, model, Schedule(optimizer, given.schedule, steps, warmup), until)
    criterion = nn.CrossEntropyLoss(label_smoothing=given.label_smoothing)
    try:
        with rivals.quiet():
            ENGINES[engine](model, optimizer, watched, given.epochs, criterion)()
        if len(watched.epochs) < given.epochs:
            watched.validate()
    except Reached:
        pass
    return watched.epochs


def ours(images: str, recipe: str, folder: Path) -> Epochs:
    """The command, to its end."""
    run(
        "-m",
        "trainer",
        "train",
        images,
        "--recipe",
        recipe,
        "--name",
        "run",
        environment={"EPOCHSCOPE_RUNS": str(folder)},
    )
    ended = load_run(folder / "run").epochs
    seconds = np.cumsum([epoch.seconds for epoch in ended])
    return [(float(at), epoch.valid_macro_f1 or 0.0) for at, epoch in zip(seconds, ended, strict=True)]


def line(name: str, epochs: Epochs) -> str:
    """Seconds until each step, and the last figure."""
    reached = [next((f"{seconds:.0f}" for seconds, figure in epochs if figure >= step), "-") for step in STEPS]
    return f"{name:24}" + "".join(f"{one:>7}" for one in reached) + f"   {len(epochs)} epochs, {epochs[-1][1]:.3f}"


def main() -> None:
    command = arguments.parser("time_to_accuracy", __doc__)
    command.add_argument("engines", nargs="*", metavar="ENGINE", help=f"{OURS}, {', '.join(ENGINES)}; all by default")
    command.add_argument("--recipe", default="fast")
    command.add_argument("--until", type=float, default=0.85)
    command.add_argument("--precision", choices=("float32", "bfloat16", "both"), default="both", help="of the others")
    given = command.parse_args()
    images = arguments.cifar10(command)
    settings = merge(load_recipe(given.recipe).values)
    found = open_data(images, valid=0.0).published("train")
    lines = []
    for engine in given.engines or (OURS, *ENGINES):
        print(engine, flush=True)
        if engine == OURS:
            with tempfile.TemporaryDirectory() as folder:
                lines.append(line(OURS, ours(images, given.recipe, Path(folder))))
            continue
        for precision in ("float32", "bfloat16") if given.precision == "both" else (given.precision,):
            epochs = theirs(engine, found, settings, given.until, autocast=precision == "bfloat16")
            lines.append(line(f"{engine}, {precision}", epochs))
    print(f"{'seconds until':24}" + "".join(f"{step:7.2f}" for step in STEPS), *lines, sep="\n")


if __name__ == "__main__":
    main()
