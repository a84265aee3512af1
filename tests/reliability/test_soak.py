"""A window and its engines for an hour: memory and descriptors stay flat, every epoch is accounted for."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.crash_counts import Count
from tests.gui.engine_processes import REPOSITORY
from tests.reliability.epoch_accounts import account, flat
from tests.reliability.harness import assert_as_undisturbed
from tests.reliability.soak import AT_ONCE, EPOCHS, NO_ROOM, SETTINGS, Soak, prepare
from trainer.store import durable
from trainer.store.folder import RunFolder, is_run, state

pytestmark = [
    pytest.mark.window,
    pytest.mark.skipif(sys.platform != "linux", reason="signals, and /proc to see who is left"),
]
MEGABYTE = 1 << 20
WARM = 240
"""Samples, of which there is about one a second, from which on memory has to be flat."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """The run that nothing happens to."""
    root = tmp_path_factory.mktemp("whole")
    command = [sys.executable, "-W", "ignore", "-m", "trainer", "train", "digits", *SETTINGS]
    command += ["--name", "whole", "--runs", str(root)]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    return RunFolder(root / "whole")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's settings and caches."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("EPOCHSCOPE_CACHE", str(tmp_path / "cache"))
    (tmp_path / "home").mkdir()
    prepare(tmp_path / "home", tmp_path / "full", tmp_path / "exits")
    return tmp_path / "home"


def soak(folder: Path, whole: RunFolder, more: Callable[[Soak], bool], calm: Callable[[Soak], bool], seed: int) -> Soak:
    """While there is `more`, something happens; no window is killed any more once it is `calm`."""
    root = folder / "runs"
    root.mkdir()
    made = Soak(root, folder / "full", folder / "exits", seed)
    try:
        while more(made):
            made.act(kill_windows=not calm(made))
            made.sample()
            time.sleep(made.draw.uniform(0.1, 2.0))
        made.finish()
        check_runs(made, whole)
        check_window(made, folder / "cache" / "window.log")
        made.close()
        assert made.left() == []
    finally:
        made.drop()
    return made


def check_runs(made: Soak, whole: RunFolder) -> None:
    kept = lost = 0
    codes = made.codes()
    for run in made.runs:
        if not is_run(run.path):  # killed while it made its folder, or there was no room for it
            assert all(one.process in made.killed or codes[one.process] == NO_ROOM for one in made.launches[run]), (
                run.name
            )
            continue
        assert state(run) == "completed", run.name
        found = account(run, made.excused(run))
        kept, lost = kept + found.kept, lost + found.lost
        assert found.kept == EPOCHS
        assert_as_undisturbed(run, whole)
        seen = made.shows(run)
        assert (seen["state"], seen["epochs"]) == ("completed", [float(one) for one in range(1, EPOCHS + 1)]), run.name
        assert [path for path in run.path.rglob("*") if path.suffix == durable.TEMP_SUFFIX] == [], run.name
    print(f"\n{len(made.runs)} runs, {kept} epochs in their histories, {lost} lost and trained again")
    print(f"{made.lives} windows; {dict(made.did)}")
    assert kept


def check_window(made: Soak, log: Path) -> None:
    """The last one, which has lived since the calm began."""
    first, last = made.samples[0], made.samples[-1]
    third = made.samples[len(made.samples) // 3]
    print(f"the last window: {len(made.samples)} samples; the first {first}, a third later {third}, the last {last}")
    assert max(one.zombies for one in made.samples) <= AT_ONCE
    if len(made.samples) >= WARM:  # fewer show what runs at the moment, and no trend
        assert flat([one.descriptors for one in made.samples], 4)
        assert flat([one.threads for one in made.samples], 2)
        assert flat([one.memory for one in made.samples], 8 * MEGABYTE)
    text = log.read_text("utf-8") if log.exists() else ""
    assert "Traceback" not in text, text[-4000:]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_forty_things_happen(tmp_path: Path, home: Path, whole: RunFolder, count: Count) -> None:
    """A minute or two: what happens in it is always the same, when is not."""
    happened = iter(range(40))
    made = soak(tmp_path, whole, lambda _: next(happened, None) is not None, lambda made: made.lives > 2, seed=1)
    count("kills", made.did["engine killed"] + made.did["window killed"])


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_an_hour(tmp_path: Path, home: Path, whole: RunFolder, count: Count, request: pytest.FixtureRequest) -> None:
    seed = request.config.getoption("soak_seed") or time.time_ns() % 1_000_000
    print(f"\nseed {seed}")
    begin, seconds = time.monotonic(), 60.0 * request.config.getoption("soak_minutes")
    made = soak(
        tmp_path, whole,
        more=lambda _: time.monotonic() - begin < seconds, calm=lambda _: time.monotonic() - begin > seconds / 3,
        seed=seed,
    )  # fmt: skip
    count("kills", made.did["engine killed"] + made.did["window killed"])
    count("faults", made.did["disk full"])
    assert seconds < 600 or {"started", "continued", "stop", "engine killed", "window killed", "disk full"} <= set(
        made.did
    )
