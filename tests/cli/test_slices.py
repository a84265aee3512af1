"""`slices`: a run that fails on the photographs of one camera, at night."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import Cli
from trainer.cli.rpc_helper import Helper
from trainer.cli.rpc_server import answer
from trainer.metrics.classification import Metrics, confusion
from trainer.metrics.outputs import Outputs
from trainer.store.arrays import read_arrays, write_arrays
from trainer.store.folder import RunFolder
from trainer.store.run_creation import create_run
from trainer.store.thumbnails import SplitImages, publish

CLASSES = ("cat", "dog[bold]")
COUNT, KEY = 240, "0123456789abcdef"
TRUE = np.arange(COUNT) % 2
BAD = np.arange(COUNT) // 2 % 6 == 0
ANSWERS = np.where(BAD & (np.arange(COUNT) // 12 % 3 > 0), 1 - TRUE, TRUE)


def write_run(root: Path, *, count: int = COUNT, source: str = "digits", paths: bool = True) -> RunFolder:
    """Published, and evaluated on its test images."""
    places = range(count)
    names = [f"{CLASSES[TRUE[i]]}/cam{1 + BAD[i]}_{i:03}.jpg" if paths else "" for i in places]
    pixels = np.random.default_rng(0).integers(0, 256, (count, 4, 4, 3), dtype=np.uint8)
    publish(root, KEY, CLASSES, {"test": SplitImages(pixels, TRUE[:count], [(8, 8)] * count, names)})
    folder = create_run(root, "monday")
    folder.run_toml.write_text(f'model = "softmax"\n[data]\nsource = "{source}"\n', "utf-8")
    folder.environment.write_text(json.dumps({"data_fingerprint": KEY}), "utf-8")
    about = {"split": "test", "weights": "best", "classes": CLASSES, "seconds": 0.1}
    about |= Metrics.from_confusion(confusion(TRUE[:count], ANSWERS[:count], 2), float(count)).fields()
    (folder.evaluation / "test.json").write_text(json.dumps(about), "utf-8")
    blank = np.zeros(count, np.float32)
    outputs = Outputs(ANSWERS[:count], ANSWERS[:count].astype(np.uint16), blank.astype(np.float16), blank)
    write_arrays(folder.evaluation / "test.npz", **outputs.arrays())
    return folder


@pytest.fixture
def root(runs: Path) -> Path:
    runs.mkdir()
    return runs


def test_the_worst_slice_is_found(cli: Cli, root: Path) -> None:
    write_run(root)
    answer = cli("slices", "monday")
    assert (answer.code, answer.err) == (0, "")
    lines = [line.strip() for line in answer.out.splitlines()]
    assert f"{COUNT} images, {int((ANSWERS != TRUE).sum())} wrong" in lines[0]
    first = lines[lines.index(next(line for line in lines if line.startswith("slice "))) + 1]
    assert first.startswith("name: cam2")
    assert str(int(BAD.sum())) in first.split()
    assert any("--by FACT" in line and "brightness" in line and "name" in line for line in lines)


def test_all_slices_by_a_fact_and_of_a_pattern(cli: Cli, root: Path) -> None:
    write_run(root)
    answer = cli("slices", "monday", "--by", "class", "--match", "*cam2*")
    assert answer.code == 0
    assert "class: dog[bold]" in answer.out
    assert "pattern: *cam2*" in answer.out
    document = cli("slices", "monday", "--by", "name", "--json").document
    assert [one["word"] for one in document["slices"]] == ["cam1", "cam2"]
    worse = document["slices"][1]
    right = float((ANSWERS == TRUE)[BAD].mean())
    assert (worse["verdict"], worse["images"], worse["accuracy"]) == ("worse", int(BAD.sum()), right)
    assert worse["accuracy_interval"][0] <= right <= worse["accuracy_interval"][1]
    assert document["worst"][0]["word"] == "cam2"
    assert document["worst"][0]["false_discovery_rate"] < 0.05


def test_camera_and_time_are_read_from_the_photographs(cli: Cli, root: Path, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    write_run(root, source=photos.as_posix())
    for i in range(COUNT):
        path = photos / CLASSES[TRUE[i]] / f"cam{1 + BAD[i]}_{i:03}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        exif = Image.Exif()
        exif[0x8769] = {0x9003: f"2024:05:01 {3 if BAD[i] else 13:02}:00:00"}
        Image.new("RGB", (4, 4)).save(path, exif=exif)
    found = cli("slices", "monday", "--by", "daytime", "--json").document
    assert {one["word"]: one["verdict"] for one in found["slices"]} == {"night": "worse", "afternoon": "better"}
    assert "daytime" not in cli("slices", "monday", "--no-exif", "--json").document["facts"]
    (photos / "cat" / "cam2_000.jpg").unlink()
    assert "whose camera and time could not be read: 1" in cli("slices", "monday").out
    shutil.rmtree(photos)
    assert f"there is no folder {photos.as_posix()}" in " ".join(cli("slices", "monday").out.split())


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("--split", "valid"), 4, "has not been evaluated on its valid split"),
        (("--by", "colour"), 4, "brightness"),
        (("--match", "zzz*"), 4, "matches none of the test images"),
    ],
)
def test_what_there_is_not(cli: Cli, root: Path, arguments: tuple[str, ...], code: int, told: str) -> None:
    write_run(root)
    answer = cli("slices", "monday", *arguments)
    assert (answer.code, answer.out) == (code, "")
    assert told in " ".join(answer.err.split())


@pytest.mark.parametrize("broken", ["images", "environment", "answers", "other data", "no such split"])
def test_files_that_are_not_there_or_do_not_fit(cli: Cli, root: Path, broken: str) -> None:
    folder = write_run(root)
    if broken == "images":
        shutil.rmtree(root / ".data")
    elif broken == "environment":
        folder.environment.write_text("[]", "utf-8")
    elif broken == "answers":
        (folder.evaluation / "test.npz").write_bytes(b"no arrays")
    elif broken == "other data":
        blank = np.zeros(5, np.float32)
        outputs = Outputs(blank.astype(int), blank.astype(np.uint16), blank.astype(np.float16), blank)
        write_arrays(folder.evaluation / "test.npz", **outputs.arrays())
    else:
        for kind in ("json", "npz"):
            shutil.copy(folder.evaluation / f"test.{kind}", folder.evaluation / f"valid.{kind}")
        text = (folder.evaluation / "valid.json").read_text("utf-8").replace('"split": "test"', '"split": "valid"')
        (folder.evaluation / "valid.json").write_text(text, "utf-8")
    answer = cli("slices", "monday", "--split", "valid" if broken == "no such split" else "test")
    assert answer.code in (4, 5)
    assert "where:" in answer.err
    assert "Traceback" not in answer.err


def test_too_few_images_to_say_anything(cli: Cli, root: Path) -> None:
    write_run(root, count=30)
    assert "Too few images to find slices" in cli("slices", "monday").out


def test_without_paths_pixels_still_tell(cli: Cli, root: Path) -> None:
    write_run(root, paths=False)
    assert set(cli("slices", "monday", "--json").document["facts"]) == {
        "brightness", "contrast", "sharpness", "colourfulness", "class",
    }  # fmt: skip


def test_the_helper_answers_a_window(root: Path, tmp_path: Path) -> None:
    import io

    write_run(root)
    stream, out = io.StringIO(), tmp_path / "slices.npz"
    helper = Helper(stream)
    request: dict[str, Any] = {"do": "slices", "run": "monday", "runs": str(root), "out": str(out)}
    for more in ({"id": 1}, {"id": 2, "pattern": "*cam2*"}, {"id": 3, "split": "valid"}):
        answer(helper, json.dumps({**request, **more}).encode())
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    first, second, refused = (line for line in lines if "progress" not in line)
    assert (first["ok"], first["enough"], first["weights"]) == (True, True, "best")
    assert "pattern" not in first["facts"]
    assert (refused["ok"], refused["code"]) == (False, "slices.not_evaluated")
    # the pixels are measured once
    assert {line["id"] for line in lines if "progress" in line} == {1}
    arrays = read_arrays(out)
    rows = [*second["slices"], *second["worst"]]
    assert np.diff(arrays["starts"]).tolist() == [row["images"] for row in rows]
    place = next(n for n, row in enumerate(rows) if row["fact"] == "pattern")
    begin, end = arrays["starts"][place : place + 2]
    assert arrays["places"][begin:end].tolist() == np.flatnonzero(BAD).tolist()
