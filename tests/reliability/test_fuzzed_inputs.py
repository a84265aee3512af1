"""Inputs by the thousand: a result or a message, nothing left behind, within ten seconds and a gigabyte."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from tests.crash_counts import Count
from tests.qt import missing
from tests.reliability.fuzz_targets import TARGETS
from tests.reliability.fuzz_traps import TRAPS
from tests.reliability.fuzz_wholes import make_wholes
from tests.reliability.fuzzing import Action, Bench, fuzz, told, try_input

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes, devices and limits of POSIX")
FEW, MANY = 4, 255
COUNTS = {"helper": 20, "windows": 30, "assist": 50, "searches": 80, "requests": 120, "run settings": 200}
COUNTS |= {"weights": 300, "downloads": 300, "command lines": 400}
"""Instead of `MANY`: some take long, some hardly anything."""
OF_THE_WINDOW = ("windows", "searches")
SEEDS = (1, 2)
QUICK = ("in data", "in circles", "pipe journal.jsonl", "pipe run.toml")


@pytest.fixture(scope="session")
def wholes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wholes")
    make_wholes(folder)
    return folder


def try_all(name: str, seed: int, numbers: range, folder: Path, wholes: Path, count: Count) -> None:
    if name in OF_THE_WINDOW and missing():
        pytest.skip(missing())
    count("fuzzed inputs", len(numbers))
    found = fuzz(name, seed, numbers, folder, wholes)
    assert not found, told(name, seed, found)


@pytest.mark.parametrize("name", TARGETS)
def test_some_inputs(name: str, tmp_path: Path, wholes: Path, count: Count) -> None:
    try_all(name, 0, range(FEW), tmp_path, wholes, count)


@pytest.mark.crash
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", TARGETS)
def test_ten_thousand_inputs(name: str, seed: int, tmp_path: Path, wholes: Path, count: Count) -> None:
    try_all(name, seed, range(COUNTS.get(name, MANY)), tmp_path, wholes, count)


def test_there_are_ten_thousand() -> None:
    assert sum(COUNTS.get(name, MANY) for name in TARGETS) * len(SEEDS) >= 10_000


@pytest.mark.parametrize("trap", [name for name in TRAPS if name.endswith(QUICK)])
def test_traps(trap: str, tmp_path: Path, wholes: Path, count: Count) -> None:
    number = list(TRAPS).index(trap)
    try_all("traps", 0, range(number, number + 1), tmp_path, wholes, count)


@pytest.mark.crash
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("part", range(4))
def test_all_traps(part: int, tmp_path: Path, wholes: Path, count: Count) -> None:
    """Bombs, pipes, devices, loops of links, 20,000 characters, deep nesting, 100,000 requests."""
    try_all("traps", 0, range(part, len(TRAPS), 4), tmp_path, wholes, count)


# -- whether it would be noticed ---------------------------------------------------------------------------------------


def _tried(tmp_path: Path, *actions: Action) -> str:
    bench = Bench(tmp_path, tmp_path)
    return "\n".join(try_input(bench, lambda *_: actions, "none", 0, 0))


def test_what_goes_wrong_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    stray = tmp_path / "here" / "stray.txt"
    assert _tried(tmp_path, Action(("fine",), lambda: 0)) == ""
    assert "exit 1" in _tried(tmp_path, Action(("a bug",), lambda: 1))
    assert "ZeroDivisionError" in _tried(tmp_path, Action(("raises",), lambda: 1 // 0))
    assert "made" in _tried(tmp_path, Action(("leaves a file",), lambda: (stray.write_text("") and 0) or 0))
    assert "exit 0" in _tried(tmp_path, Action(("a traceback",), lambda: print("Traceback") or 0))  # type: ignore[func-returns-value]


def test_an_input_is_made_again_by_its_number(tmp_path: Path, wholes: Path) -> None:
    made = []
    for name in ("first", "second"):
        bench = Bench(tmp_path / name, wholes)
        bench.clear()
        list(TARGETS["tables"](bench, random.Random("tables 3 7"), 7))
        made.append({path.name: path.read_bytes() for path in bench.inputs.rglob("*") if path.is_file()})
    assert made[0] == made[1]
