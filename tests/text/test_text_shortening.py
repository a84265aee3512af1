"""Shortened names fit, and stay as different as the names."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.store.folder import RunFolder
from trainer.text.text_shortening import distinct_names, first_line, last_part, short_line, shorten, shorten_all
from trainer.text.text_width import display_width, letters

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=40)
FAMILY = "👨‍👩‍👧‍👦"


@given(st.lists(NAMES, max_size=12), st.integers(8, 30))
def test_short_names_fit_and_differ(names: list[str], room: int) -> None:
    found = shorten_all(names, room, display_width)
    assert all(display_width(short) <= room for short in found)
    assert [short for name, short in zip(names, found, strict=True) if display_width(name) <= room] == [
        name for name in names if display_width(name) <= room
    ]
    assert len(set(found)) == len(set(names))


@pytest.mark.parametrize("literal", ["xxxxxxxx…1", "xxxxxxxx…2", "xxxxxxxx…3", "xxxxxxxx…4"])
def test_a_number_never_makes_a_name_equal_to_another(literal: str) -> None:
    names = ["x" * 30 + middle + "y" * 9 + "x" * 30 for middle in "abc"] + [literal]
    for order in (names, names[::-1]):
        found = shorten_all(order, 10, display_width)
        assert len(set(found)) == 4
        assert max(map(display_width, found)) <= 10


@pytest.mark.parametrize(
    "form", ["a_very_long_common_beginning_{}", "{}_and_a_very_long_common_end", "begin_{}_end" + "_" * 60 + "end"]
)
def test_130_long_names_stay_130(form: str) -> None:
    names = [form.format(f"{number:03d}") for number in range(130)]
    found = shorten_all(names, 20, display_width)
    assert len(set(found)) == 130
    assert max(map(display_width, found)) <= 20


def test_letters_are_never_cut_in_pieces() -> None:
    for text in (f"ab{FAMILY}{FAMILY}{FAMILY}cd", "e\u0301" * 20, "кошка" * 5, "🇩🇪🇫🇷" * 6, "한국어" * 9):
        whole = letters(text)
        for room in range(2, 20):
            short = shorten(text, room, display_width)
            assert short == text or letters(short.removesuffix("…")) == whole[: len(letters(short)) - 1]


def test_runs_of_one_name_are_told_apart_by_the_folders_above() -> None:
    def names(*paths: str) -> list[str]:
        return distinct_names([RunFolder(Path(path)) for path in paths])

    assert names("/a/x/base", "/a/y/base", "/a/x/other") == ["x/base", "y/base", "other"]
    assert names("/a/x/base", "/b/x/base") == ["a/x/base", "b/x/base"]
    assert names("/a/base", "/a/base") == ["base", "base"]


@pytest.mark.parametrize(
    ("said", "line"),
    [
        (ValueError("no such layer\n  in forward"), "no such layer"),
        (RuntimeError("\n  the reason\nand more"), "the reason"),
        (AssertionError(), "AssertionError"),
        (OSError("\n"), "OSError"),
        ("KeyError: 'x'\nmore", "KeyError: 'x'"),
        (ValueError("x" * 301), "x" * 300),
    ],
)
def test_the_first_line_of_an_error(said: Exception | str, line: str) -> None:
    assert first_line(said) == line


def test_texts_are_one_short_line() -> None:
    assert short_line("a\n\tb  c") == "a b c"
    assert short_line("x" * 10**6) == "x" * 299 + "…"
    assert short_line("x" * 300) == "x" * 300


@pytest.mark.parametrize(
    ("path", "name"),
    [("/data/photos/", "photos"), ("C:\\data\\photos", "photos"), ("digits", "digits"), ("/", "/"), ("", "")],
)
def test_the_last_part_of_a_path_of_any_system(path: str, name: str) -> None:
    assert last_part(path) == name
