"""Killed at random microseconds while images are decoded, features computed, a run evaluated, mapped, exported."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load

from tests.crash_counts import Count
from tests.gui.engine_processes import REPOSITORY
from tests.reliability.harness import assert_same, evaluation, scramble
from tests.reliability.nursery import Nursery, nursery
from tests.reliability.test_kills import COMMANDS, QuickDisk, check_after_kill, kill_and_resume, leftovers
from trainer.callback import Callback
from trainer.cli import main
from trainer.events import BatchEnded
from trainer.launch import resume, start
from trainer.settings import merge
from trainer.store import durable, requests
from trainer.store.folder import RunFolder, is_run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks and timers of POSIX")
QUICK = 3
SPLITS = ("train", "valid", "test")

# -- while a run gets ready ------------------------------------------------------------------------------------------


def settings(images: Path) -> dict[str, Any]:
    """Images of a folder are decoded, written to the cache and published for viewers; an epoch takes six steps."""
    return {
        "model": "mlp",
        "mlp": {"hidden": 8, "layers": 1},
        "data": {"source": str(images)},
        "train": {"epochs": 2, "batch": 8, "device": "cpu", "threads": 1},
        "checkpoint": {"every_steps": 4},
    }


def pretrained_settings(images: Path) -> dict[str, Any]:
    """Features are computed by a network with random weights, and a head is trained on them."""
    return settings(images) | {"model": "efficientnet_lite0", "backbone": {"weights": "none", "size": 32}}


class Asks(Callback):
    """A window that wants checkpoints."""

    def on_batch_ended(self, event: BatchEnded, run: Any) -> None:
        if event.step % 3 == 1:
            requests.post(run.folder, "checkpoint", source="window")
            time.sleep(0.12)  # somebody looks ten times a second


def train(images: Path, wanted: str, folder: Path, number: int) -> None:
    """What the process does: as `epochscope train` and `resume`, with a cache beside the run."""
    durable.seam = QuickDisk()
    os.environ["EPOCHSCOPE_CACHE"] = str(folder.parent / "cache")
    scramble(number)
    callbacks: list[Callback] = [Asks()] if wanted == "requests" else []
    if is_run(folder):
        resume(RunFolder(folder), callbacks=callbacks)
    else:
        model = pretrained_settings(images) if wanted == "features" else settings(images)
        start(merge(model), folder.parent, name=folder.name, callbacks=callbacks)


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24, 6 and 6 images of each of two classes, that a colour tells apart."""
    folder = tmp_path_factory.mktemp("photos")
    draw = np.random.default_rng(0)
    for split, count in zip(SPLITS, (24, 6, 6), strict=True):
        for number, name in enumerate(("blue", "red")):
            place = folder / split / name
            place.mkdir(parents=True)
            for image in range(count):
                pixels = draw.integers(0, 160, (16, 20, 3), dtype=np.uint8)
                pixels[..., 2 - 2 * number] += 90
                Image.fromarray(pixels).save(place / f"{image:02}.png")
    return folder


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    with nursery(tmp_path_factory.mktemp("nursery") / "errors.txt") as made:
        yield made


TIMES = {"decoding": (1e-6, 0.5), "features": (1e-6, 0.9), "requests": (1e-6, 1.0)}
"""Between these shares of the time that it takes a run is killed: while it does what the moment is called after."""


def kill_a_run(moment: str, kills: int, images: Path, folder: Path, place: Nursery) -> int:
    """How often it was killed."""
    work = partial(train, images, moment)
    place.run(work, folder / "whole" / "run", 0)
    whole = RunFolder(folder / "whole" / "run")
    moments = kill_and_resume(kills, 1, folder, whole, place, work, TIMES[moment])
    return moments.total()


@pytest.mark.parametrize("moment", ["decoding", "requests"])
def test_killed_while_a_run_gets_ready(moment: str, images: Path, tmp_path: Path, place: Nursery, count: Count) -> None:
    count("kills", kill_a_run(moment, QUICK, images, tmp_path, place))


@pytest.mark.crash
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("moment", TIMES)
def test_killed_often_while_a_run_gets_ready(
    moment: str, images: Path, tmp_path: Path, place: Nursery, count: Count, kills: int
) -> None:
    count("kills", kill_a_run(moment, kills, images, tmp_path, place))


@pytest.mark.crash
@pytest.mark.timeout(1200)
def test_killed_while_modules_are_imported(
    images: Path, tmp_path: Path, place: Nursery, count: Count, kills: int
) -> None:
    """In a new interpreter, from its first instruction on."""
    work = partial(train, images, "decoding")
    place.run(work, tmp_path / "whole" / "run", 0)
    whole, draw, killed = RunFolder(tmp_path / "whole" / "run"), random.Random(0), 0
    text = "import sys, pathlib; from tests.reliability.test_kills_of_commands import train; "
    text += "train(pathlib.Path(sys.argv[1]), 'decoding', pathlib.Path(sys.argv[2]), 0)"
    for number in range(1 + kills // 3):  # each takes seconds
        run = RunFolder(tmp_path / str(number) / "run")
        command = [sys.executable, "-W", "ignore", "-c", text, str(images), str(run.path)]
        process = subprocess.Popen(command, cwd=REPOSITORY)
        time.sleep(draw.uniform(0.0, 5.0))
        process.kill()
        killed += process.wait() == -signal.SIGKILL
        check_after_kill(run)
        place.run(work, run.path, 1)
        assert_same(run, whole)
        assert leftovers(run) == []
        shutil.rmtree(run.path.parent)
    count("kills", killed)


# -- commands and the window's helper on a completed run -------------------------------------------------------------


def lines(*asked: dict[str, Any]) -> bytes:
    return b"".join(json.dumps({"id": number, **ask}).encode() + b"\n" for number, ask in enumerate(asked))


def call(root: Path, words: list[str], asked: bytes) -> None:
    """What the process does."""
    durable.seam = QuickDisk()
    os.environ["EPOCHSCOPE_CACHE"] = str(root / "cache")
    answers = root / "answers.txt"
    with answers.open("w") as out, contextlib.redirect_stdout(out):
        reading, writing = os.pipe()
        os.write(writing, asked)
        os.close(writing)
        sys.stdin = os.fdopen(reading)
        assert main(words) == 0
    if asked:
        told = [json.loads(line) for line in answers.read_text("utf-8").splitlines()]
        assert all("progress" in one or one.get("ok") for one in told), told


FORMATS = ("safetensors", "pt", "csv", "json", "report", "figures", "huggingface")
CALLS = ("evaluate", "map", "assist", *FORMATS)


def words_of(name: str, root: Path, images: Path) -> tuple[list[str], bytes]:
    """A command line, and what the helper of a window is asked."""
    common = ["--runs", str(root)]
    if name in FORMATS:
        return ["export", "run", "--format", name, "--out", str(root / "out" / name), "--force", *common], b""
    if name == "assist":
        about = {"run": "run", "runs": str(root)}
        some = [str(path) for path in sorted((images / "test").rglob("*.png"))[:4]]
        return ["assist"], lines(
            about | {"do": "map"},
            about | {"do": "evaluate"},
            about | {"do": "predict", "images": some},
            about | {"do": "slices", "split": "test", "out": str(root / "out" / "slices.npz")},
            about | {"do": "explain", "split": "valid", "place": 1, "label": 0, "out": str(root / "out" / "map.npz")},
        )
    return ["evaluate", "run", *(["--map"] if name == "map" else []), *common], b""


def content(folder: Path) -> dict[str, bytes]:
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if durable.TEMP_SUFFIX not in name}


def untouched(run: RunFolder) -> dict[str, bytes]:
    """Everything that an evaluation does not write."""
    return {name: data for name, data in content(run.path).items() if not name.startswith(("evaluation/", "calibr"))}


def equal(found: dict[str, Any], expected: dict[str, Any]) -> bool:
    return found.keys() == expected.keys() and all(np.array_equal(found[name], expected[name]) for name in expected)


def kill_a_command(name: str, kills: int, images: Path, folder: Path, place: Nursery) -> int:
    """The run is as before, what is written is old or new, and begun again it comes to the same."""
    place.run(partial(train, images, "decoding"), folder / "run", 0)
    (folder / "out").mkdir()
    run, draw, killed = RunFolder(folder / "run"), random.Random(0), 0
    words, asked = words_of(name, folder, images)
    place.run(call, folder, words, asked)
    first = content(folder / "out")
    time.sleep(1.1)  # some files say in which second they were made
    seconds = place.run(call, folder, words, asked).seconds
    second, judged, before = content(folder / "out"), evaluation(run), untouched(run)
    fixed = {name: data for name, data in second.items() if first[name] == data}
    weights = {name: load(data) for name, data in second.items() if name.endswith(".safetensors")}
    while killed < kills:
        killed += place.run(call, folder, words, asked, kill_after=draw.uniform(1e-6, seconds)).killed
        check_after_kill(run)
        assert untouched(run) == before
        found = content(folder / "out")
        assert found.keys() == second.keys()
        assert fixed.items() <= found.items()
        assert all(equal(load(found[name]), expected) for name, expected in weights.items())
    place.run(call, folder, words, asked)
    assert evaluation(run) == judged
    assert untouched(run) == before
    assert content(folder / "out").keys() == second.keys()
    if name in ("evaluate", "map", "assist"):
        assert leftovers(run) == []
    return killed


@pytest.mark.parametrize("name", ["evaluate"])
def test_a_command_is_killed(name: str, images: Path, tmp_path: Path, place: Nursery, count: Count) -> None:
    count("kills", kill_a_command(name, QUICK, images, tmp_path, place))


@pytest.mark.crash
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", CALLS)
def test_a_command_is_killed_often(
    name: str, images: Path, tmp_path: Path, place: Nursery, count: Count, kills: int
) -> None:
    count("kills", kill_a_command(name, kills, images, tmp_path, place))


@pytest.mark.crash
@pytest.mark.timeout(1200)
def test_killed_while_replaying_to_a_tracker(
    images: Path, tmp_path: Path, place: Nursery, count: Count, kills: int
) -> None:
    """Its folder is there when it is whole, and what was left goes with the next export."""
    pytest.importorskip("tensorboard", reason="the extra tensorboard is not installed")
    place.run(partial(train, images, "decoding"), tmp_path / "run", 0)
    draw, killed, out = random.Random(0), 0, tmp_path / "out"
    words = ["export", "run", "--format", "tensorboard", "--out", str(out / "tensorboard"), "--runs", str(tmp_path)]
    out.mkdir()
    place.run(call, tmp_path, words, b"")
    shutil.rmtree(out / "tensorboard")
    seconds = place.run(call, tmp_path, words, b"").seconds
    whole = sizes(out / "tensorboard")
    assert whole
    while killed < kills:
        shutil.rmtree(out / "tensorboard", ignore_errors=True)
        killed += place.run(call, tmp_path, words, b"", kill_after=draw.uniform(1e-6, seconds)).killed
        if (out / "tensorboard").exists():
            assert sizes(out / "tensorboard") == whole
    shutil.rmtree(out / "tensorboard", ignore_errors=True)
    place.run(call, tmp_path, words, b"")
    assert [path.name for path in out.iterdir()] == ["tensorboard"]
    count("kills", killed)


def sizes(folder: Path) -> list[int]:
    """Of the files: their names and contents hold times."""
    return sorted(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    """Its share, for each test of this file."""
    return max(1, round(int(request.config.getoption("kills")) * COMMANDS / (len(TIMES) + len(CALLS) + 2)))
