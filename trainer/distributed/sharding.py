"""A model divided among processes by FSDP2: each keeps a part of every parameter, of its gradient and of what the
optimiser keeps of it. A module's parameters are put together for its forward and backward pass, and let go after it.

Whatever looks at a whole parameter is done by all processes at the same time. What works on parts (`local`) is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar
from weakref import WeakSet

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from trainer.distributed.deferred_init import DeferredInit, deferred_init, forget_deferred
from trainer.distributed.process_group import LARGE, ProcessGroup
from trainer.errors import UsageError

T = TypeVar("T")

GROUP_SIZE = 1_000_000
"""Parameters that are exchanged together, at least: each exchange costs some time of its own."""
_NOT_CALLED = (nn.ModuleList, nn.ModuleDict, nn.ParameterList, nn.ParameterDict)
"""Modules without a forward pass of their own."""
_AT_WORK: WeakSet[nn.Module] = WeakSet()
"""Models whose forward pass all processes make together just now."""


def is_sharded(tensor: object) -> bool:
    """Whether this process has only a part of it."""
    return hasattr(tensor, "to_local")


def local(tensor: Tensor) -> Tensor:
    """This process's part of a sharded tensor; any other as it is."""
    return tensor.to_local() if is_sharded(tensor) else tensor  # type: ignore[attr-defined]  # of DTensor


def shard_model(model: nn.Module, optimizer: Optimizer, group: ProcessGroup) -> None:
    """Shard the parameters of `model` in place, and have `optimizer`, which has no state yet, train the parts.

    All processes must have the same weights; a model from `build_deferred` gets its weights here, those of the first
    process. From then on only `ShardedForward` may call the model: a call that other processes do not make would wait
    for them forever.
    """
    from torch.distributed.fsdp import fully_shard

    names = {id(parameter): name for name, parameter in model.named_parameters()}
    deferred, first = deferred_init(model), _tensors_of(model)
    mesh = group.mesh(device_of(model).type)
    for module in exchange_groups(model):
        fully_shard(module, mesh=mesh, reshard_after_forward=True)
    if deferred is not None:
        _fill(model, deferred, first, group)
        forget_deferred(model)
    for settings in optimizer.param_groups:
        settings["params"] = [model.get_parameter(names[id(one)]) for one in settings["params"]]
    use_plain_kernels(optimizer)
    model.register_forward_pre_hook(_check_at_work, prepend=True)


def use_plain_kernels(optimizer: Optimizer) -> None:
    """Not the fused kernels, but for Adam's: torch has no others for sharded parameters."""
    if not isinstance(optimizer, torch.optim.Adam | torch.optim.AdamW):
        for settings in optimizer.param_groups:
            if settings.get("fused"):
                settings["fused"] = None


def device_of(model: nn.Module) -> torch.device:
    """Where the model computes, or is to compute."""
    deferred = deferred_init(model)
    if deferred is not None:
        return deferred.device
    return next((one.device for one in model.parameters()), torch.device("cpu"))


def _tensors_of(model: nn.Module) -> dict[str, Tensor]:
    return {name: one.detach() for name, one in (*model.named_parameters(), *model.named_buffers())}


def _fill(model: nn.Module, deferred: DeferredInit, first: Mapping[str, Tensor], group: ProcessGroup) -> None:
    """Give the sharded model its values: one whole tensor at a time, of which each process keeps its part. `first`:
    what the constructor has made."""
    from torch.distributed.tensor import distribute_tensor

    model.to_empty(device=deferred.device)
    for name, here in _tensors_of(model).items():
        made = first[name]
        if not is_sharded(here):
            here.copy_(deferred.value(made))
            continue
        like: Any = here
        # other processes need only its shape
        whole = deferred.value(made) if not group.rank else torch.empty_like(made, device="cpu")
        part = distribute_tensor(whole.to(deferred.device), like.device_mesh, like.placements)
        local(here).copy_(local(part))
    group.copy_from_first(model.buffers())


def exchange_groups(model: nn.Module) -> Iterator[nn.Module]:
    """The modules whose parameters are exchanged together, the innermost first, the model last.

    They are put together when the module is called. So a single layer is taken only where it is sure to be: attention,
    for one, uses the weights of its layers without calling them.
    """
    taken: set[int] = set()

    def within(module: nn.Module, called: bool) -> Iterator[nn.Module]:
        calls = type(module).forward is nn.Sequential.forward
        for child in module.children():
            yield from within(child, calls or any(child.children()))
        left = [one for one in module.parameters() if id(one) not in taken]
        large = sum(one.numel() for one in left) >= GROUP_SIZE
        if module is model or (large and called and not isinstance(module, _NOT_CALLED)):
            taken.update(map(id, left))
            yield module

    return within(model, called=True)


class ShardedForward:
    """Calls `forward`, which calls the sharded `model`."""

    def __init__(self, forward: Callable[[Any], T], model: nn.Module) -> None:
        self._forward = forward
        self._model = model

    def __call__(self, images: Any) -> Any:
        """In all processes at once."""
        _AT_WORK.add(self._model)
        try:
            return self._forward(images)
        finally:
            _AT_WORK.discard(self._model)
            if not torch.is_grad_enabled():
                self._model.reshard()  # type: ignore[operator]  # older torch keeps the outermost part whole


def _check_at_work(model: nn.Module, _: object) -> None:
    if model not in _AT_WORK:
        raise UsageError(
            "distributed.sharded_model",
            "A sharded model can be called only by the training that it belongs to: all processes would have to call "
            "it at the same time.",
            expected="the run's own training, validation and evaluation",
            fix="load the trained model from the run folder, in one process: load_run(run_dir).model(); a callback "
            "reads predictions from run.outputs",
        )


def gathered(tensors: Mapping[str, Tensor], *, keep: bool) -> dict[str, Tensor]:
    """The sharded ones among `tensors` as whole tensors on the CPU, put together one by one: no GPU has to hold them
    all. Every process calls this; with `keep` it gets them, else nothing."""
    whole: dict[str, Tensor] = {}
    for key, tensor in tensors.items():
        if is_sharded(tensor):
            value = tensor.detach().full_tensor()  # type: ignore[attr-defined]  # of DTensor
            if keep:
                whole[key] = value.cpu()
    return whole


def scattered(tensors: Mapping[str, T], like: Mapping[str, Tensor], group: ProcessGroup) -> dict[str, T]:
    """`tensors` with this process's part of those of the same shape as the sharded parameter of their name in `like`.
    Every process calls this. The first has whole tensors; of large ones the others may know the shape alone."""
    from torch.distributed.tensor import distribute_tensor

    found: dict[str, Any] = dict(tensors)
    device = next((one.device for one in like.values()), torch.device("cpu"))
    for key, value in tensors.items():
        model: Any = like.get(key)
        if not isinstance(value, Tensor):
            continue
        shared = model is not None and value.shape == model.shape
        if shared or value.numel() >= LARGE:
            whole = torch.empty_like(value, device=device) if value.is_meta else value.to(device)
            if shared:
                found[key] = distribute_tensor(whole, model.device_mesh, model.placements)
            else:
                group.copy_from_first([whole])
                found[key] = whole
    return found


def sharded_parameters(model: nn.Module) -> dict[str, Tensor]:
    """By name."""
    return {name: value for name, value in model.named_parameters() if is_sharded(value)}


def all_finite(tensors: Iterable[Tensor]) -> bool:
    """Whether this process's parts are."""
    return all(bool(torch.isfinite(local(one)).all()) for one in tensors)
