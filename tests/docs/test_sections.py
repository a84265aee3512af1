"""Docstrings with sections say what the function has: its arguments, in order, a result, and nothing that is not there.

Public names are held to more (`test_docstrings`). This holds everywhere, and reads the sources without importing them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.docstrings import parse

ROOT = Path(__file__).parents[2]
PACKAGES = ("trainer", "callbacks", "gui")
SYSTEM_CALLS = ("durable.py", "Seam")
"""A class whose methods are the system calls of the same names, each a line."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


def _functions(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, Function, str]]:
    """Functions and constructors of a module by name, each with its docstring; a constructor has that of its class."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Function):
            yield prefix + node.name, node, ast.get_docstring(node) or ""
        elif isinstance(node, ast.ClassDef):
            for name, function, text in _functions(node, f"{prefix}{node.name}."):
                constructor = function.name == "__init__"
                yield name, function, (ast.get_docstring(node) or "") if constructor else text


def _arguments(function: Function) -> list[str]:
    found = function.args
    stars = [f"*{found.vararg.arg}"] if found.vararg else []
    names = [*(one.arg for one in (*found.posonlyargs, *found.args)), *stars, *(one.arg for one in found.kwonlyargs)]
    names += [f"**{found.kwarg.arg}"] if found.kwarg else []
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def _gives(function: Function) -> bool:
    return function.returns is not None and ast.unparse(function.returns) != "None"


def _set(owner: ast.ClassDef) -> set[str]:
    """Names in the body of a class, and those set on an object anywhere in it, usually self."""
    body = [one for node in owner.body for one in ([node] if isinstance(node, Function) else ast.walk(node))]
    names = {one.name for one in body if isinstance(one, Function)}
    names |= {one.id for one in body if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    stored = (one for one in ast.walk(owner) if isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store))
    return names | {one.attr for one in stored}


def _absent_attributes(tree: ast.Module) -> list[str]:
    """Attributes that docstrings of classes list and the classes do not have; those with a base are left out."""
    found = []
    for owner in ast.walk(tree):
        if isinstance(owner, ast.ClassDef) and all(ast.unparse(base) == "NamedTuple" for base in owner.bases):
            listed = parse(ast.get_docstring(owner) or "").items.get("Attributes", {})
            found += [f"{owner.name}: has no attribute {name}" for name in listed.keys() - _set(owner)]
    return found


def wrong(source: str) -> list[str]:
    """What the docstrings of a module say that is not so."""
    tree = ast.parse(source)
    found = _absent_attributes(tree)
    for name, function, text in _functions(tree):
        try:
            about = parse(text)
        except ValueError as error:
            found.append(f"{name}: {error}")
            continue
        described = about.items.get("Args")
        if described is not None and list(described) != _arguments(function):
            found.append(f"{name}: describes {list(described)}, takes {_arguments(function)}")
        if about.result and not _gives(function):
            found.append(f"{name}: describes a result, and has none")
        if any(not one for section in about.items.values() for one in section.values()):
            found.append(f"{name}: an entry is empty")
    return found


@pytest.mark.parametrize("package", PACKAGES)
def test_sections_fit_their_functions(package: str) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    assert [f"{path.relative_to(ROOT)}: {one}" for path in files for one in wrong(path.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    "signature",
    ["def f(a):", "def f(b, a):", "def f(a, *, b, c):", "def f(a, *b):"],
)
def test_other_arguments_are_noticed(signature: str) -> None:
    assert wrong(f'{signature}\n    """Do.\n\n    Args:\n        a: One.\n        b: Two.\n    """\n')


def test_a_result_that_is_none_is_noticed() -> None:
    assert wrong('def f() -> None:\n    """Do.\n\n    Returns:\n        It.\n    """\n')


def test_an_attribute_that_is_not_there_is_noticed() -> None:
    assert wrong('class C:\n    """It.\n\n    Attributes:\n        a: One.\n    """\n\n    b = 1\n') != []


FITTING = (
    'def f(a, *b, c=1) -> int:\n    """Do.\n\n    Args:\n        a: One.\n        *b: Two.\n        c: Three.\n\n'
    '    Returns:\n        It.\n    """\n'
)
OF_A_CLASS = (
    'class C:\n    """It.\n\n    Args:\n        a: One.\n\n    Attributes:\n        b: Two.\n    """\n\n'
    "    def __init__(self, a):\n        self.b = a\n"
)


@pytest.mark.parametrize("source", [FITTING, OF_A_CLASS])
def test_what_fits_passes(source: str) -> None:
    assert wrong(source) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_nothing_public_is_without_a_docstring(package: str) -> None:
    silent = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sorted((ROOT / package).rglob("*.py"))
        for name, text in _public(ast.parse(path.read_text("utf-8")))
        if not text and (path.name, name.rpartition(".")[0]) != SYSTEM_CALLS
    ]
    assert silent == []


def _public(tree: ast.Module | ast.ClassDef, prefix: str = "") -> Iterator[tuple[str, str | None]]:
    for node in tree.body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_") and not _continued(node):
            yield prefix + node.name, ast.get_docstring(node)
            if isinstance(node, ast.ClassDef):
                yield from _public(node, f"{prefix}{node.name}.")


def _continued(node: Function | ast.ClassDef) -> bool:
    """Whether it shares the docstring of another definition: a setter, or one of several overloads."""
    signs = [ast.unparse(one) for one in node.decorator_list]
    return "overload" in signs or any(sign.endswith(".setter") for sign in signs)
