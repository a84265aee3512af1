"""The module that writes files, with one step left out: does a test notice?"""

from __future__ import annotations
import __future__

import ast
import copy
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from trainer.store import durable

STEPS = {"sync_folder", "_sync_name", "_replace", "seam.fsync", "seam.replace"}
"""Every call that makes something durable, or puts it in its place."""


class Mutation(NamedTuple):
    """`name`: the function and what is left out. `definition`: the function or class without it."""

    name: str
    definition: ast.FunctionDef | ast.ClassDef

    def apply(self, monkeypatch: pytest.MonkeyPatch) -> None:
        module = ast.fix_missing_locations(ast.Module([self.definition], type_ignores=[]))
        monkeypatch.setattr(durable, self.definition.name, getattr(durable, self.definition.name))  # to be restored
        code = compile(ast.unparse(module), f"<{self.name}>", "exec", flags=__future__.annotations.compiler_flag)
        exec(code, durable.__dict__)


def mutations() -> Iterator[Mutation]:
    """One for each such call in the source, and for each folder of a set that is synced."""
    source = ast.parse(Path(durable.__file__).read_text("utf-8"))
    for definition in source.body:
        if not isinstance(definition, ast.FunctionDef | ast.ClassDef) or definition.name == "Seam":
            continue
        found = [node for node in ast.walk(definition) if _is_step(node) or _is_set(node)]
        for number, node in enumerate(found):
            counts = range(len(node.elts)) if isinstance(node, ast.Set) else range(1)
            for index in counts:
                changed = copy.deepcopy(definition)
                target = [one for one in ast.walk(changed) if _is_step(one) or _is_set(one)][number]
                what = ast.unparse(target.elts[index] if isinstance(target, ast.Set) else target)
                if isinstance(target, ast.Set):
                    del target.elts[index]
                else:
                    _Without(target).visit(changed)
                yield Mutation(f"{definition.name}, {node.lineno - definition.lineno} without {what}", changed)


def _is_step(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) in STEPS


def _is_set(node: ast.AST) -> bool:
    return isinstance(node, ast.Set) and all("parent" in ast.unparse(one) for one in node.elts)


class _Without(ast.NodeTransformer):
    def __init__(self, call: ast.AST) -> None:
        self.call = call

    def visit_Call(self, node: ast.Call) -> ast.AST:
        return ast.Constant(None) if node is self.call else self.generic_visit(node)
