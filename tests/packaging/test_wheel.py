"""What is in the wheel, and that it runs everything away from the checkout, without Qt."""

from __future__ import annotations

import email
import json
import re
import subprocess
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.packaging.conftest import REPOSITORY, run
from trainer.version import __version__

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Any:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return email.message_from_string(archive.read(name).decode("utf-8"))


def test_the_wheel_holds_what_belongs_to_it_and_nothing_else(names: set[str]) -> None:
    for folder in ("trainer", "callbacks"):
        for path in (REPOSITORY / folder).rglob("*.py"):
            assert path.relative_to(REPOSITORY).as_posix() in names
    recipes = {path.name for path in (REPOSITORY / "resources" / "recipes").glob("*.toml")}
    assert {"seed.toml", "linear.toml"} <= recipes
    assert {f"resources/recipes/{name}" for name in recipes} <= names
    assert {f"{folder}/py.typed" for folder in ("trainer", "callbacks", "gui")} <= names
    top = {name.split("/")[0] for name in names}
    assert top - {"trainer", "callbacks", "gui", "resources", f"epochscope-{__version__}.dist-info"} == set()
    assert not [name for name in names if re.search(r"(^|/)(tests?/|test_|conftest)|[.]pyc$", name)]


def test_one_version(wheel: Path, metadata: Any) -> None:
    assert metadata["Version"] == __version__
    assert wheel.name == f"epochscope-{__version__}-py3-none-any.whl"
    texts = [(REPOSITORY / "pyproject.toml").read_text("utf-8"), *(p.read_text("utf-8") for p in sources())]
    assert sum(bool(re.search(rf"""version[_\W]+{re.escape(__version__)}["']""", text)) for text in texts) == 1


def sources() -> list[Path]:
    return [path for folder in ("trainer", "callbacks", "gui") for path in (REPOSITORY / folder).rglob("*.py")]


def test_a_headless_install_brings_no_qt(metadata: Any) -> None:
    required = [text for text in metadata.get_all("Requires-Dist") if "extra ==" not in text]
    assert required
    assert not [text for text in required if re.search("qt|pyside|pyqtgraph", text, re.IGNORECASE)]
    extra = [text for text in metadata.get_all("Requires-Dist") if re.search(r"extra == .gui.", text)]
    assert [text for text in extra if text.lower().startswith("pyside6")]
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "MIT"


def test_entry_points_are_those_of_the_project(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("entry_points.txt"))
        text = archive.read(name).decode("utf-8")
    for entry in PROJECT["project"]["entry-points"]["epochscope.callbacks"].items():
        assert "{} = {}".format(*entry) in text
    assert "epochscope = trainer.cli:main" in text


# -- installed elsewhere ----------------------------------------------------------------------------------------------

INSIDE = """
import json, sys
from importlib.metadata import entry_points, version
from pathlib import Path
import trainer, callbacks
from trainer.settings.recipes import recipes
from trainer.plugins import callback_names, load_callback
lazy = "torch" not in sys.modules
found = recipes()
trackers = ("mlflow", "tensorboard", "trackio", "wandb")  # their tools are extras
made = [load_callback(name)() for name in callback_names() if name not in trackers]
from trainer import Trainer, open_data, build_model
data = open_data("digits", batch=256)
model = build_model("softmax", data.input_shape, len(data.classes), {}, 1)
result = Trainer(model, data, epochs=2, callbacks=made, run_dir=Path("runs") / "inside", device="cpu").fit()
print("JSON" + json.dumps({
    "files": [trainer.__file__, callbacks.__file__],
    "versions": [trainer.__version__, version("epochscope")],
    "lazy": lazy,
    "recipes": [recipe.name for recipe in found],
    "callbacks": sorted(type(one).__module__ for one in made),
    "status": result.status,
    "written": sorted(path.name for path in Path("runs/inside").iterdir()),
    "qt": [name for name in sys.modules if name.split(".")[0] in ("PySide6", "PyQt5", "PyQt6", "pyqtgraph")],
    "gui": [name for name in sys.modules if name.split(".")[0] == "gui"],
}))
"""


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_installed_elsewhere_everything_is_found_and_runs(installed: Path, tmp_path: Path) -> None:
    text = run([str(installed), "-W", "error", "-c", INSIDE], cwd=tmp_path)
    found = json.loads(text.partition("JSON")[2])
    for path in found["files"]:
        assert Path(path).is_relative_to(installed.parents[1])
        assert not Path(path).is_relative_to(REPOSITORY)
    assert found["versions"] == [__version__, __version__]
    assert found["lazy"]
    assert found["recipes"] == sorted(path.stem for path in (REPOSITORY / "resources" / "recipes").glob("*.toml"))
    table = PROJECT["project"]["entry-points"]["epochscope.callbacks"]
    places = {value.partition(":")[0] for value in table.values()}
    assert found["callbacks"] == sorted(place for place in places if not place.startswith("callbacks.trackers."))
    assert found["status"] == "completed"
    assert {"journal.jsonl", "metrics.csv", "run.toml", "summary.json"} <= set(found["written"])
    assert found["qt"] == []
    assert found["gui"] == []


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_installed_elsewhere_the_commands_run(installed: Path, tmp_path: Path) -> None:
    command = str(installed.parent / "epochscope")
    assert __version__ in run([command, "--version"], cwd=tmp_path)
    runs = ["--runs", str(tmp_path / "runs")]
    run([command, "train", "digits", "--recipe", "seed", "--epochs", "1", "--name", "one", *runs], cwd=tmp_path)
    run([command, "demo", "--epochs", "1", *runs], cwd=tmp_path)
    listed = json.loads(run([command, "runs", "--json", *runs], cwd=tmp_path))
    assert len(listed) == 2
    run([command, "resume", "one", "--epochs", "2", *runs], cwd=tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_installed_elsewhere_the_window_says_what_is_missing(installed: Path, tmp_path: Path) -> None:
    command = [str(installed.parent / "epochscope"), "gui"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=100, encoding="utf-8")
    said = done.stdout + done.stderr
    assert done.returncode == 4, said
    assert "Traceback" not in said
    assert "epochscope[gui]" in said
