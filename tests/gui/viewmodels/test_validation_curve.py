"""The small curve of a list of runs: what a metrics.csv says, thinned, and nothing where it says nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from gui.viewmodels.validation_curve import POINTS, thinned, validation_curve

HEAD = "epoch,valid_loss,valid_macro_f1\n"


def test_the_curve_is_the_column_of_macro_f1(tmp_path: Path) -> None:
    (tmp_path / "metrics.csv").write_text(HEAD + "1,2.0,0.25\n2,1.5,\n3,1.0,0.75\n", "utf-8")
    assert validation_curve(tmp_path / "metrics.csv") == (0.25, 0.75)


@pytest.mark.parametrize(
    "text", ["", "epoch,train_loss\n1,2.0\n", HEAD + "1,2.0,nan\n2,2.0,inf\n3,1.0,7\n4,1.0,text\n", "\0\n"]
)
def test_what_is_no_macro_f1_is_no_curve(tmp_path: Path, text: str) -> None:
    (tmp_path / "metrics.csv").write_text(text, "utf-8")
    assert validation_curve(tmp_path / "metrics.csv") == ()


def test_a_file_that_cannot_be_read_is_no_curve(tmp_path: Path) -> None:
    assert validation_curve(tmp_path / "metrics.csv") == ()
    (tmp_path / "metrics.csv").write_bytes(b"\xff\xfe\xff")
    assert validation_curve(tmp_path / "metrics.csv") == ()
    (tmp_path / "folder.csv").mkdir()
    assert validation_curve(tmp_path / "folder.csv") == ()


@pytest.mark.parametrize("count", [0, 1, 2, POINTS, POINTS + 1, 1000])
def test_a_thinned_curve_keeps_order_and_ends(count: int) -> None:
    values = [float(place) for place in range(count)]
    found = thinned(values)
    assert len(found) == min(count, POINTS)
    assert list(found) == sorted(set(found))
    if count:
        assert (found[0], found[-1]) == (values[0], values[-1])
