"""Everything a run folder says about its run, as plain values, for `runs show` and `export`. [no torch]"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import msgspec

from trainer.errors import DataError
from trainer.store import evaluations
from trainer.store import summary as summaries
from trainer.store.attempt_history import AttemptHistory
from trainer.store.best_epoch import best_of
from trainer.store.edits_file import kept_counts
from trainer.store.folder import RunFolder, state
from trainer.store.format_check import check_formats
from trainer.store.journal import JournalReader
from trainer.store.journal_summary import summary_of
from trainer.store.run_files import settings_tables
from trainer.store.run_history import RunHistory, read_history
from trainer.store.scalar_tables import scalar_rows
from trainer.store.summary import Summary


def run_facts(folder: RunFolder) -> dict[str, Any]:
    """Name, path, status, summary, best epoch, settings, edits of labels, attempts, checkpoints, evaluation, what
    callbacks have last reported, detached callbacks, journal, log. Missing or damaged parts are empty. Raises DiskError
    if the journal exists but cannot be opened, NewerVersionError if a newer Epochscope wrote any of it."""
    check_formats(folder)
    reader = JournalReader(folder.journal)
    return facts_of(folder, read_history(reader), reader)


def facts_of(folder: RunFolder, history: RunHistory, reader: JournalReader) -> dict[str, Any]:
    """`run_facts` for a journal that has been read already."""
    return {
        "name": folder.name,
        "path": folder.path,
        "status": state(folder),
        "summary": msgspec.to_builtins(_summary(folder, history)),
        "best": best.plain() if (best := best_of(history)) is not None else None,
        "settings": settings_tables(folder),
        "edits": _edits(folder),
        "attempts": _attempts(history),
        "checkpoints": _files(folder.checkpoints, "*.safetensors"),
        "evaluation": {split: one.plain() for split, one in evaluations.find_all(folder).items()},
        "reported": _reported(history),
        "detached": _detached(history),
        "journal": {
            "records": history.records,
            "damaged": reader.damaged,
            "damaged_lines": [damage._asdict() for damage in reader.damaged_lines],
        },
        "log": folder.log if folder.log.exists() else None,
    }


def _reported(history: RunHistory) -> dict[str, Any]:
    """What callbacks have reported last of each name."""
    last = {name: one for (name, _), one in sorted(history.pictures.items())}
    return {
        "scalars": {name: rows[-1] for name, rows in scalar_rows(history.scalars).items()},
        "pictures": {name: {"epoch": one.epoch, "step": one.step, "path": one.path} for name, one in last.items()},
    }


def _detached(history: RunHistory) -> list[dict[str, Any]]:
    """The failures after which an attempt went on without the callback, in order."""
    failures = (one.values for one in history.messages if one.kind == "CallbackFailed")
    parts = ("callback", "hook", "epoch", "step", "error")
    return [{part: values[part] for part in parts} for values in failures if values["action"] == "detach"]


def _summary(folder: RunFolder, history: RunHistory) -> Summary:
    return summaries.find(folder.summary) or summary_of(history) or Summary()


def _edits(folder: RunFolder) -> dict[str, int] | None:
    try:
        found = kept_counts(folder)
    except DataError:
        found = None
    return found._asdict() if found is not None else None


def _files(place: Path, pattern: str) -> list[dict[str, Any]]:
    found = sorted((path for path in place.glob(pattern) if path.is_file()), key=lambda path: path.stat().st_mtime)
    return [{"name": path.name, "bytes": path.stat().st_size} for path in found]


def _attempts(history: RunHistory) -> list[dict[str, Any]]:
    """The attempts. Steps after `kept_step` were discarded by a later attempt that resumed from there."""
    found, resumed = [], math.inf
    for one in reversed(history.attempts.values()):
        found.append({**_attempt(one), "kept_step": min(one.step, resumed)})
        if one.started is not None:
            resumed = min(resumed, one.started.resumed_step)
    return found[::-1]


def _attempt(one: AttemptHistory) -> dict[str, Any]:
    """An attempt without an end was lost or is still running."""
    about: dict[str, Any] = {"attempt": one.number, "status": "", "reason": ""}
    about |= {"epoch": one.epoch, "step": one.step, "seconds": one.seconds}
    if (started := one.started) is not None:
        about |= {"started_at": started.started_at, "resumed_step": started.resumed_step, "device": started.device}
        about |= {"parameters": started.parameters, "threads": started.threads, "versions": started.versions}
        about |= {"split_sizes": started.split_sizes, "classes": started.classes, "input_shape": started.input_shape}
        about |= {"file_callbacks": started.file_callbacks}
    if (ended := one.ended) is not None:
        about |= {"status": ended.status, "reason": ended.reason, "code": ended.code, "error": ended.error}
    return about
