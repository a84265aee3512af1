"""One window, its engines and everything that happens to them, at random: started, stopped, paused, killed, no room."""

from __future__ import annotations

import contextlib
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import psutil

from tests.gui.engine_processes import PATIENCE, REPOSITORY, Watcher, until
from tests.reliability.epoch_accounts import newest_attempt
from tests.reliability.soak_engine import identity
from trainer.errors import DiskError, EpochscopeError
from trainer.store import requests
from trainer.store.folder import RunFolder, is_run, state

EPOCHS = 20
AT_ONCE = 2
WAITING = 4
"""Runs that may wait to be continued before no further one is started."""
FULL_SECONDS = (1.0, 10.0)
BUSY_MS = 400
NO_ROOM = DiskError.exit_code
# a step takes long enough to be hit
SETTINGS = [
    *("--recipe", "digits", "--augment.rotation", "10"),
    *("--epochs", str(EPOCHS), "--checkpoint.every-steps", "37"),
]


def training(root: Path, name: str) -> list[str]:
    """The command line that makes a run."""
    return ["train", "digits", *SETTINGS, "--name", name, "--runs", str(root)]


def prepare(home: Path, flag: Path, exits: Path) -> None:
    """Settings of a window whose engines find no room while there is a file `flag`, and note how they end."""
    python = home / "python"
    command = f"exec '{sys.executable}' -W ignore -m tests.reliability.soak_engine '{flag}' '{exits}' \"$@\""
    python.write_text(f"#!/bin/sh\nexport PYTHONPATH='{REPOSITORY}'\n{command}\n", "utf-8")
    python.chmod(0o700)
    (home / "Epochscope").mkdir()
    (home / "Epochscope" / "window.ini").write_text(f"[General]\ntour_seen=true\npython={python}\n", "utf-8")


class Sample(NamedTuple):
    """What a window holds: bytes of memory, descriptors, threads, processes that it has not seen end."""

    memory: int
    descriptors: int
    threads: int
    zombies: int


class Launch(NamedTuple):
    """A process that works on a run: its identity, and the newest attempt before it."""

    process: str
    before: int


class Soak:
    """`did`: how often what. `launches`: all processes of each run. `killed`: those that were. `samples`: of the window
    that is there."""

    def __init__(self, root: Path, flag: Path, exits: Path, seed: int) -> None:
        self.root = root
        self.draw = random.Random(seed)
        self.did: Counter[str] = Counter()
        self.launches: dict[RunFolder, list[Launch]] = {}
        self.killed: set[str] = set()
        self.samples: list[Sample] = []
        self.lives = 0
        self._flag = flag
        self._exits = exits
        self._free_at = 0.0
        self._engines: dict[RunFolder, psutil.Process] = {}
        self._shown: RunFolder | None = None
        self._window = self._open()

    # -- what there is -------------------------------------------------------------------------------------------

    @property
    def runs(self) -> list[RunFolder]:
        """All that were started, those that have no folder yet included."""
        return list(self.launches)

    def live(self) -> list[RunFolder]:
        """Runs that a process works on."""
        return [run for run, engine in self._engines.items() if _lives(engine)]

    def waiting(self) -> list[RunFolder]:
        """Runs that can be continued."""
        live = self.live()
        idle = [run for run in self.runs if run not in live and is_run(run.path)]
        return [run for run in idle if state(run) in ("stopped", "failed", "lost")]

    # -- what happens --------------------------------------------------------------------------------------------

    def act(self, *, kill_windows: bool) -> None:
        """One thing, of those that are possible now."""
        if self._free_at and time.monotonic() >= self._free_at:
            self.free_disk()
        live, waiting = self.live(), self.waiting()
        room = len(live) < AT_ONCE
        possible: dict[Callable[[], None], float] = {self._show: 2.0}
        if room and len(waiting) < WAITING:
            possible[self._start] = 6.0
        if room and waiting:
            possible[lambda: self._continue(self.draw.choice(waiting))] = 6.0
        if live:
            possible |= {
                lambda: self._ask(self.draw.choice(live)): 6.0,
                lambda: self._kill(self.draw.choice(live)): 1.5,
            }
        if not self._free_at:
            possible[self._fill_disk] = 0.7
        if kill_windows:
            possible[self._kill_window] = 0.7
        self.draw.choices(list(possible), list(possible.values()))[0]()

    def _start(self) -> None:
        run = RunFolder(self.root / f"run{len(self.launches):03d}")
        self.launches[run] = []
        self._order("start", [training(self.root, run.name), run.name])
        self._expect_engine(run, "started")

    def _continue(self, run: RunFolder) -> None:
        self._order("continue", str(run.path))
        self._expect_engine(run, "continued")

    def _expect_engine(self, run: RunFolder, what: str) -> None:
        before = newest_attempt(run)
        pid = self._window.until_said("engine")
        if pid is None:
            assert self._free_at, f"{run.name} could not be {what}, and there is room on the disk"
            self.did["no room to start"] += 1
            return
        self.did[what] += 1
        self._engines[run] = psutil.Process(pid)
        self.launches[run].append(Launch(identity(pid), before))
        self._shown = run

    def _ask(self, run: RunFolder) -> None:
        """Through the window if it shows the run, or as the command line asks."""
        what = self.draw.choice(["pause", "pause", "unpause", "unpause", "unpause", "stop", "checkpoint"])
        when = self.draw.choice(["step", "epoch"]) if what == "stop" else "step"
        self.did[what] += 1
        if run == self._shown:
            self._order("ask", [what, when])
        else:
            try:
                requests.post(run, what, when=when, source="soak")  # type: ignore[arg-type]
            except EpochscopeError:
                self.did["no run to ask"] += 1  # it has just ended, or has yet to make its folder

    def _kill(self, run: RunFolder) -> None:
        """It may have ended just before."""
        engine = self._engines[run]
        with contextlib.suppress(psutil.NoSuchProcess):
            engine.kill()
        until(lambda: not _lives(engine), f"the end of {run.name}")
        process = self.launches[run][-1].process
        if process not in self.codes():
            self.did["engine killed"] += 1
            self.killed.add(process)

    def _kill_window(self) -> None:
        self.did["window killed"] += 1
        self._window.kill()
        self._window.drop()
        self._window = self._open()

    def _show(self) -> None:
        there = [run for run in self.runs if is_run(run.path)]
        if there:
            self.did["shown"] += 1
            self._shown = self.draw.choice(there)
            self._order("show", str(self._shown.path))

    def _fill_disk(self) -> None:
        self.did["disk full"] += 1
        self._flag.touch()
        self._free_at = time.monotonic() + self.draw.uniform(*FULL_SECONDS)

    def free_disk(self) -> None:
        """There is room again."""
        if self._free_at:
            self._flag.unlink()
            self._free_at = 0.0

    # -- the window ----------------------------------------------------------------------------------------------

    def _open(self) -> Watcher:
        window = Watcher(self.root, busy=BUSY_MS, full=str(self._flag))
        window.until_said("shown")
        self.lives += 1
        self.samples, self._shown = [], None
        return window

    def _order(self, word: str, given: object) -> None:
        self._window.order(f"{word} {json.dumps(given)}")

    def sample(self) -> None:
        """Of the window. It must be alive."""
        self._window.listen()
        assert self._window.process.poll() is None, "the window has ended"
        process = psutil.Process(self._window.process.pid)
        zombies = sum(child.status() == psutil.STATUS_ZOMBIE for child in process.children())
        self.samples.append(Sample(process.memory_info().rss, process.num_fds(), process.num_threads(), zombies))

    # -- the end -------------------------------------------------------------------------------------------------

    def finish(self) -> None:
        """Room on the disk; every run that began is continued until it is completed."""
        self.free_disk()
        for run in self.live():
            self._until_over(run)
        while waiting := self.waiting():
            self._continue(waiting[0])
            self._until_over(waiting[0])

    def _until_over(self, run: RunFolder) -> None:
        """Unpaused again and again: a pause may still have been on its way."""
        end = time.monotonic() + 5 * PATIENCE
        while _lives(self._engines[run]):
            assert time.monotonic() < end, f"waited {PATIENCE} s for {run.name} to end"
            if is_run(run.path) and state(run) == "paused":
                requests.post(run, "unpause", source="soak")
            time.sleep(0.2)
            self.sample()

    def codes(self) -> dict[str, int]:
        """Exit codes of processes that were not killed."""
        lines = self._exits.read_text("utf-8").splitlines() if self._exits.exists() else []
        return {process: int(code) for process, code in (line.split() for line in lines)}

    def excused(self, run: RunFolder) -> set[int]:
        """Attempts of processes that were killed, or that found no room. No other may end otherwise than well."""
        codes, launches, found = self.codes(), self.launches[run], set[int]()
        until_then = [*(launch.before for launch in launches[1:]), newest_attempt(run)]
        for launch, last in zip(launches, until_then, strict=True):
            code = "killed" if launch.process in self.killed else codes.get(launch.process)
            assert code in ("killed", 0, 3, NO_ROOM), f"{run.name}: process {launch.process} ended with {code}"
            if code in ("killed", NO_ROOM):
                found |= set(range(launch.before + 1, last + 1))
        return found

    def shows(self, run: RunFolder) -> dict[str, object]:
        """What the window shows of a completed run, once it has read all of it."""
        self._order("show", str(run.path))
        return self._window.until_shows(
            lambda seen: seen.get("name") == run.name and seen["caught_up"] and seen["test_accuracy"], run.name
        )

    def close(self) -> None:
        """Close the window as a person would."""
        self._window.close()

    def drop(self) -> None:
        """Nothing of this is left, whatever happened: each process is one that was started here."""
        self._window.drop()
        for engine in self._engines.values():
            if _lives(engine):
                engine.kill()

    def left(self) -> list[list[str]]:
        """Processes that have to do with these runs."""
        found = []
        for process in psutil.process_iter(["pid", "cmdline"]):
            line = process.info["cmdline"] or []
            if process.info["pid"] != os.getpid() and any(str(self.root) in word for word in line):
                found.append(line)
        return found


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
