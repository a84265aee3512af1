"""The commands, and the way from a command line to an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from cyclopts import App, CycloptsError, Group, UnknownOptionError

from trainer.cli.output import show_bug, show_error, tolerate_any_text
from trainer.errors import EpochscopeError, UsageError
from trainer.settings import suggest
from trainer.version import __version__

INTERRUPTED = 130

_ABOUT = "Train an image classifier and see, while it happens, what it learns."
_FIRST_STEPS = """Examples:
  epochscope demo                    a small network learns digits, a minute
  epochscope train digits            the same data, the simplest model
  epochscope train photos/ --model cnn --epochs 20
  epochscope runs                    what has been trained

DATA is the name of a data set, or a folder with a folder of images per class.
RUN is the name of a run, the beginning of one, its folder, or `last`.
--debug after any command shows the traceback of an error."""

_TRAIN, _USE, _KNOW = (Group.create_ordered(name) for name in ("Train", "Use what was trained", "Know what there is"))

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
        "  epochscope train --settings runs/monday/run.toml --name again",
    ),
    (
        _TRAIN,
        "resume",
        "train:resume",
        "Go on with a run that was stopped, was killed or is paused",
        "epochscope resume last\n  epochscope resume monday --epochs 20",
    ),
    (_TRAIN, "pause", "control:pause", "Let a live run wait, with everything in memory", "epochscope pause last"),
    (
        _TRAIN,
        "stop",
        "control:stop",
        "End a live run; it can be resumed",
        "epochscope stop last\n  epochscope stop monday --after epoch",
    ),
    (
        _TRAIN,
        "checkpoint",
        "control:checkpoint",
        "Let a live run save its state now",
        "epochscope checkpoint last",
    ),
    (
        _USE,
        "evaluate",
        "use:evaluate",
        "Figures and reports of a run's best weights",
        "epochscope evaluate last\n  epochscope evaluate monday --json > figures.json",
    ),
    (
        _USE,
        "predict",
        "use:predict",
        "Classes of images the model has not seen",
        "epochscope predict last cat.jpg dog.png",
    ),
    (
        _KNOW,
        "runs",
        "runs:app",
        "List runs, or show one",
        "",
    ),
    (
        _KNOW,
        "data",
        "data:data",
        "Look at data before training: counts, sizes, faults",
        "epochscope data photos/\n  epochscope data cifar10 --recipe seed --preview 16 --out batch.npz",
    ),
    (
        _KNOW,
        "describe",
        "describe:describe",
        "Settings with ranges, recipes, plugins, versions",
        "epochscope describe\n  epochscope describe --json --full",
    ),
    (_KNOW, "gui", "window:gui", "Open the window", "epochscope gui\n  epochscope gui last"),
    (
        _KNOW,
        "assist",
        "assist:assist",
        "Answer a program's questions, a line of JSON each",
        """echo '{"id": 1, "do": "ping"}' | epochscope assist""",
    ),
]


def build() -> App:
    """The application; a command's module is imported when the command is used."""
    app = App(
        name="epochscope",
        help=_ABOUT,
        help_epilogue=_FIRST_STEPS,
        help_format="plaintext",
        version=__version__,
        version_format="plaintext",
    )
    for group, name, place, text, example in _COMMANDS:
        more: dict[str, Any] = {"help_epilogue": f"Example:\n  {example}"} if example else {}
        app.command(f"trainer.cli.{place}", name=name, group=group, help=text, **more)
    return app


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code (design section 8). Nothing is raised."""
    tokens = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in tokens
    tolerate_any_text()
    try:
        code = _dispatch([token for token in tokens if token != "--debug"])
        sys.stdout.flush()
        return code
    except EpochscopeError as error:
        return show_error(error, debug=debug)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # whoever read our output has had enough; what is left must not fail again when the process ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return show_bug(error, debug=debug)


def _dispatch(tokens: list[str]) -> int:
    app = build()
    tokens, problems = _without_unknown_flags(app, tokens)
    try:
        command, bound, unused, _ = app.parse_known_args(tokens)
    except CycloptsError as error:
        raise _in_our_words(error, tokens, problems) from None
    problems += [f"{token!r} is one argument too many" for token in unused]
    if problems:
        raise _refusal(problems + _problems_of(command, bound.arguments), tokens)
    return int(command(*bound.args, **bound.kwargs) or 0)


def _without_unknown_flags(app: App, tokens: list[str]) -> tuple[list[str], list[str]]:
    """The tokens without flags that the command does not have (and their values), and a problem for each of those."""
    try:
        _, apps, _ = app.parse_commands(tokens)
    except CycloptsError:
        return tokens, []
    if apps[-1].default_command is None or getattr(apps[-1].default_command, "passes_on", False):
        return tokens, []
    known = {name for argument in apps[-1].assemble_argument_collection() for name in argument.names}
    known |= {"--help", "-h", "--version"}
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
                problems.append(f"there is no flag {name}{_near(name, sorted(known))}")
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
    return UsageError("usage", "\n".join(problems), mend=_help_command(tokens), problems="\n".join(problems))


def _in_our_words(error: CycloptsError, tokens: list[str], problems: list[str]) -> UsageError:
    error.verbose = False
    text = str(error).strip().rstrip(".")
    if isinstance(error, UnknownOptionError):
        text = text.replace("Unknown option: ", "there is no flag ")
    return _refusal([*problems, text], tokens)


def _help_command(tokens: list[str]) -> str:
    names = {name for _, name, *_ in _COMMANDS}
    command = f"epochscope {tokens[0]}" if tokens and tokens[0] in names else "epochscope"
    return f"`{command} --help` shows what there is"
