"""The readers on the page about the run folder agree with ours: about a resumed run, and a journal with damage."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, blocks
from trainer import Trainer, build_model, open_data
from trainer.events import BatchEnded
from trainer.store.folder import RunFolder
from trainer.store.journal import JournalReader
from trainer.store.run_history import read_history

PROGRAMS = {sys.executable: "read_run.py", "node": "read_run.mjs"}


def train(folder: Path, stop_at: int | None = None) -> None:
    """Three epochs on digits; with `stop_at`, a stop after so many steps, within an epoch that is then begun again."""
    data = open_data("digits", samples=300)
    model = build_model("softmax", data.input_shape, len(data.classes))
    trainer = Trainer(model, data, epochs=3, run_dir=folder)
    trainer.on(BatchEnded, lambda event: trainer.stop() if event.step == stop_at else None)
    trainer.fit(resume=stop_at is None)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """Resumed from the checkpoint before its last one, with two damaged lines and one that is not yet whole."""
    folder = RunFolder(tmp_path_factory.mktemp("runs") / "resumed")
    train(folder.path, stop_at=13)
    max(folder.checkpoints.glob("last-*")).unlink()
    train(folder.path)
    whole = folder.journal.read_bytes()
    first = whole.index(b"EpochEnded")
    folder.journal.write_bytes(whole[:first] + b"X" + whole[first + 1 :] + b"half of a li\n" + b'0badf00d {"v":1')
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_reader_finds_the_epochs_that_count(program: str, run: RunFolder, tmp_path: Path) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    (code,) = (block.code for block in blocks(DOCS / "guides/run-folder.md") if block.title == PROGRAMS[program])
    script = tmp_path / PROGRAMS[program]
    script.write_text(code, "utf-8")
    done = subprocess.run([program, str(script), str(run.path)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    expected = read_history(JournalReader(run.journal)).finished
    assert [line.split() for line in done.stdout.splitlines()] == [
        [str(one.epoch), repr(one.train_loss), repr(one.valid_loss)] for one in expected
    ]
    assert [one.epoch for one in expected] == [2, 3]  # the damaged line was that of the first
