"""`export`: a run as a file for other programs. torch is imported only for formats that hold a model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from trainer.cli.control import RunName
from trainer.cli.flags import Json, Runs
from trainer.cli.output import note, say, say_json
from trainer.export import FORMATS, choose, export_run
from trainer.store.folder import find_run, runs_root

_FORMATS = "; ".join(f"{name}: {one.help}" for name, one in FORMATS.items())


def export(
    run: RunName,
    /,
    *,
    format_: Annotated[
        str | None,
        Parameter(name="--format", help=f"{_FORMATS} [default: by the extension of --out].", metavar="FORMAT"),
    ] = None,
    out: Annotated[
        Path | None, Parameter(help="File to write [default: RUN.FORMAT in the current folder].", metavar="FILE")
    ] = None,
    force: Annotated[bool, Parameter(help="Overwrite an existing file.", negative="", show_default=False)] = False,
    language: Annotated[
        Literal["en", "ru"] | None, Parameter(help="Language of report and figures [default: en].", show_default=False)
    ] = None,
    with_: Annotated[
        tuple[str, ...],
        Parameter(
            name="--with",
            help="Run to compare with in the report; repeatable.",
            metavar="RUN",
            negative="",
            show_default=False,
        ),
    ] = (),
    heat_maps: Annotated[
        bool,
        Parameter(
            help="Show in the report where the model looked in the hardest images [default: yes].", show_default=False
        ),
    ] = True,
    runs: Runs = None,
    json: Json = False,
) -> int:
    """Export a model or a run's data to a file that other programs understand.

    The weights are the best ones, or the last ones of a run without validation. A model file is
    read back and must reproduce the logits of the run's own weights. onnx and pt2 take raw pixels, uint8 (N, H, W, C),
    any number of images. Every format carries class names, normalisation and input size as JSON, and the `temperature`
    to divide raw logits by for calibrated probabilities.

    The run may still be training, and its data set is not needed. A report is one HTML file that needs nothing else.
    """
    root = runs_root(runs)
    folder = find_run(root, run)
    name, path = choose(folder, format_, out, force=force)
    options: dict[str, Any] = {"language": language} if language else {}
    if with_:
        options["compared"] = [find_run(root, other) for other in with_]
    if not heat_maps:
        options["heat_maps"] = False
    if not json:
        note(f"exporting {folder.name} as {name} ...")
    made = export_run(folder, name, path, force=force, **options)
    if json:
        facts = {"run": made.run, "format": made.format, "path": made.path.absolute(), "bytes": made.bytes}
        say_json({**facts, "seconds": made.seconds, **made.facts})
        return 0
    weights = f", {made.facts['weights']} weights, of epoch {made.facts['epoch']}" if "weights" in made.facts else ""
    say(f"{made.path}: {_bytes(made.bytes)}{weights}", made.facts["checked"])
    return 0


def _bytes(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 100_000 else f"{count:,} bytes"
