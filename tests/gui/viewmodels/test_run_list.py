"""The list of runs: fresh, filtered, sorted, annotated, thrown away and brought back."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from gui.viewmodels import run_list
from gui.viewmodels.run_list import RunList, look_at
from gui.viewmodels.settings_comparison import compare_settings, differing_settings
from trainer.errors import DiskError
from trainer.store import durable, notes, summary, trash
from trainer.store.folder import RunFolder, acquire, current_owner, write_owner
from trainer.store.notes import ViewerNotes
from trainer.store.summary import Summary


def make(root: Path, name: str, *, live: bool = False, **fields: object) -> RunFolder:
    folder = RunFolder(root / name)
    folder.path.mkdir(parents=True, exist_ok=True)
    values: dict[str, object] = {"status": "completed", "data": "digits", "model": "cnn", **fields}
    summary.write(folder.summary, Summary(**values))  # type: ignore[arg-type]
    if live:
        write_owner(folder, current_owner(1))
    return folder


def names(model: RunList) -> list[str]:
    return [row.name for row in model.rows]


@pytest.fixture
def three(tmp_path: Path) -> Path:
    make(tmp_path, "a", started_at="2026-01-01", best_loss=0.5, best_macro_f1=0.7, elapsed=10.0, data="/x/Котики/")
    make(tmp_path, "b", started_at="2026-01-03", best_loss=0.0, model="softmax", status="running")
    make(tmp_path, "c", started_at="2026-01-02", status="running", live=True, model="mlp")
    return tmp_path


def test_lists_runs_with_their_states(three: Path) -> None:
    (three / "no run").mkdir()
    (three / ".hidden").mkdir()
    (three / "no summary").mkdir()
    (three / "no summary" / "run.toml").touch()
    broken = make(three, "broken")
    broken.summary.write_bytes(b'{"status": 3}')
    model = RunList(three)
    assert model.refresh().listed
    assert {row.name: row.state for row in model.rows} == {
        "a": "completed", "b": "lost", "c": "running", "broken": "lost", "no summary": "lost",
    }  # fmt: skip
    assert names(model)[:3] == ["b", "c", "a"]
    assert "status" in next(row.problem for row in model.rows if row.name == "broken")
    assert next(row for row in model.rows if row.name == "a").value("data") == "Котики"


def test_no_root_is_an_empty_list_and_may_come_later(tmp_path: Path) -> None:
    model = RunList(tmp_path / "later")
    model.refresh()
    assert names(model) == []
    make(tmp_path / "later", "a")
    assert model.refresh().listed
    assert names(model) == ["a"]


@pytest.mark.parametrize(
    ("text", "found"),
    [("", "bca"), ("КОТИКИ", "a"), ("lost", "b"), ("пропал", "b"), ("cnn digits", ""), ("mlp digits", "c"), ("zz", "")],
)
def test_filter_wants_every_word_somewhere(three: Path, text: str, found: str) -> None:
    model = RunList(three, {"lost": "пропал"})
    model.refresh()
    model.filter(text)
    assert "".join(names(model)) == found


def test_filter_finds_a_recipe(three: Path) -> None:
    make(three, "d", recipe="photos-tuned")
    model = RunList(three)
    model.refresh()
    model.filter("TUNED")
    assert names(model) == ["d"]
    assert [row.value("recipe") for row in model.rows] == ["photos-tuned"]


def test_sorting_puts_what_is_missing_last_either_way(three: Path) -> None:
    model = RunList(three)
    model.refresh()
    model.arrange("loss", descending=False)
    assert names(model) == ["b", "a", "c"]  # 0.0 is a value
    model.arrange("loss", descending=True)
    assert names(model) == ["a", "b", "c"]


def test_refresh_reads_only_what_has_changed(three: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = RunList(three)
    model.refresh()
    read: list[str] = []
    real = summary.read
    monkeypatch.setattr(summary, "read", lambda path: read.append(Path(path).parent.name) or real(path))
    for _ in range(4):
        assert not model.refresh().listed
    assert read == []
    make(three, "c", status="running", live=True, epoch=7, started_at="2026-01-02")
    changes = model.refresh()  # a live run is looked at each time
    assert (read, [model.rows[place].name for place in changes.rows]) == (["c"], ["c"])
    assert model.rows[1].value("epoch") == 7


def test_a_run_that_begins_goes_on_ends_or_is_taken_away(three: Path) -> None:
    model = RunList(three)
    model.refresh()
    make(three, "d", started_at="2026-02-01", status="preparing", live=True)
    assert model.refresh().listed
    assert names(model)[0] == "d"
    (three / "d" / "owner.json").unlink()
    model.refresh()
    assert model.rows[0].state == "lost"
    write_owner(RunFolder(three / "b"), current_owner(2))  # resumed
    for _ in range(4):
        model.refresh()
    assert next(row for row in model.rows if row.name == "b").state == "running"
    for path in sorted((three / "a").iterdir()):
        path.unlink()
    (three / "a").rmdir()
    for _ in range(4):
        model.refresh()
    assert "a" not in names(model)


def test_notes_are_written_found_and_kept_tidy(three: Path) -> None:
    model = RunList(three)
    model.refresh()
    model.annotate("a", note="  первый <b>опыт</b>\n", tags=" база, база,, x ")
    assert notes.read(three / "a" / "viewer.json") == ViewerNotes(note="первый <b>опыт</b>", tags=("база", "x"))
    model.annotate("a", tags="y")
    assert notes.read(three / "a" / "viewer.json").note == "первый <b>опыт</b>"
    model.filter("ОПЫТ y")
    assert names(model) == ["a"]
    other = RunList(three)
    other.refresh()
    assert other.get("a").notes.tags == ("y",)  # type: ignore[union-attr]


def test_damaged_notes_are_empty(tmp_path: Path) -> None:
    path = tmp_path / "viewer.json"
    for content in (b"", b"{", b'{"note": 3}', b"[" * 10**5, b'{"note": "' + b"x" * 10**6 + b'"}', b"\xff"):
        path.write_bytes(content)
        assert notes.read(path) == ViewerNotes()


def test_notes_of_a_folder_that_cannot_be_written(three: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    model = RunList(three)
    model.refresh()
    monkeypatch.setattr(durable.seam, "open", refuse)
    with pytest.raises(DiskError):
        model.annotate("a", note="x")
    assert model.get("a").notes == ViewerNotes()  # type: ignore[union-attr]


def test_delete_and_undo(three: Path) -> None:
    model = RunList(three)
    model.refresh()
    model.overlay("a", True)
    moved, errors = model.discard(["a", "c"])
    assert [error.code for error in errors] == ["run.live"]
    assert names(model) == ["b", "c"]
    assert model.overlaid == []
    assert not (three / "a").exists()
    assert moved[0].lies.parent == three / ".trash"
    assert model.restore(moved) == []
    assert names(model) == ["b", "c", "a"]
    assert summary.read(three / "a" / "summary.json")


def test_a_held_lock_protects_from_the_trash(tmp_path: Path) -> None:
    folder = make(tmp_path, "a")
    lock = acquire(folder)
    _, errors = RunList(tmp_path).discard(["a"])
    lock.release()
    assert [error.code for error in errors] == ["run.live"]
    assert folder.summary.exists()


def test_an_engine_that_begins_while_a_run_is_moved_keeps_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make(tmp_path, "a")
    answers = iter([False, True])
    monkeypatch.setattr(trash, "is_alive", lambda folder: next(answers))
    _, errors = RunList(tmp_path).discard(["a"])
    assert [error.code for error in errors] == ["run.live"]
    assert folder.summary.exists()


def test_undo_never_overwrites(tmp_path: Path) -> None:
    make(tmp_path, "a")
    model = RunList(tmp_path)
    model.refresh()
    first, _ = model.discard(["a"])
    make(tmp_path, "a", data="new")
    second, _ = model.discard(["a"])
    assert first[0].lies != second[0].lies
    make(tmp_path, "a", data="newest")
    assert [error.code for error in model.restore(first)] == ["run.exists"]
    assert summary.read(tmp_path / "a" / "summary.json").data == "newest"  # type: ignore[union-attr]


def test_settings_side_by_side(tmp_path: Path) -> None:
    texts = (
        'model = "cnn"\n[train]\nlr = 0.1\nseed = 1\n',
        'model = "cnn"\n[train]\nlr = 0.2\nseed = 1\nx = nan\n',
        "{",
    )
    folders = [make(tmp_path, str(number)) for number in range(3)]
    for folder, text in zip(folders, texts, strict=True):
        folder.run_toml.write_text(text, encoding="utf-8")
    found = {one.name: (one.values, one.differs) for one in compare_settings(folders[:2])}
    assert found["train.lr"] == ((0.1, 0.2), True)
    assert found["train.seed"] == ((1, 1), False)
    assert found["train.x"][1]
    assert {one.differs for one in compare_settings(folders[::2])} == {True}
    assert compare_settings(folders[2:]) == []


def test_one_run_is_looked_at_alone(three: Path) -> None:
    row = look_at(three / "b")
    assert row is not None
    assert row.state == "lost"
    assert look_at(three / "nowhere") is None


def test_five_thousand_runs_are_read_once_and_looked_at_seldom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = b'{"status": "completed", "data": "digits", "model": "cnn", "started_at": "2026-01-01"}'
    for number in range(5000):
        os.mkdir(tmp_path / f"run-{number}")  # noqa: PTH102 - many
        (tmp_path / f"run-{number}" / "summary.json").write_bytes(text)
    looks: Counter[str] = Counter()

    def count(name: str, function: Any) -> Any:
        def counted(*arguments: Any, **options: Any) -> Any:
            looks[name] += 1
            return function(*arguments, **options)

        return counted

    monkeypatch.setattr("gui.viewmodels.run_list.change_stamp", count("stamp", run_list.change_stamp))
    monkeypatch.setattr("gui.viewmodels.run_list.summaries.read", count("read", run_list.summaries.read))
    model = RunList(tmp_path)
    model.refresh()
    assert model.total == 5000
    assert looks["read"] == 5000
    assert looks["stamp"] <= 4 * 5000
    for _ in range(4):
        model.refresh()
    assert looks["read"] == 5000
    assert looks["stamp"] <= (4 + 4 * 2) * 5000


def test_the_best_on_the_same_data_is_marked(tmp_path: Path) -> None:
    for name, data, value in (("a", "x", 0.5), ("b", "x", 0.7), ("c", "y", 0.9), ("d", "z", 0.3), ("e", "z", 0.3)):
        make(tmp_path, name, data=data, best_macro_f1=value)
    make(tmp_path, "some", data="x", best_macro_f1=0.99, best_macro_f1_of=(2, 10))
    make(tmp_path, "none", data="x")
    runs = RunList(tmp_path)
    runs.refresh()
    assert {name for name in ("a", "b", "c", "d", "e", "some", "none") if runs.is_best(name)} == {"b"}
    runs.filter("a")
    assert runs.is_best("b"), "whatever the filter"


def test_curves_are_read_when_they_are_asked_for_and_again_when_they_have_grown(tmp_path: Path) -> None:
    folder = make(tmp_path, "one", live=True, status="running")
    table = folder.path / "metrics.csv"
    table.write_text("epoch,valid_macro_f1\n1,0.1\n2,0.2\n", "utf-8")
    runs = RunList(tmp_path)
    runs.refresh()
    assert runs.curve("one") == ()
    assert runs.read_curves(["one", "gone"]) == {"one"}
    assert runs.curve("one") == (0.1, 0.2)
    table.write_text("epoch,valid_macro_f1\n1,0.1\n2,0.2\n3,0.3\n", "utf-8")
    assert runs.read_curves(["one"]) == set(), "its summary says nothing new"
    make(tmp_path, "one", live=True, status="running", epoch=3)
    runs.refresh()
    assert runs.read_curves(["one"]) == {"one"}
    assert runs.curve("one")[-1] == 0.3


def test_the_newest_are_known_whatever_the_filter(tmp_path: Path) -> None:
    for day in range(1, 6):
        make(tmp_path, f"day-{day}", started_at=f"2026-01-0{day}")
    runs = RunList(tmp_path)
    runs.refresh()
    runs.filter("day-1")
    assert [row.name for row in runs.newest(2)] == ["day-5", "day-4"]


def test_groups_stand_together_in_the_chosen_order(tmp_path: Path) -> None:
    for name, data, model, day in (
        ("a", "/x/cats", "cnn", "2026-01-01T12:00:00"),
        ("b", "/x/dogs", "mlp", "2026-01-03T12:00:00"),
        ("c", "/x/cats", "mlp", "2026-01-03T13:00:00"),
        ("d", "/y/cats", "cnn", "2026-01-02T12:00:00"),
        ("e", "", "", ""),
    ):
        make(tmp_path, name, data=data, model=model, started_at=day)
    runs = RunList(tmp_path)
    runs.refresh()
    for by, expected, sizes in (
        ("", "cbdae", {}),
        ("data", "cabde", {0: 2, 2: 1, 3: 1, 4: 1}),
        ("model", "dacbe", {0: 2, 2: 2, 4: 1}),
        ("day", "cbdae", {0: 2, 2: 1, 3: 1, 4: 1}),
    ):
        runs.arrange("started", True, by)  # type: ignore[arg-type]
        assert "".join(names(runs)) == expected, by
        assert runs.group_sizes == sizes, by
    runs.arrange("name", False, "model")
    runs.filter("cats")
    assert names(runs) == ["a", "d", "c"]
    assert runs.group_sizes == {0: 2, 2: 1}


def test_a_run_that_gets_to_know_its_group_where_it_stands_is_listed_anew(tmp_path: Path) -> None:
    make(tmp_path, "one", model="cnn", started_at="2026-01-02")
    make(tmp_path, "two", model="", started_at="2026-01-01")
    runs = RunList(tmp_path)
    runs.arrange("started", True, "model")
    runs.refresh()
    assert runs.group_sizes == {0: 1, 1: 1}
    make(tmp_path, "two", model="cnn", started_at="2026-01-01", epoch=1)
    assert any(runs.refresh().listed for _ in range(4))
    assert names(runs) == ["one", "two"]
    assert runs.group_sizes == {0: 2}


def with_settings(root: Path, name: str, text: str, **fields: object) -> None:
    make(root, name, **fields).run_toml.write_text(text, encoding="utf-8")


def test_groups_of_a_setting_are_ordered_by_number(tmp_path: Path) -> None:
    for number, rate in enumerate(("0.1", "1e-05", "10.0", "0.001", "0.1")):
        with_settings(tmp_path, f"r{number}", f'[train]\nlr = {rate}\noptimizer = "sgd"\n')
    make(tmp_path, "without")
    model = RunList(tmp_path)
    model.refresh()
    model.arrange("name", False, "train.lr")
    assert model.rows[0].group("train.lr") is None, "nothing is read before it is asked for"
    assert model.read_settings(60)
    assert names(model) == ["r1", "r3", "r0", "r4", "r2", "without"]
    assert model.group_sizes == {0: 1, 1: 1, 2: 2, 4: 1, 5: 1}
    assert not model.read_settings(60)
    assert differing_settings(model.rows) == ["train.lr"]


def test_settings_are_read_again_only_of_what_may_change(tmp_path: Path) -> None:
    with_settings(tmp_path, "ended", "[train]\nseed = 1\n")
    with_settings(tmp_path, "live", "[train]\nseed = 1\n", live=True, status="running")
    model = RunList(tmp_path)
    model.refresh()
    model.read_settings(60)
    assert differing_settings(model.rows) == []
    for name in ("ended", "live"):
        (tmp_path / name / "run.toml").write_text("[train]\nseed = 22\n", encoding="utf-8")
    model.refresh()
    assert model.read_settings(60)
    assert {row.name: row.group("train.seed") for row in model.rows} == {"ended": "1", "live": "22"}
    assert differing_settings(model.rows) == ["train.seed"]


def test_reading_settings_stops_when_its_time_is_up(tmp_path: Path) -> None:
    for number in range(4):
        with_settings(tmp_path, f"r{number}", f"[train]\nseed = {number}\n", started_at=f"2026-01-0{number + 1}")
    model = RunList(tmp_path)
    model.refresh()
    for expected in range(1, 5):
        assert model.read_settings(-1)
        assert [row.name for row in model.rows if row.settings] == [f"r{n}" for n in (3, 2, 1, 0)][:expected]
    assert not model.read_settings(-1)


def test_values_that_look_alike_or_like_nothing_are_groups(tmp_path: Path) -> None:
    for number, value in enumerate(('"b"', '"a"', "nan", "inf", "true", "[1, 2]", '"b"')):
        with_settings(tmp_path, f"r{number}", f"[train]\nx = {value}\n")
    model = RunList(tmp_path)
    model.refresh()
    model.read_settings(60)
    model.arrange("name", False, "train.x")
    assert sum(model.group_sizes.values()) == 7
    assert sorted(model.group_sizes.values()) == [1, 1, 1, 1, 1, 2]
