"""The training loop of a sharded model: its state is put together where all processes meet, and saved by the first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor

from trainer.distributed.sharding import gathered, scattered, sharded_parameters, use_plain_kernels
from trainer.engine.checkpoint_state import capture_model, capture_optimizer
from trainer.engine.loop import Loop
from trainer.engine.parts import Parts
from trainer.engine.session import Session
from trainer.errors import UsageError
from trainer.events import CheckpointRequested
from trainer.metrics.classification import Metrics


class ShardedLoop(Loop):
    """Saves what an unsharded run saves: a checkpoint of one is continued by the other, with any number of processes.

    All processes put the state together at the end of an epoch, for a checkpoint that was asked for, and at a stop. The
    callbacks of the first may capture it then, and at no other time: what one process does by itself would wait for the
    others forever.
    """

    def __init__(self, session: Session, parts: Parts) -> None:
        super().__init__(session, parts)
        self._whole: dict[str, Tensor] | None = None
        """The sharded part of the state, put together, while all processes are there."""

    def run(self) -> None:
        """As of every loop."""
        self.session.saving.meeting = self._meeting
        try:
            super().run()
        finally:
            self.session.saving.meeting = None

    @contextmanager
    def _meeting(self) -> Iterator[None]:
        """All processes enter it at the same step."""
        group, model, bus = self.parts.group, self.parts.model, self.session.bus
        if group.from_first(lambda: bus.listens(CheckpointRequested)):  # else nobody would save it
            tensors = {**capture_model(model), **capture_optimizer(model, self.parts.optimizer)[0]}
            if self.average is not None:
                tensors = self.average.capture(tensors)
            self._whole = gathered(tensors, keep=not group.rank)
        try:
            yield
        finally:
            self._whole = None

    def capture(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """See `Run.capture`. Raises UsageError `distributed.capture` where the processes have not met for it."""
        if self._whole is None:
            raise UsageError(
                "distributed.capture",
                "The state of a sharded model is put together only for a checkpoint that all processes make.",
                expected="a hook on CheckpointRequested or EpochEnded, in a run with the Checkpoint callback",
                fix="use run.request_checkpoint()",
            )
        tensors, meta = super().capture()
        return {**tensors, **self._whole}, meta

    def restore(self, tensors: dict[str, Tensor], meta: dict[str, Any], best: dict[str, Any] | None) -> None:
        """As of every loop; each process takes its part of the whole tensors that the first one is given."""
        group = self.parts.group
        parameters = sharded_parameters(self.parts.model)
        like = {key: parameters[name] for key in tensors if (name := _parameter(key)) in parameters}
        own = scattered(tensors, like, group)
        super().restore(own, meta, None if best is None else scattered(best, parameters, group))
        use_plain_kernels(self.parts.optimizer)  # the options of a whole run's optimizer have come with its state

    def _end_epoch(self, seen: Metrics, validation: Metrics | None, rate: float) -> None:
        with self._meeting():
            super()._end_epoch(seen, validation, rate)

    def _save_at_stop(self) -> None:
        # what is saved already, only the first process knows
        if self.parts.group.from_first(lambda: self.session.saved_step != self.session.step):
            with self._meeting():
                self.session.emit(CheckpointRequested(**self.session.position, kind="last", source="stop"))


def _parameter(key: str) -> str:
    """The parameter that a tensor of a checkpoint belongs to; another name where it belongs to none."""
    kind, _, name = key.partition(".")
    return {"model": name, "trained": name, "optimizer": name.rpartition(".")[0]}.get(kind, "")
