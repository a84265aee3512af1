"""Reports of few images: merged into those before, by images or by seconds; everything else stays as it was."""

from __future__ import annotations

import numpy as np
import pytest

from gui.viewmodels.short_reports import MERGED, ShortReports
from trainer.store.record_table import BATCH_COLUMNS, RecordTable


def table_of(**columns: list[float]) -> RecordTable:
    table = RecordTable(BATCH_COLUMNS)
    rows = len(columns["samples"])
    plain = {name: list(range(1, rows + 1)) for name in BATCH_COLUMNS}
    table.extend(np.arange(rows), [np.array((plain | columns)[name], float) for name in BATCH_COLUMNS])
    return table


def shown(table: RecordTable, column: str) -> np.ndarray:
    reports = ShortReports()
    reports.update(table)
    return np.array(reports.values(column, table))


def test_the_last_report_of_an_epoch_counts_by_its_images() -> None:
    table = table_of(samples=[100, 100, 10, 100], loss=[2.0, 1.0, 9.0, 0.5], accuracy=[0.1, 0.2, 0.9, 0.4])
    np.testing.assert_allclose(shown(table, "loss"), [2, 1, (100 * 1 + 10 * 9) / 110, 0.5], rtol=1e-6)
    np.testing.assert_allclose(shown(table, "accuracy"), [0.1, 0.2, (20 + 9) / 110, 0.4], rtol=1e-6)


def test_speed_is_images_by_seconds() -> None:
    table = table_of(samples=[100, 10], samples_per_second=[50.0, 1.0], data_share=[0.1, 0.9])
    np.testing.assert_allclose(shown(table, "samples_per_second"), [50, 110 / 12], rtol=1e-6)
    np.testing.assert_allclose(shown(table, "data_share"), [0.1, (2 * 0.1 + 10 * 0.9) / 12], rtol=1e-6)


def test_several_in_a_row_reach_back_as_far_as_they_must() -> None:
    table = table_of(samples=[100, 20, 20, 20], loss=[1.0, 2.0, 3.0, 4.0])
    expected = [1, (100 + 40) / 120, (100 + 40 + 60) / 140, 3]
    np.testing.assert_allclose(shown(table, "loss"), expected, rtol=1e-6)


def test_reports_of_like_size_are_left_alone() -> None:
    table = table_of(samples=[64, 40, 64, 33, 64])
    for column in MERGED:
        assert ShortReports().values(column, table) is not None
        np.testing.assert_array_equal(shown(table, column), table.column(column))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_stays_so_and_spoils_no_other(bad: float) -> None:
    table = table_of(samples=[100, 10, 100, 10], loss=[1.0, bad, bad, 3.0])
    np.testing.assert_array_equal(shown(table, "loss"), [1.0, bad, bad, 3.0])


def test_row_by_row_is_as_all_at_once_and_a_cut_is_forgotten() -> None:
    random = np.random.default_rng(5)
    samples = random.choice([1.0, 7.0, 64.0, 128.0], 300)
    columns = [random.random(300) + 0.1 for _ in BATCH_COLUMNS]
    columns[BATCH_COLUMNS.index("samples")] = samples
    whole, growing = RecordTable(BATCH_COLUMNS), RecordTable(BATCH_COLUMNS)
    whole.extend(np.arange(300), columns)
    reports = ShortReports()
    for start in range(0, 300, 7):
        growing.extend(np.arange(start, min(300, start + 7)), [column[start : start + 7] for column in columns])
        reports.update(growing)
        if start == 140:
            growing.cut(120)
            reports.cut(120)
            growing.extend(np.arange(120, 147), [column[120:147] for column in columns])
            reports.update(growing)
    for column in MERGED:
        np.testing.assert_array_equal(reports.values(column, growing), shown(whole, column).astype(np.float32))


def test_merging_never_leaves_the_range_of_the_reports() -> None:
    random = np.random.default_rng(6)
    samples = random.integers(1, 200, 500).astype(float)
    loss = random.random(500) * 5
    found = shown(table_of(samples=samples.tolist(), loss=loss.tolist()), "loss")
    for row in range(500):
        near = loss[max(0, row - 7) : row + 1]
        assert near.min() - 1e-6 <= found[row] <= near.max() + 1e-6
