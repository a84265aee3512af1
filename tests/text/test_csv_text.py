"""Cells that a spreadsheet would run, and names that it would misread."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.text.csv_text import BOM, csv_bytes, csv_text, safe_text


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\n=1", " =1", "\u200b=1", "\xa0+1", "＝1", "－1", "\ufeff=1"]
)
def test_what_begins_like_a_formula_gets_a_quote(text: str) -> None:
    assert safe_text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "1-2", " a", "кошка", "'=1", "−1"])
def test_other_texts_stay(text: str) -> None:
    assert safe_text(text) == text


def test_numbers_are_never_changed() -> None:
    row = (-1, -0.5, float("-inf"), float("nan"), 1e-310)
    written = csv_text(("a", "b", "c", "d", "e"), [row]).splitlines()[1]
    assert written == "-1,-0.5,-inf,nan,1e-310"


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8")), min_size=2, max_size=2), max_size=4))
def test_every_cell_comes_back_and_none_is_a_formula(rows: list[list[str]]) -> None:
    found = list(csv.reader(io.StringIO(csv_text(("one", "two"), rows), newline="")))[1:]
    assert [[cell.removeprefix("'") for cell in row] for row in found] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ]
    assert not [cell for row in found for cell in row if cell.strip().startswith(("=", "+", "-", "@"))]


def test_a_mark_says_utf_8_where_it_matters() -> None:
    data = csv_bytes(csv_text(("class", "f1"), [("кошки", 0.5)]))
    assert data.startswith(BOM.encode())
    assert pd.read_csv(io.BytesIO(data)).to_dict("list") == {"class": ["кошки"], "f1": [0.5]}
    assert csv_bytes("plain\n") == b"plain\n"
