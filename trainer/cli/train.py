"""`train`, `resume` and `demo`. torch is imported by the engine, once the run folder exists."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from trainer.callback_files import CallbackFile
from trainer.cli.flags import Callbacks, Json, Recipe, Runs, SettingsFile, gather, settings_flags
from trainer.cli.output import called, note, say, say_json
from trainer.cli.run_view import INTERVALS, STOPPED, calibration_line, detached_line, report_lines, watch
from trainer.distributed.joined_group import process_group
from trainer.distributed.placement import placement
from trainer.errors import EpochscopeError, UsageError
from trainer.settings import Settings
from trainer.store.folder import RunFolder, find_run, runs_root, state
from trainer.text.number_format import counted

if TYPE_CHECKING:
    from trainer.callback import Callback
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
    callback: Callbacks = None,
    seeds: Annotated[
        int | None, Parameter(help="Train with N seeds, starting at --seed; report mean and spread.", metavar="N")
    ] = None,
    json: Json = False,
    **given: Any,
) -> int:
    """Train on a data set or a folder of images.

    DATA is digits (included), cifar10, cifar100, mnist or fashion-mnist (downloaded once), a folder with a sub-folder
    for each class, a CSV file, tar shards, or hf:NAME from the Hugging Face Hub. Each run has its own folder, from
    which it can be resumed.

    Ctrl-C finishes the step, saves and ends (exit 3); a second one ends at once.

    --seeds N trains N runs, NAME-s1234, NAME-s1235 and so on. The seed changes the order of the images, the initial
    weights, and the split if the data has none of its own. Ctrl-C stops the current run; completed ones are still
    reported.

    torchrun --nproc-per-node 2 -m trainer train DATA trains one run in two processes.
    """
    files = [CallbackFile.parse(text) for text in callback or ()]
    made = gather(data, recipe, settings, given, files)
    if (
        not json
        and not placement().rank
        and data is not None
        and (recipe, settings, given.get("model")) == (None, None, None)
    ):
        _propose(made)
    if seeds is not None:
        if placement().size > 1:
            raise UsageError(
                "distributed.seeds",
                "Several seeds are separate runs, which several processes cannot train together.",
                where="--seeds",
                fix="leave out torchrun, or --seeds",
            )
        from trainer.cli.seeds import train_seeds

        return train_seeds(made, seeds, runs_root(runs), name, _own(files, made, as_json=json), as_json=json)
    from trainer.launch import start

    own = _own(files, made, as_json=json)
    return _conduct(
        lambda *views: start(made, runs_root(runs), name=name, own=own(), callbacks=views, signals=True),
        as_json=json,
        files=files,
    )


def resume(
    run: Annotated[str, Parameter(help="Name, beginning of a name, folder, or `last`.")],
    /,
    *,
    epochs: Annotated[int | None, Parameter(help="Train until this many epochs in total.", metavar="N")] = None,
    callback: Callbacks = None,
    without: Annotated[
        list[str] | None,
        Parameter(help="Continue without this callback of the run.", metavar="NAME", negative=""),
    ] = None,
    runs: Runs = None,
    json: Json = False,
) -> int:
    """Resume a run that was stopped or killed, from its last checkpoint; or continue a paused one.

    A completed run continues only if --epochs asks for more than it has.

    A callback from a file (--callback) must be given again: a run folder does not store which file to run. Its state
    and options are restored. An installed callback of the same name takes its place.
    """
    files = [CallbackFile.parse(text) for text in callback or ()]
    folder = process_group().from_first(lambda: _found(runs_root(runs), run))
    now = process_group().from_first(lambda: state(folder))
    if now in ("paused", "running", "preparing") and placement().rank:
        return 0
    if now == "paused":
        from trainer.cli.control import ask

        return ask(folder, "unpause")
    if now in ("running", "preparing"):
        return _nothing_to_do(folder, now, f"{folder.name} is {now} already", json)
    if now == "completed" and not _wants_more(folder, epochs):
        more = "; --epochs N trains it to N epochs" if _resumable(folder) else ""
        more += f", {epochs} of which it has" if epochs is not None and more else ""
        return _nothing_to_do(folder, now, f"{folder.name} is completed{more}", json)
    from trainer.launch import read_settings
    from trainer.launch import resume as go_on

    own = _own(files, read_settings(folder), as_json=json)
    return _conduct(
        lambda *views: go_on(
            folder, epochs=epochs, own=own(), callbacks=views, without=set(without or ()), signals=True
        ),
        as_json=json,
        files=files,
    )


def _found(root: Path, run: str) -> RunFolder:
    from trainer.store.format_check import check_formats

    folder = find_run(root, run)
    check_formats(folder)
    return folder


def demo(
    *,
    epochs: Annotated[int, Parameter(help="Passes over all training images.", metavar="N")] = DEMO_EPOCHS,
    runs: Runs = None,
) -> int:
    """Train a small convolutional network on 1,797 handwritten digits: about a minute, no network needed.

    Opens the window if it is installed and there is a display, else trains in the terminal.
    """
    from trainer.plugins import load_command

    if entry_points(group="epochscope.commands", name="demo") and _has_display():
        root = ["--runs", str(runs)] if runs else []
        try:
            return int(load_command("demo")(["--epochs", str(epochs), *root]) or 0)
        except UsageError as error:
            if not error.code.startswith("gui."):
                raise
            note(error.what, f"  {error.fix}", "")
    from trainer.launch import start

    made = gather(None, "digits", None, {"train_epochs": str(epochs)})
    say(
        f"A small network learns to read handwritten digits: 1,437 images, {counted(epochs, 'epoch')}.",
        "The weights of its best epoch are kept, and judged on images it has never seen.",
        "",
    )
    code = _conduct(lambda *views: start(made, runs_root(runs), callbacks=views, signals=True), as_json=False)
    if code == 0:
        say(
            "",
            "try next:",
            "  epochscope train digits                   the simplest model on the same images",
            "  epochscope train photos/ --recipe photos  your own: a folder of images per class",
            "  epochscope train --help                   everything that can be set",
        )
    return code


def _own(files: Sequence[CallbackFile], made: Settings, *, as_json: bool) -> Callable[[], list[Callback]]:
    """Makes the callbacks of these files, with their options; what will be run is shown before it is."""
    from trainer.engine.settings_callbacks import make_callback

    for file in files:
        (note if as_json else say)(f"callback {file.name}: runs {file.path}")
    kinds = [(file.name, file.load()) for file in files]
    return lambda: [make_callback(name, kind, made.plugins.get(name, {})) for name, kind in kinds]


def _propose(made: Settings) -> None:
    """A line about the recipe that fits better than the default model, for someone who has chosen neither."""
    from trainer.data.source_names import is_name

    if is_name(made.data.source):
        return
    from trainer.recommendation import MANY, pretrained_installed, recommend, source_facts

    try:
        fitting = recommend(source_facts(made.data), pretrained=True).recipe
    except EpochscopeError:
        return  # the run will say so
    if fitting == "photos":
        text = f"hint: --recipe photos uses a pretrained network: best below {MANY:,} images per class"
        note(text + ("" if pretrained_installed() else "; it needs: pip install 'epochscope[pretrained]'"))


def _has_display() -> bool:
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _wants_more(folder: RunFolder, epochs: int | None) -> bool:
    from trainer.store.summary import find

    summary = find(folder.summary)  # None: it is damaged; the journal said that the run is completed
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
    if placement().rank:
        return 0
    if as_json:
        say_json({"run": folder.path, "status": now, "message": text})
    else:
        say(text)
    return 0


def _conduct(work: Callable[..., Result], *, as_json: bool, files: Sequence[CallbackFile] = ()) -> int:
    """Train with the run shown, then print what came of it; the exit code. Of several processes the first one does
    that; to torchrun any code but 0 is a crash, after which it would start a run again that was meant to stop."""
    stopped = 0 if placement().launched else STOPPED
    if placement().rank:
        return 0 if work().status == "completed" else stopped
    result = watch(work, as_json=as_json)
    if as_json:
        say_json(_document(result))
    else:
        _tell(result, files)
    return 0 if result.status == "completed" else stopped


def _tell(result: Result, files: Sequence[CallbackFile]) -> None:
    for evaluation in result.evaluations.values():
        say(*report_lines(evaluation))
    if result.evaluations:
        say("", INTERVALS)
    if result.calibration is not None:
        say(calibration_line(result.calibration))
    for one in result.detached:
        say("", f"warning: {detached_line(one.callback, one.hook, one.epoch, one.error)}")
    if result.run_dir is None:
        return
    folder = RunFolder(result.run_dir)
    say("", f"run: {folder.path}")
    if result.status == "completed":
        say(f"see: epochscope runs show {called(folder)}", f"use: epochscope predict {called(folder)} IMAGE...")
    else:
        named = "".join(f" --callback {shlex.quote(str(file))}" for file in files)
        say(f"stopped and saved; resume it with: epochscope resume {called(folder)}{named}")


def _document(result: Result) -> Mapping[str, Any]:
    from msgspec import to_builtins

    return {
        "status": result.status,
        "reason": result.reason,
        "run": result.run_dir,
        "detached": [to_builtins(one) for one in result.detached],
        "best_epoch": result.best_epoch,
        "best_loss": result.best_loss,
        "epochs": [to_builtins(epoch) for epoch in result.epochs],
        "evaluations": {split: evaluation.plain() for split, evaluation in result.evaluations.items()},
        "calibration": result.calibration.plain() if result.calibration is not None else None,
    }
