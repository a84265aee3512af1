"""Why the engine refused a request or a run was stopped: every code with its English text. [no torch]

Events carry a code and parameters; the command line, the window and the report turn them into sentences.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

REASONS: dict[str, str] = {
    "request.malformed": "not a request: {detail}",
    "request.unreadable": "the request cannot be read: {detail}",
    "request.stale": "meant for attempt {attempt}",
    "request.no_run": "no run is in progress",
    "request.run_ended": "the run has ended",
    "request.stopping": "the run is stopping",
    "request.paused": "the run is paused",
    "request.not_paused": "the run is not paused",
    "request.not_training": "there is nothing to save: the run is not training",
    "request.no_checkpoint_callback": "this run has no Checkpoint callback",
    "request.save_failed": "saving failed; see log.txt",
    "stop.request": "{source}",
    "stop.interrupt": "with Ctrl-C",
    "stop.early_stopping": "early stopping: the validation loss has stopped falling",
    "stop.early_stopping_by": "early stopping: {name} has stopped improving",
    "stop.pruned": "pruned: the trial was worse than others at this epoch",
}
"""Parameters in braces. `stop.request` also has `when`: "step" or "epoch"."""

SOURCES: dict[str, str] = {
    "window": "from a window",
    "command line": "from a terminal",
    "api": "from the script",
    "request": "by a request",
    "callback": "by a callback",
    "SIGINT": "with Ctrl-C",
    "SIGTERM": "by the system (SIGTERM)",
    "SIGHUP": "by closing its terminal",
}
"""Who asks for a pause or a stop: the `source` of requests and events, with its English text. Other programs may use
their own names."""


Translate = Callable[[str, str], str]
"""Context ("Codes", "Sources") and code to a text in another language; the code itself where there is none."""


def in_english(context: str, code: str) -> str:
    """The identity: English texts are declared here."""
    return code


def reason_text(code: str, parameters: Mapping[str, Any], reason: str = "", translate: Translate = in_english) -> str:
    """The sentence of a code. `reason` where the code is not known: a callback's own words, or an older journal's."""
    text = translate("Codes", code)
    if text == code:
        text = REASONS.get(code, "")
    values = {**parameters, "source": source_text(str(parameters.get("source", "")), translate)}
    try:
        return text.format_map(values) or reason
    except (LookupError, ValueError, AttributeError):
        return reason  # another version used other parameters


def source_text(source: str, translate: Translate = in_english) -> str:
    """Text for the source of a request."""
    text = translate("Sources", source)
    return SOURCES.get(source, source) if text == source else text
