"""A report of a run to hand on: one HTML file, or each of its figures and tables. [no torch]"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from trainer.plotting.texts import Language
    from trainer.report.images import Look
    from trainer.store.folder import RunFolder

__all__ = ["document", "figures", "html", "tables", "write_report"]


def write_report(
    folder: RunFolder,
    out: Path,
    *,
    language: Language = "en",
    compared: Sequence[RunFolder] = (),
    look: Look | None = None,
) -> int:
    """Write the report of a run: one HTML file that needs no network, no script and no other file.

    What the run does not have, or what is damaged, is left out and named in the report.

    Args:
        folder: Folder of the run.
        out: File to write.
        language: Language of the report. Default: "en".
        compared: Folders of runs to compare with.
        look: Makes heat maps of the hardest images; this needs the model, nothing else does. None: no heat maps.

    Returns:
        Size of the file in bytes.

    Raises:
        UsageError: `run.unknown`: a folder does not hold a run.
        DiskError: The file cannot be written.
    """
    from trainer.store.output_file import write_output

    text = html(folder, language=language, compared=compared, look=look).encode("utf-8")
    write_output(out, text)
    return len(text)


def html(
    folder: RunFolder, *, language: Language = "en", compared: Sequence[RunFolder] = (), look: Look | None = None
) -> str:
    """Make the report that `write_report` writes.

    Args:
        folder: Folder of the run.
        language: Language of the report. Default: "en".
        compared: Folders of runs to compare with.
        look: Makes heat maps of the hardest images. None: no heat maps.

    Returns:
        The HTML page.

    Raises:
        UsageError: `run.unknown`: a folder does not hold a run.
    """
    from trainer.plotting.texts import Texts
    from trainer.report.images import read_pictures
    from trainer.report.named_figures import Gallery
    from trainer.report.page import Page
    from trainer.report.provenance import Background
    from trainer.report.results import Sections
    from trainer.report.run_data import read_run
    from trainer.text.time_format import now_text
    from trainer.version import __version__

    run, texts = read_run(folder), Texts(language)
    others = tuple(read_run(one) for one in compared if one != folder)
    pictures = read_pictures(run, look)
    page = Page(texts, f"{run.name} · {texts['kicker']}")
    given = (run, pictures, Gallery(run, pictures, texts, others).all(), page, others)
    Sections(*given).write()
    Background(*given).write()
    made = texts.moment(now_text())
    page.foot(texts["made"].format(version=__version__, when=made))
    return page.html()


def figures(
    folder: RunFolder,
    *,
    language: Language = "en",
    theme: Literal["light", "dark"] = "light",
    compared: Sequence[RunFolder] = (),
) -> dict[str, str]:
    """Make every figure of the report.

    Args:
        folder: Folder of the run.
        language: Language of the texts. Default: "en".
        theme: Colours of the figures. Default: "light".
        compared: Folders of runs to compare with.

    Returns:
        Text of an SVG file by name, such as `loss` or `confusion-test`.

    Raises:
        UsageError: `run.unknown`: a folder does not hold a run.
    """
    from trainer.plotting.svg import standalone
    from trainer.plotting.texts import Texts
    from trainer.report.images import read_pictures
    from trainer.report.named_figures import Gallery
    from trainer.report.run_data import read_run

    run = read_run(folder)
    others = tuple(read_run(one) for one in compared if one != folder)
    found = Gallery(run, read_pictures(run), Texts(language), others).all()
    return {name: standalone(figure.svg, theme) for name, figure in found.items()}


def tables(folder: RunFolder) -> dict[str, str]:
    """Make the tables of the report, and the numbers behind its figures.

    Args:
        folder: Folder of the run.

    Returns:
        Text of a CSV file by name.

    Raises:
        UsageError: `run.unknown`: the folder does not hold a run.
    """
    from trainer.report import data_tables
    from trainer.report.images import read_pictures
    from trainer.report.run_data import read_run

    run = read_run(folder)
    return data_tables.tables(run, read_pictures(run))


def document(folder: RunFolder) -> dict[str, Any]:
    """Collect everything about a run except its images as one JSON document.

    Args:
        folder: Folder of the run.

    Returns:
        Plain values by name.

    Raises:
        UsageError: `run.unknown`: the folder does not hold a run.
    """
    from trainer.report import data_tables
    from trainer.report.run_data import read_run

    return data_tables.document(read_run(folder))
