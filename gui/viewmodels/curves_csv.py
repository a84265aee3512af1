"""The numbers behind the curves as CSV tables that spreadsheets read. No Qt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from gui.viewmodels.curves import RunSeries
from gui.viewmodels.run import RunModel
from trainer.store.record_table import RecordTable
from trainer.text.csv_text import BOM, safe_text

CSV_HEAD = (
    "run,row,step,time_s,epoch,train_loss,train_loss_min,train_loss_max,train_accuracy,train_macro_f1,valid_loss,"
    "valid_accuracy,valid_macro_f1,learning_rate,samples_per_second,data_share"
)
_TAIL = ("learning_rate", "samples_per_second", "data_share")
_BATCH_CSV = ("step", "time", "", "loss", "loss_min", "loss_max", "accuracy", "", "", "", "", *_TAIL)
_EPOCH_CSV = (
    *("step", "time", "epoch", "train_loss", "", "", "train_accuracy", "train_macro_f1"),
    *("valid_loss", "valid_accuracy", "valid_macro_f1", *_TAIL),
)


_SCALAR_CSV = ("step", "time", "epoch", *("",) * (len(_EPOCH_CSV) - 3))


def csv_chunks(runs: list[tuple[str, RunModel]]) -> Iterator[bytes]:
    """Write all rows of runs, neither thinned nor smoothed.

    UTF-8, commas, decimal points, CRLF; a byte order mark if a name is not ASCII. Missing values are empty, non-finite
    ones `nan`, `inf` or `-inf`. Each custom metric has a column; each reported scalar has a row, with columns
    `value,scalar`.

    Args:
        runs: Name and model of each run.

    Yields:
        The file in pieces.
    """
    metrics = tuple(dict.fromkeys(name for _, model in runs for name in model.metrics))
    scalars = [name for _, model in runs for name, table in model.scalars.items() if table.rows]
    own = [*(_head(f"valid_{name}") for name in metrics), *(("value,scalar",) if scalars else ())]
    yield from _begin(",".join([CSV_HEAD, *own]), [*(name for name, _ in runs), *metrics, *scalars])
    nothing, tail = ("",) * len(metrics), ",," if scalars else ""
    for name, model in runs:
        head = _quoted(name)
        yield from _rows(f"{head},batches", model.batches, (*_BATCH_CSV, *nothing), tail)
        validated = np.isin(model.epochs.column("epoch"), list(model.verdicts))
        columns = (f"valid_{metric}" if metric in model.metrics else "" for metric in metrics)
        yield from _rows(f"{head},epoch", model.epochs, (*_EPOCH_CSV, *columns), tail, validated)
        for scalar, table in model.scalars.items():
            yield from _rows(f"{head},scalar", table, (*_SCALAR_CSV, *nothing, "value"), f",{_quoted(scalar)}")


def _head(name: str) -> str:
    return name if re.fullmatch(r"\w+", name) else _quoted(name)


def _rows(
    head: str,
    table: RecordTable,
    names: tuple[str, ...],
    tail: str = "",
    validated: NDArray[np.bool_] | None = None,
) -> Iterator[bytes]:
    columns = [table.column(name) if name else None for name in names]
    for start in range(0, table.rows, _ROWS):
        cells = []
        for name, column in zip(names, columns, strict=True):
            part = [] if column is None else column[start : start + _ROWS].tolist()
            if name in ("step", "epoch"):
                cells.append([str(int(value)) for value in part])
            elif column is None:
                cells.append([""] * min(_ROWS, table.rows - start))
            elif name.startswith("valid") and validated is not None:
                there = validated[start : start + _ROWS]
                cells.append([repr(value) if has else "" for value, has in zip(part, there, strict=True)])
            else:
                cells.append([repr(value) for value in part])
        yield "".join(f"{head},{','.join(row)}{tail}\r\n" for row in zip(*cells, strict=True)).encode()


CHART_HEAD = "run,line,step,time_s,value"
_ROWS = 4096
"""Rows per chunk."""


def chart_csv_chunks(runs: Sequence[RunSeries], chart: str) -> Iterator[bytes]:
    """Write all values of the lines of one chart, not thinned, in the format of `csv_chunks`.

    Args:
        runs: The runs.
        chart: The chart, see `Curve`.

    Yields:
        The file in pieces; `line` is the role of a line, see `Curve`.
    """
    yield from _begin(CHART_HEAD, [run.name for run in runs])
    for run in runs:
        for line in run.lines:
            if line.chart != chart or (line.role == "smooth" and not run.span):
                continue
            table, values = run.table(line.source), run.values(line)
            if line.role == "valid" and not run.model.verdicts:
                continue
            columns = [table.column(name)[: len(values)] for name in ("step", "time")]
            head = f"{_quoted(run.name)},{line.role}"
            for start in range(0, len(values), _ROWS):
                part = slice(start, start + _ROWS)
                rows = zip(*(column[part].tolist() for column in (*columns, values)), strict=True)
                yield "".join(f"{head},{int(step)},{time!r},{value!r}\r\n" for step, time, value in rows).encode()


def _quoted(name: str) -> str:
    return '"' + _plain(name).replace('"', '""') + '"'


def _plain(name: str) -> str:
    return safe_text(name).encode("utf-8", "replace").decode()


def _begin(head: str, names: Sequence[str]) -> Iterator[bytes]:
    if not "".join(map(_plain, names)).isascii():
        yield BOM.encode()  # without it Excel reads another encoding
    yield f"{head}\r\n".encode()
