"""The callbacks that settings ask for. No torch at import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from trainer.callback import Callback, callback_name
from trainer.errors import UsageError
from trainer.plugins import DEFAULT_CALLBACKS, load_callback, stand_in
from trainer.settings import Settings
from trainer.settings.constructor_options import make_plugin


def callbacks_of(settings: Settings, *, written: bool = True) -> list[Callback]:
    """The callbacks that settings ask for: the defaults where a run folder is `written`, early stopping and schedule
    where set, plugins by name."""
    made: list[Callback] = []
    options: dict[str, Mapping[str, Any]] = {"checkpoint": settings.checkpoint.model_dump()}
    for name in DEFAULT_CALLBACKS if written else ():
        made.append(load_callback(name)(**options.get(name, {})))
    if settings.early_stopping.patience:
        made.append(load_callback("early_stopping")(**settings.early_stopping.model_dump()))
    if settings.train.schedule != "constant" or settings.train.warmup:
        names = ("schedule", "warmup", "step_epochs", "step_factor")
        made.append(load_callback("learning_rate")(**{name: getattr(settings.train, name) for name in names}))
    for name in settings.callbacks:
        if name in DEFAULT_CALLBACKS:
            raise UsageError(
                "callbacks.default",
                f"The callback {name!r} is part of every run.",
                fix=f"leave {name} out of callbacks",
            )
        made.append(make_callback(name, load_callback(name), settings.plugins.get(name, {})))
    return made


def stand_ins(settings: Settings, missing: Iterable[str]) -> dict[str, Callback]:
    """Installed callbacks for those of a run that came from files and are `missing` now, as far as there are any: by
    name, with the options that the run has for them."""
    found = {name: entry for name in missing if (entry := stand_in(name))}
    made = {
        name: make_callback(name, load_callback(entry), settings.plugins.get(name, {})) for name, entry in found.items()
    }
    for name, callback in made.items():
        if callback_name(callback) != name:
            callback.name = name  # under which the checkpoint has its state
    return made


def make_callback(name: str, cls: type, options: Mapping[str, Any]) -> Callback:
    """A callback out of its class and what `[plugins.NAME]` says; texts are paths where it asks for those. Raises
    UsageError `plugin.options` where the options do not fit, `plugin.broken` for a class of another kind."""
    made = make_plugin(name, cls, options, "callback_options")
    if not isinstance(made, Callback):
        raise UsageError(
            "plugin.broken", f"The callback {name!r} is not a trainer.Callback.", where=f"[plugins.{name}]"
        )
    return made
