"""What `assist` answers about callbacks: which a run can add, their options, and what a constructor refuses. No torch,
unless a callback's module imports it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from typing import Any

from trainer.cli.output import error_parts
from trainer.engine.settings_callbacks import make_callback
from trainer.errors import EpochscopeError, UsageError
from trainer.plugins import addable_callbacks, load_callback
from trainer.settings import Settings
from trainer.settings.constructor_options import ConstructorOptions, constructor_options, summary


def callbacks_answer(settings: Settings) -> dict[str, Any]:
    """Describe the installed callbacks that a run can add, and try those that settings ask for. Runs their code.

    Args:
        settings: Only `callbacks` and `plugins` matter.

    Returns:
        `callbacks`: a mapping for each; `refused`: one for each of `settings` that cannot be created.
    """
    chosen = settings.callbacks
    return {
        "callbacks": [_about(name) for name in addable_callbacks()],
        "refused": [found for name in chosen for found in _refusal(name, settings.plugins.get(name, {}))],
    }


def _about(name: str) -> dict[str, Any]:
    """Name, package, first line of the docstring, options; `problem` in place of those where it cannot be loaded."""
    entry = next(iter(entry_points(group="epochscope.callbacks", name=name)))
    about: dict[str, Any] = {"name": name, "package": entry.dist.name if entry.dist else ""}
    try:
        kind = load_callback(name)
        found = constructor_options(kind)
    except EpochscopeError as error:
        return {**about, "problem": error_parts(error)}
    except Exception as error:  # a plugin may raise anything
        return {**about, "problem": error_parts(_unreadable(name, error))}
    return {**about, "about": summary(kind), **_options(found)}


def _options(found: ConstructorOptions) -> dict[str, Any]:
    return {
        "options": [option._asdict() for option in found.options],
        "left_out": [{"name": name, "type": text} for name, text in found.left_out],
        "obstacles": [{"name": name, "type": text} for name, text in found.obstacles],
    }


def _refusal(name: str, options: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The error of making it, if there is one; `option` is the one that the error is about, "" where it cannot be
    told."""
    known: list[str] = []
    try:
        kind = load_callback(name)
        known += inspect.signature(kind).parameters
        make_callback(name, kind, options)
    except EpochscopeError as error:
        named = [one for one in known if re.search(rf"\b{re.escape(one)}\b", error.what)]
        yield {"name": name, "option": named[0] if len(named) == 1 else "", **error_parts(error)}
    except Exception as error:  # a plugin may raise anything
        yield {"name": name, "option": "", **error_parts(_unreadable(name, error))}


def _unreadable(name: str, error: Exception) -> UsageError:
    reason = f"{type(error).__name__}: {error}"
    return UsageError(
        "callback.broken",
        f"The callback {name!r} cannot be used: {reason}",
        where=f"entry point epochscope.callbacks: {name}",
        name=name,
        error=reason,
    )
