"""A callback to begin with: it is tidy, passes its tests, and is used by a run, as a file and as a package."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.cli.conftest import Cli

ROOT = Path(__file__).parents[2]


def tool(*words: object, cwd: Path, code: int = 0) -> str:
    """What a program of this environment prints."""
    path = {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run(
        [*map(str, words)], cwd=cwd, capture_output=True, text=True, timeout=250, env={**os.environ, **path}
    )
    assert done.returncode == code, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(sys, "path", [*sys.path])  # the folder of a callback's file is added to it
    return tmp_path / "here"


PACKAGE = ["README.md", "pyproject.toml", "src/best_so_far/__init__.py", "src/best_so_far/py.typed"]


@pytest.mark.parametrize("name", ["best_so_far", "BestSoFar"])
def test_a_package_has_all_that_it_needs(cli: Cli, here: Path, name: str) -> None:
    answer = cli("new-callback", name, "--into", "mine")
    assert answer.code == 0
    root = here / "mine" / "epochscope-best-so-far"
    found = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    assert found == [*PACKAGE, "tests/test_best_so_far.py"]
    assert 'best_so_far = "best_so_far:BestSoFar"' in (root / "pyproject.toml").read_text("utf-8")
    assert not [path for path in root.rglob("*") if path.is_file() and "$" in path.read_text("utf-8")]
    assert "pip install -e mine/epochscope-best-so-far" in answer.out.replace("\\", "/")


def test_what_its_comments_propose_works(cli: Cli, here: Path) -> None:
    cli("new-callback", "best_so_far", "--file")
    module, test = here / "best_so_far.py", here / "test_best_so_far.py"
    code = (
        module.read_text("utf-8").replace("# run.log_", "run.log_").replace("picture)", "np.zeros((2, 3), np.uint8))")
    )
    code = code.replace("min_gain: float = 0.0)", 'min_gain: float = 0.0, style: Literal["short", "long"] = "short")')
    code = code.replace("from typing import Any", "from typing import Any, Literal\n\nimport numpy as np")
    module.write_text(code, "utf-8")
    checks = test.read_text("utf-8").replace("# of_scalars", "of_scalars").replace("# assert", "assert")
    checks = checks.replace("import pytest", "import pytest\nfrom trainer.events import ScalarReported")
    test.write_text(checks, "utf-8")
    rules = ("-p", "no:cacheprovider", "-p", "no:pytest-qt", "-q", test)  # that one needs Qt just by being installed
    assert "passed" in tool(sys.executable, "-m", "pytest", *rules, cwd=here)


def test_what_is_written_is_tidy(cli: Cli, here: Path) -> None:
    """By the rules of ruff without settings, which are stricter about the length of a line than ours."""
    pytest.importorskip("ruff", reason="ruff comes with epochscope[dev]")
    cli("new-callback", "best_so_far")
    cli("new-callback", "last_but_one", "--file", "--into", "alone")
    rules = "E,F,W,I,UP,B,C4,SIM,RUF,PT,N,RET"
    for folder in (here / "alone", here / "epochscope-best-so-far"):
        tool(sys.executable, "-m", "ruff", "check", "--isolated", "--select", rules, ".", cwd=folder)
        tool(sys.executable, "-m", "ruff", "format", "--isolated", "--check", ".", cwd=folder)


@pytest.mark.slow
def test_its_types_are_right(cli: Cli, here: Path) -> None:
    pytest.importorskip("mypy", reason="mypy comes with epochscope[dev]")
    assert cli("new-callback", "last_but_one", "--file").code == 0
    # with our settings, which are strict, and what mypy knows of torch already: without, it takes two minutes
    files = (here / "last_but_one.py", here / "test_last_but_one.py")
    tool(sys.executable, "-m", "mypy", "--strict", *files, cwd=ROOT)


def test_nothing_is_overwritten(cli: Cli, here: Path) -> None:
    (here / "test_best_so_far.py").write_text("mine", "utf-8")
    answer = cli("new-callback", "best_so_far", "--file")
    assert answer.code == 4
    assert "test_best_so_far.py already exists" in answer.err
    assert [path.name for path in here.iterdir()] == ["test_best_so_far.py"]
    (here / "epochscope-best-so-far").mkdir()
    assert cli("new-callback", "best_so_far").code == 4
    assert list((here / "epochscope-best-so-far").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("best-so-far", "new-callback best_so_far"),
        ("2best", "new-callback best"),
        ("class", "new-callback my_class"),
        ("match", "new-callback my_match"),
        ("größe", "cannot be the name"),
        ("../best", "new-callback best"),
        ("_", "new-callback my_callback"),
        ("json", "my_json"),
        ("trainer", "my_trainer"),
        ("callback", "my_callback"),
    ],
)
def test_a_name_that_cannot_be_is_refused(cli: Cli, here: Path, name: str, says: str) -> None:
    answer = cli("new-callback", name)
    assert answer.code == 4
    assert says in " ".join(answer.err.split())
    assert list(here.iterdir()) == []


@pytest.mark.slow
def test_the_file_passes_its_test_and_is_used_by_a_run(cli: Cli, here: Path, runs: Path) -> None:
    assert cli("new-callback", "best_so_far", "--file").code == 0
    words = (sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "test_best_so_far.py")
    assert "passed" in tool(*words, cwd=here)
    assert cli("train", "digits", "--epochs", 2, "--callback", "best_so_far.py:BestSoFar", "--name", "a").code == 0
    assert "macro-F1 has risen" in (runs / "a" / "log.txt").read_text("utf-8")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_package_is_installed_tested_and_found_by_its_name(cli: Cli, here: Path, runs: Path) -> None:
    """In an environment of its own, which borrows what is installed here; without the network."""
    pytest.importorskip("editables", reason="installing with -e needs editables: pip install -e '.[dev]'")
    assert cli("new-callback", "best_so_far").code == 0
    root = here / "epochscope-best-so-far"
    tool(sys.executable, "-m", "venv", "--without-pip", "environment", cwd=here)
    python = here / "environment" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    site = Path(tool(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=here).strip())
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), str(ROOT)}
    (site / "borrowed.pth").write_text("\n".join(sorted(borrowed)) + "\n", "utf-8")
    install = ("-m", "pip", "--python", python, "install", "-q", "--no-index", "--no-deps", "--no-build-isolation")
    tool(sys.executable, *install, "-e", root, cwd=here)
    assert "passed" in tool(python, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", cwd=root)
    (here / "s.toml").write_text('callbacks = ["best_so_far"]\n[plugins.best_so_far]\nmin_gain = 0.001\n', "utf-8")
    words = ("train", "digits", "--epochs", "2", "--settings", "s.toml", "--name", "b")
    tool(python, "-m", "trainer", *words, cwd=here)
    assert "macro-F1 has risen" in (runs / "b" / "log.txt").read_text("utf-8")
    shown = tool(python, "-m", "trainer", "describe", "--full", cwd=here)
    assert "best_so_far" in shown
