"""`resources/` is found from a checkout, an editable install and a wheel, whatever the current folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from trainer.errors import EpochscopeError
from trainer.resources import resource

ROOT = Path(__file__).resolve().parent.parent
ASK = "from trainer.recipes import recipes; from trainer.resources import resource; print(resource(), len(recipes()))"


def ask(where: Path, *paths: Path) -> tuple[Path, int]:
    """The folder and the number of recipes that a fresh interpreter finds, with `paths` before all others."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths)), "PYTHONIOENCODING": "utf-8"}
    ran = subprocess.run(
        [sys.executable, "-c", ASK], cwd=where, env=env, capture_output=True, encoding="utf-8", timeout=60, check=True
    )
    folder, _, count = ran.stdout.strip().rpartition(" ")
    return Path(folder), int(count)


def test_checkout(tmp_path: Path) -> None:
    assert ask(tmp_path, ROOT) == (ROOT / "resources", len(list((ROOT / "resources" / "recipes").glob("*.toml"))))


def build(tmp_path: Path, hook: str) -> Path:
    """A wheel of a copy of the sources, by the back end that pyproject names, unpacked as pip would."""
    pytest.importorskip("setuptools", minversion="77")
    source, wheels, target = tmp_path / "source", tmp_path / "wheels", tmp_path / "site"
    ignored = shutil.ignore_patterns("__pycache__", ".*", "*.egg-info")
    for name in ("trainer", "callbacks", "gui", "resources"):
        shutil.copytree(ROOT / name, source / name, ignore=ignored)
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / name, source)
    (source / "README.md").write_text("# Epochscope\n", encoding="utf-8")
    wheels.mkdir()
    code = f"from setuptools import build_meta; print(build_meta.{hook}({str(wheels)!r}))"
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
    # a site folder is read for .pth files, which an entry of PYTHONPATH is not
    (tmp_path / "start").mkdir()
    (tmp_path / "start" / "sitecustomize.py").write_text(f"import site; site.addsitedir({str(site)!r})", encoding="utf-8")
    folder, count = ask(tmp_path / "start", tmp_path / "start")
    assert folder == tmp_path / "source" / "resources"
    assert count > 0


def test_a_missing_part_is_named() -> None:
    with pytest.raises(EpochscopeError) as caught:
        resource("recipes", "nowhere.toml")
    assert caught.value.code == "install.damaged"
    assert "resources/recipes/nowhere.toml" in caught.value.what
