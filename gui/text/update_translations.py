"""Texts of the window and their translations: run `python -m gui.text.update_translations` after a text has changed.

It updates `resources/i18n/*.ts` (new texts are unfinished, old ones are dropped) and compiles the `*.qm`. The tools
come with PySide6. Translate with Qt Linguist or any editor; then run it again.

lupdate is not given the sources: it mistakes `tr = QCoreApplication.translate` for `tr(text, comment)`, and does not
know settings, recipes and error codes. It is given a file that lists every text with its context.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from trainer import reasons
from trainer.plugins import addable_callbacks, load_callback
from trainer.resources import resource
from trainer.settings import Settings
from trainer.settings.constructor_options import constructor_options, summary
from trainer.settings.fields import leaves
from trainer.settings.problems import PROBLEMS
from trainer.settings.recipes import recipes
from trainer.text import error_text

LANGUAGES: dict[str, list[str]] = {"ru": [], "en": ["-pluralonly"]}
"""Options of lupdate. English has a file for its plurals only."""
SOURCES = Path(__file__).parents[1]
_ERRORS = Path(error_text.__file__)
"""The one module below the window with texts that the window shows."""
_OWNERS = {"window": "Window", "_window": "Window"}
"""Class of the object in a variable or attribute of this name, for texts that belong to another object than self."""
_FAULTS = {"Fault": 1, "UnreadableError": 0}
"""Class of a problem with a file, and index of its code."""
_GENERATED = {"Settings", "Recipes", "Errors", "Fixes", "Faults", "Codes", "Sources", "Callbacks", "Problems"}
"""Contexts whose texts are not literals of the window."""
_PARTS = {"where", "expected", "fix", "faults"}


class Text(NamedTuple):
    """A text as it is in the source.

    Attributes:
        context: Its context: usually the class.
        source: English text.
        comment: Comment that tells equal texts apart. Default: none.
        plural: Whether it has forms for %n. Default: False.
    """

    context: str
    source: str
    comment: str = ""
    plural: bool = False


class ErrorCode(NamedTuple):
    """An error code.

    Attributes:
        code: The code.
        parameters: Names that a translation may use in braces.
        fixable: Whether its English says how to fix it, or what was expected.
    """

    code: str
    parameters: frozenset[str]
    fixable: bool


def texts() -> list[Text]:
    """Find every text that the window can show.

    Returns:
        Each text once, sorted.
    """
    found = {text for path in (*sorted(SOURCES.rglob("*.py")), _ERRORS) for text in texts_of(path)}
    found |= {Text("Settings", text) for one in leaves(Settings) for text in (one.title, one.help, one.unit, one.words)}
    found |= {Text("Recipes", text) for one in recipes() for text in (one.title, one.description)}
    found |= {Text("Callbacks", text) for text in callback_texts()}
    found |= {Text("Errors", one.code) for one in error_codes()}
    found |= {Text("Fixes", one.code) for one in error_codes() if one.fixable}
    found |= {Text("Faults", code) for code in fault_codes()}
    found |= {Text("Codes", code) for code in reasons.REASONS}
    found |= {Text("Problems", code) for code in PROBLEMS if code != "other"}
    found |= {Text("Sources", name) for name in reasons.SOURCES}
    return sorted(text for text in found if text.source)


def texts_of(path: Path) -> list[Text]:
    """Find the texts of one module.

    Args:
        path: The module.

    Returns:
        Its texts.

    Raises:
        ValueError: A text is not a literal, so it cannot be found.
    """
    finder = _Finder(path)
    finder.visit(ast.parse(path.read_text(encoding="utf-8")))
    return finder.found


def error_codes() -> list[ErrorCode]:
    """Find every code that an error is created with.

    Returns:
        The codes, sorted.
    """
    found: dict[str, set[str]] = {}
    fixable = {f"data.{code}" for code in fault_codes()}
    for call in _calls():
        name = _name(call.func)
        if (name.endswith("Error") or name == "_failure") and (code := _literal(call.args, 0)) and "." in code:
            if code in reasons.REASONS:
                continue  # an engine's answer, told by the other table
            given = {keyword.arg for keyword in call.keywords if keyword.arg}
            if given & {"expected", "fix"}:
                fixable.add(code)
            given -= _PARTS
            found.setdefault(code, set(given)).intersection_update(given)
    for code in fixable - found.keys():
        found[code] = {"count", "path"}
    return [ErrorCode(code, frozenset(given), code in fixable) for code, given in sorted(found.items())]


def callback_texts() -> Iterator[str]:
    """What our own callbacks that a run can add, and their options, say of themselves."""
    for name in addable_callbacks():
        if (kind := load_callback(name)).__module__.startswith("callbacks."):
            yield summary(kind)
            yield from (option.about for option in constructor_options(kind).options)


def fault_codes() -> set[str]:
    """Find every code of a problem with a file, a class or a split.

    Returns:
        The codes.
    """
    found = [call.args[_FAULTS[name]] for call in _calls() if (name := _name(call.func)) in _FAULTS]
    # one of them is chosen by an `if`
    nodes = [node for code in found for node in ([code.body, code.orelse] if isinstance(code, ast.IfExp) else [code])]
    return {code for node in nodes if (code := _literal([node], 0))}


class _Finder(ast.NodeVisitor):
    def __init__(self, path: Path) -> None:
        self.path, self.found, self._classes = path, list[Text](), list[str]()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._classes.append(node.name)
        self.generic_visit(node)
        self._classes.pop()

    def visit_Call(self, node: ast.Call) -> None:
        name, args = _name(node.func), node.args
        if name == "tr" and isinstance(node.func, ast.Attribute):
            owner = _name(node.func.value)
            self._take(node, self._classes[-1] if owner == "self" else _OWNERS.get(owner), args)
        elif name in ("tr", "translate") and (context := _literal(args, 0)) and context not in _GENERATED:
            self._take(node, context, args[1:])
        self.generic_visit(node)

    def _take(self, node: ast.Call, context: str | None, args: list[ast.expr]) -> None:
        source = _literal(args, 0)
        if context is None or source is None:
            raise ValueError(f"{self.path}:{node.lineno}: neither text nor class of a text can be found: give literals")
        self.found.append(Text(context, source, _literal(args, 1) or "", len(args) > 2))


@cache
def _calls() -> list[ast.Call]:
    """Every call of our packages."""
    paths = [path for part in ("trainer", "callbacks", "gui") for path in sorted((SOURCES.parent / part).rglob("*.py"))]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in paths]
    return [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]


def _name(node: ast.expr) -> str:
    """Last part of a dotted name."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _literal(args: list[ast.expr], place: int) -> str | None:
    node = args[place] if place < len(args) else None
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def refresh() -> None:
    """Update the .ts files and compile them."""
    folder = resource("i18n")
    with tempfile.TemporaryDirectory() as place:
        listing = Path(place, "texts.py")
        listing.write_text("".join(_line(text) for text in texts()), encoding="utf-8")
        for language, options in LANGUAGES.items():
            ts = folder / f"epochscope_{language}.ts"
            common = ["-no-obsolete", "-locations", "none", "-source-language", "en", "-target-language", language]
            _run("lupdate", *options, *common, str(listing), "-ts", str(ts))
            _run("lrelease", str(ts), "-qm", str(ts.with_suffix(".qm")))


def _line(text: Text) -> str:
    given = ", ".join(json.dumps(part, ensure_ascii=False) for part in text[:3])
    return f"QCoreApplication.translate({given}{', 0' if text.plural else ''})\n"


def _run(tool: str, *arguments: str) -> None:
    beside = Path(sys.executable).with_name(f"pyside6-{tool}")
    subprocess.run([str(beside) if beside.exists() else beside.name, *arguments], check=True)


if __name__ == "__main__":
    refresh()
