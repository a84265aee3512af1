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
    table = Table(title="What a step costs, in microseconds (median of paired blocks)")
    for head in ("what", "bare", "engine", "added", "quartiles", "other threads", "blocks"):
        table.add_column(head, justify="left" if head == "what" else "right")
    for row in step_overhead.measure(30 if quick else 150):
        low, high = row["added_quartiles_us"]
        table.add_row(
            row["what"],
            f"{row['bare_us']:.1f}",
            f"{row['step_us']:.1f}",
            f"{row['added_us']:.1f}",
            f"{low:.1f} ... {high:.1f}",
            f"{row['beside_us']:.1f}",
            str(row["blocks"]),
        )
    console.print(table)


if __name__ == "__main__":
    main()
