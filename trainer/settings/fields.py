"""What a form, a help page or an error text needs to know about the fields of a settings tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, Field
from pydantic.fields import FieldInfo

Path = tuple[str, ...]


def setting(default: Any, title: str, text: str, *, unit: str = "", words: str = "", **limits: Any) -> Any:
    """Declare a field of a settings tree.

    Args:
        default: Default value.
        title: Short title, for forms.
        text: Help text.
        unit: Unit of its value. Default: none.
        words: What is expected, if type and range do not say it. Default: none.
        **limits: Limits of pydantic, such as `ge` or `pattern`.

    Returns:
        A pydantic field.
    """
    return Field(default, title=title, description=text, json_schema_extra={"unit": unit, "words": words}, **limits)


def as_typed(value: Any) -> str:
    """Format a value as one types it.

    Args:
        value: Value of a setting; None is `auto`, lists are separated by commas.

    Returns:
        The text.
    """
    if value is None:
        return "auto"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    return str(value)


@dataclass(frozen=True)
class Setting:
    """One leaf of a settings tree.

    Attributes:
        key: Its name in its table.
        type: Plain type of its value.
        optional: Whether it may be None, written as `auto`.
        title: Short title, for forms.
        help: Help text.
        unit: Unit of its value; may be empty.
        choices: Values to choose from; empty if there is no such list.
        default: Default value.
        low: Lower bound; None if there is none.
        high: Upper bound; None if there is none.
        high_open: Whether the bound `high` itself is not allowed.
        words: What is expected, if type and range do not say it.
    """

    group: str
    """Name of its table; empty at the top."""
    key: str
    type: type
    optional: bool
    title: str
    help: str
    unit: str
    choices: tuple[str, ...]
    default: Any
    low: float | None
    high: float | None
    low_open: bool
    """Whether the bound `low` itself is not allowed."""
    high_open: bool
    words: str

    @property
    def path(self) -> Path:
        """Its place in the tree, such as ("train", "epochs")."""
        return (self.group, self.key) if self.group else (self.key,)

    @property
    def expected(self) -> str:
        """What is accepted, in words: `a number > 0`."""
        if self.words or self.choices:
            return self.words or "one of " + ", ".join(self.choices)
        noun = {int: "a whole number", float: "a number", bool: "true or false"}.get(self.type, "a text")
        return noun + self._bounds() + (" or auto" if self.optional else "")

    def _bounds(self) -> str:
        if self.low is not None and self.high is not None and not (self.low_open or self.high_open):
            return f" from {_plain(self.low)} to {_plain(self.high)}"
        low = [] if self.low is None else [f"{'>' if self.low_open else '>='} {_plain(self.low)}"]
        high = [] if self.high is None else [f"{'<' if self.high_open else '<='} {_plain(self.high)}"]
        return "".join(f" {part}" for part in (" and ".join(low + high),) if part)


def _plain(bound: float) -> float:
    """1e9 as 1000000000, not as 1000000000.0."""
    return int(bound) if bound == int(bound) else bound


def kind(field: FieldInfo) -> tuple[type, bool]:
    """Find the plain type of a field: a choice is a str, a list of names a tuple.

    Args:
        field: Field of a pydantic model.

    Returns:
        The type, and whether None is allowed.
    """
    outer = get_origin(field.annotation)
    if outer in (tuple, dict):
        return outer, False
    if outer is Literal:
        return str, False
    inner = [part for part in get_args(field.annotation) if part is not type(None)]
    plain = inner[0] if inner else field.annotation
    return plain if isinstance(plain, type) else str, bool(inner)


def table(field: FieldInfo) -> type[BaseModel] | None:
    """Find the model of a field that is a table of its own.

    Args:
        field: Field of a pydantic model.

    Returns:
        The model; None for a plain setting.
    """
    plain = field.annotation
    return plain if isinstance(plain, type) and issubclass(plain, BaseModel) else None


def leaves(tree: type[BaseModel], group: str = "") -> Iterator[Setting]:
    """List every setting of a tree in the order of declaration; those without a table first.

    Args:
        tree: The model of the tree.
        group: Name of its table. Default: "", the top.

    Yields:
        A setting each.
    """
    fields = tree.model_fields.items()
    yield from (_leaf(group, key, field) for key, field in fields if table(field) is None)
    for key, field in fields:
        if inner := table(field):
            yield from leaves(inner, key)


def _leaf(group: str, key: str, field: FieldInfo) -> Setting:
    plain, optional = kind(field)
    rules = ("gt", "ge", "lt", "le")
    limits = {rule: getattr(item, rule) for item in field.metadata for rule in rules if hasattr(item, rule)}
    limits = {rule: limit for rule, limit in limits.items() if limit is not None}
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    return Setting(
        group=group,
        key=key,
        type=plain,
        optional=optional,
        title=field.title or key,
        help=field.description or "",
        unit=str(extra.get("unit", "")),
        choices=get_args(field.annotation) if get_origin(field.annotation) is Literal else (),
        default=field.default,
        low=limits.get("gt", limits.get("ge")),
        high=limits.get("lt", limits.get("le")),
        low_open="gt" in limits,
        high_open="lt" in limits,
        words=str(extra.get("words", "")),
    )
