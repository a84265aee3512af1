"""Names of models, data sources, callbacks and commands; torch is imported by none of this.

Callbacks, commands and further models are found through entry points, ours included: `epochscope.callbacks` (a
class), `epochscope.commands` (a function), `epochscope.models` (a factory `(input_shape, classes, **options)`).
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from trainer.backbones import BACKBONES
from trainer.errors import UsageError
from trainer.settings import Settings, refuse, suggest

MODELS: dict[str, str] = {
    "softmax": "Softmax regression: one linear layer",
    "mlp": "Fully connected layers with ReLU",
    "cnn": "A small convolutional network, about half a million parameters",
    "resnet18": "torchvision's ResNet-18, fitted to small images",
    **{name: backbone.title for name, backbone in BACKBONES.items()},
}
"""Built-in models and what they are; for their options see `options_table`."""

SOURCES: dict[str, str] = {
    "digits": "1,797 handwritten digits of 8x8 pixels; comes with scikit-learn",
    "cifar10": "60,000 colour images of 32x32 pixels, 10 classes; downloaded",
    "cifar100": "60,000 colour images of 32x32 pixels, 100 classes; downloaded",
    "mnist": "70,000 handwritten digits of 28x28 pixels; downloaded",
    "fashion-mnist": "70,000 grey images of clothes, 28x28 pixels; downloaded",
}
"""Data sets by name; anything else is the path of a folder."""


DEFAULT_CALLBACKS = ("timing", "metric_log", "journal", "checkpoint", "snapshots")
"""Callbacks of every run that has a folder."""


def callback_names() -> tuple[str, ...]:
    """Names of all installed callbacks, sorted. Raises UsageError `install.missing` where there are none."""
    names = _names("epochscope.callbacks")
    if not names:
        raise UsageError(
            "install.missing",
            "No callbacks are installed: this is a plain checkout",
            expected="entry points in the group epochscope.callbacks",
            mend="pip install -e . in the folder of the checkout",
        )
    return names


def load_callback(name: str) -> type:
    """The class of an installed callback.

    Raises UsageError `callback.unknown`, `plugin.broken`, or `install.missing` where nothing is installed.
    """
    known = callback_names()
    if name not in known:
        raise UsageError("callback.unknown", f"There is no callback {name!r}{suggest(name, known)}", name=name)
    loaded = _load("epochscope.callbacks", name)
    if not isinstance(loaded, type):
        raise _broken(_find("epochscope.callbacks", name)[0], f"it names {loaded!r}, which is no class")
    return loaded


def load_command(name: str) -> Callable[..., Any]:
    """A command that another part brings, such as `gui`. Raises UsageError `gui.missing` or `plugin.broken`."""
    if not _find("epochscope.commands", name):
        raise UsageError(
            "gui.missing",
            "The window is not installed",
            where=f"epochscope {name}",
            mend="pip install 'epochscope[gui]'",
        )
    command: Callable[..., Any] = _load("epochscope.commands", name)
    return command


def model_names() -> tuple[str, ...]:
    """Built-in models, then those of plugins."""
    return (*MODELS, *(name for name in _names("epochscope.models") if name not in MODELS))


def load_model(name: str) -> Callable[..., Any]:
    """The factory of a plugin's model: `factory(input_shape, classes, **options) -> nn.Module`."""
    if not _find("epochscope.models", name):
        raise UsageError("model.unknown", f"There is no model {name!r}{suggest(name, model_names())}", name=name)
    factory: Callable[..., Any] = _load("epochscope.models", name)
    return factory


def model_options(settings: Settings) -> dict[str, Any]:
    """Options of the chosen model: its own table, or `[plugins.NAME]` for a plugin's."""
    if settings.model in MODELS:
        table = getattr(settings, options_table(settings.model), None)
        return table.model_dump() if table is not None else {}
    return dict(settings.plugins.get(settings.model, {}))


def options_table(model: str) -> str:
    """The settings table that a built-in model's options lie in: its own, or the one that pretrained models share."""
    return "backbone" if model in BACKBONES else model


def check_names(settings: Settings) -> None:
    """Refuse models and callbacks that are not installed, all in one UsageError `settings.invalid`."""
    problems = []
    if settings.model not in model_names():
        problems.append(f"model: there is no {settings.model!r}{suggest(settings.model, model_names())}")
    if settings.callbacks:
        known = callback_names()
        problems += [
            f"callbacks: there is no {name!r}{suggest(name, known)}" for name in settings.callbacks if name not in known
        ]
    users = {settings.model, *settings.callbacks}
    problems += [
        f"plugins.{name}: neither the model nor one of callbacks has this name{suggest(name, sorted(users))}"
        for name in settings.plugins
        if name not in users
    ]
    if problems:
        refuse(problems)


def _find(group: str, name: str) -> tuple[EntryPoint, ...]:
    return tuple(entry_points(group=group, name=name))


def _names(group: str) -> tuple[str, ...]:
    return tuple(sorted({entry.name for entry in entry_points(group=group)}))


def _load(group: str, name: str) -> Any:
    """The object behind an entry point; its distribution is named where it cannot be imported."""
    entry = _find(group, name)[0]
    try:
        return entry.load()
    except Exception as error:  # a plugin may raise anything while it is imported
        raise _broken(entry, f"{type(error).__name__}: {error}") from error


def _broken(entry: EntryPoint, reason: str) -> UsageError:
    owner = f"{entry.dist.name} {entry.dist.version}" if entry.dist else "an unknown distribution"
    return UsageError(
        "plugin.broken",
        f"The plugin {entry.name!r} of {owner} cannot be loaded: {reason}",
        where=f"entry point {entry.group}: {entry.name} = {entry.value}",
        mend="update or uninstall that distribution",
        plugin=entry.name,
        distribution=owner,
        error=reason,
    )
