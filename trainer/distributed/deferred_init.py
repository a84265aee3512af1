"""A network built without memory for its weights: their values are computed later, one tensor at a time.

While a function builds the network, its tensors are on the meta device, which has shapes but no values, and what is
done to them is recorded. `DeferredInit.value` repeats, for one tensor, the operations that it depends on, with the
random numbers that were due then: the values are those of an ordinary construction to the bit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils.hooks import RemovableHandle

from trainer.errors import UsageError
from trainer.text.text_shortening import first_line
from trainer.torch_internals import TorchDispatchMode, tree_leaves, tree_map

Store = dict[int, torch.UntypedStorage]
"""Memory with values, by the identity of the storage on the meta device that it stands for."""


class _Step(NamedTuple):
    """One operation. `arguments`: args and kwargs; `drawn`: the generator it drew from, and its state before."""

    operation: Any
    arguments: tuple[tuple[Any, ...], dict[str, Any]]
    outputs: Any
    reads: set[int]
    writes: set[int]
    drawn: tuple[torch.Generator, Tensor] | None


class DeferredInit(TorchDispatchMode):
    """Records how the tensors of a network come about, while it is the active mode.

    Attributes:
        device: Where the network is to compute.
        recording: Whether an operation is being recorded just now.
    """

    def __init__(self, device: torch.device) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch has no types for it
        self.device = device
        self.recording = False
        self._steps: list[_Step] = []
        self._attributes: list[tuple[nn.Module, str, Tensor]] = []
        self._hook: RemovableHandle | None = None

    def __torch_dispatch__(self, operation: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Torch calls it in place of every operation."""
        self.recording = True
        try:
            return self._recorded(operation, args, dict(kwargs or {}))
        finally:
            self.recording = False

    def _recorded(self, operation: Any, args: Any, kwargs: dict[str, Any]) -> Any:
        tensors = _tensors((args, kwargs))
        if tensors and not any(one.is_meta for one in tensors):
            return operation(*args, **kwargs)  # of given values, such as an array's: they are there already
        if not tensors and str(kwargs.get("device", "cpu")) != "cpu":
            return operation(*args, **kwargs)
        changed = _tensors(args[:1]) if operation.overloadpacket.__name__.endswith("_") else []
        if any(not one.is_meta for one in changed):
            return self._with_values(operation, args, kwargs)
        drawn: tuple[torch.Generator, Tensor] | None = None
        if torch.Tag.nondeterministic_seeded in operation.tags:
            generator = kwargs.get("generator") or torch.default_generator
            drawn = generator, generator.get_state()
            _draw(operation, args, kwargs)
        without = {**kwargs, "generator": None} if "generator" in kwargs else kwargs
        on_meta = without if tensors else {**without, "device": torch.device("meta")}
        try:
            outputs = operation(*tree_map(_shadow, args), **tree_map(_shadow, on_meta))
        except (NotImplementedError, RuntimeError):  # it depends on values, as `item()` does
            if not changed:
                if drawn is not None:
                    drawn[0].set_state(drawn[1])
                return self._with_values(operation, args, kwargs)
            outputs = args[0]
        kept = tree_map(lambda one: one.clone() if isinstance(one, Tensor) and not one.is_meta else one, (args, kwargs))
        writes = _keys([*_tensors(outputs), *changed])
        self._steps.append(_Step(operation, kept, outputs, _keys(tensors), writes, drawn))
        return outputs

    def _with_values(self, operation: Any, args: Any, kwargs: Any) -> Any:
        return operation(*tree_map(self.value, args), **tree_map(self.value, kwargs))

    def value(self, one: Any) -> Any:
        """The tensor that `one` on the meta device stands for, on the CPU; anything else as it is."""
        if not isinstance(one, Tensor) or not one.is_meta:
            return one
        store: Store = {}
        with torch.no_grad():
            for step in self._needed(_keys([one])):
                _repeat(step, store)
            return _real(one, store)

    def _needed(self, wanted: set[int]) -> list[_Step]:
        """The steps that lead to the values in these storages, in order."""
        found = []
        for step in reversed(self._steps):
            if not step.writes.isdisjoint(wanted):
                wanted |= step.reads
                found.append(step)
        return found[::-1]

    # -- what was built ------------------------------------------------------------------------------------------

    def adopt(self, model: nn.Module) -> None:
        """Keep the values of what the constructor has made from data, and move all of the model to the meta device: it
        can be tried out there. Raises UsageError `distributed.deferred` where that cannot be done."""
        own = {id(one) for one in (*model.parameters(), *model.buffers())}
        for path, module in model.named_modules():
            for name, kept in vars(module).items():
                if isinstance(kept, Tensor):  # neither loaded nor moved by anything else
                    self._attributes.append((module, name, self.value(kept)))
                    vars(module)[name] = kept.to("meta")
                elif any(one.is_meta and id(one) not in own for one in _tensors(kept)):
                    raise _refusal(f"{path or type(model).__name__} keeps tensors in its attribute {name!r}")
        before = _named(model)
        model.to("meta")
        after = _named(model)
        if before.keys() != after.keys():
            raise _refusal("two of its modules share a tensor that was made from data")
        for name, one in before.items():
            if not one.is_meta:
                empty = after[name]
                self._steps.append(_Step(torch.clone, ((one.detach(),), {}), empty, set(), _keys([empty]), None))
        self._hook = model.register_forward_pre_hook(_check_images)

    def give_back(self) -> None:
        """Restore the attributes that `adopt` has moved to the meta device: the model can be called now."""
        if self._hook is not None:
            self._hook.remove()
        for module, name, kept in self._attributes:
            vars(module)[name] = kept


class _Disguise(TorchFunctionMode):
    """Tells constructors that their tensors are on the CPU: `nn.init.trunc_normal_`, for one, leaves out those on the
    meta device."""

    def __init__(self, recorder: DeferredInit) -> None:
        super().__init__()
        self._recorder = recorder

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Torch calls it in place of every function and attribute of tensors."""
        found = function(*args, **(kwargs or {}))
        if self._recorder.recording:
            return found
        if function == torch.Tensor.is_meta.__get__:  # type: ignore[attr-defined]  # an attribute of C
            return False
        return torch.device("cpu") if function == torch.Tensor.device.__get__ and found.type == "meta" else found


_DEFERRED: WeakKeyDictionary[nn.Module, DeferredInit] = WeakKeyDictionary()


def deferred_init(model: nn.Module) -> DeferredInit | None:
    """How the values of a model come about that has none yet; None where it has them."""
    return _DEFERRED.get(model)


def forget_deferred(model: nn.Module) -> None:
    """It has its values now."""
    deferred = _DEFERRED.pop(model, None)
    if deferred is not None:
        deferred.give_back()


def build_deferred(build: Callable[[], nn.Module], device: torch.device) -> nn.Module:
    """Build a model without memory for its weights; `device`: where it is to compute.

    Raises UsageError `distributed.deferred` where that cannot be done.
    """
    recorded = DeferredInit(device)
    try:
        with _Disguise(recorded), recorded:
            model = build()
    except UsageError:
        raise
    except Exception as error:  # a constructor may do anything
        raise _refusal(f"{type(error).__name__}: {first_line(error)}") from error
    if isinstance(model, nn.Module):  # else whoever asked for it refuses it
        recorded.adopt(model)
        _DEFERRED[model] = recorded
    return model


def _check_images(_: nn.Module, inputs: Any) -> None:
    if any(not one.is_meta for one in _tensors(inputs)):
        raise UsageError(
            "distributed.no_values",
            "The model has no weights yet: each process gets its part of them when the training begins.",
            expected="Trainer.fit before anything else",
            fix="call fit first, then load the trained model from the run folder: load_run(run_dir).model()",
        )


def _refusal(reason: str) -> UsageError:
    return UsageError(
        "distributed.deferred",
        f"The model cannot be built in parts: {reason}",
        where="the function that builds the model, run without memory for the weights",
        expected="a constructor that keeps its tensors as parameters and buffers, and does not convert them to NumPy",
        fix="use register_buffer for such tensors; or give Trainer the model itself in place of the function: each "
        "process then builds all of it",
        reason=reason,
    )


# -- operations, with and without values -----------------------------------------------------------------------------


def _tensors(tree: Any) -> list[Tensor]:
    return [one for one in tree_leaves(tree) if isinstance(one, Tensor)]


def _keys(tensors: list[Tensor]) -> set[int]:
    """Views of a tensor, parameters among them, have its storage."""
    return {id(one.untyped_storage()) for one in tensors if one.is_meta}


def _shadow(one: Any) -> Any:
    return one.to("meta") if isinstance(one, Tensor) and not one.is_meta else one


def _draw(operation: Any, args: Any, kwargs: Any) -> None:
    """Advance the generator as the operation would: what is drawn next, by anyone, must be what it would have been."""

    def stand_in(one: Any) -> Any:
        if not isinstance(one, Tensor) or not one.is_meta:
            return one
        return torch.empty_strided(one.size(), one.stride(), dtype=one.dtype).fill_(1)

    with torch.no_grad():
        operation(*tree_map(stand_in, args), **tree_map(stand_in, kwargs))


def _real(one: Any, store: Store) -> Any:
    """The tensor with values at the place in memory that `one` has in its storage."""
    if not isinstance(one, Tensor) or not one.is_meta:
        return one
    memory = store[id(one.untyped_storage())]
    return torch.empty(0, dtype=one.dtype).set_(memory, one.storage_offset(), one.size(), one.stride())


def _repeat(step: _Step, store: Store) -> None:
    """Do what was recorded, with values."""
    args, kwargs = tree_map(lambda one: _real(one, store), step.arguments)
    if step.drawn is None:
        outputs = step.operation(*args, **kwargs)
    else:
        generator, state = step.drawn
        now = generator.get_state()
        generator.set_state(state)
        try:
            outputs = step.operation(*args, **kwargs)
        finally:
            generator.set_state(now)
    for shape, output in zip(_tensors(step.outputs), _tensors(outputs), strict=True):
        key = id(shape.untyped_storage())
        if shape.is_meta and key not in store:
            if output.stride() != shape.stride() or output.storage_offset():
                output = torch.empty_strided(shape.size(), shape.stride(), dtype=shape.dtype).copy_(output)
            store[key] = output.untyped_storage()


def _named(model: nn.Module) -> dict[str, Tensor]:
    return {**dict(model.named_parameters()), **dict(model.named_buffers())}
