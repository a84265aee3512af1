"""The small records of a run that the engine itself writes: run.toml (also read here, and only here), environment.json,
log.txt. [no torch]"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from trainer.errors import DiskError
from trainer.store.durable import AppendFile, read_bytes, write_json, write_text
from trainer.store.folder import RunFolder
from trainer.text.json_text import parse_json
from trainer.text.nested_tables import dotted
from trainer.text.time_format import now_text
from trainer.text.toml_text import parse_toml

MAX_SETTINGS = 1 << 20
MAX_ENVIRONMENT = 1 << 20
_environment_decoder = msgspec.json.Decoder(dict[str, Any])


def write_settings(folder: RunFolder, settings: Mapping[str, Any]) -> None:
    """run.toml: repeats the run. Raises DiskError."""
    from trainer.settings.toml import dumps  # with all of pydantic, which readers do without

    write_text(folder.run_toml, dumps(settings))


def settings_text(folder: RunFolder) -> str:
    """run.toml as it is. Raises OSError where it cannot be read, ValueError where it is empty or no UTF-8."""
    text = read_bytes(folder.run_toml, MAX_SETTINGS).decode("utf-8")
    if not text.strip():
        raise ValueError("it is empty")
    return text


def settings_tables(folder: RunFolder) -> dict[str, Any]:
    """The tables of run.toml, of a script's run too; empty where it cannot be read."""
    try:
        return parse_toml(settings_text(folder))
    except (OSError, ValueError):
        return {}


def dotted_settings(folder: RunFolder) -> dict[str, Any]:
    """Settings of a run by dotted name, such as `train.lr`; empty where run.toml cannot be read."""
    return dict(dotted(settings_tables(folder)))


def write_environment(folder: RunFolder, environment: Mapping[str, Any]) -> None:
    """environment.json. Raises DiskError."""
    write_json(folder.environment, environment)


def data_fingerprint(folder: RunFolder) -> str:
    """Fingerprint of the data and splits that a run was given; empty where environment.json cannot be read or does not
    have it."""
    try:
        about = parse_json(_environment_decoder, read_bytes(folder.environment, MAX_ENVIRONMENT))
    except (OSError, ValueError):
        return ""
    found = about.get("data_fingerprint")
    return found if isinstance(found, str) else ""


def append_log(folder: RunFolder, text: str) -> None:
    """A line, or a traceback, with the local time and its offset in log.txt. Failing to write it must not
    end a run."""
    try:
        log = AppendFile(folder.log)
        try:
            log.append(f"{now_text()} {text.rstrip()}\n".encode())
        finally:
            log.close()
    except DiskError:
        pass
