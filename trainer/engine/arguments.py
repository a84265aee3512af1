"""The arguments of a Trainer, checked and completed with defaults."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
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
from trainer.metrics.monitor import Monitor
from trainer.models import check_model, floating_type
from trainer.plugins import DEFAULT_CALLBACKS, load_callback

EVAL_BATCH = 1000
"""Images per batch where nothing is trained; metrics do not depend on it beyond rounding."""
MOST_THREADS = 1024
MOST_EVAL_BATCH = 65_536


def promise(
    feed: DataSource, device: torch.device, limits: Sequence[str] = (), processes: int = 1
) -> Literal["exact", "order", "replayed", "approximate"]:
    """`RunStarted.exact_resume`: on a device, and with another number of processes, rounding may differ; `limits`: what
    cannot be resumed exactly."""
    if limits:
        return "approximate"
    rounds = device.type != "cpu" or processes > 1
    return "order" if rounds and feed.exact_resume == "exact" else feed.exact_resume


def with_defaults(callbacks: Iterable[Callback], *, written: bool) -> list[Callback]:
    """The callbacks given, preceded by the command line's defaults for a run folder that are missing among them."""
    given = list(callbacks)
    if not written:
        return given
    classes = [load_callback(name) for name in DEFAULT_CALLBACKS]
    return [cls() for cls in classes if not any(isinstance(callback, cls) for callback in given)] + given


def check_deciders(callbacks: Iterable[Callback], feed: DataSource, monitor: Monitor | None = None) -> None:
    """Raises UsageError `callback.no_validation` or `metrics.no_validation` where a callback, or a monitor that was
    chosen, decides by a validation that does not exist."""
    if "valid" in feed.sizes:
        return
    if monitor not in (None, Monitor()):
        raise UsageError(
            "metrics.no_validation",
            f"The best epoch is to be chosen by {monitor.name}, but there is no validation split.",
            where="monitor",
            expected="data with a validation split",
            fix="pass loaders {'train': ..., 'valid': ...} (or set data.valid above 0), or leave out monitor",
            name=monitor.name,
        )
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
    """The number of epochs; raises UsageError if it is below 1, or if the data lasts for only one. `steps`: steps per
    epoch, if an epoch does not take all of the data."""
    if not _is_count(epochs):
        raise UsageError("train.epochs", f"epochs: got {epochs!r}.", expected="a whole number of at least 1")
    if epochs > 1 and feed.single_pass and steps is None:
        raise UsageError(
            "data.single_pass",
            "The training data is an iterator: it is used up after one epoch.",
            expected="something that can be iterated over again, such as a DataLoader or a list of batches",
            fix="pass the loader itself instead of iter(loader), or epochs=1",
        )
    return int(epochs)


def made_optimizer(optimizer: Any, model: nn.Module, criterion: object = None) -> Optimizer:
    """The optimiser given, or made by the function given, or Adam; the last two also train the loss's parameters.
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
            "optimizer.closure", f"{type(made).__name__} works only on the CPU here.", fix="use device='cpu'"
        )
    return made


def on_device(criterion: Any, model: nn.Module, device: torch.device) -> Any:
    """The criterion; if it is a module, with its parameters and buffers on `device`, in float64 for a float64 model."""
    if not isinstance(criterion, nn.Module):
        return criterion
    return criterion.to(device, torch.float64 if floating_type(model) == torch.float64 else None)


def check_trainable(model: nn.Module) -> None:
    """Raises UsageError `model.half` for float16 weights: small updates vanish, and Adam divides by zero."""
    if any(value.dtype == torch.float16 and value.requires_grad for value in model.parameters()):
        raise UsageError(
            "model.half",
            "The weights to train are float16, in which small updates are lost.",
            expected="weights in float32, float64 or bfloat16; float16 ones can be evaluated",
            fix="call model.float() first, and pass precision='bfloat16' for half-precision computation",
        )


def class_names(model: nn.Module, feed: DataSource) -> tuple[str, ...]:
    """Class names from the data, or numbers up to the model's outputs if it has none."""
    dtype = feed.dtype if isinstance(feed, LoaderSource) and not feed.dtype.is_floating_point else None
    example = feed.example if isinstance(feed, LoaderSource) else None
    outputs = check_model(model, feed.input_shape, len(feed.classes) or None, dtype, example)
    return feed.classes or tuple(str(number) for number in range(outputs))


def custom_settings(
    model: nn.Module,
    optimizer: Optimizer,
    criterion: object,
    train: Mapping[str, Any],
    metrics: tuple[str, ...] = (),
    monitor: Monitor | None = None,
) -> dict[str, Any]:
    """What run.toml says of a run with the caller's own objects; `train`: its plain settings. `built`: the arguments of
    `build_model`, where the model comes from there."""
    if monitor not in (None, Monitor()):
        train = {**train, "monitor": monitor.name, "monitor_mode": monitor.mode}
    built = getattr(model, "built_as", None)
    return {
        "custom": True,
        "model": type(model).__name__,
        **({"built": built} if isinstance(built, dict) else {}),
        **({"metrics": list(metrics)} if metrics else {}),
        "train": {
            **train,
            "optimizer": type(optimizer).__name__,
            "lr": float(optimizer.param_groups[0]["lr"]),
            "loss": getattr(criterion, "__name__", type(criterion).__name__),
        },
    }


def has_several_inputs(feed: DataSource, training_step: object = None) -> bool:
    """Whether batches may be `Inputs`: for a model with several inputs, or for the caller's own training step."""
    return isinstance(feed, LoaderSource) and (feed.example is not None or training_step is not None)


def made_loss(criterion: Criterion, model: nn.Module, feed: DataSource, classes: int, *, whole: bool) -> Loss:
    """How the criterion averages; loaders of the caller are told which labels it accepts, and whether batches of one
    image are allowed. `whole`: see `LoaderSource.expect`.

    Raises UsageError if loss, model and batch size do not fit together.
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
    """Whether model or loss have BatchNorm layers, which may be unable to train on a single image."""
    modules = (module for part in parts if isinstance(part, nn.Module) for module in part.modules())
    return any(isinstance(module, _BatchNorm) for module in modules)


def check_batch_norm(model: nn.Module, feed: DataSource) -> None:
    """Raises UsageError `model.batch_norm` if all batches have one image and the model cannot train on that."""
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
            fix="use larger batches (--batch) and more training images, or a model with GroupNorm",
        ) from error
