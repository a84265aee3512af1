"""The small records of a run that the engine itself writes: run.toml (also read here, and only here), environment.json,
log.txt. [no torch]"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from trainer.errors import DiskError
from trainer.store.durable import AppendFile, read_bytes, write_json, write_text
from trainer.store.folder import RunFolder
from trainer.time_format import now_text
from trainer.toml_text import parse_toml

MAX_SETTINGS = 1 << 20
MAX_ENVIRONMENT = 1 << 20


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


def parsed_settings(text: str) -> dict[str, Any]:
    """The tables of such a text. Raises ValueError where it is no TOML."""
    return parse_toml(text)


def recorded_settings(folder: RunFolder) -> dict[str, Any]:
    """The tables of run.toml, of a script's run, too; empty where it cannot be read."""
    try:
        return parsed_settings(settings_text(folder))
    except (OSError, ValueError):
        return {}


def dotted_settings(folder: RunFolder) -> dict[str, Any]:
    """Settings of a run by dotted name, such as `train.lr`; empty where run.toml cannot be read."""
    return dict(_dotted(recorded_settings(folder)))


def _dotted(tree: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _dotted(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def write_environment(folder: RunFolder, environment: Mapping[str, Any]) -> None:
    """environment.json. Raises DiskError."""
    write_json(folder.environment, environment)


def data_fingerprint(folder: RunFolder) -> str:
    """Fingerprint of the data and splits that a run was given; empty where environment.json cannot be read or does not
    have it."""
    try:
        about = msgspec.json.decode(read_bytes(folder.environment, MAX_ENVIRONMENT), type=dict[str, Any])
    except (OSError, ValueError, msgspec.MsgspecError, RecursionError):
        return ""
    found = about.get("data_fingerprint")
    return found if isinstance(found, str) else ""


def append_log(folder: RunFolder, text: str) -> None:
    """A line, or a traceback, with the local time and its offset in log.txt. A log that cannot be written must not
    end a run."""
    try:
        log = AppendFile(folder.log)
        try:
            log.append(f"{now_text()} {text.rstrip()}\n".encode())
        finally:
            log.close()
    except DiskError:
        pass
