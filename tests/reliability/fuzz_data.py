"""Images, tables, archives, weights and folders, fuzzed."""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import shutil
from collections.abc import Iterable
from pathlib import Path

from tests.data.tar_shards import samples, tar_bytes
from tests.reliability.fuzz_runs import changed_safetensors, copied_runs
from tests.reliability.fuzz_wholes import contents
from tests.reliability.fuzzing import Action, Bench, command, raising
from tests.reliability.mutators import changed_tree, damaged, hostile_value, nested, several
from trainer.cli import main


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
        copied_runs(bench)
        return [command("evaluate", "done", "--data", file)]
    return _data(bench, draw, file)


def images(bench: Bench, draw: random.Random, number: int) -> Iterable[Action]:
    """Picture files."""
    pictures = contents(bench.wholes / "pictures")
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
    copied_runs(bench)
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
        content = changed_safetensors(content, draw) if draw.random() < 0.5 else several(content, [], draw)
    else:
        buffer = io.BytesIO()
        torch.save({"state_dict": tensors}, buffer)
        content, suffix = several(buffer.getvalue(), [], draw), "pt"
    file = bench.inputs / f"it.{suffix}"
    file.write_bytes(content)
    return [raising(f"weights {file}", lambda: _read(file))]


def models(bench: Bench, draw: random.Random, number: int) -> Iterable[Action]:
    """Exported models from a stranger, ONNX among them: opened as models, taken for weights and for images."""
    from trainer.export.weights import open_weights
    from trainer.pretrained.weights import _read

    wholes = contents(bench.wholes / "models")
    name = draw.choice(list(wholes))
    content = wholes[name]
    if name.endswith(".safetensors") and draw.random() < 0.5:
        content = changed_safetensors(content, draw)
    else:
        content = several(content, list(wholes.values()), draw)
    file = bench.inputs / draw.choice([name, *(f"it{ending}" for ending in (".pt", ".safetensors", ".png"))])
    file.write_bytes(content)

    def open_it() -> None:
        with contextlib.suppress(ValueError):
            open_weights(file)

    copied_runs(bench)
    opened = [raising(f"open {file}", open_it), raising(f"weights {file}", lambda: _read(file))]
    return [*opened, command("predict", "done", file)]


def data_sets(bench: Bench, draw: random.Random, number: int) -> Iterable[Action]:
    """Folders as Hugging Face's `datasets` saves them."""
    root = Path(shutil.copytree(bench.wholes / "data-set", bench.inputs / "data-set"))
    wholes = contents(bench.wholes / "data-set")
    for name in draw.sample(list(wholes), min(len(wholes), draw.randrange(1, 3))):
        if name.endswith(".json") and draw.random() < 0.7:
            content = json.dumps(changed_tree(json.loads(wholes[name]), draw)).encode()
        else:
            content = several(wholes[name], list(wholes.values()), draw)
        (root / name).write_bytes(content)
    return _data(bench, draw, draw.choice([root, root, root / "train"]))


def downloads(bench: Bench, draw: random.Random, number: int) -> Iterable[Action]:
    """The files of CIFAR-10 and MNIST in the folder that they are read from."""
    from trainer.data.downloads import load_download
    from trainer.data.read_options import ReadOptions

    root = Path(shutil.copytree(bench.wholes / "downloads", bench.inputs / "downloads"))
    wholes = contents(bench.wholes / "downloads")
    source = draw.choice(["cifar10", "mnist"])
    names = [name for name in wholes if ("cifar" in name) == (source == "cifar10")]
    for name in draw.sample(names, draw.randrange(1, 3)):
        (root / name).write_bytes(several(wholes[name], [wholes[other] for other in names], draw))
    return [raising(source, lambda: load_download(source, ReadOptions(root=str(root))))]


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


NAMES = [
    "train", "test", "val", "a", "b", "cat.png", "x.jpg", "x.tar", "labels.csv", "state.json",
    " ", "é", "e\u0301", "n" * 250, "\udcff", "a\nb", ".hidden", "CON", "-x", "dataset_dict.json",
]  # fmt: skip
"""Of files and folders: splits, archives, records of ours and of others, and what some platform refuses."""


def folders(bench: Bench, draw: random.Random, number: int) -> Iterable[Action]:
    """Trees of folders with whatever can be in one."""
    root = bench.inputs / "photos"
    root.mkdir()
    places = [root]
    picture = (bench.wholes / "photos" / "cat" / "000.png").read_bytes()
    for place in range(draw.randrange(3, 25)):
        above = draw.choice(places)
        name = draw.choice(NAMES) + draw.choice(["", "", str(place), ".png"])
        with contextlib.suppress(OSError):
            _make_something(above / name, places, picture, draw)
    if draw.random() < 0.3:
        copied_runs(bench)
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
