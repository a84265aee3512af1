"""The report and its figures, by the command around all formats; what is in them is tested in tests/report."""

from __future__ import annotations

import errno
import json
import os
import stat
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.conftest import Cli
from tests.cli.conftest import cli as cli
from tests.cli.conftest import runs as runs
from tests.export.conftest import Train
from tests.export.conftest import digits as digits
from tests.export.conftest import train as train
from trainer.errors import DiskError, UsageError
from trainer.export import export_run
from trainer.store import durable
from trainer.store.folder import RunFolder


def test_the_report_is_that_of_the_window_and_can_be_read_by_others(digits: RunFolder, tmp_path: Path) -> None:
    made = export_run(digits, "report", tmp_path, language="ru")
    text = made.path.read_text("utf-8")
    assert made.path.name == "digits.html"
    assert '<html lang="ru"' in text
    assert made.bytes == len(text.encode())
    assert stat.S_IMODE(made.path.stat().st_mode) & 0o400
    assert stat.S_IMODE(made.path.stat().st_mode) != 0o600


def test_a_folder_has_each_figure_and_each_table(digits: RunFolder, tmp_path: Path) -> None:
    made = export_run(digits, "figures", tmp_path / "drawn")
    names = {path.name for path in made.path.iterdir()}
    assert {"loss.svg", "confusion-test.svg"} <= names
    assert any(name.endswith(".csv") for name in names)
    for path in made.path.glob("*.svg"):
        assert ElementTree.parse(path).getroot().tag.endswith("svg")
    with pytest.raises(UsageError, match="already"):
        export_run(digits, "figures", tmp_path / "drawn")
    assert export_run(digits, "figures", tmp_path / "drawn", force=True).path == made.path


def test_the_command_takes_a_language_and_runs_to_compare(
    cli: Cli, digits: RunFolder, train: Train, tmp_path: Path
) -> None:
    other = train("other", "digits", "--epochs", 1)
    out = tmp_path / "page.html"
    root = str(digits.path.parent)
    done = cli("export", "digits", "--out", str(out), "--language", "en", "--with", "other", "--runs", root, "--json")
    assert (done.code, json.loads(done.out)["language"]) == (0, "en")
    assert other.name in out.read_text("utf-8")
    done = cli("export", "digits", "--format", "csv", "--language", "ru", "--runs", root, "--out", str(tmp_path))
    assert done.code == 4
    assert "--language with report or figures" in done.err


def test_a_full_disk_leaves_no_figures_and_a_second_run_works(
    digits: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(durable.Seam):
        files = 0

        def open(self, path: str | Path, flags: int, mode: int = 0o600) -> int:
            self.files += bool(flags & os.O_CREAT)
            if self.files > 3:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return super().open(path, flags, mode)

    out = tmp_path / "v1.5"
    with monkeypatch.context() as patch:
        patch.setattr(durable, "seam", Full())
        with pytest.raises(DiskError, match="The disk is full"):
            export_run(digits, "figures", out)
    assert list(tmp_path.iterdir()) == []
    made = export_run(digits, "figures", out)
    assert made.path == out
    assert len(list(out.iterdir())) > 6
    with pytest.raises(UsageError, match="already"):
        export_run(digits, "figures", out)
    (out / "mine.txt").write_text("kept")
    export_run(digits, "figures", out, force=True)
    assert (out / "mine.txt").read_text() == "kept"
    assert list(tmp_path.iterdir()) == [out]
