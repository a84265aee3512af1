"""Each example does what it says, as a process of its own; the notebook's stored output is what it gives."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.docs.pages import REPOSITORY
from tests.docs.test_pages import working_folder as working_folder
from tests.examples import notebook
from trainer.backbones import WEIGHTS_PACKAGE

EXAMPLES = REPOSITORY / "examples"
SAYS = {
    "ten_lines": "macro avg",
    "own_network": "confidence",
    "own_training_step": "valid_macro_f1",
    "photos_pretrained": "bytes of report",
    "scikit_learn_pipeline": "accuracy on test images",
    "several_processes": "long: stopped",
}
"""What the last lines of an example's output have in them."""


def python(*words: str, path: str = "") -> str:
    """What a Python process prints."""
    found = os.pathsep.join(filter(None, [str(REPOSITORY), path, os.environ.get("PYTHONPATH", "")]))
    done = subprocess.run(
        [sys.executable, "-W", "error", *words],
        capture_output=True,
        text=True,
        timeout=280,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": found, "PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def test_each_example_has_a_test() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.py")} == set(SAYS)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", SAYS)
def test_an_example_works(name: str, working_folder: Path) -> None:
    if name == "photos_pretrained":
        pytest.importorskip("onnxruntime", reason="pretrained networks come with epochscope[pretrained]")
        pytest.importorskip(WEIGHTS_PACKAGE)
    assert SAYS[name] in python(str(EXAMPLES / f"{name}.py"), *["photos"] * (name == "photos_pretrained"))


@pytest.mark.slow
def test_the_package_passes_its_own_tests(tmp_path: Path) -> None:
    package = EXAMPLES / "own_callback"
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(tmp_path)]
    assert "passed" in python(*words, str(package / "tests"), path=str(package / "src"))


@pytest.mark.slow
def test_the_package_is_found_by_the_name_in_settings(tmp_path: Path) -> None:
    """Installed into a folder of its own, as pip would, without the network."""
    target = tmp_path / "site"
    words = ("--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--target", str(target))
    install = [sys.executable, "-m", "pip", "install", *words, str(EXAMPLES / "own_callback")]
    subprocess.run(install, check=True, timeout=200)
    options = tmp_path / "settings.toml"
    options.write_text('callbacks = ["f1_stopping"]\n[plugins.f1_stopping]\npatience = 1\nmin_gain = 1.0\n', "utf-8")
    python("-m", "trainer", "train", "digits", "--settings", str(options), "--name", "short", path=str(target))
    shown = python("-m", "trainer", "runs", "show", "short", path=str(target))
    assert "no rise of macro-F1 (patience 1)" in shown


def shape(outputs: list[list[dict[str, Any]]]) -> list[list[Any]]:
    """What does not depend on the machine: kinds of output, and their text without digits and blanks."""
    return [
        [
            (one["output_type"], sorted(one.get("data", {})), _words(one.get("text") or one["data"]["text/plain"]))
            for one in cell
        ]
        for cell in outputs
    ]


def _words(lines: list[str]) -> str:
    return re.sub(r"[\d\s.,()e+-]", "", "".join(lines))


@pytest.mark.slow
def test_the_notebooks_stored_output_is_what_its_cells_show(working_folder: Path) -> None:
    stored = notebook.read(EXAMPLES / "first_run.ipynb")
    cells = notebook.code_cells(stored)
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    assert shape(notebook.run(stored)) == shape([cell["outputs"] for cell in cells])
