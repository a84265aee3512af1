"""Options of a callback are checked against its typed constructor, the same for a flag, a file and a form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest

from trainer import Callback
from trainer.engine.settings_callbacks import make_callback
from trainer.errors import UsageError


class Trend(Callback):
    def __init__(
        self, keep: float = 0.9, every: int = 1, label: str | None = None, quiet: bool = False, out: Path | None = None,
        style: Literal["grey", "fire"] = "grey", size: Literal[1, 2] = 1, hook: Callable[[], None] | None = None,
    ) -> None:  # fmt: skip
        self.got = {name: value for name, value in locals().items() if name != "self"}


class Open(Callback):
    def __init__(self, keep: float = 0.9, **more: Any) -> None:
        self.more = more


def refused(kind: type, options: dict[str, Any]) -> str:
    with pytest.raises(UsageError) as caught:
        make_callback("Trend", kind, options)
    assert caught.value.code == "plugin.options"
    return caught.value.what


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("keep", "lots", "a number"), ("keep", True, "a number"), ("every", 2.5, "a whole number"),
        ("every", False, "a whole number"), ("label", 5, 'a text: "5"'), ("quiet", 1, "true or false"),
        ("quiet", "yes", "true or false"), ("out", 3, "a path"), ("style", "ice", "one of 'grey', 'fire'"),
        ("size", True, "one of 1, 2"), ("size", 3, "one of 1, 2"),
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_refused_with_what_was_expected(option: str, value: Any, expected: str) -> None:
    assert refused(Trend, {option: value}) == f"Trend.{option}: got {value!r}, expected {expected}"


def test_values_that_fit_arrive() -> None:
    fitting = {"keep": 1, "every": 2, "label": "5", "quiet": True, "out": "here", "style": "fire", "size": 2}
    made: Any = make_callback("Trend", Trend, fitting)
    assert {name: made.got[name] for name in fitting} == {**fitting, "out": Path("here")}


def test_an_unknown_option_gets_a_suggestion_or_all_names() -> None:
    names = "keep, every, label, quiet, out, style, size, hook"
    assert refused(Trend, {"keepp": 0.5}) == "Trend.keepp: there is no such option, did you mean 'keep'?"
    assert refused(Trend, {"zzz": 1}) == f"Trend.zzz: there is no such option; known: {names}"
    assert [line.partition(":")[0] for line in refused(Trend, {"zzz": 1, "every": "x"}).splitlines()] == [
        "Trend.zzz",
        "Trend.every",
    ]


def test_a_constructor_that_takes_any_name_gets_any() -> None:
    made: Any = make_callback("Open", Open, {"keep": 0.5, "colour": "red"})
    assert made.more == {"colour": "red"}
    assert refused(Open, {"keep": "lots"}) == "Trend.keep: got 'lots', expected a number"
