"""An exported model where there is no torch: the documentation's lines on raw photographs, by the real weights."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.docs.pages import DOCS, blocks
from tests.export.test_graphs import need
from trainer.cli import main
from trainer.export import export_run
from trainer.launch import start
from trainer.pretrained.published_weights import PACKAGE
from trainer.settings import merge
from trainer.store.folder import find_run

PAGE = DOCS / "guides" / "export.md"
ELSEWHERE = """
import sys
for name in ("torch", "torchvision", "sklearn", "trainer"):
    sys.modules[name] = None
snippet = sys.stdin.read()
for file in sys.argv[1:]:
    exec(snippet.replace("photo.png", file), {})
"""


@pytest.fixture
def random_weights() -> None:
    """None: the real ones."""


def photographs(place: Path) -> Path:
    """JPEGs of three sizes, one of them turned by its EXIF block, in two classes."""
    generator = np.random.default_rng(0)
    for number in range(24):
        coarse = generator.integers(0, 256, (6, 8, 3), dtype=np.uint8)
        coarse[..., 2 * (number % 2)] //= 4
        size = ((640, 480), (480, 640), (500, 333))[number % 3]
        image = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)
        exif = Image.Exif()
        exif[0x0112] = 6 if number % 4 == 0 else 1
        path = place / ("blue", "red")[number % 2] / f"{number:02}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        image.save(path, quality=92, exif=exif)
    return place


@pytest.mark.slow
def test_onnxruntime_says_of_raw_photographs_what_predict_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    need("onnx")
    pytest.importorskip(PACKAGE)
    monkeypatch.setenv("EPOCHSCOPE_CACHE", str(tmp_path / "cache"))
    images = photographs(tmp_path / "photos")
    settings = merge(
        {
            "model": "efficientnet_lite0",
            "data": {"source": str(images), "size": 96},
            "train": {"epochs": 3, "batch": 8, "optimizer": "sgd"},
        }
    )
    start(settings, tmp_path / "runs", name="run")
    export_run(find_run(tmp_path / "runs", "run"), "onnx", tmp_path / "birds.onnx")
    capsys.readouterr()
    files = sorted(str(path) for path in images.rglob("*.jpg"))
    assert main(["predict", str(tmp_path / "runs" / "run"), *files, "--json"]) == 0
    told = [one["class"] for one in json.loads(capsys.readouterr().out)["images"]]
    snippet = next(one.code for one in blocks(PAGE) if one.language == "python" and "onnxruntime" in one.code)
    command = [sys.executable, "-P", "-c", ELSEWHERE, *files]
    done = subprocess.run(
        command, input=snippet, capture_output=True, text=True, cwd=tmp_path, timeout=200, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == told
    assert set(told) == {"blue", "red"}
