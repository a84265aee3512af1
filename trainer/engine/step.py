"""One optimiser step, never taken on a non-finite loss or gradient.

On the CPU both are checked before `optimizer.step()`. On a device a sticky flag is handed to the fused optimiser as
`found_inf`, which then changes nothing; the flag is read at the next report, so that no step waits for the device.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch import Tensor
from torch.nn.utils import clip_grad_norm_, clip_grad_value_
from torch.optim import Optimizer

from trainer.distributed.process_group import ALONE, ProcessGroup
from trainer.engine.optimizer_step import OptimizerStep
from trainer.engine.softmax_loss import SoftmaxLoss
from trainer.engine.step_options import PLAIN, StepOptions
from trainer.engine.training_step import BatchLoss
from trainer.errors import DivergedError
from trainer.optim.parameter_groups import parameters_of
from trainer.torch_internals import check_and_unscale

if TYPE_CHECKING:
    from trainer.engine.shared_backward import SharedBackward


class NonFiniteStep(Exception):  # noqa: N818  # it is turned into an event and a DivergedError by the loop
    """The step was not taken; `where` is loss or gradient."""

    def __init__(self, where: Literal["loss", "gradient"]) -> None:
        super().__init__(where)
        self.where = where

    def error(self, epoch: int, batch: int, step: int, last: str | None) -> DivergedError:
        """For people: in which epoch and batch that was, after how many steps; `last`: the last checkpoint."""
        return DivergedError(
            "diverged.step",
            f"The {self.where} was not finite in epoch {epoch}, batch {batch}; the weights were left as "
            "they were before this step.",
            where=f"epoch {epoch}, batch {batch}, step {step}",
            expected="a finite loss and finite gradients",
            fix="train with a smaller learning rate (--lr), and look for NaN in the images"
            + (f"; the last checkpoint is {last}" if last else ""),
            epoch=epoch,
            batch=batch,
            kind=self.where,
        )


def needs_closure(optimizer: Optimizer) -> bool:
    """Whether `optimizer.step` must be given a closure, as LBFGS must."""
    closure = inspect.signature(type(optimizer).step).parameters.get("closure")
    return closure is not None and closure.default is inspect.Parameter.empty


def finite(tensor: Tensor) -> bool:
    """Whether every element is finite: one sum, and the exact test only where the sum is not (it may overflow)."""
    values = tensor.coalesce().values() if tensor.is_sparse else tensor
    if values.is_complex():
        return bool(torch.isfinite(values).all())
    return isfinite(values.sum().item()) or bool(torch.isfinite(values).all())


class FiniteCheck:
    """Whether all gradients are finite. Plain float32 gradients on the CPU go through one fused kernel, in half the
    time of a sum for each; this runs in every step. The kernel's scale is 1."""

    def __init__(self, optimizer: Optimizer) -> None:
        self._optimizer = optimizer
        self._flag = torch.zeros((), dtype=torch.float32)  # whatever torch's default type is
        self._one = torch.ones((), dtype=torch.float32)
        self._count = -1
        self._kernel = False

    def __call__(self) -> bool:
        gradients = [one.grad for one in parameters_of(self._optimizer) if one.grad is not None]
        if len(gradients) != self._count:  # at the first step, and if layers are frozen or added later
            self._count = len(gradients)
            self._kernel = self._count > 0 and all(_is_plain(gradient) for gradient in gradients)
        if self._kernel:
            check_and_unscale(gradients, self._flag, self._one)
            return not self._flag.item()
        return all(finite(gradient) for gradient in gradients)


def _is_plain(tensor: Tensor) -> bool:
    return tensor.dtype == torch.float32 and tensor.device.type == "cpu" and not tensor.is_sparse


def backward(loss_of: BatchLoss, *batch: Tensor) -> tuple[Tensor, Tensor]:
    """Add the gradients of a batch; its logits and mean loss."""
    if isinstance(loss_of, SoftmaxLoss):
        return loss_of.backward(*batch)
    outputs, loss = loss_of(*batch)
    loss.backward()
    return outputs.detach(), loss


Amounts = Callable[..., Tensor]
"""labels, and weights of the images where there are any -> how much each image counts in the mean, (B,)"""


def evenly(labels: Tensor, *weights: Tensor) -> Tensor:
    """All images equally."""
    return torch.ones(len(labels), dtype=torch.float32, device=labels.device)


def accumulated(parts: int, amounts: Amounts) -> Callable[..., tuple[Tensor, Tensor]]:
    """`backward` in `parts` equal parts, to save memory: the gradients are the same if the model treats images
    independently (BatchNorm does not). `amounts`: how much each image counts, see `Loss`."""

    def in_parts(loss_of: BatchLoss, *batch: Tensor) -> tuple[Tensor, Tensor]:
        number = max(1, min(parts, len(batch[0]) // 2))  # BatchNorm cannot train on one image
        counts = amounts(*batch[1:])
        whole = counts.sum()
        outputs, total = [], torch.zeros((), dtype=torch.float32, device=counts.device)
        for count, *part in zip(*(one.tensor_split(number) for one in (counts, *batch)), strict=True):
            found, loss = loss_of(*part)
            share = loss * (count.sum() / torch.where(whole > 0, whole, 1))
            share.backward()
            outputs.append(found.detach())
            total += share.detach()
        return torch.cat(outputs), total

    return in_parts


class Clipping:
    """Clips the gradients of all parameters, first each value, then the norm of all together; see `StepOptions`."""

    def __init__(self, optimizer: Optimizer, options: StepOptions) -> None:
        self._optimizer = optimizer
        self._value = options.clip_value
        self._norm = options.clip_norm

    def __call__(self) -> None:
        parameters = parameters_of(self._optimizer)
        if self._value:
            clip_grad_value_(parameters, self._value)
        if self._norm:
            clip_grad_norm_(parameters, self._norm)


def _shared_backward(sharded: bool) -> type[SharedBackward]:
    """Imported only for several processes."""
    if sharded:
        from trainer.engine.sharded_step import ShardedBackward

        return ShardedBackward
    from trainer.engine.shared_backward import SharedBackward

    return SharedBackward


class _Step:
    """Shared by all steps: from a batch to gradients, and their processing before the update. `gradients_ready` is
    called between backward and the check of the gradients.
    """

    def __init__(
        self,
        loss_of: BatchLoss,
        optimizer: Any,  # fused optimisers look for two attributes that torch.optim.Optimizer does not declare
        options: StepOptions = PLAIN,
        gradients_ready: Callable[[], object] = lambda: None,
        amounts: Amounts = evenly,
        group: ProcessGroup = ALONE,
    ) -> None:
        self._loss_of = loss_of
        self._backward = accumulated(options.accumulate, amounts) if options.accumulate > 1 else backward
        self._sharded = options.shard and group.size > 1
        if group.size > 1:
            self._backward = _shared_backward(self._sharded)(self._backward, group, optimizer, amounts)
        self._clip = Clipping(optimizer, options) if options.clips else None
        self._gradients_ready = gradients_ready
        self._optimizer = optimizer
        self._update = OptimizerStep(optimizer, direct=not self._sharded)
        self._group = group

    def check(self) -> None:
        """Raises NonFiniteStep if a step since the last check was skipped; unless that step has raised it itself."""

    def close(self) -> None:
        """Restore the caller's optimiser, if it was changed."""


class CheckedStep(_Step):
    """The step on the CPU, and on devices for optimisers without support for the flag."""

    def __init__(self, loss_of: BatchLoss, optimizer: Optimizer, *shared: Any) -> None:
        super().__init__(loss_of, optimizer, *shared)
        self._finite: Callable[[], bool] = FiniteCheck(optimizer)
        if self._sharded:
            from trainer.engine.sharded_step import ShardedFiniteCheck

            self._finite = ShardedFiniteCheck(optimizer, self._group)
        self._closure = needs_closure(optimizer)

    def __call__(self, *batch: Tensor) -> tuple[Tensor, float | Tensor]:
        """Take one step; raises NonFiniteStep with the weights unchanged."""
        if self._closure:
            return self._with_closure(*batch)
        outputs, _, value = self._gradients(*batch)
        self._update.step()
        return outputs, value

    def _gradients(self, *batch: Tensor) -> tuple[Tensor, Tensor, float]:
        self._update.clear()
        outputs, loss = self._backward(self._loss_of, *batch)
        value = loss.item()
        if not isfinite(value):
            raise NonFiniteStep("loss")
        self._gradients_ready()
        if not self._finite():
            raise NonFiniteStep("gradient")
        if self._clip is not None:
            self._clip()
        return outputs, loss, value

    def _with_closure(self, *batch: Tensor) -> tuple[Tensor, float | Tensor]:
        first: list[tuple[Tensor, float]] = []
        parameters = parameters_of(self._optimizer)
        before = [parameter.detach().clone() for parameter in parameters]

        def closure() -> Tensor:
            outputs, loss, value = self._gradients(*batch)
            first.append((outputs, value))
            return loss

        try:
            self._optimizer.step(closure)
        except NonFiniteStep:  # the optimiser moves the weights from one call to the next
            with torch.no_grad():
                for parameter, value in zip(parameters, before, strict=True):
                    parameter.copy_(value)
            raise
        return first[0]


class FlaggedStep(_Step):
    """The step on a device: nothing in it waits for the device."""

    def __init__(self, loss_of: BatchLoss, optimizer: Any, device: torch.device, *shared: Any) -> None:
        super().__init__(loss_of, optimizer, *shared)
        self._parameters = parameters_of(optimizer)
        self._one = torch.ones((), dtype=torch.float32, device=device)
        self._flag = torch.zeros((), dtype=torch.float32, device=device)
        self._loss_flag = torch.zeros((), dtype=torch.float32, device=device)
        self._optimizer.grad_scale = None
        self._optimizer.found_inf = self._flag

    def __call__(self, *batch: Tensor) -> tuple[Tensor, float | Tensor]:
        """Queue one step on the device; the loss is a 0-dim tensor there."""
        self._update.clear()
        outputs, kept = self._backward(self._loss_of, *batch)
        self._gradients_ready()
        kept = kept.detach()
        torch.maximum(self._loss_flag, (~torch.isfinite(kept)).float(), out=self._loss_flag)
        gradients = [parameter.grad for parameter in self._parameters if parameter.grad is not None]
        check_and_unscale(gradients, self._flag, self._one)
        torch.maximum(self._flag, self._loss_flag, out=self._flag)
        if self._clip is not None:
            self._clip()
        self._optimizer.step()
        return outputs, kept

    def check(self) -> None:
        """Read the flag, waiting for the device."""
        if self._flag.item():
            raise NonFiniteStep("loss" if self._loss_flag.item() else "gradient")

    def close(self) -> None:
        """Take the flag from the caller's optimiser."""
        del self._optimizer.grad_scale, self._optimizer.found_inf
