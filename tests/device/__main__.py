"""Measure on a GPU, and compare with the CPU: a table in less than ten minutes.

    python -m tests.device [--device cuda] [--only CHECK ...]

Needs no images and no network. Ends with 0 where all is as wanted, with 1 where something is not, and with 2 where
there is no such device. `--device cpu` does the same with few images: it shows that the script works, not how fast
anything is.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import torch

from tests.device.checks import CHECKS
from tests.device.place import FULL, SMALL, Place, Row
from trainer.engine.device import choose_device
from trainer.errors import UsageError
from trainer.text.text_shortening import first_line

NOT_HERE = 2


WIDTHS = (58, 40, 12, 5)


def line(*cells: str) -> str:
    """A line of a table in Markdown."""
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True)) + " |"


def rows_of(name: str, at: Place) -> list[Row]:
    """The rows of a check. An error is a row too: the other checks are still made."""
    found: list[Row] = []
    try:
        for row in CHECKS[name](at):
            print(line(row.what, row.figure, row.wanted, {None: "", True: "yes", False: "NO"}[row.ok]), flush=True)
            found.append(row)
    except Exception as error:
        found.append(Row(name, f"{type(error).__name__}: {first_line(error)}", "no error", ok=False))
        print(line(*found[-1][:3], "NO"), flush=True)
    return found


def main() -> int:
    layout = argparse.RawDescriptionHelpFormatter
    command = argparse.ArgumentParser(prog="python -m tests.device", description=__doc__, formatter_class=layout)
    command.add_argument("--device", default="cuda")
    names = ", ".join(CHECKS)
    command.add_argument("--only", nargs="+", choices=CHECKS, default=list(CHECKS), metavar="CHECK", help=names)
    given = command.parse_args()
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # deterministic products, where they are asked for
    try:
        device = choose_device(given.device)
    except UsageError as error:
        print(f"Nothing was measured. {first_line(error)}", file=sys.stderr)
        print("Run this on a machine with a GPU, or with --device cpu to test the script itself.", file=sys.stderr)
        return NOT_HERE
    start = time.monotonic()
    about = torch.cuda.get_device_name(device) if device.type == "cuda" else f"{device} (few images: no measurement)"
    print(f"{about}, torch {torch.__version__}\n")
    print(line("what", "figure", "wanted", "is so"))
    print(line(*("-" * width for width in WIDTHS)), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        at = Place(device, SMALL if device.type == "cpu" else FULL, Path(folder))
        rows = [row for name in given.only for row in rows_of(name, at)]
    wrong = sum(row.ok is False for row in rows)
    asked = sum(row.ok is not None for row in rows)
    print(f"\n{asked - wrong} of {asked} as wanted, {time.monotonic() - start:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
