"""`python -m tests.benchmarks [--quick]`: measure and print the tables, with the machine and versions beside them."""

from __future__ import annotations

import argparse
import platform

import torch
from rich.console import Console
from rich.table import Table

from tests.benchmarks import step_overhead
from trainer.environment import versions


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds: a look, not a result")
    quick = parser.parse_args().quick
    console = Console(width=100)
    found = versions()
    console.print(
        f"{platform.machine()}, {torch.get_num_threads()} threads before; "
        f"torch {found['torch']}, Python {found['python']}"
    )
    rows = step_overhead.measure(*((500, 3) if quick else (2000, 7)))
    table = Table(title="What a step costs (microseconds, median of rounds)")
    for head in ("what", "step", "added", "min", "max", "rounds"):
        table.add_column(head, justify="left" if head == "what" else "right")
    for row in rows:
        table.add_row(
            row["what"],
            f"{row['step_us']:.1f}",
            f"{row['added_us']:.1f}",
            f"{row['added_min_us']:.1f}",
            f"{row['added_max_us']:.1f}",
            str(row["rounds"]),
        )
    console.print(table)


if __name__ == "__main__":
    main()
