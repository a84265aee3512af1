"""Docstrings of public names say all that the signatures have, and nothing else."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from docs.docstrings import (
    KEYWORDS,
    Docstring,
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

ROOT = Path(__file__).parents[2]
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


def _documented(package: str) -> Iterator[tuple[str, ast.FunctionDef | ast.ClassDef, Docstring]]:
    """Every function and class of a package with a docstring, read from the source: nothing is imported."""
    for path in sorted((ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and (text := ast.get_docstring(node)):
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node, parse(text)


def _parameters(function: ast.FunctionDef) -> list[str]:
    """As they are named in a docstring: stars are optional there, `self` and `cls` are left out."""
    given = function.args
    ordered = [*given.posonlyargs, *given.args, given.vararg, *given.kwonlyargs, given.kwarg]
    return [one.arg for one in ordered if one is not None and one.arg not in ("self", "cls")]


def _declared(owner: ast.ClassDef) -> set[str]:
    """Names in the body of a class, and those that its methods set on an object, usually self."""
    body = [one for node in owner.body for one in ([node] if isinstance(node, ast.FunctionDef) else ast.walk(node))]
    names = {one.name for one in body if isinstance(one, ast.FunctionDef)}
    names |= {one.id for one in body if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    stored = (one for one in ast.walk(owner) if isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store))
    return names | {one.attr for one in stored}


@pytest.mark.parametrize("package", ["trainer", "callbacks", "gui"])
def test_what_a_docstring_names_is_there(package: str) -> None:
    """Not every internal function lists its arguments; where one does, they are those it has."""
    wrong = []
    for place, node, about in _documented(package):
        listed = [name.lstrip("*") for name in about.items.get("Args", {})]
        makes = node
        if isinstance(node, ast.ClassDef):
            makes = next((one for one in node.body if getattr(one, "name", "") == "__init__"), node)
            if makes is node and listed:
                continue  # the constructor is that of a base class
            if all(ast.unparse(one) == "NamedTuple" for one in node.bases):  # else a base class may have it
                wrong += [f"{place}: {name}" for name in about.items.get("Attributes", {}).keys() - _declared(node)]
        if listed and isinstance(makes, ast.FunctionDef) and listed != _parameters(makes):
            wrong.append(f"{place}: {listed}")
    assert wrong == []


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
