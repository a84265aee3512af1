"""`compare`: numpy, scikit-learn and PyTorch side by side. torch is imported only in the processes of the entries."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from trainer.cli.flags import Json, Runs, gather, settings_flags
from trainer.cli.output import note, say, say_json
from trainer.errors import UsageError
from trainer.events import EpochEnded, Event, RunStarted, UnknownEvent
from trainer.home_path import expanded
from trainer.store.folder import runs_root
from trainer.text.number_format import over_classes

if TYPE_CHECKING:
    from trainer.baselines.outcome import Outcome

STOPPED = 3
KILLED = 130
_FLAGS = {("train", "seed"), ("train", "device"), ("train", "threads")}


@settings_flags(lambda flag: flag.path[0] == "data" or flag.path in _FLAGS)
def compare(
    data: Annotated[str | None, Parameter(help="Data set or folder of images [default: digits].")] = None,
    /,
    *,
    model: Annotated[
        tuple[str, ...],
        Parameter(help="Also train this model; repeatable.", metavar="NAME", negative="", show_default=False),
    ] = (),
    only: Annotated[
        tuple[str, ...],
        Parameter(help="Run only this entry; repeatable.", metavar="NAME", negative="", show_default=False),
    ] = (),
    seconds: Annotated[
        float | None, Parameter(help="Do not start another epoch after this many seconds of training.", metavar="X")
    ] = None,
    epochs: Annotated[
        int | None, Parameter(help="Epochs or iterations for every entry [default: each entry's own].", metavar="N")
    ] = None,
    solver: Annotated[
        Literal["lbfgs", "newton-cg", "newton-cholesky", "sag", "saga"],
        Parameter(help="Solver of scikit-learn; only lbfgs reports progress while it trains.", show_choices=True),
    ] = "lbfgs",
    out: Annotated[
        Path | None,
        Parameter(help="Folder for compare.csv, .md, .json and .svg [default: next to the runs].", metavar="DIR"),
    ] = None,
    metric: Annotated[
        tuple[str, ...],
        Parameter(
            help="Extra column: kappa, mcc, balanced_accuracy, or a function of true and predicted test classes, such "
            "as sklearn.metrics:hamming_loss; repeatable.",
            metavar="NAME|MODULE:FUNCTION",
            negative="",
            show_default=False,
        ),
    ] = (),
    runs: Runs = None,
    json: Json = False,
    **given: Any,
) -> int:
    """Train softmax regression with numpy, scikit-learn and PyTorch (recipes seed and linear), and compare them.

    Each trains in its own process, on the same images with the same split, normalisation and seed, and is evaluated by
    the same code. Prints training time, macro-F1, accuracy, speed and memory, and which reached each score first;
    writes the table and a chart. Each is a run of its own.

    Ctrl-C stops the one that is training and keeps those that are finished (exit 3); a second one ends at once.
    """
    settings = gather(data, None, None, given)
    if epochs is not None and epochs < 1:
        raise UsageError("compare.epochs", f"--epochs: got {epochs}.", expected="a whole number of at least 1")
    from trainer.baselines.comparison import hold_comparison
    from trainer.baselines.further_metrics import find_metrics
    from trainer.baselines.table import lines

    found = hold_comparison(
        settings,
        models=model,
        only=only,
        epochs=epochs,
        seconds=seconds,
        solver=solver,
        root=runs_root(runs),
        out=expanded(out) if out else None,
        metrics=find_metrics(metric),
        watch=_Told(note if json else say),
        say=note if json else say,
    )
    if json:
        say_json(found.document())
    else:
        say("", *lines(found.outcomes))
        if found.finished:
            say("", f"table and picture: {found.folder}")
    if found.interrupts:
        return KILLED if found.interrupts > 1 else STOPPED
    return found.first_error.exit_code if found.first_error is not None else 0


class _Told:
    """A line per epoch, or per second where epochs are quicker."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._spoke = 0.0
        self._width = 14

    def __call__(self, outcome: Outcome, event: Event | UnknownEvent | None) -> None:
        name = f"{outcome.contestant.name:<{self._width}}"
        match event:
            case RunStarted():
                self._say(f"{name}  {outcome.contestant.about}")
            case EpochEnded():
                self._epoch(name, outcome, event)
            case None if outcome.error is not None:
                self._say(f"{name}  failed: {outcome.error.what}")
            case None if outcome.status == "stopped":
                self._say(f"{name}  stopped")

    def _epoch(self, name: str, outcome: Outcome, event: EpochEnded) -> None:
        last = outcome.history.info is not None and event.epoch == outcome.history.info.epochs
        if time.monotonic() - self._spoke < 1 and not last:
            return
        self._spoke = time.monotonic()
        f1 = f"  F1 {event.valid_macro_f1:.3f}" if event.valid_macro_f1 is not None else ""
        judged = outcome.history.verdicts.get(event.epoch)
        if f1 and judged is not None and (over := over_classes(judged.macro_classes, len(judged.f1))):
            f1 += f" ({over})"
        total = outcome.history.info.epochs if outcome.history.info else "?"
        self._say(f"{name}  {event.epoch:>3}/{total}  {outcome.training_seconds:7.2f} s{f1}")
