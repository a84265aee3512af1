"""Events about a run as a whole: how it is prepared, starts, waits, is asked for something, fails and ends."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import field

from trainer.events.event import Answer, Event, Split, Stage, Status


class Preparing(Event, frozen=True, kw_only=True, tag=True):
    """Progress of the work before the run starts. The first one comes before torch is imported."""

    stage: Stage
    """What is being done: `import` (torch), `scan` (listing files), `decode` (images), `check` (data and model),
    `download` (pretrained weights), `extract` (features), `head` (a first head), `compile` (the model)."""
    done: int
    """Finished so far: images or files; megabytes while downloading. 0 or more."""
    total: int
    """Of how many, in the same unit; 0 while that is not known."""


class Working(Event, frozen=True, kw_only=True, tag=True):
    """Progress of validation, evaluation or saving during the run."""

    stage: Stage
    """What is being done: `validate`, `evaluate` or `save`."""
    done: int
    """Finished so far: images, or files while saving. 0 or more."""
    total: int
    """Of how many; 0 while that is not known."""


class RunStarted(Event, frozen=True, kw_only=True, tag=True):
    """An attempt begins: everything a viewer needs to set up its axes. A resumed run sends it again."""

    run_id: str
    """Name of the run folder; empty without one."""
    attempt: int
    """1 for the first start of the run, one more for each time it is resumed."""
    resumed_step: int
    """Optimiser steps in the checkpoint that the attempt continues from; 0 for a start from nothing."""
    resumed_seq: int
    """Number of the last journal record that this checkpoint covers: later ones of earlier attempts no longer
    count. 0 for a start from nothing."""
    started_at: str
    """When the attempt began, UTC, ISO 8601 to the second: `2026-03-01T09:30:00+00:00`."""
    epochs: int
    """Epochs the run is to have, 1 or more."""
    steps_per_epoch: int
    """Optimiser steps in an epoch; 0 where the loader does not tell its length."""
    settings: dict[str, Any]
    """The settings by table, as in `run.toml`."""
    classes: tuple[str, ...]
    """Class names (C,), in the order of the model's logits."""
    split_sizes: dict[str, int]
    """Images in `train`, `valid` and `test`, of those the data has; 0 where a loader does not tell."""
    model: str
    """Name of the model, or its class."""
    parameters: int
    """Trainable parameters."""
    input_shape: tuple[int, ...]
    """Shape of one input without the batch: (channels, height, width) for images."""
    device: str
    """Where the model is: `cpu`, `cuda:0`, `mps`."""
    seed: int
    """Seed of the split, the order of images, augmentation and first weights."""
    threads: int
    """CPU threads that torch uses, 1 or more; in each process."""
    callbacks: tuple[str, ...]
    """Names of the callbacks, in the order they are called."""
    versions: dict[str, str]
    """Versions of Epochscope, Python, torch and the other libraries, by name."""
    exact_resume: Literal["exact", "replayed", "order", "approximate"]
    """What resuming this run promises. `exact`: the same weights, bit for bit (our data, CPU). `order`: the same
    batches, rounding may differ (a GPU, several processes). `replayed`: the caller's own loader is seeded again and
    the batches it has already given are skipped. `approximate`: part of it cannot be restored, such as a loader's
    persistent workers; log.txt names it."""
    file_callbacks: tuple[str, ...] = ()
    """The `callbacks` that came from a file (`--callback`): to resume the run, name the file again."""
    compile_seconds: float = 0.0
    """Seconds that compiling the model took; 0 without `compile`."""
    metrics: tuple[str, ...] = ()
    """Names of the custom metrics, in the order given."""
    monitor: str = "loss"
    """What decides which epoch is the best: `loss`, `accuracy` or `macro_f1` of the validation split, or a custom
    metric."""
    monitor_mode: Literal["min", "max"] = "min"
    """Whether a smaller or a larger value of `monitor` is better."""
    processes: int = 1
    """Processes that train the run together."""
    precision: str = "float32"
    """What the model computes in: `float32` or `bfloat16`."""
    precision_reason: str = ""
    """Why this attempt chose `precision`, where it was left to it (`auto`): `faster` or `not_faster`, as steps in both
    showed; `not_native`: the device has no instructions for bfloat16; `weights`: they are not float32; `not_tried`: a
    custom training step and a sharded model are not tried out. Empty where the settings or an earlier attempt
    decided."""
    bfloat16_speedup: float = 0.0
    """Time of a float32 step divided by that of a bfloat16 step, as measured before the run; 0 where it was not."""


class RequestHandled(Event, frozen=True, kw_only=True, tag=True):
    """The answer to a request to pause, unpause, stop or save."""

    id: str
    """The request's own id."""
    result: Answer
    """`done`; `already` (the run was in that state); `refused`; `stale` (meant for another attempt)."""
    reason: str
    """Why it was refused, in English, or the path of the checkpoint: for readers older than `code` and `path`."""
    code: str = ""
    """Why it was not done, as a code of `trainer.reasons`; empty if it was done."""
    parameters: dict[str, Any] = field(default_factory=dict)
    """Values for the text of `code`."""
    path: str = ""
    """The checkpoint that was saved, relative to the run folder; empty for other requests."""


class StopRequested(Event, frozen=True, kw_only=True, tag=True):
    """The run will end at the next step boundary, or after this epoch."""

    source: str
    """Who asks: a callback's name, `api`, `command line`, `window`, `SIGINT`, ..."""
    reason: str
    """Why, in English or in a callback's own words."""
    code: str = ""
    """Why, as a code of `trainer.reasons`; empty where a callback gave only a `reason`."""
    parameters: dict[str, Any] = field(default_factory=dict)
    """Values for the text of `code`."""


class RunPaused(Event, frozen=True, kw_only=True, tag=True):
    """Training waits between two steps; everything stays in memory."""

    source: str
    """Who asked, as in StopRequested."""
    reason: str
    """Why; usually empty."""


class RunUnpaused(Event, frozen=True, kw_only=True, tag=True):
    """A paused run continues."""

    source: str
    """Who asked, as in StopRequested."""
    reason: str
    """Why; usually empty."""


class CallbackFailed(Event, frozen=True, kw_only=True, tag=True):
    """A hook raised an exception. Sent to all other callbacks."""

    callback: str
    """Name of the callback."""
    hook: str
    """Name of the hook, such as `on_epoch_ended`."""
    action: Literal["stop", "retry", "detach"]
    """What the engine does: `stop` the run, `retry` with the next event, or `detach` the callback and continue."""
    error: str
    """Class and message of the exception, in English."""
    code: str = ""
    """Code of the error if it is an EpochscopeError, else empty."""
    parameters: dict[str, Any] = field(default_factory=dict)
    """Parameters of that error."""


class MetricFailed(Event, frozen=True, kw_only=True, tag=True):
    """A custom metric gave no number: its value is NaN. The run continues, unless it is the monitored one that failed.

    Sent once per attempt for each metric and split.
    """

    name: str
    """Name of the metric."""
    split: Split
    """The split it was computed on."""
    error: str
    """Class and message of the exception, or what it gave instead of a number, in English."""


class RunEnded(Event, frozen=True, kw_only=True, tag=True):
    """The last event of every attempt, however it ended."""

    status: Status
    """`completed`, `stopped` (it can be resumed) or `failed`."""
    reason: str
    """Why it stopped or failed, in English; of an error, its first sentence. Empty if all epochs were trained."""
    code: str = ""
    """Code of the error of a failed run, or of the reason for a stop (`trainer.reasons`)."""
    parameters: dict[str, Any] = field(default_factory=dict)
    """Values for the text of `code`."""
    error: str = ""
    """Whole English text of the error of a failed run; its parts are `reason`, `where`, `expected` and `fix`."""
    best_epoch: int | None = None
    """The best epoch (`RunStarted.monitor`), from 1; None without validation."""
    best_loss: float | None = None
    """Validation loss of that epoch (cross-entropy: nats); None without validation."""
    best_checkpoint: str | None = None
    """File of the best weights, relative to the run folder; None if there is none."""
    last_checkpoint: str | None = None
    """File to resume from, relative to the run folder; None if there is none."""
    seconds: float = 0.0
    """Seconds of training over all attempts, pauses excluded."""
    callback_seconds: dict[str, float] = field(default_factory=dict)
    """Seconds that each callback took in this attempt, by name."""
    where: str = ""
    """File, setting or place the error is about; empty without one."""
    expected: str = ""
    """What was expected instead; empty without an error."""
    fix: str = ""
    """How to fix the error; empty without one."""
