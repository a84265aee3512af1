"""The state of a run as plain values: recorded once for each golden run, and read again by the tests.

No Qt. Everything here comes from the run's files; nothing is computed by a model.
"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from gui.viewmodels.curves_csv import csv_chunks
from gui.viewmodels.eta import outlook
from gui.viewmodels.folder_check import examine
from gui.viewmodels.journal_follower import JournalFollower
from gui.viewmodels.run import RunModel
from gui.viewmodels.run_list import RunList
from gui.viewmodels.run_state import RunState
from gui.viewmodels.selection import OpenRun
from trainer.baselines.entries import Contestant
from trainer.baselines.outcome import Outcome
from trainer.cli import main
from trainer.events import spell_non_finite
from trainer.pace import Pace
from trainer.report import document
from trainer.settings import merge
from trainer.store.folder import RunFolder
from trainer.store.journal import read_journal

EXPORTED = ("figures", "json", "csv", "csv-classes")


def state_of(root: Path, name: str, place: Path) -> dict[str, Any]:
    """All there is of one run under `root`; exported files are written below `place`."""
    folder = RunFolder(root / name)
    found = {
        "window": _window(folder),
        "row": _row(root, name),
        "listed": _listed(root, name),
        "shown": _shown(root, name),
        "report": document(folder),
        "exported": _exported(root, name, place),
        "metrics": folder.metrics.read_text("utf-8").splitlines(),
        "baseline": _baseline(folder),
    }
    text = json.dumps(spell_non_finite(found), ensure_ascii=False, allow_nan=False, default=msgspec.to_builtins)
    plain: dict[str, Any] = json.loads(text.replace(json.dumps(str(root))[1:-1], "ROOT"))
    return plain


def command(*arguments: object) -> tuple[int, str]:
    """Exit code and standard output of the command line; its standard error where there is no output."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([str(argument) for argument in arguments])
    return code, out.getvalue() or err.getvalue()


def json_output(*arguments: object) -> Any:
    """The document that the command line gives with --json."""
    code, text = command(*arguments, "--json")
    assert code == 0, text
    return json.loads(text)


def opened_run(folder: RunFolder) -> OpenRun:
    """The run as the window opens it, its journal read to the end."""
    follower = JournalFollower(folder)
    while True:
        follower.tick()
        if follower.caught_up:
            return OpenRun(folder, follower)


def _window(folder: RunFolder) -> dict[str, Any]:
    run = opened_run(folder)
    run_state = RunState(run)
    estimate = outlook(run.model, run_state.state, Pace())
    return {
        "state": run_state.state,
        "enabled": sorted(run_state.enabled),
        "custom": run_state.custom,
        "phase": estimate.phase,
        "share": estimate.share,
        "elapsed": estimate.elapsed,
        "damaged_lines": run.follower.damaged,
        "problems": [[one.file, one.problem] for one in examine(folder, run.model, run.follower.alive)],
        "curves": b"".join(csv_chunks([(folder.name, run.model)])).decode().split("\r\n"),
        **_model(run.model),
    }


def _model(model: RunModel) -> dict[str, Any]:
    return {
        "info": model.info,
        "ended": model.ended,
        "epoch": model.epoch,
        "step": model.step,
        "seconds": model.seconds,
        "began": model.began,
        "best": [model.best_epoch, model.best_loss],
        "epochs": model.epochs.column("epoch").tolist(),
        "steps": model.batches.column("step").tolist(),
        "not_finite": model.nan_steps,
        "verdicts": _pairs(
            (
                epoch,
                {
                    "precision": verdict.precision.tolist(),
                    "recall": verdict.recall.tolist(),
                    "f1": verdict.f1.tolist(),
                    "support": verdict.support.tolist(),
                    "confusion": verdict.confusion.tolist(),
                },
            )
            for epoch, verdict in model.verdicts.items()
        ),
        "evaluations": _pairs(model.evaluations.items()),
        "messages": [[message.seq, message.wall, message.kind, message.values] for message in model.messages],
        "checkpoints": _pairs(model.checkpoints.items()),
        "predictions": _pairs(model.predictions.items()),
        "weights": _pairs(model.weights.items()),
        "images": model.images,
        "answers": _pairs(model.answers.items()),
    }


def _pairs(found: Iterable[tuple[Any, Any]]) -> list[list[Any]]:
    """Sorted. A mapping whose keys are data: an additional key is as wrong as a missing one."""
    return sorted(([key, value] for key, value in found), key=lambda pair: str(pair[0]))


def _row(root: Path, name: str) -> dict[str, Any]:
    """Its row in the window's list of runs."""
    runs = RunList(root)
    runs.refresh()
    row = runs.get(name)
    assert row is not None
    return {"state": row.state, "problem": row.problem, "summary": row.summary}


def _listed(root: Path, name: str) -> Any:
    return next(entry for entry in json_output("runs", "list", "--runs", root) if entry["name"] == name)


def _shown(root: Path, name: str) -> Any:
    found = json_output("runs", "show", name, "--runs", root)
    # the command lists them by the time of their files, which a version control system does not keep
    found["checkpoints"].sort(key=lambda file: file["name"])
    return found


def _exported(root: Path, name: str, place: Path) -> list[list[Any]]:
    """Of figures only the names: how they are drawn may change."""
    found: dict[str, Any] = {}
    for kind in EXPORTED:
        path = place / (f"{name}-{kind}.csv" if kind.startswith("csv") else f"{name}.{kind}")
        code, text = command("export", name, "--format", kind, "--out", path, "--runs", root, "--json")
        if kind == "csv-classes" and code:
            found[kind] = code  # a run that was not evaluated has no such table
            continue
        assert code == 0, text
        if kind == "figures":
            found[kind] = sorted(file.name for file in path.iterdir())
            found |= {file.name: file.read_text("utf-8").splitlines() for file in path.glob("*.csv")}
        elif kind == "json":
            document_of = json.loads(path.read_text("utf-8"))
            found[kind] = {key: document_of[key] for key in ("history", "validations")}
        else:
            found[kind] = path.read_text("utf-8").splitlines()
    return _pairs(found.items())


def _baseline(folder: RunFolder) -> dict[str, Any]:
    """The run as a comparison with baselines would read it."""
    outcome = Outcome(Contestant("golden", "pytorch", merge()), folder)
    outcome.take_in(read_journal(folder.journal).records)
    document_of = outcome.document()
    return {"epochs": [epoch.epoch for epoch in outcome.epochs], "curve": document_of["curve"], "row": outcome.row()}


KEYED = ("f1_by_epoch", "evaluation")
"""Mappings of a document whose keys are data."""
COMPUTED = ("accuracy_interval", "macro_f1_interval")
"""Computed from counts by libraries whose rounding may change between versions."""


def differences(found: Any, recorded: Any, at: str = "") -> list[str]:
    """Where the two disagree. Fields that a later version added are ignored."""
    if isinstance(recorded, Mapping) and isinstance(found, Mapping):
        keyed = at.rpartition("/")[2] in KEYED
        extra = [f"{at}/{key}: not recorded" for key in found if key not in recorded] if keyed else []
        missing = [f"{at}/{key}: missing" for key in recorded if key not in found]
        both = (key for key in recorded if key in found)
        within = (line for key in both for line in differences(found[key], recorded[key], f"{at}/{key}"))
        return [*extra, *missing, *within]
    if isinstance(recorded, list) and isinstance(found, list) and len(found) == len(recorded):
        pairs = enumerate(zip(found, recorded, strict=True))
        return [line for place, (one, other) in pairs for line in differences(one, other, f"{at}[{place}]")]
    if isinstance(recorded, float) and at.rpartition("/")[2].partition("[")[0] in COMPUTED:
        return [] if abs(found - recorded) < 1e-9 else [f"{at}: {found!r}, recorded {recorded!r}"]
    return [] if found == recorded else [f"{at}: {found!r}, recorded {recorded!r}"]
