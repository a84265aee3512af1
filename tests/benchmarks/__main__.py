"""`python -m tests.benchmarks [--quick] [--tries N]`: measure, and print the README's tables with machine and versions.

    EPOCHSCOPE_CIFAR10=... python -m tests.benchmarks

Everything runs in turn and alone: leave the machine to it, about half an hour. `--quick` is a look at what needs no
images, a minute. What is measured of the window has commands of its own (CONTRIBUTING.md).
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks import arguments, epoch, evaluation, growth, linear, memory, rivals, start, step_overhead
from trainer.store.environment import versions

Line = tuple[str, str, str]
"""What, figure, aim."""


def machine() -> str:
    """Processor, memory, system and versions."""
    found = versions()
    names = [*(name for name in ("torch", "torchvision", "scikit-learn", "numpy") if name in found)]
    packages = ", ".join(f"{name} {found[name]}" for name in names)
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30 if hasattr(os, "sysconf") else 0
    system = f"{platform.system()} {platform.machine()}, Python {found['python']}"
    return f"{os.cpu_count()} processors ({_processor()}), {memory_gib:.0f} GiB, {system}, {packages}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table that reads well as text too."""
    widths = [max(len(row[place]) for row in (heads, *rows)) for place in range(len(heads))]
    lines = [heads, ["-" * width for width in widths], *rows]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    )


def overheads(blocks: int) -> dict[str, dict[str, Any]]:
    """What is added to a step, by the names of `epoch` where there is one."""
    bare_engine, commanded = step_overhead.measure(blocks)
    found = {"engine, no callbacks": bare_engine, epoch.OURS: commanded}
    for engine, row in zip(rivals.ENGINES, rivals.measure(blocks), strict=True):
        if "missing" in row:
            print(f"{engine.package}: {row['missing']}", flush=True)
        else:
            found[engine.package] = row
    return found


def step_table(found: dict[str, dict[str, Any]]) -> str:
    """Microseconds a step, each against bare steps beside it."""
    rows = []
    for name, row in found.items():
        low, high = row["added_quartiles_us"]
        figures = [f"{row[key]:.0f}" for key in ("bare_us", "step_us")]
        rows.append([name, *figures, f"{row['added_us']:+.1f}", f"{low:+.1f} to {high:+.1f}"])
    return markdown(("a step, in us", "bare loop", "engine", "added", "quartiles"), rows)


def epoch_table(rows: Sequence[epoch.Row], added: dict[str, dict[str, Any]]) -> str:
    """Seconds an epoch; the fastest first."""
    lines = []
    for row in rows:
        low, high = row.spread
        step = f"{added[row.what]['added_us']:+.0f}" if row.what in added else "0" if row.what == epoch.BARE else "-"
        seconds = f"{row.seconds:.2f} ({low:.2f} to {high:.2f})"
        lines.append([row.what, seconds, *(f"{ratio:.1f}" for ratio in row.ratios), step, f"{row.megabytes:.0f}"])
    faster = ("times faster than one process", "than two workers")
    heads = ("the reference task", "s an epoch", *faster, "us added to a step", "MB")
    return markdown(heads, lines)


def whole_runs(images: str, tries: int) -> Iterator[Line]:
    """Start, evaluation, memory, growth and the linear recipe."""
    whole, beyond = start.digits(tries)
    heavy = ", ".join(start.heavy_imports()) or "none"
    yield "`train digits`, command to result", f"{whole:.1f} s; {beyond:.2f} s beyond torch and an optimiser", "2 s"
    yield f"of {', '.join(start.HEAVY)}, imported by it", heavy, "none"
    decoded, cached = start.opening(images, tries)
    yield "60,000 image files decoded; the second time", f"{decoded:.1f} s; {cached:.2f} s", "all cores; 0.5 s"
    count, seconds = evaluation.measure(images, tries)
    yield f"evaluating {count:,} images, with reports", f"{seconds:.2f} s", "1 s"
    yield "memory of the reference task beyond an optimiser", f"{memory.reference(images)[1]:.0f} MB", "500 MB"
    yield f"of {memory.LARGE:,} images, 2 GB decoded", f"{memory.large()[1]:.0f} MB", "500 MB"
    each = growth.by_images(images)
    yield "training per image, " + ", ".join(f"{count:,}" for count in each), _several(each.values(), "us"), "equal"
    yield from _growth(growth.by_steps(1_000))
    scores, spent = linear.measure(images)
    text = f"{statistics.mean(scores):.4f} (sd {statistics.stdev(scores):.4f}), {statistics.median(spent):.1f} s"
    yield "recipe `linear`, 5 seeds: macro-F1 on test; training", text, "0.40; the plain loop's first epoch"


def _growth(parts: Sequence[growth.Part]) -> Iterator[Line]:
    ends = (parts[1], parts[-1])  # the first tenth has the imports
    title = f"steps {parts[0].step:,} to {ends[0].step:,}; the last tenth of {ends[1].step:,}"
    yield f"{title}: a step", _several((part.step_us for part in ends), "us"), "equal"
    yield (
        "journal, a step; metrics.csv, an epoch",
        (
            f"{_several((part.journal_bytes for part in ends), 'bytes')}; "
            f"{_several((part.csv_bytes for part in ends), 'bytes')}"
        ),
        "equal",
    )
    yield "memory", _several((part.megabytes for part in ends), "MB"), "equal"


def _several(values: Any, unit: str) -> str:
    return ", ".join(f"{value:.1f}" for value in values) + f" {unit}"


def main() -> None:
    command = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    command.add_argument("--quick", action="store_true", help="fewer blocks, no images: a look, not a result")
    command.add_argument("--tries", type=int, default=3, help="of everything that is a whole process")
    given = command.parse_args()
    images = "" if given.quick else arguments.cifar10(command)
    print(machine(), flush=True)
    added = overheads(12 if given.quick else 150)
    print(f"\n{step_table(added)}", flush=True)
    if given.quick:
        print("\n" + markdown(("what", "figure", "aim"), list(_growth(growth.by_steps(20)))))
        return
    print(f"\n{epoch_table(epoch.measure(images, given.tries), added)}\n", flush=True)
    print(markdown(("what", "figure", "aim"), list(whole_runs(images, given.tries))))


if __name__ == "__main__":
    main()
