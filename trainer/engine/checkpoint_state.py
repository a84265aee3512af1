"""What a checkpoint holds: model, optimiser, random generators as tensors; everything else as one mapping.

Optimiser state is stored under parameter names (`optimizer.<parameter>.<slot>`), not positions.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from trainer.distributed.sharding import local
from trainer.errors import DiskError, DivergedError
from trainer.optim.parameter_groups import parameters_of
from trainer.torch_internals import buffers_of

Tensors = dict[str, Tensor]
_NORMALISING = (
    *(nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.SyncBatchNorm),
    *(nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d),
)


def capture_model(model: nn.Module) -> Tensors:
    """`model.<name>` for each parameter and persistent buffer; see `check_finite`."""
    check_finite(model)
    state = model.state_dict()
    return {f"model.{name}": value.detach() for name, value in state.items() if isinstance(value, Tensor)}


def check_finite(model: nn.Module) -> None:
    """Raises DivergedError if a parameter or a running statistic of a normalisation layer is not finite. Other buffers
    may hold infinities on purpose, as masks do. Of sharded parameters this process's part is looked at."""
    for name, value in (*model.named_parameters(), *_running_statistics(model)):
        if (value.is_floating_point() or value.is_complex()) and not _all_finite(local(value.detach())):
            raise DivergedError(
                "diverged.weights",
                f"The weights {name!r} are not finite; such a checkpoint is not written.",
                where=name,
                fix="resume from the last checkpoint with a smaller learning rate (--lr)",
                name=name,
            )


def _all_finite(value: Tensor) -> bool:
    if value.is_floating_point() and value.itemsize == 1:
        value = value.float()  # torch has no isfinite for 8-bit floats
    return bool(torch.isfinite(value).all())


def _running_statistics(model: nn.Module) -> Iterator[tuple[str, Tensor]]:
    for path, module in model.named_modules():
        if isinstance(module, _NORMALISING):
            yield from ((f"{path}.{name}" if path else name, value) for name, value in module.named_buffers())


def load_model_state(model: nn.Module, state: Mapping[str, Any]) -> None:
    """Load weights and buffers by their own names; raises DiskError `checkpoint.other_model` if names or shapes do not
    fit the model. A buffer may have grown since the model was built; the model may be compiled or wrapped in
    `DataParallel`, unlike the saved one, or the other way round."""
    state = _named_as(model, state)
    try:
        adopt_buffers(model, state)
        model.load_state_dict(state)
    except RuntimeError as error:
        raise DiskError(
            "checkpoint.other_model",
            "The checkpoint does not fit this model.",
            where=str(error).split("\n", 1)[-1].strip()[:400],
            fix="build the model with the same options as the saved run",
        ) from error


def _named_as(model: nn.Module, state: Mapping[str, Any]) -> Mapping[str, Any]:
    """The state under the names of this model, where those differ only by what wrappers put before them."""
    ours = {_unwrapped(name): name for name in model.state_dict()}
    if state.keys() == set(ours.values()) or {_unwrapped(name) for name in state} != ours.keys():
        return state
    return {ours[_unwrapped(name)]: value for name, value in state.items()}


def _unwrapped(name: str) -> str:
    return name.replace("_orig_mod.", "").removeprefix("module.")


def adopt_buffers(module: nn.Module, state: Mapping[str, Any]) -> None:
    """Make room for buffers that were None, or of another shape, when the module was built: `load_state_dict` refuses
    what has grown since."""
    owners = dict(module.named_modules())
    for key, value in state.items():
        path, _, name = key.rpartition(".")
        buffers = buffers_of(owners[path]) if path in owners else {}
        if isinstance(value, Tensor) and name in buffers:
            here = buffers[name]
            if here is None or here.shape != value.shape:
                device = next((one.device for one in (here, *module.parameters()) if one is not None), value.device)
                buffers[name] = torch.empty_like(value, device=device)


def _parameter_names(model: nn.Module, optimizer: Optimizer) -> list[str]:
    """A name for each parameter of the optimiser, in the order of its state_dict."""
    known = {id(parameter): name for name, parameter in model.named_parameters()}
    return [known.get(id(parameter), f"_{index}") for index, parameter in enumerate(parameters_of(optimizer))]


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
    """Undo `capture_optimizer`; raises DiskError if the optimiser was of another kind, or had other parameters."""
    if rest["kind"] != type(optimizer).__name__:
        raise DiskError(
            "checkpoint.other_optimizer",
            f"The checkpoint was made with {rest['kind']}, this run uses {type(optimizer).__name__}.",
            fix="use the same optimiser, or start a new run",
        )
    names = _parameter_names(model, optimizer)
    index = {name: position for position, name in enumerate(names)}
    rows = iter(names)
    ours = [list(islice(rows, len(group["params"]))) for group in optimizer.param_groups]
    theirs = {frozenset(group["params"]): group for group in rest["groups"]}
    if sorted(map(sorted, ours)) != sorted(sorted(group["params"]) for group in rest["groups"]):
        raise DiskError(
            "checkpoint.other_parameters",
            "The checkpoint's optimiser has different parameters or parameter groups than this run's.",
            where=", ".join(sorted(frozenset().union(*theirs) ^ set(names)))[:400]
            or "other groups of the same parameters",
            fix="freeze the same parameters and create the same groups as in the saved run",
        )
    state: dict[int, dict[str, Any]] = {index[name]: dict(values) for name, values in rest["slots"].items()}
    for key, value in tensors.items():
        if key.startswith("optimizer."):
            name, slot = key.removeprefix("optimizer.").rsplit(".", 1)
            state.setdefault(index[name], {})[slot] = value
    # torch goes by places: groups and parameters are brought to the order that they have now
    groups = [{**theirs[frozenset(group)], "params": [index[name] for name in group]} for group in ours]
    optimizer.load_state_dict({"state": state, "param_groups": groups})
    parameters = parameters_of(optimizer)
    for position, slots in state.items():
        loaded = optimizer.state[parameters[position]]
        for slot, value in slots.items():
            # torch has cast every slot to the parameter's dtype, even a float32 counter of a bfloat16 weight
            if isinstance(value, Tensor) and loaded[slot].dtype != value.dtype:
                loaded[slot] = value.to(loaded[slot].device)


def capture_generators(device: torch.device) -> Tensors:
    """`rng.<device>`, the global torch generators, which dropout uses; `rng.python` and `rng.numpy`, theirs."""
    tensors = {"rng.cpu": torch.get_rng_state(), **_capture_python(), **_capture_numpy()}
    if device.type == "cuda":
        tensors["rng.cuda"] = torch.cuda.get_rng_state(device)
    elif device.type != "cpu" and hasattr(getattr(torch, device.type, None), "get_rng_state"):
        tensors[f"rng.{device.type}"] = getattr(torch, device.type).get_rng_state()
    return tensors


def restore_generators(tensors: Tensors, device: torch.device) -> None:
    """Restore the generators of devices that are in use again, and those of Python and numpy."""
    torch.set_rng_state(tensors["rng.cpu"])
    if device.type == "cuda" and "rng.cuda" in tensors:
        torch.cuda.set_rng_state(tensors["rng.cuda"], device)
    elif device.type != "cpu" and f"rng.{device.type}" in tensors:
        getattr(torch, device.type).set_rng_state(tensors[f"rng.{device.type}"])
    if "rng.python" in tensors:  # not in older checkpoints
        words, gauss = tensors["rng.python"].tolist(), tensors["rng.python_gauss"].tolist()
        random.setstate((words[0], tuple(words[1:]), gauss[0] if gauss else None))
    if "rng.numpy" in tensors:
        words, (gauss,) = tensors["rng.numpy"].tolist(), tensors["rng.numpy_gauss"].tolist()
        np.random.set_state(("MT19937", np.array(words[2:], dtype=np.uint32), words[0], words[1], gauss))


def _capture_python() -> Tensors:
    version, words, gauss = random.getstate()
    return {
        "rng.python": torch.tensor([version, *words], dtype=torch.int64),
        "rng.python_gauss": torch.tensor([] if gauss is None else [gauss], dtype=torch.float64),
    }


def _capture_numpy() -> Tensors:
    state: Any = np.random.get_state(legacy=False)
    if state["bit_generator"] != "MT19937":  # another kind of generator has been installed since
        return {}
    words = [state["state"]["pos"], state["has_gauss"], *state["state"]["key"].tolist()]
    return {
        "rng.numpy": torch.tensor(words, dtype=torch.int64),
        "rng.numpy_gauss": torch.tensor([state["gauss"]], dtype=torch.float64),
    }
