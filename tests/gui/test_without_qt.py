"""The tests themselves where Qt cannot be loaded: what needs no window runs, the rest is skipped and said once."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NO_LIBRARIES = """
import sys


class NoLibraries:
    def find_spec(self, name, path=None, target=None):
        if name in ("PySide6.QtGui", "PySide6.QtWidgets"):
            raise ImportError("libGL.so.1: cannot open shared object file: No such file or directory", name=name)


sys.meta_path.insert(0, NoLibraries())
"""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_machine_without_the_libraries(tmp_path: Path, workers: str) -> None:
    (tmp_path / "sitecustomize.py").write_text(NO_LIBRARIES, encoding="utf-8")
    path = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH", ""))))
    places = ["viewmodels/test_ema.py", "panels/test_classes.py", "text/test_reasons.py", "test_app.py"]
    tests = ROOT / "tests/gui"
    # a conftest.py is imported before anything can be skipped
    folders = {str(found.parent) for found in tests.rglob("conftest.py")} - {str(tests)}
    assert folders
    named = [*(str(tests / place) for place in places), *sorted(folders)]
    command = [sys.executable, "-m", "pytest", "-q", "-n", workers, *named]
    found = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr
    passed, skipped = (re.search(rf"(\d+) {word}", found.stdout) for word in ("passed", "skipped"))
    assert passed is not None, "view models need no Qt"
    assert skipped is not None, "panels do"
    told = [line for line in found.stdout.splitlines() if "tests of the window were skipped" in line]
    assert len(told) == 1
    assert "libGL.so.1" in told[0] or "apt install" in told[0]
