"""The words of a report in English and Russian, and how each spells numbers. [no torch]"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal
from xml.etree import ElementTree

from trainer.plotting.ticks import Kind
from trainer.resources import resource
from trainer.text.error_text import what_text
from trainer.text.number_format import DASH, decimals, no_number
from trainer.text.time_format import local_text

Language = Literal["en", "ru"]
LANGUAGES: tuple[Language, ...] = ("en", "ru")
NARROW, FIXED = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"


class Texts:
    """The words of a language, `texts[key]`, and its number formats.

    Args:
        language: "en" or "ru".

    Attributes:
        language: As above.
    """

    def __init__(self, language: Language) -> None:
        self.language = language
        self._texts = words(language)

    def __getitem__(self, key: str) -> str:
        return self._texts[key]

    def word(self, group: str, name: str) -> str:
        """Translate one of the engine's names, such as a state.

        Args:
            group: Kind of name, such as `state`.
            name: The name.

        Returns:
            The word; `name` itself if there is none.
        """
        return self._texts.get(f"{group}_{name}", name)

    def translated(self, context: str, text: str) -> str:
        """Translate a text of the window that is declared in English, such as the title of a setting.

        Args:
            context: Context of the translation.
            text: English text.

        Returns:
            The translation; `text` if there is none.
        """
        return text if self.language == "en" else _catalogue(self.language).get((context, text), text)

    def error(self, code: str, parameters: Mapping[str, Any], what: str) -> str:
        """Describe an error.

        Args:
            code: Its code.
            parameters: Its parameters.
            what: Its English text, used if there is no translation.

        Returns:
            What has happened, in this language, and which name may have been meant.
        """
        return what_text(code, parameters, what, self.translated)

    def counted(self, thing: str, count: int) -> str:
        """Format a count with its noun: `1 class`, `10 classes`.

        Args:
            thing: Key of the noun.
            count: 0 or more.

        Returns:
            Number and noun.
        """
        return self[f"count_{thing}_{'one' if count == 1 else 'many'}"].format(count=self.whole(count))

    # --- numbers

    def number(self, value: float | None, digits: int) -> str:
        """Format a number with a fixed number of decimals.

        Args:
            value: The number; None gives a dash, NaN and infinities their names.
            digits: Decimals.

        Returns:
            The number.
        """
        if value is None or not math.isfinite(value):
            return no_number(value)
        if abs(value) >= 1e7 or (value and abs(value) < 0.5 * 10**-digits and digits > 2):
            return self._spelled(f"{value:.2e}")
        return self._spelled(f"{value:,.{digits}f}")

    def whole(self, value: float) -> str:
        """Format a count.

        Args:
            value: Rounded to a whole number.

        Returns:
            The number.
        """
        return self._spelled(f"{round(value):,}") if abs(value) < 2**62 else self.number(value, 0)

    def percent(self, share: float | None, digits: int = 1) -> str:
        """Format a fraction as a percentage.

        Args:
            share: The fraction, 1 for 100 %; None or NaN give a dash.
            digits: Decimals. Default: 1.

        Returns:
            The percentage with its sign.
        """
        if share is None or not math.isfinite(share):
            return DASH
        return self.number(100 * share, digits) + FIXED + "%"

    def tick(self, value: float, step: float, kind: Kind) -> str:
        """Format the number at a tick of an axis, with the digits that tell it from its neighbours.

        Args:
            value: The number.
            step: Distance between two ticks.
            kind: Kind of the axis.

        Returns:
            The label.
        """
        if kind == "percent":
            return self._spelled(f"{100 * value:.{decimals(100 * step)}f}") + FIXED + "%"
        if value and not 1e-4 <= max(abs(value), step) < 1e6:
            return self._spelled(f"{value:.{1 if round(value / step) % 10 else 0}e}")
        return self._spelled(f"{value:.{decimals(step)}f}")

    def general(self, value: float) -> str:
        """Format a number with as many digits as it has, six at most.

        Args:
            value: The number.

        Returns:
            The number.
        """
        return self._spelled(f"{value:g}")

    def _spelled(self, text: str) -> str:
        russian = self.language == "ru"
        signs = {",": FIXED if russian else ",", ".": "," if russian else ".", "-": "−"}
        if "e" in text:  # an exponent is the field's own spelling
            signs["-"] = "-"
        return "".join(signs.get(sign, sign) for sign in text)

    def duration(self, seconds: float) -> str:
        """Format a duration: `9.4 s`, `12 min 5 s`, `1 h 2 min`.

        Args:
            seconds: 0 or more; a dash for other values.

        Returns:
            The duration.
        """
        if not 0 <= seconds < 1e10:
            return DASH
        second, minute, hour = (FIXED + self[f"unit_{name}"] for name in ("second", "minute", "hour"))
        if seconds < 60:
            return self.number(seconds, 1 if seconds < 20 else 0) + second
        whole = round(seconds)
        if whole < 3600:
            return f"{whole // 60}{minute} {whole % 60}{second}"
        return f"{self.whole(whole // 3600)}{hour} {whole % 3600 // 60}{minute}"

    def moment(self, text: str) -> str:
        """Format a time as local date and time with its UTC offset, since reports are passed on.

        Args:
            text: Time in ISO 8601.

        Returns:
            The time; `text` itself if it cannot be read.
        """
        pattern = "%d.%m.%Y %H:%M" if self.language == "ru" else "%Y-%m-%d %H:%M"
        return local_text(text, pattern, offset=True)


@cache
def words(language: Language) -> dict[str, str]:
    """Read the texts of a language.

    Args:
        language: "en" or "ru".

    Returns:
        Texts by key.
    """
    found: dict[str, str] = tomllib.loads(resource("report", f"{language}.toml").read_text("utf-8"))
    return found


@cache
def _catalogue(language: Language) -> dict[tuple[str, str], str]:
    """The window's translations, by context and English text: settings, reasons and errors are declared once."""
    root = ElementTree.fromstring(resource("i18n", f"epochscope_{language}.ts").read_text("utf-8"))
    found = {}
    for context in root.iter("context"):
        name = context.findtext("name", "")
        for message in context.iter("message"):
            translation = message.find("translation")
            if translation is not None and translation.text and translation.get("type") != "unfinished":
                found[name, message.findtext("source", "")] = translation.text
    return found
