"""One attempt at a run that ends at a given step: the process that `record.py` starts.

`python -m tests.golden.attempt ROOT NAME SCRIPT`. SCRIPT is JSON: `settings` of a new run (without them the run is
resumed), `requests` by step, `end` (the step after which the process sends itself `signal`) and `fails` (whether a
callback fails while the attempt prepares). It starts and resumes as the command line does; SIGINT is Ctrl-C.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from trainer import Callback
from trainer.launch import resume, start
from trainer.settings import merge
from trainer.store.folder import RunFolder
from trainer.store.requests import post

PACE = 0.03
"""Seconds added to each step, so that an epoch has more than one report."""
ANSWERED = 0.5
"""Seconds in which the engine has noticed a request: it polls several times a second."""


class Script(Callback):
    def __init__(self, requests: dict[str, list[Any]], end: int, ending: int) -> None:
        self.requests = requests
        self.end = end
        self.ending = ending

    def on_batch_ended(self, event: Any, run: Any) -> None:
        time.sleep(PACE)
        for do in self.requests.get(str(event.step), ()):
            post(run.folder, do, source="golden")
            time.sleep(ANSWERED)
        if event.step == self.end:
            os.kill(os.getpid(), self.ending)


class Faulty(Callback):
    """Fails at the first event; the run continues without it."""

    on_error = "detach"

    def on_preparing(self, event: Any, run: Any) -> None:
        raise RuntimeError("this callback always fails")


def main(root: str, name: str, text: str) -> int:
    script = json.loads(text)
    ending = signal.Signals[script["signal"]]
    callbacks: list[Callback] = [Script(script.get("requests", {}), script["end"], ending)]
    if script.get("fails"):
        callbacks.append(Faulty())
    if "settings" in script:
        result = start(merge(script["settings"]), Path(root), name=name, callbacks=callbacks, signals=True)
    else:
        result = resume(RunFolder(Path(root) / name), callbacks=callbacks, signals=True)
    return 3 if result.status == "stopped" else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
