"""A run as a row of the list of runs. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from trainer.errors import NewerVersionError
from trainer.store.change_stamp import Stamp
from trainer.store.folder import State
from trainer.store.notes import ViewerNotes
from trainer.store.summary import LIVE, Summary
from trainer.text.text_shortening import last_part, short_line
from trainer.text.time_format import local_time

Column = Literal[
    "name", "state", "macro_f1", "loss", "epoch", "data", "model", "recipe", "seconds", "started", "tags", "note"
]  # fmt: skip
Group = str
"""What runs are grouped by: data, model, day, or a setting by its dotted name, such as `train.lr`; "": nothing. The day
is the local one on which a run was started."""


@dataclass(slots=True)
class Row:
    """One run. `summary` is from the journal if summary.json cannot be read, and `problem` says why; None if the
    journal does not help either."""

    name: str
    state: State
    summary: Summary | None
    notes: ViewerNotes
    problem: str | NewerVersionError = ""
    stamps: tuple[Stamp, Stamp] = ((), ())
    """Of summary.json and viewer.json."""
    folder: Stamp = ()
    owner: Stamp = ()
    """Of owner.json, if the run has not ended."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """By dotted name, as far as `RunList.read_settings` has read them."""
    settings_stamp: Stamp | None = None
    """Of run.toml, as last read."""

    @property
    def live(self) -> bool:
        """Whether an engine is working on it."""
        return self.state in LIVE

    def value(self, column: Column) -> Any:
        """What a column shows and sorts by; None if there is nothing."""
        return _VALUES[column](self, self.summary or NOTHING)

    def group(self, by: Group) -> str | None:
        """The group of this run: the data as named in its settings, the model, the day, ISO 8601, or the value of a
        setting; None if that is unknown."""
        if is_setting(by):
            return self.settings.get(by)
        summary = self.summary or NOTHING
        if by == "day":
            started = local_time(summary.started_at)
            return None if started is None else started.date().isoformat()
        return {"": "", "data": summary.data, "model": summary.model}[by] or None


def is_setting(by: Group) -> bool:
    """Whether runs are grouped by a setting."""
    return "." in by


NOTHING = Summary()
_VALUES: dict[Column, Callable[[Row, Summary], Any]] = {
    "name": lambda row, summary: row.name,
    "state": lambda row, summary: row.state,
    "macro_f1": lambda row, summary: summary.best_macro_f1,
    "loss": lambda row, summary: summary.best_loss,
    "epoch": lambda row, summary: summary.epoch,
    "data": lambda row, summary: short_line(last_part(summary.data)) or None,
    "model": lambda row, summary: short_line(summary.model) or None,
    "recipe": lambda row, summary: short_line(summary.recipe) or None,
    "seconds": lambda row, summary: summary.elapsed or None,
    "started": lambda row, summary: short_line(summary.started_at) or None,
    "tags": lambda row, summary: ", ".join(short_line(tag) for tag in row.notes.tags) or None,
    "note": lambda row, summary: short_line(row.notes.note) or None,
}
