"""`assist`: answers a window's questions for as long as it lives, a line of JSON each. No torch before it is needed.

    {"id": 1, "do": "ping"}
    {"id": 2, "do": "data", "settings": {"data": {"source": "digits"}}, "out": "few.npz", "per_class": 3}
    {"id": 3, "do": "preview", "settings": {...}, "n": 16, "epoch": 1, "out": "batch.npz"}
    {"id": 4, "do": "predict", "run": "monday", "runs": "/home/ada/runs", "images": ["cat.jpg"]}
    {"id": 5, "do": "map", "run": "monday", "runs": "/home/ada/runs"}
    {"id": 6, "do": "find", "images": ["photos"], "classes": ["cat", "dog"]}
    {"id": 7, "do": "score", "classes": ["cat", "dog"], "cells": [[0, 0, 40], [0, 1, 2]]}
    {"id": 8, "do": "sort", "images": ["x.jpg"], "labels": ["cat"], "classes": ["cat", "dog"], "out": "sorted"}
    {"id": 9, "do": "recommend", "settings": {"data": {"source": "photos"}}}
    {"id": 10, "do": "estimate", "settings": {"data": {"source": "photos"}}, "runs": "/home/ada/runs"}
    {"id": 11, "do": "labels", "settings": {"data": {"source": "photos"}}, "runs": "/home/ada/runs"}
    {"id": 12, "do": "slices", "run": "monday", "runs": "/home/ada/runs", "split": "test", "out": "slices.npz"}
    {"id": 13, "do": "explain", "run": "monday", "split": "valid", "place": 3, "label": 0, "out": "map.npz"}
    {"id": 14, "do": "similar", "run": "monday", "images": ["cat.jpg"], "n": 8, "out": "similar.npz"}
    {"id": 15, "do": "rates", "settings": {"data": {"source": "photos"}}, "runs": "/home/ada/runs", "n": 200}
    {"id": 16, "do": "callbacks", "settings": {"callbacks": ["tensorboard"]}}
    {"id": 17, "do": "evaluate", "run": "monday", "runs": "/home/ada/runs"}

`settings` are nested tables as in run.toml, the missing ones have their defaults; relative paths start in the folder
where `assist` was started. Each request gets one line {"id", "ok": true, ...} or {"id", "ok": false, "code",
"parameters", "what", "where", "expected", "fix"}, after any number of {"id", "progress": {"stage", "done", "total"}}.
A line that is no request gets an answer as well, with id null. Arrays go to the file that the request names.
"""

from __future__ import annotations

import contextlib
import sys
from typing import Any

import msgspec

from trainer.cli.output import error_parts, log_bug
from trainer.cli.rpc_actions import ACTIONS
from trainer.cli.rpc_helper import Ask, Helper
from trainer.errors import EpochscopeError, UsageError

MAX_LINE = 4 << 20


def assist() -> int:
    """Answer requests from a program until standard input ends: one line of JSON in, one out.

    Requests: ping, data, preview, predict, map, find, score, sort, recommend, estimate, labels, slices, explain,
    similar, rates, callbacks, evaluate. Their fields are described at the top of trainer/cli/rpc_server.py.
    """
    answers = sys.stdout
    # whatever else is printed in this process, by a plugin's model for example, must not get between the answers
    with contextlib.redirect_stdout(sys.stderr):
        helper = Helper(answers)
        while line := sys.stdin.buffer.readline(MAX_LINE):
            if line.strip():
                answer(helper, line)
    return 0


def answer(helper: Helper, line: bytes) -> None:
    """Answer one line; only errors of the stream are raised."""
    ident: Any = None
    try:
        ident, ask = _understand(line)
        found = ACTIONS[ask.do](helper, ask)
    except EpochscopeError as error:
        helper.write({"id": error.ident if isinstance(error, MisunderstoodError) else ident, **_as_answer(error)})
    except Exception as error:
        helper.write({"id": ident, **_as_answer(_bug(error))})
    else:
        helper.write({"id": ident, "ok": True, **found})


class MisunderstoodError(UsageError):
    """A line that is not a request; `ident` is its id, if it has one."""

    ident: Any = None


def _understand(line: bytes) -> tuple[Any, Ask]:
    ident = None
    try:
        raw = msgspec.json.decode(line)
        ident = raw.get("id") if isinstance(raw, dict) else None
        ident = ident if isinstance(ident, int | str) else None
        ask = msgspec.convert(raw, Ask)
        if ask.do not in ACTIONS:
            raise ValueError(f"`do` is {ask.do!r}")
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        wrong = MisunderstoodError(
            "assist.request",
            f"This line is not a request: {str(error)[:300]}",
            expected=f'one object with "do" ({", ".join(ACTIONS)}), "id" and the fields of that request',
        )
        wrong.ident = ident
        raise wrong from error
    return ident, ask


def _as_answer(error: EpochscopeError) -> dict[str, Any]:
    return {"ok": False, "exit_code": error.exit_code, **error_parts(error)}


def _bug(error: Exception) -> EpochscopeError:
    log = log_bug(error)
    return EpochscopeError("bug", f"{type(error).__name__}: {error}", where=str(log or ""), fix="please report it")
