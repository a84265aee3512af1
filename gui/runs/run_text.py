"""Texts of the list of runs: orders and groups, parts of a row, tool tips, and texts for screen readers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QDate, QDateTime, QLocale

from gui.text import formats
from gui.text.errors import error_text
from gui.text.formats import short_path
from gui.viewmodels.run_row import Column, Group, Row, is_setting
from trainer.text.text_shortening import last_part, short_line
from trainer.text.time_format import local_time

if TYPE_CHECKING:  # the start page does without the list
    from gui.viewmodels.run_list import RunList

STATES = ("preparing", "running", "paused", "completed", "stopped", "failed", "lost")
_IN_FULL: tuple[Column, ...] = (
    *("data", "model", "recipe", "macro_f1", "loss", "epoch"),
    *("seconds", "started", "tags", "note"),
)


def state_words() -> dict[str, str]:
    """Return the words for the states of runs.

    Returns:
        Word by state.
    """
    return {state: formats.state_word(state) for state in STATES}


def heads() -> dict[Column, str]:
    """Return the titles of what is known about a run.

    Returns:
        Title by column.
    """
    tr = QCoreApplication.translate
    return {
        "name": tr("Runs", "Run"),
        "state": tr("Runs", "Status"),
        "macro_f1": tr("Runs", "Best F1"),
        "loss": tr("Runs", "Best loss"),
        "epoch": tr("Runs", "Epoch"),
        "data": tr("Runs", "Data"),
        "model": tr("Runs", "Model"),
        "recipe": tr("Runs", "Recipe"),
        "seconds": tr("Runs", "Time"),
        "started": tr("Runs", "Started"),
        "tags": tr("Runs", "Tags"),
        "note": tr("Runs", "Note"),
    }


def orders() -> dict[tuple[Column, bool], str]:
    """Return the ways to sort runs.

    Returns:
        Text by column and whether the largest comes first.
    """
    tr = QCoreApplication.translate
    return {
        ("started", True): tr("Runs", "Newest first"),
        ("started", False): tr("Runs", "Oldest first"),
        ("macro_f1", True): tr("Runs", "Highest F1 first"),
        ("loss", False): tr("Runs", "Lowest loss first"),
        ("name", False): tr("Runs", "By name"),
        ("state", False): tr("Runs", "By status"),
        ("data", False): tr("Runs", "By data"),
        ("model", False): tr("Runs", "By model"),
        ("seconds", True): tr("Runs", "Longest first"),
    }


def groups() -> dict[Group, str]:
    """Return the ways to group runs.

    Returns:
        Text by group.
    """
    tr = QCoreApplication.translate
    return {
        "": tr("Runs", "No groups"),
        "data": tr("Runs", "Group by data"),
        "model": tr("Runs", "Group by model"),
        "day": tr("Runs", "Group by day"),
    }


def group_choice(by: Group) -> str:
    """Return the text of a way to group runs.

    Args:
        by: What runs are grouped by.

    Returns:
        The text.
    """
    if not is_setting(by):
        return groups()[by]
    return QCoreApplication.translate("Runs", "Group by {setting}").format(setting=setting_title(by))


def setting_title(name: str) -> str:
    """Name a setting as the form does.

    Args:
        name: Its dotted name.

    Returns:
        Its title.
    """
    from gui.text.setting_titles import setting_titles  # with all of pydantic, which the list does without

    return short_line(setting_titles([name])[0])


def group_title(row: Row, by: Group, locale: QLocale) -> str:
    """Name the group of a run.

    Args:
        row: The run.
        by: What runs are grouped by.
        locale: For days.

    Returns:
        The text; for runs of no group, what is unknown.
    """
    tr = QCoreApplication.translate
    found = row.group(by)
    if is_setting(by):
        return f"{setting_title(by)}: {_setting_value(found or '–')}"
    if found is None:
        unknown = {
            "data": tr("Runs", "Data unknown"),
            "model": tr("Runs", "Model unknown"),
            "day": tr("Runs", "Day unknown"),
        }
        return unknown.get(by, "")
    if by == "day":
        return locale.toString(QDate.fromString(found, "yyyy-MM-dd"), QLocale.FormatType.LongFormat)
    return short_line(last_part(found) if by == "data" else found)


def _setting_value(text: str) -> str:
    """A fraction as numbers are written in this language; counts, seeds and words as they are."""
    try:
        number = float(text)
    except ValueError:
        return short_line(short_path(text))
    return short_line(text) if text.isdecimal() else formats.significant(number, formats.SHORTEST)


def nothing_text(runs: RunList) -> tuple[str, str, str]:
    """Say why no run is listed.

    Args:
        runs: The list.

    Returns:
        Title, text, and the label of a button that clears the search; "" if that would not help.
    """
    tr = QCoreApplication.translate
    if runs.missing:
        text = tr("Runs", "{folder}\nConnect its disk or network drive: the runs come back by themselves.")
        folder = formats.plain(short_path(str(runs.root))).replace(os.sep, f"{os.sep}\u200b")  # a line may end there
        return tr("Runs", "Folder of the runs not found"), text.format(folder=folder), ""
    if not runs.total:
        return tr("Runs", "No runs yet"), tr("Runs", "Start one with New run, or look at the recorded run."), ""
    text = tr("Runs", "No run matches all of these words.")
    return tr("Runs", "Nothing found"), text, tr("Runs", "Clear the search")


def shown(row: Row, column: Column, locale: QLocale) -> str:
    """Format a value.

    Args:
        row: The run.
        column: The column.
        locale: For numbers and times.

    Returns:
        The text; "–" if there is no value, "" for tags and note.
    """
    value = row.value(column)
    if value is None:
        return "" if column in ("tags", "note") else "–"
    if column == "state":
        return formats.state_word(value)
    if column == "epoch":
        return f"{locale.toString(value)} / {locale.toString(row.summary.epochs)}" if row.summary else "–"
    if column == "seconds":
        return formats.duration(min(value, 1e9))
    if column == "started":
        return _local_time(value, locale)
    if column == "macro_f1" and row.summary and (over := row.summary.best_macro_f1_of):
        return f"{formats.number(value, 3)} ({formats.whole(over[0])}/{formats.whole(over[1])})"
    if isinstance(value, float):
        return formats.number(value, 4 if column == "loss" else 3)
    return str(value)


def score(row: Row) -> str:
    """Format the best macro-F1 with three decimals; an asterisk if it is a mean over some of the classes only.

    Args:
        row: The run.

    Returns:
        The text; "" if there is none.
    """
    if row.summary is None or row.summary.best_macro_f1 is None:
        return ""
    return formats.number(row.summary.best_macro_f1, 3) + ("*" if row.summary.best_macro_f1_of else "")


def below_name(row: Row, by: Group = "") -> str:
    """Return the line below the name: data and model, but for what the head of its group says.

    Args:
        row: The run.
        by: What runs are grouped by. Default: nothing.

    Returns:
        The text.
    """
    columns: tuple[Column, ...] = ("data", "model")
    return " · ".join(str(value) for column in columns if column != by and (value := row.value(column)))


def best_text(row: Row, by: Group = "") -> str:
    """Explain why a run is marked as the best.

    Args:
        row: The run.
        by: What runs are grouped by. Default: nothing.

    Returns:
        The text.
    """
    tr = QCoreApplication.translate
    texts = {
        "model": tr("Runs", "Highest macro-F1 of all runs of {model} on {data}"),
        "day": tr("Runs", "Highest macro-F1 of this day's runs on {data}"),
    }
    if is_setting(by):
        texts[by] = tr("Runs", "Highest macro-F1 of this group's runs on {data}")
    text = texts.get(by) or tr("Runs", "Highest macro-F1 of all runs on {data}")
    return text.format(data=row.value("data") or "–", model=row.value("model") or "–")


def in_full(row: Row, best: bool, locale: QLocale, by: Group = "") -> str:
    """Describe a run in full.

    Args:
        row: The run.
        best: Whether it is marked as the best run on its data.
        locale: For numbers and times.
        by: What runs are grouped by. Default: nothing.

    Returns:
        A line per fact.
    """
    lines = [short_line(row.name, 200), formats.state_word(row.state)]
    if row.problem:
        told = row.problem if isinstance(row.problem, str) else error_text(row.problem)
        lines += [short_line(line, 2000) for line in told.splitlines()]
    if best:
        lines.append(f"★ {best_text(row, by)}")
    titles = heads()
    for column in _IN_FULL:
        text = short_line(row.notes.note, 2000) if column == "note" else shown(row, column, locale)
        if column == "data" and row.summary:
            text = short_line(row.summary.data)
        if column == "macro_f1" and row.summary and (over := row.summary.best_macro_f1_of):
            text = formats.macro(row.summary.best_macro_f1, *over, digits=3)
        if text not in ("", "–"):
            lines.append(f"{titles[column]}: {text}")
    return "\n".join(lines)


def aloud(row: Row, best: bool, overlaid: bool, by: Group = "", head: str = "") -> str:
    """Describe a run for screen readers.

    Args:
        row: The run.
        best: Whether it is marked as the best run on its data.
        overlaid: Whether its curves are overlaid.
        by: What runs are grouped by. Default: nothing.
        head: Title of the group that begins with it. Default: none.

    Returns:
        The text.
    """
    tr = QCoreApplication.translate
    parts = [short_line(row.name, 200), formats.state_word(row.state), below_name(row)]
    if found := score(row):
        parts.append(tr("Runs", "macro-F1 {value}").format(value=found))
    if best:
        parts.append(best_text(row, by))
    if overlaid:
        parts.append(tr("Runs", "curves overlaid"))
    text = ", ".join(part for part in parts if part)
    return f"{head}: {text}" if head else text


def _local_time(text: str, locale: QLocale) -> str:
    when = local_time(text)
    if when is None:
        return text
    date, time = (when.year, when.month, when.day), (when.hour, when.minute)
    return locale.toString(QDateTime(*date, *time, 0), QLocale.FormatType.ShortFormat)
