"""The entries of a comparison and their settings. [no torch]

Every entry gets the same images, split, normalisation and seed. Its own settings were chosen on validation images of
CIFAR-10, within 25 seconds of training each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from trainer.errors import UsageError
from trainer.plugins import check_names
from trainer.settings import Settings, merge
from trainer.settings.recipes import load_recipe, recipes
from trainer.store.process import usable_cores
from trainer.text.number_format import counted
from trainer.text.suggestion import suggest

Kind = Literal["numpy", "sklearn", "pytorch"]
Solver = Literal["lbfgs", "newton-cg", "newton-cholesky", "sag", "saga"]
RECIPES = ("seed", "linear")
"""Recipes of Epochscope that take part."""
PLAIN = ("digits",)
"""Data with few images that must not be mirrored: Epochscope takes part once, with the defaults of `epochscope
train`."""

NUMPY: dict[str, Any] = {
    "augment": {"flip": 0.5},
    "train": {"epochs": 10, "batch": 256, "lr": 0.003, "optimizer": "sgd", "momentum": 0.9, "schedule": "linear"},
}
NUMPY_DIGITS: dict[str, Any] = {
    "train": {"epochs": 30, "batch": 64, "lr": 0.1, "optimizer": "sgd", "momentum": 0.9, "schedule": "linear"},
}
SKLEARN: dict[str, Any] = {"train": {"epochs": 100, "batch": 65_536, "weight_decay": 0.02}}
SKLEARN_DIGITS: dict[str, Any] = {"train": {"epochs": 100, "batch": 65_536, "weight_decay": 0.0007}}


@dataclass(frozen=True)
class Contestant:
    """An entry of a comparison.

    Attributes:
        name: Its name in the table.
        kind: What trains it.
        settings: Settings of its run.
        options: Further options of scikit-learn. Default: none.
    """

    name: str
    kind: Kind
    settings: Settings
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def about(self) -> str:
        """Its settings in one line."""
        train, augment = self.settings.train, self.settings.augment
        if self.kind == "sklearn":
            parts = ["LogisticRegression", str(self.options["solver"]), f"weight decay {train.weight_decay:g}"]
            parts.append(f"at most {train.epochs} iterations")
            return ", ".join([*parts, *self._limit()])
        parts = [
            f"{self.settings.model}: {train.optimizer} {train.lr:g}",
            f"momentum {train.momentum:g}" if train.optimizer == "sgd" else "",
            f"weight decay {train.weight_decay:g}" if train.weight_decay else "",
            f"batch {train.batch}",
            counted(train.epochs, "epoch"),
            f"rate {train.schedule}",
            *(f"{name} {value:g}" for name, value in augment.model_dump().items() if value),
        ]
        return ", ".join([*(part for part in parts if part), *self._limit()])

    def _limit(self) -> list[str]:
        samples = self.settings.data.samples
        return [f"at most {samples:,} training images"] if samples is not None else []


def contestants(
    base: Settings,
    *,
    epochs: int | None = None,
    models: Sequence[str] = (),
    only: Sequence[str] = (),
    solver: Solver = "lbfgs",
) -> list[Contestant]:
    """Choose the entries for the data, seed, device and threads of `base`.

    Args:
        base: Settings that all entries share.
        epochs: Epochs (scikit-learn: iterations), 1 or more. None: each entry's own number.
        models: Further models of Epochscope, each with the recipe of its name if there is one.
        only: Names of the entries wanted. Default: all.
        solver: Solver of scikit-learn.

    Returns:
        The entries, in the order they are trained.

    Raises:
        UsageError: `compare.unknown`: a name in `only` is unknown; or a model is.
    """
    plain = base.data.source in PLAIN
    by_others, threads = (SKLEARN_DIGITS, 1) if plain else (SKLEARN, usable_cores())
    options = {"solver": solver}
    made = [
        Contestant("numpy", "numpy", _settings(base, NUMPY_DIGITS if plain else NUMPY, epochs, guest=True, threads=1)),
        Contestant("sklearn", "sklearn", _settings(base, by_others, epochs, guest=True, threads=threads), options),
    ]
    ours = {"pytorch": {}} if plain else {f"pytorch-{name}": load_recipe(name).layer for name in RECIPES}
    made += [Contestant(name, "pytorch", _settings(base, values, epochs)) for name, values in ours.items()]
    known = {recipe.name: recipe.layer for recipe in recipes()}
    for model in dict.fromkeys(models):
        settings = _settings(base, {**known.get(model, {}), "model": model}, epochs)
        check_names(settings)
        made.append(Contestant(f"pytorch-{model}", "pytorch", settings))
    names = [one.name for one in made]
    if unknown := [name for name in only if name not in names]:
        raise UsageError(
            "compare.unknown",
            "\n".join(f"There is no entry {name!r}{suggest(name, names)}" for name in unknown),
            where="--only",
            expected=", ".join(names),
        )
    return [one for one in made if not only or one.name in only]


def _settings(
    base: Settings, own: Mapping[str, Any], epochs: int | None, *, guest: bool = False, threads: int | None = None
) -> Settings:
    train: dict[str, Any] = {"seed": base.train.seed, "threads": base.train.threads or threads}
    train["device"] = "cpu" if guest else base.train.device
    if epochs is not None:
        train["epochs"] = epochs
    return merge(own, {"data": base.data.model_dump(), "train": train})
