"""What a run has learnt and noted, as files for elsewhere. [no torch at import]

`FORMATS` is the table of formats. Whatever leaves here was read back first: a model's file is in place only once it has
given the logits of the run's own weights.
"""

from __future__ import annotations

import mimetypes
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from trainer.errors import UsageError
from trainer.home_path import expanded
from trainer.store.folder import RunFolder
from trainer.text.suggestion import alternatives, suggest

Facts = dict[str, Any]
"""Plain values that describe an exported file. `checked`, a sentence for people, is always among them."""


_FILE_TYPES = frozenset(mimetypes.MimeTypes().types_map[True])
"""Suffixes that stand for a kind of file everywhere, the same on every machine; `.5` is not one."""


class Format(NamedTuple):
    """An export format.

    Attributes:
        suffix: Suffix of the file, such as `.onnx`; of a folder one without a dot, such as `-figures`.
        write: `module:function`, imported when used. The function is called as `(folder: RunFolder, path: Path,
            **options) -> Facts` and makes the file or folder at `path`, durably, and only once it has been checked.
        help: What the format holds, for help texts.
        takes: Names of the options that `write` accepts. Default: none.
    """

    suffix: str
    write: str
    help: str
    takes: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    """Other endings that a file of this format may have."""


FORMATS: dict[str, Format] = {
    "safetensors": Format(".safetensors", "trainer.export.weights:write_safetensors", "the weights, without any code"),
    "pt": Format(".pt", "trainer.export.weights:write_pt", "the weights as a state dict of PyTorch", also=(".pth",)),
    "onnx": Format(".onnx", "trainer.export.graph:write_onnx", "the model, from raw pixels to logits"),
    "pt2": Format(".pt2", "trainer.export.graph:write_pt2", "the same for PyTorch (torch.export)"),
    "huggingface": Format(
        "-huggingface",
        "trainer.export.model_repository:write_repository",
        "a folder for a Hugging Face repository: weights, configuration, model card",
    ),
    "csv": Format(".csv", "trainer.export.tables:write_epochs", "a row per epoch"),
    "csv-classes": Format(
        ".classes.csv", "trainer.export.tables:write_classes", "a row per split and class", also=(".csv",)
    ),
    "json": Format(".json", "trainer.export.tables:write_json", "everything recorded about the run"),
    "report": Format(
        ".html",
        "trainer.export.report:write_page",
        "one HTML page to share",
        ("language", "compared", "heat_maps"),
        (".htm",),
    ),
    "figures": Format(
        "-figures",
        "trainer.export.report:write_figures",
        "a folder of its figures and tables",
        ("language", "compared"),
    ),
    "tensorboard": Format(
        "-tensorboard", "trainer.export.trackers:write_tensorboard", "a folder for tensorboard --logdir"
    ),
    "mlflow": Format("-mlflow", "trainer.export.trackers:write_mlflow", "a folder with a store for mlflow ui"),
}


@dataclass(frozen=True)
class Exported:
    """A file, or a folder of files, that was written and checked.

    Attributes:
        run: Name of the run.
        format: Name of the format, a key of `FORMATS`.
        path: The file or folder.
        bytes: Total size in bytes.
        seconds: Seconds that the export took.
        facts: What the format says about it.
    """

    run: str
    format: str
    path: Path
    bytes: int
    seconds: float
    facts: Facts


def export_run(
    folder: RunFolder,
    format_name: str | None = None,
    out: str | Path | None = None,
    *,
    force: bool = False,
    **options: Any,
) -> Exported:
    """Export a run in one of the `FORMATS`. It needs no lock: a live run can be exported.

    A file name gets the suffix of the format unless it already has one of a known file type: `model-0.5` becomes
    `model-0.5.onnx`, `model.bin` stays.

    Args:
        folder: Folder of the run.
        format_name: Name of the format. None: the suffix of `out` decides.
        out: File or folder to write; for an existing folder, a file of the default name goes into it. None: the run's
            name with the format's suffix, in the current folder.
        force: Replace a file that exists. Default: False.
        **options: Options of the format. Report and figures: `language` ("en" or "ru") and `compared` (folders of other
            runs); report only: `heat_maps` (where the model looked, default True).

    Returns:
        What was written.

    Raises:
        UsageError: `export.format`, `export.option`, `export.exists`, `export.no_folder`, `export.custom`,
            `export.failed`, `onnx.missing`, `tracker.missing`, `run.no_checkpoint`, `run.no_history` or
            `run.no_evaluation`.
        DiskError: Writing failed; `export.unreadable` or `export.differs`: the file does not give back what was
            written.
    """
    name, path = choose(folder, format_name, out, force=force)
    for option in options:
        if option not in FORMATS[name].takes:
            raise _not_for(name, option)
    from trainer.store.format_check import check_formats

    check_formats(folder)
    start = time.perf_counter()
    facts = _function(FORMATS[name])(folder, path, **options)
    return Exported(folder.name, name, path, _size(path), time.perf_counter() - start, facts)


def choose(
    folder: RunFolder, format_name: str | None = None, out: str | Path | None = None, *, force: bool = False
) -> tuple[str, Path]:
    """Choose format and path as `export_run` does, without writing anything.

    Args:
        folder: Folder of the run.
        format_name: As for `export_run`.
        out: As for `export_run`.
        force: As for `export_run`.

    Returns:
        Name of the format, and the path of the file or folder.

    Raises:
        UsageError: `export.format`, `export.exists` or `export.no_folder`.
    """
    name = format_name if format_name is not None else _format_of(out)
    if name not in FORMATS:
        raise _unknown(name)
    path = _target(folder, FORMATS[name], out)
    if not force and os.path.lexists(path):
        raise _exists(path)
    return name, path


def _format_of(out: str | Path | None) -> str:
    """The format with the longest suffix that `out` ends in; "" where there is none."""
    ending = [name for name, one in FORMATS.items() if out is not None and str(out).lower().endswith(one.suffix)]
    return max(ending, key=lambda name: len(FORMATS[name].suffix), default="")


def _function(chosen: Format) -> Callable[..., Facts]:
    module, _, function = chosen.write.partition(":")
    found: Callable[..., Facts] = getattr(import_module(module), function)
    return found


def _target(folder: RunFolder, chosen: Format, out: str | Path | None) -> Path:
    default = folder.path.resolve().name + chosen.suffix
    path = Path(default) if out is None else expanded(out)
    if out is not None and "." in chosen.suffix:
        if path.is_dir():
            path = path / default
        elif path.suffix.lower() not in _FILE_TYPES:  # who writes both --format onnx and --out x.bin means it
            path = with_suffix(path, chosen.suffix, *chosen.also)
    if not path.absolute().parent.is_dir():
        raise UsageError(
            "export.no_folder",
            f"There is no folder {path.absolute().parent}.",
            where="--out",
            fix="create it first, or choose another",
            path=str(path.absolute().parent),
        )
    return path


def with_suffix(path: Path, suffix: str, *also: str) -> Path:
    """Append a suffix to a file name unless it has one already. A dot alone does not make a suffix: `v1.5` is a name.

    Args:
        path: Any path.
        suffix: Suffix to append, with its dot.
        *also: Suffixes that are accepted as they are. Case does not matter.

    Returns:
        `path` itself or with `suffix` appended to its name.
    """
    name = path.name.lower()
    known = any(name.endswith(ending) and name != ending for ending in (suffix, *also))
    return path if known else path.with_name(path.name + suffix)


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else (path,)
    return sum(file.stat().st_size for file in files if file.is_file())


def _unknown(name: str) -> UsageError:
    known = ", ".join(FORMATS)
    if not name:
        return UsageError(
            "export.format",
            "No format was given.",
            where="--format",
            expected=f"one of {known}",
            fix="--format onnx, or a file name that says it, such as --out model.onnx",
        )
    what = f"There is no format {name!r}{suggest(name, list(FORMATS))}"
    return UsageError(
        "export.format",
        what,
        where="--format",
        expected=f"one of {known}",
        name=name,
        **alternatives(name, list(FORMATS)),
    )


def _not_for(name: str, option: str) -> UsageError:
    able = [known for known, one in FORMATS.items() if option in one.takes]
    flag = {"compared": "--with", "heat_maps": "--no-heat-maps"}.get(option, f"--{option}")
    return UsageError(
        "export.option",
        f"The format {name!r} does not take {flag}.",
        where=flag,
        expected=f"{flag} with {' or '.join(able)}" if able else "an option of the format",
        name=name,
        option=flag,
    )


def _exists(path: Path) -> UsageError:
    return UsageError(
        "export.exists",
        f"{path} already exists.",
        where=str(path.absolute()),
        fix="choose another name with --out; --force overwrites it",
        path=str(path),
    )
