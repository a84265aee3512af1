"""Compares two runs image by image on a separate thread, as thousands of bootstrap draws take a moment. No Qt."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from trainer.errors import EpochscopeError
from trainer.store import evaluations
from trainer.store.folder import RunFolder

if TYPE_CHECKING:
    from trainer.analysis.run_comparison import RunComparison

SPLITS = ("test", "valid")


class ComparisonJob:
    """Starts at once, on the test images if both runs were evaluated on them, else on the validation images."""

    def __init__(self, first: RunFolder, second: RunFolder) -> None:
        self._folders = first, second
        self._found: RunComparison | None = None
        self._thread = threading.Thread(target=self._compare, name="comparison", daemon=True)
        self._thread.start()

    def _compare(self) -> None:
        from trainer.analysis.run_comparison import compare

        for split in SPLITS:
            try:
                one, other = (evaluations.find(folder, split) for folder in self._folders)
            except EpochscopeError:  # of a newer version
                return
            if one is not None and other is not None:
                self._found = compare(*self._folders, one, other)
                return

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        return not self._thread.is_alive()

    @property
    def result(self) -> RunComparison | None:
        """The result, once finished; None if no split was evaluated in both."""
        return self._found
