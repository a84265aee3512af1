"""A comparison from beginning to end: the entries, their runs, and the files about them. [no torch]"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from trainer.baselines.entries import PLAIN, Solver, contestants
from trainer.baselines.further_metrics import LabelMetric, check_metrics
from trainer.baselines.outcome import COLUMNS, Outcome, Point, columns, marks
from trainer.baselines.runner import Interrupts, Watcher, hold, prepare, started_at
from trainer.baselines.table import as_csv, as_markdown, machine
from trainer.data.source_names import check_source
from trainer.errors import EpochscopeError, UsageError
from trainer.events import spell_non_finite
from trainer.home_path import expanded
from trainer.plotting.line_chart import Frame, Line, line_chart
from trainer.plotting.svg import MARKS, SERIES, standalone
from trainer.plotting.texts import Texts
from trainer.settings import Settings, merge
from trainer.store.environment import versions
from trainer.store.file_set import write_files
from trainer.store.folder import default_root
from trainer.text.csv_text import csv_bytes

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class BaselineComparison:
    """The outcome of a comparison.

    Attributes:
        settings: What all entries share: data and seed.
        outcomes: One per entry, in the order they were trained.
        folder: Where the files are.
        interrupts: How often Ctrl-C was pressed.
    """

    settings: Settings
    outcomes: list[Outcome]
    folder: Path
    interrupts: int = 0

    @property
    def finished(self) -> list[Outcome]:
        """Outcomes of the entries that completed: the rows of the table."""
        return [one for one in self.outcomes if one.status == "completed"]

    @property
    def first_error(self) -> EpochscopeError | None:
        """Error of the first entry that failed; None if none did."""
        return next((one.error for one in self.outcomes if one.error is not None), None)

    @property
    def frame(self) -> pd.DataFrame:
        """A row per finished entry; `attrs["folder"]` names the folder of the files."""
        import pandas as pd

        frame = pd.DataFrame([one.row() for one in self.finished], columns=list(columns(self.finished)))
        frame.attrs["folder"] = str(self.folder)
        return frame

    @property
    def title(self) -> str:
        """What was compared on which data."""
        return f"{', '.join(one.contestant.name for one in self.finished) or 'nobody'} on {self.data}"

    @property
    def data(self) -> str:
        """Name of the data; of a folder, the last part of its path."""
        return Path(self.settings.data.source).name

    @property
    def images(self) -> str:
        """Number of images in each split, in words."""
        started = next((one.history.info for one in self.outcomes if one.history.info is not None), None)
        return ", ".join(f"{size:,} {split}" for split, size in started.split_sizes.items()) if started else "none"

    def document(self) -> dict[str, Any]:
        """Return everything as plain values for JSON.

        Returns:
            Rows, times until marks were reached, entries, machine and versions.
        """
        names = marks(self.finished)
        return {
            "data": self.settings.data.source,
            "seed": self.settings.train.seed,
            "folder": str(self.folder),
            "rows": [one.row() for one in self.finished],
            "reached": {
                one.contestant.name: {f"{mark:.2f}": one.reached(mark) for mark in names} for one in self.finished
            },
            "contestants": [one.document() for one in self.outcomes],
            "machine": machine(),
            "versions": versions(),
        }

    def write(self) -> None:
        """Write compare.csv, .md, .json and .svg: all of them or none.

        Raises:
            DiskError: A file could not be written.
        """
        facts = f"Images: {self.images}. Seed {self.settings.train.seed}."
        curves = {one.contestant.name: one.curve() for one in self.finished}
        document = json.dumps(spell_non_finite(self.document()), indent=1, ensure_ascii=False, allow_nan=False)
        files = {
            "compare.csv": csv_bytes(as_csv(self.outcomes)),
            "compare.md": as_markdown(self.outcomes, self.title, facts).encode(),
            "compare.json": f"{document}\n".encode(),
            "compare.svg": chart(curves, self.data).encode(),
        }
        write_files(self.folder, files)


def chart(curves: Mapping[str, Sequence[Point]], data: str) -> str:
    """Draw macro-F1 on the validation images over seconds of training, a line per entry.

    Args:
        curves: (seconds, macro-F1 in [0, 1]) points by name of the entry.
        data: Name of the data, for the title.

    Returns:
        An SVG document.
    """
    lines = []
    for number, (name, points) in enumerate(curves.items()):
        x, y = np.array(points, dtype=np.float64).reshape(-1, 2).T
        dashed = number >= len(SERIES)  # their colours come again
        lines.append(Line(name, x, y, colour=number, dashed=dashed, shape=MARKS[number % len(MARKS)]))
    frame = Frame("compare", f"macro-F1 on validation: {data}", "", over="seconds of training")
    return standalone(line_chart(frame, [line for line in lines if len(line.x)], Texts("en"), width=720, height=420))


Comparison = BaselineComparison
"""The name before 0.2, kept for one release."""


def hold_comparison(
    settings: Settings,
    *,
    models: Sequence[str] = (),
    only: Sequence[str] = (),
    epochs: int | None = None,
    seconds: float | None = None,
    solver: Solver = "lbfgs",
    root: Path | None = None,
    out: Path | None = None,
    metrics: Mapping[str, LabelMetric] | None = None,
    watch: Watcher = lambda outcome, event: None,
    say: Callable[[str], object] = lambda text: None,
) -> BaselineComparison:
    """Train and evaluate all entries, and write the files.

    Args:
        settings: Data and seed.
        models: As for `compare`.
        only: As for `compare`.
        epochs: As for `compare`.
        seconds: As for `compare`.
        solver: As for `compare`.
        root: Folder of all runs. None: the default one.
        out: As for `compare`.
        metrics: As for `compare`.
        watch: Called with an outcome and each event of its run; None as event: the run has ended.
        say: Called with each note about the data, before anything is trained.

    Returns:
        The outcome.

    Raises:
        UsageError: An argument is out of range; nothing was started.
        EpochscopeError: No entry finished: the first one's error.
    """
    root = root or default_root()
    check_source(settings.data.source)
    if seconds is not None and not seconds > 0:  # NaN too
        raise UsageError("compare.seconds", f"seconds: got {seconds:g}.", where="--seconds", expected="a number > 0")
    further = check_metrics(metrics or {}, COLUMNS)
    everybody = contestants(settings, epochs=epochs, models=models, only=only, solver=solver)
    stem = started_at(f"compare-{_word(settings.data.source)}", root)
    with Interrupts() as interrupts:
        if settings.data.source not in PLAIN:
            for text in prepare(settings, interrupts):
                say(f"data: {text}")
        outcomes = hold(everybody, root, stem, seconds=seconds, watch=watch, interrupts=interrupts, metrics=further)
        found = BaselineComparison(settings, outcomes, out or root / stem, interrupts.count)
        if found.finished:
            found.write()
    if not found.finished and not interrupts.count and found.first_error is not None:
        raise found.first_error
    return found


def compare(
    data: str = "digits",
    *,
    models: Sequence[str] = (),
    only: Sequence[str] = (),
    epochs: int | None = None,
    seconds: float | None = None,
    samples: int | None = None,
    solver: Solver = "lbfgs",
    seed: int = 1234,
    runs: str | Path | None = None,
    out: str | Path | None = None,
    metrics: Mapping[str, LabelMetric] | None = None,
) -> pd.DataFrame:
    """Train softmax regression with numpy, scikit-learn and Epochscope on the same data. Ctrl-C keeps what is finished.

    Args:
        data: Name of a data set, or path of a folder of images.
        models: Further models of Epochscope.
        only: Names of the entries wanted: `numpy`, `sklearn`, `pytorch-seed`, `pytorch-linear`, `pytorch-MODEL`.
            Default: all.
        epochs: Passes over the images, or iterations, 1 or more. None: each entry's own number.
        seconds: No epoch begins after this many seconds of training. None: no limit.
        samples: At most this many training images. None: all.
        solver: Solver of scikit-learn; only "lbfgs" can be watched while it trains.
        seed: Seed of the split, the order and the first weights.
        runs: Root of the run folders. None: the default one.
        out: Folder of compare.csv, .md, .json and .svg. None: a new one among the runs, named in `attrs["folder"]`.
        metrics: Further columns by name: functions of the true and the predicted classes (N,) int64 of the test images,
            such as `sklearn.metrics.cohen_kappa_score`. Default: none.

    Returns:
        A row per entry that finished: algorithm, training_seconds, f1_train, f1_valid, f1_test (macro-F1 in [0, 1]),
        accuracy_test (in [0, 1]), samples_per_second, peak_memory_mb, then `metrics`.

    Raises:
        UsageError: An argument is out of range.
        EpochscopeError: No entry finished: the first one's error.
    """
    settings = merge({"data": {"source": data, "samples": samples}, "train": {"seed": seed}})
    return hold_comparison(
        settings,
        models=models,
        only=only,
        epochs=epochs,
        seconds=seconds,
        solver=solver,
        root=expanded(runs) if runs is not None else None,
        out=expanded(out) if out is not None else None,
        metrics=metrics,
    ).frame


def _word(source: str) -> str:
    kept = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in Path(source).name)
    return kept.strip("-")[:20] or "data"
