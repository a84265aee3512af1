"""The small records of a run that the engine itself writes: run.toml, environment.json, log.txt. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from trainer.errors import DiskError
from trainer.settings.toml import dumps
from trainer.store.durable import AppendFile, write_json, write_text
from trainer.store.folder import RunFolder


def write_settings(folder: RunFolder, settings: Mapping[str, Any]) -> None:
    """run.toml: repeats the run. Raises DiskError."""
    write_text(folder.run_toml, dumps(settings))


def write_environment(folder: RunFolder, environment: Mapping[str, Any]) -> None:
    """environment.json. Raises DiskError."""
    write_json(folder.environment, environment)


def append_log(folder: RunFolder, text: str) -> None:
    """A line, or a traceback, with the time (UTC) in log.txt. A log that cannot be written must not end a run."""
    try:
        log = AppendFile(folder.log)
        try:
            log.append(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {text.rstrip()}\n".encode())
        finally:
            log.close()
    except DiskError:
        pass
