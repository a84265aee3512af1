"""`search`: finds settings by trying them. torch and Optuna are imported once the flags are checked."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from trainer.cli.flags import Json, Recipe, Runs, SettingsFile, gather, settings_flags
from trainer.cli.output import note, number, say, say_json, table
from trainer.cli.run_view import STOPPED, watch
from trainer.errors import EpochscopeError, UsageError
from trainer.search.search_plan import TRIALS, Pruner, Sampler, SearchPlan
from trainer.search.search_space import Dimension, default_space, parse_space, read_space
from trainer.settings import Settings
from trainer.store.folder import default_root, runs_root
from trainer.store.run_creation import dated_name
from trainer.store.search_folder import MonitorName, SearchRecord, list_searches, ranked
from trainer.text.number_format import DASH, counted
from trainer.text.suggestion import alternatives

_MONITORS = {"loss": "validation loss", "accuracy": "validation accuracy", "macro_f1": "validation macro-F1"}


@settings_flags()
def search(
    data: Annotated[str | None, Parameter(help="Data set or folder of images [default: digits].")] = None,
    /,
    *,
    recipe: Recipe = None,
    settings: SettingsFile = None,
    runs: Runs = None,
    name: Annotated[
        str | None,
        Parameter(help="Name of the search; its runs are NAME-1, NAME-2 and so on.", metavar="NAME"),
    ] = None,
    trials: Annotated[
        int | None, Parameter(help=f"Runs in all, finished ones included [default: {TRIALS}].", metavar="N")
    ] = None,
    space: Annotated[
        tuple[str, ...],
        Parameter(
            help="A setting and the values to try: NAME=LOW..HIGH, NAME=LOW..HIGH:log, NAME=A,B,C; repeatable "
            "[default: by model].",
            metavar="NAME=SPEC",
            negative="",
            show_default=False,
        ),
    ] = (),
    space_file: Annotated[
        Path | None, Parameter(help="TOML file with such lines in a [space] table.", metavar="FILE")
    ] = None,
    monitor: Annotated[
        MonitorName | None,
        Parameter(help="Metric on the validation images to rank trials by [default: loss].", show_choices=True),
    ] = None,
    trial_epochs: Annotated[
        int | None, Parameter(help="Epochs of each trial [default: --epochs].", metavar="N")
    ] = None,
    pruner: Annotated[
        Pruner | None,
        Parameter(
            help="When to end a trial early: if it is worse than the median of the others [default: median].",
            show_choices=True,
        ),
    ] = None,
    sampler: Annotated[
        Sampler | None, Parameter(help="How the next values are chosen [default: tpe].", show_choices=True)
    ] = None,
    json: Json = False,
    **given: Any,
) -> int:
    """Search settings with Optuna: train runs with different values and find the best.

    Accepts the flags of train; --space names what to vary. Each trial is a separate run, NAME-1, NAME-2 and so on,
    with the tag NAME. Trials are ranked by their best epoch on the validation images, never on the test
    images. The same --seed gives the same trials.

    Ctrl-C finishes the step, saves and ends (exit 3). `epochscope search --name NAME`, without data or settings,
    continues the interrupted trial, even after a kill; --trials N raises the total.
    """
    root = runs_root(runs)
    asked = {"trials": trials, "monitor": monitor, "trial_epochs": trial_epochs, "pruner": pruner, "sampler": sampler}
    options: dict[str, Any] = {key: value for key, value in asked.items() if value is not None}
    described = any(value is not None for value in (data, recipe, settings, space_file, *given.values())) or space
    if name is not None and not described:
        plan = replace(_kept(root, name), **options)
    else:
        made = gather(data, recipe, settings, given)
        plan = SearchPlan(made, _space(space, space_file) or _proposed(made), **options)
    source = Path(plan.settings.data.source).name
    return _search(plan, root, name or dated_name(f"{source}-search"), as_json=json)


def _kept(root: Path, name: str) -> SearchPlan:
    from trainer.search.parameter_search import kept_plan

    plan = kept_plan(root, name)
    if plan is None:
        near = alternatives(name, [folder.name for folder in list_searches(root)]).get("similar")
        raise UsageError(
            "search.unknown",
            f"There is no search {name!r} to continue.",
            where=str(root),
            fix=f"{f'Did you mean {near}? ' if near else ''}A new search names its data: epochscope search digits ...",
            name=name,
        )
    return plan


def _space(lines: tuple[str, ...], file: Path | None) -> tuple[Dimension, ...]:
    """What the file says, unless a flag says otherwise of the same setting."""
    found = {one.name: one for one in read_space(file)} if file is not None else {}
    found |= {one.name: one for one in parse_space(lines)}
    return tuple(found.values())


def _proposed(settings: Settings) -> tuple[Dimension, ...]:
    """With no batch that is larger than the training set, where its size can be told without opening it."""
    from trainer.recommendation import source_facts, split_sizes

    try:
        images = split_sizes(source_facts(settings.data), settings.data)["train"]
    except EpochscopeError:
        return default_space(settings)
    return default_space(settings, images)


def _search(plan: SearchPlan, root: Path, name: str, *, as_json: bool) -> int:
    from trainer.search.parameter_search import ParameterSearch

    tell = note if as_json else say

    def announce(place: int, run: str, values: dict[str, Any]) -> None:
        tell("", f"== trial {place} of {plan.trials}: run {run}", f"   {_values(values)}")

    made = ParameterSearch(
        plan, root, name, announce=announce, conduct=lambda work: watch(work, as_json=as_json), signals=True
    )
    continued = ", continued" if made.continued else ""
    tell(f"search {name}{continued}: {counted(plan.trials, 'trial')}, {_MONITORS[plan.monitor]} decides")
    tell(*(f"   {one.name} = {one.text}" for one in plan.space))
    record = made.run()
    command = best_command(record, plan, root)
    if as_json:
        from msgspec import to_builtins

        say_json({**to_builtins(record), "command": command, "folder": made.folder.path})
    else:
        say(*_lines(record, command))
    if record.state == "stopped":
        note("", f"stopped; go on with it: {shlex.join(['epochscope', 'search', '--name', name, *_runs(root)])}")
        return STOPPED
    return 0


def best_command(record: SearchRecord, plan: SearchPlan, root: Path) -> str:
    """Make the command that trains the best trial in full.

    Args:
        record: Record of the search.
        plan: Plan of the search.
        root: Folder of all runs.

    Returns:
        The command; empty if no trial was completed.
    """
    best = record.best_trial
    if best is None:
        return ""
    words = ["epochscope", "train", "--settings", str(root / best.run / "run.toml")]
    if plan.trial_epochs is not None:
        words += ["--epochs", str(plan.settings.train.epochs)]
    return shlex.join([*words, "--name", f"{record.name}-best", *_runs(root)])


def _runs(root: Path) -> list[str]:
    return [] if root.resolve() == default_root().resolve() else ["--runs", str(root)]


def _values(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {_value(value)}" for name, value in values.items())


def _value(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value).lower() if isinstance(value, bool) else str(value)


def _lines(record: SearchRecord, command: str) -> list[str]:
    names = [one.name for one in record.space]
    heads = ("run", "state", *names, "epoch", _MONITORS[record.monitor])
    rows = [
        (
            one.run,
            one.error or one.state,
            *(_value(one.values[name]) if name in one.values else DASH for name in names),
            str(one.epoch or DASH),
            number(one.value),
        )
        for one in ranked(record.trials, record.monitor)
    ]
    lines = ["", f"{record.finished} of {record.wanted} trials have ended", ""]
    lines += table(heads, rows, left=("run", "state"), spare=("epoch", "state"))
    if record.importance:
        shares = ", ".join(f"{name} {share:.0%}" for name, share in record.importance.items())
        lines += ["", f"importance: {shares}"]
    best = record.best_trial
    if best is None:
        return [*lines, "", "no trial was completed"]
    lines += ["", f"best: {best.run}, {_MONITORS[record.monitor]} {number(best.value)}: {_values(best.values)}"]
    return [*lines, f"train it: {command}"]
