"""`new-callback`: a callback to begin with, as a package that can be installed or as one file. [no torch]"""

from __future__ import annotations

import keyword
import re
import shlex
from importlib.util import find_spec
from pathlib import Path
from string import Template
from typing import Annotated

from cyclopts import Parameter

from trainer.cli.output import say
from trainer.errors import UsageError
from trainer.home_path import expanded
from trainer.resources import resource
from trainer.store import durable
from trainer.store.output_file import write_output
from trainer.version import __version__

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}", re.ASCII)
_TAKEN = {"Any", "Callback", "Check", "Phase", "RunContext", "RunStarted", "UsageError", "ValidationDone"}
"""Names that the files use themselves."""


def new_callback(
    name: Annotated[str, Parameter(help="Name of the callback, such as best_so_far.")],
    /,
    *,
    file: Annotated[
        bool, Parameter(help="Write a single file and its test instead of a package.", negative="", show_default=False)
    ] = False,
    into: Annotated[
        Path, Parameter(help="Folder to write into [default: this one].", metavar="DIR", show_default=False)
    ] = Path(),
) -> int:
    """Write a template for a callback of your own: it works as it is, and has tests.

    A package is found by its name once it is installed: train --callbacks NAME. A file is named by its path:
    train --callback NAME.py:Name. Nothing is overwritten.
    """
    module, kind = _names(name)
    into = expanded(into)
    texts = _file(module, into) if file else _package(module, into)
    _refuse_existing(texts if file else {_root(module, into): ""})
    values = {"module": module, "class_name": kind, "distribution": _distribution(module), "version": __version__}
    for path, template in texts.items():
        text = resource("templates", "callback", f"{template}.template").read_text("utf-8") if template else ""
        durable.ensure_folder(path.parent)
        write_output(path, Template(text).substitute(values).encode())
    say(*(f"wrote {path}" for path in texts), "", "next:", *_next(module, kind, into, file=file))
    return 0


def _names(name: str) -> tuple[str, str]:
    """Of module and class. Raises UsageError `new_callback.name`."""
    module = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    kind = "".join(part[:1].upper() + part[1:] for part in module.split("_"))
    if not _NAME.fullmatch(name) or keyword.iskeyword(module) or keyword.issoftkeyword(module):
        better = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_").lstrip("0123456789_").lower()[:60]
        better = better if better and better != module else f"my_{better or 'callback'}"
        raise UsageError(
            "new_callback.name",
            f"{name!r} cannot be the name of a callback.",
            expected="at most 64 letters, digits and _, starting with a letter; not a Python keyword",
            fix=f"epochscope new-callback {better}",
            name=name,
        )
    if kind in _TAKEN or find_spec(module) is not None:
        raise UsageError(
            "new_callback.taken",
            f"There is already a Python module or class {name!r}, which this one would hide.",
            fix=f"choose another name, such as my_{module}",
            name=name,
        )
    return module, kind


def _distribution(module: str) -> str:
    return f"epochscope-{module.replace('_', '-')}"


def _root(module: str, into: Path) -> Path:
    return into / _distribution(module)


def _package(module: str, into: Path) -> dict[Path, str]:
    """Template of each file; empty for an empty one."""
    root = _root(module, into)
    return {
        root / "pyproject.toml": "pyproject",
        root / "README.md": "readme",
        root / "src" / module / "__init__.py": "module",
        root / "src" / module / "py.typed": "",
        root / "tests" / f"test_{module}.py": "test",
    }


def _file(module: str, into: Path) -> dict[Path, str]:
    return {into / f"{module}.py": "module", into / f"test_{module}.py": "test"}


def _refuse_existing(paths: dict[Path, str]) -> None:
    if there := [path for path in paths if path.exists() or path.is_symlink()]:
        raise UsageError(
            "new_callback.exists",
            f"{there[0]} already exists; nothing is overwritten.",
            where=str(there[0].absolute()),
            fix="choose another name, or another folder with --into",
            path=str(there[0]),
        )


def _next(module: str, kind: str, into: Path, *, file: bool) -> list[str]:
    if file:
        path, test = (shlex.quote(str(into / name)) for name in (f"{module}.py", f"test_{module}.py"))
        return [f"  python -m pytest {test}", f"  epochscope train digits --callback {path}:{kind}"]
    root = shlex.quote(str(_root(module, into)))
    return [
        f"  python -m pip install -e {root}",
        f"  python -m pytest {root}",
        f"  epochscope train digits --callbacks {module}",
    ]
