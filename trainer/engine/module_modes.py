"""Training and evaluation modes, module by module: modules the caller has frozen stay frozen.

`model.train()` and `model.eval()` set every module below; a BatchNorm deliberately left in evaluation mode would be
training after the first validation. So modes are restored one by one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from torch import nn

Modes = list[tuple[nn.Module, bool]]


def modes_of(*modules: object) -> Modes:
    """Each module below `modules` with its mode; anything that is not a module is skipped."""
    return [(part, part.training) for module in modules if isinstance(module, nn.Module) for part in module.modules()]


def put_back(modes: Modes) -> None:
    """Restore the mode of each module by itself: `train(mode)` would also set all modules below."""
    for module, training in modes:
        module.training = training


@contextmanager
def evaluating(model: nn.Module, *others: object) -> Iterator[None]:
    """Everything in evaluation mode within the block, restored after it; `others`: the criterion, if it is a module."""
    modes = modes_of(model, *others)
    try:
        for module in (model, *others):
            if isinstance(module, nn.Module):
                module.eval()
        yield
    finally:
        _switch(model, modes)


def start_training(model: nn.Module) -> None:
    """Set `model` to its training modes: the ones it has now, module by module.

    If all of it is in evaluation mode, as after an evaluation, all of it is set to training. `model.train()` is called
    in either case, for models that freeze parts of themselves there.
    """
    frozen = [module for module, training in modes_of(model) if not training]
    everything = len(frozen) == sum(1 for _ in model.modules())
    model.train()
    if not everything:
        _freeze(model, {id(module) for module in frozen})


def set_evaluating(model: nn.Module, names: Collection[str]) -> None:
    """The modules of these names in evaluation mode, all others in training mode."""
    _switch(model, [(module, name not in names) for name, module in model.named_modules()])


def evaluating_names(model: nn.Module) -> list[str]:
    """Names of the modules in evaluation mode; see `set_evaluating`."""
    return [name for name, module in model.named_modules() if not module.training]


def _switch(model: nn.Module, modes: Modes) -> None:
    """Like `put_back`, but calling `train` and `eval` first: some modules override them, for example to merge
    adapters."""
    if any(training for _, training in modes):
        model.train()
        _freeze(model, {id(module) for module, training in modes if not training})
    put_back(modes)


def _freeze(module: nn.Module, frozen: set[int]) -> None:
    """Evaluation mode for the modules in `frozen`: whole branches by `eval()`, others by themselves."""
    if all(id(part) in frozen for part in module.modules()):
        module.eval()
        return
    if id(module) in frozen:
        module.training = False
    for child in module.children():
        _freeze(child, frozen)
