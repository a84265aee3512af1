"""What Epochscope uses of torch that torch keeps private: why each name, and what happens where it is missing.

No other module reaches for such a name. All were looked up in torch 2.6 and 2.15, the oldest and the newest that are
tested. Most of them tell whether a shortcut would skip something that torch or a caller has registered. Those are asked
with a default that says yes: a torch that keeps it elsewhere loses the shortcut, not the caller's hook.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules import batchnorm
from torch.nn.modules import module as modules
from torch.optim import Optimizer
from torch.optim import optimizer as optimizers
from torch.optim.lr_scheduler import LRScheduler
from torch.utils import _python_dispatch, _pytree

# -- operations that have no public form -----------------------------------------------------------------------------

check_and_unscale = torch._amp_foreach_non_finite_check_and_unscale_
"""GradScaler's kernel: sets a flag if one of the gradients is not finite, and multiplies them by a number."""
copy_each = torch._foreach_copy_
"""Copies tensors to others in one call, where a loop would start a kernel for each."""
log_softmax_backward = torch.ops.aten._log_softmax_backward_data
"""The operation autograd calls; with another one, gradients would differ in their last bits."""

TorchDispatchMode = _python_dispatch.TorchDispatchMode
"""What sees every operation. It is documented where it is private, and nowhere else."""
tree_leaves, tree_map = _pytree.tree_leaves, _pytree.tree_map
"""The tensors among arguments, in lists too; the public module for this came after torch 2.6."""

# -- hooks -----------------------------------------------------------------------------------------------------------

_OF_A_MODULE = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
_OF_ALL_MODULES = tuple(f"_global{name}" for name in _OF_A_MODULE)
_OF_A_PARAMETER = ("_backward_hooks", "_post_accumulate_grad_hooks")
_OF_AN_OPTIMIZER = ("_optimizer_step_pre_hooks", "_optimizer_step_post_hooks")
_OF_ALL_OPTIMIZERS = ("_global_optimizer_pre_hooks", "_global_optimizer_post_hooks")


def module_has_hooks(module: nn.Module) -> bool:
    """Whether calling the module, or going back through it, may call hooks of its own."""
    return any(getattr(module, name, True) for name in _OF_A_MODULE)


def modules_have_hooks() -> bool:
    """Whether there are hooks for all modules."""
    return any(getattr(modules, name, True) for name in _OF_ALL_MODULES)


def gradient_has_hooks(parameter: Tensor) -> bool:
    """Whether a gradient of the parameter goes through hooks."""
    return any(getattr(parameter, name, True) for name in _OF_A_PARAMETER)


def step_is_watched(optimizer: Optimizer) -> bool:
    """Whether `optimizer.step` may call hooks, its own or those of all optimisers, or tell the profiler."""
    return (
        any(getattr(optimizer, name, True) for name in _OF_AN_OPTIMIZER)
        or any(getattr(optimizers, name, True) for name in _OF_ALL_OPTIMIZERS)
        or getattr(torch.autograd.profiler, "_is_profiler_enabled", True)
    )


# -- optimisers and schedulers ---------------------------------------------------------------------------------------


def counts_steps(step: Callable[..., Any]) -> bool:
    """Whether a scheduler has put this function in the place of an optimiser's `step`: it only counts the calls."""
    return hasattr(step, "_wrapped_by_lr_sched")


def takes_flag(optimizer: Optimizer) -> bool:
    """Whether the optimiser itself leaves the weights unchanged if `found_inf` is set (fused kernels)."""
    return bool(getattr(optimizer, "_step_supports_amp_scaling", False))


def schedulers_within(scheduler: LRScheduler) -> list[Any]:
    """The schedulers that one is made of, as SequentialLR and ChainedScheduler are; otherwise itself."""
    inner = getattr(scheduler, "_schedulers", None)
    return list(inner) if isinstance(inner, list | tuple) else [scheduler]


# -- modules ---------------------------------------------------------------------------------------------------------

BatchNorm = batchnorm._BatchNorm
"""The base class of all BatchNorm layers; the public ones have no other in common."""


def buffers_of(module: nn.Module) -> dict[str, Tensor | None]:
    """The module's own buffers, to be replaced in place. `named_buffers` leaves out those that are None."""
    return module._buffers


def is_compiled(module: nn.Module) -> bool:
    """Whether `module.compile()` was called."""
    return getattr(module, "_compiled_call_impl", None) is not None


def call_of(module: nn.Module) -> Callable[..., Any]:
    """What `module.compile()` compiles."""
    call: Callable[..., Any] = module._call_impl
    return call


def set_compiled(module: nn.Module, call: Callable[..., Any] | None) -> None:
    """Do what `module.compile()` does with what it has compiled; None takes it back, for which there is no other
    way."""
    module._compiled_call_impl = call


# -- the compiler ----------------------------------------------------------------------------------------------------


def find_cpp_compiler() -> None:
    """Raises what torch raises where it finds no C++ compiler; each system and version has its own. With a torch that
    looks for it elsewhere it raises nothing."""
    try:
        from torch._inductor.cpp_builder import get_cpp_compiler  # slow to import
    except ImportError:
        return
    get_cpp_compiler()


def has_triton() -> bool:
    """Whether Triton works here; also True with a torch that cannot be asked."""
    try:
        from torch.utils._triton import has_triton
    except ImportError:
        return True
    return bool(has_triton())


def mark_dynamic(images: Tensor) -> None:
    """Have graphs take any number of images. This is documented where it is private, and nowhere else."""
    torch._dynamo.maybe_mark_dynamic(images, 0)


def forget_example(program: torch.export.ExportedProgram) -> None:
    """Do not save the tensors that the program was traced with: they would be pickled. Before torch 2.7 the public
    property cannot be set to None."""
    program._example_inputs = None


# -- processors and processes ----------------------------------------------------------------------------------------


def has_avx512_bf16() -> bool:
    """Whether the CPU computes with bfloat16. Up to torch 2.9 there is no public way to ask."""
    return bool(torch.cpu._is_avx512_bf16_supported())


def set_patience(patience: timedelta) -> None:
    """How long collectives wait from now on. It is public from torch 2.15 on."""
    from torch.distributed import distributed_c10d  # not every torch has torch.distributed

    set_timeout = getattr(distributed_c10d, "set_timeout", None)
    if set_timeout is None:
        distributed_c10d._set_pg_timeout(patience)
    else:
        set_timeout(patience)
