"""Docstrings in Google style, read from classes and functions: for the reference pages, and for the test of them."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from dataclasses import is_dataclass
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

from msgspec import Struct

SECTIONS = ("Args", "Attributes", "Returns", "Yields", "Raises")
ROOTS = ("trainer", "callbacks")
"""Packages whose members are ours: what a class inherits from elsewhere is documented there."""
_ITEM = re.compile(r"(\*{0,2}[\w.]+): ?(.*)")


class Docstring(NamedTuple):
    """A docstring taken apart. `items` are the named entries of Args, Attributes and Raises, `result` is the text of
    Returns or Yields."""

    text: str
    items: dict[str, dict[str, str]]
    result: str


class Argument(NamedTuple):
    """A parameter, or a field of a record. `kind` and `default` are as in the source; no default: an empty text."""

    name: str
    kind: str
    default: str


KEYWORDS = Argument("*", "", "")
"""Stands before the parameters that are given by name only."""


def parse(text: str | None) -> Docstring:
    """Take a docstring apart.

    Raises:
        ValueError: A section holds a line that is not an entry.
    """
    parts: dict[str, list[str]] = {"": []}
    section = ""
    for line in inspect.cleandoc(text or "").splitlines():
        if line.removesuffix(":") in SECTIONS and line.endswith(":"):
            section = line[:-1]
            parts[section] = []
        else:
            parts[section].append(line)
    items = {name: _items(lines) for name, lines in parts.items() if name in ("Args", "Attributes", "Raises")}
    result = " ".join(line.strip() for line in parts.get("Returns", parts.get("Yields", []))).strip()
    return Docstring("\n".join(parts[""]).strip(), items, result)


def _items(lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    name = ""
    for line in filter(str.strip, lines):
        if line.startswith("     "):
            found[name] += " " + line.strip()
        elif match := _ITEM.fullmatch(line.strip()):
            name = match[1]
            if name in found:
                raise ValueError(f"{name!r} is described twice")
            found[name] = match[2]
        else:
            raise ValueError(f"not an entry: {line!r}")
    return found


@cache
def _class_source(owner: type) -> ast.ClassDef:
    node = ast.parse(textwrap.dedent(inspect.getsource(owner))).body[0]
    assert isinstance(node, ast.ClassDef)
    return node


def ours(owner: type) -> list[type]:
    """The class and those it is derived from, nearest first, as far as they are ours."""
    return [one for one in owner.__mro__ if one.__module__.partition(".")[0] in ROOTS]


def attribute_docstrings(owner: type) -> dict[str, str]:
    """Text of each attribute that has one right below it."""
    found: dict[str, str] = {}
    for one in reversed(ours(owner)):
        body = _class_source(one).body
        for node, after in pairwise(body):
            if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
                for name in _names(node):
                    found[name] = " ".join(str(after.value.value).split())
    return found


def _names(node: ast.stmt) -> Iterator[str]:
    targets = [node.target] if isinstance(node, ast.AnnAssign) else node.targets if isinstance(node, ast.Assign) else []
    yield from (target.id for target in targets if isinstance(target, ast.Name) and not target.id.startswith("_"))


def fields(owner: type) -> list[Argument]:
    """Public attributes that are declared in the body of the class, with those it inherits, in order."""
    found: dict[str, Argument] = {}
    for one in reversed(ours(owner)):
        for node in _class_source(one).body:
            value = ast.unparse(node.value) if isinstance(node, ast.AnnAssign | ast.Assign) and node.value else ""
            kind = ast.unparse(node.annotation) if isinstance(node, ast.AnnAssign) else ""
            for name in _names(node):
                found[name] = Argument(name, _bare(kind), _default(value))
    return list(found.values())


def _bare(kind: str) -> str:
    match = re.fullmatch(r"ClassVar\[(.*)\]", kind)
    return (match[1] if match else kind).replace("'", '"')


def _default(value: str) -> str:
    """A default as one would write it: what a field's factory makes."""
    if match := re.fullmatch(r"field\(default_factory=(\w+)\)", value):
        return f"{match[1]}()"
    if match := re.match(r"field\(default=([^,)]+)", value):
        return match[1]
    return value.replace("'", '"')


def is_record(owner: Any) -> bool:
    """Whether the arguments of a class are its fields."""
    return isinstance(owner, type) and (is_dataclass(owner) or issubclass(owner, Struct))


def signature(function: Any) -> list[Argument]:
    """Parameters as they stand in the source, without `self` and `cls`."""
    found = []
    parameters = inspect.signature(function).parameters.values()
    starred = any(one.kind is one.VAR_POSITIONAL for one in parameters)
    for one in parameters:
        if one.name in ("self", "cls"):
            continue
        if one.kind is one.KEYWORD_ONLY and not starred:
            starred = True
            found.append(KEYWORDS)
        stars = {one.VAR_POSITIONAL: "*", one.VAR_KEYWORD: "**"}.get(one.kind, "")
        kind = "" if one.annotation is one.empty else str(one.annotation).replace("'", '"')
        found.append(Argument(stars + one.name, kind, "" if one.default is one.empty else _shown(one.default)))
    return found


def _shown(value: Any) -> str:
    text: str = getattr(value, "__name__", repr(value))
    return text.replace("'", '"')


def returned(function: Any) -> str:
    """What a function returns, as it stands in the source; empty for None."""
    kind = inspect.signature(function).return_annotation
    return "" if kind in (inspect.Signature.empty, "None", None) else str(kind)


def members(owner: type, *, inherited: bool = True) -> dict[str, Any]:
    """Public methods and properties of a class, by name, in the order of the source."""
    found: dict[str, Any] = {}
    for one in reversed(ours(owner)) if inherited else [owner]:
        for name, value in vars(one).items():
            if not name.startswith("_") and (callable(value) or hasattr(value, "__get__")) and _documentable(value):
                found[name] = value
    return found


def _documentable(value: Any) -> bool:
    return (
        inspect.isfunction(value) or hasattr(value, "func") or isinstance(value, property | classmethod | staticmethod)
    )


def getter(value: Any) -> Any:
    """The function behind a property or a class method."""
    if isinstance(value, property):
        return value.fget
    return getattr(value, "__func__", getattr(value, "func", value))


def is_property(value: Any) -> bool:
    """Whether it is read like an attribute."""
    return isinstance(value, property) or hasattr(value, "func")
