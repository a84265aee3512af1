"""What lies between two values is written in one way: an en dash without spaces, a shared unit once."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import gui
from gui.text.formats import span


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        ("0.64", "0.77", "0.64–0.77"),
        ("3.9 %", "6.1 %", "3.9–6.1 %"),
        ("300 px", "1.2 MP", "300 px–1.2 MP"),
        ("12", "12", "12"),
        ("12 px", "12 px", "12 px"),
        ("1\N{NO-BREAK SPACE}000", "2\N{NO-BREAK SPACE}000", "1\N{NO-BREAK SPACE}000–2\N{NO-BREAK SPACE}000"),
    ],
)
def test_a_shared_unit_stands_once(low: str, high: str, text: str) -> None:
    assert span(low, high) == text


def test_nothing_in_the_window_has_an_en_dash_between_spaces() -> None:
    """It is for what lies between two values; a break in a sentence or a title has an em dash."""
    found = []
    for path in sorted(Path(gui.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and " – " in node.value:
                found.append(f"{path.name}:{node.lineno}")
    assert found == []
