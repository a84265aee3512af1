"""The house: no circle of files, one name for one thing, short files, lazy names that lead somewhere."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("trainer", "callbacks", "gui")
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
LONGEST_FILE, LONGEST_FUNCTION = 400, 40

SHARED_NAMES = {
    "app": "an application put together: the command line's, and the window's",
    "curves": "the curves of a run: as data, and the panel that draws them",
    "data_findings": "what a check of the data found: on the command line, and in the window",
    "embedding": "the map of what the model sees: computed, as data, and drawn",
    "errors": "our errors, and their translated texts",
    "first_layer": "first-layer images: computed, and as data for the window",
    "reasons": "why a request was refused or a run was stopped: codes with their English, and the window's sentences",
    "settings": "the settings, and their translated titles",
    "slices": "where a run fails: found, and printed by the command line",
    "thumbnails": "small images: published for viewers, and shown by the window",
    "weights": "the weights of a model: written to a file, and drawn",
}
"""Module names that `trainer` and `gui` both have, or one of them twice, and the one thing they mean."""
SHARED_CLASSES = {
    "EarlyStopping": "the callback, and the table of settings it is made from",
}


def test_no_files_import_each_other_in_a_circle() -> None:
    """Imports for type checking count: who needs to know whom is the same question there."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None, exclude_type_checking_imports=False)
    imports = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    assert len(imports) > 200
    try:
        tuple(TopologicalSorter(imports).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_a_circle_would_be_found() -> None:
    with pytest.raises(CycleError):
        tuple(TopologicalSorter({"a": {"b"}, "b": {"c"}, "c": {"a"}}).static_order())


def test_a_module_has_a_name_of_its_own() -> None:
    """None twice in `trainer`, and none of its names in `gui`, unless both mean the same thing."""
    places = defaultdict(list)
    for path in FILES:
        if path.stem not in ("__init__", "__main__"):
            places[path.stem].append(path.relative_to(ROOT))
    shared = {
        name: found
        for name, found in places.items()
        if sum(path.parts[0] == "trainer" for path in found) > 1
        or {"trainer", "gui"} <= {path.parts[0] for path in found}
    }
    assert {name: found for name, found in shared.items() if name not in SHARED_NAMES} == {}
    assert set(SHARED_NAMES) <= set(places), "a name that is there no more needs no reason"


def test_a_public_class_has_a_name_of_its_own() -> None:
    places = defaultdict(list)
    for path in FILES:
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(path.relative_to(ROOT).as_posix())
    assert {name: found for name, found in places.items() if len(found) > 1 and name not in SHARED_CLASSES} == {}


def test_what_torch_keeps_private_is_reached_in_one_place() -> None:
    """There it says why, and which versions have it."""
    internals = ROOT / "trainer" / "torch_internals.py"
    known = set(_private_names(internals))
    assert len(known) > 20
    others = {path: known & set(_private_names(path)) for path in FILES if path != internals}
    assert {path: names for path, names in others.items() if names} == {}
    assert [path for path in FILES if path != internals and _reaches_into_torch(path)] == []


def _private_names(path: Path) -> Iterator[str]:
    """Attributes, imported names and texts that begin with one underscore; but for those of the object itself."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) not in ("self", "cls"):
            names = [node.attr]
        elif isinstance(node, ast.ImportFrom):
            names = [alias.name for alias in node.names]
        else:
            names = [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []
        yield from (name for name in names if name.startswith("_") and not name.startswith("__"))


def _reaches_into_torch(path: Path) -> bool:
    """Whether it imports or names what is private within torch: `torch._x`, `from torch.x import _y`."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Attribute) and re.fullmatch(r"[\w.]+", dotted := ast.unparse(node)):
            names = dotted.split(".")
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [*node.module.split("."), *(alias.name for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [part for alias in node.names for part in alias.name.split(".")]
        if names[:1] in (["torch"], ["nn"], ["dist"]) and any(re.match("_[^_]", name) for name in names):
            return True
    return False


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_files_and_functions_are_short(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.count("\n") <= LONGEST_FILE
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    assert [node.name for node in functions if _length(node) > LONGEST_FUNCTION] == []


def _length(function: ast.FunctionDef) -> int:
    """Lines of the body, without the docstring."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
