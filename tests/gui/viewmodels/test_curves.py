"""Lines of a run: thinned without loss of extremes, on three axes, honest about NaN and about resumed runs."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gui.viewmodels.curves import LINES, Axis, Curve, RunSeries
from gui.viewmodels.curves_csv import CSV_HEAD, csv_chunks
from gui.viewmodels.journal_follower import JournalFollower
from gui.viewmodels.run import RunModel
from trainer import events as ev
from trainer.plotting.ticks import Kind, outward, ticks


def line(chart: str, role: str) -> Curve:
    return next(found for found in LINES if (found.chart, found.role) == (chart, role))


def model_of(one: Any) -> RunModel:
    follower = JournalFollower(one.folder)
    follower.tick(5)
    return follower.model


@pytest.fixture
def model(scribe: Callable[..., Any]) -> RunModel:
    """Two epochs of ten steps, a report a step: loss = 1 / step, t = step / 2."""
    one = scribe(epochs=5)
    one.begin()
    for epoch in (1, 2):
        for step in range(10 * epoch - 9, 10 * epoch):
            one.batches(epoch, step, step / 2, 1 / step)
        one.epoch(epoch, 5.0 * epoch)
    one.close()
    return model_of(one)


def test_rows_that_came_since_are_drawn_once_they_were_taken_in(scribe: Callable[..., Any]) -> None:
    one = scribe(epochs=5)
    one.begin()
    one.batches(1, 1, 0.5, 1.0)
    follower = JournalFollower(one.folder)
    follower.tick(5)
    series = RunSeries("r", follower.model, 2)
    series.update()
    for step in range(2, 9):
        one.batches(1, step, step / 2, 1 / step)
    one.epoch(1, 5.0)
    one.close()
    follower.tick(5)
    for taken in (1, 8):
        for each in LINES:
            x, y, _ = series.piece(each, "step", (0, 100), 1000)
            assert len(x) == len(y)
        assert len(series.piece(line("loss", "raw"), "step", (0, 100), 1000)[0]) in (taken, taken + 1)
        series.update()


def test_every_axis_shows_the_same_rows(model: RunModel) -> None:
    series = RunSeries("r", model, 0)
    series.update()
    raw = line("loss", "raw")
    scales: dict[Axis, float] = {"step": 1, "epoch": 0.1, "time": 0.5}
    for axis, scale in scales.items():
        x, y, size = series.piece(raw, axis, (0, 100), 1000)
        np.testing.assert_allclose(x, np.arange(1, 21) * scale)
        assert size == 1
        assert series.end(axis) == pytest.approx(20 * scale)
        assert series.at(raw, axis, 5.1 * scale) == pytest.approx(1 / 5)
        assert series.step_at(axis, 5 * scale) == 5
        assert series.epoch_near(axis, 13 * scale) == 1
        assert series.epoch_place(axis, 2) == (1, pytest.approx(20 * scale))
        assert len(y) == 20
    assert series.planned("step") == 50
    assert series.planned("epoch") == 5


def test_a_piece_has_one_point_beyond_each_edge(model: RunModel) -> None:
    series = RunSeries("r", model, 0)
    series.update()
    x, _, _ = series.piece(line("loss", "raw"), "step", (5.5, 8.5), 1000)
    np.testing.assert_array_equal(x, [5, 6, 7, 8, 9])


def test_thinning_keeps_the_extremes(scribe: Callable[..., Any]) -> None:
    one = scribe(steps=600)
    one.begin()
    losses = np.random.default_rng(3).random(600)
    for step in range(1, 601):
        one.batches(1, step, float(step), float(losses[step - 1]))
    one.close()
    series = RunSeries("r", model_of(one), 0)
    series.update()
    x, y, size = series.piece(line("loss", "raw"), "step", (0, 601), 50)
    assert size == 16
    assert len(x) == len(y) <= 2 * 51
    assert y.min() == pytest.approx(losses.min())
    assert y.max() == pytest.approx(losses.max())
    for whole, wanted in ((599, 16), (600, 1)):
        x, y, size = series.piece(line("loss", "raw"), "step", (0, 601), 50, whole)
        assert size == wanted
    np.testing.assert_allclose(y, losses)
    assert x.tolist() == list(range(1, 601))


def test_without_smoothing_the_line_is_what_was_reported(model: RunModel) -> None:
    series = RunSeries("r", model, 0)
    series.update()
    np.testing.assert_array_equal(series.values(line("loss", "smooth")), model.batches.column("loss"))
    series.set_span(5)
    series.update()
    assert not np.array_equal(series.values(line("loss", "smooth")), model.batches.column("loss"))
    np.testing.assert_array_equal(series.values(line("loss", "valid")), model.epochs.column("valid_loss"))


def test_a_resumed_run_is_one_curve(model: RunModel, scribe: Callable[..., Any]) -> None:
    one = scribe("two", epochs=5)
    one.begin()
    for step in range(1, 31):
        one.batches(1, step, float(step), 9.0 if step > 12 else 1 / step)
    follower = JournalFollower(one.folder)
    follower.tick(5)
    series = RunSeries("r", follower.model, 3)
    series.update()
    # record 1 is the start, so the checkpoint covers step 12
    one.begin(attempt=2, resumed_seq=13, resumed_step=12)
    for step in range(13, 41):
        one.batches(1, step, float(step), 1 / step)
    one.close()
    follower.tick(5)
    series.update()
    fresh = RunSeries("r", follower.model, 3)
    fresh.update()
    for role in ("raw", "smooth"):
        for pairs in (1000, 2):
            found = series.piece(line("loss", role), "step", (0, 50), pairs)
            wanted = fresh.piece(line("loss", role), "step", (0, 50), pairs)
            np.testing.assert_allclose(found[0], wanted[0])
            np.testing.assert_allclose(found[1], wanted[1], rtol=1e-6)
    np.testing.assert_allclose(follower.model.batches.column("loss"), 1 / np.arange(1, 41))


def test_nan_is_found_in_reports_messages_and_validation(scribe: Callable[..., Any]) -> None:
    one = scribe()
    one.begin()
    one.batches(1, 3, 1.0, math.nan)
    one.epoch(1, 2.0, 0.5)
    one.epoch(2, 4.0, math.nan)
    one.write(ev.NonFiniteLoss(epoch=3, step=27, batch=8, where="loss", last_checkpoint=None), 5.0)
    one.close()
    series = RunSeries("r", model_of(one), 5)
    series.update()
    np.testing.assert_array_equal(series.bad_places("step"), [3, 20, 27])
    np.testing.assert_array_equal(series.bad_places("epoch"), [0.3, 2.0, 2.7])
    assert len(series.bad_places("time")) == 3
    assert series.end("step") == 27


def test_an_epoch_without_validation_is_no_nan(scribe: Callable[..., Any]) -> None:
    one = scribe()
    one.begin()
    row = {"train_loss": 1.0, "train_accuracy": 0.5, "train_macro_f1": 0.5, "train_f1": (0.5,) * 3}
    times = {"seconds": 1.0, "train_seconds": 1.0, "valid_seconds": 0.0, "data_seconds": 0.1}
    none: dict[str, Any] = {"valid_loss": None, "valid_accuracy": None, "valid_macro_f1": None}
    rest: dict[str, Any] = {"improved": False, "learning_rate": 0.1, "samples_per_second": 1.0}
    one.write(ev.EpochEnded(epoch=1, step=10, **row, **none, **rest, **times))
    one.close()
    series = RunSeries("r", model_of(one), 5)
    series.update()
    assert not series.bad
    assert series.at(line("loss", "valid"), "step", 10) is None


def test_an_empty_run_has_nothing_to_show() -> None:
    series = RunSeries("r", RunModel(), 50)
    series.update()
    assert series.end("step") == series.end("time") == 0
    for found in LINES:
        assert len(series.piece(found, "time", (0, 1), 100)[0]) == 0
        assert series.at(found, "step", 1) is None


def test_csv_holds_every_row_with_dots_and_nothing_that_runs(model: RunModel) -> None:
    model.nan_steps.append(3)
    text = b"".join(csv_chunks([('=1+1,"x', model), ("plain", RunModel())])).decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert text.splitlines()[0] == CSV_HEAD
    assert len(rows) == model.batches.rows + model.epochs.rows
    assert {row["run"] for row in rows} == {"'=1+1,\"x"}
    assert [float(row["train_loss"]) for row in rows[:20]] == model.batches.column("loss").tolist()
    assert rows[0]["valid_loss"] == ""
    epochs = rows[20:]
    assert [row["row"] for row in epochs] == ["epoch", "epoch"]
    assert [float(row["valid_loss"]) for row in epochs] == [1.0, 0.5]
    assert [row["epoch"] for row in epochs] == ["1", "2"]


@pytest.mark.parametrize(
    ("low", "high", "kind", "wanted"),
    [
        (0.0, 1.0, "number", [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (0.0, 2.0, "whole", [0.0, 1.0, 2.0]),
        (0.0, 3700.0, "time", [0.0, 900.0, 1800.0, 2700.0, 3600.0]),
        (-2.0, 1.0, "log", [-2.0, -1.0, 0.0, 1.0]),
        (1.0, 1.0, "number", []),
        (math.nan, 1.0, "number", []),
    ],
)
def test_marks_of_an_axis_are_round(low: float, high: float, kind: Kind, wanted: list[float]) -> None:
    np.testing.assert_allclose(ticks(low, high, 5, kind)[0], wanted, atol=1e-12)


def test_a_narrow_logarithmic_axis_has_marks_too() -> None:
    places, _ = ticks(math.log10(0.51), math.log10(0.59), 5, "log")
    assert 3 <= len(places) <= 6


@pytest.mark.parametrize(("low", "high"), [(0.1, 0.9), (5.0, 5.0), (0.0, 0.0), (-3.0, -3.0), (1e-9, 2e9)])
@pytest.mark.parametrize("zero", [True, False])
def test_the_range_shown_holds_the_values(low: float, high: float, zero: bool) -> None:
    bottom, top = outward(low, high, "number", zero)
    assert bottom <= low <= high <= top
    assert bottom < top
    if zero:
        assert bottom <= 0
