"""Options of a plugin, read from its typed constructor: for a form, and to make it from what settings hold. No torch at
import."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import NoneType, SimpleNamespace, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from trainer.errors import UsageError
from trainer.text.suggestion import suggest

OptionKind = Literal["switch", "integer", "number", "text", "path", "choice"]
Plain = bool | int | float | str
_KINDS: dict[frozenset[type], OptionKind] = {
    frozenset({bool}): "switch",
    frozenset({int}): "integer",
    frozenset({float}): "number",
    frozenset({int, float}): "number",
    frozenset({str}): "text",
    frozenset({Path}): "path",
    frozenset({str, Path}): "path",
}
_ACCEPTED: dict[OptionKind, tuple[str, tuple[type, ...]]] = {
    "switch": ("true or false", (bool,)),
    "integer": ("a whole number", (int,)),
    "number": ("a number", (int, float)),
    "text": ("a text", (str,)),
    "path": ("a path", (str, Path)),
}
"""What an option of each kind accepts, in words and as types."""
_NO_TYPE = inspect.Parameter.empty
_BY_NAME = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


class ConstructorOption(NamedTuple):
    """An argument of a constructor that a form can ask for.

    Attributes:
        name: Its name.
        kind: What a form shows for it.
        required: Whether it has no default.
        default: Its default. None: it is required, or its default is None or something that cannot be typed.
        choices: Those of a Literal.
        about: Its text under "Args:" in the docstring of the class; "" without one.
    """

    name: str
    kind: OptionKind
    required: bool
    default: Plain | None = None
    choices: tuple[Plain, ...] = ()
    about: str = ""


class ConstructorOptions(NamedTuple):
    """All arguments of a constructor.

    Attributes:
        options: Those that a form can ask for.
        left_out: Names and types of others that have a default.
        obstacles: Names and types of others that have none.
    """

    options: tuple[ConstructorOption, ...]
    left_out: tuple[tuple[str, str], ...]
    obstacles: tuple[tuple[str, str], ...]


def constructor_options(kind: Callable[..., Any]) -> ConstructorOptions:
    """Read the arguments of a class: of type bool, int, float, str, Path, `str | Path` or Literal, each also `| None`.
    An argument without a type has that of its default.

    Args:
        kind: The class.

    Returns:
        The arguments.

    Raises:
        ValueError: The class has no signature.
        TypeError: The same.
    """
    found: list[ConstructorOption] = []
    left_out: list[tuple[str, str]] = []
    obstacles: list[tuple[str, str]] = []
    texts = _argument_texts(inspect.getdoc(kind) or "")
    for one in inspect.signature(kind).parameters.values():
        if one.kind in (one.VAR_POSITIONAL, one.VAR_KEYWORD):
            continue
        annotation = _annotation(kind, one)
        made = None if one.kind is one.POSITIONAL_ONLY else _option(one, annotation, texts.get(one.name, ""))
        if made is not None:
            found.append(made)
        else:
            (obstacles if one.default is _NO_TYPE else left_out).append((one.name, _type_text(one.annotation)))
    return ConstructorOptions(tuple(found), tuple(left_out), tuple(obstacles))


def summary(kind: type) -> str:
    """Return the first paragraph of a docstring.

    Args:
        kind: The class.

    Returns:
        The paragraph on one line; "" without a docstring.
    """
    return " ".join((inspect.getdoc(kind) or "").partition("\n\n")[0].split())


def as_arguments(kind: type, options: Mapping[str, Any]) -> dict[str, Any]:
    """Turn options from settings into arguments.

    Args:
        kind: The class that takes them.
        options: Values by the name of the argument.

    Returns:
        The same, with a Path in place of a text where the constructor takes nothing else.
    """
    try:
        known = inspect.signature(kind).parameters
    except (TypeError, ValueError):
        return dict(options)
    made = dict(options)
    for name, value in options.items():
        if isinstance(value, str) and name in known and _members(_annotation(kind, known[name])) == ({Path}, ()):
            made[name] = Path(value)
    return made


def check_options(name: str, kind: Callable[..., Any], options: Mapping[str, Any], positional: int = 0) -> None:
    """Check that a plugin can be made with options.

    Args:
        name: Name of the plugin.
        kind: The class or function that takes them.
        options: Values by the name of the argument.
        positional: How many of its first arguments it gets from us. Default: 0.

    Raises:
        UsageError: `plugin.options`: a name or a type does not fit, or one is missing; all of them, a line each.
    """
    problems = [*option_problems(kind, options, positional), *_missing(kind, options, positional)]
    if problems:
        lines = "\n".join(f"{name}.{problem}" for problem in problems)
        raise UsageError("plugin.options", lines, where=f"[plugins.{name}], or --option {name}.KEY=VALUE")


def option_problems(kind: Callable[..., Any], options: Mapping[str, Any], positional: int = 0) -> list[str]:
    """Check options against the constructor, as a form does: their names, and values of the types that it knows.

    Args:
        kind: The class or function that takes them.
        options: Values by the name of the argument.
        positional: How many of its first arguments are no options. Default: 0.

    Returns:
        A line for each that does not fit, beginning with its name; what is missing is not among them.
    """
    try:
        known = list(inspect.signature(kind).parameters.values())
        typed = {option.name: option for option in constructor_options(kind).options}
    except (TypeError, ValueError):
        return []
    takes_any = any(one.kind is one.VAR_KEYWORD for one in known)
    ours = {one.name for one in known[:positional]}
    names = [one.name for one in known[positional:] if one.kind in _BY_NAME]
    found = []
    for name, value in options.items():
        if name not in names and (name in ours or not takes_any):
            found.append(f"{name}: there is no such option{_named_instead(name, names)}")
        elif name in typed and (wanted := _expected(typed[name], value)):
            found.append(f"{name}: got {value!r}, expected {wanted}")
    return found


def _missing(kind: Callable[..., Any], options: Mapping[str, Any], positional: int) -> list[str]:
    """A line for each argument that has neither a default nor a value."""
    try:
        known = list(inspect.signature(kind).parameters.values())[positional:]
        typed = {option.name: option for option in constructor_options(kind).options}
    except (TypeError, ValueError):
        return []
    found = []
    for one in known:
        if one.kind in _BY_NAME and one.default is _NO_TYPE and one.name not in options:
            words = _accepted(typed[one.name]) if one.name in typed else type_text(kind, one) or "a value"
            found.append(f"{one.name}: is missing, expected {words}")
    return found


def _named_instead(name: str, names: Sequence[str]) -> str:
    """The one that may be meant, and all there are."""
    if not names:
        return "; it has none"
    hint = suggest(name, names)
    return hint if hint.startswith(";") else f"{hint} options: {', '.join(names)}"


def _expected(option: ConstructorOption, value: Any) -> str:
    """What it accepts, where that is not this value; else empty."""
    if value is None:
        return ""  # a script's; no file and no flag can say it
    if option.kind == "choice":
        same = any(type(one) is type(value) and one == value for one in option.choices)
        return "" if same else _accepted(option)
    words, types = _ACCEPTED[option.kind]
    if isinstance(value, types) and isinstance(value, bool) == (option.kind == "switch"):
        return ""
    return f'{words}: "{value}"' if option.kind == "text" and isinstance(value, int | float) else words


def _accepted(option: ConstructorOption) -> str:
    return f"one of {', '.join(map(repr, option.choices))}" if option.kind == "choice" else _ACCEPTED[option.kind][0]


def _option(one: inspect.Parameter, annotation: Any, about: str) -> ConstructorOption | None:
    """None where its type is none of those of a form."""
    members, choices = _members(annotation)
    if choices and not members:
        kind: OptionKind | None = "choice"
    else:
        kind = _KINDS.get(frozenset(members)) if not choices else None
    if kind is None:
        return None
    default = str(one.default) if isinstance(one.default, Path) else one.default
    shown = default if isinstance(default, Plain) else None
    return ConstructorOption(one.name, kind, one.default is _NO_TYPE, shown, choices, about)


def _members(annotation: Any) -> tuple[set[Any], tuple[Plain, ...]]:
    """Types and literals of a union, without None."""
    annotation = getattr(annotation, "__value__", annotation)  # of a `type` statement
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _members(inner[0])
    if origin is Literal:
        plain = tuple(value for value in inner if value is not None)
        return ({origin}, ()) if not all(isinstance(value, Plain) for value in plain) else (set(), plain)
    if origin in (Union, UnionType):
        members: set[Any] = set()
        choices: tuple[Plain, ...] = ()
        for part in inner:
            more, further = _members(part)
            members |= more
            choices += further
        return members, choices
    return (set(), ()) if annotation in (None, NoneType) else ({annotation}, ())


def _annotation(kind: Callable[..., Any], one: inspect.Parameter) -> Any:
    """Its type; as a text where a name in it cannot be found, which may be there for type checkers only."""
    if one.annotation is _NO_TYPE:
        return type(one.default) if isinstance(one.default, Plain | Path) else _NO_TYPE
    scope = getattr(getattr(kind, "__init__", None), "__globals__", None) or vars(sys.modules.get(kind.__module__, sys))
    try:
        return get_type_hints(
            SimpleNamespace(__annotations__={one.name: one.annotation}), scope, vars(kind).copy(), include_extras=True
        )[one.name]
    except Exception:  # whatever the text of an annotation raises
        return one.annotation


def type_text(kind: Callable[..., Any], one: inspect.Parameter) -> str:
    """Tell the type of an argument as one would write it, such as `float | None`.

    Args:
        kind: The class or function that has it.
        one: The argument.

    Returns:
        The text; "" without a type.
    """
    found = _annotation(kind, one)
    text = found if isinstance(found, str) else "" if found is _NO_TYPE else inspect.formatannotation(found)
    return re.sub(r"\b(typing|pathlib|collections\.abc)\.", "", text)


def _type_text(annotation: Any) -> str:
    """As it stands in the source, or nearly so; "" without a type."""
    if annotation is _NO_TYPE:
        return ""
    if isinstance(annotation, str):
        return annotation
    return annotation.__name__ if isinstance(annotation, type) and not get_args(annotation) else str(annotation)


def _argument_texts(doc: str) -> dict[str, str]:
    """Names and texts in the part "Args:" of a docstring in Google's style."""
    _, found, rest = doc.partition("Args:\n")
    if not found:
        return {}
    texts: dict[str, str] = {}
    name, depth = "", 0
    for line in rest.splitlines():
        inner = len(line) - len(line.lstrip())
        if line.strip() and not inner:
            break  # the next part
        head = re.match(r"\s+\*{0,2}(\w+)(?: \([^)]*\))?: (.*)", line)
        if head and (not depth or inner == depth):
            name, depth = head[1], inner
            texts[name] = head[2].strip()
        elif name and line.strip():
            texts[name] += " " + line.strip()
    return texts
