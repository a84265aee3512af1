"""What a checkpoint holds: model, optimiser, random generators as tensors; everything else as one mapping.

Optimiser state is filed under parameter names (`optimizer.<parameter>.<slot>`), not under positions.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from trainer.errors import DiskError, DivergedError

Tensors = dict[str, Tensor]


def capture_model(model: nn.Module) -> Tensors:
    """`model.<name>` for each parameter and persistent buffer; raises DivergedError where one is not finite."""
    tensors: Tensors = {}
    for name, value in model.state_dict().items():
        if not isinstance(value, Tensor):
            continue
        if value.is_floating_point() and not bool(torch.isfinite(value).all()):
            raise DivergedError(
                "diverged.weights",
                f"The weights {name!r} are not finite; such a checkpoint is not written.",
                where=name,
                mend="resume from the last checkpoint with a smaller learning rate (--lr)",
                name=name,
            )
        tensors[f"model.{name}"] = value.detach()
    return tensors


def restore_model(model: nn.Module, tensors: Tensors) -> None:
    """Load `model.*`; raises DiskError where names or shapes do not fit the model."""
    state = {key.removeprefix("model."): value for key, value in tensors.items() if key.startswith("model.")}
    try:
        model.load_state_dict(state)
    except RuntimeError as error:
        raise DiskError(
            "checkpoint.other_model",
            "The checkpoint does not fit this model.",
            where=str(error).split("\n", 1)[-1].strip()[:400],
            mend="build the model with the same options as the run that was saved",
        ) from error


def _parameter_names(model: nn.Module, optimizer: Optimizer) -> list[str]:
    """A name for each parameter of the optimiser, in the order of its state_dict."""
    known = {id(parameter): name for name, parameter in model.named_parameters()}
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    return [known.get(id(parameter), f"_{index}") for index, parameter in enumerate(parameters)]


def capture_optimizer(model: nn.Module, optimizer: Optimizer) -> tuple[Tensors, dict[str, Any]]:
    """Tensors by `optimizer.<parameter>.<slot>`, and the rest: other slots and the parameter groups."""
    names = _parameter_names(model, optimizer)
    state = optimizer.state_dict()
    tensors: Tensors = {}
    slots: dict[str, dict[str, Any]] = {}
    for index, values in state["state"].items():
        for slot, value in values.items():
            if isinstance(value, Tensor):
                tensors[f"optimizer.{names[index]}.{slot}"] = value.detach()
            else:
                slots.setdefault(names[index], {})[slot] = value
    groups = [{**group, "params": [names[index] for index in group["params"]]} for group in state["param_groups"]]
    return tensors, {"slots": slots, "groups": groups, "kind": type(optimizer).__name__}


def restore_optimizer(model: nn.Module, optimizer: Optimizer, tensors: Tensors, rest: dict[str, Any]) -> None:
    """Undo `capture_optimizer`; raises DiskError where it was another kind of optimiser."""
    if rest["kind"] != type(optimizer).__name__:
        raise DiskError(
            "checkpoint.other_optimizer",
            f"The checkpoint was made with {rest['kind']}, this run uses {type(optimizer).__name__}.",
            mend="use the same optimiser, or start a new run",
        )
    names = _parameter_names(model, optimizer)
    index = {name: position for position, name in enumerate(names)}
    state: dict[int, dict[str, Any]] = {index[name]: dict(values) for name, values in rest["slots"].items()}
    for key, value in tensors.items():
        if key.startswith("optimizer."):
            name, slot = key.removeprefix("optimizer.").rsplit(".", 1)
            state.setdefault(index[name], {})[slot] = value
    groups = [{**group, "params": [index[name] for name in group["params"]]} for group in rest["groups"]]
    optimizer.load_state_dict({"state": state, "param_groups": groups})
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    for position, slots in state.items():
        loaded = optimizer.state[parameters[position]]
        for slot, value in slots.items():
            # torch has brought every slot to the parameter's type: a float32 counter of a bfloat16 weight too
            if isinstance(value, Tensor) and loaded[slot].dtype != value.dtype:
                loaded[slot] = value.to(loaded[slot].device)


def capture_generators(device: torch.device) -> Tensors:
    """`rng.<device>`: the global torch generators, which dropout uses."""
    tensors = {"rng.cpu": torch.get_rng_state()}
    if device.type == "cuda":
        tensors["rng.cuda"] = torch.cuda.get_rng_state(device)
    elif device.type == "mps":
        tensors["rng.mps"] = torch.mps.get_rng_state()
    return tensors


def restore_generators(tensors: Tensors, device: torch.device) -> None:
    """Set the generators of those devices that are in use again."""
    torch.set_rng_state(tensors["rng.cpu"])
    if device.type == "cuda" and "rng.cuda" in tensors:
        torch.cuda.set_rng_state(tensors["rng.cuda"], device)
    elif device.type == "mps" and "rng.mps" in tensors:
        torch.mps.set_rng_state(tensors["rng.mps"])
