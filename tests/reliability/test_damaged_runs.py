"""Run folders with files that are damaged in any way: a result or a message, never a traceback, and nothing changes."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from tests.crash_counts import Count
from tests.reliability.mutators import damaged
from trainer.cli import main

DOCUMENTED = {0, 3, 4, 5, 6}
ROUNDS = 250
LOOKS = (
    ("runs", "list"),
    ("runs", "list", "--json"),
    ("runs", "show", "run"),
    ("runs", "show", "run", "--json"),
    ("runs", "diff", "run", "other"),
)
EXPORTS = (("csv", "out.csv"), ("report", "out.html"), ("safetensors", "out.safetensors"))


@pytest.fixture(scope="module")
def two_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two completed runs under one root."""
    root = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EPOCHSCOPE_RUNS", str(root))
        for name, seed in (("run", 1), ("other", 2)):
            assert main(["train", "digits", "--epochs", "2", "--name", name, "--seed", str(seed)]) == 0
    return root


def content(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def look_at_damaged_runs(
    rounds: int,
    seed: int,
    root: Path,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draw = random.Random(seed)
    runs, out = folder / "runs", folder / "out"
    shutil.copytree(root, runs)
    monkeypatch.setenv("EPOCHSCOPE_RUNS", str(runs))
    whole = content(runs / "run")
    everything = list(whole.values())
    for number in range(rounds):
        wounded = draw.sample(sorted(whole), draw.randrange(1, 4))
        for path in wounded:
            Path(path).write_bytes(damaged(whole[path], everything, draw))
        out.mkdir()
        before = content(folder)
        form, name = draw.choice(EXPORTS)
        commands = [
            draw.choice(LOOKS),
            draw.choice(LOOKS),
            ("export", "run", "--format", form, "--out", str(out / name)),
        ]
        for command in commands:
            code = main(list(command))
            printed = capsys.readouterr()
            facts = (seed, number, command, wounded, printed.err[-2000:])
            assert code in DOCUMENTED, facts
            assert "Traceback" not in printed.err, facts
        after = content(folder)
        made = after.keys() - before.keys()
        assert made <= {str(out / name)}, "a stray file"
        assert {path: after[path] for path in before} == before, "a file was changed"
        shutil.rmtree(out)
        for path in wounded:
            Path(path).write_bytes(whole[path])


def test_looking_at_a_damaged_run(
    two_runs: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    count: Count,
) -> None:
    count("fuzzed inputs", 12)
    look_at_damaged_runs(12, 0, two_runs, tmp_path, capsys, monkeypatch)


@pytest.mark.crash
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", range(1, 9))
def test_looking_at_thousands_of_damaged_runs(
    seed: int,
    two_runs: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    count: Count,
) -> None:
    count("fuzzed inputs", ROUNDS)
    look_at_damaged_runs(ROUNDS, seed, two_runs, tmp_path, capsys, monkeypatch)
