"""What every callback must do, as tests for your own: `@callback_contract(MyCallback)`. [no torch, no pytest]"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callbacks.testing import contract_rules as rules
from callbacks.testing.event_replay import Factory
from callbacks.testing.recordings import RECORDINGS

if TYPE_CHECKING:
    import pytest

_RULES: tuple[Callable[[Factory], None], ...] = (
    rules.hooks_exist,
    rules.options_are_described,
    rules.explain_names_it,
    rules.state_survives_a_checkpoint,
    rules.resuming_changes_nothing,
    rules.a_stop_does_no_harm,
    rules.a_second_run_is_like_the_first,
    rules.failures_of_others_do_no_harm,
    rules.a_full_disk_loses_nothing,
    rules.only_the_run_folder_is_written,
    rules.events_stay_as_they_are,
    rules.no_thread_is_left,
)


@dataclass(frozen=True)
class Check:
    """One rule for one callback: call it, and it raises AssertionError if the rule is broken."""

    name: str
    """Name of the callback and of the rule, such as `EarlyStopping-hooks_exist`."""
    run: Callable[[], None]
    """Checks the rule."""

    def __call__(self) -> None:
        """Check the rule.

        Raises:
            AssertionError: The callback breaks it; the message says how, and how to fix it.
        """
        self.run()

    def __str__(self) -> str:
        return self.name


def contract_checks(factory: Factory) -> list[Check]:
    """Make the checks of the rules that a callback must keep, as functions without arguments for any test runner.

    Args:
        factory: Makes the callback, with the options to test: its class, or a function.

    Returns:
        The checks, from simple to hard.
    """
    name = _name(factory)
    found = [Check(f"{name}-{one.__name__}", functools.partial(one, factory)) for one in _RULES]
    heard = [
        Check(f"{name}-hears_{recording}", functools.partial(rules.hears_every_event, factory, recording))
        for recording in RECORDINGS
    ]
    return [*found[:4], *heard, *found[4:]]


def callback_contract(*factories: Factory) -> pytest.MarkDecorator:
    """Make a test function with the argument `check` run once for every rule and callback, under pytest.

    The whole of a test of the contract:

        @callback_contract(MyCallback, lambda: MyCallback(patience=1))
        def test_contract(check: Check) -> None:
            check()

    Args:
        *factories: Make the callbacks, each with other options: classes, or functions without arguments.

    Returns:
        A decorator, `pytest.mark.parametrize`.
    """
    import pytest

    found = [check for factory in factories for check in contract_checks(factory)]
    return pytest.mark.parametrize("check", found, ids=str)


def _name(factory: Factory) -> str:
    """Of the class, or of the function; what a lambda makes tells more than its name."""
    name = getattr(factory, "__name__", "")
    return name if name and name != "<lambda>" else type(factory()).__name__
