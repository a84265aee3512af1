"""Reference of the command line and of the settings, made from the parser and the schema."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from cyclopts import App

from docs.markdown import code, fenced, paragraphs, prose, table
from trainer.cli.app import build
from trainer.resources import resource
from trainer.settings import describe, flag_name, flags
from trainer.settings.fields import Setting
from trainer.settings.recipes import recipes

EXIT_CODES = (
    ("0", "Done."),
    ("1", "A bug in Epochscope."),
    ("3", "The run was stopped; it can be resumed."),
    ("4", "Wrong usage: a flag, a setting, a name."),
    ("5", "The data cannot be used."),
    ("6", "A file cannot be written or read."),
    ("7", "Out of memory."),
    ("8", "A loss or gradient was not finite."),
    ("9", "A callback failed."),
    ("130", "Ended at once, by a second Ctrl-C."),
)
_GROUPS = {"": "Top level"}


def commands() -> Iterator[str]:
    """Every command with its arguments, in the order of `epochscope --help`."""
    app = build()
    yield from ["## Exit codes", ""]
    yield from table(("Code", "Meaning"), EXIT_CODES)
    for name in app:
        if not name.startswith("-"):
            yield from _command(app[name], f"epochscope {name}")


def _command(command: App, name: str) -> Iterator[str]:
    inner = [one for one in command if not one.startswith("-")]
    yield from [f"## {name}", ""]
    if command.default_command is None:
        yield from paragraphs(str(command.help))
    else:
        yield from paragraphs(inspect.getdoc(command.default_command) or str(command.help))
        yield from _arguments(command, name)
        if command.help_epilogue:
            yield from fenced(_examples(str(command.help_epilogue)), "sh")
    for one in inner:
        yield from _command(command[one], f"{name} {one}")


def _examples(epilogue: str) -> str:
    lines = [line.strip() for line in epilogue.splitlines()]
    return "\n".join(line for line in lines if line and not line.startswith("Example"))


def _arguments(command: App, name: str) -> Iterator[str]:
    found = list(command.assemble_argument_collection(parse_docstring=False))
    own = [one for one in found if not _is_setting(one)]
    places = [one for one in own if not one.names[0].startswith("-")]
    usage = " ".join([name, *(one.names[0] if one.required else f"[{one.names[0]}]" for one in places)])
    yield from fenced(f"{usage} [flags]" if len(found) > len(places) else usage, "sh")
    yield from table(
        ("Argument", "Default", "Meaning"),
        ((_names(one), code(_default(one)), prose(one.parameter.help or "")) for one in own),
    )
    settings = [one.names[0] for one in found if _is_setting(one)]
    if settings:
        yield "Flags of [settings](settings.md): " + ", ".join(code(one) for one in settings) + "."
        yield ""


def _is_setting(argument: Any) -> bool:
    """Whether it is a setting's flag; a command may have one of the same name, which means something else."""
    told = argument.parameter.help or ""
    return any({flag.name, *flag.aliases} & {*argument.names} and told.startswith(flag.help) for flag in flags())


def _names(argument: Any) -> str:
    metavar = argument.parameter.metavar
    names = [f"{one} {metavar}" if metavar and one.startswith("-") else one for one in argument.names]
    return ", ".join(code(one) for one in names)


def _default(argument: Any) -> str:
    """What applies if it is not given; of flags without a value, and of what is left out, nothing."""
    value = argument.field_info.default
    if value is inspect.Parameter.empty or value is None or value is False or value == ():
        return ""
    return "on" if value is True else str(value)


# --- settings


def settings() -> Iterator[str]:
    """Every setting by its table, then the recipes."""
    groups: dict[str, list[Setting]] = {}
    for one in describe():
        groups.setdefault(one.group, []).append(one)
    given = {flag.path for flag in flags()}
    for group, found in groups.items():
        yield from [f"## {f'[{group}]' if group else 'Top level'}", ""]
        rows = [
            (
                code(one.key),
                code(flag_name(one.path)) if one.path in given else "",
                code(_written(one.default)),
                prose(one.expected),
                prose(one.unit),
                prose(f"{one.title}. {one.help}."),
            )
            for one in found
        ]
        yield from table(("Key", "Flag", "Default", "Accepts", "Unit", "Meaning"), rows)
    yield from ["## Recipes", ""]
    for recipe in recipes():
        yield from [f"### {recipe.name}", "", f"{prose(recipe.title)}. {prose(recipe.description)}", ""]
        yield from fenced((resource("recipes") / f"{recipe.name}.toml").read_text("utf-8"), "toml")


def _written(value: Any) -> str:
    """A default as TOML has it; `auto` where it depends on the rest."""
    if value is None:
        return "auto"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[]"
    return repr(value).replace("'", '"')
