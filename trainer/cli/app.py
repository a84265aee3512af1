"""The commands, and the way from a command line to an exit code."""

from __future__ import annotations

import inspect
import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, get_args

from cyclopts import (
    App,
    CoercionError,
    CycloptsError,
    Group,
    MissingArgumentError,
    RepeatArgumentError,
    UnknownCommandError,
)

from trainer.cli.output import show_bug, show_error, tolerate_any_text
from trainer.distributed.placement import placement
from trainer.errors import EpochscopeError, UsageError
from trainer.text.suggestion import suggest
from trainer.version import __version__

if TYPE_CHECKING:
    from rich.console import Console

INTERRUPTED = 130
_HELP = {"--help", "-h", "--version"}

_ABOUT = "Train an image classifier and watch what it learns as it learns it."
_FIRST_STEPS = """Examples:
  epochscope demo                    a small network on digits, in a minute
  epochscope gui                     the window: drop a folder of images on it
  epochscope train digits            the same data, the simplest model
  epochscope train photos/ --model cnn --epochs 20
  epochscope runs                    list what you have trained

DATA is the name of a data set, or a folder with a sub-folder for each class.
RUN is the name of a run, the beginning of one, its folder, or `last`.
--debug after any command shows the traceback of an error."""

_TRAIN, _USE, _KNOW, _FLAGS = (
    Group.create_ordered(name) for name in ("Train", "Use a trained model", "Explore", "Flags")
)

_COMMANDS: list[tuple[Group, str, str, str, str]] = [
    (_TRAIN, "demo", "train:demo", "Train a small network on handwritten digits", "epochscope demo"),
    (
        _TRAIN,
        "train",
        "train:train",
        "Train on a data set or a folder of images",
        "epochscope train digits\n"
        "  epochscope train cifar10 --recipe seed\n"
        "  epochscope train photos/ --model cnn --epochs 20 --augment.flip 0.5\n"
        "  epochscope train --settings runs/monday/run.toml --name again\n"
        "  epochscope train cifar10 --recipe linear --seeds 5 --name linear",
    ),
    (
        _TRAIN,
        "lr-find",
        "lr_find:lr_find",
        "Find a good learning rate with a range test",
        "epochscope lr-find digits --model cnn\n  epochscope lr-find photos/ --recipe cnn --rule valley --json",
    ),
    (
        _TRAIN,
        "search",
        "search:search",
        "Search for better settings with Optuna",
        "epochscope search digits --trials 20 --name tuned\n"
        "  epochscope search photos/ --space lr=1e-4..1e-1:log --space batch=32,64,128\n"
        "  epochscope search --name tuned --trials 40",
    ),
    (
        _TRAIN,
        "resume",
        "train:resume",
        "Resume a run that was stopped, killed or paused",
        "epochscope resume last\n  epochscope resume monday --epochs 20",
    ),
    (_TRAIN, "pause", "control:pause", "Pause a live run; everything stays in memory", "epochscope pause last"),
    (
        _TRAIN,
        "stop",
        "control:stop",
        "Stop a live run; it can be resumed",
        "epochscope stop last\n  epochscope stop monday --after epoch",
    ),
    (
        _TRAIN,
        "checkpoint",
        "control:checkpoint",
        "Save a checkpoint of a live run",
        "epochscope checkpoint last",
    ),
    (
        _USE,
        "evaluate",
        "evaluate:evaluate",
        "Compute the metrics of a run, also on new images",
        "epochscope evaluate last\n  epochscope evaluate monday --json > figures.json\n"
        "  epochscope evaluate last --data path/to/new-images --csv answers.csv",
    ),
    (
        _USE,
        "predict",
        "predict:predict",
        "Classify new images",
        "epochscope predict last cat.jpg dog.png\n  epochscope predict last new-photos --csv classes.csv\n"
        "  epochscope predict last new-photos --sort-into sorted --unsure 0.6",
    ),
    (
        _USE,
        "explain",
        "explanation:explain",
        "Show where the model looked, and similar training images",
        "epochscope explain last cat.jpg --out cat-explained.png\n"
        "  epochscope explain monday cat.jpg --class dog --neighbors 10",
    ),
    (
        _USE,
        "export",
        "export:export",
        "Export a model or a run's data",
        "epochscope export last --format report\n"
        "  epochscope export last --format onnx\n"
        "  epochscope export monday --out models/birds.safetensors\n"
        "  epochscope export last --format csv",
    ),
    (
        _KNOW,
        "runs",
        "runs:app",
        "List runs, show one, compare two",
        "",
    ),
    (
        _KNOW,
        "slices",
        "slices:slices",
        "Find groups of images that a run gets wrong",
        "epochscope slices last\n  epochscope slices last --by brightness\n"
        "  epochscope slices last --split valid --match '*night*'",
    ),
    (
        _KNOW,
        "data",
        "data:data",
        "Check a data set before training",
        "epochscope data photos/\n  epochscope data photos/ --labels --out edits.csv\n"
        "  epochscope data cifar10 --recipe seed --preview 16 --out batch.npz",
    ),
    (
        _KNOW,
        "describe",
        "describe:describe",
        "List settings, recipes, plugins and versions",
        "epochscope describe\n  epochscope describe --json --full",
    ),
    (
        _KNOW,
        "compare",
        "compare:compare",
        "Train numpy and scikit-learn baselines to compare with",
        "epochscope compare digits\n  epochscope compare cifar10 --model cnn --seconds 60",
    ),
    (
        _KNOW,
        "cache",
        "storage:cache",
        "Show or free the disk space of cached files",
        "epochscope cache\n  epochscope cache --clean features",
    ),
    (
        _KNOW,
        "new-callback",
        "new_callback:new_callback",
        "Write a template for a callback of your own",
        "epochscope new-callback best_so_far\n  epochscope new-callback best_so_far --file --into callbacks/",
    ),
    (_KNOW, "gui", "window:gui", "Open the window", "epochscope gui\n  epochscope gui last"),
    (
        _KNOW,
        "assist",
        "rpc_server:assist",
        "Answer requests from a program, a line of JSON each",
        """echo '{"id": 1, "do": "ping"}' | epochscope assist""",
    ),
]
_ARGUMENTS = dict.fromkeys(("train", "lr-find", "search", "data", "compare"), "[OPTIONS] [DATA]") | {
    "predict": "[OPTIONS] RUN IMAGE...",
    "gui": "[RUN]",
}
"""Usage of commands with optional or repeated arguments, which cyclopts calls ARGS or leaves unmarked."""
_FOR_PROGRAMS = ("assist",)
"""Commands that people do not type: left out of the list."""
_FIRST_SPEAKS = 10.0
"""Seconds that another process gives the first one to say an error, if torchrun does not end it before."""
_OF_CONNECTIONS = ("distributed.lost", "distributed.connection", "distributed.stuck")
_NAMES = {name for _, name, *_ in _COMMANDS}


def build() -> App:
    """Make the application; a command's module is imported when the command is used.

    Returns:
        The application.
    """
    app = App(
        name="epochscope",
        help=_ABOUT,
        help_epilogue=_FIRST_STEPS,
        help_format="plaintext",
        version=__version__,
        version_format="plaintext",
    )
    for order, (group, name, place, text, example) in enumerate(_COMMANDS):
        heading = "Examples" if "\n" in example else "Example"
        more: dict[str, Any] = {"help_epilogue": f"{heading}:\n  {example}"} if example else {}
        if name in _ARGUMENTS:
            more["usage"] = f"Usage: epochscope {name} {_ARGUMENTS[name]}"
        more["show"] = name not in _FOR_PROGRAMS
        app.command(f"trainer.cli.{place}", name=name, group=group, help=text, sort_key=order, **more)
    for flag in ("--help", "--version"):
        app[flag].group = (_FLAGS,)
    return app


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line. Nothing is raised.

    Args:
        argv: Arguments without the program's name. None: those of the process.

    Returns:
        The exit code: 0 done, 1 a bug, 3 stopped, 130 interrupted, else that of the error (`trainer.errors`).
    """
    tokens = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in tokens
    tolerate_any_text()
    try:
        code = _dispatch([token for token in tokens if token != "--debug"])
        sys.stdout.flush()
        return code
    except EpochscopeError as error:
        if not _told_elsewhere(error):
            return show_error(error, debug=debug)
        # torchrun ends all processes when one has ended: the first one would be cut off before it has said why
        time.sleep(_FIRST_SPEAKS)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # whoever read our output has had enough; what is left must not fail again when the process ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        from trainer.engine.failure import as_known_error

        known = as_known_error(error)
        return show_error(known, debug=debug) if isinstance(known, EpochscopeError) else show_bug(error, debug=debug)


def _told_elsewhere(error: EpochscopeError) -> bool:
    """Whether the first of several processes says it: every error reaches that one, unless it is lost itself."""
    return placement().rank > 0 and not (error.code in _OF_CONNECTIONS and getattr(error, "rank", 0) <= 0)


def _dispatch(tokens: list[str]) -> int:
    app = build()
    _tell_all(app, tokens)
    tokens, problems = _without_unknown_flags(app, tokens)
    try:
        command, bound, unused, _ = app.parse_known_args(tokens, console=_help_console(tokens))
    except CycloptsError as error:
        raise _in_our_words(error, tokens, problems) from None
    problems += [_too_many(app, tokens, token) for token in unused]
    if problems:
        raise _refusal(problems + _problems_of(command, bound.arguments), tokens)
    return int(command(*bound.args, **bound.kwargs) or 0)


def _help_console(tokens: list[str]) -> Console | None:
    """As wide as the terminal is now: `runs`, made once, would keep the one that it used first."""
    if not _HELP.intersection(tokens):
        return None
    from rich.console import Console

    return Console()


def _tell_all(command: App, tokens: list[str]) -> None:
    """The list of commands shows a short text; the page of the one that `tokens` name shows all that it says of itself.
    The others are not imported for it."""
    for token in tokens:
        if token.startswith("-") or token not in list(command):
            return
        command = command[token]
        if command.default_command is not None:
            paragraphs = (inspect.getdoc(command.default_command) or command.help).split("\n\n")
            command.help = "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _without_unknown_flags(app: App, tokens: list[str]) -> tuple[list[str], list[str]]:
    """The tokens without flags that the command does not have (and their values), and a problem for each of those."""
    if _HELP.intersection(tokens):
        return tokens, []
    _, apps, _ = app.parse_commands(tokens)
    if apps[-1].default_command is None or getattr(apps[-1].default_command, "passes_on", False):
        return tokens, []
    known = {name for argument in apps[-1].assemble_argument_collection() for name in argument.names}
    kept: list[str] = []
    problems: list[str] = []
    dropping = False
    for index, token in enumerate(tokens):
        if token == "--":
            return kept + tokens[index:], problems
        name = token.split("=", 1)[0]
        if _is_flag(name):
            dropping = name not in known and "=" not in token
            if name not in known:
                problems.append(f"There is no flag {name}{_near(name, sorted(known | _HELP))}")
                continue
        elif dropping:
            dropping = False
            continue
        kept.append(token)
    return kept, problems


def _is_flag(token: str) -> bool:
    """Not `-`, not a negative number."""
    return len(token) > 1 and token[0] == "-" and not (token[1].isdigit() or token[1:2] == ".")


def _near(name: str, known: Sequence[str]) -> str:
    text = suggest(name, known)
    return text if text.startswith(", did") else ""


def _problems_of(command: Callable[..., Any], arguments: dict[str, Any]) -> list[str]:
    """What is wrong with the settings on the command line, so that everything is told at once."""
    check = getattr(command, "check", None)
    if check is None:
        return []
    try:
        check(arguments)
    except UsageError as error:
        return error.what.splitlines()
    return []


def _refusal(problems: list[str], tokens: list[str]) -> UsageError:
    return UsageError("usage", "\n".join(problems), fix=_help_command(tokens), problems="\n".join(problems))


def _too_many(app: App, tokens: list[str], token: str) -> str:
    """An argument that no one takes; after `runs` it was meant to be a command."""
    commands = [name for name in app[tokens[0]] if not name.startswith("-")]
    if commands:
        return f"There is no command '{tokens[0]} {token}'{suggest(token, commands)}"
    return f"{token!r} is an unexpected argument"


def _in_our_words(error: CycloptsError, tokens: list[str], problems: list[str]) -> UsageError:
    error.verbose = False
    match error:
        case UnknownCommandError():
            text = f"There is no command {tokens[0]!r}{suggest(tokens[0], [name for _, name, *_ in _COMMANDS])}"
        case MissingArgumentError(argument=argument) if argument is not None:
            flag = error.keyword or argument.name
            text = f"{flag} needs a value" if flag.startswith("-") else f"{flag} is missing"
        case RepeatArgumentError():
            text = f"{error.token.keyword} is given twice"
        case CoercionError(token=token) if token is not None:
            text = f"{token.keyword}: got {token.value!r}, expected {_expected(error.target_type)}"
        case _:
            text = str(error).strip()
    return _refusal([*problems, text], tokens)


def _expected(kind: Any) -> str:
    if choices := get_args(kind):
        return "one of " + ", ".join(map(str, choices))
    return {int: "a whole number", bool: "no value, or true or false"}.get(kind, "another value")


def _help_command(tokens: list[str]) -> str:
    command = f"epochscope {tokens[0]}" if tokens and tokens[0] in _NAMES else "epochscope"
    return f"`{command} --help` shows what there is"
