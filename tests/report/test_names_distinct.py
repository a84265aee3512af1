"""Shortened names of one list stay distinct."""

from __future__ import annotations

from trainer.plotting.svg import fit_all, width_of


def test_long_names_that_share_a_head_or_both_ends_stay_distinct() -> None:
    for names in (
        [f"a very long common beginning {n}" for n in range(130)],
        [f"{'x' * 40}{n}{'y' * 40}" for n in range(130)],
    ):
        found = fit_all(names, 100)
        assert len(set(found)) == len(names)
        assert all(width_of(text) <= 101 for text in found)
    assert fit_all(["cat", "dog"], 100) == ["cat", "dog"]
