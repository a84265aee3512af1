"""What commands print with `--json`, outlined from what they print about a small run."""

from __future__ import annotations

import contextlib
import io
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docs.markdown import fenced
from trainer.cli import main
from trainer.events import SPLITS

COMMANDS = (
    ("runs list", "A list: one entry per run, the newest first."),
    ("runs show first", "One run: settings, environment, epochs, checkpoints, evaluations."),
    ("runs diff first second", "Two runs: what differs in settings and metrics, with intervals."),
    ("evaluate first", "The metrics of the best weights on each split."),
    ("predict first {image}", "The predictions, and the images that cannot be read."),
    ("explain first {image}", "Where the model looked in an image, and the most similar training images."),
    ("slices first", "Where the run fails: the worst slices first."),
    ("data digits", "A check of a data set: classes, sizes, problems."),
    ("describe", "Settings, recipes, models, data sets, callbacks, versions, folders."),
    ("lr-find digits --steps 20", "A learning-rate range test: the curve, and the proposal of each rule."),
    ("cache", "What the cache holds, and how much space it takes."),
)
TRAINED = (
    "train digits --name first --epochs 1 --samples 200",
    "train digits --name second --epochs 1 --samples 200 --lr 0.01",
)
MAPS = {"versions", "split_sizes", "sizes", "counts", "callback_seconds", "splits", "probabilities", "proposals"}
"""Keys whose mappings have names of data as keys: one of them stands for all."""


def outputs() -> Iterator[str]:
    """The outline of each command's document."""
    kept = {name: os.environ.get(name) for name in ("EPOCHSCOPE_RUNS", "EPOCHSCOPE_CACHE")}
    with tempfile.TemporaryDirectory() as place:
        os.environ.update(EPOCHSCOPE_RUNS=f"{place}/runs", EPOCHSCOPE_CACHE=f"{place}/cache")
        try:
            yield from _outputs(Path(place))
        finally:
            for name, value in kept.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})


def _outputs(place: Path) -> Iterator[str]:
    from PIL import Image

    image = place / "image.png"
    Image.new("L", (8, 8)).save(image)
    for line in TRAINED:
        _run(line)
    for line, about in COMMANDS:
        document = json.loads(_run(f"{line} --json".format(image=image)))
        yield from [f"## epochscope {line.format(image='IMAGE')} --json", "", about, ""]
        yield from fenced("\n".join(_outline(document, "")), "yaml")


def _run(line: str) -> str:
    """What a command prints; raises RuntimeError where it fails."""
    printed, notes = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(notes):
        code = main(line.split())
    if code:
        raise RuntimeError(f"epochscope {line} ended with {code}: {notes.getvalue()}")
    return printed.getvalue()


def _outline(value: Any, indent: str, key: str = "") -> Iterator[str]:
    """A line per key: its name, and the type of what it holds."""
    if isinstance(value, dict):
        items = list(value.items())
        if key in ("settings", "values") and "train" in value:
            yield "as in run.toml"
            return
        if items and (key in MAPS or value.keys() <= set(SPLITS)):
            items = [("<split>" if value.keys() <= set(SPLITS) else "<name>", items[0][1])]
        for name, item in items:
            inner = list(_outline(item, indent + "  ", name))
            short = len(inner) == 1 and not inner[0].startswith(" ")
            yield from [f"{indent}{name}: {inner[0]}"] if short else [f"{indent}{name}:", *inner]
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        merged: dict[str, Any] = {}
        for item in value:
            merged |= {name: inner for name, inner in item.items() if merged.get(name) in (None, [], {})}
        inner = list(_outline(merged, indent + "  "))
        yield from [f"{indent}- {inner[0].strip()}", *inner[1:]]
    elif isinstance(value, list):
        yield f"list of {_outlined(value)}" if value else "list"
    else:
        yield _type(value)


def _outlined(value: list[Any]) -> str:
    kinds = dict.fromkeys("list" if isinstance(item, list) else _type(item) for item in value)
    return " or ".join(kinds)


def _type(value: Any) -> str:
    names = {bool: "true or false", int: "whole number", float: "number", str: "text", type(None): "null"}
    return names[type(value)]
