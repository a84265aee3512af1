"""Pipes, devices and loops of links, where a file or a folder should be."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tests.data.tar_shards import samples, tar_bytes
from tests.reliability.fuzz_runs import copied_runs
from tests.reliability.fuzzing import Action, Bench, Trap, command


def run_files() -> Iterator[str]:
    yield from ("run.toml", "environment.json", "journal.jsonl", "metrics.csv", "summary.json", "owner.json", "lock")
    yield from (
        "log.txt",
        "viewer.json",
        "edits.csv",
        "checkpoints",
        "predictions",
        "evaluation",
        "requests",
        "snapshots",
    )
    yield from (
        "evaluation/valid.npz",
        "evaluation/valid.json",
        "predictions/epoch-0001.npz",
        "snapshots/epoch-0001.npz",
    )
    yield from ("requests/a.json", "checkpoints/last-000999999.safetensors", "evaluation/calibration.json")


def odd_file(name: str, make: Callable[[Path], None]) -> Trap:
    """Something else in place of a file of a run."""

    def trap(bench: Bench) -> Iterable[Action]:
        runs = copied_runs(bench)
        bench.may_change += [runs]
        for run in ("done", "stopped"):
            path = runs / run / name
            if path.is_dir():
                shutil.rmtree(path)
            path.unlink(missing_ok=True)
            make(path)
        image = next((bench.wholes / "photos" / "cat").iterdir())
        lines = [
            ("runs", "list"),
            ("runs", "show", "done"),
            ("slices", "done"),
            ("evaluate", "done"),
            ("predict", "done", image),
        ]
        lines += [
            ("resume", "stopped"),
            ("export", "stopped", "--format", "report", "--out", bench.out / "it.html"),
            ("stop", "stopped"),
        ]
        return [command(*line) for line in lines]

    return trap


def pipe(path: Path) -> None:
    os.mkfifo(path)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def loop(path: Path) -> None:
    path.symlink_to(path.name)


def odd_data(make: Callable[[Path], None]) -> Trap:
    """Something else in folders of images, shards and tables, and where a file is named."""

    def trap(bench: Bench) -> Iterable[Action]:
        folder = Path(shutil.copytree(bench.wholes / "photos", bench.inputs / "photos"))
        shards = bench.inputs / "shards"
        shards.mkdir()
        (shards / "train-0.tar").write_bytes(tar_bytes(samples(*"aabbccaabbcc").items()))
        saved = bench.inputs / "saved"
        saved.mkdir()
        (saved / "state.json").write_text("{}")
        make(saved / "data.arrow")
        for name in ("photos/cat/it.png", "photos/it.tar", "photos/x", "shards/train-1.tar", "shards/classes.txt"):
            make(bench.inputs / name)
        for name in ("it.csv", "it.png", "it.npz"):
            make(bench.inputs / name)
        copied_runs(bench)
        table = bench.inputs / "table.csv"
        rows = [f"photos/{path.relative_to(folder).as_posix()},{path.parent.name}" for path in folder.rglob("*.png")]
        table.write_text("\n".join(["path,label", *rows]))
        yield command("data", folder)
        yield command("data", folder, "--skip-bad")
        yield command("data", shards)
        yield command("data", saved)
        yield command("data", table)
        yield command("data", bench.inputs / "it.csv")
        yield command("data", bench.inputs / "it.png")
        yield command("data", bench.wholes / "photos", "--edits", bench.inputs / "it.csv")
        yield command("predict", "done", folder)
        yield command("predict", "done", folder / "cat" / "it.png")
        yield command("explain", "done", bench.inputs / "it.png")
        yield command("evaluate", "done", "--data", folder, "--skip-bad")
        yield command("runs", "list", "--runs", bench.inputs)

    return trap


def links_in_circles(bench: Bench) -> Iterable[Action]:
    folder = Path(shutil.copytree(bench.wholes / "photos", bench.inputs / "photos"))
    for above in (folder, folder / "cat", folder / "dog"):
        (above / "up").symlink_to(folder)
        (above / "other").symlink_to(folder / "cat")
    runs = copied_runs(bench)
    (runs / "up").symlink_to(runs)
    (runs / "self").symlink_to("self")
    (runs / "done" / "evaluation" / "up").symlink_to(runs)
    return [
        command("data", folder, "--skip-bad"),
        command("predict", "done", folder),
        command("runs", "list"),
        command("runs", "show", "self"),
        command("runs", "show", "up"),
        command("export", "done", "--format", "csv", "--out", bench.out / "it.csv"),
        command("cache"),
    ]
