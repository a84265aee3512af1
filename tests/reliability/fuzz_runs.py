"""Files of runs and requests, fuzzed."""

from __future__ import annotations

import contextlib
import io
import json
import random
import shutil
import struct
import tomllib
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from tests.reliability.fuzz_wholes import contents
from tests.reliability.fuzzing import Action, Bench, Target, command, raising
from tests.reliability.mutators import TEXTS, changed_tree, several

FORMATS = ("safetensors", "csv", "json", "report", "figures", "predictions")


def copied_runs(bench: Bench) -> Path:
    bench.may_change += [bench.inputs / "runs" / ".data"]  # features and pixels that runs share
    return Path(shutil.copytree(bench.wholes / "runs", bench.inputs / "runs"))


def damage_files(bench: Bench, draw: random.Random, wanted: Callable[[str], bool], most: int = 2) -> None:
    """Changes files of runs, those of which the path is wanted."""
    runs = copied_runs(bench)
    wholes = contents(bench.wholes / "runs")
    names = [name for name in wholes if wanted(name)]
    for name in draw.sample(names, min(len(names), draw.randrange(1, most + 1))):
        (runs / name).write_bytes(changed_file(name, wholes[name], [wholes[other] for other in names], draw))


def changed_file(name: str, content: bytes, others: list[bytes], draw: random.Random) -> bytes:
    if name.endswith(".json") and draw.random() < 0.6:
        return json.dumps(changed_tree(json.loads(content), draw)).encode()
    if name.endswith(".toml") and draw.random() < 0.6:
        return toml(changed_tree(tomllib.loads(content.decode()), draw)).encode("utf-8", "surrogatepass")
    if name.endswith(".npz") and draw.random() < 0.6:
        return changed_npz(content, draw)
    if name.endswith(".safetensors") and draw.random() < 0.6:
        return changed_safetensors(content, draw)
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


def changed_npz(content: bytes, draw: random.Random) -> bytes:
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


def changed_safetensors(content: bytes, draw: random.Random) -> bytes:
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


def run_target(wanted: Callable[[str], bool], most: int = 2) -> Target:
    def target(bench: Bench, draw: random.Random, number: int) -> Iterable[Action]:
        damage_files(bench, draw, wanted, most)
        name = draw.choice(["done", "stopped", "done", "stopped", "digits"])
        if number % 2:
            return _used(bench, draw, name)
        return [*_looks(draw, name), _export(bench, draw, name)]

    return target


def requests(bench: Bench, draw: random.Random, number: int) -> Iterable[Action]:
    """Files in the folder of requests of a run that goes on: each is answered, or left, and none ends it."""
    folder = copied_runs(bench) / "stopped" / "requests"
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
