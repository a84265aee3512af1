"""`Trainer`: the engine for scripts and notebooks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from torch import Tensor, nn
from torch.optim import Optimizer

from trainer.callback import Callback, doubts
from trainer.data.batch import Batch
from trainer.data.loader_source import LoaderSource, data_source
from trainer.data.loaders import DataSource
from trainer.data.mixup import check_soft_labels
from trainer.data.seeding import seed_generators
from trainer.distributed.joined_group import process_group
from trainer.engine import run_start
from trainer.engine.arguments import (
    check_deciders,
    check_trainable,
    checked_epochs,
    checked_eval_batch,
    checked_seed,
    checked_threads,
    class_names,
    custom_settings,
    has_several_inputs,
    made_loss,
    made_optimizer,
    on_device,
    placed,
    refuse_copies,
    trained_parameters,
    with_defaults,
)
from trainer.engine.compilation import check_compiler, check_step, compile_within
from trainer.engine.custom_metrics import CustomMetrics, checked_metrics, measured_pass, named_metrics
from trainer.engine.device import choose_device
from trainer.engine.evaluation_loop import Watch
from trainer.engine.event_bus import EventBus, Subscription
from trainer.engine.explain import explain
from trainer.engine.final_evaluation import evaluate_all
from trainer.engine.loop import Loop
from trainer.engine.module_state import check_storable
from trainer.engine.parts import Parts
from trainer.engine.precision import Forward, forward_in
from trainer.engine.precision_choice import settle_precision
from trainer.engine.request_handler import StopNow
from trainer.engine.session import Session
from trainer.engine.shared_callbacks import of_process
from trainer.engine.shared_commands import command_queue
from trainer.engine.step_options import StepOptions, TrainingStep
from trainer.events import Event, Preparing
from trainer.metrics.monitor import Mode, directions_of, make_monitor
from trainer.result import Evaluation, Result
from trainer.store.folder import RunFolder
from trainer.store.requests import Request, When
from trainer.torch_modes import own_modes

if TYPE_CHECKING:
    import pandas as pd

E = TypeVar("E", bound=Event)


class Trainer:
    """Trains a model and sends events to its callbacks.

    The loss that is reported is the mean over all images of the split (of the epoch, in training), however they were
    batched. With class weights it is the weighted sum over the sum of the weights; images with the label `ignore_index`
    are left out; sums and unreduced losses are averaged, in training too. Only a loss that compares images with each
    other is averaged over batches, and a warning says so.

    Args:
        model: Module from inputs (B, ...) to logits (B, C) floating point, or a function that makes one (see `shard`).
        data: What `open_data` returns or takes; a mapping of "train", and optionally "valid" and "test", to loaders;
            or one loader. A loader is any iterable of batches (images (B, ...), labels (B,) int64), a pair of arrays
            (X, y), or a `Dataset` of single images (`trainer.data.loader_forms.as_loader`).
        optimizer: An optimiser, or a function of the trainable parameters that makes one. Default: Adam with torch's
            defaults (learning rate 0.001).
        loss: Function of logits (B, C) and labels (B,) to a scalar or (B,). Default: cross-entropy, in nats.
        epochs: Passes over the training images, 1 or more.
        callbacks: Instances of Callback. Default: none.
        run_dir: Folder to write the run to; it must not exist unless the run is resumed. Adds the callbacks Journal,
            MetricLog, Timing, Checkpoint and Snapshots unless given. None writes nothing.
        seed: Seed of torch's generators and of the data's order and augmentation.
        device: "auto" (a CUDA GPU where there is one, else the CPU), "cpu", "cuda", "cuda:N" or "mps".
        precision: "float32", "bfloat16" or "auto" (the faster one): what the model computes in; weights stay float32.
        compile: Compile the model with `torch.compile` before the first step.
        threads: CPU threads of torch, 1 to 1,024. None: as torch is set, or as the resumed run had it.
        eval_batch: Images per batch in validation and evaluation, 1 to 65,536, for data from `open_data`. None: 1,000.
        accumulate: Batches whose gradients are summed for one optimiser step, 1 or more; they count as one batch.
        clip_norm: Largest L2 norm of all gradients together; 0: not clipped.
        clip_value: Largest absolute value of a gradient; 0: not clipped.
        ema: Decay in [0, 1) of the moving average of the weights (EMA), which is then validated, evaluated and saved;
            0: off, 0.999 is usual.
        mixup: Alpha of mixup (Zhang et al., ICLR 2018), 0 or more; 0: off, 0.2 is usual.
        cutmix: Alpha of CutMix (Yun et al., ICCV 2019), 0 or more; 0: off, 1 is usual.
        training_step: Function of (model, (images, labels)) to the loss, or to (loss, logits (B, C)), in place of
            `loss(model(images), labels)`. Validation still uses `loss`.
        steps_per_epoch: Optimiser steps per epoch, 1 or more, for data without an end. None: once through the data.
        shard: Divide weights (at once if `model` is a function), gradients and optimiser state among processes (FSDP2).
        metrics: Further metrics by name: functions of probabilities (N, C) float32 and labels (N,) int64, or objects
            such as torchmetrics'; or a sequence of names of built-in or installed metrics. Default: none.
        monitor: What decides which epoch is the best: "loss", "accuracy", "macro_f1", or a name in `metrics`.
        mode: Whether a smaller ("min") or a larger ("max") value of `monitor` is better. None: as the metric says.

    Attributes:
        model: The model, on its device.
        classes: Class names (C,), in the order of the logits.
        device: Where the model computes.
        callbacks: All callbacks, those added for `run_dir` included.
        temperature: What `predict` divides logits by, above 0. Default: 1 (see `Result.calibration`).

    Raises:
        UsageError: Arguments are out of range or do not work together.
        DataError: The data cannot be used as it is.
    """

    @own_modes()
    def __init__(
        self,
        model: nn.Module | Callable[[], nn.Module],
        data: Any,
        *,
        optimizer: Optimizer | Callable[[Any], Optimizer] | None = None,
        loss: Callable[[Tensor, Tensor], Tensor] | None = None,
        epochs: int = 10,
        callbacks: Iterable[Callback] | None = None,
        run_dir: str | Path | None = None,
        seed: int = 1234,
        device: str = "auto",
        precision: Literal["float32", "bfloat16", "auto"] = "float32",
        compile: bool = False,  # noqa: A002  # as the setting is called
        threads: int | None = None,
        eval_batch: int | None = None,
        accumulate: int = 1,
        clip_norm: float = 0.0,
        clip_value: float = 0.0,
        ema: float = 0.0,
        mixup: float = 0.0,
        cutmix: float = 0.0,
        training_step: TrainingStep | None = None,
        steps_per_epoch: int | None = None,
        shard: bool = False,
        metrics: Mapping[str, Any] | Sequence[str] | None = None,
        monitor: str = "loss",
        mode: Mode | None = None,
    ) -> None:
        self.options = StepOptions(
            accumulate, clip_norm, clip_value, ema, mixup, cutmix, training_step, steps_per_epoch, shard
        )
        self._group = process_group()
        self.precision: Literal["float32", "bfloat16", "auto"] = precision
        self.compile = compile
        self.threads, self.eval_batch = checked_threads(threads), checked_eval_batch(eval_batch)
        self.device = choose_device(device)
        self.model = placed(model, self.device, deferred=shard and self._group.size > 1)
        self.seed = checked_seed(seed)
        self.feed: DataSource = data_source(data, seed=self.seed)
        self.feed.to(self.device)
        self.epochs = checked_epochs(epochs, self.feed, steps_per_epoch)
        self.criterion = on_device(loss or nn.CrossEntropyLoss(), self.model, self.device)
        several = has_several_inputs(self.feed, training_step)
        self._forward: Forward = forward_in(precision, self.model, self.device, several=several)
        if compile:
            check_compiler(self.device)
            check_step(training_step, several=several, shard=shard and self._group.size > 1)
        trained_parameters(self.model)
        if optimizer is not None:
            self.optimizer = made_optimizer(optimizer, self.model, self.criterion)
        self.classes = class_names(self.model, self.feed)
        if self.options.mixes and training_step is None:
            check_soft_labels(self.criterion, len(self.classes), self.device)
        self._loss = made_loss(
            self.criterion, self.model, self.feed, len(self.classes), whole=training_step is not None
        )
        self.metrics = checked_metrics(named_metrics(metrics, len(self.classes)))
        self.monitor = make_monitor(monitor, mode, directions_of(self.metrics))
        if run_dir is not None:
            check_storable(self.model, self.criterion)
        self.folder = RunFolder(Path(run_dir)) if run_dir is not None and not self._group.rank else None
        self.callbacks = of_process(with_defaults(callbacks or (), written=run_dir is not None), self._group.rank)
        self._bus = EventBus(self.callbacks)
        check_deciders(self.callbacks, self.feed, self.monitor)
        self._control = command_queue(self._group)
        self.temperature = 1.0

    __reduce_ex__ = refuse_copies

    @cached_property
    def optimizer(self) -> Optimizer:
        """The optimiser. Adam is made when needed: PyTorch takes a second for the first one of a process."""
        return made_optimizer(None, self.model, self.criterion)

    def fit(self, resume: bool = False) -> Result:
        """Train until the last epoch, a stop, or an error.

        A completed run is evaluated and leaves its best weights in the model (the last ones without a validation
        split). What ends a failed run is raised after every callback got RunEnded.

        Args:
            resume: Continue from the last checkpoint in `run_dir`.

        Returns:
            The epochs, and the evaluation of each split. If the run was stopped, its status is "stopped".

        Raises:
            UsageError: `resume.no_folder`: there is no `run_dir` to resume; `run.exists`: it already exists;
                `model.half`: the weights are float16; `model.inference`: they were made in inference mode.
            DataError: `data.changed`: the data is not what the resumed run was trained on.
            DivergedError: A loss or gradient was not finite.
            CallbackError: A callback that can end the run failed.
        """
        check_trainable(self.model)
        continuation = run_start.open_shared_run(self._group, self.folder, resume, self._settings, self.options.shard)
        session = Session(
            self.callbacks,
            folder=self.folder,
            settings=self._settings(),
            control=self._control,
            bus=self._bus,
            continuation=continuation,
            group=self._group,
        )
        return session.conduct(lambda: self.train(session))

    @own_modes()
    def train(self, session: Session, make_loop: Callable[[Session, Parts], Loop] = run_start.training_loop) -> None:
        """Restore, train and evaluate within a session that has begun: `fit` calls it.

        Args:
            session: The attempt.
            make_loop: Creates the training loop from the session and its parts; for programs that train in
                place of the built-in loop.
        """
        run, continuation = session.run, session.continuation
        if continuation is not None and continuation.checkpoint is not None:
            self.feed = run_start.data_of_run(self.feed, continuation.load().meta["fingerprint"], self.device)
        check_deciders(session.callbacks, self.feed, self.monitor)
        run.model, run.optimizer, run.data, run.classes = self.model, self.optimizer, self.feed, self.classes
        session.progress(Preparing, "check", 0, 1)
        self.model, more = run_start.begin(self._group, self.model, self.feed, self._loss, self.options, self.optimizer)
        for note in (*self._loss.notes, *more, *doubts(session.callbacks, stored=session.folder is not None)):
            session.warn(note)
        if isinstance(self.feed, LoaderSource):
            self.feed.say = session.warn
        threads = run_start.settle_threads(session, self.threads)
        precision, forward = settle_precision(session, self.precision, self._parts())
        self.precision, self._forward = precision.precision, forward or self._forward
        compile_seconds = 0.0
        if self.compile:
            self._forward, compile_seconds = compile_within(
                session, self.model, self._loss.step, self.feed, self.precision, self.device
            )
        loop = make_loop(session, self._parts())
        seed_generators(self.seed)
        if continuation is not None:
            run_start.restore_run(session, loop, continuation, self.feed.fingerprint)
        session.progress(Preparing, "check", 1, 1)
        session.emit(run_start.run_started(session, loop, threads, compile_seconds, precision))
        try:
            loop.run()
        except StopNow:
            if session.requests.status != "completed":
                raise
            session.requests.status = None  # the callback ended the training, not the evaluation that follows
        evaluate_all(session, loop)

    def _parts(self) -> Parts:
        return Parts(
            self.model, self.feed, self.optimizer, self._loss, len(self.classes), self.epochs, self.eval_batch,
            self.device, self._forward, options=self.options, bfloat16=self.precision == "bfloat16", seed=self.seed,
            metrics=CustomMetrics(self.metrics), monitor=self.monitor, group=self._group,
        )  # fmt: skip

    def _settings(self) -> dict[str, Any]:
        train = {name: getattr(self, name) for name in ("epochs", "seed", "precision", "compile")}
        return custom_settings(self.model, self.optimizer, self.criterion, train, tuple(self.metrics), self.monitor)

    def evaluate(
        self,
        split: Any = "test",
        *,
        weights: Literal["best", "last"] = "last",
        batches: Iterable[Batch] | None = None,
        watch: Watch | None = None,
    ) -> Evaluation:
        """Metrics of a split or of other labelled images, with the weights the model has now.

        Args:
            split: "train", "valid" or "test"; with `batches`, what to call them. Or labelled images: a folder of class
                folders, a CSV file, a DataFrame, a list of (path or Pillow image, label), arrays (X, y), and with own
                loaders another loader. Labels are names of classes, or their numbers from 0.
            weights: What to call the weights in the result; it does not load any.
            batches: Other images, as batches (images (B, ...), labels (B,)), in place of a split of the data.
            watch: Called with the logits (B, C) and the labels (B,) of each batch.

        Returns:
            Metrics, report, and the prediction for every image. A custom metric that gives no number is NaN.

        Raises:
            UsageError: `data.no_split`: the data has no such split.
            DataError: Images or labels cannot be used.
        """
        if batches is None and isinstance(split, str) and split in self.feed.sizes:
            batches = self.feed.eval_batches(split, self.eval_batch)
        elif batches is None:
            from trainer.engine.labelled_batches import labelled_batches

            split, batches = labelled_batches(self.feed, self.classes, split)
        given = (self.model, batches, self._loss, len(self.classes), self._forward, watch)
        found, outputs, seconds, own = measured_pass(self.metrics, split, *given)
        return Evaluation(split, weights, self.classes, found, seconds, outputs, custom=own)

    def predict(self, images: Any) -> pd.DataFrame:
        """Classify images.

        Args:
            images: A tensor (N, ...) as the model takes it. With data from `open_data` also paths, PIL images, uint8
                arrays (H, W, 3), a folder or a DataFrame of paths; they are resized and normalised as the training
                images were. With data given as arrays (X, y), arrays like X.

        Returns:
            A row per image: `class`, `confidence` and the probability of every class by its name (with `_` appended if
            that is taken: `class_`), in [0, 1]: the softmax of the logits divided by `temperature`. Of a folder the
            index is the path (`image`), of a DataFrame its index.
        """
        from trainer.engine.prediction import predict

        return predict(self.model, self._forward, self.feed, self.classes, self.device, images, self.temperature)

    # -- steering, from any thread -------------------------------------------------------------------------------

    def stop(self, when: When = "step") -> Request:
        """Ask the run to end; it can be resumed. From any thread.

        Args:
            when: "step": after this optimiser step; "epoch": after this epoch.

        Returns:
            The request; its `wait()` waits for the answer.
        """
        return self._control.submit(Request("stop", when))

    def pause(self) -> Request:
        """Ask the run to wait, with everything kept in memory. From any thread.

        Returns:
            The request; its `wait()` waits for the answer.
        """
        return self._control.submit(Request("pause"))

    def unpause(self) -> Request:
        """Ask a paused run to continue. From any thread.

        Returns:
            The request; its `wait()` waits for the answer.
        """
        return self._control.submit(Request("unpause"))

    def checkpoint(self) -> Request:
        """Ask for a checkpoint after this step. From any thread.

        Returns:
            The request; once answered, its `answer.path` is the file.
        """
        return self._control.submit(Request("checkpoint"))

    def on(
        self, event: type[E], function: Callable[[E], object], *, every: int = 1, once: bool = False, loss: bool = False
    ) -> Subscription:
        """Call a function at every event of a kind. If it raises, it is detached and the run continues.

        Args:
            event: Class of the event, such as `EpochEnded`; `Event` for every event.
            function: Called with the event, on the engine's thread.
            every: Call it at every n-th event only, 1 or more.
            once: Call it once only.
            loss: Make `BatchEnded.loss` a number on a GPU too, at the price of waiting for the GPU in every step.

        Returns:
            The subscription; its `remove()` ends it.

        Raises:
            UsageError: `callbacks.event`, `callbacks.function` or `callbacks.every`: an argument is of another kind.
        """
        return self._bus.on(event, function, every=every, once=once, loss=loss)

    def explain(self) -> str:
        """Describe which callback gets which events, in which order, and what that costs.

        Returns:
            Text of several lines, to print.
        """
        return explain(self._bus, self.optimizer, self.device)
