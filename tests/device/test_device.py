"""The script for a GPU, on the CPU with few images: it works, and what it compares is equal there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tests.device.checks import CHECKS

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.device", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=250)


def test_without_the_device_it_says_so() -> None:
    missing = f"cuda:{torch.cuda.device_count()}"
    done = run("--device", missing)
    assert done.returncode == 2
    assert "Nothing was measured" in done.stderr
    assert missing in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_all_checks_on_the_cpu() -> None:
    done = run("--device", "cpu")
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [line.split("|")[1:5] for line in done.stdout.splitlines() if line.startswith("| ")][2:]
    assert len(rows) >= 2 * len(CHECKS), done.stdout
    judged = [is_so.strip() for _, _, wanted, is_so in rows if is_so.strip()]
    assert judged.count("yes") >= 12, done.stdout
    assert "NO" not in judged, done.stdout


@pytest.mark.slow
def test_what_is_not_as_wanted_is_said_and_counted(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom tests.device import __main__ as script\nfrom tests.device.place import Row\n"
        "def wrong(at):\n    yield Row('one', '2', '1', ok=False)\n    raise OSError('broken')\n"
        "script.CHECKS.clear()\nscript.CHECKS.update(wrong=wrong, right=lambda at: [Row('a', 'b', 'b', ok=True)])\n"
        "sys.argv[1:] = ['--device', 'cpu']\nsys.exit(script.main())"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=250)
    assert done.returncode == 1, done.stderr
    assert "OSError: broken" in done.stdout
    assert "1 of 3 as wanted" in done.stdout
