"""Words that give away a translation stay out of what people read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from docs.docstrings import getter, members
from docs.public_names import PAGES
from gui.text.update_translations import texts

ROOT = Path(__file__).parents[2]
PACKAGES = ("trainer", "callbacks", "gui")
BANNED = re.compile(
    r"\b(?:"
    r"mend|mends|mended|mending|lies|whoever|somebody|honou?red|anew|said of|taken for|takes? (?:it|them) for"
    r"|(?<!there )(?:is|are) (?-i:none)(?! of)|(?<!there )is no(?! (?:longer|better|worse|more|less)\b)"
    r")\b",
    re.IGNORECASE,
)
"""`There is no run` is English, `'x' is no callback` is not."""
NEVER = re.compile(r"\b(?:mended|mending|lies|whoever|somebody|honou?red|anew|said of|taken for)\b", re.IGNORECASE)
"""Of these words, not even the docstrings of what is internal have any."""
PAGES_OF_TEXT = ("README.md", "CONTRIBUTING.md", "docs", "resources/recipes", "resources/report", "resources/templates")


def _prose(text: str) -> str:
    """Without code."""
    return re.sub(r"`[^`]*`", "", text)


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def _literals(path: Path) -> Iterator[tuple[int, str]]:
    """Sentences in a module: literals with a blank in them; neither docstrings nor keys are."""
    tree = _tree(path)
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and " " in node.value
            and id(node) not in told
        ):
            yield node.lineno, node.value


@pytest.mark.parametrize("package", PACKAGES)
def test_sentences_in_the_code(package: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {hit[0]!r} in {text!r}"
        for path in sorted((ROOT / package).rglob("*.py"))
        for line, text in _literals(path)
        for hit in BANNED.finditer(text)
    ]
    assert found == []


def test_texts_of_the_window() -> None:
    assert [text for text in texts() if BANNED.search(text.source)] == []


def test_docstrings_of_public_names() -> None:
    found = []
    for one in (one for names in PAGES.values() for one in names):
        target = one.load()
        values = {one.place: target}
        if isinstance(target, type):
            values |= {f"{one.place}.{name}": getter(value) for name, value in members(target).items()}
        found += [
            f"{place}: {hit[0]}"
            for place, value in values.items()
            for hit in BANNED.finditer(_prose(value.__doc__ or ""))
        ]
    assert found == []


@pytest.mark.parametrize("package", PACKAGES)
def test_docstrings_of_everything(package: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {hit[0]}"
        for path in sorted((ROOT / package).rglob("*.py"))
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for hit in NEVER.finditer(_prose(node.value.value))
    ]
    assert found == []


@pytest.mark.parametrize("place", PAGES_OF_TEXT)
def test_pages(place: str) -> None:
    target = ROOT / place
    kinds = (".md", ".toml", ".template")
    files = [target] if target.is_file() else [path for path in target.rglob("*") if path.suffix in kinds]
    assert files
    found = []
    for path in files:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            found += [f"{path.relative_to(ROOT)}:{number}: {hit[0]}" for hit in BANNED.finditer(_prose(line))]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "'x' is no callback.",
        "a count is none",
        "mend the callback",
        "Taken for",
        "what was said of every image",
        "anew",
    ],
)
def test_a_translated_sentence_is_found(text: str) -> None:
    assert BANNED.search(text)


@pytest.mark.parametrize(
    "text", ["There is no run 'x'.", "it is no longer there", "there are none", "amendments", "one that is no worse"]
)
def test_an_english_sentence_passes(text: str) -> None:
    assert not BANNED.search(text)
