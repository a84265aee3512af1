"""Every error code: what it says, what was expected, how to fix it. Read from the source."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from docs.docstrings import parse
from docs.markdown import code, prose, table
from trainer import errors
from trainer.errors import EpochscopeError

ROOT = Path(__file__).parents[1]
PACKAGES = ("trainer", "callbacks", "gui")
FAULTS = {"Fault": 1, "UnreadableError": 0}
"""What is wrong with a file, a class or a split: class, and place of its code. Raised as `data.` and this code."""
CLASSES = {
    name: one for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, EpochscopeError)
}


class ErrorText(NamedTuple):
    """An error as the source has it. Values are in braces; a part is empty where it is made elsewhere."""

    code: str
    kind: str
    what: str
    expected: str
    fix: str


@cache
def error_texts() -> list[ErrorText]:
    """Every error with a code of its own, ordered by code."""
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    sources = [text for path in paths if re.search(r"(Error|Fault|_failure)\(", text := path.read_text("utf-8"))]
    nodes = [node for text in sources for node in ast.walk(ast.parse(text))]
    derived = {
        node.name: base.id
        for node in nodes
        if isinstance(node, ast.ClassDef) and node.name not in CLASSES
        for base in node.bases
        if isinstance(base, ast.Name) and base.id in CLASSES
    }
    found: set[ErrorText] = set()
    for node in nodes:
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", "")
            found.update(_errors(node, derived.get(name, name)))
    return sorted(found)


def _errors(call: ast.Call, kind: str) -> Iterator[ErrorText]:
    if (place := FAULTS.get(kind)) is not None and len(call.args) > place + 1:
        for code in _choices(call.args[place]):
            yield ErrorText(f"data.{code}", "DataError", _text(call.args[place + 1]), "", "")
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    what = _text(call.args[1]) if len(call.args) > 1 else ""
    for code in _choices(call.args[0]) if call.args and (kind in CLASSES or kind == "_failure") else ():
        if "." in code or code == "usage":
            kind = kind if kind in CLASSES else "EpochscopeError"
            yield ErrorText(
                code, kind, *map(_said_here, (what, *(_text(named.get(part)) for part in ("expected", "fix"))))
            )


def _said_here(text: str) -> str:
    """The text; empty where it is made elsewhere, so that only the name of a value stands here."""
    return "" if re.fullmatch(r"\{[^}]*\}", text) else text


def _choices(node: ast.expr) -> list[str]:
    """Codes that an expression may be."""
    if isinstance(node, ast.IfExp):
        return [*_choices(node.body), *_choices(node.orelse)]
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def _text(node: ast.AST | None) -> str:
    """The text of an expression; values in it by their names in braces."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_text(part) for part in parts)
        case ast.FormattedValue(value=value):
            return "{" + _name(value) + "}"
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _text(left) + _text(right)
        case ast.IfExp(body=body):
            return _text(body)
        case ast.Name(id=name):
            return "{" + name + "}"
    return ""


def _name(node: ast.expr) -> str:
    """One word for a value: the last part of its name."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.strip("_").lower()
        case ast.Call(func=ast.Attribute(value=ast.Constant(), attr="join"), args=[inner]):
            return _name(inner)
        case ast.Call(args=[inner, *_]):
            return _name(inner)
        case ast.Call(func=inner) | ast.Subscript(value=inner):
            return _name(inner)
    return "..."


def page() -> Iterator[str]:
    """Classes with their exit codes, then the codes, by what they are about."""
    yield from table(
        ("Class", "Exit code", "When"),
        ((code(name), str(one.exit_code), prose(parse(one.__doc__).text)) for name, one in CLASSES.items()),
    )
    groups = defaultdict(list)
    for one in error_texts():
        groups[one.code.partition(".")[0]].append(one)
    for group, found in groups.items():
        yield from [f"## {group}", ""]
        rows = [(code(one.code), prose(one.what), prose(one.expected), prose(one.fix), one.kind) for one in found]
        yield from table(("Code", "What it says", "Expected", "Fix", "Class"), rows)
