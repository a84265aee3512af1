"""A test kit for callbacks: recorded runs, the engine's dispatch without training, and the contract that all must keep.

Importing this package imports none of it; torch is imported only where a callback uses the model, pytest only by
`callback_contract`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from callbacks.testing.contract import Check, callback_contract, contract_checks
    from callbacks.testing.event_replay import Replay, replay
    from callbacks.testing.fake_clock import FakeClock
    from callbacks.testing.recordings import RECORDINGS, recorded
    from callbacks.testing.streams import resumed, stopped, training

__all__ = [
    "RECORDINGS",
    "Check",
    "FakeClock",
    "Replay",
    "callback_contract",
    "contract_checks",
    "recorded",
    "replay",
    "resumed",
    "stopped",
    "training",
]

_HOMES = {
    "RECORDINGS": "recordings",
    "Check": "contract",
    "FakeClock": "fake_clock",
    "Replay": "event_replay",
    "callback_contract": "contract",
    "contract_checks": "contract",
    "recorded": "recordings",
    "replay": "event_replay",
    "resumed": "streams",
    "stopped": "streams",
    "training": "streams",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"callbacks.testing.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
