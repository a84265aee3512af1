"""The training loop: epochs, steps, validation, and the events about them (drawn in `trainer/events/__init__.py`)."""

from __future__ import annotations

import time
from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from trainer.data.loaders import close_batches, input_facts
from trainer.engine.batch_metrics import BatchMetrics
from trainer.engine.best import Best
from trainer.engine.callback_states import callback_states
from trainer.engine.checkpoint_state import (
    capture_generators,
    capture_model,
    capture_optimizer,
    load_model_state,
    restore_optimizer,
)
from trainer.engine.custom_metrics import MetricFailure, MetricPass, check_monitored, loss_failure
from trainer.engine.evaluation_loop import Watch, pass_over
from trainer.engine.loop_state import Cursor, Spent
from trainer.engine.module_state import ModuleState, copy_state
from trainer.engine.parts import Parts
from trainer.engine.process_pace import ProcessPace
from trainer.engine.request_handler import StopNow
from trainer.engine.resume import model_state
from trainer.engine.session import Session
from trainer.engine.step import CheckedStep, FlaggedStep, NonFiniteStep, evenly
from trainer.engine.weight_average import WeightAverage, trained_tensors
from trainer.errors import CallbackError, DivergedError
from trainer.events import (
    BatchEnded,
    BatchesReported,
    CheckpointRequested,
    EpochEnded,
    EpochStarted,
    GradientsReady,
    NonFiniteLoss,
    Split,
    ValidationDone,
    Working,
)
from trainer.metrics.classification import Metrics
from trainer.metrics.outputs import Outputs
from trainer.torch_internals import takes_flag

REPORT_SECONDS = 0.05
"""BatchesReported comes at most twenty times a second."""


class Loop:
    """Runs the epochs of one attempt. When resuming from a checkpoint, call `restore` first."""

    program = ""
    """The external program that trains in place of this loop."""

    def __init__(self, session: Session, parts: Parts) -> None:
        self.session = session
        self.parts = parts
        self.steps_per_epoch = parts.steps_per_epoch
        self.cursor = Cursor()
        self.best = Best(monitor=parts.monitor)
        self.best_weights: dict[str, Any] | None = None
        self.modules = ModuleState(parts.model, parts.criterion, parts.feed, parts.device, parts.computes)
        self._spent = Spent()
        deferrable = parts.device.type != "cpu" and takes_flag(parts.optimizer)
        self._deferred = deferrable if parts.deferred is None else parts.deferred
        # a custom training step computes its own mean
        loss = parts.loss if parts.options.training_step is None else None
        self.tally = BatchMetrics(parts.classes, deferred=self._deferred, loss=loss, ignored=parts.loss.ignored)
        shared = (parts.options, self._gradients_ready, evenly if loss is None else loss.amounts, parts.group)
        self._step: CheckedStep | FlaggedStep = (
            FlaggedStep(parts.loss_of(), parts.optimizer, parts.device, *shared)
            if self._deferred
            else CheckedStep(parts.loss_of(), parts.optimizer, *shared)
        )
        self.average = WeightAverage(parts.model, parts.options.ema) if parts.options.ema else None
        self._unreported = Spent()
        self._mark = 0.0
        self._pace = ProcessPace(parts.group, parts.model)
        self._error: DivergedError | None = None
        self._own: dict[str, float] = {}  # custom metrics of the last validation
        self._unknown: CallbackError | None = None  # the monitored one could not be computed

    # -- epochs --------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Run the remaining epochs. Raises StopNow after a stop (the state is saved), DivergedError, and whatever a
        callback that may end the run raised."""
        session = self.session
        session.before_emit = self._report
        session.capture = self.capture
        session.clock.start()
        self.modules.begin()
        for limit in self.modules.limits:
            session.log(f"a resumed run may differ from one without interruption: {limit}")
        try:
            self._epochs()
        except StopNow:
            self._save_at_stop()
            raise
        except NonFiniteStep as bad:
            raise self._diverged(bad) from None
        finally:
            self.modules.end()
            session.before_emit = None
            session.capture = None  # evaluation puts the best weights into the model: no state to continue from
            self._step.close()

    def _epochs(self) -> None:
        while self.cursor.epoch <= self.parts.epochs:
            self._begin_epoch()
            self._train()
            if self.parts.group.size > 1:
                self.session.emit(self._pace.report(self.session.position, **vars(self._spent)))
            self._finish_epoch(self.tally.metrics())
            if self._unknown is not None:
                raise self._unknown  # the epoch is saved: nothing is lost
            self.session.requests.epoch_boundary()

    def _begin_epoch(self) -> None:
        self.session.epoch = self.cursor.epoch
        rate = learning_rate(self.parts.optimizer)
        self.session.emit(EpochStarted(**self.session.position, first_batch=self.cursor.batch, learning_rate=rate))
        self.session.requests.boundary()

    def _finish_epoch(self, seen: Metrics) -> None:
        """Validate and end the epoch; `seen`: its training metrics."""
        rate = learning_rate(self.parts.optimizer)  # what the validation decides is for the next epoch
        validation = self._validate() if "valid" in self.parts.feed.sizes else None
        self._end_epoch(seen, validation, rate)

    def _train(self) -> None:
        """The hot path: everything here is paid once per step."""
        session, control, tally, cursor = self.session, self.session.control, self.tally, self.cursor
        step, clock, unreported, average = self._step, time.perf_counter, self._unreported, self.average
        self.modules.begin_epoch()
        if average is not None:
            average.include_unfrozen()
        batches = self.parts.train_batches(cursor.epoch, cursor.batch)
        self.modules.drawn()
        self._mark = session.clock.elapsed()
        start = clock()
        due = start + REPORT_SECONDS
        try:
            for images, labels, *weights in batches:
                ready = clock()
                outputs, loss = step(images, labels, *weights)
                samples = labels.shape[0]
                tally.add(outputs, labels, loss, samples, *weights)
                if average is not None:
                    average.update()
                session.step += 1
                cursor.batch += 1
                now = clock()
                unreported.data += ready - start
                unreported.train += now - ready
                if session.bus.listens(BatchEnded):
                    self._batch_ended(samples, loss, ready - start, now - ready)
                if now >= due:
                    self._report()
                    due = now + REPORT_SECONDS
                if control.waiting:
                    session.requests.boundary()
                start = clock()
            self._report()
        finally:
            close_batches(batches)  # a prefetching thread must not outlive the loop
        self.modules.trained()
        tally.reduce()

    def _gradients_ready(self) -> None:
        if self.session.bus.listens(GradientsReady):
            rate = learning_rate(self.parts.optimizer)
            self.session.bus.emit(
                GradientsReady(**self.session.position, batch=self.cursor.batch + 1, learning_rate=rate)
            )

    def _batch_ended(self, samples: int, loss: float | Tensor, data_seconds: float, step_seconds: float) -> None:
        if isinstance(loss, float):
            value: float | None = loss
        else:
            value = loss.item() if self.session.bus.reads_loss else None
        self.session.bus.emit(
            BatchEnded(
                epoch=self.session.epoch,
                step=self.session.step,
                batch=self.cursor.batch,
                samples=samples,
                loss=value,
                learning_rate=learning_rate(self.parts.optimizer),
                data_seconds=data_seconds,
                step_seconds=step_seconds,
            )
        )

    def _report(self) -> None:
        """Merge the steps since the last report into one BatchesReported."""
        count = self.tally.pending
        if not count:
            return
        try:
            self._step.check()
        except NonFiniteStep:
            if self.session.bus.delivering:
                return  # not the fault of the handler that is emitting right now: the loop's next report raises it
            raise
        # the epoch's seconds are taken from the clock, not added up from steps: callbacks are part of that time
        mark, self._mark = self._mark, self.session.clock.elapsed()
        self._spent.train += self._mark - mark
        spent = self._unreported
        self._spent.data += spent.data
        event = BatchesReported(
            **self.session.position,
            first_step=self.session.step - count + 1,
            last_step=self.session.step,
            learning_rate=learning_rate(self.parts.optimizer),
            data_seconds=spent.data,
            step_seconds=spent.train,
            **self.tally.report(),
        )
        spent.data = spent.train = 0.0
        self.session.bus.emit(event)

    # -- validation and the end of an epoch ----------------------------------------------------------------------

    def pass_over(self, split: Split, stage: Any, watch: Watch | None = None) -> tuple[Metrics, Outputs, float]:
        """Metrics of a split with the current weights; emits Working events and answers requests meanwhile."""
        parts, total = self.parts, self.parts.feed.sizes[split]
        start = self.session.clock.elapsed()  # it stands still while the run is paused
        found, outputs, _ = pass_over(
            parts.model,
            parts.eval_batches(split),
            parts.loss,
            parts.classes,
            lambda done: self.session.progress(Working, stage, done, total),
            parts.forward,
            watch,
            parts.group,
        )
        self.session.outputs[split] = outputs
        if failure := loss_failure(found, outputs):
            parts.metrics.tell(self.session, split, failure)
        return found, outputs, self.session.clock.elapsed() - start

    def measured(self, split: Split, measuring: MetricPass) -> tuple[dict[str, float], list[MetricFailure]]:
        """The custom metrics of a pass that has ended, NaN for those that gave no number; and what they gave."""
        values, failures = measuring.finish()
        for failure in failures:
            self.parts.metrics.tell(self.session, split, failure)
        return values, failures

    def _validate(self) -> Metrics:
        monitor, measuring, start = self.parts.monitor, self.parts.metrics.begin(), self.session.clock.elapsed()
        with nullcontext() if self.average is None else self.average.applied():
            found, _, _ = self.pass_over("valid", "validate", measuring.watch)
            self._own, failures = self.measured("valid", measuring)
            value = monitor.value(found, self._own)
            improved = self.best.update(self.session.epoch, value, loss=found.loss)
            if improved:
                self.best_weights = copy_state(self.parts.model)
        seconds = self.session.clock.elapsed() - start
        self._unknown = check_monitored(monitor, failures, self.session.epoch)
        self._spent.valid += seconds
        self.session.best_epoch, self.session.best_loss = self.best.epoch, self.best.loss
        self.session.valid_f1[self.session.epoch] = found.f1
        self.session.saving.hold()
        self.session.emit(
            ValidationDone(
                **self.session.position,
                **found.fields(),
                seconds=seconds,
                improved=improved,
                best_epoch=self.best.epoch,
                best_loss=self.best.loss,
                metrics=self._own,
            )
        )
        return found

    def _end_epoch(self, seen: Metrics, validation: Metrics | None, rate: float) -> None:
        # no boundary since ValidationDone: a stop there would lose what the validation decided
        if self.session.bus.listens(CheckpointRequested):
            self.session.announce(Working, "save", 0, 1)
        spent, samples = self._spent, self.tally.samples
        event = EpochEnded(
            **self.session.position,
            train_loss=seen.loss,
            train_accuracy=seen.accuracy,
            train_macro_f1=seen.macro_f1,
            train_f1=seen.f1,
            valid_loss=validation.loss if validation else None,
            valid_accuracy=validation.accuracy if validation else None,
            valid_macro_f1=validation.macro_f1 if validation else None,
            improved=self.best.epoch == self.cursor.epoch,
            learning_rate=rate,
            samples_per_second=samples / spent.train if spent.train else 0.0,
            seconds=spent.train + spent.valid,
            train_seconds=spent.train,
            valid_seconds=spent.valid,
            data_seconds=spent.data,
            valid_metrics=self._own if validation else {},
        )
        # a checkpoint made from this event continues with the next epoch
        self.cursor.epoch, self.cursor.batch = self.cursor.epoch + 1, 0
        self.tally.new_epoch()
        self._spent = Spent()
        self.session.history.append(event)
        self.session.emit(event)
        self.session.release_checkpoints()

    # -- checkpoints ---------------------------------------------------------------------------------------------

    def capture(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """See `Run.capture`."""
        self._report()
        try:
            self._step.check()
        except NonFiniteStep as bad:
            raise self._diverged(bad) from None
        parts, session = self.parts, self.session
        optimizer_tensors, optimizer_rest = capture_optimizer(parts.model, parts.optimizer)
        more, modules = self.modules.capture()
        self.tally.reduce()
        tensors = {**capture_model(parts.model), **optimizer_tensors, **capture_generators(parts.device), **more}
        if self.average is not None:
            tensors = self.average.capture(tensors)
        meta = {
            "epoch": self.cursor.epoch,
            "batch": self.cursor.batch,
            "step": session.step,
            "seq": session.run.seq,
            "elapsed": session.clock.elapsed(),
            "best": self.best.state_dict(),
            "tally": self.tally.state_dict(),
            "spent": vars(self._spent),
            "modules": modules,
            "optimizer": optimizer_rest,
            "callbacks": callback_states(session.callbacks),
            "detached": {name: failure.step for name, failure in session.bus.detached.items()},
            "classes": list(session.run.classes),
            "fingerprint": parts.feed.fingerprint,
            "input": input_facts(parts.feed),
            "threads": torch.get_num_threads(),
            "processes": parts.group.size,
            "accumulate": parts.options.accumulate,
            "averaged_updates": self.average.updates if self.average is not None else 0,
        }
        return tensors, meta

    def restore(self, tensors: dict[str, Tensor], meta: dict[str, Any], best: dict[str, Any] | None) -> None:
        """Continue from the result of `capture`; `best` holds the best weights so far, if any."""
        parts = self.parts
        parts.options.check_resumed(meta)
        load_model_state(parts.model, model_state(trained_tensors(tensors), meta))
        self.modules.restore(tensors, meta)
        if self.average is not None:
            self.average.restore(tensors, meta.get("averaged_updates", 0))
        restore_optimizer(parts.model, parts.optimizer, tensors, meta["optimizer"])
        self.cursor = Cursor(meta["epoch"], meta["batch"])
        self.best.load_state_dict(meta["best"])
        self.best_weights = best
        self.tally.load_state_dict(meta["tally"])
        self._spent = Spent(**meta["spent"])
        session = self.session
        session.best_epoch, session.best_loss = self.best.epoch, self.best.loss
        session.step = meta["step"]
        session.epoch = min(self.cursor.epoch, parts.epochs)
        # steps after the checkpoint are lost, but their time was spent: the clock never runs backwards
        session.clock.reach(meta["elapsed"])
        session.saved_step = session.step

    def _save_at_stop(self) -> None:
        if self.session.saved_step != self.session.step:
            self.session.emit(CheckpointRequested(**self.session.position, kind="last", source="stop"))

    def _diverged(self, bad: NonFiniteStep) -> DivergedError:
        """Report it once, and build the error for people."""
        if self._error is not None:
            return self._error
        last = self.session.checkpoints.get("last")
        batch = self.cursor.batch + (0 if self._deferred else 1)
        self.session.before_emit = None  # the steps since the last report may hold the bad one: they are not reported
        self.session.emit(NonFiniteLoss(**self.session.position, batch=batch, where=bad.where, last_checkpoint=last))
        self._error = bad.error(self.cursor.epoch, batch, self.session.step, last)
        return self._error


def learning_rate(optimizer: Optimizer) -> float:
    """The rate of the first parameter group."""
    return float(optimizer.param_groups[0]["lr"])
