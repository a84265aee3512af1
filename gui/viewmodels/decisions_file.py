"""The file of decisions about labels, which other programs may change meanwhile. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gui.viewmodels.proposal_review import same_decision
from trainer.errors import DataError
from trainer.store import durable
from trainer.store.edits_file import LabelEdit, read_edits, write_edits

Decisions = dict[str, LabelEdit]
"""By path of the image."""


@dataclass(frozen=True)
class MergedDecisions:
    """Own decisions, merged with what another program has changed in the file since it was last read or written.

    Attributes:
        edits: The merged decisions; own ones where both decided.
        taken: Number of decisions taken from the file.
        clashes: Paths of images that both decided on, and differently.
        theirs: Decisions in the file.
    """

    edits: Decisions
    taken: int = 0
    clashes: tuple[str, ...] = ()
    theirs: Decisions | None = None

    def with_theirs(self) -> Decisions:
        """Use the other program's decision wherever both made one.

        Returns:
            The merged decisions.
        """
        found, theirs = dict(self.edits), self.theirs or {}
        for path in self.clashes:
            if path in theirs:
                found[path] = theirs[path]
            else:
                found.pop(path, None)
        return found


class DecisionsFile:
    """One CSV file of decisions.

    Args:
        path: The file; it need not exist.

    Attributes:
        path: As above.
        known: Its content when it was last read or written here.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.known: Decisions = {}

    def read(self) -> Decisions:
        """Read the file.

        Returns:
            The decisions; empty if it does not exist.

        Raises:
            DataError: `edits.unreadable` or `edits.line`.
        """
        self.known = self._now()
        return dict(self.known)

    def merge(self, mine: Mapping[str, LabelEdit]) -> MergedDecisions:
        """Merge own decisions with those in the file; to be called before `write`.

        Args:
            mine: Own decisions by path.

        Returns:
            The merged decisions.

        Raises:
            DataError: The file cannot be read any more.
        """
        theirs, known = self._now(), self.known
        edits, clashes, taken = dict(mine), [], 0
        for path in {**known, **theirs}:
            there, before, here = theirs.get(path), known.get(path), mine.get(path)
            if same_decision(there, before) or same_decision(there, here):
                continue
            if same_decision(here, before):
                taken += 1
                edits.pop(path, None)
                if there is not None:
                    edits[path] = there
            else:
                clashes.append(path)
        return MergedDecisions(edits, taken, tuple(clashes), theirs)

    def write(self, edits: Mapping[str, LabelEdit]) -> None:
        """Replace the file; its folder is made if missing.

        Args:
            edits: All decisions by path.

        Raises:
            DiskError: It could not be written; nothing has changed.
        """
        durable.ensure_folder(self.path.parent)
        write_edits(self.path, edits.values())
        self.known = dict(edits)

    def _now(self) -> Decisions:
        try:
            return {edit.path: edit for edit in read_edits(self.path)}
        except DataError as error:
            if error.code == "edits.missing":
                return {}
            raise
