"""Progress: the run in the terminal; bars where somebody looks, plain lines where the output goes to a file."""

from __future__ import annotations

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
from trainer.metrics.classification import mean_of, over_classes

if TYPE_CHECKING:
    from rich.console import Console

REFRESH_SECONDS = 0.2
"""Drawing costs a millisecond or two of the engine's thread; five times a second nobody notices."""

STAGES = {
    "import": "loading PyTorch",
    "scan": "looking through the images",
    "decode": "decoding images",
    "check": "checking",
    "extract": "computing features",
    "compile": "compiling the model",
    "validate": "validating",
    "evaluate": "evaluating",
    "save": "saving",
}


class Progress(Callback):
    """Shows epochs, batches, live loss, accuracy, macro-F1, time left on `console` (default: standard output)."""

    phase: ClassVar[Phase] = Phase.VIEW

    def __init__(self, console: Console | None = None) -> None:
        from rich.console import Console

        self.console = console or Console()
        self._timing = Timing()
        self._live: _Bars | None = None
        self._epochs = 0
        self._headed = False
        self._macro_f1 = self._valid_over = ""
        # rich would end the process, and the run with it; this way only the display is given up
        self.console.on_broken_pipe = _nobody_reads  # type: ignore[method-assign]

    # -- before the run ------------------------------------------------------------------------------------------

    def on_preparing(self, event: Preparing, run: RunContext) -> None:
        """Show what is being made ready."""
        if self._bars is not None:
            self._bars.working(STAGES[event.stage], event.done, event.total)

    def on_run_started(self, event: RunStarted, run: RunContext) -> None:
        """Say what is trained on what."""
        self._timing.on_run_started(event, run)
        self._epochs, self._headed = event.epochs, False
        splits = ", ".join(f"{size or '?'} {split}" for split, size in event.split_sizes.items())
        self._say(
            f"{event.model}: {event.parameters:,} trainable parameters, input {'x'.join(map(str, event.input_shape))}"
        )
        self._say(f"{len(event.classes)} classes; images: {splits}; device {event.device}, threads {event.threads}")
        for note in getattr(run.data, "notes", ()):
            self._say(f"data: {note}")
        if run.folder is not None:
            self._say(f"run folder {run.folder.path}")
        if event.attempt > 1:
            self._say(f"attempt {event.attempt}, going on after step {event.resumed_step}")
        if self._bars is not None:
            self._bars.run(event.epochs, event.steps_per_epoch)

    # -- during the run ------------------------------------------------------------------------------------------

    def on_epoch_started(self, event: EpochStarted, run: RunContext) -> None:
        """Begin a bar."""
        self._timing.on_epoch_started(event, run)
        if self._bars is not None:
            self._bars.epoch(event.epoch, event.first_batch)

    def on_batches_reported(self, event: BatchesReported, run: RunContext) -> None:
        """Move the bar."""
        self._timing.on_batches_reported(event, run)
        if self._bars is not None:
            left = self._timing.remaining_seconds
            text = f"loss {event.loss_mean:.4f}  accuracy {event.correct / max(event.samples, 1):.3f}"
            if self._timing.samples_per_second:
                text += f"  {self._timing.samples_per_second:,.0f} images/s"
            parts = [self._macro_f1, f"{clock(left)} left" if left is not None else ""]
            self._bars.batches(event.count, text, "  ".join(part for part in parts if part))

    def on_working(self, event: Working, run: RunContext) -> None:
        """Show validation and evaluation on their way."""
        if self._bars is not None:
            self._bars.working(STAGES[event.stage], event.done, event.total)

    def on_validation_done(self, event: ValidationDone, run: RunContext) -> None:
        """Learn what a validation costs."""
        self._timing.on_validation_done(event, run)
        self._macro_f1 = f"valid F1 {event.macro_f1:.3f}"
        self._valid_over = _over(event.f1, event.macro_f1)

    def on_epoch_ended(self, event: EpochEnded, run: RunContext) -> None:
        """One line per epoch."""
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
        self._say(f"{place:>7}  {train}   {valid}   {clock(event.seconds)}{best}{self._over(event)}")

    def _over(self, event: EpochEnded) -> str:
        """Of how many classes macro-F1 is the mean, where not all of them occur."""
        valid = self._valid_over if event.valid_loss is not None else ""
        parts = (("train", _over(event.train_f1, event.train_macro_f1)), ("valid", valid))
        found = [f"{name} {over}" for name, over in parts if over]
        return f"  (F1: {', '.join(found)})" if found else ""

    def on_run_paused(self, event: RunPaused, run: RunContext) -> None:
        """Say so."""
        self._say(f"paused after step {event.step}")

    def on_run_unpaused(self, event: RunUnpaused, run: RunContext) -> None:
        """Say so."""
        self._say("going on")

    def on_stop_requested(self, event: StopRequested, run: RunContext) -> None:
        """Say so."""
        self._say(f"stopping: {event.source}, {event.reason}")

    def on_callback_failed(self, event: CallbackFailed, run: RunContext) -> None:
        """Never in silence."""
        self._say(f"callback {event.callback} failed in {event.hook} ({event.action}): {event.error}")

    # -- after the run -------------------------------------------------------------------------------------------

    def on_evaluation_done(self, event: EvaluationDone, run: RunContext) -> None:
        """One line per split."""
        over = _over(event.f1, event.macro_f1)
        name = f"macro-F1 ({over})" if over else "macro-F1"
        self._say(
            f"{event.split} ({event.weights} weights): {event.samples} images, loss {event.loss:.4f}, "
            f"accuracy {event.accuracy:.4f}, {name} {event.macro_f1:.4f}"
        )

    def on_run_ended(self, event: RunEnded, run: RunContext) -> None:
        """Say how it ended; an error is told by whoever started the run."""
        best = f", best epoch {event.best_epoch} (loss {event.best_loss:.4f})" if event.best_loss is not None else ""
        if event.status != "failed":
            reason = f" ({event.reason})" if event.reason else ""
            self._say(f"{event.status}{reason} after {clock(event.seconds)}{best}")
        if self._live is not None:
            self._live.close()
            self._live = None

    @property
    def _bars(self) -> _Bars | None:
        if self._live is None and self.console.is_terminal:
            self._live = _Bars(self.console)
        return self._live

    def _say(self, text: str) -> None:
        # class names and paths are data: nothing in them is markup
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)


def _over(f1: tuple[float, ...], macro_f1: float) -> str:
    return over_classes(mean_of(f1, macro_f1), len(f1))


def _nobody_reads() -> None:
    raise BrokenPipeError


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

    def working(self, stage: str, done: int, total: int) -> None:
        self._progress.update(self._inner, description=stage, completed=done, total=total or None, text="")
        self._draw()

    def close(self) -> None:
        self._progress.stop()

    def _draw(self) -> None:
        now = self._clock()
        if now - self._drawn >= REFRESH_SECONDS:
            self._drawn = now
            self._progress.refresh()


def clock(seconds: float) -> str:
    """Minutes and seconds, with hours where there are any: `0 min 13 s`."""
    whole = round(seconds)
    hours, minutes = whole // 3600, whole // 60 % 60
    return (f"{hours} h " if hours else "") + f"{minutes} min {whole % 60:02d} s"
