"""`train --seeds N`: the same training with several seeds, and how much the metrics vary. torch is imported late."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.cli.output import called, number, say, say_json, table
from trainer.cli.run_view import STOPPED, detached_line, watch
from trainer.errors import UsageError
from trainer.metrics.significance import Spread
from trainer.repetition import Repetition
from trainer.settings import Settings, merge
from trainer.store.folder import RunFolder
from trainer.store.run_creation import check_name, dated_name, is_free

if TYPE_CHECKING:
    from trainer.callback import Callback
    from trainer.result import Result

SCORES = (("macro_f1", "F1"), ("accuracy", "accuracy"))
CHANGES = (
    "From run to run the seed changes the order of the images, the first weights, and the split where the data brings",
    "none of its own. The spread is that of the seeds; the noise of the images is in each run's own intervals.",
)


@dataclass(frozen=True)
class Seeded:
    """One of several runs."""

    seed: int
    """Its seed."""
    result: Result
    """Its result."""

    @property
    def name(self) -> str:
        """Name of its run folder; empty if it has none."""
        return self.result.run_dir.name if self.result.run_dir is not None else ""

    def score(self, split: str, key: str) -> float:
        """Get a score.

        Args:
            split: Name of the split.
            key: `accuracy` or `macro_f1`.

        Returns:
            The score, in [0, 1].
        """
        return float(getattr(self.result.evaluations[split].metrics, key))


def train_seeds(
    settings: Settings,
    count: int,
    root: Path,
    name: str | None,
    own: Callable[[], list[Callback]],
    *,
    as_json: bool,
) -> int:
    """Train several runs NAME-s1234, NAME-s1235, ... one after the other, and print their metrics.

    A run that is stopped (Ctrl-C) is saved like any other and is the last one; the completed ones are reported. If a
    run fails, they are reported, too, before its error is raised.

    Args:
        settings: Settings of all runs; the seed is that of the first.
        count: Number of runs, 2 or more.
        root: Folder of all runs.
        name: Beginning of their names. None: date, data and model.
        own: Makes the callbacks from files, for each run.
        as_json: Print JSON.

    Returns:
        The exit code: 0, or 3 if a run was stopped.

    Raises:
        UsageError: Before training: `seeds.count`: fewer than 2 runs; `run.exists`: a run of one of the names exists;
            `run.name`: the name cannot be used.
    """
    seeds = range(settings.train.seed, settings.train.seed + count)
    names = _names(settings, seeds, root, name)
    plans = [merge(settings.model_dump(), {"train": {"seed": seed}}) for seed in seeds]
    from trainer.launch import start

    done: list[Seeded] = []
    stopped: RunFolder | None = None
    try:
        for seed, run, made in zip(seeds, names, plans, strict=True):
            if not as_json:
                say("", f"== seed {seed}: run {run}, {len(done) + 1} of {count}")
            result = watch(
                lambda *views, made=made, run=run: start(
                    made, root, name=run, own=own(), callbacks=views, signals=True
                ),
                as_json=as_json,
            )
            if result.status != "completed":
                stopped = RunFolder(root / run)
                break
            done.append(Seeded(seed, result))
    except KeyboardInterrupt:
        pass  # between two runs: there is nothing to save
    finally:
        # also where a run failed: what the others came to is worth as much
        if done or stopped is not None:
            _tell(done, count, stopped, as_json)
    return 0 if len(done) == count else STOPPED


def _names(settings: Settings, seeds: range, root: Path, name: str | None) -> list[str]:
    """Names of the runs. Raises UsageError `seeds.count`, `run.name`, `run.exists`."""
    if len(seeds) < 2:
        raise UsageError(
            "seeds.count",
            f"--seeds {len(seeds)} leaves nothing to compare.",
            expected="2 or more; 5 are enough for most purposes",
            fix="leave --seeds out to train once",
        )
    stem = name or dated_name(f"{Path(settings.data.source).name}-{settings.model}")
    names = [check_name(f"{stem}-s{seed}") for seed in seeds]
    if there := [found for found in names if not is_free(root / found)]:
        raise UsageError(
            "run.exists",
            f"There is already a run named {' and '.join(map(repr, there))}.",
            where=str(root),
            fix=f"Choose another --name; or train more of these: --seed {seeds.stop} continues after the last one.",
            name=there[0],
        )
    return names


# --- what came of it


def _tell(done: Sequence[Seeded], count: int, stopped: RunFolder | None, as_json: bool) -> None:
    if as_json:
        say_json(_document(done, count, stopped))
        return
    say("", f"{len(done)} of {count} runs are completed")
    if done:
        say(*_table(done), "", *CHANGES)
    for one in done:
        for lost in one.result.detached:
            say("", f"warning: {one.name}: {detached_line(lost.callback, lost.hook, lost.epoch, lost.error)}")
    if stopped is not None:
        say("", f"{stopped.name} was stopped and saved; resume it with: epochscope resume {called(stopped)}")


def _columns(done: Sequence[Seeded]) -> Iterator[tuple[str, str, str]]:
    """Split, field and heading of each column."""
    for split in done[0].result.evaluations:
        for key, title in SCORES:
            yield split, key, f"{split} {title}{_over(done, split) if key == 'macro_f1' else ''}"


def _over(done: Sequence[Seeded], split: str) -> str:
    """Of how many classes macro-F1 is the mean, where that is not all of them in every run."""
    found = [one.result.evaluations[split].metrics for one in done]
    some, count = sorted({one.macro_classes for one in found}), len(found[0].f1)
    if some[0] == count:
        return ""
    return f" ({some[0]} of {count} classes)" if len(some) == 1 else f" ({some[0]} to {some[-1]} of {count} classes)"


def spreads(done: Sequence[Seeded]) -> dict[str, dict[str, Spread]]:
    """Summarise the scores of several runs.

    Args:
        done: The completed runs.

    Returns:
        Mean, standard deviation and interval by split, then by `macro_f1` and `accuracy`.
    """
    return Repetition(tuple(one.result for one in done), tuple(one.seed for one in done), "seed").spreads


def _table(done: Sequence[Seeded]) -> list[str]:
    columns, found = list(_columns(done)), spreads(done)
    rows = [(one.name, *(number(one.score(split, key)) for split, key, _ in columns)) for one in done]
    between = [found[split][key] for split, key, _ in columns]
    rows.append(("mean", *(number(one.mean) for one in between)))
    if len(done) > 1:
        rows.append(("standard deviation", *(number(one.sd) for one in between)))
        for place, title in enumerate(("95 % of the mean, from", "to")):
            rows.append((title, *(number(one.interval[place]) if one.interval else "-" for one in between)))
    heads = ("run", *(title for *_, title in columns))
    spare = [title for *_, title in columns if not title.startswith("test")]
    return table(heads, rows, left=("run",), spare=spare)


def _document(done: Sequence[Seeded], count: int, stopped: RunFolder | None) -> dict[str, Any]:
    runs = [
        {
            "name": one.name,
            "path": one.result.run_dir,
            "seed": one.seed,
            "best_epoch": one.result.best_epoch,
            "evaluations": {split: found.plain() for split, found in one.result.evaluations.items()},
        }
        for one in done
    ]
    between = {split: {key: asdict(one) for key, one in found.items()} for split, found in spreads(done).items()}
    return {"wanted": count, "runs": runs, "spread": between, "stopped": stopped.path if stopped else None}
