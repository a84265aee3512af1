"""Options of a plugin, read from its typed constructor: for a form, and to make it from what settings hold. No torch at
import."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import NoneType, SimpleNamespace, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from trainer.errors import UsageError
from trainer.settings.problems import SettingProblem, problem_lines
from trainer.text.suggestion import alternatives

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


def make_plugin(name: str, kind: type, options: Mapping[str, Any], refused: str) -> Any:
    """Create a plugin from what settings hold.

    Args:
        name: Name of the plugin.
        kind: Its class.
        options: Values by the name of the argument.
        refused: Code of the problem, with `name` and `error`, where the constructor does not accept them.

    Returns:
        The plugin.

    Raises:
        UsageError: `plugin.options`: as from `check_options`, or the constructor does not accept them.
    """
    check_options(name, kind, options)
    try:
        return kind(**_arguments(kind, options))
    except (TypeError, ValueError) as error:
        problem = SettingProblem(refused, "", {"name": name, "error": str(error)})
        raise _refusal(name, [problem]) from error


def _arguments(kind: type, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options, with a Path in place of a text where the constructor takes nothing else."""
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
    problems = list(_problems(name, kind, options, positional))
    if problems:
        raise _refusal(name, problems)


def _refusal(plugin: str, problems: Sequence[SettingProblem]) -> UsageError:
    lines = problem_lines(problems)
    return UsageError(
        "plugin.options",
        lines,
        where=f"[plugins.{plugin}], --option {plugin}.KEY=VALUE",
        fix="correct these options, or leave them out",
        problems=lines,
        details=[one.plain() for one in problems],
    )


def _problems(
    plugin: str, kind: Callable[..., Any], options: Mapping[str, Any], positional: int
) -> Iterator[SettingProblem]:
    """A problem for each unknown name, for each value that is not of its type where a form knows the type, and for each
    argument that has neither a default nor a value."""
    try:
        known = list(inspect.signature(kind).parameters.values())
        typed = {option.name: option for option in constructor_options(kind).options}
    except (TypeError, ValueError):
        return
    takes_any = any(one.kind is one.VAR_KEYWORD for one in known)
    ours = {one.name for one in known[:positional]}
    names = [one.name for one in known[positional:] if one.kind in _BY_NAME]
    for name, value in options.items():
        place = f"{plugin}.{name}"
        if name not in names and (name in ours or not takes_any):
            yield SettingProblem("unknown_option", place, {**alternatives(name, names)})
        elif name in typed and not _fits(typed[name], value):
            quoted = typed[name].kind == "text" and isinstance(value, int | float)
            wanted = _accepted(typed[name], f'"{value}"' if quoted else "")
            yield SettingProblem("option_value", place, {"got": repr(value), **wanted})
    for one in known[positional:]:
        if one.kind in _BY_NAME and one.default is _NO_TYPE and one.name not in options:
            other = {"expected": type_text(kind, one) or "a value"}
            wanted = _accepted(typed[one.name]) if one.name in typed else other
            yield SettingProblem("missing_option", f"{plugin}.{one.name}", {**wanted})


def _fits(option: ConstructorOption, value: Any) -> bool:
    if value is None:
        return True  # a script's; no file and no flag can say it
    if option.kind == "choice":
        return any(type(one) is type(value) and one == value for one in option.choices)
    return isinstance(value, _ACCEPTED[option.kind][1]) and isinstance(value, bool) == (option.kind == "switch")


def _accepted(option: ConstructorOption, example: str = "") -> dict[str, str]:
    """Its kind, the choices or how it may be written, and both in English."""
    if option.kind == "choice":
        choices = ", ".join(map(repr, option.choices))
        return {"kind": option.kind, "values": choices, "expected": f"one of {choices}"}
    words = _ACCEPTED[option.kind][0]
    return {"kind": option.kind, "values": example, "expected": f"{words}: {example}" if example else words}


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
