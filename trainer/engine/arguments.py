"""The arguments of a Trainer, checked and completed with defaults."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral
from typing import Any, Literal, NoReturn, SupportsIndex

import torch
from torch import nn
from torch.nn.parameter import is_lazy
from torch.optim import Optimizer

from trainer.callback import Callback, needs_validation_error
from trainer.data.loader_source import LoaderSource
from trainer.data.loaders import DataSource
from trainer.distributed.deferred_init import build_deferred, deferred_init
from trainer.distributed.sharding import device_of
from trainer.engine.loss import Loss
from trainer.engine.loss_averaging import Criterion
from trainer.engine.step import needs_closure
from trainer.errors import UsageError
from trainer.metrics.monitor import Monitor
from trainer.models import floating_type, trial_logits
from trainer.plugins import DEFAULT_CALLBACKS, load_callback
from trainer.torch_internals import BatchNorm
from trainer.torch_modes import check_default_device, check_not_inference

EVAL_BATCH = 1000
"""Images per batch where nothing is trained; metrics do not depend on it beyond rounding."""
MOST_THREADS = 1024
MOST_EVAL_BATCH = 65_536
MOST_SEED = 2**63 - 1


def promise(
    feed: DataSource, device: torch.device, limits: Sequence[str] = (), processes: int = 1
) -> Literal["exact", "order", "replayed", "approximate"]:
    """`RunStarted.exact_resume`: on a device, and with another number of processes, rounding may differ; `limits`: what
    cannot be resumed exactly."""
    if limits:
        return "approximate"
    rounds = device.type != "cpu" or processes > 1
    return "order" if rounds and feed.exact_resume == "exact" else feed.exact_resume


def refuse_copies(trainer: Any, _protocol: SupportsIndex) -> NoReturn:
    """What pickle and copy ask of a Trainer."""
    raise UsageError(
        "trainer.copied",
        "A Trainer cannot be copied or pickled: it belongs to the process that made it.",
        fix="make it inside the function that trains; the data, the model and what fit returns can be pickled",
    )


def with_defaults(callbacks: Iterable[Callback], *, written: bool) -> list[Callback]:
    """The callbacks given, preceded by the command line's defaults for a run folder that are missing among them."""
    if isinstance(callbacks, Callback):
        raise UsageError(
            "callbacks.not_list",
            f"callbacks: got one callback, {type(callbacks).__name__}, instead of a list.",
            expected="a list of callbacks",
            fix="callbacks=[...], even for a single one",
        )
    given = list(callbacks)
    if not written:
        return given
    classes = [load_callback(name) for name in DEFAULT_CALLBACKS]
    return [cls() for cls in classes if not any(isinstance(callback, cls) for callback in given)] + given


def check_deciders(callbacks: Iterable[Callback], feed: DataSource, monitor: Monitor) -> None:
    """Raises UsageError `callback.no_validation` or `metrics.no_validation` where a callback, or a monitor that was
    chosen, decides by a validation that does not exist."""
    if "valid" in feed.sizes:
        return
    if monitor != Monitor():
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


def checked_seed(seed: Any) -> int:
    """The seed; raises UsageError where it is not a whole number that every generator takes."""
    if not isinstance(seed, Integral) or isinstance(seed, bool) or not 0 <= int(seed) <= MOST_SEED:
        raise UsageError("train.seed", f"seed: got {seed!r}.", expected=f"a whole number from 0 to {MOST_SEED}")
    return int(seed)


def placed(model: Any, device: torch.device, *, deferred: bool = False) -> nn.Module:
    """The model on its device; with `deferred` what a function builds has no values yet. Raises UsageError where it is
    not a module, or has no weights yet: those of lazy layers get their shape, and those on the meta device their
    values, only later."""
    if _makes_one(model):
        model = build_deferred(model, device) if deferred else model()
    if isinstance(model, nn.Module) and deferred_init(model) is not None:
        return model
    if not isinstance(model, nn.Module):
        raise UsageError(
            "model.not_one",
            f"model: got {model!r:.100}.",
            expected="an instance of torch.nn.Module, or a function without arguments that makes one",
            fix="model = build_model('softmax', data.input_shape, len(data.classes)), or a module of your own",
        )
    check_default_device()
    tensors = [*model.parameters(), *model.buffers()]
    if any(is_lazy(one) or one.is_meta for one in tensors):
        raise UsageError(
            "model.no_weights",
            "The model has weights without values: of lazy layers, or on the meta device.",
            expected="a model that can be called",
            fix="call a model with lazy layers once, on a batch of images, before it is passed to Trainer; "
            "in place of a model on the meta device pass the function that builds it",
        )
    return model.to(device)


def _makes_one(given: Any) -> bool:
    """Whether it is a function that can be called without arguments."""
    if isinstance(given, nn.Module | type) or not callable(given):
        return False
    try:
        inspect.signature(given).bind()
    except (TypeError, ValueError):
        return False
    return True


def checked_threads(threads: int | None) -> int | None:
    """The number of CPU threads, None as it is; raises UsageError `train.count`."""
    return threads if threads is None else _checked_count("threads", threads, MOST_THREADS)


def checked_eval_batch(images: int | None) -> int:
    """Images per batch where nothing is trained, None: as usual; raises UsageError `train.count`."""
    return _checked_count("eval_batch", EVAL_BATCH if images is None else images, MOST_EVAL_BATCH)


def _checked_count(name: str, value: int, most: int) -> int:
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


def trained_parameters(model: nn.Module) -> list[nn.Parameter]:
    """The parameters to train. Raises UsageError where there are none."""
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if not parameters:
        raise UsageError("model.nothing_to_train", "The model has no trainable parameters.", expected="at least one")
    return parameters


def made_optimizer(optimizer: Any, model: nn.Module, criterion: object) -> Optimizer:
    """The optimiser given, or made by the function given, or Adam; the last two also train the loss's parameters.
    Raises UsageError where there is nothing to train."""
    parameters = trained_parameters(model)
    if isinstance(criterion, nn.Module):
        known = {id(parameter) for parameter in model.parameters()}
        parameters += [one for one in criterion.parameters() if one.requires_grad and id(one) not in known]
    if optimizer is None:
        fused = device_of(model).type in ("cpu", "cuda") and all(one.is_floating_point() for one in parameters)
        return torch.optim.Adam(parameters, fused=fused)
    made = _checked_optimizer(optimizer, parameters)
    own = {id(parameter) for parameter in (*model.parameters(), *parameters)}  # frozen ones may be trained later
    if not any(id(one) in own for group in made.param_groups for one in group["params"]):
        raise UsageError(
            "optimizer.parameters",
            f"The optimiser {type(made).__name__} holds no parameter of the model: the model would not change.",
            expected="an optimiser of this model's parameters",
            fix="make it after the model: optimizer=SGD(model.parameters(), lr=0.1); or pass a function: "
            "optimizer=lambda parameters: SGD(parameters, lr=0.1)",
        )
    if needs_closure(made) and parameters[0].device.type != "cpu":
        raise UsageError(
            "optimizer.closure", f"{type(made).__name__} works only on the CPU here.", fix="use device='cpu'"
        )
    return made


def _checked_optimizer(given: Any, parameters: list[nn.Parameter]) -> Optimizer:
    made = given(parameters) if callable(given) and not isinstance(given, Optimizer) else given
    if not isinstance(made, Optimizer):
        raise UsageError(
            "optimizer.not_one",
            f"optimizer: got {made!r:.100}.",
            expected="an optimiser of torch.optim, or a function of parameters to one",
            fix="optimizer=lambda parameters: torch.optim.SGD(parameters, lr=0.1)",
        )
    return made


def on_device(criterion: Any, model: nn.Module, device: torch.device) -> Any:
    """The criterion; if it is a module, with its parameters and buffers on `device`, in float64 for a float64 model.
    Raises UsageError where it is not one."""
    if isinstance(criterion, type) or not callable(criterion):
        raise UsageError(
            "loss.not_one",
            f"loss: got {criterion!r:.100}.",
            expected="a function of logits and labels, or an instance of a loss of torch.nn",
            fix="loss=torch.nn.CrossEntropyLoss(), with its brackets",
        )
    if not isinstance(criterion, nn.Module):
        return criterion
    return criterion.to(device, torch.float64 if floating_type(model) == torch.float64 else None)


def check_trainable(model: nn.Module) -> None:
    """Raises UsageError `model.half` for float16 weights: small updates vanish, and Adam divides by zero; and where
    torch is set to something that no training bears, see `torch_modes`."""
    check_default_device()
    check_not_inference(model)
    if any(value.dtype == torch.float16 and value.requires_grad for value in model.parameters()):
        raise UsageError(
            "model.half",
            "The weights to train are float16, in which small updates are lost.",
            expected="weights in float32, float64 or bfloat16; float16 ones can be evaluated",
            fix="call model.float() first, and pass precision='bfloat16' for half-precision computation",
        )


def class_names(model: nn.Module, feed: DataSource) -> tuple[str, ...]:
    """Class names from the data, or numbers up to the model's outputs if it has none."""
    outputs = trial_logits(model, *_trial_of(feed)).shape[1]
    return feed.classes or tuple(str(number) for number in range(outputs))


def _trial_of(feed: DataSource) -> tuple[Sequence[int], int | None, torch.dtype | None, Any]:
    """What `trial_logits` sends through a model for this data, and the outputs it expects."""
    dtype = feed.dtype if isinstance(feed, LoaderSource) and not feed.dtype.is_floating_point else None
    example = feed.example if isinstance(feed, LoaderSource) else None
    return feed.input_shape, len(feed.classes) or None, dtype, example


def _gives_probabilities(model: nn.Module, feed: DataSource) -> bool:
    """Whether what a model of the caller's own gives sums to 1: it ends in a softmax."""
    if hasattr(model, "built_as") or deferred_init(model) is not None:
        return False
    outputs = trial_logits(model, *_trial_of(feed)).double()
    return bool((outputs >= 0).all() and ((outputs.sum(1) - 1).abs() < 1e-3).all())


def custom_settings(
    model: nn.Module,
    optimizer: Optimizer,
    criterion: object,
    train: Mapping[str, Any],
    metrics: tuple[str, ...],
    monitor: Monitor,
) -> dict[str, Any]:
    """What run.toml says of a run with the caller's own objects; `train`: its plain settings. `built`: the arguments of
    `build_model`, where the model comes from there."""
    if monitor != Monitor():
        train = {**train, "monitor": monitor.name, "monitor_mode": monitor.mode}
    built, group = getattr(model, "built_as", None), optimizer.param_groups[0]
    return {
        "custom": True,
        "model": type(model).__name__,
        **({"built": built} if isinstance(built, dict) else {}),
        **({"metrics": list(metrics)} if metrics else {}),
        "train": {
            **train,
            "optimizer": type(optimizer).__name__,
            "lr": float(group.get("initial_lr", group["lr"])),  # a schedule may have changed the rate
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
    device = device_of(model)
    floating = floating_type(model)
    logits = torch.float64 if floating == torch.float64 else torch.float32
    loss = Loss(criterion, classes, torch.zeros((), dtype=logits, device=device))
    if isinstance(feed, LoaderSource):
        pairs = has_batch_norm(model, criterion)
        feed.expect(classes, ignored=loss.ignored, pairs=pairs, floating=floating, whole=whole)
    check_batch_norm(model, feed)
    if type(criterion) is nn.CrossEntropyLoss and _gives_probabilities(model, feed):
        loss.notes.append(
            "The model ends in a softmax, but CrossEntropyLoss applies one itself: training is slower, and confidences "
            "are too low. Leave the model's own softmax out."
        )
    return loss


def has_batch_norm(*parts: object) -> bool:
    """Whether model or loss have BatchNorm layers, which may be unable to train on a single image."""
    modules = (module for part in parts if isinstance(part, nn.Module) for module in part.modules())
    return any(isinstance(module, BatchNorm) for module in modules)


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
