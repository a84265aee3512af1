"""The contest: real processes, stand-ins for what trains, one of which fails in each way there is."""

from __future__ import annotations

import csv
import json
import os
import signal
import xml.etree.ElementTree as ElementTree
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.baselines.stand_in import epoch
from trainer.baselines import runner
from trainer.baselines.comparison import chart, hold_comparison
from trainer.baselines.entries import contestants
from trainer.baselines.outcome import COLUMNS, Outcome, marks
from trainer.baselines.table import lines
from trainer.errors import DataError, OutOfMemoryError, UsageError
from trainer.events import EpochEnded
from trainer.settings import merge
from trainer.store.folder import RunFolder, list_runs
from trainer.store.journal import Record

ROOT = Path(__file__).parents[2]
ROW = {
    "algorithm": "numpy", "training_seconds": 6.5, "f1_train": 0.3, "f1_valid": 0.3, "f1_test": 0.3,
    "accuracy_test": 0.5, "samples_per_second": 50.0, "peak_memory_mb": 12.5,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "WORKER", "tests.baselines.stand_in")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    # on digits our engine takes part once; here the contestants of photographs are wanted, to fail in their ways
    monkeypatch.setattr("trainer.baselines.entries.PLAIN", ())


def held(root: Path, *only: str, **more: Any) -> Any:
    return hold_comparison(merge({"data": {"source": "digits"}}), root=root, only=only, **more)


def test_what_fails_loses_nothing_of_what_is_finished(tmp_path: Path) -> None:
    found = held(tmp_path, "numpy", "sklearn", "pytorch-seed")
    assert [one.status for one in found.outcomes] == ["completed", "failed", "failed"]
    assert [one.row() for one in found.finished] == [ROW]
    _, ours, dead = found.outcomes
    assert isinstance(ours.error, OutOfMemoryError)
    assert str(ours.error) == "Too few images.\nfix: more"
    assert dead.error is not None
    assert "exit code 9" in dead.error.what
    assert "Segmentation fault, or so" in dead.error.what
    assert found.first_error is ours.error
    text = "\n".join(lines(found.outcomes))
    assert "failed: Too few images." in text
    assert "Fine" in text
    frame = found.frame
    assert tuple(frame.columns) == COLUMNS
    assert frame.to_dict("records") == [ROW]
    assert frame.attrs["folder"] == str(found.folder)


def test_the_files_say_the_same(tmp_path: Path) -> None:
    found = held(tmp_path, "numpy", out=tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        f"compare.{ending}" for ending in ("csv", "json", "md", "svg")
    ]
    with (tmp_path / "out" / "compare.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row == {key: str(value) for key, value in ROW.items()}
    document = json.loads((tmp_path / "out" / "compare.json").read_text("utf-8"))
    assert document["rows"] == [ROW]
    assert document["contestants"][0]["settings"]["train"]["seed"] == 1234
    assert document["reached"]["numpy"] == {"0.28": 6.5, "0.29": 6.5, "0.30": 6.5}
    text = (tmp_path / "out" / "compare.md").read_text("utf-8")
    assert "| algorithm | training_seconds |" in text
    assert found.outcomes[0].contestant.about in text
    assert "numpy 2" in text or "numpy 1" in text


def test_the_runs_are_runs_and_the_folder_of_the_files_is_none(tmp_path: Path) -> None:
    found = held(tmp_path, "numpy")
    assert [entry.folder for entry in list_runs(tmp_path)] == [found.outcomes[0].folder]
    assert found.folder.parent == tmp_path
    assert held(tmp_path, "numpy").folder != found.folder


def test_an_interrupt_stops_the_present_one_and_keeps_what_is_finished(tmp_path: Path) -> None:
    def watch(outcome: Outcome, event: Any) -> None:
        if outcome.contestant.name == "pytorch-linear" and isinstance(event, EpochEnded) and event.epoch == 3:
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    found = held(tmp_path, "numpy", "pytorch-linear", "pytorch-mlp", models=["mlp"], watch=watch)
    assert [(one.contestant.name, one.status) for one in found.outcomes] == [
        ("numpy", "completed"),
        ("pytorch-linear", "stopped"),
    ]
    assert found.interrupts == 1
    assert found.first_error is None
    assert (found.folder / "compare.csv").exists()
    assert signal.getsignal(signal.SIGINT) is before


def test_a_second_interrupt_ends_the_process_at_once(tmp_path: Path) -> None:
    interrupts = runner.Interrupts()

    def watch(outcome: Outcome, event: Any) -> None:
        if isinstance(event, EpochEnded) and event.epoch == 3:
            interrupts.count = 2

    everybody = contestants(merge({}), only=["pytorch-linear"])
    (found,) = runner.hold(everybody, tmp_path, "compare-digits", watch=watch, interrupts=interrupts)
    assert (found.status, found.error) == ("stopped", None)


def test_where_nobody_finishes_the_first_error_is_raised(tmp_path: Path) -> None:
    with pytest.raises(OutOfMemoryError, match="Too few images"):
        held(tmp_path, "sklearn")
    assert list(tmp_path.iterdir()) == []


def test_faulty_data_is_told_once_before_anybody_trains(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    with pytest.raises(DataError, match="3 images cannot be read"):
        hold_comparison(merge({"data": {"source": str(tmp_path / "photos")}}), root=tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_wrong_usage_starts_nothing(tmp_path: Path) -> None:
    for more in ({"only": ("nunpy",)}, {"models": ("nosuch",)}, {"seconds": 0.0}, {"seconds": float("nan")}):
        with pytest.raises(UsageError):
            hold_comparison(merge({}), root=tmp_path / "runs", **more)
    assert not (tmp_path / "runs").exists()


def outcome(name: str, points: list[tuple[float, float]]) -> Outcome:
    """Of a contestant whose epochs took so long and gave this."""
    one = Outcome(contestants(merge({}), only=["numpy"])[0], RunFolder(name))
    one.take_in(Record(number, 1, 0.0, 0, epoch(number, f1, seconds)) for number, (seconds, f1) in enumerate(points, 1))
    return one


def test_marks_are_what_two_of_them_reached() -> None:
    three = [outcome("a", [(1, 0.2), (1, 0.409)]), outcome("b", [(1, 0.75)]), outcome("c", [(1, 0.3)])]
    assert marks(three) == (0.38, 0.39, 0.4)
    assert marks(three[:1]) == (0.38, 0.39, 0.4)
    assert marks([]) == ()
    assert three[0].reached(0.4) == 2.0
    assert three[0].reached(0.2) == 1.0
    assert three[0].reached(0.41) is None


def test_all_get_the_same_data_and_seed_and_models_join() -> None:
    base = merge({"data": {"source": "digits", "valid": 0.2}, "train": {"seed": 7, "threads": 2}})
    made = contestants(base, models=["cnn", "cnn"], epochs=3)
    assert [one.name for one in made] == ["numpy", "sklearn", "pytorch-seed", "pytorch-linear", "pytorch-cnn"]
    assert {one.settings.data for one in made} == {base.data}
    assert {(one.settings.train.seed, one.settings.train.epochs, one.settings.train.threads) for one in made} == {
        (7, 3, 2)
    }
    assert made[-1].settings.model == "cnn"
    assert made[-1].settings.train.optimizer == "adamw"  # the recipe of that name


def test_the_table_fits_and_marks_the_best() -> None:
    quick, good = outcome("quick", [(0.5, 0.3)]), outcome("good", [(123.4, 0.41)])
    for one in (quick, good):
        one.take_in([])
        one.report = {"peak_memory_mb": 1234.5}
    from trainer.baselines.table import _aligned, _best, _broken, _cells

    rows = [one.row() for one in (quick, good)]
    found = list(_aligned([_broken(name) for name in COLUMNS], [_cells(row, _best(rows), "*", " ") for row in rows]))
    assert max(map(len, found)) <= 80
    assert ["_".join(_broken(name)) for name in COLUMNS] == list(COLUMNS)
    assert "0.50*" in found[-2]
    assert "123.40 " in found[-1]


def test_the_picture_is_xml_with_a_line_for_each_whatever_they_are_called() -> None:
    curves = {
        "a<b>&\x00": [(0.1, 0.3), (1.0, 0.4)],
        "b": [(2.0, 0.4)],
        "c": [(0.0, 0.4), (50.0, 0.401)],
        "none": [],
    }
    root = ElementTree.fromstring(chart(curves, "ph<o>tos"))
    space = "{http://www.w3.org/2000/svg}"
    texts = [text.text for text in root.iter(f"{space}text")]
    assert "none" not in texts
    assert {"macro-F1 on validation: ph<o>tos", "a<b>&\N{REPLACEMENT CHARACTER}", "b", "c"} <= set(texts)
    lines = [
        path.get("stroke") or path.get("style") for path in root.iter(f"{space}path") if path.get("stroke-linejoin")
    ]
    assert len(set(lines)) == 3
    for values in ({}, {"one": [(0.0, 0.0)]}):
        ElementTree.fromstring(chart(values, "x"))


def test_time_is_logarithmic_in_the_picture() -> None:
    root = ElementTree.fromstring(chart({"one": [(0.01, 0.1), (0.1, 0.2), (1.0, 0.3), (10.0, 0.4)]}, "x"))
    paths = root.iter("{http://www.w3.org/2000/svg}path")
    line = next(path.get("d", "") for path in paths if path.get("stroke-linejoin"))
    across = [float(point.split()[0]) for point in line.replace("M", "L").split("L") if point]
    steps = [right - left for left, right in pairwise(across)]
    assert steps == pytest.approx([steps[0]] * 3, abs=0.02), "ten times the seconds are as far anywhere"
