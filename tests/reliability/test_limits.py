"""What the system sets limits to: file descriptors, the size of files, the room on a disk that is really full."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.crash_counts import Count
from tests.reliability.harness import assert_same, history
from trainer.store import checkpoint
from trainer.store.folder import RunFolder, state

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="limits and mounts of Linux"),
    pytest.mark.timeout(600),
]
TRAINER = [sys.executable, "-m", "trainer"]
DIGITS = ("train", "digits", "--seed", "3", "--threads", "1", "--epochs")
FULL = 6
MOUNT = """
mount -t tmpfs -o size=2600k none "$1" || exit 77
runs="$1" out="$2"; shift 2
"$@" --name run --runs "$runs"; echo "code $?"
mount -o remount,size=64m none "$runs"
"$TRAINER_PYTHON" -m trainer resume run --runs "$runs"; echo "code $?"
cp -r "$runs/run" "$out"
"""


def limited(limit: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """A command line under a limit of the shell, such as `-n 40`."""
    shell = ["sh", "-c", f'ulimit {limit} || exit 77; exec "$@"', "sh"] if limit else []
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parents[2])}
    line = [*shell, *TRAINER, *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, env=environment, timeout=300, check=False)


def temporary(root: Path) -> list[Path]:
    return [path for path in root.rglob("*.tmp") if not path.is_dir()]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """40 epochs, without any limit."""
    root = tmp_path_factory.mktemp("whole")
    done = limited("", *DIGITS, 40, "--runs", root, "--name", "run")
    assert done.returncode == 0, done.stderr
    return RunFolder(root / "run")


# -- file descriptors ------------------------------------------------------------------------------------------------


@pytest.mark.crash
def test_forty_descriptors_are_enough(tmp_path: Path, count: Count) -> None:
    """Training on a folder of images, which other processes decode; stopping, resuming, exporting, predicting."""
    for number in range(40):
        path = tmp_path / "photos" / ("left", "right")[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.effect_noise((24, 24), 50 + 100 * (number % 2)).save(path)
    run = tmp_path / "runs" / "run"
    for line in (
        ("train", tmp_path / "photos", "--model", "cnn", "--epochs", 1, "--runs", run.parent, "--name", "run"),
        ("resume", run, "--epochs", 2),
        ("evaluate", run),
        ("predict", run, tmp_path / "photos" / "left" / "0.png"),
        ("export", run, "--format", "safetensors", "--out", tmp_path / "out.safetensors"),
        ("runs", "list", "--runs", run.parent),
    ):
        count("faults", 1)
        done = limited("-n 40", *line)
        assert done.returncode == 0, (line, done.stderr)
    assert state(RunFolder(run)) == "completed"
    history(RunFolder(run))


@pytest.mark.crash
@pytest.mark.window
def test_a_window_with_forty_descriptors_trains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: Count) -> None:
    """What it starts has no more of them."""
    from tests.gui.engine_processes import Follow, end_engine, watcher

    count("faults", 1)
    (tmp_path / "config" / "Epochscope").mkdir(parents=True)
    (tmp_path / "config" / "Epochscope" / "window.ini").write_text("[General]\ntour_seen=true\n", "utf-8")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    run = RunFolder(tmp_path / "runs" / "run")
    line = [*map(str, DIGITS), "3", "--runs", str(run.path.parent), "--name", "run"]
    try:
        with watcher(run.path.parent, descriptors=40, start=[line, "run"]) as window:
            window.until_said("shown")
            Follow(run).until_over()
            seen = window.until_shows(lambda seen: seen["state"] == "completed" and seen["test_accuracy"], "the end")
            assert seen["notices"] == []
            window.close()
    finally:
        end_engine(run)
    assert state(run) == "completed"


@pytest.mark.crash
def test_with_fewer_descriptors_it_works_or_is_told(tmp_path: Path, count: Count) -> None:
    """From too few for the interpreter itself to too few for what is trained."""
    worked = []
    for descriptors in range(6, 30, 2):
        count("faults", 1)
        name = f"run{descriptors}"
        done = limited(f"-n {descriptors}", *DIGITS, 2, "--runs", tmp_path, "--name", name)
        told = done.stdout + done.stderr
        if "Fatal Python error" in told or "site-packages/torch" in told or "Error processing line" in told:
            assert descriptors < 12, told  # neither Python nor torch can begin
            continue
        assert "Traceback" not in told, told
        if done.returncode == 0:
            worked.append(descriptors)
            continue
        assert done.returncode == FULL, told
        assert "ulimit -n" in told, told
        if (tmp_path / name / "run.toml").exists():
            assert limited("", "resume", tmp_path / name).returncode == 0
    assert worked


# -- the size of files -----------------------------------------------------------------------------------------------


@pytest.mark.crash
def test_a_journal_that_may_not_grow(tmp_path: Path, whole: RunFolder, count: Count) -> None:
    """Its checkpoints still fit: what was trained meanwhile is not lost."""
    count("faults", 1)
    biggest = max(path.stat().st_size for path in whole.checkpoints.iterdir())
    limit = max(biggest, whole.journal.stat().st_size // 2)
    assert limit < whole.journal.stat().st_size
    done = limited(f"-f {limit // 512 + 1}", *DIGITS, 40, "--runs", tmp_path, "--name", "run")
    assert done.returncode == FULL, done.stderr
    assert "The disk is full" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert not temporary(tmp_path)
    run = RunFolder(tmp_path / "run")
    path, skipped = checkpoint.newest_valid(run.checkpoints, "last")
    assert path is not None
    assert not skipped
    assert limited("", "resume", run.path).returncode == 0
    assert_same(run, whole)


def test_no_file_can_be_written(tmp_path: Path, count: Count) -> None:
    """Not even the settings."""
    count("faults", 1)
    done = limited("-f 0", *DIGITS, 1, "--runs", tmp_path, "--name", "run")
    assert done.returncode == FULL, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert not temporary(tmp_path)


# -- a small disk ----------------------------------------------------------------------------------------------------


@pytest.mark.crash
def test_a_disk_that_is_really_full(tmp_path: Path, count: Count) -> None:
    """A tmpfs with room for two checkpoints and not for a third; then it is made larger."""
    count("faults", 1)
    line = [*TRAINER, *DIGITS, "8", "--model", "mlp"]
    done = subprocess.run([*line, "--runs", str(tmp_path), "--name", "whole"], check=False, capture_output=True)
    assert done.returncode == 0
    (tmp_path / "disk").mkdir()
    shell = ["unshare", "-rm", "sh", "-c", MOUNT, "sh", str(tmp_path / "disk"), str(tmp_path / "out"), *line]
    environment = {**os.environ, "TRAINER_PYTHON": sys.executable, "PYTHONPATH": str(Path(__file__).parents[2])}
    try:
        small = subprocess.run(shell, capture_output=True, text=True, env=environment, timeout=300, check=False)
    except FileNotFoundError:
        pytest.skip("no unshare here")
    if small.returncode == 77 or "unshare" in small.stderr:
        pytest.skip(f"nothing can be mounted here: {small.stderr[:200]}")
    codes = [text for text in small.stdout.splitlines() if text.startswith("code ")]
    assert codes == [f"code {FULL}", "code 0"], small.stdout + small.stderr
    assert "The disk is full" in small.stderr
    assert "Traceback" not in small.stdout + small.stderr
    assert not temporary(tmp_path / "out")
    assert_same(RunFolder(tmp_path / "out"), RunFolder(tmp_path / "whole"))
