"""The file of decisions: nothing that another program wrote meanwhile is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gui.viewmodels.decisions_file import Decisions, DecisionsFile
from trainer.errors import DataError, DiskError
from trainer.store.edits_file import LabelEdit, read_edits, write_edits


def edit(path: str, action: str = "fine", label: str = "") -> LabelEdit:
    return LabelEdit(path, f"sha256:{path}", action, label, "2026-01-01T00:00:00+00:00")  # type: ignore[arg-type]


def table(*edits: LabelEdit) -> Decisions:
    return {one.path: one for one in edits}


DECISION = st.sampled_from([None, ("leave_out", ""), ("fine", ""), ("relabel", "cat"), ("relabel", "dog")])
TABLES = st.dictionaries(st.sampled_from("abcd"), DECISION).map(
    lambda found: table(*(edit(path, *what) for path, what in found.items() if what is not None))
)


def test_a_file_that_is_not_there_yet_holds_nothing(tmp_path: Path) -> None:
    file = DecisionsFile(tmp_path / "deep" / "er" / "edits.csv")
    assert file.read() == {}
    file.write(table(edit("a"), edit("b", "relabel", "dog")))
    assert list(read_edits(file.path)) == [edit("a"), edit("b", "relabel", "dog")]
    assert DecisionsFile(file.path).read() == file.known


@settings(max_examples=60, deadline=None)
@given(TABLES, TABLES, TABLES)
def test_both_sides_of_a_merge_are_kept(
    tmp_path_factory: pytest.TempPathFactory, before: Decisions, mine: Decisions, theirs: Decisions
) -> None:
    file = DecisionsFile(tmp_path_factory.mktemp("merge") / "edits.csv")
    file.write(before)
    write_edits(file.path, theirs.values())
    merged = file.merge(mine)
    taken = 0
    for path in "abcd":
        old, here, there = before.get(path), mine.get(path), theirs.get(path)
        if here in (old, there):
            assert merged.edits.get(path) == there
            taken += here != there
        elif there == old:
            assert merged.edits.get(path) == here
        else:
            assert path in merged.clashes
            assert merged.edits.get(path) == here
            assert merged.with_theirs().get(path) == there
    assert merged.taken == taken
    assert read_edits(file.path) == tuple(theirs.values()), "merging writes nothing"


def test_the_same_decision_at_another_time_is_no_clash(tmp_path: Path) -> None:
    file = DecisionsFile(tmp_path / "edits.csv")
    write_edits(file.path, [LabelEdit("a", "", "leave_out", "", "2030-01-01T00:00:00+00:00")])
    assert file.merge(table(edit("a", "leave_out"))).clashes == ()


def test_a_damaged_file_is_not_overwritten(tmp_path: Path) -> None:
    file = DecisionsFile(tmp_path / "edits.csv")
    file.path.write_text("a shopping list\n", encoding="utf-8")
    for ask in (file.read, lambda: file.merge({})):
        with pytest.raises(DataError):
            ask()
    assert file.path.read_text(encoding="utf-8") == "a shopping list\n"


def test_a_place_that_cannot_be_written_is_an_error_for_people(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    file = DecisionsFile(tmp_path / "file" / "edits.csv")
    with pytest.raises((DiskError, DataError)):
        file.write(table(edit("a")))
    assert file.known == {}
