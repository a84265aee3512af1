"""Output to the terminal: text, tables, JSON, errors. [no torch]

Text from files (class names, paths) is never interpreted as markup, and control characters in it are made visible.
"""

from __future__ import annotations

import json
import math
import os
import re
import shlex
import shutil
import sys
import textwrap
import traceback
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from trainer.errors import EpochscopeError
from trainer.text.text_width import cut, display_width, one_line, pad_left, pad_right
from trainer.text.time_format import now_text

if TYPE_CHECKING:
    from trainer.store.folder import RunFolder

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_BUG = 1
LOG_NOTE = "log: "
"""Begins the note of an error that names the file with its traceback."""
Row = Sequence[str]


def tolerate_any_text() -> None:
    """Escape characters that the terminal's encoding lacks, instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")


def say(*lines: str) -> None:
    """Print lines to standard output."""
    _write(sys.stdout, lines)


def note(*lines: str) -> None:
    """Print lines to standard error: whatever is not the answer itself."""
    _write(sys.stderr, lines)


@contextmanager
def warnings_noted() -> Iterator[None]:
    """What is warned of is a note of its own, without the place in the code that a script's author wants to know."""

    def show(message: Warning | str, *about: Any, **more: Any) -> None:
        note(f"warning: {message}")

    with warnings.catch_warnings():
        warnings.showwarning = show
        yield


def _write(stream: IO[str], lines: Iterable[str]) -> None:
    for line in lines:
        stream.write(_CONTROL.sub(lambda found: repr(found[0])[1:-1], line) + "\n")


# --- JSON


def say_json(value: Any) -> None:
    """Print one JSON document: ASCII, so that no encoding can damage it.

    Args:
        value: Anything that `plain` accepts.
    """
    sys.stdout.write(json.dumps(plain(value), indent=1) + "\n")


def plain(value: Any) -> Any:
    """Convert nested values to what JSON can hold.

    Args:
        value: Mappings, sequences, paths, numbers, texts.

    Returns:
        The same with texts for paths and non-finite numbers ("NaN", "Infinity", "-Infinity").
    """
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return str(value) if isinstance(value, Path) else value


# --- tables


def table(heads: Row, rows: Sequence[Row], *, left: Sequence[str] = (), spare: Sequence[str] = ()) -> list[str]:
    """Align a table. Widths are those that a terminal shows; line breaks in cells are escaped.

    Args:
        heads: Column headings.
        rows: Cells of each row.
        left: Headings of columns that are aligned left; the others are aligned right.
        spare: Headings of columns that are dropped, in this order, if the terminal is too narrow; after that, the
            widest column is cut.

    Returns:
        Lines of text.
    """
    rows = [[one_line(cell) for cell in row] for row in rows]
    shown = list(heads)
    width = _width()
    while width and _needed(heads, rows, shown) > width and (drop := next((h for h in spare if h in shown), None)):
        shown.remove(drop)
    widths = {head: _column(heads, rows, head) for head in shown}
    if width and (excess := _needed(heads, rows, shown) - width) > 0:
        widest = max(widths, key=lambda head: widths[head])
        widths[widest] = max(8, widths[widest] - excess)
    return [_line(heads, row, widths, left) for row in (heads, *rows)]


def _width() -> int:
    """Columns to fill; 0 where the output is a file or a pipe and may be as wide as it likes."""
    if not sys.stdout.isatty() and "COLUMNS" not in os.environ:
        return 0
    return shutil.get_terminal_size().columns


def _column(heads: Row, rows: Sequence[Row], head: str) -> int:
    place = list(heads).index(head)
    return max(display_width(row[place]) for row in (heads, *rows))


def _needed(heads: Row, rows: Sequence[Row], shown: Row) -> int:
    return sum(_column(heads, rows, head) + 2 for head in shown) - 2


def _line(heads: Row, row: Row, widths: Mapping[str, int], left: Sequence[str]) -> str:
    cells = []
    for head, text in zip(heads, row, strict=True):
        if head in widths:
            text = cut(text, widths[head])
            cells.append(pad_right(text, widths[head]) if head in left else pad_left(text, widths[head]))
    return "  ".join(cells).rstrip()


# --- words


def number(value: float | None, digits: int = 4) -> str:
    """Format a number.

    Args:
        value: The number. None: a dash.
        digits: Digits after the decimal point; significant digits from 100,000 on. Default: 4.

    Returns:
        The text.
    """
    if value is None:
        return "-"
    return f"{value:.{digits}f}" if abs(value) < 1e5 else f"{value:.{digits}g}"


def called(folder: RunFolder) -> str:
    """Tell how to name a run in a command.

    Args:
        folder: Folder of the run.

    Returns:
        Its name if it is in the default folder of runs, else its path, quoted.
    """
    from trainer.store.folder import default_root

    at_home = folder.path.parent.resolve() == default_root().resolve()
    return folder.name if at_home else shlex.quote(str(folder.path))


# --- errors


def show_error(error: EpochscopeError, *, debug: bool = False) -> int:
    """Print an error: what, where, expected, how to fix it, and where the traceback is.

    Args:
        error: The error.
        debug: Also print the traceback.

    Returns:
        The exit code.
    """
    if debug:
        traceback.print_exception(error)
    screen = _first_lines(error.what)
    for label, text in error.lines()[1:]:
        screen += _labelled(label, text)
    if log := _log_of(error):
        screen += _labelled("log", log)
    _styled(screen)
    return error.exit_code


def error_parts(error: EpochscopeError) -> dict[str, Any]:
    """Turn an error into plain values, for another program.

    Args:
        error: The error.

    Returns:
        Its code, parameters and texts.
    """
    parts = {part: getattr(error, part) for part in ("what", "where", "expected", "fix")}
    return {"code": error.code, "parameters": error.parameters, **parts}


def _log_of(error: Exception) -> str:
    """Where the traceback is, as a note of the error says; empty where there is none."""
    notes = [note for note in getattr(error, "__notes__", ()) if note.startswith(LOG_NOTE)]
    return notes[-1].removeprefix(LOG_NOTE) if notes else ""


def show_bug(error: Exception, *, debug: bool) -> int:
    """Print that this is a bug, in Epochscope or in a callback, and where the traceback is: as noted on the error, else
    it is written.

    Args:
        error: The error.
        debug: Also print the traceback.

    Returns:
        The exit code, 1.
    """
    if debug:
        traceback.print_exception(error)
    place = _log_of(error) or log_bug(error)
    screen = _first_lines(f"This is a bug in epochscope: {type(error).__name__}: {error}")
    if place:
        screen += _labelled("log", str(place))
    screen += _labelled("fix", "please report it, with that log; --debug shows the traceback here")
    _styled(screen)
    return _BUG


def log_bug(error: Exception) -> Path | None:
    """Append the traceback of an error to errors.log in the cache folder.

    Args:
        error: The error.

    Returns:
        The file; None if it cannot be written.
    """
    from trainer.data.cache import cache_folder

    path = cache_folder() / "errors.log"
    text = "".join(traceback.format_exception(error))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{now_text()} epochscope {shlex.join(sys.argv[1:])}\n{text}\n")
    except OSError:
        return None
    return path


def _first_lines(text: str) -> list[str]:
    lines = text.strip().splitlines() or ["unknown"]
    if len(lines) == 1:
        return _wrap("error: ", lines[0])
    return [f"error: {len(lines)} problems", *(part for line in lines for part in _wrap("  ", line.strip()))]


def _labelled(label: str, text: str) -> list[str]:
    """A label, then the text beside it; a list of lines keeps its lines."""
    lines = [line.strip() for line in text.strip("\n").splitlines()] or [""]
    first, *rest = [line for line in lines if line] or [""]
    wrapped = _wrap(f"  {label}: ".ljust(12), first)
    return wrapped + [part for line in rest for part in _wrap(" " * 12, line)]


def _wrap(indent: str, text: str) -> list[str]:
    width = min(shutil.get_terminal_size().columns, 100)
    # a path must stay in one piece, so that it can be copied
    return textwrap.wrap(
        text,
        max(width, 40),
        initial_indent=indent,
        subsequent_indent=" " * len(indent),
        break_long_words=False,
        break_on_hyphens=False,
    ) or [indent]


def _styled(screen: Sequence[str]) -> None:
    """To standard error, the first word in red where that is a terminal that wants colours."""
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True, highlight=False)
    text = Text(_CONTROL.sub(lambda found: repr(found[0])[1:-1], "\n".join(screen)))
    text.highlight_regex(r"^error:", "bold red")
    text.highlight_regex(r"(?m)^  (where|expected|fix|log):", "bold")
    console.print(text, soft_wrap=True)
