"""What is fuzzed: a function for each kind of input makes one, and says what a person would do with it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import pickle
import random
import shutil
import signal
import struct
import sys
import time
import tomllib
import zipfile
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
from PIL import Image

from tests.data.image_folders import make_images, noise
from tests.data.tar_shards import samples, tar_bytes
from tests.reliability.fuzzing import Action, Bench, Target, command, raising
from tests.reliability.mutators import TEXTS, changed_tree, damaged, hostile_value, nested, several
from trainer.callback import Callback
from trainer.cli import main

STEPS = 3
"""Steps of a run until it is stopped."""
POLLED = 0.15
"""Seconds within which an engine looks for requests."""
PLAIN = """
done stopped last digits nowhere 0 1 3 -1 1e9 nan out.csv out.npz out.png softmax cpu seed csv report train.lr=1..2
/dev/null . {0..3}.tar x{a,b}.tar epoch valid brightness
"""
UNUSUAL = """
0 1 2 0.5 0.999 1e-8 1e8 1e300 1e-300 30 sgd adamw lbfgs cosine step plateau balanced auto max min bf16 true
"""
FORMATS = ("safetensors", "csv", "json", "report", "figures", "predictions")


class StopSoon(Callback):
    """No input decides how long a test takes."""

    def on_batch_ended(self, event: Any, run: Any) -> None:
        if any(run.folder.requests.glob("*.json")):
            time.sleep(POLLED)
        if event.step % STEPS == 0:
            run.request_stop("enough")


class Interrupt(Callback):
    """As by Ctrl-C: the run can be resumed."""

    def on_batch_ended(self, event: Any, run: Any) -> None:
        if event.step == STEPS:
            signal.raise_signal(signal.SIGINT)


def stopping_soon() -> None:
    """What is trained stops; what would take long is refused."""
    import trainer.baselines.comparison
    import trainer.data.downloads
    import trainer.launch
    import trainer.search.parameter_search
    import trainer.search.rate_range
    from trainer.errors import UsageError

    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise UsageError("test", "not here")

    def stopped(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *arguments, callbacks=(), **more: function(*arguments, callbacks=[*callbacks, StopSoon()], **more)

    trainer.launch.start = stopped(trainer.launch.start)
    trainer.launch.resume = stopped(trainer.launch.resume)
    trainer.baselines.comparison.hold_comparison = refuse
    trainer.search.rate_range.settings_range_test = refuse
    trainer.search.parameter_search.ParameterSearch = refuse  # type: ignore[assignment,misc]
    trainer.data.downloads._fetch = lambda *_: None


# -- whole files -------------------------------------------------------------------------------------------------------


def make_wholes(folder: Path) -> None:
    """Everything that inputs are made from."""
    make_images(folder / "photos", {"cat": 12, "dog": 12})
    _make_runs(folder)
    pictures = folder / "pictures"
    pictures.mkdir()
    for name, content in _pictures():
        (pictures / name).write_bytes(content)
    (folder / "shard.tar").write_bytes(tar_bytes(samples(*"aabbccaabbcc").items()))
    _make_downloads(folder / "downloads")


def _make_runs(folder: Path) -> None:
    from trainer.launch import start
    from trainer.settings import merge

    runs, photos = folder / "runs", str(folder / "photos")
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stderr(printed):
        patch.setenv("EPOCHSCOPE_RUNS", str(runs))
        patch.setenv("EPOCHSCOPE_CACHE", str(folder / "cache"))
        for name, source in (("done", photos), ("digits", "digits")):
            line = ["train", source, "--epochs", "2", "--name", name, "--batch", "4", "--data.valid", "0.3", "--json"]
            with contextlib.redirect_stdout(io.StringIO()):
                assert main([*line, "--model", "softmax"]) == 0, printed.getvalue()
        settings = {"data": {"source": photos, "valid": 0.3}, "train": {"batch": 2, "epochs": 3, "optimizer": "sgd"}}
        result = start(
            merge(settings, {"model": "softmax"}), runs, name="stopped", callbacks=[Interrupt()], signals=True
        )
        assert result.status == "stopped"


def _pictures() -> Iterator[tuple[str, bytes]]:
    """A file of each format, and of its kinds."""
    colour, alpha, grey = noise(40, 30), noise(40, 30, 1, "RGBA"), noise(40, 30, 2, "L")
    deep = Image.fromarray(np.arange(1200, dtype=np.uint16).reshape(30, 40) * 50)
    exif = Image.Exif()
    exif[0x0112], exif[0x0110], exif[0x0132] = 6, "a camera", "2020:01:02 03:04:05"
    made: list[tuple[str, Image.Image, dict[str, Any]]] = [
        ("colour.png", colour, {"exif": exif}),
        ("alpha.png", alpha, {}),
        ("deep.png", deep, {}),
        ("palette.png", colour.quantize(16), {"transparency": 1}),
        ("baseline.jpg", colour, {"exif": exif}),
        ("progressive.jpg", colour, {"progressive": True, "quality": 95}),
        ("cmyk.jpg", colour.convert("CMYK"), {}),
        ("moving.gif", grey, {"save_all": True, "append_images": [colour.convert("P"), grey]}),
        ("plain.bmp", colour, {}),
        ("palette.bmp", colour.quantize(16), {}),
        ("lossy.webp", colour, {"exif": exif}),
        ("lossless.webp", alpha, {"lossless": True}),
        ("moving.webp", colour, {"save_all": True, "append_images": [colour.rotate(90)]}),
        ("raw.tif", colour, {"exif": exif}),
        ("packed.tif", alpha, {"compression": "tiff_lzw"}),
        ("deep.tif", deep, {"compression": "tiff_adobe_deflate"}),
        ("pages.tif", grey, {"save_all": True, "append_images": [grey]}),
        ("colour.ppm", colour, {}),
        ("bits.pbm", grey.convert("1"), {}),
    ]
    for name, image, options in made:
        buffer = io.BytesIO()
        image.save(
            buffer,
            format={"jpg": "JPEG", "tif": "TIFF", "pbm": "PPM"}.get(name[-3:]) or name.rpartition(".")[2],
            **options,
        )
        yield name, buffer.getvalue()
    yield "plain.pgm", b"P2\n# a comment\n4 4\n255\n" + b"1 2 3 4\n" * 4


def _make_downloads(folder: Path) -> None:
    """Small files in the formats of CIFAR-10 and MNIST."""
    draw = np.random.default_rng(0)
    cifar = folder / "cifar-10-batches-py"
    cifar.mkdir(parents=True)
    for name in (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"):
        part = {"data": draw.integers(0, 255, (4, 3072), dtype=np.uint8), "labels": [0, 1, 2, 3]}
        (cifar / name).write_bytes(pickle.dumps(part, 2))
    (cifar / "batches.meta").write_bytes(pickle.dumps({"label_names": [f"class {n}" for n in range(10)]}, 2))
    mnist = folder / "MNIST" / "raw"
    mnist.mkdir(parents=True)
    for part, count in (("train", 6), ("t10k", 3)):
        images = struct.pack(">4B3i", 0, 0, 8, 3, count, 28, 28) + draw.bytes(count * 784)
        (mnist / f"{part}-images-idx3-ubyte").write_bytes(images)
        (mnist / f"{part}-labels-idx1-ubyte").write_bytes(struct.pack(">4Bi", 0, 0, 8, 1, count) + bytes(range(count)))


@cache
def _contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


# -- runs --------------------------------------------------------------------------------------------------------------


def _runs(bench: Bench) -> Path:
    bench.may_change += [bench.inputs / "runs" / ".data"]  # features and pixels that runs share
    return Path(shutil.copytree(bench.wholes / "runs", bench.inputs / "runs"))


def _damage_files(bench: Bench, draw: random.Random, wanted: Callable[[str], bool], most: int = 2) -> None:
    """Changes files of runs, those of which the path is wanted."""
    runs = _runs(bench)
    wholes = _contents(bench.wholes / "runs")
    names = [name for name in wholes if wanted(name)]
    for name in draw.sample(names, min(len(names), draw.randrange(1, most + 1))):
        (runs / name).write_bytes(_changed_file(name, wholes[name], [wholes[other] for other in names], draw))


def _changed_file(name: str, content: bytes, others: list[bytes], draw: random.Random) -> bytes:
    if name.endswith(".json") and draw.random() < 0.6:
        return json.dumps(changed_tree(json.loads(content), draw)).encode()
    if name.endswith(".toml") and draw.random() < 0.6:
        return toml(changed_tree(tomllib.loads(content.decode()), draw)).encode("utf-8", "surrogatepass")
    if name.endswith(".npz") and draw.random() < 0.6:
        return _changed_npz(content, draw)
    if name.endswith(".safetensors") and draw.random() < 0.6:
        return _changed_safetensors(content, draw)
    return several(content, others, draw)


def toml(tree: Any) -> str:
    """Any nested tables as TOML; of a list or a number a table is made."""
    tables = tree if isinstance(tree, dict) else {"a": tree}
    return "".join(f"{json.dumps(str(key))} = {_toml_value(value)}\n" for key, value in tables.items())


def _toml_value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(key))} = {_toml_value(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml_value, value)) + "]"
    if isinstance(value, float):
        return repr(value)
    return json.dumps(value if value is not None else "")


def _changed_npz(content: bytes, draw: random.Random) -> bytes:
    """Members removed, renamed, of another type, shape or order; headers that lie; compressed."""
    with np.load(io.BytesIO(content)) as arrays:
        members = {name: arrays[name] for name in arrays.files}
    name = draw.choice(list(members))
    array = members[name]
    choice = draw.randrange(9)
    if choice == 0:
        del members[name]
    elif choice == 1:
        members[draw.choice(TEXTS).replace("/", "_") or "x"] = members.pop(name)
    elif choice == 2:
        members[name] = array.astype(draw.choice(["<f8", "<i8", "|S3", "<U2", "|b1", "<c8", ">i2", "<M8[s]"]))
    elif choice == 3:
        members[name] = array[None] if draw.random() < 0.5 else array.reshape(-1)[: draw.randrange(5)]
    elif choice == 4:
        values: Any = [np.nan, np.inf, -np.inf, 1e30, -1, 0, 255]
        members[name] = np.full(array.shape, draw.choice(values)).astype(array.dtype)
    elif choice == 5:
        members[name] = np.zeros(array.shape, [("a", "<f4"), ("b", "<i2")])
    buffer = io.BytesIO()
    form = zipfile.ZIP_DEFLATED if choice == 6 else zipfile.ZIP_STORED
    with np.errstate(all="ignore"), zipfile.ZipFile(buffer, "w", form) as archive:
        for key, values in members.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.ascontiguousarray(values), allow_pickle=False)
            data = member.getvalue()
            if choice >= 7 and key == name:
                data = lying_header(draw) + data[len(data) - array.nbytes :]
            archive.writestr(key + ".npy", data)
    return buffer.getvalue()


def lying_header(draw: random.Random) -> bytes:
    """The header of an array that is not there."""
    shape = draw.choice(
        ["(2**40,)", "(1099511627776,)", "(-1,)", "(0, 10000000000000000000000)", "()", "(3, -1)", "(True,)", "(1e9,)",
         "(99999999999999999999999999,)", "-" * 5000 + "1", "(" * 150, "[1]", "((1,),)", "(9" + "9" * 4500 + ",)"]
    )  # fmt: skip
    dtype = draw.choice(["'<f4'", "'|O'", "'<V0'", "'|S0'", "'<f9'", "[('a', '<f4')]", "'<U1000000000'", "'<M8[ns]'"])
    text = f"{{'descr': {dtype}, 'fortran_order': {draw.choice(['False', 'True', '1'])}, 'shape': {shape}, }}\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()


def _changed_safetensors(content: bytes, draw: random.Random) -> bytes:
    """With another header."""
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    text = json.dumps(changed_tree(header, draw)).encode()
    size = draw.choice([len(text)] * 4 + [0, 1, 2**63, 2**64 - 1, 10**8, len(text) + 5])
    return struct.pack("<Q", size) + text + content[8 + length :]


def _looks(draw: random.Random, name: str) -> list[Action]:
    """What only reads a run."""
    found = [
        command("runs", "list"),
        command("runs", "list", "--json"),
        command("runs", "show", name),
        command("runs", "show", name, "--json"),
        command("runs", "diff", name, "digits" if name != "digits" else "done"),
        command("slices", name),
        command("slices", name, "--split", "valid", "--json"),
    ]
    return draw.sample(found, 3)


def _export(bench: Bench, draw: random.Random, name: str) -> Action:
    form = draw.choice(FORMATS)
    return command("export", name, "--format", form, "--out", bench.out / f"it.{form}", codes=LOOKED)


LOOKED = frozenset({0, 3, 4, 5, 6, 9})


def _used(bench: Bench, draw: random.Random, name: str) -> list[Action]:
    """What works with a run, and may write to it."""
    bench.may_change += [bench.inputs / "runs"]
    image = next((bench.wholes / "photos" / "cat").iterdir())
    found = [
        command("resume", name),
        command("resume", name, "--epochs", 5),
        command("evaluate", name),
        command("predict", name, image),
        command("explain", name, image, "--json"),
        command("evaluate", name, "--data", bench.wholes / "photos"),
    ]
    return draw.sample(found, 2)


def _run_target(wanted: Callable[[str], bool], most: int = 2) -> Target:
    def target(bench: Bench, draw: random.Random, number: int) -> Iterable[Action]:
        _damage_files(bench, draw, wanted, most)
        name = draw.choice(["done", "stopped", "done", "stopped", "digits"])
        if number % 2:
            return _used(bench, draw, name)
        return [*_looks(draw, name), _export(bench, draw, name)]

    return target


def requests(bench: Bench, draw: random.Random, number: int) -> Iterable[Action]:
    """Files in the folder of requests of a run that goes on: each is answered, or left, and none ends it."""
    folder = _runs(bench) / "stopped" / "requests"
    bench.may_change += [bench.inputs / "runs"]
    whole = {"id": "x", "attempt": 2, "do": "checkpoint", "when": "step", "from": "window"}
    for place in range(draw.randrange(1, 20)):
        ident = draw.choice([f"{place:03d}", "ö" * 20, "a b", "-", "x" * 200, "\udcff", f"\n{place}"])
        tree = whole | {
            "id": ident,
            "attempt": draw.choice([1, 2, 2, 2]),
            "do": draw.choice(["checkpoint", "pause", "stop", "unpause"]),
        }
        if tree["do"] == "pause":
            tree["attempt"] = 1  # nobody is there to unpause it
        content = json.dumps(tree).encode()
        if draw.random() < 0.7:
            content = (
                json.dumps(changed_tree(tree, draw)).encode() if draw.random() < 0.5 else several(content, [], draw)
            )
        if b'"pause"' in content and b'"attempt": 1' not in content:
            continue
        with contextlib.suppress(OSError):
            Path(folder, f"{ident}.json").write_bytes(content)

    def none_left() -> None:
        left = [path.name for path in folder.iterdir() if path.is_file() and path.suffix == ".json"]
        assert not left, f"not answered: {left}"

    return [command("resume", "stopped"), raising("requests are answered", none_left)]


# -- settings and command lines ----------------------------------------------------------------------------------------


@cache
def _recipes() -> tuple[dict[str, Any], ...]:
    from trainer.resources import resource
    from trainer.settings import Settings

    texts = [path.read_text("utf-8") for path in sorted(resource("recipes").glob("*.toml"))]
    return (*map(tomllib.loads, texts), Settings().model_dump(mode="json"))


def settings(bench: Bench, draw: random.Random, number: int) -> Iterable[Action]:
    """Files of settings, recipes, and spaces of a search."""
    tree = draw.choice(_recipes())
    if draw.random() < 0.6:
        content = toml(changed_tree(tree, draw)).encode("utf-8", "surrogatepass")
    else:
        content = several(toml(tree).encode(), [toml(one).encode() for one in _recipes()], draw)
    file = bench.inputs / "given.toml"
    file.write_bytes(content)
    bench.may_change += [bench.inputs / "runs"]
    small = ("--model", "softmax", "--epochs", "1", "--device", "cpu")
    photos = bench.wholes / "photos"
    return draw.sample(
        [
            command("train", photos, "--settings", file, *small),
            command("train", photos, "--recipe", file, *small, "--json"),
            command("data", "--settings", file),
            command("search", photos, "--space-file", file),
            command("lr-find", photos, "--settings", file),
        ],
        2,
    )


def training(bench: Bench, draw: random.Random, number: int) -> Iterable[Action]:
    """Settings within their limits, however unusual together."""
    from trainer.settings import flags

    values: dict[str, Any] = {}
    skipped = ("data", "threads", "device", "epochs", "model", "mlp", "cnn", "backbone", "head", "compile")
    known = [flag for flag in flags() if not set(flag.path) & set(skipped) and flag.path[0] not in ("callbacks",)]
    for flag in draw.sample(known, draw.randrange(1, 6)):
        values[flag.name] = _value_of(flag, draw)
    words = [word for name, value in values.items() for word in (name, value)]
    bench.may_change += [bench.inputs / "runs"]
    return [command("train", bench.wholes / "photos", "--epochs", 1, "--model", "softmax", "--name", "it", *words)]


def _value_of(flag: Any, draw: random.Random) -> str:
    pool = UNUSUAL.split()
    return draw.choice([*pool, *map(str, getattr(flag, "choices", ()) or ())])


def command_lines(bench: Bench, draw: random.Random, number: int) -> Iterable[Action]:
    """Words that belong to a command, values that do not, and the other way round."""
    _runs(bench)
    bench.may_change += [bench.inputs, bench.here]
    photos = bench.wholes / "photos"
    values = [
        *TEXTS,
        *(str(photos), str(next((photos / "cat").iterdir())), str(bench.wholes / "shard.tar"), "a" * 20_000),
        *PLAIN.split(),
    ]
    values = [value for value in values if "\0" not in value]  # the system takes none
    name, known = draw.choice(_commands())
    words = [name]
    for _ in range(draw.randrange(5)):
        words.append(draw.choice(values))
    for _ in range(draw.randrange(4)):
        flag = draw.choice(known)
        words += [flag, draw.choice(values)] if draw.random() < 0.8 else [f"{flag}={draw.choice(values)}"]
    if draw.random() < 0.1:
        words[draw.randrange(len(words))] = draw.choice(values)
    return [command(*name.split(), *words[1:])]


@cache
def _commands() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each command, and its flags."""
    from trainer.cli.app import build

    app = build()
    found = []
    for name in app:
        if not name.startswith("-"):
            inner = [one for one in app[name] if not one.startswith("-")]
            for more in inner or [""]:
                one = app[name][more] if more else app[name]
                names = {word for argument in one.assemble_argument_collection() for word in argument.names}
                flags = tuple(sorted(word for word in names if word.startswith("--"))) or ("--help",)
                found.append((f"{name} {more}".strip(), flags))
    return tuple(found)


def assist(bench: Bench, draw: random.Random, number: int) -> Iterable[Action]:
    """Lines for the command that answers programs: every line is answered, none by a bug."""
    from trainer.cli.rpc_server import _ACTIONS

    _runs(bench)
    bench.may_change += [bench.inputs / "runs"]
    photos = bench.wholes / "photos"
    lines = []
    for place in range(5):
        ask: Any = {
            "id": place, "do": draw.choice([*_ACTIONS]), "settings": {"data": {"source": str(photos)}}, "run": "done",
            "runs": str(bench.inputs / "runs"), "out": str(bench.out / f"it-{place}"), "n": 2,
            "images": [str(next((photos / "dog").iterdir()))],
        }  # fmt: skip
        if ask["do"] == "rates":
            continue
        line = json.dumps(changed_tree(ask, draw)) if draw.random() < 0.8 else json.dumps(ask)
        content = line.encode() if draw.random() < 0.8 else damaged(line.encode(), [], draw)
        lines.append(content.replace(b"\n", b" "))

    def ask_all() -> int:
        sys.stdin = io.TextIOWrapper(io.BytesIO(b"\n".join(lines)))
        return main(["assist"])

    def no_bugs() -> None:
        log = bench.cache / "errors.log"
        assert not log.exists(), f"{lines!r}\n{log.read_text('utf-8')}"

    return [Action(("assist",), ask_all), raising("no bug", no_bugs)]


# -- data --------------------------------------------------------------------------------------------------------------


def _data(bench: Bench, draw: random.Random, source: Path, *more: object) -> list[Action]:
    bench.may_change += [bench.inputs / "runs"]
    found = [
        command("data", source, *more),
        command("data", source, "--json", "--skip-bad", *more),
        command("train", source, "--epochs", 1, "--model", "softmax", "--skip-bad", *more),
    ]
    return [draw.choice(found)]


def edits(bench: Bench, draw: random.Random, number: int) -> Iterable[Action]:
    """Decisions about labels."""
    rows = ["path,digest,action,class,when"]
    for place in range(draw.randrange(6)):
        cells = [
            f"cat/{place:03d}.png",
            "",
            draw.choice(["relabel", "leave_out", "fine"]),
            "dog",
            "2026-01-01T00:00:00Z",
        ]
        if draw.random() < 0.4:
            cells[draw.randrange(5)] = str(hostile_value(draw))
        rows.append(",".join(cells))
    content = "\n".join(rows).encode("utf-8", "replace")
    file = bench.inputs / "edits.csv"
    file.write_bytes(several(content, [], draw) if draw.random() < 0.7 else content)
    return _data(bench, draw, bench.wholes / "photos", "--edits", file)


def tables(bench: Bench, draw: random.Random, number: int) -> Iterable[Action]:
    """Lists of images and their labels."""
    photos = Path(shutil.copytree(bench.wholes / "photos", bench.inputs / "photos"))
    rows = [draw.choice(["path,label,split", "path;label;split", "file,class", "path,label"])]
    for path in sorted(photos.rglob("*.png")):
        cells = [
            path.relative_to(photos).as_posix(),
            path.parent.name,
            draw.choice(["", "train", "train", "test", "valid"]),
        ]
        if draw.random() < 0.1:
            cells[draw.randrange(3)] = str(hostile_value(draw))
        rows.append(draw.choice([",", ",", ",", ";"]).join(cells))
    content = "\n".join(rows).encode("utf-8", "replace")
    file = photos / "labels.csv"
    file.write_bytes(several(content, [], draw) if draw.random() < 0.6 else content)
    if draw.random() < 0.3:
        bench.may_change += [bench.inputs / "runs"]
        _runs(bench)
        return [command("evaluate", "done", "--data", file)]
    return _data(bench, draw, file)


def images(bench: Bench, draw: random.Random, number: int) -> Iterable[Action]:
    """Picture files."""
    pictures = _contents(bench.wholes / "pictures")
    folder = bench.inputs / "photos"
    for label in ("a", "b"):
        (folder / label).mkdir(parents=True)
        for place in range(2):
            shutil.copy(bench.wholes / "photos" / "cat" / f"00{place}.png", folder / label)
    some = []
    for name in draw.sample(list(pictures), 4):
        path = folder / "a" / name
        path.write_bytes(several(pictures[name], list(pictures.values()), draw))
        some.append(path)
    if draw.random() < 0.5:
        return _data(bench, draw, folder)
    _runs(bench)
    used = [
        command("predict", "done", *some),
        command("predict", "done", folder, "--sort-into", bench.out / "sorted"),
        command("explain", "done", some[0], "--out", bench.out / "it.png"),
        command("evaluate", "done", "--data", folder, "--skip-bad", "--skip-unknown"),
    ]
    return [draw.choice(used)]


def shards(bench: Bench, draw: random.Random, number: int) -> Iterable[Action]:
    """Tar files."""
    whole = (bench.wholes / "shard.tar").read_bytes()
    folder = bench.inputs / "shards"
    folder.mkdir()
    for name in draw.sample(["train-000.tar", "train-001.tar", "test-000.tar"], 2):
        content = several(whole, [], draw)
        if draw.random() < 0.3:
            members = samples(*(str(hostile_value(draw))[:300] for _ in range(4)))
            content = tar_bytes(
                [
                    (draw.choice([name, name, "../" + name, "/" + name, "a/" * 90 + name]), data)
                    for name, data in members.items()
                ]
            )
        (folder / name).write_bytes(content)
    if draw.random() < 0.3:
        classes = json.dumps(changed_tree({"classes": ["a", "b", "c"]}, draw)).encode()
        (folder / "dataset.json").write_bytes(classes if draw.random() < 0.5 else damaged(classes, [], draw))
    return _data(bench, draw, folder)


def weights(bench: Bench, draw: random.Random, number: int) -> Iterable[Action]:
    """Weights of a network, from a stranger: of safetensors, and of torch.save."""
    import torch
    from safetensors.torch import save

    from trainer.pretrained.weights import _read

    tensors = {"a": torch.zeros(3, 4), "b": torch.zeros(5, dtype=torch.int64)}
    if draw.random() < 0.5:
        content, suffix = save(tensors), "safetensors"
        content = _changed_safetensors(content, draw) if draw.random() < 0.5 else several(content, [], draw)
    else:
        buffer = io.BytesIO()
        torch.save({"state_dict": tensors}, buffer)
        content, suffix = several(buffer.getvalue(), [], draw), "pt"
    file = bench.inputs / f"it.{suffix}"
    file.write_bytes(content)
    return [raising(f"weights {file}", lambda: _read(file))]


def downloads(bench: Bench, draw: random.Random, number: int) -> Iterable[Action]:
    """The files of CIFAR-10 and MNIST in the folder that they are read from."""
    from trainer.data.downloads import load_download
    from trainer.data.image_set import no_progress

    root = Path(shutil.copytree(bench.wholes / "downloads", bench.inputs / "downloads"))
    wholes = _contents(bench.wholes / "downloads")
    source = draw.choice(["cifar10", "mnist"])
    names = [name for name in wholes if ("cifar" in name) == (source == "cifar10")]
    for name in draw.sample(names, draw.randrange(1, 3)):
        (root / name).write_bytes(several(wholes[name], [wholes[other] for other in names], draw))
    return [raising(source, lambda: load_download(source, None, str(root), no_progress))]


def cached_files(bench: Bench, draw: random.Random, number: int) -> Iterable[Action]:
    """What was cached earlier: it is made again."""
    photos = bench.wholes / draw.choice(["photos", "shard.tar"])

    def first() -> int:
        code = main(["data", str(photos)])
        files = sorted(path for path in bench.cache.rglob("*") if path.is_file())
        for path in draw.sample(files, 1):
            content = path.read_bytes()
            json_too = path.suffix == ".json" and draw.random() < 0.6
            path.write_bytes(
                json.dumps(changed_tree(json.loads(content), draw)).encode() if json_too else several(content, [], draw)
            )
        return code

    return [Action(("data", str(photos)), first), command("data", photos, codes=frozenset({0})), command("cache")]


def folders(bench: Bench, draw: random.Random, number: int) -> Iterable[Action]:
    """Trees of folders with whatever can be in one."""
    root = bench.inputs / "photos"
    root.mkdir()
    places = [root]
    picture = (bench.wholes / "photos" / "cat" / "000.png").read_bytes()
    for place in range(draw.randrange(3, 25)):
        above = draw.choice(places)
        name = draw.choice(
            [
                "train",
                "test",
                "val",
                "a",
                "b",
                "cat.png",
                "x.jpg",
                "x.tar",
                "labels.csv",
                "state.json",
                " ",
                "é",
                "e\u0301",
                "n" * 250,
                "\udcff",
                "a\nb",
                ".hidden",
                "CON",
                "-x",
                "dataset_dict.json",
            ]
        ) + draw.choice(["", "", str(place), ".png"])
        with contextlib.suppress(OSError):
            _make_something(above / name, places, picture, draw)
    if draw.random() < 0.3:
        _runs(bench)
        return [
            draw.choice(
                [
                    command("predict", "done", root),
                    command("evaluate", "done", "--data", root, "--skip-bad", "--skip-unknown"),
                    command("predict", "done", *root.iterdir()),
                ]
            )
        ]
    return _data(bench, draw, root)


def _make_something(path: Path, places: list[Path], picture: bytes, draw: random.Random) -> None:
    if os.path.lexists(path):
        return
    match draw.randrange(8):
        case 0 | 1 | 2:
            path.mkdir()
            places.append(path)
        case 3 | 4:
            path.write_bytes(picture)
        case 5:
            os.mkfifo(path)
        case 6:
            path.symlink_to(
                draw.choice([*map(str, places), "nowhere", path.name, "/dev/zero", "/dev/tty", "/proc/self/mem"])
            )
        case _:
            path.write_bytes(b"")
            path.chmod(draw.choice([0, 0o600]))


def _deep_json(depth: int) -> bytes:
    return json.dumps(nested(1, 500)).encode() if depth < 500 else b"[" * depth + b"]" * depth


TARGETS: dict[str, Target] = {
    "run settings": _run_target(lambda name: name.endswith("run.toml"), 1),
    "journals": _run_target(lambda name: name.endswith(("journal.jsonl", "metrics.csv"))),
    "checkpoints": _run_target(lambda name: name.endswith(".safetensors")),
    "arrays": _run_target(lambda name: name.endswith(".npz")),
    "records": _run_target(lambda name: name.endswith((".json", ".txt")), 3),
    "requests": requests,
    "settings": settings,
    "training": training,
    "command lines": command_lines,
    "assist": assist,
    "edits": edits,
    "tables": tables,
    "images": images,
    "shards": shards,
    "weights": weights,
    "downloads": downloads,
    "cached files": cached_files,
    "folders": folders,
}
