"""Saves each decision at once to a file the user has agreed to; changes by other programs are kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QMessageBox, QWidget

from gui.panels.labels.place_dialog import PlaceDialog, ask_file
from gui.preferences import Preferences
from gui.text import formats
from gui.text.errors import error_text
from gui.viewmodels.decisions_file import Decisions, DecisionsFile, MergedDecisions
from gui.viewmodels.proposal_review import same_decision
from gui.widgets.question_box import question_box
from trainer.errors import EpochscopeError
from trainer.home_path import expanded
from trainer.store.edits_file import default_edits_path
from trainer.text.nested_tables import table_of


class DecisionSaver(QObject):
    """`changed`: the file's state has changed. `file` is None until the user has agreed on a place; `failure` says why
    the latest decisions are only in memory, `taken` how many came from the file."""

    changed = Signal()

    def __init__(self, parent: QWidget, preferences: Preferences) -> None:
        super().__init__(parent)
        self._window, self._preferences = parent, preferences
        self._source, self._root = "", Path()
        self.file: DecisionsFile | None = None
        self.failure = ""
        self.taken = 0
        self._asked = False
        self._kept: dict[tuple[str, Path | None], tuple[Decisions, Decisions]] = {}
        """Of images that are not shown now, by source and file: decisions, and what was known to be in the file."""

    def unsaved(self, mine: Decisions) -> int:
        """How many decisions are only in memory: of `mine`, about the images that are shown, and of those kept."""
        return sum(_differing(*pair) for pair in [(mine, self._known), *self._kept.values()])

    def keep(self, mine: Decisions) -> None:
        """Other images, or the same again, are about to be loaded: decisions that are only in memory come back when
        these are loaded again."""
        if mine and _differing(mine, self._known):
            self._kept[self._key] = mine, self._known

    @property
    def _known(self) -> Decisions:
        return self.file.known if self.file is not None else {}

    @property
    def _key(self) -> tuple[str, Path | None]:
        return self._source, self.file.path if self.file is not None else None

    def load(self, settings: Mapping[str, Any], root: Path) -> Decisions:
        """The existing decisions about the images of these settings."""
        data = table_of(settings, "data")
        self._source, self._root, self._asked = str(data.get("source", "")), root, False
        self.failure, self.taken = "", 0
        path = self._known_path(data.get("edits"))
        self.file = DecisionsFile(path) if path is not None else None
        found: Decisions = {}
        try:
            found = self.file.read() if self.file is not None else {}
        except EpochscopeError as error:
            self.failure = error_text(error)
        if (kept := self._kept.pop(self._key, None)) is not None:
            return self._tried_again(*kept)
        self.changed.emit()
        return found

    def _tried_again(self, kept: Decisions, known: Decisions) -> Decisions:
        """Those that could not be saved; without a place, nothing is asked before the next decision."""
        if self.file is not None:
            self.file.known = known  # what others have written since is merged, not overwritten
            return self.save(kept)
        self.changed.emit()
        return kept

    def _known_path(self, edits: object) -> Path | None:
        """The file the run was trained with, the one chosen before, or one that is where it would be proposed."""
        if isinstance(edits, str) and edits:
            return expanded(edits).absolute()
        if chosen := self._preferences.edits_file(self._source):
            return Path(chosen)
        places = [default_edits_path(self._source, self._root, beside_data=beside) for beside in (False, True)]
        return next((place for place in places if place.is_file()), None)

    def save(self, mine: Decisions) -> Decisions:
        """Write these and return the valid decisions, including those from the file. If writing fails, `failure` says
        why."""
        if self.file is None and not self._ask_once():
            self.changed.emit()
            return mine
        assert self.file is not None
        edits, self.failure, self.taken = mine, "", 0
        try:
            merged = self.file.merge(mine)
            self.taken = merged.taken
            edits = merged.with_theirs() if merged.clashes and self._prefers_theirs(merged) else merged.edits
            self.file.write(edits)
        except EpochscopeError as error:
            self.failure = error_text(error)
        self.changed.emit()
        return edits

    def look_again(self, mine: Decisions) -> Decisions:
        """The valid decisions if another program has changed the file; nothing is written."""
        if self.file is None or self.failure:
            return mine
        try:
            merged = self.file.merge(mine)
            if merged.clashes or not merged.taken:
                return mine
            self.file.read()
        except EpochscopeError as error:
            self.failure = error_text(error)
            self.changed.emit()
            return mine
        self.taken = merged.taken
        self.changed.emit()
        return merged.edits

    def choose_place(self, mine: Decisions) -> Decisions:
        """Use another file the user has chosen; decisions already in it are kept."""
        start = self.file.path if self.file is not None else default_edits_path(self._source, self._root)
        path = ask_file(self._window, start)
        if path is None:
            return mine
        self._take_place(path)
        return self.save(mine)

    def _take_place(self, path: Path) -> None:
        self.file = DecisionsFile(path)
        self._preferences.set_edits_file(self._source, path)

    def _ask_once(self) -> bool:
        if self._asked:
            return False
        self._asked = True
        dialog = PlaceDialog(self._source, self._root, self._window)
        accepted = dialog.exec() == QDialog.DialogCode.Accepted
        if accepted:
            self._take_place(dialog.path)
        dialog.deleteLater()
        return accepted

    def _prefers_theirs(self, merged: MergedDecisions) -> bool:
        """Another program has made other decisions about some images meanwhile."""
        names = "\n".join(formats.plain(path) for path in merged.clashes[:5])
        text = self.tr("Another program has since changed the decisions for {count} images:").format(
            count=formats.whole(len(merged.clashes))
        )
        box = question_box(self._window, QMessageBox.Icon.Question, f"{text}\n{names}")
        mine = box.addButton(self.tr("Keep mine"), QMessageBox.ButtonRole.AcceptRole)
        theirs = box.addButton(self.tr("Use the decisions in the file"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(mine)
        box.exec()
        return box.clickedButton() is theirs


def _differing(mine: Decisions, known: Decisions) -> int:
    return sum(not same_decision(mine.get(path), known.get(path)) for path in {**known, **mine})
