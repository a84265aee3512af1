"""`Trainer`: the engine for scripts and notebooks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from trainer.callback import Callback
from trainer.data.image_data import ImageData
from trainer.data.loader_source import LoaderSource, data_source
from trainer.data.loaders import DataSource
from trainer.data.mixup import check_soft_labels
from trainer.data.seeding import seed_generators
from trainer.engine.arguments import (
    EVAL_BATCH,
    MOST_EVAL_BATCH,
    MOST_THREADS,
    check_deciders,
    check_trainable,
    checked_count,
    checked_epochs,
    class_names,
    has_several_inputs,
    made_loss,
    made_optimizer,
    on_device,
    promise,
    with_defaults,
)
from trainer.engine.commands import CommandQueue
from trainer.engine.compilation import Compiled, check_compiler, check_step, compile_model
from trainer.engine.device import choose_device
from trainer.engine.evaluation_loop import pass_over
from trainer.engine.event_bus import EventBus, Subscription
from trainer.engine.explain import explain
from trainer.engine.final_evaluation import evaluate_all
from trainer.engine.loop import Loop
from trainer.engine.module_state import check_storable
from trainer.engine.parts import Parts
from trainer.engine.precision import Forward, forward_in
from trainer.engine.resume import Continuation, find_continuation
from trainer.engine.session import Session, StopNow
from trainer.engine.step_options import StepOptions, TrainingStep
from trainer.errors import DataError, UsageError
from trainer.events import Event, Preparing, RunStarted
from trainer.models import count_parameters
from trainer.result import Evaluation, Result
from trainer.store.environment import environment, versions
from trainer.store.folder import RunFolder, create_run
from trainer.store.requests import Request, When
from trainer.store.run_files import write_environment, write_settings

if TYPE_CHECKING:
    import pandas as pd

E = TypeVar("E", bound=Event)


class Trainer:
    """Trains `model` on `data` and tells its callbacks what happens.

    `model`: any module from images (B, ...) to logits (B, C). `data`: what `open_data` gives or takes; or a mapping of
    splits ("train", and optionally "valid" and "test") to loaders, or one loader: any iterable of batches (see
    `trainer.data.batch.read_batch`), arrays (X, y) or a `Dataset` of single images (see
    `trainer.data.loader_forms.as_loader`).
    `optimizer`: an optimiser, or a function of the parameters; default Adam. `loss`: a function of logits (B, C) and
    labels (B,); default cross-entropy. A loss that is reported is the mean over all images of the split (of an epoch,
    in training), however they were batched: with class weights the weighted losses over the sum of the weights, images
    with the label `ignore_index` left out. Sums and unreduced losses are averaged, in training too. Only for a loss
    that compares images with each other it is the mean over batches, and a warning says so. `run_dir`: where the run is
    written, with the command line's callbacks (Journal, MetricLog, Timing, Checkpoint, Snapshots) added unless given;
    None writes nothing. `device`: auto (CUDA where there is one), cpu, cuda, cuda:N, mps. `precision`: what the model
    computes in; with bfloat16 the weights stay float32. `compile`: make machine code of the model before the first
    step. `threads`: CPU threads, 1 to 1,024; None: as torch is set, or as the resumed run had it. `eval_batch`: images
    at a time in validation and evaluation, where the data is ours, 1 to 65,536; None: 1,000.

    How a step is made: `accumulate` batches give the gradients of one optimiser step, which then counts as one step and
    one batch of all their images, at least 1. `clip_value`, `clip_norm`: largest value of a gradient, largest norm of
    all together; 0: not clipped. `ema`: decay in [0, 1) of the moving average of the weights that validation,
    evaluation, the best weights and the checkpoints' models then are; 0: none. `mixup`, `cutmix`: alpha of the mixing
    of training images in pairs; 0: none. `training_step(model, (images, labels))`: gives the loss, or (loss, logits),
    in place of `loss(model(images), labels)`; validation still uses `loss`. `steps_per_epoch`: optimiser steps after
    which an epoch ends, for data that has no end or takes long; None: once through the data.

    Raises UsageError and DataError at once where the arguments cannot work together.
    """

    def __init__(
        self,
        model: nn.Module,
        data: Any,
        *,
        optimizer: Optimizer | Callable[[Any], Optimizer] | None = None,
        loss: Callable[[Tensor, Tensor], Tensor] | None = None,
        epochs: int = 10,
        callbacks: Iterable[Callback] | None = None,
        run_dir: str | Path | None = None,
        seed: int = 1234,
        device: str = "auto",
        precision: Literal["float32", "bfloat16"] = "float32",
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
    ) -> None:
        self.options = StepOptions(
            accumulate, clip_norm, clip_value, ema, mixup, cutmix, training_step, steps_per_epoch
        )
        self.precision: Literal["float32", "bfloat16"] = precision
        self.compile = compile
        self.threads = threads if threads is None else checked_count("threads", threads, MOST_THREADS)
        self.eval_batch = checked_count("eval_batch", EVAL_BATCH if eval_batch is None else eval_batch, MOST_EVAL_BATCH)
        self.device = choose_device(device)
        self.model = model.to(self.device)
        self.feed: DataSource = data_source(data, seed=seed)
        self.feed.to(self.device)
        self.epochs = checked_epochs(epochs, self.feed, steps_per_epoch)
        self.seed = seed
        self.criterion = on_device(loss or nn.CrossEntropyLoss(), self.model, self.device)
        several = has_several_inputs(self.feed, training_step)
        self._forward: Forward = forward_in(precision, self.model, self.device, several=several)
        if compile:
            check_compiler(self.device)
            check_step(training_step, several=several)
        self.optimizer = made_optimizer(optimizer, self.model, self.criterion)
        self.classes = class_names(self.model, self.feed)
        if self.options.mixes and training_step is None:
            check_soft_labels(self.criterion, len(self.classes), self.device)
        self._loss = made_loss(
            self.criterion, self.model, self.feed, len(self.classes), whole=training_step is not None
        )
        self.folder = RunFolder(Path(run_dir)) if run_dir is not None else None
        if self.folder is not None:
            check_storable(self.model, self.criterion)
        self.callbacks = with_defaults(callbacks or (), written=run_dir is not None)
        self._bus = EventBus(self.callbacks)
        check_deciders(self.callbacks, self.feed)
        self._control = CommandQueue()
        self._loop: Loop | None = None

    # -- training ------------------------------------------------------------------------------------------------

    def fit(self, resume: bool = False) -> Result:
        """Train; with `resume`, go on from the last checkpoint in `run_dir`.

        A completed run leaves the best weights in the model (the last ones without a validation split). A stop ends
        it normally, with status "stopped". Raises what ended a failed run, after every callback got RunEnded; a run
        folder that exists already, or has nothing to resume, is a UsageError.
        """
        check_trainable(self.model)
        continuation = self._open_folder(resume)
        session = Session(
            self.callbacks,
            folder=self.folder,
            settings=self._settings(),
            control=self._control,
            bus=self._bus,
            continuation=continuation,
        )
        return session.conduct(lambda: self.train(session))

    def _open_folder(self, resume: bool) -> Continuation | None:
        if resume and self.folder is None:
            raise UsageError(
                "resume.no_folder",
                "There is no run to resume.",
                mend="give Trainer the run_dir of the run that was stopped",
            )
        if self.folder is None:
            return None
        if resume:
            return find_continuation(self.folder)
        if self.folder.path.exists():
            raise UsageError(
                "run.exists",
                f"There is something at {self.folder.path} already.",
                expected="a folder that does not exist yet",
                mend="fit(resume=True) goes on with the run that lies there; or choose another run_dir",
            )
        create_run(self.folder.path.parent, self.folder.path.name)
        write_settings(self.folder, self._settings())
        return None

    def train(self, session: Session, make_loop: Callable[[Session, Parts], Loop] = Loop) -> None:
        """The work of one attempt within a session that is under way: restore, train, evaluate. `make_loop`: for other
        programs that train in place of our loop."""
        run, continuation = session.run, session.continuation
        if continuation is not None and continuation.checkpoint is not None:
            self._take_earlier_data(continuation.load()[1]["fingerprint"])
        check_deciders(session.callbacks, self.feed)
        run.model, run.optimizer, run.data, run.classes = self.model, self.optimizer, self.feed, self.classes
        session.progress(Preparing, "check", 0, 1)
        for note in self._loss.notes:
            session.warn(note)
        if isinstance(self.feed, LoaderSource):
            self.feed.say = session.warn
        # decided once, at the first start: another number of threads gives other bits
        threads = (continuation.threads if continuation else None) or self.threads or torch.get_num_threads()
        if threads != torch.get_num_threads():
            torch.set_num_threads(threads)
        compile_seconds = self._compile(session) if self.compile else 0.0
        self._loop = loop = make_loop(session, self._parts())
        seed_generators(self.seed)
        if continuation is not None:
            self._restore(session, loop, continuation)
        session.progress(Preparing, "check", 1, 1)
        session.emit(self._started(session, loop, threads, compile_seconds))
        try:
            loop.run()
        except StopNow:
            if session.stop_status != "completed":
                raise
            session.stop_status = None  # a callback has ended the training, not the evaluation that follows
        evaluate_all(session, loop)

    def _take_earlier_data(self, fingerprint: str) -> None:
        """A run of before the split of small classes changed goes on with its own."""
        if self.feed.fingerprint == fingerprint or not isinstance(self.feed, ImageData):
            return
        earlier = self.feed.of_run(fingerprint)
        same = ("classes", "input_shape", "batch")
        if earlier is not None and all(getattr(earlier, name) == getattr(self.feed, name) for name in same):
            earlier.to(self.device)
            self.feed = earlier

    def _compile(self, session: Session) -> float:
        """Compile the model, which may take a minute; the seconds."""

        def tell(done: int, total: int) -> None:
            # not announced: the stage before may have been told just now, and this one would show as that for long
            session.emit(Preparing(**session.position, stage="compile", done=done, total=total))
            if session.control.waiting:
                session.boundary()

        images = torch.zeros(self.feed.batch, *self.feed.input_shape, device=self.device)
        forward = forward_in(self.precision, self.model, self.device)
        seconds = compile_model(self.model, forward, self._loss.step, images, tell)
        self._forward = Compiled(forward)
        session.log(f"the model was compiled in {seconds:.1f} s")
        return seconds

    def _parts(self) -> Parts:
        return Parts(
            self.model,
            self.feed,
            self.optimizer,
            self._loss,
            len(self.classes),
            self.epochs,
            self.eval_batch,
            self.device,
            self._forward,
            options=self.options,
            bfloat16=self.precision == "bfloat16",
        )

    def _restore(self, session: Session, loop: Loop, continuation: Continuation) -> None:
        for text in continuation.skipped:
            session.log(text)
        if continuation.checkpoint is None:
            session.log("no valid checkpoint: the run starts again from the beginning")
            return
        tensors, meta, best = continuation.load()
        if meta["fingerprint"] != self.feed.fingerprint:
            raise DataError(
                "data.changed",
                "The data is not what this run was trained on.",
                where=f"fingerprint {self.feed.fingerprint}, the checkpoint has {meta['fingerprint']}",
                mend="restore the images as they were, or start a new run",
            )
        if best is None and meta["best"]["epoch"] is not None:
            session.log(f"the best weights, of epoch {meta['best']['epoch']}, are lost: damaged or missing")
        loop.restore(tensors, meta, best)
        session.restore_callbacks(meta["callbacks"])
        session.checkpoints.update(continuation.paths())
        session.history.extend(continuation.epochs())

    def _started(self, session: Session, loop: Loop, threads: int, compile_seconds: float) -> RunStarted:
        found = environment(device=str(self.device), threads=threads, fingerprint=self.feed.fingerprint)
        if session.folder is not None:
            write_environment(session.folder, found)
        settings, continuation = dict(session.run.settings), session.continuation
        model = settings.get("model") or type(self.model).__name__
        return RunStarted(
            **session.position,
            run_id=session.folder.path.name if session.folder else "",
            attempt=session.attempt,
            resumed_step=session.step,
            resumed_seq=continuation.seq if continuation else 0,
            started_at=datetime.now(UTC).isoformat(timespec="seconds"),
            epochs=self.epochs,
            steps_per_epoch=loop.steps_per_epoch,
            settings=settings,
            classes=self.classes,
            split_sizes=dict(self.feed.sizes),
            model=f"{model} ({loop.program})" if loop.program else model,
            parameters=count_parameters(self.model),
            input_shape=tuple(self.feed.input_shape),
            device=str(self.device),
            seed=self.seed,
            threads=threads,
            callbacks=tuple(name for name, *_ in session.bus.order()),
            versions=versions(),
            exact_resume=promise(self.feed, self.device, loop.modules.limits),
            compile_seconds=compile_seconds,
        )

    def _settings(self) -> dict[str, Any]:
        return {
            "custom": True,
            "model": type(self.model).__name__,
            "train": {
                "epochs": self.epochs,
                "seed": self.seed,
                "optimizer": type(self.optimizer).__name__,
                "lr": float(self.optimizer.param_groups[0]["lr"]),
                "loss": getattr(self.criterion, "__name__", type(self.criterion).__name__),
                "precision": self.precision,
                "compile": self.compile,
            },
        }

    # -- using the model -----------------------------------------------------------------------------------------

    def evaluate(self, split: str = "test", *, weights: Literal["best", "last"] = "last") -> Evaluation:
        """Figures and report of a split with the weights the model has now; `weights` is only what to call them.

        Raises UsageError for an unknown split.
        """
        if split not in self.feed.sizes:
            raise UsageError("data.no_split", f"There is no split {split!r}.", expected=" or ".join(self.feed.sizes))
        batches = self.feed.eval_batches(split, self.eval_batch)
        found, outputs, seconds = pass_over(self.model, batches, self._loss, len(self.classes), forward=self._forward)
        return Evaluation(split, weights, self.classes, found, seconds, outputs)

    def predict(self, images: Any) -> pd.DataFrame:
        """Class, confidence and the probability of every class, a row per image.

        `images`: a tensor the model takes (N, ...); with our own data also paths, PIL images or uint8 arrays
        (H, W, 3), which are brought to the model's size and normalised as the training images were.
        """
        from trainer.engine.prediction import predict

        return predict(self.model, self._forward, self.feed, self.classes, self.device, images)

    # -- steering, from any thread -------------------------------------------------------------------------------

    def stop(self, when: When = "step") -> Request:
        """Ask the run to end after this step, or after this epoch. `.wait()` waits for the answer."""
        return self._control.submit(Request("stop", when))

    def pause(self) -> Request:
        """Ask the run to wait, with everything kept in memory."""
        return self._control.submit(Request("pause"))

    def unpause(self) -> Request:
        """Ask a paused run to go on."""
        return self._control.submit(Request("unpause"))

    def checkpoint(self) -> Request:
        """Ask for a checkpoint now."""
        return self._control.submit(Request("checkpoint"))

    def on(
        self,
        event: type[E],
        function: Callable[[E], object],
        *,
        every: int = 1,
        once: bool = False,
        loss: bool = False,
    ) -> Subscription:
        """Call `function(event)` at every (or every n-th, or only the first) such event; `.remove()` ends it.

        `loss`: makes BatchEnded.loss a float on a device too, at the price of waiting for it at each step.
        """
        return self._bus.on(event, function, every=every, once=once, loss=loss)

    def explain(self) -> str:
        """Which callback hears of which event, in which order, and what that costs."""
        return explain(self._bus, self.optimizer, self.device)
