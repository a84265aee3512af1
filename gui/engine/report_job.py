"""A report is written on a thread of its own: a long journal takes seconds to read. No Qt."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.errors import EpochscopeError
from trainer.store.folder import RunFolder

if TYPE_CHECKING:
    from trainer.report.texts import Language


class ReportJob:
    """Begins at once. A window that is closed meanwhile lets it finish: the thread is no daemon."""

    def __init__(self, folder: RunFolder, out: Path, language: Language, compared: Sequence[RunFolder]) -> None:
        self.out = out
        self._given = folder, language, tuple(compared)
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._write, name="report")
        self._thread.start()

    def _write(self) -> None:
        from trainer.report import write_report

        folder, language, compared = self._given
        try:
            write_report(folder, self.out, language=language, compared=compared)
        except Exception as error:  # an error of ours must not end as a line on a terminal that nobody sees
            self._error = error

    @property
    def done(self) -> bool:
        """Whether it has ended, well or not."""
        return not self._thread.is_alive()

    def error(self) -> EpochscopeError | None:
        """Once done: the error for people, None where all went well. Raises what is a bug."""
        self._thread.join()
        if self._error is not None and not isinstance(self._error, EpochscopeError):
            raise self._error
        return self._error
