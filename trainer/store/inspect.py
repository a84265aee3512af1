"""All that a run folder says of its run, as plain values: what `runs show` prints and `export` hands on. [no torch]"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import msgspec

from trainer import events as ev
from trainer.store import evaluations
from trainer.store.folder import RunFolder, state
from trainer.store.journal import JournalReader, Record
from trainer.store.summary import Summary
from trainer.store.summary import read as read_summary


def run_facts(folder: RunFolder) -> dict[str, Any]:
    """Name, path, status, summary, settings, attempts, checkpoints, evaluation, journal, log. What is missing or
    damaged is empty. Raises DiskError where the journal is there and cannot be opened."""
    reader = JournalReader(folder.journal)
    return facts_of(folder, reader.read(), reader)


def facts_of(folder: RunFolder, records: list[Record], reader: JournalReader) -> dict[str, Any]:
    """`run_facts` for whoever has read the journal already."""
    return {
        "name": folder.name,
        "path": folder.path,
        "status": state(folder),
        "summary": msgspec.to_builtins(_summary(folder)),
        "settings": _settings(folder),
        "attempts": _attempts(records),
        "checkpoints": _files(folder.checkpoints, "*.safetensors"),
        "evaluation": {split: one.plain() for split, one in evaluations.find_all(folder).items()},
        "journal": {
            "records": len(records),
            "damaged": reader.damaged,
            "damaged_lines": [damage._asdict() for damage in reader.damaged_lines],
        },
        "log": folder.log if folder.log.exists() else None,
    }


def _summary(folder: RunFolder) -> Summary:
    try:
        return read_summary(folder.summary) or Summary()
    except ValueError:
        return Summary()


def _settings(folder: RunFolder) -> dict[str, Any]:
    try:
        return tomllib.loads(folder.run_toml.read_text("utf-8"))
    except (OSError, ValueError):
        return {}


def _files(place: Path, pattern: str) -> list[dict[str, Any]]:
    found = sorted((path for path in place.glob(pattern) if path.is_file()), key=lambda path: path.stat().st_mtime)
    return [{"name": path.name, "bytes": path.stat().st_size} for path in found]


def _attempts(records: list[Record]) -> list[dict[str, Any]]:
    """How each start went, as the journal tells it; one without an end was lost or is still going on."""
    attempts: dict[int, dict[str, Any]] = {}
    for record in records:
        event = record.event
        about = attempts.setdefault(record.attempt, {"attempt": record.attempt, "status": "", "reason": ""})
        about["epoch"], about["step"], about["seconds"] = event.epoch, event.step, record.t
        if isinstance(event, ev.RunStarted):
            about |= {"started_at": event.started_at, "resumed_step": event.resumed_step, "device": event.device}
            about |= {"parameters": event.parameters, "threads": event.threads, "versions": event.versions}
            about |= {"split_sizes": event.split_sizes, "classes": event.classes, "input_shape": event.input_shape}
        elif isinstance(event, ev.RunEnded):
            about |= {"status": event.status, "reason": event.reason, "code": event.code, "error": event.error}
    return list(attempts.values())
