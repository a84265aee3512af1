"""What a Trainer is given: checked, and completed with defaults."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from numbers import Integral
from typing import Any, Literal

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.optim import Optimizer

from trainer.callback import Callback
from trainer.data.loader_source import LoaderSource
from trainer.data.loaders import DataSource
from trainer.engine.loss import Loss
from trainer.engine.loss_averaging import Criterion
from trainer.engine.step import needs_closure
from trainer.errors import UsageError
from trainer.models import check_model
from trainer.plugins import DEFAULT_CALLBACKS, load_callback

EVAL_BATCH = 1000
"""Images at a time where nothing is trained; figures do not depend on it beyond rounding."""
MOST_THREADS = 1024
MOST_EVAL_BATCH = 65_536


def promise(feed: DataSource, device: torch.device) -> Literal["exact", "order", "replayed"]:
    """`RunStarted.exact_resume`: on a device rounding may differ."""
    return "order" if device.type != "cpu" and feed.exact_resume == "exact" else feed.exact_resume


def with_defaults(callbacks: Iterable[Callback], *, written: bool) -> list[Callback]:
    """The callbacks given, after the command line's defaults for a run folder that are not among them."""
    given = list(callbacks)
    if not written:
        return given
    classes = [load_callback(name) for name in DEFAULT_CALLBACKS]
    return [cls() for cls in classes if not any(isinstance(callback, cls) for callback in given)] + given


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


def made_optimizer(optimizer: Any, model: nn.Module) -> Optimizer:
    """The optimiser given, made by the function given, or Adam. Raises UsageError where there is nothing to train."""
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if not parameters:
        raise UsageError("model.nothing_to_train", "The model has no trainable parameters.", expected="at least one")
    if optimizer is None:
        return torch.optim.Adam(parameters, fused=parameters[0].device.type in ("cpu", "cuda"))
    made: Optimizer = optimizer if isinstance(optimizer, Optimizer) else optimizer(parameters)
    if needs_closure(made) and parameters[0].device.type != "cpu":
        raise UsageError(
            "optimizer.closure", f"{type(made).__name__} works on the CPU only here.", mend="use device='cpu'"
        )
    return made


def class_names(model: nn.Module, feed: DataSource) -> tuple[str, ...]:
    """Names from the data; numbers, as many as the model has outputs, where it has none."""
    outputs = check_model(model, feed.input_shape, len(feed.classes) or None)
    return feed.classes or tuple(str(number) for number in range(outputs))


def made_loss(criterion: Criterion, model: nn.Module, feed: DataSource, classes: int) -> Loss:
    """How the criterion averages; own loaders learn which labels it takes, and whether batches of one image will do.

    Raises UsageError where loss, model or batch size do not fit.
    """
    types = (parameter.dtype for parameter in model.parameters() if parameter.is_floating_point())
    device = next((parameter.device for parameter in model.parameters()), torch.device("cpu"))
    loss = Loss(criterion, classes, torch.zeros((), dtype=next(types, torch.float32), device=device))
    if isinstance(feed, LoaderSource):
        feed.expect(classes, ignored=loss.ignored, pairs=has_batch_norm(model, criterion))
    check_batch_norm(model, feed)
    return loss


def has_batch_norm(*parts: object) -> bool:
    """Whether there are BatchNorm layers, which may not be able to train on one image, in the model or the loss."""
    modules = (module for part in parts if isinstance(part, nn.Module) for module in part.modules())
    return any(isinstance(module, _BatchNorm) for module in modules)


def check_batch_norm(model: nn.Module, feed: DataSource) -> None:
    """Raises UsageError `model.batch_norm` where all batches are of one image and the model cannot train on that."""
    if not has_batch_norm(model) or 1 not in (feed.batch, feed.sizes["train"]):
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
