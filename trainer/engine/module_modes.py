"""Training and evaluation modes, module by module: what the caller has frozen stays frozen.

`model.train()` and `model.eval()` set every module below; a BatchNorm that was put in evaluation mode on purpose would
be trained after the first validation. So modes are put back one by one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from torch import nn

Modes = list[tuple[nn.Module, bool]]


def modes_of(*modules: object) -> Modes:
    """Each module below `modules` with its mode; what is no module has none."""
    return [(part, part.training) for module in modules if isinstance(module, nn.Module) for part in module.modules()]


def put_back(modes: Modes) -> None:
    """Give each module the mode it had, and no other: `train(mode)` would set all below it too."""
    for module, training in modes:
        module.training = training


@contextmanager
def evaluating(model: nn.Module, *others: object) -> Iterator[None]:
    """Everything in evaluation mode within the block, as it was after it; `others`: the criterion, where it is one."""
    modes = modes_of(model, *others)
    try:
        for module in (model, *others):
            if isinstance(module, nn.Module):
                module.eval()
        yield
    finally:
        _switch(model, modes)


def start_training(model: nn.Module) -> None:
    """Bring `model` into its modes of training: those it is in, module by module.

    Where all of it is in evaluation mode, as after an evaluation, it is trained as a whole. `model.train()` is called
    either way, for models that freeze parts of themselves there.
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
    """As `put_back`, through `train` and `eval` first: some modules override them, to merge adapters for example."""
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
