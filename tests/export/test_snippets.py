"""The documentation's lines for models that are used elsewhere, run where the files are."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.docs.pages import DOCS, blocks
from tests.export.test_graphs import need
from trainer.cli import main
from trainer.export import export_run
from trainer.store.folder import RunFolder

PAGE = DOCS / "guides" / "export.md"


@pytest.mark.slow
def test_the_snippets_say_what_predict_says(
    digits: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    need("onnx")
    monkeypatch.chdir(tmp_path)
    for name in ("onnx", "pt2"):
        export_run(digits, name, f"birds.{name}")
    # another size, another shape, colours: all of what the snippet makes of an image is needed
    Image.fromarray(np.random.default_rng(2).integers(0, 256, (30, 41, 3), dtype=np.uint8)).save("photo.png")
    codes = [block.code for block in blocks(PAGE) if block.language == "python"]
    snippets = [next(code for code in codes if word in code) for word in ("onnxruntime", "torch.export.load")]
    capsys.readouterr()
    assert main(["predict", str(digits.path), "photo.png", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["images"][0]["class"]
    names: dict[str, object] = {}
    for snippet in snippets:
        exec(snippet, names)  # the second goes on with the image of the first
    assert capsys.readouterr().out.split() == [told, told]
