"""The states of callbacks on their way into a checkpoint and out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from trainer.callback import Callback, callback_name
from trainer.errors import CallbackError, EpochscopeError


def callback_states(callbacks: Iterable[Callback]) -> dict[str, dict[str, Any]]:
    """State of every callback that has one, by name."""
    states = {callback_name(callback): callback.state_dict() for callback in callbacks}
    return {name: state for name, state in states.items() if state}


def tell_detached(
    callbacks: Iterable[Callback],
    states: Mapping[str, dict[str, Any]],
    detached: Mapping[str, int],
    warn: Callable[[str], object],
) -> None:
    """Tell which callbacks take part again that had failed in the attempt before, at the steps in `detached`: they have
    not heard of the steps since."""
    for name in map(callback_name, callbacks):
        if name in detached:
            text = f"{name} was detached at step {detached[name]}, after an error; it takes part again"
            warn(f"{text}, and its state is from there" if name in states else text)


def restore_callbacks(
    callbacks: Iterable[Callback], states: Mapping[str, dict[str, Any]], log: Callable[[str], object]
) -> None:
    """Give each callback its state back; `log` hears of states that no one claims."""
    left = dict(states)
    for callback in callbacks:
        state = left.pop(callback_name(callback), None)
        if state is not None:
            _restore(callback, state)
    if left:
        log(f"the checkpoint holds state of callbacks this run does not have: {', '.join(sorted(left))}")


def _restore(callback: Callback, state: dict[str, Any]) -> None:
    try:
        callback.load_state_dict(state)
    except EpochscopeError:
        raise
    except Exception as error:  # it is somebody else's
        name = callback_name(callback)
        raise CallbackError(
            "callback.state",
            f"The callback {name} cannot restore its state: {type(error).__name__}: {error}",
            where=f"{name}.load_state_dict",
            fix="fix the callback, then resume the run; or resume without it",
            callback=name,
        ) from error
