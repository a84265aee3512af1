"""Inputs that were built to do harm: bombs, pipes, devices, loops of links, long names, deep nesting, many files."""

from __future__ import annotations

import io
import json
import os
import random
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tests.data.tar_shards import samples, tar_bytes
from tests.reliability.fuzz_runs import changed_npz, copied_runs
from tests.reliability.fuzz_targets import TARGETS
from tests.reliability.fuzzing import Action, Bench, command
from tests.reliability.mutators import LONG

REQUESTS = 100_000
Trap = Callable[[Bench], Iterable[Action]]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_bomb(width: int, height: int, colour: int = 6, *, orientation: int = 1, text: int = 0, rows: int = -1) -> bytes:
    """A picture of nothing. `rows`: as many as are there; `text`: bytes of a compressed comment."""
    depth = {0: 1, 2: 3, 6: 4}[colour]
    packer = zlib.compressobj(1)
    row = bytes(1 + width * depth)
    pixels = b"".join(packer.compress(row) for _ in range(height if rows < 0 else rows)) + packer.flush()
    exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0" + struct.pack("<I", orientation) + bytes(4)
    parts = [(b"IHDR", struct.pack(">2I5B", width, height, 8, colour, 0, 0, 0)), (b"eXIf", exif)]
    if text:
        packer = zlib.compressobj(9)
        zeros = b"".join(packer.compress(bytes(1 << 20)) for _ in range(text >> 20)) + packer.flush()
        parts += [(b"zTXt", b"comment\0\0" + zeros), (b"iCCP", b"icc\0\0" + zeros)]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in [*parts, (b"IDAT", pixels), (b"IEND", b"")])


def pictures() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Decompression bombs, by file name."""
    yield "as-large-as-allowed.png", lambda: png_bomb(9_400, 9_400)
    yield "turned.png", lambda: png_bomb(9_400, 9_400, orientation=6)
    yield "long.png", lambda: png_bomb(80_000_000, 1)
    yield "too-large.png", lambda: png_bomb(100_000, 100_000, rows=10)
    yield "nothing-there.png", lambda: png_bomb(9_400, 9_400, rows=0)
    yield "texts.png", lambda: png_bomb(40, 40, text=1 << 30)
    yield "too-large.gif", lambda: b"GIF89a" + struct.pack("<2H", 65_535, 65_535) + b"\xf0\0\0" + bytes(6) + b"\x2c"
    yield (
        "too-large.bmp",
        lambda: (
            b"BM" + struct.pack("<3I", 54, 0, 54) + struct.pack("<I2i2H6I", 40, 2**31 - 1, 2**31 - 1, 1, 24, *[0] * 6)
        ),
    )
    yield "too-large.ppm", lambda: b"P6 999999999 999999999 255\n"
    yield "too-large.webp", lambda: b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\xff\xff\xff\x0f" + bytes(8)


def picture(name: str, make: Callable[[], bytes]) -> Trap:
    def trap(bench: Bench) -> Iterable[Action]:
        folder = Path(shutil.copytree(bench.wholes / "photos", bench.inputs / "photos"))
        (folder / "cat" / name).write_bytes(make())
        copied_runs(bench)
        return [command("data", folder, "--skip-bad"), command("predict", "done", folder / "cat" / name)]

    return trap


def _zip_bomb(name: str, size: int) -> bytes:
    """A member of that many zeros."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(name, "w", force_zip64=True) as member,
    ):
        for _ in range(size >> 20):
            member.write(bytes(1 << 20))
    return buffer.getvalue()


def zipped_arrays(bench: Bench) -> Iterable[Action]:
    runs = copied_runs(bench)
    bomb = _zip_bomb("predicted.npy", 2 << 30)
    for path in (runs / "done").rglob("*.npz"):
        path.write_bytes(bomb)
    (bench.inputs / "it.pt").write_bytes(_zip_bomb("it/data.pkl", 2 << 30))
    return [
        command("slices", "done"),
        command("export", "done", "--format", "report", "--out", bench.out / "it.html"),
        command("train", bench.wholes / "photos", "--model", "efficientnet_lite0", "--weights", bench.inputs / "it.pt"),
    ]


def lying_arrays(bench: Bench) -> Iterable[Action]:
    """Headers of arrays with every shape and type that is not there."""
    runs = copied_runs(bench)
    draw = random.Random(0)
    paths = sorted((runs / "done").rglob("*.npz"))
    wholes = {path: path.read_bytes() for path in paths}
    for _ in range(40):
        for path in paths:
            path.write_bytes(changed_npz(wholes[path], draw))
        yield command("slices", "done")
        yield command("export", "done", "--format", "report", "--out", bench.out / "it.html")


def packed_shards(bench: Bench) -> Iterable[Action]:
    folder = bench.inputs / "shards"
    folder.mkdir()
    packer = zlib.compressobj(9, wbits=31)
    (folder / "train.tar.gz").write_bytes(
        b"".join(packer.compress(bytes(1 << 20)) for _ in range(1 << 11)) + packer.flush()
    )
    return [command("data", folder), command("data", folder / "train.tar.gz")]


def sparse(wanted: str, size: int) -> Trap:
    """A file that claims to be large, and is all zeros."""

    def trap(bench: Bench) -> Iterable[Action]:
        run = copied_runs(bench) / "done"
        bench.may_change += [run]
        for path in [*run.rglob(wanted)] or [run / wanted]:
            os.truncate(path, size)
        return [
            command("runs", "show", "done"),
            command("runs", "list"),
            command("export", "done", "--format", "report", "--out", bench.out / "it.html"),
            command("evaluate", "done"),
        ]

    return trap


def sparse_data(bench: Bench) -> Iterable[Action]:
    folder = Path(shutil.copytree(bench.wholes / "photos", bench.inputs / "photos"))
    for name in ("cat/it.png", "cat/it.bmp", "cat/it.tif", "it.tar", "it.csv"):
        (folder / name).touch()
        os.truncate(folder / name, 8 << 30)
    return [
        command("data", folder),
        command("data", folder / "it.tar"),
        command("data", folder / "it.csv"),
        command("data", folder, "--edits", folder / "it.csv"),
    ]


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


TRAPS: dict[str, Trap] = {
    **{f"picture {name}": picture(name, make) for name, make in pictures()},
    "zipped arrays": zipped_arrays,
    "lying arrays": lying_arrays,
    "packed shards": packed_shards,
    **{
        f"sparse {name}": sparse(name, 6 << 30)
        for name in ("journal.jsonl", "*.safetensors", "*.npz", "*.json", "run.toml")
    },
    "sparse data": sparse_data,
    **{f"pipe {name}": odd_file(name, pipe) for name in run_files()},
    **{f"device {name}": odd_file(name, device) for name in run_files()},
    **{f"loop {name}": odd_file(name, loop) for name in run_files()},
    "pipes in data": odd_data(pipe),
    "devices in data": odd_data(device),
    "loops in data": odd_data(loop),
    "links in circles": links_in_circles,
    "long names": long_names,
    "long values": long_values,
    "deep settings": deep_settings,
    "deep records": deep_records,
    "many requests": many_requests,
    "many entries": many_runs_entries,
}


def traps(bench: Bench, draw: random.Random, number: int) -> Iterable[Action]:
    """The trap of this number."""
    return list(TRAPS.values())[number](bench)


ALL = {**TARGETS, "traps": traps}
