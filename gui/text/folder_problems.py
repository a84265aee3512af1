"""Texts of problems with the folder of a run."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from gui.text.formats import MAX_TEXT, whole
from gui.viewmodels.folder_check import FolderProblem
from trainer.text.text_shortening import short_line

MOST = 3
"""Largest number of lines in a notice; the rest is a click away."""


def oddity_text(oddity: FolderProblem) -> str:
    """Describe a problem.

    Args:
        oddity: The problem.

    Returns:
        A sentence that names the file.
    """
    tr = QCoreApplication.translate
    texts = {
        "missing": tr("Folder", "{file} is missing."),
        "link": tr("Folder", "{file} is a link. It was not opened."),
        "no_file": tr("Folder", "{file} is not a file. It was not opened."),
        "no_folder": tr("Folder", "{file} is not a folder. It was not opened."),
        "unreadable": tr("Folder", "{file} cannot be read: {reason}"),
        "newer": tr("Folder", "{file} was made by a newer Epochscope. Update Epochscope to use it."),
        "outside": tr("Folder", "The run refers to {file}, which is outside its folder. It was not opened."),
    }
    text = texts[oddity.problem].format(file=oddity.file, reason=oddity.reason)
    return short_line(text, MAX_TEXT)


def notice(oddities: list[FolderProblem]) -> str:
    """Describe the first problems.

    Args:
        oddities: The problems.

    Returns:
        At most `MOST` lines, and how many more problems there are.
    """
    lines = [oddity_text(oddity) for oddity in oddities[:MOST]]
    if (more := len(oddities) - MOST) > 0:
        lines[-1] += " " + QCoreApplication.translate("Folder", "({count} more)").format(count=whole(more))
    return "\n".join(lines)


def all_text(oddities: list[FolderProblem]) -> str:
    """Describe all problems.

    Args:
        oddities: The problems.

    Returns:
        A line each.
    """
    return "\n".join(oddity_text(oddity) for oddity in oddities)
