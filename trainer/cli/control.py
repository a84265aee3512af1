"""`pause`, `stop`, `checkpoint`: requests to a live run, and their answers. [no torch]"""

from __future__ import annotations

import time
from typing import Annotated, Literal

from cyclopts import Parameter

from trainer import events as ev
from trainer.cli.flags import Runs
from trainer.cli.output import called, say
from trainer.errors import UsageError
from trainer.reasons import reason_text
from trainer.store.folder import RunFolder, find_run, runs_root, state
from trainer.store.journal import JournalReader
from trainer.store.requests import Do, Request, When, post
from trainer.store.summary import LIVE

WAIT_SECONDS = 10.0
POLL_SECONDS = 0.05

RunName = Annotated[str, Parameter(help="Name, beginning of a name, folder, or `last`.")]

_DONE = {
    "pause": "{run} is paused; everything stays in memory. Resume it with: epochscope resume {call}",
    "unpause": "{run} continues",
    "stop": "{run} is stopping{when}. Resume it later with: epochscope resume {call}",
    "checkpoint": "{run} saved {path}",
}


def pause(run: RunName, /, *, runs: Runs = None) -> int:
    """Pause a live run at its next step; everything stays in memory. `epochscope resume RUN` continues it."""
    return ask(find_run(runs_root(runs), run), "pause")


def stop(
    run: RunName,
    /,
    *,
    after: Annotated[
        Literal["step", "epoch"], Parameter(help="Finish the current step, or the whole epoch.", show_choices=True)
    ] = "step",
    runs: Runs = None,
) -> int:
    """Stop a live run: it finishes the step (or epoch), saves and ends. It can be resumed."""
    return ask(find_run(runs_root(runs), run), "stop", after)


def checkpoint(run: RunName, /, *, runs: Runs = None) -> int:
    """Have a live run save a checkpoint at its next step, and continue."""
    return ask(find_run(runs_root(runs), run), "checkpoint")


def ask(folder: RunFolder, do: Do, when: When = "step") -> int:
    """Post a request to a live run, wait for the answer and print it.

    Args:
        folder: Folder of the run.
        do: What is asked for.
        when: When it is done. Default: "step".

    Returns:
        The exit code, 0.

    Raises:
        UsageError: `run.not_running`: the run is not live; `request.refused`: it refuses; `request.unanswered`: it does
            not answer within 10 seconds.
    """
    now = state(folder)
    if now not in LIVE:
        raise UsageError(
            "run.not_running",
            f"{folder.name} is not running: it is {now}.",
            where=str(folder.path),
            expected="a run that is being trained right now; `epochscope runs` lists them",
            fix=f"start it again with: epochscope resume {called(folder)}" if now != "completed" else "",
            name=folder.name,
            status=now,
        )
    answer = _answer(folder, post(folder, do, when=when, source="command line"))
    # an engine of an older version gives its reason in words only
    reason = reason_text(answer.code, answer.parameters, answer.reason)
    if answer.result in ("refused", "stale"):
        raise UsageError(
            "request.refused",
            f"{folder.name} refused: {reason}",
            where=str(folder.path),
            name=folder.name,
            answer=answer.code,
        )
    if answer.result == "already":
        say(f"nothing to do: {reason}")
    else:
        late = " after this epoch" if when == "epoch" else ""
        path = answer.path or answer.reason
        say(_DONE[do].format(run=folder.name, call=called(folder), when=late, path=path))
    return 0


def _answer(folder: RunFolder, request: Request) -> ev.RequestHandled:
    """The RequestHandled of this request. The file disappears once it is in the journal, which may be long: it is
    searched for the id as text."""
    reader = JournalReader(folder.journal)
    mark = request.id.encode("ascii")
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        for line in reader.lines():
            if mark in line and isinstance(event := ev.decode(line[9:]), ev.RequestHandled):
                return event
        time.sleep(POLL_SECONDS)
    raise UsageError(
        "request.unanswered",
        f"{folder.name} did not answer within {WAIT_SECONDS:g} seconds.",
        where=str(folder.path),
        fix="the request stays queued, and a slow run will still handle it. If the process hangs, kill it and resume "
        f"the run: epochscope resume {called(folder)}",
    )
