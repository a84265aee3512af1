"""A source that cannot be trained on leaves nothing behind, as wrong settings do."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.conftest import Cli


def _no_images(folder: Path) -> list[object]:
    (folder / "cats").mkdir(parents=True)
    return [folder]


def _one_class(folder: Path) -> list[object]:
    (folder / "cats").mkdir(parents=True)
    for name in ("a", "b", "c"):
        Image.new("L", (8, 8)).save(folder / "cats" / f"{name}.png")
    return [folder]


def _images_of_a_table_that_are_not_there(folder: Path) -> list[object]:
    folder.mkdir()
    (folder / "table.csv").write_text("path,label\na.png,cat\nb.png,dog\n", "utf-8")
    return [folder / "table.csv"]


def _columns_of_a_table_that_are_not_clear(folder: Path) -> list[object]:
    folder.mkdir()
    (folder / "table.csv").write_text("x,y\n1,2\n", "utf-8")
    return [folder / "table.csv"]


def _edits_that_are_not_there(folder: Path) -> list[object]:
    return ["digits", "--edits", folder / "none.csv"]


def _nothing_to_train_on(folder: Path) -> list[object]:
    return ["digits", "--data.valid", "0.6", "--data.test", "0.5"]


REFUSED = (
    _no_images,
    _one_class,
    _images_of_a_table_that_are_not_there,
    _columns_of_a_table_that_are_not_clear,
    _edits_that_are_not_there,
    _nothing_to_train_on,
)


@pytest.mark.parametrize("refused", REFUSED)
@pytest.mark.parametrize("command", ["train", "train --seeds 2", "search --trials 2"])
def test_a_source_that_is_refused_leaves_no_run(
    cli: Cli, tmp_path: Path, runs: Path, command: str, refused: Callable[[Path], list[object]]
) -> None:
    if command.startswith("search"):
        pytest.importorskip("optuna")
    answer = cli(*command.split(), *refused(tmp_path / "source"), "--name", "run", "--epochs", 1)
    assert answer.code in (4, 5)
    assert "log:" not in answer.err
    assert "Traceback" not in answer.err
    assert cli("runs").out.startswith("no runs")
    left = [path for path in runs.rglob("*") if path.is_file()] if runs.exists() else []
    assert not left


def test_a_run_that_was_there_stays_when_its_source_is_refused(cli: Cli, tmp_path: Path, runs: Path) -> None:
    source = tmp_path / "source"
    for name in ("cats", "dogs"):
        (source / name).mkdir(parents=True)
        for shade in range(10):
            Image.new("L", (8, 8), shade).save(source / name / f"{shade}.png")
    assert cli("train", source, "--name", "run", "--epochs", 1).code == 0
    shutil.rmtree(source / "dogs")
    answer = cli("resume", "run", "--epochs", 2)
    assert answer.code == 5
    assert f"log:      {runs / 'run' / 'log.txt'}" in answer.err
    assert (runs / "run" / "run.toml").exists()
