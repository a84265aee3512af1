"""The registries of models, data sources, metrics, callbacks and commands. Nothing here imports torch.

Callbacks, commands and further models, data sources and metrics are found through entry points, ours included:
`epochscope.callbacks` (a class), `epochscope.commands` (a function), `epochscope.models` (a factory `(input_shape,
classes, **options)`), `epochscope.data` (a function without arguments that returns what `open_data` takes),
`epochscope.metrics` (a function of probabilities and labels, or a class of objects with update, compute and reset).
"""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from trainer.backbones import BACKBONES, check_timm, is_pretrained
from trainer.errors import UsageError
from trainer.settings import Settings
from trainer.settings.constructor_options import check_options, make_plugin
from trainer.settings.problems import SettingProblem, refuse
from trainer.text.suggestion import alternatives, suggest

MODELS: dict[str, str] = {
    "softmax": "Softmax regression: one linear layer",
    "mlp": "Fully connected layers with ReLU",
    "cnn": "A small convolutional network, about half a million parameters",
    "resnet9": "A residual network for small images with a whitening first layer, quick to train",
    "resnet18": "torchvision's ResNet-18, adapted to small images",
    **{name: backbone.title for name, backbone in BACKBONES.items()},
}
"""Built-in models with a description; for their options see `options_tables`."""

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
_COVERED_CALLBACKS = ("early_stopping", "learning_rate", "progress")
"""Callbacks that runs get by settings of their own, or that show them in a terminal."""


def callback_names() -> tuple[str, ...]:
    """Names of all installed callbacks, sorted. Raises UsageError `install.missing` where there are none."""
    names = _names("epochscope.callbacks")
    if not names:
        raise UsageError(
            "install.missing",
            "No callbacks are installed: this is a plain checkout",
            expected="entry points in the group epochscope.callbacks",
            fix="pip install -e . in the folder of the checkout",
        )
    return names


def addable_callbacks() -> tuple[str, ...]:
    """Names of the installed callbacks that are there to be added to a run. Raises UsageError `install.missing`."""
    return tuple(name for name in callback_names() if name not in (*DEFAULT_CALLBACKS, *_COVERED_CALLBACKS))


def load_callback(name: str) -> type:
    """The class of an installed callback.

    Raises UsageError `callback.unknown`, `plugin.broken`, or `install.missing` where nothing is installed.
    """
    known = callback_names()
    if name not in known:
        what = f"There is no callback {name!r}{suggest(name, known)}"
        raise UsageError("callback.unknown", what, name=name, **alternatives(name, known))
    loaded = _load("epochscope.callbacks", name)
    if not isinstance(loaded, type):
        raise _broken(_find("epochscope.callbacks", name)[0], f"it names {loaded!r}, which is not a class")
    return loaded


def stand_in(name: str) -> str:
    """The installed callback that can do for one from a file called `name`: its entry point or its class is called so.
    Empty where there is none, or more than one. Nothing is loaded."""
    ours = (*DEFAULT_CALLBACKS, *_COVERED_CALLBACKS)
    there = [entry for entry in entry_points(group="epochscope.callbacks") if entry.name not in ours]
    found = {entry.name for entry in there if entry.name == name} or {one.name for one in there if one.attr == name}
    return found.pop() if len(found) == 1 else ""


def load_command(name: str) -> Callable[..., Any]:
    """A command provided by another package, such as `gui`. Raises UsageError `gui.missing` or `plugin.broken`."""
    if not _find("epochscope.commands", name):
        raise UsageError(
            "gui.missing",
            "The window is not installed",
            where=f"epochscope {name}",
            fix="pip install 'epochscope[gui]'",
        )
    command: Callable[..., Any] = _load("epochscope.commands", name)
    return command


def model_names() -> tuple[str, ...]:
    """Built-in models, then those of plugins."""
    return (*MODELS, *(name for name in _names("epochscope.models") if name not in MODELS))


def load_model(name: str) -> Callable[..., Any]:
    """The factory of a plugin's model: `factory(input_shape, classes, **options) -> nn.Module`."""
    if not _find("epochscope.models", name):
        known = model_names()
        what = f"There is no model {name!r}{suggest(name, known)}"
        raise UsageError("model.unknown", what, name=name, **alternatives(name, known))
    factory: Callable[..., Any] = _load("epochscope.models", name)
    return factory


def metric_names() -> tuple[str, ...]:
    """Built-in metrics, then those of plugins."""
    from trainer.metrics.named_metrics import NAMED

    return (*NAMED, *(name for name in _names("epochscope.metrics") if name not in NAMED))


def load_metric(name: str, options: Mapping[str, Any], classes: int) -> Any:
    """A metric by name: a function, or an object with update, compute and reset. `options` are keywords of a plugin's
    function, or of its class, which is told the number of classes if it asks for `num_classes`.

    Raises UsageError `metric.unknown`, `plugin.broken` or `plugin.options`.
    """
    from trainer.metrics.named_metrics import NAMED, NamedMetric

    if name in NAMED:
        return NamedMetric(name)
    if not _find("epochscope.metrics", name):
        known = metric_names()
        what = f"There is no metric {name!r}{suggest(name, known)}"
        raise UsageError("metric.unknown", what, name=name, **alternatives(name, known))
    loaded = _load("epochscope.metrics", name)
    if not callable(loaded):
        raise _broken(
            _find("epochscope.metrics", name)[0], f"it names {loaded!r:.200}, which is not a function or class"
        )
    return _metric(name, loaded, options, classes)


def _metric(name: str, made_by: Callable[..., Any], options: Mapping[str, Any], classes: int) -> Any:
    try:
        known = list(inspect.signature(made_by).parameters)
    except (TypeError, ValueError):  # of some built-in functions
        known = []
    if not isinstance(made_by, type):
        check_options(name, made_by, options, positional=2)  # after probabilities and labels
        return partial(made_by, **options) if options else made_by
    if "num_classes" in known and "num_classes" not in options:
        options = {**options, "num_classes": classes}
    return make_plugin(name, made_by, options, "metric_options")


def data_names() -> tuple[str, ...]:
    """Data sources of plugins."""
    return tuple(name for name in _names("epochscope.data") if name not in SOURCES)


def load_data(name: str) -> Callable[[], Any]:
    """The function of one of `data_names`: it returns what `open_data` takes, but for a name. Raises UsageError
    `plugin.broken`."""
    load: Callable[[], Any] = _load("epochscope.data", name)
    return load


def model_options(settings: Settings) -> dict[str, Any]:
    """Options of the chosen model: its own table, with further tables nested by name, or `[plugins.NAME]` for a
    plugin."""
    first, *further = options_tables(settings.model)
    if settings.model not in MODELS and not is_pretrained(settings.model):
        return dict(settings.plugins.get(settings.model, {}))
    tables = {name: getattr(settings, name).model_dump() for name in (first, *further) if hasattr(settings, name)}
    return {**tables.pop(first, {}), **tables}


def options_tables(model: str) -> tuple[str, ...]:
    """The settings tables with a built-in model's options: its own, or those shared by pretrained models."""
    return ("backbone", "head") if is_pretrained(model) else (model,)


def options_as_settings(model: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the result of `model_options` for a built-in model back into settings."""
    first, *further = options_tables(model)
    own = {name: value for name, value in options.items() if name not in further}
    return {
        "model": model,
        **({first: own} if own else {}),
        **{name: options[name] for name in further if name in options},
    }


def check_names(settings: Settings, also: Iterable[str] = ()) -> None:
    """Refuse models, callbacks and metrics that are not installed, all in one UsageError `settings.invalid`. `also`:
    callbacks that are there without being installed, which may have options."""
    problems = []
    if is_pretrained(settings.model):
        check_timm(settings.model)
    elif settings.model not in model_names():
        problems.append(_not_installed("model", settings.model, model_names()))
    if settings.callbacks:
        known = callback_names()
        problems += [
            SettingProblem("no_callback", "callbacks", {"name": name, **alternatives(name, known)})
            for name in settings.callbacks
            if name not in known
        ]
    problems += _metric_problems(settings)
    users = {settings.model, *settings.callbacks, *settings.metrics, *also}
    for name in settings.plugins:
        if name not in users:
            problems.append(_unused_options(name, users))
    if problems:
        refuse(problems)


def _not_installed(place: str, name: str, known: Sequence[str]) -> SettingProblem:
    return SettingProblem("not_installed", place, {"name": name, **alternatives(name, known)})


def _unused_options(name: str, users: Iterable[str]) -> SettingProblem:
    """Options that nothing takes, and what they may be for."""
    place = f"plugins.{name}"
    for flag, group in (("--callbacks", "callbacks"), ("--metrics", "metrics"), ("--model", "models")):
        if name not in (*DEFAULT_CALLBACKS, *_COVERED_CALLBACKS) and _find(f"epochscope.{group}", name):
            return SettingProblem("options_unused", place, {"name": name, "flag": flag})
    found = alternatives(name, sorted(users))
    if "similar" in found:
        return SettingProblem("options_of_none", place, {**found})
    return SettingProblem("options_of_file", place, {"name": name, "others": found["known"] or "none"})


def _metric_problems(settings: Settings) -> list[SettingProblem]:
    if not settings.metrics and settings.train.monitor == "loss":
        return []
    from trainer.metrics.monitor import BUILT_IN

    known = metric_names() if settings.metrics else ()
    problems = [_not_installed("metrics", name, known) for name in settings.metrics if name not in known]
    monitored = (*BUILT_IN, *settings.metrics)
    if settings.train.monitor.removeprefix("valid_") not in monitored:
        wrong = settings.train.monitor
        problems.append(
            SettingProblem("not_computed", "train.monitor", {"name": wrong, **alternatives(wrong, monitored)})
        )
    return problems


def _find(group: str, name: str) -> tuple[EntryPoint, ...]:
    return tuple(entry_points(group=group, name=name))


def _names(group: str) -> tuple[str, ...]:
    return tuple(sorted({entry.name for entry in entry_points(group=group)}))


def _load(group: str, name: str) -> Any:
    """The object behind an entry point; if it cannot be imported, the error names its distribution."""
    entry = _find(group, name)[0]
    try:
        return entry.load()
    except Exception as error:  # a plugin may raise anything on import
        raise _broken(entry, f"{type(error).__name__}: {error}", _line(error)) from error


def _line(error: Exception) -> str:
    """The file and line where it went wrong; empty where that is not code of the plugin, as for a missing module."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename != __file__ and not {"<", "importlib"} & {frame.filename[0], *Path(frame.filename).parts}
    ]
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""


def _broken(entry: EntryPoint, reason: str, line: str = "") -> UsageError:
    owner = f"{entry.dist.name} {entry.dist.version}" if entry.dist else "an unknown distribution"
    return UsageError(
        "plugin.broken",
        f"The plugin {entry.name!r} of {owner} cannot be loaded: {reason}",
        where="; ".join(filter(None, [line, f"entry point {entry.group}: {entry.name} = {entry.value}"])),
        fix="fix it if it is your own; otherwise update or uninstall that distribution",
        plugin=entry.name,
        distribution=owner,
        error=reason,
    )
