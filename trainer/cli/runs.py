"""`runs list`, `runs show` and `runs diff`: what has been trained. [no torch]"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import App, Parameter

from trainer.cli.control import RunName
from trainer.cli.flags import Json, Runs
from trainer.cli.output import called, number, say, say_json, table
from trainer.cli.run_view import detached_line
from trainer.settings.toml import dumps
from trainer.store import notes
from trainer.store.folder import RunEntry, RunFolder, find_run, list_runs, runs_root
from trainer.store.run_search import RunSearch
from trainer.store.summary import LIVE, Summary
from trainer.text.number_format import clock, counted, over_classes, shape_text
from trainer.text.time_format import local_text

_EXAMPLE = "\n  ".join(
    (
        "Example:",
        "epochscope runs",
        "epochscope runs --search 'cnn completed'",
        "epochscope runs show last",
        "epochscope runs diff monday last",
    )
)
Search = Annotated[
    str,
    Parameter(
        help="Only runs with each of these words in name, status, data, model, recipe, tags or note.",
        metavar="TEXT",
        show_default=False,
    ),
]
_HEADS = ("name", "status", "data", "model", "epoch", "best", "loss", "F1", "time", "started")

app = App(name="runs", help="List runs, show one, or compare two.", help_format="plaintext", help_epilogue=_EXAMPLE)
app.command(
    "trainer.cli.diff:diff",
    name="diff",
    help="Compare two runs: settings, metrics, and what is within noise",
    help_epilogue="Example:\n  epochscope runs diff monday tuesday\n  epochscope runs diff monday last --split valid",
)


@app.command(
    name="list",
    help_epilogue="Example:\n  epochscope runs list\n  epochscope runs list --search 'cnn completed' --json",
)
@app.default
def list_(*, search: Search = "", runs: Runs = None, json: Json = False) -> int:
    """List all runs, the latest first.

    `best` is the epoch with the smallest validation loss, or with the best value of the metric that the run monitors;
    `loss` and `F1` are the metrics of that epoch. `lost`: the process ended unexpectedly; such a run can be resumed. A
    narrow terminal shows fewer columns.
    """
    root = runs_root(runs)
    every = list_runs(root)
    wanted = RunSearch(search)
    entries = [
        one for one in every if wanted.finds(one.folder.name, one.state, one.summary, notes.read(one.folder.viewer))
    ]
    if json:
        say_json([_entry(entry) for entry in entries])
        return 0
    if every and not entries:
        say(f"no run matches: {search}", "all of them: epochscope runs")
        return 0
    if not entries:
        say(f"no runs in {root} yet", "start with: epochscope demo")
        return 0
    heads: tuple[str, ...] = _HEADS
    rows = [_row(entry) for entry in entries]
    if any(entry.summary and entry.summary.recipe for entry in entries):
        heads = (*heads, "recipe")
        rows = [(*row, _recipe(entry)) for row, entry in zip(rows, entries, strict=True)]
    say(*table(heads, rows, left=("name", "status", "data", "model", "recipe"), spare=_SPARE))
    for entry in entries:
        if entry.problem:
            say(f"{entry.folder.name}: {entry.problem}")
    return 0


_SPARE = ("started", "recipe", "model", "data", "time", "best")


def _entry(entry: RunEntry) -> dict[str, Any]:
    about = msgspec.to_builtins(entry.summary) if entry.summary else {}
    place = {"name": entry.folder.name, "path": entry.folder.path}
    return {**place, **about, "status": entry.state, "problem": entry.problem}


def _row(entry: RunEntry) -> tuple[str, ...]:
    found = entry.summary or Summary()
    return (
        entry.folder.name,
        entry.state,
        Path(found.data).name or "-",
        found.model or "-",
        f"{found.epoch}/{found.epochs or '?'}",
        str(found.best_epoch or "-"),
        number(found.best_loss),
        number(found.best_macro_f1, 3) + (" ({}/{})".format(*over) if (over := found.best_macro_f1_of) else ""),
        clock(found.elapsed),
        local_text(found.started_at) or "-",
    )


def _recipe(entry: RunEntry) -> str:
    return (entry.summary.recipe if entry.summary else "") or "-"


@app.command(help_epilogue="Example:\n  epochscope runs show last\n  epochscope runs show monday --json")
def show(run: RunName, /, *, runs: Runs = None, json: Json = False) -> int:
    """Show one run: settings, attempts, best epoch, checkpoints, metrics, and damaged lines of its journal if any."""
    folder = find_run(runs_root(runs), run)
    from trainer.store.inspect import run_facts

    found = run_facts(folder)
    if json:
        say_json(found)
    else:
        say(*_page(folder, found))
    return 0


def _page(folder: RunFolder, found: dict[str, Any]) -> Iterator[str]:
    summary, attempts = found["summary"], found["attempts"]
    yield f"{found['name']}: {found['status']}" + (f" ({summary['reason']})" if summary["reason"] else "")
    yield str(folder.path)
    yield from _about_training(found, summary, attempts)
    yield from _about_attempts(attempts, found["status"])
    for one in found["detached"]:
        yield from ("", detached_line(one["callback"], one["hook"], one["epoch"], one["error"]))
    if found["evaluation"]:
        yield from _about_evaluation(found["evaluation"])
    yield from _about_reported(**found["reported"])
    if found["checkpoints"]:
        yield from ("", "checkpoints")
        yield from (f"  {file['name']}  {file['bytes'] / 1e6:.1f} MB" for file in found["checkpoints"])
    if found["settings"]:
        yield from _about_settings(found["settings"], attempts)
    if found["journal"]["damaged"]:
        yield from ("", f"damaged lines of the journal: {found['journal']['damaged']}")
        yield from (f"  line {one['line']}: {one['reason']}" for one in found["journal"]["damaged_lines"])
    if found["log"]:
        yield from ("", f"log: {found['log']}")
    if found["status"] in ("stopped", "failed", "lost") and not found["settings"].get("custom"):
        yield f"resume it with: epochscope resume {called(folder)}"


def _about_reported(scalars: dict[str, Any], pictures: dict[str, Any]) -> Iterator[str]:
    if scalars or pictures:
        yield from ("", "reported by callbacks, the last of each")
        rows = [(name, number(one["value"]), f"epoch {one['epoch']}") for name, one in scalars.items()]
        rows += [(name, one["path"], f"epoch {one['epoch']}") for name, one in pictures.items()]
        heads = ("name", "value", "when")
        yield from ("  " + line for line in table(heads, rows, left=heads)[1:])


def _about_settings(settings: dict[str, Any], attempts: list[dict[str, Any]]) -> Iterator[str]:
    yield from ("", "settings")
    from_files = next((one["file_callbacks"] for one in reversed(attempts) if "file_callbacks" in one), ())
    for line in dumps(settings).splitlines():
        beside = line.startswith("callbacks = ") and from_files
        more = f"  # from a file: {', '.join(from_files)}" if beside else ""
        yield f"  {line}{more}".rstrip()


def _about_evaluation(found: dict[str, Any]) -> Iterator[str]:
    from trainer.metrics.significance import in_brackets

    yield from ("", "evaluation")
    heads: tuple[str, ...] = ("split", "weights", "images", "loss")
    heads += ("accuracy (95 % interval)", "macro-F1 (95 % interval)")
    rows: list[tuple[str, ...]] = [
        (
            name,
            one["weights"],
            f"{one['samples']:,}",
            _figure(one, "loss"),
            *(f"{_figure(one, key)} {in_brackets(one[f'{key}_interval'])}" for key in ("accuracy", "macro_f1")),
        )
        for name, one in found.items()
    ]
    overs = [over_classes(one["macro_f1_classes"], len(one["classes"])) for one in found.values()]
    if any(overs):
        heads = (*heads, "macro-F1 of")
        rows = [(*row, over or "all classes") for row, over in zip(rows, overs, strict=True)]
    own = dict.fromkeys(name for one in found.values() for name in one.get("metrics", ()))
    heads = (*heads, *own)
    rows = [
        (*row, *(number(one.get("metrics", {}).get(name)) for name in own))
        for row, one in zip(rows, found.values(), strict=True)
    ]
    spare = ("weights", "loss", *reversed(own))
    yield from ("  " + line for line in table(heads, rows, left=("split", "weights"), spare=spare))


def _figure(one: dict[str, Any], key: str) -> str:
    value = one.get(key)
    return number(float(value)) if value is not None else "-"


def _about_training(found: dict[str, Any], summary: dict[str, Any], attempts: list[dict[str, Any]]) -> Iterator[str]:
    started = next((one for one in reversed(attempts) if "device" in one), None)
    yield ""
    epochs = f"epoch {summary['epoch']} of {summary['epochs'] or '?'}"
    recipe = f" (recipe {summary['recipe']})" if summary["recipe"] else ""
    yield f"{summary['model'] or '?'}{recipe} on {summary['data'] or '?'}, {epochs}"
    if started:
        sizes = ", ".join(f"{size:,} {split}" for split, size in started["split_sizes"].items())
        shape = shape_text(started["input_shape"])
        yield f"{started['parameters']:,} parameters, {len(started['classes'])} classes, input {shape}; images: {sizes}"
    if edits := found["edits"]:
        changed, left_out = counted(edits["relabelled"], "label"), counted(edits["left_out"], "image")
        yield f"edited: {changed} changed, {left_out} left out"
    if summary["best_epoch"]:
        yield _about_best(summary, found["best"] or {})


def _about_best(summary: dict[str, Any], best: dict[str, Any]) -> str:
    """By what it was chosen, where that is not the loss, and its figures."""
    monitor = best.get("monitor", "loss")
    by = "" if monitor == "loss" else f" ({'highest' if best['mode'] == 'max' else 'lowest'} {monitor})"
    over = over_classes(*summary["best_macro_f1_of"]) if "best_macro_f1_of" in summary else ""
    figures = {"validation loss": summary["best_loss"]}
    figures |= {"accuracy": best["value"]} if monitor == "accuracy" else {}
    figures |= {f"macro-F1{f' ({over})' if over else ''}": summary["best_macro_f1"], **best.get("metrics", {})}
    told = ", ".join(f"{name} {number(value)}" for name, value in figures.items())
    return f"best: epoch {summary['best_epoch']}{by}, {told}"


def _about_attempts(attempts: list[dict[str, Any]], now: str) -> Iterator[str]:
    yield from ("", "attempts")
    heads = ("no.", "started", "from step", "to step", "epoch", "time", "device", "ended")
    rows = []
    for one in attempts:
        going = one is attempts[-1] and now in LIVE
        ended = one["status"] or (now if going else "lost")
        rows.append(
            (
                str(one["attempt"]),
                local_text(one.get("started_at", "-")),
                str(one.get("resumed_step", "-")),
                str(one["step"]) + (f" (kept {one['kept_step']})" if one["kept_step"] < one["step"] else ""),
                str(one["epoch"]),
                clock(one["seconds"]),
                one.get("device", "-"),
                f"{ended}: {one['reason']}" if one["reason"] else ended,
            )
        )
    yield from ("  " + line for line in table(heads, rows, left=("started", "device", "ended")))
