"""`lr-find`: finds a learning rate by a range test. torch is imported once the settings are checked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from trainer.cli.flags import Json, Recipe, Runs, SettingsFile, gather, settings_flags
from trainer.cli.output import say, say_json, table
from trainer.cli.progress_bar import ProgressBar
from trainer.home_path import expanded
from trainer.settings import Settings
from trainer.store.folder import runs_root
from trainer.store.rate_curves import RateCurve, curve_path, write_curve
from trainer.text.number_format import counted

_STAGES = {
    "import": "loading PyTorch",
    "scan": "looking for images",
    "decode": "reading images",
    "download": "downloading",
    "extract": "computing features",
    "head": "training the head",
    "check": "checking",
    "compile": "compiling",
    "rates": "trying rates",
}
_TABLE_ROWS = 16
_ENDS = {
    "end": "all steps were made",
    "exploded": "the loss exploded",
    "not_finite": "the loss was no longer finite",
}
_RULES = {"steepest": "where the loss falls fastest", "valley": "the middle of the longest valley"}


@settings_flags()
def lr_find(
    data: Annotated[str | None, Parameter(help="Data set or folder of images [default: digits].")] = None,
    /,
    *,
    recipe: Recipe = None,
    settings: SettingsFile = None,
    low: Annotated[float, Parameter(help="First learning rate, above 0.", metavar="X")] = 1e-7,
    high: Annotated[float, Parameter(help="Last learning rate.", metavar="X")] = 10.0,
    steps: Annotated[int, Parameter(help="Optimiser steps, 20 to 10,000.", metavar="N")] = 200,
    rule: Annotated[
        Literal["steepest", "valley"], Parameter(help="Rule that picks the proposed rate.", show_choices=True)
    ] = "steepest",
    out: Annotated[
        Path | None, Parameter(help="JSON file for the curve [default: next to the runs].", metavar="FILE")
    ] = None,
    runs: Runs = None,
    json: Json = False,
    **given: Any,
) -> int:
    """Find a learning rate: train for a few hundred steps while the rate rises, and see where the loss falls.

    Accepts the flags of train and uses the same batches, model and optimiser; no run is created or changed. The test
    ends once the loss explodes. The same seed gives the same curve.

    The proposal is the rate at which the smoothed loss falls fastest (Smith 2017); with --rule valley, the middle of
    its longest valley (fastai's rule), which is lower. With a schedule, it is the peak rate.

    The curve is saved next to the runs; the report of a run with the same settings shows it.
    """
    made = gather(data, recipe, settings, given)
    root = runs_root(runs)
    path = expanded(out) if out else curve_path(root, made.model_dump())
    with ProgressBar(_STAGES) as progress:
        from trainer.search.rate_range import settings_range_test

        found = settings_range_test(made, root, low=low, high=high, steps=steps, rule=rule, progress=progress)
    write_curve(path, found)
    if json:
        say_json(document(found, path))
    else:
        say(*_lines(found, path))
    return 0


def rates_answer(settings: Settings, root: Path, steps: int, tell: Callable[[str, int, int], None]) -> dict[str, Any]:
    """Answer a window's request for a range test; the curve is stored as by the command.

    Args:
        settings: Settings of the run.
        root: Folder of all runs.
        steps: Optimiser steps.
        tell: Called with the stages of opening data, and "rates".

    Returns:
        What `lr-find --json` prints.

    Raises:
        UsageError: The settings cannot be used.
        DataError: The data cannot be used.
        DiskError: The curve cannot be written.
    """
    from trainer.search.rate_range import settings_range_test

    found = settings_range_test(settings, root, steps=steps, progress=tell)
    path = curve_path(root, settings.model_dump())
    write_curve(path, found)
    return document(found, path)


def document(curve: RateCurve, path: Path) -> dict[str, Any]:
    """Turn a curve into plain values.

    Args:
        curve: The curve.
        path: File that it is stored in.

    Returns:
        What `--json` prints.
    """
    from msgspec import to_builtins

    return {**to_builtins(curve), "file": path}


def _lines(curve: RateCurve, path: Path) -> list[str]:
    from trainer.cli.text_chart import log_curve

    lines = ["Smoothed training loss over the learning rate:", ""]
    lines += log_curve(curve.rates, curve.smoothed, curve.proposal)
    every = max(1, len(curve.rates) // _TABLE_ROWS)
    rows = [
        (f"{rate:.3g}", f"{loss:.4f}", f"{smoothed:.4f}")
        for rate, loss, smoothed in list(zip(curve.rates, curve.losses, curve.smoothed, strict=True))[::every]
    ]
    lines += ["", *table(("rate", "loss", "smoothed"), rows), ""]
    lines.append(f"{counted(len(curve.rates), 'step')}; {_ENDS[curve.stopped]}")
    for name, rate in curve.proposals.items():
        lines.append(f"{name:<9} {f'{rate:.3g}' if rate is not None else '-':>9}   {_RULES[name]}")
    lines.append("")
    if curve.proposal is None:
        lines.append("No proposal: the loss did not fall at any rate. Try more --steps, or another --low and --high.")
    else:
        lines.append(f"proposal: --lr {curve.proposal:.2g}   (the settings have {curve.present:.3g})")
    return [*lines, f"curve: {path}"]
