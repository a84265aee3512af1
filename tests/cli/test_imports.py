"""What a command imports: each package that it does not need would be waited for at every start."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

IMPORTED = """
import json, sys
before = set(sys.modules)
from trainer.cli import main
code = main(sys.argv[1:])
print(json.dumps([code, sorted(set(sys.modules) - before)]), file=sys.stderr)
"""
PARSER = {"cyclopts", "attr", "attrs", "rich", "docstring_parser", "trainer"}
"""What the parser is made of."""
SETTINGS = {"pydantic", "pydantic_core", "pydantic_settings", "annotated_types", "typing_extensions"}
SETTINGS |= {"typing_inspection", "msgspec"}
RECORDS = SETTINGS | {"psutil"}
SEVERAL = ("sharded_loop", "sharded_start", "sharded_step", "shared_backward", "shared_start")
"""Modules of the engine for runs of several processes."""


def imported(*line: str) -> set[str]:
    """All modules that a command line imports, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED, *line], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=200
    )
    code, names = json.loads(done.stderr.splitlines()[-1])
    assert code == 0, done.stderr
    return set(names)


def packages(modules: set[str]) -> set[str]:
    """The packages they belong to, without Python's own."""
    names = {name.partition(".")[0] for name in modules}
    return {name for name in names if name not in sys.stdlib_module_names and not name.startswith("_")}


@pytest.mark.parametrize("line", [["--help"], ["--version"], []], ids=["help", "version", "nothing"])
def test_the_list_of_commands_needs_the_parser_alone(line: list[str]) -> None:
    modules = imported(*line)
    assert packages(modules) <= PARSER
    rooms = {name.split(".")[1] for name in modules if name.startswith("trainer.")}
    assert not rooms & {"settings", "store", "events", "engine", "data", "metrics", "plugins"}


@pytest.mark.parametrize("line", [["runs"], ["runs", "--help"], ["train", "--help"], ["data", "--help"]], ids=" ".join)
def test_lists_and_help_of_commands_need_settings_and_records_too(line: list[str]) -> None:
    assert packages(imported(*line)) <= PARSER | RECORDS


def test_a_run_of_one_process_imports_nothing_for_several(tmp_path: Path) -> None:
    modules = imported("train", "digits", "--epochs", "1", "--runs", str(tmp_path))
    assert {"torch", "trainer.engine.loop"} <= modules
    assert not modules & {f"trainer.engine.{name}" for name in SEVERAL}
    assert "trainer.distributed.torch_group" not in modules
    assert not packages(modules) & {"torchvision", "sklearn", "pandas", "scipy", "PySide6", "optuna", "datasets"}


def test_looking_at_images_makes_no_optimiser(tmp_path: Path) -> None:
    """PyTorch's compiler, a second to import, comes with the first one."""
    runs = ("--runs", str(tmp_path))
    assert "torch._dynamo" in imported("train", "digits", "--epochs", "1", "--name", "it", *runs)
    for line in (["evaluate", "it"], ["predict", "it", str(picture(tmp_path)), "--json"]):
        assert "torch._dynamo" not in imported(*line, *runs), line


def picture(folder: Path) -> Path:
    path = folder / "it.png"
    Image.new("L", (8, 8)).save(path)
    return path
