"""Names with numbers in them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from trainer.text.natural_order import natural_key


def test_numbers_count_as_numbers() -> None:
    names = ["exp-10", "exp-2", "Exp-1", "exp", "2", "10", "v1.10", "v1.9", "a007", "a7b", "a7"]
    ordered = ["2", "10", "a007", "a7", "a7b", "exp", "Exp-1", "exp-2", "exp-10", "v1.9", "v1.10"]
    assert sorted(names, key=natural_key) == ordered


@given(st.lists(st.integers(0, 10**30), min_size=1))
def test_the_order_of_the_numbers_is_that_of_the_names(numbers: list[int]) -> None:
    names = [f"run-{number}-x" for number in numbers]
    assert sorted(names, key=natural_key) == [f"run-{number}-x" for number in sorted(numbers)]


@given(st.lists(st.text()))
def test_any_texts_have_an_order(texts: list[str]) -> None:
    backwards = list(reversed(texts))
    assert sorted(texts, key=natural_key) == sorted(backwards, key=natural_key)
