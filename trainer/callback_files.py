"""Callbacks out of files that a person names: `--callback FILE.py:NAME`, or FILE.py with one class. [no torch]

Loading one runs its file. No run folder names such a file, so that nothing is ever run that was not asked for.
"""

from __future__ import annotations

import ast
import hashlib
import sys
import traceback
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from trainer.callback import Callback
from trainer.errors import UsageError
from trainer.home_path import expanded
from trainer.text.suggestion import suggest

FORM = "FILE.py:NAME"


class CallbackFile(NamedTuple):
    """A class in a file of Python."""

    path: Path
    name: str

    @classmethod
    def parse(cls, text: str) -> CallbackFile:
        """What `FILE.py:NAME` names, or FILE.py with one callback in it, which is read but not run.

        Raises UsageError `callback_file.form`, `callback_file.missing`, `callback_file.choose` where a name is needed,
        or `callback_file.broken` where that cannot be told.
        """
        file, _, name = (text, "", "") if text.endswith(".py") else text.rpartition(":")
        if not file.endswith(".py") or not (name.isidentifier() or file == text):
            raise UsageError(
                "callback_file.form",
                f"--callback {text} does not name a class in a file.",
                expected=FORM,
                fix=f"for example: --callback {_example(text)}",
                text=text,
            )
        path = expanded(file).absolute()
        if not path.is_file():
            raise UsageError(
                "callback_file.missing",
                f"There is no file {path}.",
                where=f"--callback {text}",
                fix="name the file by its path, from the current folder",
                path=str(path),
            )
        return cls(path, name or _only_class(path))

    def __str__(self) -> str:
        return f"{self.path}:{self.name}"

    def load(self) -> type[Callback]:
        """Run the file and return the class.

        Raises UsageError `callback_file.broken` where the file raises, `callback_file.no_class` where it has no such
        callback.
        """
        module = _run(self.path)
        found = vars(module).get(self.name)
        if isinstance(found, type) and issubclass(found, Callback):
            return found
        there = [name for name, value in vars(module).items() if isinstance(value, type) and _is_own(value, module)]
        raise UsageError(
            "callback_file.no_class",
            f"There is no callback {self.name!r} in {self.path.name}{suggest(self.name, there)}",
            where=str(self.path),
            expected="a class derived from trainer.Callback",
            fix=f"name one of its callbacks, as {FORM}",
            name=self.name,
            file=self.path.name,
        )


def _only_class(path: Path) -> str:
    """The name of the one callback in a file, by its source alone."""
    try:
        found = [one for one in ast.parse(path.read_bytes()).body if isinstance(one, ast.ClassDef) and one.bases]
    except (OSError, ValueError, SyntaxError) as error:
        raise _broken(error, path) from error
    direct = [one for one in found if any(ast.unparse(base).endswith("Callback") for base in one.bases)]
    names = [one.name for one in direct or found]
    if len(names) == 1:
        return names[0]
    raise UsageError(
        "callback_file.choose",
        f"{path.name} has {len(names)} callbacks{': ' if names else ''}{', '.join(names)}.",
        where=str(path),
        expected=FORM,
        fix=f"name one, such as --callback {path.name}:{names[0] if names else 'MyCallback'}",
        file=path.name,
        names=", ".join(names),
    )


def _example(text: str) -> str:
    """As it was meant, perhaps."""
    file = text.partition(":")[0]
    return f"{file if file.endswith('.py') else 'my_callback.py'}:MyCallback"


def _is_own(kind: type, module: ModuleType) -> bool:
    return issubclass(kind, Callback) and kind.__module__ == module.__name__


def _run(path: Path) -> ModuleType:
    """The module of a file; it is run once in a process. Modules beside it can be imported, as by a script."""
    name = f"{path.stem}_{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"
    if name in sys.modules:
        return sys.modules[name]
    spec = spec_from_file_location(name, path)
    assert spec is not None, "a file of Python has a loader"
    assert spec.loader is not None
    module = sys.modules[name] = module_from_spec(spec)
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))  # last: it hides nothing that is installed
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # it may raise anything
        del sys.modules[name]
        raise _broken(error, path) from error
    return module


def _broken(error: BaseException, path: Path) -> UsageError:
    return UsageError(
        "callback_file.broken",
        f"{path.name} cannot be loaded: {type(error).__name__}: {error}",
        where=_place(error, path),
        fix="correct the file; `python FILE.py` shows the whole error",
        file=path.name,
        error=f"{type(error).__name__}: {error}",
    )


def _place(error: BaseException, path: Path) -> str:
    """The file, and the line where it went wrong."""
    line = error.lineno if isinstance(error, SyntaxError) and error.filename in (str(path), "<unknown>") else None
    frames = traceback.extract_tb(error.__traceback__)
    line = line or next((frame.lineno for frame in reversed(frames) if frame.filename == str(path)), None)
    return f"{path}:{line}" if line else str(path)
