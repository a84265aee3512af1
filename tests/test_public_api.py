"""What the packages offer, what importing them costs, and that callbacks are where pyproject says."""

from __future__ import annotations

import importlib
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from trainer.callback import Callback
from trainer.plugins import callback_names, load_callback

ROOT = Path(__file__).parents[1]
TRACKERS = ("mlflow", "tensorboard", "trackio", "wandb")
HEAVY = ("pytest", "torch", "torchvision", "sklearn", "pandas", "scipy", "PySide6", "matplotlib", *TRACKERS)
LIGHT = (
    "trainer",
    "callbacks",
    "trainer.events",
    "trainer.settings",
    "trainer.store",
    "trainer.plugins",
    "trainer.launch",
    "trainer.baselines",
    "trainer.baselines.comparison",
    "trainer.baselines.worker",
)
LIGHT_MODULES = (
    *LIGHT,
    "trainer.callback",
    "trainer.engine.event_bus",
    "trainer.engine.commands",
    "trainer.engine.session",
    "trainer.engine.context",
    "trainer.engine.resume",
    "trainer.store.journal",
    "trainer.store.checkpoint",
    "trainer.store.folder",
    "trainer.store.thumbnails",
    "trainer.cli",
    *(f"callbacks.{path.stem}" for path in sorted((ROOT / "callbacks").glob("[a-z]*.py"))),
    *(f"callbacks.testing.{path.stem}" for path in sorted((ROOT / "callbacks" / "testing").glob("[a-z]*.py"))),
    *(f"callbacks.trackers.{path.stem}" for path in sorted((ROOT / "callbacks" / "trackers").glob("[a-z]*.py"))),
)


@pytest.mark.parametrize("package", ["trainer", "callbacks", "callbacks.testing"])
def test_all_is_sorted_and_complete(package: str) -> None:
    module = importlib.import_module(package)
    assert list(module.__all__) == sorted(module.__all__, key=lambda name: (not name.isupper(), name))
    for name in module.__all__:
        assert getattr(module, name) is not None
    assert set(module.__all__) <= set(dir(module))
    offered = set(module._HOMES) | ({"events", "__version__"} if package == "trainer" else set())
    assert set(module.__all__) == offered
    with pytest.raises(AttributeError, match="nonsense"):
        module.nonsense  # noqa: B018


def test_every_callback_of_the_package_is_offered() -> None:
    import callbacks

    files = {path.stem for path in (ROOT / "callbacks").glob("*.py")} - {"__init__"}
    files |= {f"trackers.{name}" for name in TRACKERS}
    assert {callbacks._HOMES[name] for name in callbacks.__all__} == files
    for name in callbacks.__all__:
        assert issubclass(getattr(callbacks, name), Callback)


def test_what_is_imported_everywhere_is_light() -> None:
    """A fresh interpreter, since this one has torch."""
    code = (
        "import importlib, sys\n"
        f"for name in {LIGHT_MODULES!r}:\n"
        "    importlib.import_module(name)\n"
        f"    heavy = [other for other in {HEAVY!r} if other in sys.modules]\n"
        "    assert not heavy, f'{name} loads {heavy}'\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_table_in_pyproject_is_the_files_is_the_installed_metadata() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    table = project["entry-points"]["epochscope.callbacks"]
    files = {path.stem: path.stem for path in (ROOT / "callbacks").glob("*.py") if path.stem != "__init__"}
    files |= {name: f"trackers.{name}" for name in TRACKERS}
    assert set(table) == set(files)
    assert all(value.startswith(f"callbacks.{files[name]}:") for name, value in table.items())
    installed = {
        entry.name: entry.value
        for entry in entry_points(group="epochscope.callbacks")
        if entry.dist and entry.dist.name == "epochscope"
    }
    assert installed == table, "install again: pip install -e ."


def test_every_entry_point_loads_a_callback() -> None:
    for name in callback_names():
        assert issubclass(load_callback(name), Callback)
