"""The run to compare one with label edits with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gui.viewmodels.run_before import run_before
from trainer.settings import merge
from trainer.store import summary
from trainer.store.folder import RunFolder
from trainer.store.run_creation import create_run
from trainer.store.run_files import write_settings
from trainer.store.summary import Summary


def run(root: Path, name: str, day: int, edits: str | None = None, **train: Any) -> RunFolder:
    folder = create_run(root, name)
    write_settings(folder, merge({"data": {"edits": edits}, "train": train}).model_dump())
    summary.write(folder.summary, Summary(started_at=f"2026-01-{day:02}T00:00:00Z"))
    return folder


def test_the_newest_earlier_run_that_differs_in_its_edits_only(tmp_path: Path) -> None:
    run(tmp_path, "first", 1)
    second = run(tmp_path, "second", 2)
    run(tmp_path, "other-rate", 3, lr=0.5)
    mended = run(tmp_path, "mended", 4, edits="a.csv")
    run(tmp_path, "later", 5)
    (tmp_path / "no-run").mkdir()
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "summary.json").write_text("{", encoding="utf-8")
    assert run_before(mended) == second
    again = run(tmp_path, "again", 6, edits="b.csv")
    assert run_before(again) == RunFolder(tmp_path / "later")


def test_a_recorded_recipe_makes_no_difference(tmp_path: Path) -> None:
    before = run(tmp_path, "before", 1)
    edited = merge({"data": {"edits": "a.csv"}, "recipe": {"name": "seed"}})
    after = run(tmp_path, "after", 2)
    write_settings(after, edited.model_dump())
    assert run_before(after) == before


def test_there_may_be_none(tmp_path: Path) -> None:
    assert run_before(run(tmp_path, "alone", 1, edits="a.csv")) is None
    assert run_before(RunFolder(tmp_path / "alone" / "gone")) is None
