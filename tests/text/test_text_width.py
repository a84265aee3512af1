"""Columns of a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.cli.output import table
from trainer.text.text_width import cut, display_width, one_line, pad_left, pad_right


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        *[
            ("abc", 3),
            ("кот", 3),
            ("日本", 4),
            ("ｱ", 1),
            ("Ａ", 2),
            ("é", 1),
            ("e\u0301", 1),
            ("한", 2),
            ("\u1112\u1161\u11ab", 2),
        ],
        *[("👍", 2), ("👍🏽", 2), ("👩‍👩‍👧", 2), ("🇩🇪🇫🇷", 4), ("\u2764\ufe0f", 2), ("a\u200bb", 2), ("", 0)],
    ],
)
def test_widths(text: str, columns: int) -> None:
    assert display_width(text) == columns


@given(st.text(max_size=30), st.integers(1, 20))
def test_a_text_fits_where_it_was_cut_to(text: str, columns: int) -> None:
    fitted = cut(text, columns)
    assert display_width(fitted) <= columns
    assert fitted == text or text.startswith(fitted[:-1])
    assert display_width(pad_left(fitted, columns)) == display_width(pad_right(fitted, columns)) == columns


def test_a_name_stays_in_its_row() -> None:
    assert one_line("a\nb\r\x1b[0m\u2028\u202ec") == r"a\nb\r\x1b[0m\u2028\u202ec"
    lines = table(("name", "loss"), [("日本\n語", "0.1"), ("e\u0301te\u0301", "12.5"), ("plain", "3")], left=("name",))
    assert len(lines) == 4
    assert len({display_width(line) for line in lines}) == 1
