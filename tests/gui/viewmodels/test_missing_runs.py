"""The list of runs while their disk is gone, and after it is back."""

from __future__ import annotations

from pathlib import Path

import pytest

from gui.viewmodels import run_list
from gui.viewmodels.run_list import RunList
from tests.gui.viewmodels.test_run_list import make, names
from trainer.store import trash
from trainer.store.folder import RunFolder


def test_runs_on_a_disk_that_is_gone_are_kept_and_come_back(tmp_path: Path) -> None:
    disk, away = tmp_path / "disk", tmp_path / "away"
    for name in ("a", "b", "c"):
        make(disk / "runs", name, best_macro_f1=0.5)
    model = RunList(disk / "runs")
    model.refresh()
    model.overlay("b", True)
    disk.rename(away)
    assert model.refresh().listed
    for _ in range(5):
        assert model.missing
        assert not model.refresh().listed
    assert [row.value("macro_f1") for row in model.rows] == [0.5] * 3
    away.rename(disk)
    make(disk / "runs", "d")
    assert model.refresh().listed
    assert not model.missing
    assert sorted(names(model)) == ["a", "b", "c", "d"]
    assert model.overlaid == ["b"]
    for name in "abcd":
        trash.discard(RunFolder(disk / "runs" / name))
    for _ in range(20):
        model.refresh()
    assert (names(model), model.missing) == ([], False), "deleted runs are not missing"


def test_an_empty_folder_where_a_disk_was_is_not_that_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "runs"
    make(root, "a")
    model = RunList(root)
    model.refresh()
    root.rename(tmp_path / "away")
    root.mkdir()
    monkeypatch.setattr(run_list, "_device", lambda _: -1)
    model.refresh()
    assert (names(model), model.missing) == (["a"], True)
    make(root, "b")
    for _ in range(5):
        model.refresh()
    assert (names(model), model.missing) == (["b"], False), "runs were begun there"


@pytest.mark.parametrize("expected", [True, False])
def test_a_folder_that_was_never_there_is_missing_only_if_runs_were_opened_from_it(
    tmp_path: Path, expected: bool
) -> None:
    model = RunList(tmp_path / "runs", expected=expected)
    model.refresh()
    assert model.missing == expected
