"""Requests to a running engine: pause, unpause, stop, checkpoint. [no torch]

A script passes them to the engine directly, other processes through the run folder, one small file each: a viewer posts
it (temp, then rename), the engine polls, acts, answers with RequestHandled and deletes it. This works on every platform
and over network folders, and needs no socket.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import threading
import time
import uuid
from functools import partial
from pathlib import Path
from typing import Any, Literal, NotRequired, TypedDict, get_args

import msgspec

from trainer.errors import UsageError
from trainer.events import Answer, CheckpointKind, RequestHandled
from trainer.reasons import REASONS
from trainer.store import durable
from trainer.store.folder import RunFolder, confined, read_owner
from trainer.text.json_text import parse_json
from trainer.text.unicode_text import printable

Do = Literal["pause", "unpause", "stop", "checkpoint"]
When = Literal["step", "epoch"]
MAX_BYTES = 1 << 16
MAX_AT_ONCE = 100
_FOR_NOW = {errno.EMFILE, errno.ENFILE, errno.EIO, errno.EINTR, errno.ETIMEDOUT, getattr(errno, "ESTALE", errno.EIO)}
"""Errors of this process or of a network disk, not of the file."""
_ID = re.compile(r"[A-Za-z0-9._-]{1,100}", re.ASCII)

_File = TypedDict("_File", {"id": str, "attempt": int, "do": Do, "when": NotRequired[When], "from": NotRequired[str]})
"""The content of a request file, as JSON."""
_decoder = msgspec.json.Decoder(_File)


class MalformedRequestError(UsageError):
    """A malformed file in requests/. It is refused under `id`, its name without the suffix."""

    def __init__(self, code: str, name: str, detail: str) -> None:
        self.file = f"{name}.json"
        # a name that is not UTF-8 must not keep the answer from being written
        self.id = printable(name)
        super().__init__(code, REASONS[code].format(detail=detail), where=f"requests/{self.id}.json", detail=detail)


class Request:
    """A request to a run and, once the engine has handled it, the answer.

    Args:
        do: "pause", "unpause", "stop" or "checkpoint".
        when: "step" or "epoch": at the end of which.
        source: Who asks, for the journal.
        ident: The request's own id. Default: a random one.
        attempt: The attempt it is meant for. None: the one under way.
        kind: Kind of checkpoint requested.

    Attributes:
        id: The request's own id, which the answer repeats.
        answer: The event that answers it; None until then.
    """

    def __init__(
        self,
        do: Do,
        when: When = "step",
        *,
        source: str = "api",
        ident: str = "",
        attempt: int | None = None,
        kind: CheckpointKind = "manual",
    ) -> None:
        self.id = ident or uuid.uuid4().hex
        self.do = do
        self.when = when
        self.source = source
        self.attempt = attempt
        self.kind = kind
        self.file = f"{self.id}.json" if attempt is not None else ""
        """Its name in requests/; "" for a request made in this process."""
        self.answer: RequestHandled | None = None
        self.engine: int | None = None
        """The thread that will answer."""
        self._answered = threading.Event()

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process gets it without its answer."""
        about: dict[str, Any] = {"source": self.source, "ident": self.id, "attempt": self.attempt, "kind": self.kind}
        return partial(Request, self.do, self.when, **about), ()

    @property
    def result(self) -> Answer | None:
        """ "done", "already", "refused" or "stale"; None until it is answered."""
        return self.answer.result if self.answer is not None else None

    @property
    def reason(self) -> str:
        """Why it was refused, in English, or the path of the checkpoint; empty until it is answered."""
        return self.answer.reason if self.answer is not None else ""

    def wait(self, timeout: float | None = None) -> Answer | None:
        """Block until the engine has answered. Inside a hook, on the engine's own thread, it returns at once.

        Args:
            timeout: Seconds to wait at most. None: as long as it takes.

        Returns:
            The result; None if there is no answer yet.
        """
        if threading.get_ident() != self.engine:
            self._answered.wait(timeout)
        return self.result

    def set_answer(self, answer: RequestHandled) -> None:
        """Answer the request. Called by the engine, once.

        Args:
            answer: The event.
        """
        self.answer = answer
        self._answered.set()


def encode(request: Request) -> bytes:
    """The request as the content of a file."""
    fields = {"id": request.id, "attempt": request.attempt, "do": request.do, "when": request.when}
    return msgspec.json.encode({**fields, "from": request.source})


def decode(name: str, data: bytes) -> Request:
    """The request in the file called `name`.json. Raises MalformedRequestError where it does not hold one."""
    try:
        found = parse_json(_decoder, data)
    except ValueError as error:
        raise MalformedRequestError("request.malformed", name, str(error)[:200]) from error
    if found["id"] != name or not _ID.fullmatch(name):
        raise MalformedRequestError("request.malformed", name, "the id is not the name of the file")
    source = found.get("from") or "request"
    return Request(found["do"], found.get("when", "step"), source=source, ident=name, attempt=found["attempt"])


def post(folder: RunFolder, do: Do, *, when: When = "step", source: str) -> Request:
    """Ask the engine of this run for something and return the request, whose id RequestHandled repeats.

    Raises UsageError `request.unknown` for another `do` or `when`, `run.not_running` where no engine has been,
    DataError `run.outside` where requests/ is a link to elsewhere, and DiskError where the folder cannot be written.
    """
    if do not in get_args(Do) or when not in get_args(When):
        expected = f"do: {', '.join(get_args(Do))}; when: {', '.join(get_args(When))}"
        raise UsageError("request.unknown", f"The training process cannot {do!r} at {when!r}.", expected=expected)
    owner = read_owner(folder)
    if owner is None:
        raise UsageError("run.not_running", "No process is training this run.", where=str(folder.path))
    places = confined(folder, folder.requests.name)
    # the time comes first, so that requests are handled in the order they were made
    ident = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
    request = Request(do, when, source=source, ident=ident, attempt=owner.attempt)
    durable.write_bytes(places / request.file, encode(request))
    return request


def poll(folder: RunFolder) -> list[Request | MalformedRequestError]:
    """The waiting files, at most 100, oldest first; each must be answered, a malformed one too.

    Raises nothing: a file that cannot be read just now is left for the next time.
    """
    try:
        with os.scandir(folder.requests) as entries:
            names = [entry.name for entry in entries if entry.name.endswith(".json") and not entry.name.startswith(".")]
    except OSError:
        return []
    return [found for name in sorted(names)[:MAX_AT_ONCE] if (found := _read(folder.requests / name)) is not None]


def _read(path: Path) -> Request | MalformedRequestError | None:
    name = path.stem
    if path.is_dir():
        return None
    try:
        return decode(name, durable.read_bytes(path, MAX_BYTES))
    except (FileNotFoundError, PermissionError):
        return None
    except OSError as error:
        if error.errno in _FOR_NOW:
            return None
        return MalformedRequestError("request.unreadable", name, error.strerror or str(error))
    except MalformedRequestError as error:
        return error


def remove(folder: RunFolder, file: str) -> None:
    """Delete the file of a request that was answered. Raises DiskError."""
    durable.remove(folder.requests / file)
