"""The report of a run, and its figures and tables one by one. [no torch]"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from trainer import report
from trainer.errors import UsageError
from trainer.export import SHARED, Facts
from trainer.report.texts import Language
from trainer.store import durable
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
    names are replaced, others left. Raises UsageError `run.nothing_to_draw`."""
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
    if not path.is_dir():
        durable.make_folder(path)
        path.chmod(0o755)  # made to be handed on, as the files are
    for suffix, texts in ((".svg", drawn), (".csv", tables)):
        for name, text in texts.items():
            durable.write_bytes(path / f"{name}{suffix}", text.encode("utf-8", "replace"), mode=SHARED)
    return {"language": language, "checked": f"{len(drawn)} figures as SVG, {len(tables)} tables as CSV"}
