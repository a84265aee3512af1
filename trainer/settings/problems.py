"""What is wrong with settings: code, place and parameters of each problem, and the English made from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, NoReturn

from trainer.errors import Plain, UsageError
from trainer.text.suggestion import hint_text

PROBLEMS: dict[str, str] = {
    "value": "got {got}, expected {expected}",
    "table": "got {got}, expected a table of settings",
    "only_recorded": "got {got}, but only --recipe chooses a recipe",
    "unknown_key": "unknown key",
    "small_alpha": "got {got}, expected 0 or a number from {least} to 10",
    "nothing_left": "valid {valid} and test {test} leave nothing to train on: their sum must be below 1",
    "long_warmup": "warmup {warmup} must be shorter than epochs {epochs}",
    "not_installed": "there is no {name!r}",
    "no_callback": "no callback {name!r} is installed (for one in a file: --callback FILE.py)",
    "not_computed": "{name!r} is not computed: it is not among metrics",
    "options_of_none": "no model, callback or metric in these settings has this name",
    "options_unused": "no model, callback or metric in these settings has this name; add {flag} {name}",
    "options_of_file": "no model, callback or metric in these settings has this name; known: {others}; a callback in a "
    "file is named by --callback FILE.py:{name}",
    "option_form": "got {got}, expected NAME.KEY=VALUE, such as my_callback.patience=3",
    "unknown_option": "there is no such option",
    "option_value": "got {got}, expected {expected}",
    "missing_option": "is missing, expected {expected}",
    "callback_options": "The callback {name!r} cannot be created: {error}",
    "metric_options": "The metric {name!r} cannot be created: {error}",
    "no_range": "there is no range",
    "choices_only": "got the range {got}, expected choices such as {place}=A,B: {expected}",
    "range_order": "got {got}, LOW must be below HIGH",
    "range_log": "got {got}, a logarithmic range must begin above 0",
    "range_step": "the step {step} does not fit into {got}",
    "range_whole": "got {got}, expected whole numbers",
    "range_number": "{got} is not a finite number",
    "few_choices": "got {got}, expected a range, or 2 choices or more",
    "not_searchable": "cannot be searched: trials would not be comparable",
    "changes_loss": "changes the loss itself, whose values are then not comparable: rank trials by accuracy or "
    "macro_f1 (--monitor)",
    "given_twice": "is given twice",
    "nothing_to_search": "There is nothing to search.",
    "other": "{english}",
}
"""Every code with its English text, parameters in braces; `similar` or `known` may be there too, see
`trainer.text.suggestion`."""


class SettingProblem(NamedTuple):
    """One problem with settings.

    Attributes:
        code: One of `PROBLEMS`.
        place: Dotted name of the setting, table or key, or a flag.
        parameters: Values for the text.
        origin: Flag, file or recipe that the value came from; empty: unknown.
    """

    code: str
    place: str
    parameters: dict[str, Plain]
    origin: str = ""

    @classmethod
    def of(cls, error: UsageError) -> list[SettingProblem]:
        """List the problems in an error; one without details has no codes for its lines."""
        details = error.parameters.get("details")
        if not isinstance(details, list):
            return [cls("other", "", {"english": line}) for line in error.what.splitlines()]
        return [cls(str(one["code"]), str(one["place"]), one, str(one["origin"])) for one in details]

    @property
    def text(self) -> str:
        """The problem without its place, in English."""
        text = PROBLEMS[self.code].format_map({"place": self.place, **self.parameters}) + hint_text(self.parameters)
        return f"{text} ({self.origin})" if self.origin else text

    def plain(self) -> dict[str, Plain]:
        """What crosses process borders: the English too, for a reader that does not know the code."""
        return {**self.parameters, "code": self.code, "place": self.place, "origin": self.origin, "text": self.text}


def problem_lines(problems: Sequence[SettingProblem]) -> str:
    """Tell problems in English.

    Args:
        problems: The problems.

    Returns:
        A line for each, beginning with its place; two that say the same are one.
    """
    return "\n".join(dict.fromkeys(f"{one.place}: {one.text}" if one.place else one.text for one in problems))


def refuse(problems: Sequence[SettingProblem]) -> NoReturn:
    """Raise one error for all problems.

    Args:
        problems: The problems.

    Raises:
        UsageError: `settings.invalid`.
    """
    lines = problem_lines(problems)
    raise UsageError(
        "settings.invalid",
        lines,
        fix="`epochscope describe` lists every setting with its range",
        problems=lines,
        details=[one.plain() for one in problems],
    )
