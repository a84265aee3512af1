"""Long names and values, deep nesting, and very many of something."""

from __future__ import annotations

import json
import shutil
import zlib
from collections.abc import Iterable
from pathlib import Path

from tests.data.tar_shards import samples, tar_bytes
from tests.reliability.fuzz_runs import copied_runs
from tests.reliability.fuzzing import Action, Bench, command
from tests.reliability.mutators import LONG

REQUESTS = 100_000


def long_names(bench: Bench) -> Iterable[Action]:
    """20,000 characters wherever a word may stand."""
    copied_runs(bench)
    bench.may_change += [bench.inputs]
    for text in (
        "x" * LONG,
        "/" + "x" * LONG,
        "x/" * (LONG // 2),
        "é" * LONG,
        "~" + "x" * LONG,
        "{0..9}" * 3000 + ".tar",
    ):
        for line in (
            ("runs", "show", text), ("runs", "list", "--runs", text), ("resume", text), (text,), ("describe", text),
            ("train", text), ("train", "digits", "--name", text), ("train", "--recipe", text), ("new-callback", text),
            ("train", "--settings", text), ("train", "digits", "--model", text), ("train", "digits", "--metrics", text),
            ("train", "digits", "--callbacks", text), ("train", "digits", "--option", f"a.b={text}"),
            ("data", text), ("data", "digits", "--edits", text), ("data", "digits", "--means", text),
            ("data", "digits", "--shards", text), ("predict", "done", text), ("explain", "done", text),
            ("evaluate", "done", "--data", text), ("export", "done", "--format", "csv", "--out", text),
            ("export", "done", "--format", text), ("slices", "done", "--match", text), ("slices", "done", "--by", text),
            ("search", "--name", text), ("cache", "--clean", text),
        ):  # fmt: skip
            yield command(*line)


def long_values(bench: Bench) -> Iterable[Action]:
    """20,000 characters or digits as a class, a label, a setting."""
    folder = Path(shutil.copytree(bench.wholes / "photos", bench.inputs / "photos"))
    bench.may_change += [bench.inputs / "runs"]
    paths = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.png"))]
    for letter in "xé1":
        labels = [letter * LONG, "2" * LONG]
        table = folder / "labels.csv"
        table.write_text(
            "\n".join(["path,label", *(f"{path},{labels[place % 2]}" for place, path in enumerate(paths))])
        )
        yield command("data", table)
        yield command("train", table, "--epochs", 1, "--name", f"long{ord(letter)}")
        yield command("runs", "show", f"long{ord(letter)}")
        settings = bench.inputs / "it.toml"
        long = letter * LONG
        settings.write_text(f'model = "{long}"\n["{long}"]\n[data]\nsource = "{long}"\n[train]\nseed = {"1" * LONG}\n')
        yield command("train", "--settings", settings)
        shards = bench.inputs / "shards"
        shards.mkdir(exist_ok=True)
        (shards / "it.tar").write_bytes(tar_bytes(samples(*labels * 6).items()))
        yield command("data", shards)


def deep_settings(bench: Bench) -> Iterable[Action]:
    file = bench.inputs / "it.toml"
    run = copied_runs(bench) / "done"
    texts = (
        "a" + ".a" * 500_000 + " = 1",
        "[" + "a." * 500_000 + "a]",
        "a = " + "[" * 100_000,
        "a = " + "{a = " * 100_000,
        "a = " + "[" * 90 + "]" * 90,
        "a." * 40 + "a = " + ("{" + "a." * 40 + "a = ") * 150 + "1" + "}" * 150,
        "a = " + "9" * LONG,
        "a" * 1_000_000,
        '"' * 1_000_000,
        "[a]\n" + "".join(f"{'b.' * 45}b{number} = 1\n" for number in range(9_000)),
    )
    for text in texts:
        for path in (file, run / "run.toml"):
            path.write_text(text)
        bench.may_change = [bench.out, bench.inputs]
        yield command("train", "--settings", file)
        yield command("train", "--recipe", file)
        yield command("search", "digits", "--space-file", file)
        yield command("runs", "show", "done")
        yield command("runs", "diff", "done", "digits")
        yield command("cache")
        yield command("resume", "done", "--epochs", 9)


def deep_records(bench: Bench) -> Iterable[Action]:
    runs = copied_runs(bench)
    bench.may_change += [bench.inputs]
    shards = bench.inputs / "shards"
    shards.mkdir()
    for text in (b"[" * 200_000, b'{"a":' * 200_000, b"[" * 900 + b"]" * 900, b'{"a":' * 900 + b"1" + b"}" * 900):
        for path in runs.rglob("*.json"):
            path.write_bytes(text)
        crc = b"%08x %s\n" % (zlib.crc32(text), text)
        with (runs / "done" / "journal.jsonl").open("ab") as file:
            file.write(crc)
        (shards / "it.tar").write_bytes(tar_bytes([*samples(*"aabb").items(), ("z.json", text), ("z.png", b"")]))
        (shards / "dataset.json").write_bytes(text)
        yield command("runs", "list")
        yield command("runs", "show", "done")
        yield command("evaluate", "done")
        yield command("export", "done", "--format", "report", "--out", bench.out / "it.html")
        yield command("resume", "stopped")
        yield command("data", shards)


def many_requests(bench: Bench) -> Iterable[Action]:
    """They are answered a hundred at a time, and the run ends as it would without them."""
    folder = copied_runs(bench) / "stopped" / "requests"
    bench.may_change += [bench.inputs / "runs"]
    content = json.dumps({"id": "x", "attempt": 1, "do": "stop"}).encode()
    for number in range(REQUESTS):
        Path(folder, f"{number:06d}.json").write_bytes(content)
    return [command("resume", "stopped"), command("runs", "show", "stopped")]


def many_runs_entries(bench: Bench) -> Iterable[Action]:
    """A class list, an index and an edit for each of 100,000 names."""
    folder = Path(shutil.copytree(bench.wholes / "photos", bench.inputs / "photos"))
    edits = bench.inputs / "edits.csv"
    edits.write_text("path,action\n" + "\n".join(f"cat/{number}.png,leave_out" for number in range(100_000)))
    table = folder / "it.csv"
    table.write_text("path,label\n" + "\n".join(f"{number}.png,{number}" for number in range(100_000)))
    return [command("data", folder, "--edits", edits), command("data", table)]
