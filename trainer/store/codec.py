"""Python state as one JSON text, and back, keeping what JSON would lose. [no torch at import]

Kept: int and other keys of dicts, tuples, sets, bytes, non-finite floats, Counter and OrderedDict, tensors at any depth
(returned beside the text). Numpy scalars become Python numbers, a defaultdict becomes a dict. Anything else is refused,
with its place. Loading builds only these types and never executes anything from the text.
"""

from __future__ import annotations

import base64
import json
import math
import sys
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

MAX_DEPTH = 50
_MAX_TREE = 3 * MAX_DEPTH + 3
"""A dict with keys other than strings takes three levels of JSON."""
_PLAIN = (str, int, bool, type(None))


def dumps(obj: Any) -> tuple[str, dict[str, Tensor]]:
    """The text, and the tensors found in `obj`, named "0", "1", ... in the order found; a tensor that occurs twice is
    stored once.

    Raises TypeError naming the place (`callbacks.EarlyStopping.best`) of a value of another type, and ValueError where
    `obj` is nested deeper than 50 or contains itself.
    """
    tree, tensors = to_tree(obj)
    return json.dumps(tree, allow_nan=False, separators=(",", ":")), tensors


def loads(text: str, tensors: Mapping[str, Tensor]) -> Any:
    """Undo `dumps`. Raises ValueError for any text that `dumps` would not write."""
    try:
        tree = json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("nested too deep") from None
    return from_tree(tree, tensors)


def to_tree(obj: Any) -> tuple[Any, dict[str, Tensor]]:
    """`dumps` before its last step: the content of the JSON text."""
    writer = _Writer()
    return writer.tree(obj, "", 0), writer.tensors


def from_tree(tree: Any, tensors: Mapping[str, Tensor]) -> Any:
    """`loads` after its first step."""
    try:
        return _restore(tree, tensors, 0)
    except (TypeError, KeyError) as error:
        raise ValueError(f"not a text of this codec: {error!r}") from None


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


class _Writer:
    def __init__(self) -> None:
        self.tensors: dict[str, Tensor] = {}
        self._names: dict[int, str] = {}

    def tree(self, value: Any, place: str, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise ValueError(f"{place[:200]}: nested deeper than {MAX_DEPTH}, or contains itself")
        kind = type(value)
        if kind in _PLAIN:
            return value
        if kind is float:
            return value if math.isfinite(value) else {"$float": str(value)}
        if kind is list:
            return self._items(value, place, depth)
        if kind in (tuple, set, frozenset):
            return {"$" + kind.__name__: self._items(value, place, depth)}
        if kind is bytes:
            return {"$bytes": base64.b64encode(value).decode("ascii")}
        if kind in (dict, defaultdict):
            return self._dict(value, place, depth)
        if kind in (OrderedDict, Counter):
            return {"$" + kind.__name__: self._pairs(value, place, depth)}
        return self._foreign(value, place, depth)

    def _foreign(self, value: Any, place: str, depth: int) -> Any:
        # numpy or torch values exist only if their module is loaded
        numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
        if numpy is not None and isinstance(value, numpy.bool_ | numpy.number):
            return self.tree(value.item(), place, depth + 1)
        if torch is not None and isinstance(value, torch.Tensor):
            return {"$tensor": self._name(value)}
        if torch is not None and isinstance(value, torch.Size):
            return self.tree(tuple(value), place, depth)
        kind = f"{type(value).__module__}.{type(value).__qualname__}"
        allowed = "None, bool, int, float, str, bytes, list, tuple, dict, set, Counter, OrderedDict and tensors"
        raise TypeError(f"{place or 'the state'} is a {kind}; a checkpoint holds {allowed}")

    def _name(self, tensor: Tensor) -> str:
        name = self._names.setdefault(id(tensor), str(len(self._names)))
        self.tensors[name] = tensor
        return name

    def _items(self, values: Any, place: str, depth: int) -> list[Any]:
        return [self.tree(item, f"{place}[{index}]", depth + 1) for index, item in enumerate(values)]

    def _dict(self, value: dict[Any, Any], place: str, depth: int) -> Any:
        if all(type(key) is str and not key.startswith("$") for key in value):
            return {key: self.tree(item, _join(place, key), depth + 1) for key, item in value.items()}
        return {"$dict": self._pairs(value, place, depth)}

    def _pairs(self, value: dict[Any, Any], place: str, depth: int) -> list[Any]:
        return [
            [self.tree(key, f"{place} (a key)", depth + 1), self.tree(item, _join(place, key), depth + 1)]
            for key, item in value.items()
        ]


def _join(place: str, key: object) -> str:
    return f"{place}.{key}" if place else str(key)


def _non_finite(text: str) -> float:
    if text not in ("nan", "inf", "-inf"):
        raise ValueError(f"{text!r} is not a non-finite float")
    return float(text)


_BUILD: dict[str, Callable[[Any], Any]] = {
    "$tuple": tuple,
    "$set": set,
    "$frozenset": frozenset,
    "$dict": dict,
    "$OrderedDict": OrderedDict,
    "$Counter": lambda pairs: Counter(dict(pairs)),
}


def _restore(tree: Any, tensors: Mapping[str, Tensor], depth: int) -> Any:
    if depth > _MAX_TREE:
        raise ValueError("nested too deep")
    if type(tree) is list:
        return [_restore(item, tensors, depth + 1) for item in tree]
    if type(tree) is not dict:
        return tree
    tag = next(iter(tree), "")
    if not tag.startswith("$"):
        return {key: _restore(item, tensors, depth + 1) for key, item in tree.items()}
    (content,) = tree.values()
    if tag == "$float":
        return _non_finite(content)
    if tag == "$bytes":
        return base64.b64decode(content, validate=True)
    if tag == "$tensor":
        return tensors[content]
    return _BUILD[tag](_restore(content, tensors, depth + 1))
