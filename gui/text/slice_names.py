"""Names of slices of the images."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from gui.text import formats
from gui.text.class_text import class_name
from gui.viewmodels.slice_table import WORST, SliceRow
from trainer.analysis.slices import ImageGroup
from trainer.data.image_facts import HERE

LONGEST = 60
"""Characters of a word that are shown."""


def fact_word(fact: str) -> str:
    """Name what images are grouped by.

    Args:
        fact: The fact.

    Returns:
        The words; `fact` itself if it is unknown.
    """
    words = {
        WORST: QCoreApplication.translate("Slices", "Worst slices"),
        "brightness": QCoreApplication.translate("Slices", "Brightness"),
        "contrast": QCoreApplication.translate("Slices", "Contrast"),
        "sharpness": QCoreApplication.translate("Slices", "Sharpness"),
        "colourfulness": QCoreApplication.translate("Slices", "Colourfulness"),
        "size": QCoreApplication.translate("Slices", "Image size"),
        "aspect": QCoreApplication.translate("Slices", "Aspect ratio"),
        "date": QCoreApplication.translate("Slices", "Date"),
        "daytime": QCoreApplication.translate("Slices", "Time of day"),
        "camera": QCoreApplication.translate("Slices", "Camera"),
        "folder": QCoreApplication.translate("Slices", "Sub-folder"),
        "name": QCoreApplication.translate("Slices", "File name"),
        "pattern": QCoreApplication.translate("Slices", "Path pattern"),
        "class": QCoreApplication.translate("Slices", "Class"),
    }
    return words.get(fact, fact)


def value_text(group: ImageGroup) -> str:
    """Name a group within its fact.

    Args:
        group: The group.

    Returns:
        The text.
    """
    if group.rest:
        return QCoreApplication.translate("Slices", "rare ones")
    return _word(group) if group.word else _part(group) or range_text(group)


def group_text(group: ImageGroup, names: tuple[str, ...]) -> str:
    """Name a group with its fact, and its class if it is limited to one: `cat · Brightness: lowest quarter`.

    Args:
        group: The group.
        names: Class names of the run.

    Returns:
        The text.
    """
    text = f"{fact_word(group.fact)}: {value_text(group)}"
    return f"{class_name(names, group.label)} · {text}" if group.label >= 0 else text


def range_text(group: ImageGroup) -> str:
    """Return the range of a group.

    Args:
        group: The group.

    Returns:
        Smallest and largest value; "" for a word.
    """
    if group.word or group.rest:
        return ""
    return formats.span(_number(group.fact, group.low), _number(group.fact, group.high))


def _word(group: ImageGroup) -> str:
    words = {
        ("folder", HERE): QCoreApplication.translate("Slices", "in none"),
        ("daytime", "night"): QCoreApplication.translate("Slices", "night, 0–6 h"),
        ("daytime", "morning"): QCoreApplication.translate("Slices", "morning, 6–12 h"),
        ("daytime", "afternoon"): QCoreApplication.translate("Slices", "afternoon, 12–18 h"),
        ("daytime", "evening"): QCoreApplication.translate("Slices", "evening, 18–24 h"),
    }
    word = " ".join(group.word.split())
    return words.get((group.fact, group.word)) or (word if len(word) <= LONGEST else word[: LONGEST - 1] + "…")


def _part(group: ImageGroup) -> str:
    """One of four equal parts; "" for other groups."""
    if group.parts == 4:
        return (
            QCoreApplication.translate("Slices", "lowest quarter"),
            QCoreApplication.translate("Slices", "second quarter"),
            QCoreApplication.translate("Slices", "third quarter"),
            QCoreApplication.translate("Slices", "highest quarter"),
        )[group.part]
    return ""


def _number(fact: str, value: float) -> str:
    if fact == "date":
        day = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=value)
        return QLocale().toString(QDate(day.year, day.month, day.day), QLocale.FormatType.ShortFormat)
    if fact == "size":
        if value >= 1e5:
            return QCoreApplication.translate("Slices", "{count} MP").format(count=formats.number(value / 1e6, 1))
        return QCoreApplication.translate("Slices", "{count} px").format(count=formats.whole(value))
    return formats.number(value, _decimals(value))


def _decimals(value: float) -> int:
    """How many decimals tell such values apart, 0 to 3."""
    return 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 0.1 else 3


def verdict_text(row: SliceRow) -> str:
    """Say whether a slice fails.

    Args:
        row: The slice.

    Returns:
        A few words.
    """
    if row.same_as >= 0:
        return QCoreApplication.translate("Slices", "nearly the same images")
    words = {
        "worse": QCoreApplication.translate("Slices", "worse"),
        "classes": QCoreApplication.translate("Slices", "hard classes"),
        "better": QCoreApplication.translate("Slices", "better"),
        "alike": QCoreApplication.translate("Slices", "no difference"),
        "few": QCoreApplication.translate("Slices", "too few images"),
    }
    return words[row.verdict]


def verdict_tip(row: SliceRow) -> str:
    """Explain the verdict about a slice.

    Args:
        row: The slice.

    Returns:
        A sentence.
    """
    if row.same_as >= 0:
        return QCoreApplication.translate(
            "Slices", "Without the images of the slice above it, this one is no worse than the rest."
        )
    tips = {
        "worse": QCoreApplication.translate(
            "Slices",
            "More errors than other images of the same classes. "
            "On average, at most one in twenty such findings is chance.",
        ),
        "classes": QCoreApplication.translate(
            "Slices", "More errors than other images, but no more than its classes explain."
        ),
        "better": QCoreApplication.translate("Slices", "Fewer errors than other images of the same classes."),
        "alike": QCoreApplication.translate("Slices", "The difference from the other images may be chance."),
        "few": QCoreApplication.translate("Slices", "Fewer than 20 images: too few to judge."),
    }
    return tips[row.verdict]
