"""Progress: the run in the terminal or a notebook; bars on a screen, plain lines if the output goes to a file."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from html import escape
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

from callbacks.timing import Timing
from trainer.callback import Callback, Phase
from trainer.engine.context import RunContext
from trainer.events import (
    BatchesReported,
    CallbackFailed,
    EpochEnded,
    EpochStarted,
    EvaluationDone,
    Preparing,
    RunEnded,
    RunPaused,
    RunStarted,
    RunUnpaused,
    StopRequested,
    ValidationDone,
    Working,
)
from trainer.metrics.classification import mean_of
from trainer.pace import Pace
from trainer.text.number_format import counted, over_classes, shape_text

if TYPE_CHECKING:
    from rich.console import Console

REFRESH_SECONDS = 0.2
"""Drawing takes a millisecond or two of the engine's thread: five times a second goes unnoticed."""

STAGES = {
    "import": "loading PyTorch",
    "scan": "listing images",
    "decode": "decoding images",
    "check": "checking",
    "download": "downloading weights (MB)",
    "extract": "computing features",
    "head": "training a first head",
    "compile": "compiling the model",
    "validate": "validating",
    "evaluate": "evaluating",
    "save": "saving",
}
LINES = 500
"""Largest number of lines in a notebook: all of them are sent whenever it is redrawn."""
MOST_METRICS = 4
"""Largest number of custom metrics in a line."""
PRECISION_REASONS = {
    "faster": "a step takes {part:.0%} of its time in float32",
    "not_faster": "in bfloat16, a step takes {part:.0%} of its time here",
    "not_native": "the device has no instructions for bfloat16",
    "weights": "the weights are not float32",
    "not_tried": "a custom training step and a sharded model are not tried in bfloat16",
}
"""Why a precision was chosen, by its code."""
COUNTED = ("decode", "extract")
"""Stages that count images, and which may take minutes."""


class Progress(Callback):
    """Shows epochs, batches, loss, accuracy, macro-F1 and time left in the terminal or a notebook.

    Args:
        console: A rich Console. None: standard output; in a Jupyter notebook the cell's output, which is redrawn.

    Attributes:
        console: The Console in use.
    """

    phase: ClassVar[Phase] = Phase.VIEW

    def __init__(self, console: Console | None = None) -> None:
        self._use(console)
        self._timing, self._pace = Timing(), Pace()
        self._live: _Bars | _NotebookBars | None = None
        self._epochs, self._headed = 0, False
        self._macro_f1 = self._valid_over = ""

    def _use(self, console: Console | None) -> None:
        from rich.console import Console

        self._given = console
        self.console = console or Console()
        self._in_notebook = console is None and self.console.is_jupyter
        # rich would end the process, and the run with it (before 13.8 it raised); only the display is given up
        self.console.on_broken_pipe = self._fall_silent  # type: ignore[method-assign]

    def __getstate__(self) -> dict[str, Any]:
        """Without the console, which is of one process: unpickled, it is shown on standard output."""
        return {**vars(self), "console": None, "_given": None, "_live": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._use(self._given)

    def __deepcopy__(self, memo: dict[int, Any]) -> Progress:
        """A copy, as `ImageClassifier.fit` makes it, is shown on the same console."""
        made = type(self).__new__(type(self))
        memo[id(self)] = made
        made.__setstate__({**deepcopy(self.__getstate__(), memo), "_given": self._given})
        return made

    # -- before the run ------------------------------------------------------------------------------------------

    def on_preparing(self, event: Preparing, run: RunContext) -> None:
        """Show progress of the preparation."""
        speed = self._pace.follow(event.stage, event.done, event.total)
        text = ""
        if speed is not None and event.stage in COUNTED:
            rate = speed.per_second
            text = f"{rate:,.{0 if rate >= 9.95 else 1}f} images/s  {duration(speed.seconds_left)} left"
        if self._bars is not None:
            self._bars.working(STAGES[event.stage], event.done, event.total, text)

    def on_run_started(self, event: RunStarted, run: RunContext) -> None:
        """Print model, data and device."""
        self._timing.on_run_started(event, run)
        self._epochs, self._headed = event.epochs, False
        splits = ", ".join(f"{size or '?'} {split}" for split, size in event.split_sizes.items())
        self._say(f"{event.model}: {event.parameters:,} trainable parameters, input {shape_text(event.input_shape)}")
        self._say(f"{len(event.classes)} classes; images: {splits}; device {event.device}, threads {event.threads}")
        if event.precision_reason:
            self._say(f"precision {event.precision}: {_precision(event)}")
        for note in getattr(run.data, "notes", ()):
            self._say(f"data: {note}")
        if run.folder is not None:
            self._say(f"run folder {run.folder.path}")
        if event.attempt > 1:
            since = f"continuing after step {event.resumed_step}" if event.resumed_step else "from the beginning"
            self._say(f"attempt {event.attempt}, {since}")
        if self._bars is not None:
            self._bars.run(event.epochs, event.steps_per_epoch)

    # -- during the run ------------------------------------------------------------------------------------------

    def on_epoch_started(self, event: EpochStarted, run: RunContext) -> None:
        """Start a bar."""
        self._timing.on_epoch_started(event, run)
        if self._bars is not None:
            self._bars.epoch(event.epoch, event.first_batch)

    def on_batches_reported(self, event: BatchesReported, run: RunContext) -> None:
        """Move the bar, and show loss, accuracy, speed and time left."""
        self._timing.on_batches_reported(event, run)
        if self._bars is not None:
            left = self._timing.remaining_seconds
            text = f"loss {event.loss_mean:.4f}  accuracy {event.correct / max(event.samples, 1):.3f}"
            if self._timing.samples_per_second:
                text += f"  {self._timing.samples_per_second:,.0f} images/s"
            parts = [self._macro_f1, f"{duration(left)} left" if left is not None else ""]
            self._bars.batches(event.count, text, "  ".join(part for part in parts if part))

    def on_working(self, event: Working, run: RunContext) -> None:
        """Show the progress of validation and evaluation."""
        if self._bars is not None:
            self._bars.working(STAGES[event.stage], event.done, event.total)

    def on_validation_done(self, event: ValidationDone, run: RunContext) -> None:
        """Remember macro-F1 for the bar, and how long the validation took."""
        self._timing.on_validation_done(event, run)
        self._macro_f1 = f"valid F1 {event.macro_f1:.3f}"
        self._valid_over = _over(event.f1, event.macro_f1)

    def on_epoch_ended(self, event: EpochEnded, run: RunContext) -> None:
        """Print a line for the epoch."""
        self._timing.on_epoch_ended(event, run)
        place = f"{event.epoch}/{self._epochs}"
        if not self._headed:
            self._headed = True
            self._say(f"{'epoch':>7}  train loss    acc     F1   valid loss    acc     F1   time")
        train = f"{event.train_loss:>10.4f}  {event.train_accuracy:.3f}  {event.train_macro_f1:.3f}"
        valid = f"{'-':>10}  {'-':>5}  {'-':>5}"
        if event.valid_loss is not None:
            valid = f"{event.valid_loss:>10.4f}  {event.valid_accuracy:.3f}  {event.valid_macro_f1:.3f}"
        best = "  best" if event.improved else ""
        more = self._over(event) + _own(event.valid_metrics)
        self._say(f"{place:>7}  {train}   {valid}   {duration(event.seconds)}{best}{more}")

    def _over(self, event: EpochEnded) -> str:
        """Of how many classes macro-F1 is the mean, where not all of them occur."""
        valid = self._valid_over if event.valid_loss is not None else ""
        parts = (("train", _over(event.train_f1, event.train_macro_f1)), ("valid", valid))
        found = [f"{name} {over}" for name, over in parts if over]
        return f"  (F1: {', '.join(found)})" if found else ""

    def on_run_paused(self, event: RunPaused, run: RunContext) -> None:
        """Print that the run is paused."""
        self._say(f"paused after step {event.step}")

    def on_run_unpaused(self, event: RunUnpaused, run: RunContext) -> None:
        """Print that the run continues."""
        self._say("continuing")

    def on_stop_requested(self, event: StopRequested, run: RunContext) -> None:
        """Print who asked for the stop, and why."""
        self._say(f"stopping: {event.source}, {event.reason}")

    def on_callback_failed(self, event: CallbackFailed, run: RunContext) -> None:
        """Print which callback failed, and how."""
        self._say(f"callback {event.callback} failed in {event.hook} ({event.action}): {event.error}")

    # -- after the run -------------------------------------------------------------------------------------------

    def on_evaluation_done(self, event: EvaluationDone, run: RunContext) -> None:
        """Print a line for the split."""
        over = _over(event.f1, event.macro_f1)
        name = f"macro-F1 ({over})" if over else "macro-F1"
        self._say(
            f"{event.split} ({event.weights} weights): {counted(event.samples, 'image')}, loss {event.loss:.4f}, "
            f"accuracy {event.accuracy:.4f}, {name} {event.macro_f1:.4f}{_own(event.metrics, ', ')}"
        )

    def on_run_ended(self, event: RunEnded, run: RunContext) -> None:
        """Print how the run ended; an error is printed by the command itself."""
        best = f", best epoch {event.best_epoch} (loss {event.best_loss:.4f})" if event.best_loss is not None else ""
        if event.status != "failed":
            reason = f" ({event.reason})" if event.reason else ""
            self._say(f"{event.status}{reason} after {duration(event.seconds)}{best}")
        if self._live is not None:
            self._live.close()
            self._live = None

    @property
    def _bars(self) -> _Bars | _NotebookBars | None:
        if self._live is None and self._in_notebook:
            self._live = _NotebookBars()
        elif self._live is None and self.console.is_terminal:
            self._live = _Bars(self.console)
        return self._live

    def _fall_silent(self) -> None:
        """Nobody reads any more, as after `| head`: that is no failure."""
        self.console.quiet = True

    def _say(self, text: str) -> None:
        if isinstance(bars := self._bars, _NotebookBars):
            bars.say(text)
            return
        # class names and paths are data: nothing in them is markup
        try:
            self.console.print(text, markup=False, highlight=False, soft_wrap=True)
        except BrokenPipeError:
            self._fall_silent()


def _precision(event: RunStarted) -> str:
    """Why a precision was chosen."""
    text = PRECISION_REASONS.get(event.precision_reason, event.precision_reason)
    return text.format(part=1 / event.bfloat16_speedup if event.bfloat16_speedup else 0)


def _over(f1: tuple[float, ...], macro_f1: float) -> str:
    return over_classes(mean_of(f1, macro_f1), len(f1))


class _Bars:
    """Bars for epochs and for what is going on within one."""

    def __init__(self, console: Console) -> None:
        import time

        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        self._clock = time.monotonic
        self._drawn = 0.0
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("{task.fields[text]}", markup=False),
            console=console,
            auto_refresh=False,
            transient=True,
        )
        self._epochs: Any = None
        self._inner = self._progress.add_task("preparing", total=None, text="")
        self._steps: int | None = None
        self._progress.start()

    def run(self, epochs: int, steps: int) -> None:
        self._steps = steps or None
        self._epochs = self._progress.add_task("epoch", total=epochs, text="")

    def epoch(self, epoch: int, first_batch: int) -> None:
        self._progress.update(self._epochs, completed=epoch - 1)
        self._progress.reset(self._inner, total=self._steps, completed=first_batch, description="batch", text="")

    def batches(self, count: int, text: str, left: str) -> None:
        self._progress.update(self._inner, advance=count, text=text, description="batch", total=self._steps)
        self._progress.update(self._epochs, text=left)
        self._draw()

    def working(self, stage: str, done: int, total: int, text: str = "") -> None:
        self._progress.update(self._inner, description=stage, completed=done, total=total or None, text=text)
        self._draw()

    def close(self) -> None:
        self._progress.stop()

    def _draw(self) -> None:
        now = self._clock()
        if now - self._drawn >= REFRESH_SECONDS:
            self._drawn = now
            self._progress.refresh()


class _Bar:
    """`total` None: not known."""

    def __init__(self, title: str) -> None:
        self.title, self.text, self.done = title, "", 0
        self.total: int | None = None

    def html(self) -> str:
        known = f' value="{self.done}" max="{self.total}"' if self.total else ""
        count = f"{self.done:,}/{self.total:,}" if self.total else ""
        return f"<div>{self.title} <progress{known}></progress> {count} {escape(self.text)}</div>"


class _NotebookBars:
    """The same as one output of a notebook's cell that is redrawn: the lines so far, and the bars below them."""

    def __init__(self) -> None:
        import time

        from IPython.display import HTML, display

        self._clock, self._drawn = time.monotonic, 0.0
        self._lines: list[str] = []
        self._inner, self._epochs = _Bar("preparing"), _Bar("epoch")
        self._steps: int | None = None
        self._html = HTML
        self._output = display(HTML(""), display_id=True)

    def say(self, text: str) -> None:
        self._lines.append(escape(text))
        self._draw()

    def run(self, epochs: int, steps: int) -> None:
        self._steps, self._epochs.total = steps or None, epochs

    def epoch(self, epoch: int, first_batch: int) -> None:
        self._epochs.done = epoch - 1
        self._inner.title, self._inner.text = "batch", ""
        self._inner.done, self._inner.total = first_batch, self._steps

    def batches(self, count: int, text: str, left: str) -> None:
        self._inner.title, self._inner.total = "batch", self._steps
        self._inner.done, self._inner.text, self._epochs.text = self._inner.done + count, text, left
        self._draw()

    def working(self, stage: str, done: int, total: int, text: str = "") -> None:
        self._inner.title, self._inner.text = stage, text
        self._inner.done, self._inner.total = done, total or None
        self._draw()

    def close(self) -> None:
        self._show("")

    def _draw(self) -> None:
        if self._clock() - self._drawn >= REFRESH_SECONDS:
            self._show(self._bars())

    def _bars(self) -> str:
        return self._inner.html() + (self._epochs.html() if self._epochs.total else "")

    def _show(self, bars: str) -> None:
        self._drawn = self._clock()
        more = len(self._lines) - LINES
        lines = "\n".join([f"... {more:,} lines before"] * (more > 0) + self._lines[-LINES:])
        self._output.update(self._html(f'<pre style="white-space:pre-wrap">{lines}</pre>{bars}'))


def duration(seconds: float) -> str:
    """Format a duration: `0.03 s`, `4.2 s`, `13 s`, `5 min 07 s`, `1 h 5 min 00 s`.

    Args:
        seconds: 0 or more.

    Returns:
        Seconds, with minutes and hours if there are any.
    """
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.{2 if seconds < 0.995 else 1 if seconds < 9.95 else 0}f} s"
    hours, minutes = whole // 3600, whole // 60 % 60
    return (f"{hours} h " if hours else "") + f"{minutes} min {whole % 60:02d} s"


def _own(metrics: Mapping[str, float], between: str = "  ") -> str:
    """Custom metrics, as many as a line has room for."""
    return "".join(f"{between}{name} {value:.4f}" for name, value in islice(metrics.items(), MOST_METRICS))
