"""summary.json: what a list of runs shows, in one small file. [no torch]"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from trainer.errors import NewerVersionError
from trainer.events import Status
from trainer.store import durable
from trainer.store.versions import VERSIONS, check_json_version
from trainer.text.json_text import parse_json
from trainer.text.nested_tables import table_of

LiveStatus = Literal["preparing", "running", "paused"]
RunStatus = Literal[LiveStatus, Status]
LIVE = get_args(LiveStatus)
ENDED = get_args(Status)
"""What a run says of itself that has ended; one that ended without saying so is lost."""
MAX_BYTES = 1 << 20


class Summary(msgspec.Struct, kw_only=True):
    """Where a run stands. Replaced at each EpochEnded and at RunEnded; new fields have defaults."""

    format: int = VERSIONS["summary"]
    status: RunStatus = "preparing"
    attempt: int = 1
    data: str = ""
    model: str = ""
    recipe: str = ""
    """Name of the recipe that its settings began with; empty: none, or it was not recorded."""
    started_at: str = ""
    """UTC, ISO 8601: when the first attempt began."""
    elapsed: float = 0.0
    """Seconds of training over all attempts."""
    epoch: int = 0
    epochs: int = 0
    step: int = 0
    best_epoch: int | None = None
    best_loss: float | None = None
    best_macro_f1: float | None = None
    best_macro_f1_of: tuple[int, int] | msgspec.UnsetType = msgspec.UNSET
    """Of how many classes it is the mean, and how many there are; not there where it is of all."""
    reason: str = ""


_decoder = msgspec.json.Decoder(Summary)


def write(path: str | Path, summary: Summary) -> None:
    """Replace the file. Raises DiskError."""
    durable.write_bytes(path, msgspec.json.format(msgspec.json.encode(summary), indent=1) + b"\n")


def read(path: str | Path) -> Summary | None:
    """The summary; None if there is no such file. Raises ValueError naming what is wrong if it cannot be used,
    NewerVersionError where a newer Epochscope wrote it."""
    try:
        text = durable.read_bytes(path, MAX_BYTES)
        check_json_version("summary", text, path)
        return parse_json(_decoder, text)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from error


def find(path: str | Path) -> Summary | None:
    """The same, but None if it cannot be used, also where a newer Epochscope wrote it."""
    try:
        return read(path)
    except (ValueError, NewerVersionError):
        return None


def recipe_name(settings: Mapping[str, Any]) -> str:
    """The recipe that the settings of a run started from; empty if there was none, or none was recorded."""
    name = table_of(settings, "recipe").get("name")
    return name if isinstance(name, str) else ""
