"""The report of a run, and its figures and tables one by one. [no torch at import]"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from trainer import report
from trainer.errors import UsageError
from trainer.export import Facts
from trainer.plotting.texts import Language
from trainer.report.images import Looked
from trainer.store.file_set import write_files
from trainer.store.folder import RunFolder
from trainer.store.output_file import OUTPUT_MODE
from trainer.text.csv_text import csv_bytes

if TYPE_CHECKING:
    from trainer.analysis.image_explainer import ImageExplainer


def write_page(
    folder: RunFolder,
    path: Path,
    *,
    language: Language = "en",
    compared: Sequence[RunFolder] = (),
    heat_maps: bool = True,
) -> Facts:
    """Export the report as one HTML file that works offline, see `trainer.report.write_report`.

    Args:
        folder: Folder of the run.
        path: File to write.
        language: "en" or "ru". Default: "en".
        compared: Folders of other runs to compare with. Default: none.
        heat_maps: Show where the model looked in the hardest images; this imports torch. Default: True.

    Returns:
        `language` and `checked`.

    Raises:
        DiskError: The file could not be written.
    """
    report.write_report(
        folder, path, language=language, compared=compared, look=_heat_map_of(folder) if heat_maps else None
    )
    return {"language": language, "checked": "one file: no network, no script, nothing beside it"}


def _heat_map_of(folder: RunFolder) -> Callable[[str, int, int], Looked]:
    """Gives the heat map of one image; the model is loaded for the first one."""

    @cache
    def explainer() -> ImageExplainer:
        from trainer.analysis.image_explainer import ImageExplainer

        return ImageExplainer(folder)

    def heat_map(split: str, place: int, label: int) -> Looked:
        image = explainer().from_split(split, place)
        found = explainer().saliency(image, label)
        return Looked(image.pixels, found.values, found.method)

    return heat_map


def write_figures(
    folder: RunFolder, path: Path, *, language: Language = "en", compared: Sequence[RunFolder] = ()
) -> Facts:
    """Export every figure of the report as SVG and every table behind them as CSV.

    Files of the same names are replaced, others stay. If one of them cannot be written, none is.

    Args:
        folder: Folder of the run.
        path: Folder to write.
        language: "en" or "ru". Default: "en".
        compared: Folders of other runs to compare with. Default: none.

    Returns:
        `language` and `checked`.

    Raises:
        UsageError: `run.nothing_to_draw`: the run has neither a finished epoch nor an evaluation.
        DiskError: A file could not be written.
    """
    drawn = report.figures(folder, language=language, compared=compared)
    tables = report.tables(folder)
    if not drawn and not tables:
        raise UsageError(
            "run.nothing_to_draw",
            "This run has nothing to draw yet: no epoch is finished and nothing was evaluated.",
            where=str(folder.path),
            expected="a run with at least one finished epoch, or an evaluation",
            fix=f"see why with: epochscope runs show {folder.name}",
            name=folder.name,
        )
    files = {f"{name}.svg": text.encode("utf-8", "replace") for name, text in drawn.items()}
    files |= {f"{name}.csv": csv_bytes(text) for name, text in tables.items()}
    write_files(path, files, mode=OUTPUT_MODE)
    return {"language": language, "checked": f"{len(drawn)} figures as SVG, {len(tables)} tables as CSV"}
