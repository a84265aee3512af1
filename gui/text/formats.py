"""Texts of states, phases and numbers: from codes to the chosen language."""

from __future__ import annotations

import math
import re
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLocale

from trainer.store.journal_limits import MAX_SECONDS
from trainer.text.number_format import DASH, clock, no_number

MINUS = "\N{MINUS SIGN}"

SHORTEST: int = QLocale.FloatingPointPrecisionOption.FloatingPointShortest.value
"""Digits for `significant`: as many as tell the number from all others, as a setting has them."""

MAX_TEXT = 2_000
"""Characters of a text from a file that are shown at once."""

IMAGE_PHASES = ("decode", "extract")
"""Phases that count images, and may take minutes."""

STATE_ICONS = {
    "idle": "info",
    "loading": "clock",
    "starting": "clock",
    "preparing": "clock",
    "running": "running",
    "pausing": "pause",
    "paused": "pause",
    "stopping": "stop",
    "completed": "done",
    "stopped": "stop",
    "failed": "failed",
    "lost": "lost",
    "gone": "failed",
}


def state_word(state: str) -> str:
    """Name a state.

    Args:
        state: State of a run.

    Returns:
        The word or words; `state` itself if it is unknown.
    """
    words = {
        "idle": QCoreApplication.translate("Words", "no run"),
        "loading": QCoreApplication.translate("Words", "loading"),
        "starting": QCoreApplication.translate("Words", "starting"),
        "preparing": QCoreApplication.translate("Words", "preparing"),
        "running": QCoreApplication.translate("Words", "running"),
        "pausing": QCoreApplication.translate("Words", "pausing"),
        "paused": QCoreApplication.translate("Words", "paused"),
        "stopping": QCoreApplication.translate("Words", "stopping"),
        "completed": QCoreApplication.translate("Words", "completed"),
        "stopped": QCoreApplication.translate("Words", "stopped"),
        "failed": QCoreApplication.translate("Words", "failed"),
        "lost": QCoreApplication.translate("Words", "lost"),
        "gone": QCoreApplication.translate("Words", "gone: folder not found"),
    }
    return words.get(state, state)


def phase_word(phase: str) -> str:
    """Name what the engine is doing.

    Args:
        phase: Phase of a run or stage of a request.

    Returns:
        The words; `phase` itself if it is unknown.
    """
    words = {
        "train": QCoreApplication.translate("Words", "Training"),
        "import": QCoreApplication.translate("Words", "Loading PyTorch"),
        "scan": QCoreApplication.translate("Words", "Scanning the folder"),
        "decode": QCoreApplication.translate("Words", "Reading images"),
        "check": QCoreApplication.translate("Words", "Checking"),
        "download": QCoreApplication.translate("Words", "Downloading weights"),
        "extract": QCoreApplication.translate("Words", "Computing features"),
        "head": QCoreApplication.translate("Words", "Training the head first"),
        "compile": QCoreApplication.translate("Words", "Compiling the model"),
        "validate": QCoreApplication.translate("Words", "Validating"),
        "evaluate": QCoreApplication.translate("Words", "Evaluating the best weights"),
        "save": QCoreApplication.translate("Words", "Saving"),
        "rates": QCoreApplication.translate("Words", "Trying learning rates"),
        "features": QCoreApplication.translate("Words", "Running the model"),
        "pca": QCoreApplication.translate("Words", "Computing the PCA"),
        "folds": QCoreApplication.translate("Words", "Checking the labels"),
        "outliers": QCoreApplication.translate("Words", "Looking for images unlike the others"),
        "pictures": QCoreApplication.translate("Words", "Preparing thumbnails"),
        "tsne": QCoreApplication.translate("Words", "Computing t-SNE, up to a minute"),
    }
    return words.get(phase, phase)


def phase_text(phase: str, done: int, total: int) -> str:
    """Describe what the engine is doing, and how far it is.

    Args:
        phase: Phase of a run or stage of a request; "" gives "".
        done: Finished so far.
        total: Of how many; 0 if unknown.

    Returns:
        Counts for images, a percentage for other work, an ellipsis if nothing is known.
    """
    if not phase or total < 2:
        return f"{phase_word(phase)} …" if phase else ""
    if phase not in IMAGE_PHASES:
        return f"{phase_word(phase)} {percent(done / total)}"
    text = QCoreApplication.translate("Words", "{phase}: {done} of {total}")
    return text.format(phase=phase_word(phase), done=whole(done), total=whole(total))


def images_per_second(value: float) -> str:
    """Format a speed; whole numbers from 10 on.

    Args:
        value: Images per second.

    Returns:
        The text with its unit.
    """
    text = QCoreApplication.translate("Words", "{number} images/s")
    return text.format(number=whole(value) if value >= 9.95 else number(value, 1))


def split_word(split: str) -> str:
    """Name a split.

    Args:
        split: `train`, `valid` or `test`.

    Returns:
        The word; `split` itself if it is unknown.
    """
    words = {
        "train": QCoreApplication.translate("Words", "train"),
        "valid": QCoreApplication.translate("Words", "validation"),
        "test": QCoreApplication.translate("Words", "test"),
    }
    return words.get(split, split)


def monitor_word(monitor: str) -> str:
    """Name the metric that a search optimises.

    Args:
        monitor: `loss`, `accuracy` or `macro_f1`.

    Returns:
        The words; `monitor` itself if it is unknown.
    """
    words = {
        "loss": QCoreApplication.translate("Search", "Validation loss"),
        "accuracy": QCoreApplication.translate("Search", "Validation accuracy"),
        "macro_f1": QCoreApplication.translate("Search", "Validation macro-F1"),
    }
    return words.get(monitor, monitor)


def plain(text: object) -> str:
    """Cut a text from a file to what can be shown.

    Args:
        text: Any text.

    Returns:
        At most `MAX_TEXT` characters, and an ellipsis.
    """
    found = str(text)
    return found if len(found) <= MAX_TEXT else found[:MAX_TEXT] + " …"


def number(value: float | None, digits: int = 4) -> str:
    """Format a number with a fixed number of decimals.

    Args:
        value: The number; None gives a dash, NaN and infinities their names.
        digits: Decimals. Default: 4.

    Returns:
        The number; very small and very large ones with an exponent.
    """
    if value is None or not math.isfinite(value):
        return no_number(value)
    if value and (abs(value) < 10**-digits or abs(value) >= 1e7):
        return QLocale().toString(float(value), "g", 3)
    return QLocale().toString(float(value), "f", digits)


def signed(value: float, digits: int = 3) -> str:
    """Format a number with its sign; what rounds to 0 has none.

    Args:
        value: The number; NaN gives "".
        digits: Decimals. Default: 3.

    Returns:
        The number.
    """
    if math.isnan(value):
        return ""
    text = number(abs(value), digits)
    if round(abs(value), digits) == 0:
        return text
    return ("+" if value > 0 else MINUS) + text


def significant(value: float | None, digits: int = 3) -> str:
    """Format a number with significant digits, whatever its size: 0.001, 0.00071, 2.5e-6. For learning rates.

    Args:
        value: The number; None gives a dash, NaN and infinities their names.
        digits: Significant digits. Default: 3.

    Returns:
        The number.
    """
    if value is None or not math.isfinite(value):
        return no_number(value)
    return re.sub(r"e([+-])0+(?=\d)", r"e\1", QLocale().toString(float(value), "g", digits))


def macro(value: float | None, some: int, count: int, digits: int = 4, *, brief: bool = False) -> str:
    """Format a macro-F1, and the number of classes it is the mean of if that is not all of them.

    Args:
        value: The macro-F1.
        some: Classes that it is the mean of.
        count: Number of all classes.
        digits: Decimals. Default: 4.
        brief: Whether to leave out the word "classes". Default: False.

    Returns:
        The text.
    """
    if some >= count:
        return number(value, digits)
    text = QCoreApplication.translate("Words", "{value} ({some} of {all} classes)")
    if brief:
        text = QCoreApplication.translate("Words", "{value} ({some} of {all})")
    return text.format(value=number(value, digits), some=whole(some), all=whole(count))


def whole(value: float) -> str:
    """Format a count.

    Args:
        value: Rounded to a whole number.

    Returns:
        The number; NaN and infinities by name.
    """
    return QLocale().toString(round(value)) if abs(value) < 2**62 else number(value)


def percent(value: float | None, digits: int = 0) -> str:
    """Format a fraction as a percentage.

    Args:
        value: The fraction, 1 for 100 %; None, NaN and infinities give a dash.
        digits: Decimals. Default: 0.

    Returns:
        The percentage with its sign.
    """
    return DASH if value is None or not math.isfinite(value) else QLocale().toString(value * 100, "f", digits) + " %"


def span(low: str, high: str) -> str:
    """Format the values between two ends, as every text has it: 0.64–0.77, 3.9–6.1 %.

    Args:
        low: Smallest value, formatted.
        high: Largest value, formatted.

    Returns:
        Both, or one if they are equal; a unit that they share stands once.
    """
    number, _, unit = low.rpartition(" ")
    shorter = number if number and high.endswith(f" {unit}") else low
    return low if low == high else f"{shorter}–{high}"


def duration(seconds: float) -> str:
    """Format a duration: 0:07, 12:05 or 1:02:03.

    Args:
        seconds: Seconds; negative ones count as 0. NaN and huge values give a dash.

    Returns:
        The duration.
    """
    if not abs(seconds) < MAX_SECONDS:
        return DASH
    return clock(max(0.0, seconds))


def short_path(text: str) -> str:
    """With `~` for the home of the user, where the path is in it."""
    home = str(Path.home())
    inside = len(home) > 1 and text.startswith(home) and text[len(home) : len(home) + 1] in ("", "/", "\\")
    return "~" + text[len(home) :] if inside else text
