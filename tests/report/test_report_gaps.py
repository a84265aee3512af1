"""The report of a run that lacks something: what is missing or damaged is named, the rest is shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from tests.report.page_reader import Reader
from tests.report.sample_runs import SampleRuns, add_calibration, add_map
from trainer.errors import DiskError, UsageError
from trainer.plotting.heat_overlay import Method
from trainer.plotting.texts import LANGUAGES, Texts
from trainer.report import document, figures, html, write_report
from trainer.report.images import Looked, read_pictures
from trainer.report.named_figures import Gallery
from trainer.report.run_data import read_run
from trainer.store.arrays import write_arrays
from trainer.store.evaluations import read_outputs
from trainer.store.folder import RunFolder
from trainer.store.notes import ViewerNotes, write


def test_a_stopped_run_says_what_it_lacks(tmp_path: Path) -> None:
    run = SampleRuns(tmp_path, status="stopped", evaluated=False).make()
    found = Reader(html(run))
    assert "epochscope evaluate made" in found.text
    assert "hardest" in found.ids  # the validation of its best epoch has predictions
    assert "confusion" not in found.ids


@pytest.mark.parametrize(
    ("status", "why", "english", "russian"),
    [
        ("stopped", {"code": "stop.request", "parameters": {"source": "window"}}, "from a window", "из окна"),
        ("stopped", {"code": "stop.interrupt"}, "with Ctrl-C", "клавишами Ctrl-C"),
        ("stopped", {"code": "", "reason": "as it was written"}, "as it was written", "as it was written"),
        (
            "completed",
            {"code": "stop.early_stopping", "reason": "early_stopping"},
            "early stopping",
            "ранняя остановка",
        ),
    ],
)
def test_why_a_run_has_ended_is_told_in_the_language_of_the_report(
    tmp_path: Path, status: Any, why: dict[str, Any], english: str, russian: str
) -> None:
    run = SampleRuns(tmp_path, status=status, evaluated=False, why={"reason": "unread", **why}).make()
    assert english in Reader(html(run)).text
    assert russian in Reader(html(run, language="ru")).text


FAILURES: list[tuple[dict[str, Any], tuple[str, ...], tuple[str, ...]]] = [
    (
        {
            "code": "callback.unknown",
            "reason": "There is no callback 'tensorbord', did you mean 'tensorboard'?",
            "parameters": {"name": "tensorbord", "similar": "tensorboard"},
            "where": "run.toml",
        },
        ("did you mean 'tensorboard'?", "Where: run.toml"),
        ("«tensorbord»", "Возможно, имелось в виду: tensorboard?", "Где: run.toml"),
    ),
    (
        {
            "code": "diverged.step",
            "reason": "The loss is not finite.",
            "parameters": {"kind": "loss", "epoch": 2, "batch": 7},
            "where": "epoch 2, batch 7",
            "fix": "lower the learning rate",
        },
        ("The loss is not finite.", "Where: epoch 2, batch 7", "Fix: lower the learning rate"),
        ("значение потерь", "эпоха 2, батч 7", "Что делать: уменьшите скорость обучения"),
    ),
]


@pytest.mark.parametrize(("why", "english", "russian"), FAILURES)
def test_a_failure_is_told_with_its_suggestion_its_place_and_its_fix(
    tmp_path: Path, why: dict[str, Any], english: tuple[str, ...], russian: tuple[str, ...]
) -> None:
    why = {**why, "error": "the whole text, for older readers"}
    run = SampleRuns(tmp_path, status="failed", evaluated=False, why=why).make()
    for told, expected in ((Reader(html(run)).text, english), (Reader(html(run, language="ru")).text, russian)):
        assert [words for words in expected if words not in told] == []
        assert "older readers" not in told


def test_a_failure_of_an_older_journal_is_told_whole(tmp_path: Path) -> None:
    why = {"reason": "It broke.", "error": "It broke.\nfix: mend it"}
    run = SampleRuns(tmp_path, status="failed", evaluated=False, why=why).make()
    assert "fix: mend it" in Reader(html(run)).text


def test_a_run_without_validation(tmp_path: Path) -> None:
    found = Reader(html(SampleRuns(tmp_path, splits=("train",), epochs=1).make()))
    assert "no validation split" in found.text
    assert "no test split" in found.text


def remove(path: Path) -> None:
    path.unlink()


def spoil(path: Path) -> None:
    path.write_bytes(b"\x00\xff{" * 40)


def empty(path: Path) -> None:
    path.write_bytes(b"")


FILES = (
    "run.toml", "environment.json", "summary.json", "journal.jsonl", "evaluation/test.json", "evaluation/test.npz",
    "snapshots/epoch-0003.npz", "evaluation/map-valid.npz", "evaluation/calibration.json", "viewer.json",
    "../.data/0123456789abcdef/index.json",
)  # fmt: skip


@pytest.mark.parametrize("harm", [remove, spoil, empty])
@pytest.mark.parametrize("file", FILES)
def test_what_is_missing_or_damaged_is_named_and_the_rest_shown(
    tmp_path: Path, file: str, harm: Callable[[Path], None]
) -> None:
    run = SampleRuns(tmp_path / "runs").make()
    add_map(run, 18)
    add_calibration(run)
    write(run.viewer, ViewerNotes(note="a note"))
    harm(run.path / file)
    found = Reader(html(run))
    told = {
        "../.data/0123456789abcdef/index.json": ".data/0123456789abcdef",
    }.get(file, file)
    optional = ("evaluation/test.json", "viewer.json", "evaluation/map-valid.npz", "evaluation/calibration.json")
    silent = harm is remove and file in optional
    assert silent or told in found.text
    assert "results" in found.ids
    for svg in figures(run).values():
        ElementTree.fromstring(svg)
    json.dumps(document(run), allow_nan=False)


def test_a_damaged_line_costs_that_line(made: RunFolder) -> None:
    lines = made.journal.read_bytes().splitlines(keepends=True)
    lines.insert(4, b"00000000 {}\n")
    made.journal.write_bytes(b"".join(lines))
    assert "damaged lines, which were left out: 1" in Reader(html(made)).text
    assert len(read_run(made).epochs) == 3


def test_a_file_outside_of_the_run_is_not_opened(made: RunFolder, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    made.evaluation.rename(tmp_path / "secret" / "evaluation")
    made.evaluation.symlink_to(secret / "evaluation", target_is_directory=True)
    run = read_run(made)
    assert read_pictures(run).hardest.get("test") is None
    assert run.gaps


@pytest.mark.parametrize("values", [[np.nan, np.inf, 1e308], [np.nan] * 3, [0.0] * 3, [-1e-300, 1e-300, 0.0]])
def test_figures_that_are_no_numbers_do_no_harm(made: RunFolder, values: list[float]) -> None:
    run = read_run(made)
    run.columns["valid_loss"] = np.array(values)
    for language in LANGUAGES:
        found = Gallery(run, read_pictures(run), Texts(language)).all()
        ElementTree.fromstring(found["loss"].svg)


def test_no_run_is_an_error_for_people(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        write_report(RunFolder(tmp_path), tmp_path / "out.html")
    assert caught.value.code == "run.unknown"
    assert not (tmp_path / "out.html").exists()


def test_a_place_that_cannot_be_written_is_an_error_for_people(made: RunFolder, tmp_path: Path) -> None:
    with pytest.raises(DiskError):
        write_report(made, tmp_path / "missing" / "out.html")


@pytest.mark.parametrize("text", ['data = "x"\n', "train = [1]\n", "model = 3\naugment = 2.5\n"])
def test_settings_that_are_no_tables_do_no_harm(made: RunFolder, text: str) -> None:
    made.run_toml.write_text(text, "utf-8")
    assert "curves" in Reader(html(made)).ids


def test_predictions_of_classes_that_do_not_exist_are_a_gap(made: RunFolder) -> None:
    file = made.evaluation / "test.npz"
    outputs = read_outputs(file)
    asked: list[int] = []

    def look(split: str, place: int, predicted: int) -> Looked:
        asked.append(predicted)
        return Looked(np.zeros((2, 2, 3), np.uint8), np.zeros((2, 2), np.float32), Method.CAM)

    assert "test" in read_pictures(read_run(made), look).looked
    assert set(asked) <= {0, 1, 2}
    write_arrays(file, kind="predictions", **{**outputs, "predicted": np.full_like(outputs["predicted"], 65_535)})
    run = read_run(made)
    assert "test" not in read_pictures(run, look).looked
    assert 65_535 not in asked
    assert ("mismatch", "evaluation/test.npz") in [(gap.code, gap.file) for gap in run.gaps]


def test_a_mistake_in_the_code_is_not_told_as_a_damaged_file(made: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def mistaken(folder: RunFolder, split: str) -> Any:
        raise TypeError("unsupported operand")

    monkeypatch.setattr("trainer.report.run_data.evaluations.read", mistaken)
    with pytest.raises(TypeError, match="unsupported operand"):
        read_run(made)
