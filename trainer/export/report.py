"""The report of a run, and its figures and tables one by one. [no torch]"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from trainer import report
from trainer.csv_text import csv_bytes
from trainer.errors import UsageError
from trainer.export import SHARED, Facts
from trainer.report.texts import Language
from trainer.store.file_set import write_files
from trainer.store.folder import RunFolder


def write_page(
    folder: RunFolder, path: Path, *, language: Language = "en", compared: Sequence[RunFolder] = ()
) -> Facts:
    """One HTML file that needs no network, see `trainer.report.write_report`."""
    report.write_report(folder, path, language=language, compared=compared)
    return {"language": language, "checked": "one file: no network, no script, nothing beside it"}


def write_figures(
    folder: RunFolder, path: Path, *, language: Language = "en", compared: Sequence[RunFolder] = ()
) -> Facts:
    """A folder `path` with every figure of the report as SVG and every table behind them as CSV. Files of the same
    names are replaced, others left. Where one of them cannot be written, nothing is. Raises UsageError
    `run.nothing_to_draw` and DiskError."""
    drawn = report.figures(folder, language=language, compared=compared)
    tables = report.tables(folder)
    if not drawn and not tables:
        raise UsageError(
            "run.nothing_to_draw",
            "This run has nothing to draw: it has ended, or has got no further yet, before its first figures.",
            where=str(folder.path),
            expected="a run with at least one finished epoch, or an evaluation",
            mend=f"see why with: epochscope runs show {folder.name}",
            name=folder.name,
        )
    files = {f"{name}.svg": text.encode("utf-8", "replace") for name, text in drawn.items()}
    files |= {f"{name}.csv": csv_bytes(text) for name, text in tables.items()}
    write_files(path, files, mode=SHARED)
    return {"language": language, "checked": f"{len(drawn)} figures as SVG, {len(tables)} tables as CSV"}
