"""Which runs are offered for a comparison, and in which order."""

from __future__ import annotations

from pathlib import Path

from gui.viewmodels.comparison_candidates import comparison_candidates
from gui.viewmodels.run_list import RunList
from tests.gui.viewmodels.test_run_list import make


def offered(root: Path, name: str) -> list[tuple[str, bool, tuple[str, ...]]]:
    model = RunList(root)
    model.refresh()
    chosen = model.get(name)
    assert chosen is not None
    found = comparison_candidates(chosen, model.newest(model.total))
    return [(one.row.name, one.same_data, one.reasons) for one in found]


def test_the_best_and_the_one_before_come_first(tmp_path: Path) -> None:
    for day, (name, data, score) in enumerate(
        [("best", "digits", 0.9), ("before", "digits", 0.7), ("mine", "digits", 0.95), ("after", "digits", 0.8),
         ("apart", "mnist", 0.99), ("late", "digits", None)], start=1):  # fmt: skip
        make(tmp_path, name, data=data, best_macro_f1=score, started_at=f"2026-01-0{day}T10:00:00+00:00")
    assert offered(tmp_path, "mine") == [
        ("best", True, ("best",)), ("before", True, ("before",)),
        ("late", True, ()), ("after", True, ()), ("apart", False, ()),
    ]  # fmt: skip
    assert [one for one in offered(tmp_path, "before") if one[2]] == [
        ("mine", True, ("best",)), ("best", True, ("before",)),
    ]  # fmt: skip
    assert offered(tmp_path, "apart")[0][2] == (), "nothing on the same data is proposed"


def test_one_run_can_be_both(tmp_path: Path) -> None:
    make(tmp_path, "one", best_macro_f1=0.5, started_at="2026-01-01")
    make(tmp_path, "two", best_macro_f1=0.4, started_at="2026-01-02")
    assert offered(tmp_path, "two") == [("one", True, ("best", "before"))]


def test_a_mean_over_some_classes_is_not_the_best_and_unknown_data_is_not_the_same(tmp_path: Path) -> None:
    make(tmp_path, "mine", started_at="2026-01-03")
    make(tmp_path, "partial", best_macro_f1=0.99, best_macro_f1_of=(2, 10), started_at="2026-01-04")
    make(tmp_path, "full", best_macro_f1=0.2, started_at="2026-01-05")
    assert offered(tmp_path, "mine") == [("full", True, ("best",)), ("partial", True, ())]
    for name in ("lost", "unknown"):
        make(tmp_path, name, data="", best_macro_f1=0.5)
    assert all(one[1:] == (False, ()) for one in offered(tmp_path, "lost"))
