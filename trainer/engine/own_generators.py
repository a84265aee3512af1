"""Random generators owned by the caller's objects: a sampler's, a data set's, a layer's.

They are found by searching attributes, small containers and closures. Generators kept elsewhere (in a module's globals,
in an extension's memory) are not found.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator, Mapping
from types import FunctionType, GeneratorType, MethodType, ModuleType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

MOST_OBJECTS = 20_000
LONGEST = 64
"""Containers with more items are not searched: lists of transforms are shorter, lists of images longer."""
_LEAVES = (str, bytes, int, float, complex, bool, type(None), Tensor, np.ndarray, np.generic, ModuleType, type)
_GENERATORS = (torch.Generator, np.random.Generator, np.random.RandomState, np.random.BitGenerator, random.Random)
_SEEDS = ("seed", "manual_seed", "set_state", "setstate")

Generators = dict[str, Any]
"""By name, which is where it was found: `train.sampler.generator`."""


def find_generators(roots: Mapping[str, Any]) -> tuple[Generators, list[str]]:
    """Every generator reachable from `roots`, each once, and the names of those whose state cannot be read. Global
    generators are excluded.
    """
    found: Generators = {}
    unreadable: list[str] = []
    numpy_ = np.random.mtrand._rand  # noqa: SLF001 - the global one has no other name
    seen = {id(one) for one in (torch.default_generator, random.random.__self__, numpy_)}  # type: ignore[attr-defined]
    waiting = [(name, value) for name, value in reversed(list(roots.items()))]
    kept: list[Any] = []  # objects created on the way must stay alive, or their ids could be reused
    while waiting and len(seen) < MOST_OBJECTS:
        place, value = waiting.pop()
        if isinstance(value, _LEAVES) or id(value) in seen:
            continue
        seen.add(id(value))
        kept.append(value)
        if _is_unreadable(value):
            unreadable.append(place)
        elif isinstance(value, _GENERATORS):
            found[place] = value
        else:
            waiting.extend((f"{place}.{name}", part) for name, part in reversed(list(_parts(value))))
    return found, unreadable


def _is_unreadable(value: Any) -> bool:
    if isinstance(value, _GENERATORS):
        return isinstance(value, random.SystemRandom)
    if isinstance(value, GeneratorType):
        return True
    # from an unknown library: anything with a state to read and a way to seed it
    kind = type(value)
    return any(hasattr(kind, name) for name in ("get_state", "getstate")) and any(hasattr(kind, one) for one in _SEEDS)


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, nn.Module):
        yield from value.named_children()
    elif isinstance(value, dict):
        if len(value) <= LONGEST:
            yield from ((str(key), part) for key, part in value.items())
        return
    elif isinstance(value, list | tuple | set | frozenset):
        if len(value) <= LONGEST:
            yield from ((str(index), part) for index, part in enumerate(value))
        return
    elif isinstance(value, FunctionType):
        yield from ((f"cell{index}", part) for index, part in enumerate(_closure(value)))
        return
    elif isinstance(value, MethodType):
        yield "self", value.__self__
        return
    elif isinstance(value, functools.partial):
        yield from (("func", value.func), ("args", value.args), ("keywords", value.keywords))
        return
    yield from _attributes(value)


def _attributes(value: Any) -> Iterator[tuple[str, Any]]:
    """The object's attributes; properties are not evaluated."""
    yield from list(getattr(value, "__dict__", {}).items())
    for cls in type(value).__mro__:
        slots = cls.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            part = getattr(value, name, None) if not name.startswith("__") else None
            if part is not None:
                yield name, part


def _closure(function: FunctionType) -> Iterator[Any]:
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not filled yet
            continue
    yield function.__defaults__


def capture_own(generators: Generators) -> dict[str, Any]:
    """The state of each, as values a checkpoint can store."""
    return {name: _state(generator) for name, generator in generators.items()}


def restore_own(generators: Generators, states: Mapping[str, Any]) -> list[str]:
    """Restore each state; returns the names of generators that are missing on either side or of another kind."""
    left = sorted(generators.keys() ^ states.keys())
    for name in sorted(generators.keys() & states.keys()):
        try:
            _set_state(generators[name], states[name])
        except (TypeError, ValueError, KeyError, RuntimeError):
            left.append(name)
    return left


def _state(generator: Any) -> Any:
    if isinstance(generator, torch.Generator):
        return generator.get_state()
    if isinstance(generator, random.Random):
        return generator.getstate()
    if isinstance(generator, np.random.RandomState):
        return _plain(generator.get_state(legacy=False))
    return _plain(_bits(generator).state)


def _bits(generator: Any) -> Any:
    return generator.bit_generator if isinstance(generator, np.random.Generator) else generator


def _set_state(generator: Any, state: Any) -> None:
    if isinstance(generator, torch.Generator):
        generator.set_state(state)
    elif isinstance(generator, random.Random):
        generator.setstate(state)
    elif isinstance(generator, np.random.RandomState):
        generator.set_state(_arrays(state))
    else:
        _bits(generator).state = _arrays(state)


def _plain(state: Any) -> Any:
    """Numpy arrays as tagged lists."""
    if isinstance(state, dict):
        return {key: _plain(value) for key, value in state.items()}
    return ("array", str(state.dtype), state.tolist()) if isinstance(state, np.ndarray) else state


def _arrays(state: Any) -> Any:
    if isinstance(state, dict):
        return {key: _arrays(value) for key, value in state.items()}
    if isinstance(state, tuple) and len(state) == 3 and state[0] == "array":
        return np.array(state[2], dtype=state[1])
    return state
