"""A real terminal, and what happens to a run in it."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from trainer.engine.resume import find_continuation
from trainer.events import BatchesReported, RunEnded
from trainer.launch import resume
from trainer.store.folder import RunFolder, state
from trainer.store.journal import JournalReader

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="terminals of POSIX")
SECONDS = 120
"""No outcome hangs on it: what takes so long has failed."""


def in_a_terminal(*arguments: object) -> tuple[subprocess.Popen[bytes], int]:
    """A command with a terminal of its own, and the other end of that terminal."""
    import fcntl
    import pty
    import termios

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "trainer", *map(str, arguments)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # as a shell's: it is hung up with the terminal
    )
    os.close(theirs)
    return process, ours


def test_a_run_is_saved_when_its_terminal_is_closed(tmp_path: Path) -> None:
    process, terminal = in_a_terminal("train", "digits", "--epochs", 100_000, "--runs", tmp_path, "--name", "it")
    run, end = RunFolder(tmp_path / "it"), time.monotonic() + SECONDS
    reader = JournalReader(run.journal)
    seen: list[object] = []
    try:
        while not any(isinstance(event, BatchesReported) for event in seen):
            assert process.poll() is None
            assert time.monotonic() < end
            if select.select([terminal], [], [], 0.05)[0]:
                os.read(terminal, 1 << 16)
            seen += [record.event for record in reader.read()] if run.journal.exists() else []
        os.close(terminal)
        process.wait(SECONDS)
    finally:
        process.kill()
        process.wait()
    seen += [record.event for record in reader.read()]
    (ended,) = [event for event in seen if isinstance(event, RunEnded)]
    assert (state(run), ended.status, ended.parameters["source"]) == ("stopped", "stopped", "SIGHUP")
    checkpoint = find_continuation(run).checkpoint
    assert checkpoint is not None
    assert int(checkpoint.stem.rpartition("-")[2]) == ended.step, "all steps are saved"
    assert resume(run, epochs=ended.epoch + 1).status == "completed"


def test_ctrl_c_while_modules_are_imported_is_quiet() -> None:
    code = """
import sys
class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == "cyclopts":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupt())
from trainer.cli import main
sys.exit(main(["runs"]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=SECONDS)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
