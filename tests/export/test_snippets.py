"""The README's own lines, run where the files lie."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.export.test_graphs import need
from trainer.cli import main
from trainer.export import export_run
from trainer.store.folder import RunFolder

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.slow
def test_the_readmes_snippets_say_what_predict_says(
    digits: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    need("onnx")
    monkeypatch.chdir(tmp_path)
    for name in ("onnx", "pt2"):
        export_run(digits, name, f"birds.{name}")
    # another size, another shape, colours: all of what the snippet makes of an image is needed
    Image.fromarray(np.random.default_rng(2).integers(0, 256, (30, 41, 3), dtype=np.uint8)).save("photo.png")
    (section,) = re.findall(r"## Take the model elsewhere\n(.*?)\n## ", README.read_text("utf-8"), re.DOTALL)
    snippets = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    assert len(snippets) == 2
    capsys.readouterr()
    assert main(["predict", str(digits.path), "photo.png", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["images"][0]["class"]
    names: dict[str, object] = {}
    for snippet in snippets:
        exec(snippet, names)  # the second goes on with the image of the first
    assert capsys.readouterr().out.split() == [told, told]
