"""Errors for people: what happened, where, what was expected, how to fix it.

Every error carries a `code` and plain `parameters` beside its English text, so that the window can show it in another
language. `exit_code` is what the command line ends with.
"""

from __future__ import annotations

from typing import Any, ClassVar

Plain = str | int | float | bool | None
Parameter = Plain | list[dict[str, Plain]]


class EpochscopeError(Exception):
    """Base of all errors that people are meant to read.

    Args:
        code: Stable dotted name, such as `data.unreadable`.
        what: What happened, in one sentence.
        where: File, setting, event or flag. Default: empty.
        expected: What was expected instead. Default: empty.
        fix: How to fix it; shown as "fix:". Default: empty.
        **parameters: Plain values for the text in other languages; of several problems, a list of such values.
    """

    exit_code: ClassVar[int] = 1
    """What the command line ends with."""
    leaves_run: bool = True
    """Whether the folder of a new run that it ended is kept: it has something that the error does not say."""

    def __init__(
        self, code: str, what: str, *, where: str = "", expected: str = "", fix: str = "", **parameters: Parameter
    ) -> None:
        self.code = code
        self.what = what
        self.where = where
        self.expected = expected
        self.fix = fix or str(parameters.pop("mend", ""))  # as it was called up to 0.2
        self.parameters: dict[str, Parameter] = parameters
        super().__init__(code, what)

    def __reduce__(self) -> tuple[Any, ...]:
        """As Exception does, but without calling the constructors of subclasses, whose arguments are others."""
        return _remade, (type(self), self.code, self.what), vars(self)

    @property
    def mend(self) -> str:
        """`fix`, as it was called up to 0.2."""
        return self.fix

    def lines(self) -> list[tuple[str, str]]:
        """Return the parts of the error in reading order.

        Returns:
            Label and text of each part that is not empty; the label of the first one is empty.
        """
        parts = [("", self.what), ("where", self.where), ("expected", self.expected), ("fix", self.fix)]
        return [(label, text) for label, text in parts if text]

    def __str__(self) -> str:
        return "\n".join(f"{label}: {text}" if label else text for label, text in self.lines())


def _remade(kind: type[EpochscopeError], code: str, what: str) -> EpochscopeError:
    return kind.__new__(kind, code, what)


class UsageError(EpochscopeError):
    """Wrong settings, flags or arguments: found before torch is imported, nothing was written."""

    exit_code = 4
    leaves_run = False


class DataError(EpochscopeError):
    """Images or labels cannot be used as they are.

    A source that is refused as a whole leaves no run; what is wrong with single images is listed in the run's log.
    """

    exit_code = 5


class DiskError(EpochscopeError):
    """A file of the run could not be written or read back."""

    exit_code = 6


class NewerVersionError(EpochscopeError):
    """A file was written by a newer Epochscope, in a format that this version does not know."""

    exit_code = 6


class OutOfMemoryError(EpochscopeError):
    """The machine or the device does not have enough memory for this run."""

    exit_code = 7


class DivergedError(EpochscopeError):
    """A loss or gradient was not finite; the weights were left as they were."""

    exit_code = 8


class CallbackError(EpochscopeError):
    """A callback that may end the run failed; the original error is `__cause__`."""

    exit_code = 9
