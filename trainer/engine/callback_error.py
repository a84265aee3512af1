"""The error of a callback that raised, for people."""

from __future__ import annotations

from trainer.errors import CallbackError, EpochscopeError
from trainer.events import HOOKS, Event


def callback_error(name: str, event: Event, error: Exception) -> EpochscopeError:
    """Wrap what a hook raised.

    Args:
        name: Name of the callback.
        event: The event it was given.
        error: What it raised.

    Returns:
        `callback.failed`; an error that is for people already, as it is.
    """
    if isinstance(error, EpochscopeError):
        return error
    hook, told = HOOKS[type(event)], f"{type(error).__name__}: {error}"
    wrapped = CallbackError(
        "callback.failed",
        f"The callback {name} failed: {told}",
        where=f"{name}.{hook}, epoch {event.epoch}, step {event.step}",
        fix="fix the callback, then resume the run; log.txt in the run folder holds the traceback",
        callback=name,
        hook=hook,
        epoch=event.epoch,
        step=event.step,
        error=told,
    )
    wrapped.__cause__ = error
    return wrapped
