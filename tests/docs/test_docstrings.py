"""Docstrings of public names say all that the signatures have, and nothing else."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from typing import Any

import pytest

from docs.docstrings import (
    KEYWORDS,
    attribute_docstrings,
    fields,
    getter,
    is_property,
    is_record,
    members,
    parse,
    returned,
    signature,
)
from docs.public_names import PAGES
from trainer.callback import Callback
from trainer.events import EVENTS, HOOKS

NAMES = {one.place: one for names in PAGES.values() for one in names}
MADE_BY_THE_ENGINE = ("trainer.RunContext", "trainer.data.ImageData")
"""Users get them and do not construct them."""
INTERNAL = {
    "trainer.Trainer": {"options", "feed", "criterion", "folder"},
    "trainer.store.requests.Request": {"file", "engine"},
}
"""Attributes that other parts of the package read, and users need not know."""


def _functions() -> Iterator[tuple[str, Any]]:
    for place, one in NAMES.items():
        target = one.load()
        if not isinstance(target, type):
            yield place, target
            continue
        for name, value in members(target).items():
            hook = name in HOOKS.values() and issubclass(target, Callback)
            if not hook and (not one.members or name in one.members):
                yield f"{place}.{name}", value


FUNCTIONS = dict(_functions())
CLASSES = {place: one for place, one in NAMES.items() if isinstance(one.load(), type)}


@pytest.mark.parametrize("place", FUNCTIONS)
def test_a_function_is_described_as_it_is(place: str) -> None:
    value = FUNCTIONS[place]
    about = parse(getter(value).__doc__)
    assert about.text, "it says nothing"
    if is_property(value):
        return
    arguments = [one.name for one in signature(getter(value)) if one != KEYWORDS]
    assert list(about.items.get("Args", {})) == arguments
    assert all(about.items.get("Args", {}).values())
    assert bool(about.result) == bool(returned(getter(value)))


@pytest.mark.parametrize("place", CLASSES)
def test_a_class_is_described_as_it_is(place: str) -> None:
    target = CLASSES[place].load()
    about, texts = parse(target.__doc__), attribute_docstrings(target)
    assert about.text, "it says nothing"
    declared = [one.name for one in fields(target)]
    if is_record(target):
        assert [name for name in declared if not texts.get(name)] == []
        return
    described = {*about.items.get("Args", {}), *about.items.get("Attributes", {}), *texts}
    assert set(declared) <= described
    if "__init__" not in vars(target) or place in MADE_BY_THE_ENGINE or _is_protocol(target):
        assert "Args" not in about.items
    else:
        arguments = [one.name for one in signature(target.__init__) if one != KEYWORDS]
        assert list(about.items.get("Args", {})) == arguments
    kept = _public_attributes(target)
    described |= {name.lstrip("*") for name in described} | set(HOOKS.values())
    assert kept - described == INTERNAL.get(place, set()), "public attributes that are not described"


def _is_protocol(target: type) -> bool:
    return bool(getattr(target, "_is_protocol", False))


def _public_attributes(target: type) -> set[str]:
    """Names that the constructor sets on self, and that no leading underscore marks as internal."""
    if "__init__" not in vars(target):
        return set()
    tree = ast.parse(textwrap.dedent(inspect.getsource(target.__init__)))  # type: ignore[misc]
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
        and not node.attr.startswith("_")
    }


def _raised(function: Any) -> Iterator[tuple[str, str]]:
    """Class and code of the errors that the function's own body raises."""
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        if not (isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)):
            continue
        kind, args = getattr(node.exc.func, "id", ""), node.exc.args
        if kind.endswith("Error"):
            code = args[0].value if args and isinstance(args[0], ast.Constant) else ""
            yield kind, code if isinstance(code, str) and "." in code and " " not in code else ""


def _whose() -> Iterator[tuple[str, Any, dict[str, str]]]:
    for place, value in FUNCTIONS.items():
        yield place, getter(value), parse(getter(value).__doc__).items.get("Raises", {})
    for place, one in CLASSES.items():
        target = one.load()
        if inspect.isfunction(vars(target).get("__init__")) and not (is_record(target) or _is_protocol(target)):
            yield place, target.__init__, parse(target.__doc__).items.get("Raises", {})


def test_what_is_raised_is_said() -> None:
    unsaid = []
    for place, function, texts in _whose():
        for kind, code in _raised(function):
            known = texts.get(kind, "")
            if not known or (code and code not in known):
                unsaid.append(f"{place}: {kind} {code}")
    assert unsaid == []


def test_every_hook_says_when_it_is_called() -> None:
    for event in EVENTS:
        text = inspect.getdoc(getattr(Callback, HOOKS[event])) or ""
        assert text.startswith("Called "), HOOKS[event]


def test_a_section_that_is_not_in_order_is_noticed() -> None:
    with pytest.raises(ValueError, match="not an entry"):
        parse("It does.\n\nArgs:\n    what it takes\n")
    with pytest.raises(ValueError, match="described twice"):
        parse("It does.\n\nArgs:\n    a: one\n    a: two\n")


def test_a_docstring_is_taken_apart() -> None:
    found = parse(
        "Do it.\n\nMore.\n\nArgs:\n    a: One,\n        and on.\n    **b: Two.\n\nReturns:\n    A\n    text.\n"
    )
    assert found.text == "Do it.\n\nMore."
    assert found.items == {"Args": {"a": "One, and on.", "**b": "Two."}}
    assert found.result == "A text."
