"""What a Trainer is given: checked, and completed with defaults."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from numbers import Integral
from typing import Any, Literal

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.optim import Optimizer

from trainer.callback import Callback, needs_validation_error
from trainer.data.loader_source import LoaderSource
from trainer.data.loaders import DataSource
from trainer.engine.loss import Loss
from trainer.engine.loss_averaging import Criterion
from trainer.engine.step import needs_closure
from trainer.errors import UsageError
from trainer.models import check_model, floating_type
from trainer.plugins import DEFAULT_CALLBACKS, load_callback

EVAL_BATCH = 1000
"""Images at a time where nothing is trained; figures do not depend on it beyond rounding."""
MOST_THREADS = 1024
MOST_EVAL_BATCH = 65_536


def promise(
    feed: DataSource, device: torch.device, limits: Sequence[str] = ()
) -> Literal["exact", "order", "replayed", "approximate"]:
    """`RunStarted.exact_resume`: on a device rounding may differ; `limits`: what cannot be resumed exactly."""
    if limits:
        return "approximate"
    return "order" if device.type != "cpu" and feed.exact_resume == "exact" else feed.exact_resume


def with_defaults(callbacks: Iterable[Callback], *, written: bool) -> list[Callback]:
    """The callbacks given, after the command line's defaults for a run folder that are not among them."""
    given = list(callbacks)
    if not written:
        return given
    classes = [load_callback(name) for name in DEFAULT_CALLBACKS]
    return [cls() for cls in classes if not any(isinstance(callback, cls) for callback in given)] + given


def check_deciders(callbacks: Iterable[Callback], feed: DataSource) -> None:
    """Raises UsageError `callback.no_validation` where a callback decides by a validation that does not exist."""
    if "valid" in feed.sizes:
        return
    for callback in callbacks:
        if callback.needs_validation:
            raise needs_validation_error(callback)


def checked_count(name: str, value: int, most: int) -> int:
    """The value of the argument `name`; raises UsageError where it is not a whole number from 1 to `most`."""
    if not _is_count(value) or value > most:
        raise UsageError(
            "train.count",
            f"{name}: got {value!r}.",
            expected=f"a whole number from 1 to {most:,}",
            name=name,
            value=str(value),
            most=most,
        )
    return int(value)


def _is_count(value: Any) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= 1


def checked_epochs(epochs: int, feed: DataSource, steps: int | None) -> int:
    """The number of epochs; raises UsageError where it is below 1, or the data lasts for one only. `steps`:
    of an epoch, where that does not take all of the data."""
    if not _is_count(epochs):
        raise UsageError("train.epochs", f"epochs: got {epochs!r}.", expected="a whole number of at least 1")
    if epochs > 1 and feed.single_pass and steps is None:
        raise UsageError(
            "data.single_pass",
            "The training data is an iterator: it is used up after one epoch.",
            expected="something that can be gone through again, such as a DataLoader or a list of batches",
            mend="pass the loader itself instead of iter(loader), or epochs=1",
        )
    return int(epochs)


def made_optimizer(optimizer: Any, model: nn.Module, criterion: object = None) -> Optimizer:
    """The optimiser given, made by the function given, or Adam; of the last two, with what the loss has to train.
    Raises UsageError where there is nothing to train."""
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if not parameters:
        raise UsageError("model.nothing_to_train", "The model has no trainable parameters.", expected="at least one")
    if isinstance(criterion, nn.Module):
        known = {id(parameter) for parameter in model.parameters()}
        parameters += [one for one in criterion.parameters() if one.requires_grad and id(one) not in known]
    if optimizer is None:
        fused = parameters[0].device.type in ("cpu", "cuda") and all(one.is_floating_point() for one in parameters)
        return torch.optim.Adam(parameters, fused=fused)
    made: Optimizer = optimizer if isinstance(optimizer, Optimizer) else optimizer(parameters)
    if needs_closure(made) and parameters[0].device.type != "cpu":
        raise UsageError(
            "optimizer.closure", f"{type(made).__name__} works on the CPU only here.", mend="use device='cpu'"
        )
    return made


def on_device(criterion: Any, model: nn.Module, device: torch.device) -> Any:
    """The criterion, where it is a module with its parameters and buffers on `device`, in float64 for such a model."""
    if not isinstance(criterion, nn.Module):
        return criterion
    return criterion.to(device, torch.float64 if floating_type(model) == torch.float64 else None)


def check_trainable(model: nn.Module) -> None:
    """Raises UsageError `model.half` for weights in float16: small updates are lost in it, and Adam divides by zero."""
    if any(value.dtype == torch.float16 and value.requires_grad for value in model.parameters()):
        raise UsageError(
            "model.half",
            "The weights to train are float16, in which small updates are lost.",
            expected="weights in float32, float64 or bfloat16; float16 ones can be evaluated",
            mend="call model.float() first, and pass precision='bfloat16' to compute in half the bits",
        )


def class_names(model: nn.Module, feed: DataSource) -> tuple[str, ...]:
    """Names from the data; numbers, as many as the model has outputs, where it has none."""
    dtype = feed.dtype if isinstance(feed, LoaderSource) and not feed.dtype.is_floating_point else None
    example = feed.example if isinstance(feed, LoaderSource) else None
    outputs = check_model(model, feed.input_shape, len(feed.classes) or None, dtype, example)
    return feed.classes or tuple(str(number) for number in range(outputs))


def has_several_inputs(feed: DataSource, training_step: object = None) -> bool:
    """Whether batches may be `Inputs`: of a model of several, or for a training step of the caller's own."""
    return isinstance(feed, LoaderSource) and (feed.example is not None or training_step is not None)


def made_loss(criterion: Criterion, model: nn.Module, feed: DataSource, classes: int, *, whole: bool) -> Loss:
    """How the criterion averages; own loaders learn which labels it takes, and whether batches of one image will do.
    `whole`: see `LoaderSource.expect`.

    Raises UsageError where loss, model or batch size do not fit.
    """
    device = next((parameter.device for parameter in model.parameters()), torch.device("cpu"))
    floating = floating_type(model)
    logits = torch.float64 if floating == torch.float64 else torch.float32
    loss = Loss(criterion, classes, torch.zeros((), dtype=logits, device=device))
    if isinstance(feed, LoaderSource):
        pairs = has_batch_norm(model, criterion)
        feed.expect(classes, ignored=loss.ignored, pairs=pairs, floating=floating, whole=whole)
    check_batch_norm(model, feed)
    return loss


def has_batch_norm(*parts: object) -> bool:
    """Whether there are BatchNorm layers, which may not be able to train on one image, in the model or the loss."""
    modules = (module for part in parts if isinstance(part, nn.Module) for module in part.modules())
    return any(isinstance(module, _BatchNorm) for module in modules)


def check_batch_norm(model: nn.Module, feed: DataSource) -> None:
    """Raises UsageError `model.batch_norm` where all batches are of one image and the model cannot train on that."""
    if has_several_inputs(feed) or not has_batch_norm(model) or 1 not in (feed.batch, feed.sizes["train"]):
        return
    tried = copy.deepcopy(model)
    device = next(tried.parameters()).device
    images = torch.zeros(1, *feed.input_shape, device=device)
    try:
        with torch.no_grad(), torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
            tried.train()(images)
    except ValueError as error:
        if "more than 1 value per channel" not in str(error):
            raise
        raise UsageError(
            "model.batch_norm",
            "BatchNorm cannot train on batches of one image.",
            expected="at least two images in a batch",
            mend="use larger batches (--batch) and more training images, or a model with GroupNorm",
        ) from error
