"""What viewers ask of a running engine: one small file per request. [no torch]

A viewer posts (temp, then rename), the engine polls, acts, answers with RequestHandled and deletes the file. This
works alike on every platform, over network folders too, and needs no socket.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import msgspec

from trainer.errors import UsageError
from trainer.store import durable
from trainer.store.folder import RunFolder, confined, read_owner

Do = Literal["pause", "unpause", "stop", "checkpoint"]
When = Literal["step", "epoch"]
MAX_BYTES = 1 << 16
MAX_AT_ONCE = 100
_ID = re.compile(r"[A-Za-z0-9._-]{1,100}", re.ASCII)


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """`attempt` is the one it was meant for; `when`: at the end of this step or of this epoch."""

    id: str
    attempt: int
    do: Do
    when: When = "step"
    source: str = msgspec.field(name="from", default="")


class Received(NamedTuple):
    """A request file as the engine finds it. `result` is "" for one to act on, else the answer to give, with why."""

    id: str
    request: Request | None
    result: Literal["", "stale", "refused"]
    reason: str


_decoder = msgspec.json.Decoder(Request)


def post(folder: RunFolder, do: Do, *, when: When = "step", source: str) -> str:
    """Ask the engine of this run for something and return the request's id, which RequestHandled repeats.

    Raises UsageError `request.unknown` for another `do` or `when`, `run.not_running` where no engine has been,
    DataError `run.outside` where requests/ is a link to elsewhere, and DiskError where the folder cannot be written.
    """
    if do not in get_args(Do) or when not in get_args(When):
        expected = f"do: {', '.join(get_args(Do))}; when: {', '.join(get_args(When))}"
        raise UsageError("request.unknown", f"An engine cannot {do!r} at {when!r}.", expected=expected)
    owner = read_owner(folder)
    if owner is None:
        raise UsageError("run.not_running", "No engine works on this run.", where=str(folder.path))
    places = confined(folder, folder.requests.name)
    # the time comes first, so that requests are handled in the order they were made
    request_id = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
    request = Request(id=request_id, attempt=owner.attempt, do=do, when=when, source=source)
    durable.write_bytes(places / f"{request_id}.json", msgspec.json.encode(request))
    return request_id


def poll(folder: RunFolder, attempt: int) -> list[Received]:
    """Requests that wait, at most 100: stop first, then the older ones first.

    Those meant for another attempt are `stale`, those that make no sense `refused`; all are to be answered. Raises
    nothing: a file that cannot be read just now is left for the next time.
    """
    try:
        with os.scandir(folder.requests) as entries:
            names = [entry.name for entry in entries if entry.name.endswith(".json") and not entry.name.startswith(".")]
    except OSError:
        return []
    received = [found for name in sorted(names)[:MAX_AT_ONCE] if (found := _receive(folder.requests / name, attempt))]
    return sorted(received, key=lambda found: found.request is None or found.request.do != "stop")


def _receive(path: Path, attempt: int) -> Received | None:
    name = path.stem
    if path.is_dir():
        return None
    try:
        data = durable.read_bytes(path, MAX_BYTES)
    except (FileNotFoundError, PermissionError):
        return None
    except OSError as error:
        return Received(name, None, "refused", error.strerror or str(error))
    try:
        request = _decoder.decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        return Received(name, None, "refused", f"not a request: {error}"[:200])
    if request.id != name or not _ID.fullmatch(name):
        return Received(name, None, "refused", "the id is not the name of the file")
    if request.attempt != attempt:
        return Received(name, request, "stale", f"meant for attempt {request.attempt}")
    return Received(name, request, "", "")


def answer(folder: RunFolder, request_id: str) -> None:
    """Delete the file of a request that was handled. Raises DiskError."""
    durable.remove(folder.requests / f"{request_id}.json")
