"""summary.json: what a list of runs shows, in one small file. [no torch]"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from trainer.store import durable
from trainer.store.versions import VERSIONS, check_version

RunStatus = Literal["preparing", "running", "paused", "completed", "stopped", "failed"]
MAX_BYTES = 1 << 20


class Summary(msgspec.Struct, kw_only=True):
    """Where a run stands. Replaced at each EpochEnded and at RunEnded; new fields have defaults."""

    format: int = VERSIONS["summary"]
    status: RunStatus = "preparing"
    attempt: int = 1
    data: str = ""
    model: str = ""
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


class _Version(msgspec.Struct):
    format: int = 1


_version_decoder = msgspec.json.Decoder(_Version)
_decoder = msgspec.json.Decoder(Summary)


def write(path: str | Path, summary: Summary) -> None:
    """Replace the file. Raises DiskError."""
    durable.write_bytes(path, msgspec.json.format(msgspec.json.encode(summary), indent=1) + b"\n")


def read(path: str | Path) -> Summary | None:
    """The summary; None if there is no such file. Raises ValueError naming what is wrong if it cannot be used,
    NewerVersionError where a newer Epochscope wrote it."""
    try:
        text = durable.read_bytes(path, MAX_BYTES)
        check_version("summary", _version_decoder.decode(text).format, path)
        return _decoder.decode(text)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: {error}") from error
