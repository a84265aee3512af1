"""A run in the terminal while it trains, and its metrics afterwards: shared by train, seeds and evaluate."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from trainer.callback import Callback, Phase
from trainer.cli.output import LOG_NOTE
from trainer.engine.context import RunContext
from trainer.errors import EpochscopeError
from trainer.events import Preparing
from trainer.store.folder import RunFolder
from trainer.text.number_format import counted

if TYPE_CHECKING:
    from trainer.metrics.calibration import Calibration
    from trainer.result import Evaluation, Result

STOPPED = 3
NO_TEMPERATURE = {
    "all_right": "every validation image is classified correctly",
    "one_class": "there is one class",
    "no_images": "no validation images",
    "not_finite": "logits that are not finite",
}
"""Why confidences are not calibrated."""
INTERVALS = "In brackets: 95 % intervals, how much a metric would change with other images of the same kind."


class Whereabouts(Callback):
    """Remembers the run folder as soon as it exists, so that an error can name its log."""

    phase: ClassVar[Phase] = Phase.VIEW
    folder: RunFolder | None = None
    """Folder of the run; None before it exists."""

    def on_preparing(self, event: Preparing, run: RunContext) -> None:
        """Remember the folder, before anything can go wrong.

        Args:
            event: The event.
            run: The run.
        """
        self.folder = run.folder


def watch(work: Callable[..., Result], *, as_json: bool) -> Result:
    """Train and show the run. An error that ends the run names its log in a note.

    Args:
        work: Trains; called with the callbacks that show the run.
        as_json: Standard output is for a JSON document: write plain lines to standard error.

    Returns:
        What `work` returns.
    """
    from rich.console import Console

    from trainer.plugins import load_callback

    where = Whereabouts()
    # with --json standard output belongs to the document: plain lines go to standard error
    console = Console(stderr=True, force_terminal=False) if as_json else Console()
    try:
        return work(where, load_callback("progress")(console))
    except Exception as error:
        if where.folder is not None and not _says_all(error) and where.folder.log.exists():
            error.add_note(f"{LOG_NOTE}{where.folder.log}")
        raise


def _says_all(error: Exception) -> bool:
    """Errors of use were found before there was anything to log."""
    return isinstance(error, EpochscopeError) and error.exit_code == 4


def report_lines(evaluation: Evaluation) -> list[str]:
    """Describe the evaluation of a split: heading, scores with 95 % intervals, and classification report.

    Args:
        evaluation: The evaluation.

    Returns:
        Lines of text.
    """
    found = evaluation.metrics
    images = counted(found.samples, "image")
    return [
        "",
        f"== {evaluation.split}: {images}, {evaluation.weights} weights, loss {found.loss:.4f}",
        f"   {evaluation.scores()}",
        "",
        evaluation.report.rstrip("\n"),
    ]


def detached_line(callback: str, hook: str, epoch: int, error: str) -> str:
    """Tell that a run went on without a callback.

    Args:
        callback: Name of the callback.
        hook: Name of the hook that raised.
        epoch: When, from 1; 0 before the first epoch.
        error: Class and message of the exception.

    Returns:
        One line.
    """
    return f"{callback} failed in {hook} at epoch {epoch}; the run went on without it: {error}"


def calibration_line(found: Calibration) -> str:
    """Describe the temperature, and its effect on the expected calibration error of the test split, else of validation.

    Args:
        found: The calibration.

    Returns:
        One line.
    """
    if found.outcome in NO_TEMPERATURE:
        text = f"calibration: no temperature ({NO_TEMPERATURE[found.outcome]})"
    else:
        text = f"calibration: temperature {found.temperature:.2f} on {found.images:,} validation images"
        if found.outcome == "bound":
            text += " (the limit of the search)"
    split = next((name for name in ("test", "valid") if name in found.splits), None)
    if split is None:
        return text
    one = found.splits[split]
    text += f"; expected calibration error on {split} {one.before.ece:.3f}"
    return f"{text}, {one.after.ece:.3f} with it" if found.scaled else text
