"""`resources/` is found from a checkout, an editable install and a wheel, whatever the current folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from trainer.errors import EpochscopeError
from trainer.resources import resource

ROOT = Path(__file__).resolve().parent.parent
ASK = (
    "from trainer.resources import resource; from trainer.settings.recipes import recipes;"
    "print(resource(), len(recipes()))"
)
EDITABLE = """
import site, sys
before = len(sys.path)
site.addsitedir({site!r})  # reads .pth files, which an entry of PYTHONPATH does not
sys.path[:0] = sys.path[before:]
"""


def ask(where: Path, *paths: Path, first: str = "") -> tuple[Path, int]:
    """The folder and the number of recipes that a fresh interpreter finds, with `paths` first on its path."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths)), "PYTHONIOENCODING": "utf-8"}
    ran = subprocess.run(
        [sys.executable, "-c", first + ASK],
        cwd=where,
        env=env,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    folder, _, count = ran.stdout.strip().rpartition(" ")
    return Path(folder), int(count)


def test_checkout(tmp_path: Path) -> None:
    assert ask(tmp_path, ROOT) == (ROOT / "resources", len(list((ROOT / "resources" / "recipes").glob("*.toml"))))


def build(tmp_path: Path, hook: str) -> Path:
    """A wheel of a copy of the sources, by the back end that pyproject names, unpacked as pip would."""
    backend = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]["build-backend"]
    pytest.importorskip(backend)
    source, wheels, target = tmp_path / "source", tmp_path / "wheels", tmp_path / "site"
    ignored = shutil.ignore_patterns("__pycache__", ".*", "*.egg-info")
    for name in ("trainer", "callbacks", "gui", "resources"):
        shutil.copytree(ROOT / name, source / name, ignore=ignored)
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / name, source)
    (source / "README.md").write_text("# Epochscope\n", encoding="utf-8")
    wheels.mkdir()
    code = f"import {backend} as backend; backend.{hook}({str(wheels)!r})"
    subprocess.run([sys.executable, "-c", code], cwd=source, capture_output=True, timeout=110, check=True)
    (wheel,) = wheels.glob("*.whl")
    shutil.unpack_archive(wheel, target, "zip")
    return target


def test_wheel(tmp_path: Path) -> None:
    site = build(tmp_path, "build_wheel")
    shutil.rmtree(tmp_path / "source")
    assert ask(tmp_path, site) == (site / "resources", len(list((ROOT / "resources" / "recipes").glob("*.toml"))))


def test_editable_install(tmp_path: Path) -> None:
    site = build(tmp_path, "build_editable")
    folder, count = ask(tmp_path, first=EDITABLE.format(site=str(site)))
    assert folder == tmp_path / "source" / "resources"
    assert count > 0


def test_a_missing_part_is_named() -> None:
    with pytest.raises(EpochscopeError) as caught:
        resource("recipes", "nowhere.toml")
    assert caught.value.code == "install.damaged"
    assert "resources/recipes/nowhere.toml" in caught.value.what
