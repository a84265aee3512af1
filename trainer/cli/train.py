"""`train`, `resume` and `demo`: what trains. torch is imported by the engine, after the run folder is there."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from trainer.cli.flags import Json, Recipe, Runs, SettingsFile, gather, settings_flags
from trainer.cli.output import called, note, say, say_json
from trainer.cli.run_view import INTERVALS, STOPPED, report_lines, watch
from trainer.errors import UsageError
from trainer.store.folder import RunFolder, default_root, find_run, state
from trainer.store.format_check import check_formats

if TYPE_CHECKING:
    from trainer.result import Result

DEMO_EPOCHS = 50


@settings_flags()
def train(
    data: Annotated[str | None, Parameter(help="Data set or folder of images [default: digits].")] = None,
    /,
    *,
    recipe: Recipe = None,
    settings: SettingsFile = None,
    runs: Runs = None,
    name: Annotated[
        str | None, Parameter(help="Name of the run [default: date, data and model].", metavar="NAME")
    ] = None,
    seeds: Annotated[
        int | None, Parameter(help="Train N times, from --seed on, and report mean and spread.", metavar="N")
    ] = None,
    json: Json = False,
    **given: Any,
) -> int:
    """Train on a data set or a folder of images.

    DATA is digits (comes along), cifar10, cifar100, mnist, fashion-mnist (downloaded once), or a folder with a folder
    of images per class. Everything is written to a folder of its own, from which the run can be resumed.

    Ctrl-C finishes the step, saves and ends (exit 3); a second one ends at once.

    With --seeds N there are N runs, NAME-s1234, NAME-s1235 and so on. The seed changes the order of the images, the
    first weights, and the split where the data brings none of its own. Ctrl-C stops the run at work; those that are
    completed are reported.
    """
    made = gather(data, recipe, settings, given)
    if seeds is not None:
        from trainer.cli.seeds import train_seeds

        return train_seeds(made, seeds, _root(runs), name, as_json=json)
    from trainer.launch import start

    return _conduct(lambda *views: start(made, _root(runs), name=name, callbacks=views, signals=True), as_json=json)


def resume(
    run: Annotated[str, Parameter(help="Name, beginning of a name, folder, or `last`.")],
    /,
    *,
    epochs: Annotated[int | None, Parameter(help="Train to this many epochs in all.", metavar="N")] = None,
    runs: Runs = None,
    json: Json = False,
) -> int:
    """Go on with a run that was stopped or killed, from its last checkpoint; or let a paused one go on.

    A completed run goes on only where --epochs asks for more than it has.
    """
    folder = find_run(_root(runs), run)
    check_formats(folder)
    now = state(folder)
    if now == "paused":
        from trainer.cli.control import ask

        return ask(folder, "unpause")
    if now in ("running", "preparing"):
        return _nothing_to_do(folder, now, f"{folder.name} is {now} already", json)
    if now == "completed" and not _wants_more(folder, epochs):
        more = "; --epochs N trains it to N epochs" if _resumable(folder) else ""
        return _nothing_to_do(folder, now, f"{folder.name} is completed{more}", json)
    from trainer.launch import resume as go_on

    return _conduct(lambda *views: go_on(folder, epochs=epochs, callbacks=views, signals=True), as_json=json)


def demo(
    *,
    epochs: Annotated[int, Parameter(help="How often all images are seen.", metavar="N")] = DEMO_EPOCHS,
    runs: Runs = None,
) -> int:
    """Train a small convolutional network on 1,797 handwritten digits: about a minute, no network needed.

    Opens the window where it is installed and there is a display, else trains in the terminal.
    """
    from trainer.plugins import load_command

    if entry_points(group="epochscope.commands", name="demo") and _has_display():
        root = ["--runs", str(runs)] if runs else []
        try:
            return int(load_command("demo")(["--epochs", str(epochs), *root]) or 0)
        except UsageError as error:
            if not error.code.startswith("gui."):
                raise
            note(error.what, f"  {error.mend}", "")
    from trainer.launch import start

    made = gather(None, "digits", None, {"train_epochs": str(epochs)})
    say(
        f"A small network learns to read handwritten digits: 1,437 images, {epochs} epochs.",
        "The weights of its best epoch are kept, and judged on images it has never seen.",
        "",
    )
    code = _conduct(lambda *views: start(made, _root(runs), callbacks=views, signals=True), as_json=False)
    if code == 0:
        say(
            "",
            "try next:",
            "  epochscope train digits                   the simplest model on the same images",
            "  epochscope train photos/ --recipe photos  your own: a folder of images per class",
            "  epochscope train --help                   everything that can be set",
        )
    return code


def _root(runs: Path | None) -> Path:
    return runs.expanduser() if runs else default_root()


def _has_display() -> bool:
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _wants_more(folder: RunFolder, epochs: int | None) -> bool:
    from trainer.store.summary import read

    summary = read(folder.summary)
    return epochs is not None and (summary is None or epochs > summary.epoch)


def _resumable(folder: RunFolder) -> bool:
    """Whether the command line could build its model again."""
    from trainer.launch import read_settings

    try:
        read_settings(folder)
    except UsageError:
        return False
    return True


def _nothing_to_do(folder: RunFolder, now: str, text: str, as_json: bool) -> int:
    if as_json:
        say_json({"run": folder.path, "status": now, "message": text})
    else:
        say(text)
    return 0


def _conduct(work: Callable[..., Result], *, as_json: bool) -> int:
    """Train with the run shown, then print what came of it; the exit code."""
    result = watch(work, as_json=as_json)
    if as_json:
        say_json(_document(result))
    else:
        _tell(result)
    return 0 if result.status == "completed" else STOPPED


def _tell(result: Result) -> None:
    for evaluation in result.evaluations.values():
        say(*report_lines(evaluation))
    if result.evaluations:
        say("", INTERVALS)
    if result.run_dir is None:
        return
    folder = RunFolder(result.run_dir)
    say("", f"run: {folder.path}")
    if result.status == "completed":
        say(f"see: epochscope runs show {called(folder)}", f"use: epochscope predict {called(folder)} IMAGE...")
    else:
        say(f"stopped and saved; go on with: epochscope resume {called(folder)}")


def _document(result: Result) -> Mapping[str, Any]:
    from msgspec import to_builtins

    return {
        "status": result.status,
        "reason": result.reason,
        "run": result.run_dir,
        "best_epoch": result.best_epoch,
        "best_loss": result.best_loss,
        "epochs": [to_builtins(epoch) for epoch in result.epochs],
        "evaluations": {split: evaluation.plain() for split, evaluation in result.evaluations.items()},
    }
