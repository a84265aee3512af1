"""Custom metrics, and what callbacks report, become charts and pictures by themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from gui.panels.curves.curves_panel import CurvesPanel
from gui.viewmodels.curves_csv import csv_chunks
from gui.viewmodels.selection import EpochCursor, OpenRun
from tests.gui.sample_runs import SampleRun, shown
from trainer import events as ev
from trainer.store.journal import JournalWriter

BUILT_IN = ["loss", "accuracy", "macro_f1", "learning_rate", "speed", "wait"]


@pytest.fixture
def panel(qtbot: QtBot) -> CurvesPanel:
    made = CurvesPanel(EpochCursor())
    qtbot.addWidget(made)
    made.resize(1000, 800)
    made.show()
    return made


class OwnRun(SampleRun):
    """Whose epochs have a metric `own`, a scalar `norm`, and a picture `look` of the epoch's number."""

    def tell(self, event: ev.Event) -> None:
        if isinstance(event, ev.EpochEnded):
            event = ev.EpochEnded(
                **{name: getattr(event, name) for name in event.__struct_fields__ if name != "valid_metrics"},
                valid_metrics={"own": event.epoch / 10},
            )
        super().tell(event)
        if isinstance(event, ev.EpochEnded):
            at = {"epoch": event.epoch, "step": event.step}
            super().tell(ev.ScalarReported(**at, name="norm", value=float(event.epoch) ** 2))
            path = self.folder.path / f"pictures/look-{event.epoch}.png"
            path.parent.mkdir(exist_ok=True)
            Image.fromarray(np.full((4, 6), event.epoch, np.uint8)).save(path)
            super().tell(
                ev.PictureReported(
                    **at, name="look", path=f"pictures/{path.name}", width=6, height=4, bytes=path.stat().st_size
                )
            )


def drawn(panel: CurvesPanel, chart: str) -> list[list[float]]:
    return [stroke.y.tolist() for stroke in panel.charts[chart].scene.strokes]


def test_they_appear_under_their_names(panel: CurvesPanel, tmp_path: Path) -> None:
    panel.show_run(OwnRun(tmp_path).make())
    assert list(panel.charts) == [*BUILT_IN, "metric own", "scalar norm"]
    assert [panel.charts[name].head.title for name in ("metric own", "scalar norm")] == ["own", "norm"]
    assert panel.charts["metric own"].isVisible()
    assert drawn(panel, "metric own")[0] == [0.1, 0.2, 0.3]
    assert drawn(panel, "scalar norm") == [[1.0, 4.0, 9.0]]
    card = panel.area.pictures["look"]
    assert card.head.title == "look, epoch 3"
    assert (card.image.width(), card.image.pixelColor(0, 0).value()) == (6, 3)


def test_a_run_without_them_has_none(panel: CurvesPanel, tmp_path: Path) -> None:
    panel.show_run(OwnRun(tmp_path, name="own").make())
    panel.show_run(SampleRun(tmp_path, name="plain").make())
    assert list(panel.charts) == BUILT_IN
    assert not panel.area.pictures


def test_they_come_while_a_run_goes_on(panel: CurvesPanel, tmp_path: Path) -> None:
    sample = SampleRun(tmp_path, ended=False)
    run = sample.make()
    panel.show_run(run)
    journal = JournalWriter(sample.folder.journal, 1)
    for step in (3, 4):
        journal.write(ev.ScalarReported(epoch=3, step=step, name="late", value=step / 2), t=4.0, wall=0)
    journal.close()
    changed = run.follower.tick(5)
    assert "scalars" in changed & panel.topics
    panel.refresh(changed)
    assert drawn(panel, "scalar late") == [[1.5, 2.0]]


def test_the_picture_is_that_of_the_cursor(panel: CurvesPanel, tmp_path: Path) -> None:
    panel.show_run(OwnRun(tmp_path).make())
    panel.cursor.chosen = 2
    panel.move_cursor()
    card = panel.area.pictures["look"]
    assert card.head.title == "look, epoch 2"
    assert card.image.pixelColor(0, 0).value() == 2


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, None])
def test_a_picture_is_shown_large(panel: CurvesPanel, tmp_path: Path, qtbot: QtBot, key: Any) -> None:
    panel.show_run(OwnRun(tmp_path).make())
    card = panel.area.pictures["look"]
    if key is None:
        qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    else:
        qtbot.keyClick(card, key)
    [large] = card.findChildren(QDialog)
    assert large.isVisible()
    assert large.windowTitle() == "look, epoch 3"
    large.close()


def test_other_runs_are_laid_over_where_they_have_the_same(panel: CurvesPanel, tmp_path: Path) -> None:
    panel.set_overlays([OwnRun(tmp_path, name="other", epochs=2).make(), SampleRun(tmp_path, name="plain").make()])
    panel.show_run(OwnRun(tmp_path).make())
    assert sorted(map(len, drawn(panel, "scalar norm"))) == [2, 3]
    panel.hover(2.0)
    assert [reading.value for reading in panel.charts["scalar norm"].readings] == ["4", "4"]


def test_the_table_has_a_column_for_each_metric(panel: CurvesPanel, tmp_path: Path) -> None:
    panel.show_run(OwnRun(tmp_path).make())
    panel.bar.table_button.setChecked(True)
    numbers = panel.table.numbers
    last = numbers.columnCount() - 1
    assert numbers.headerData(last, Qt.Orientation.Horizontal) == "own"
    assert numbers.value(1, last) == ("valid_own", 0.2)


def test_the_csv_has_them_all(tmp_path: Path) -> None:
    run = OwnRun(tmp_path).make()
    head, *rows = b"".join(csv_chunks([("made", run.model)])).decode().split("\r\n")[:-1]
    assert head.endswith("data_share,valid_own,value,scalar")
    assert {row.count(",") for row in [head, *rows]} == {head.count(",")}
    assert [row.split(",")[-3] for row in rows if row.startswith('"made",epoch')] == ["0.1", "0.2", "0.3"]
    assert [row.split(",")[-2:] for row in rows if row.startswith('"made",scalar')] == [
        [value, '"norm"'] for value in ("1.0", "4.0", "9.0")
    ]


def test_many_are_scrolled_to_and_exported(panel: CurvesPanel, tmp_path: Path) -> None:
    sample = SampleRun(tmp_path, ended=False)
    sample.make()
    journal = JournalWriter(sample.folder.journal, 1)
    for number in range(20):
        journal.write(ev.ScalarReported(epoch=3, step=3, name=f"n{number}", value=number), t=4.0, wall=0)
    journal.close()
    panel.show_run(shown(sample.folder))
    assert len(panel.charts) == 26
    assert panel.area.is_seen("scalar n0")
    assert not panel.area.is_seen("scalar n19")
    panel.export_png(tmp_path / "charts.png")
    with Image.open(tmp_path / "charts.png") as image:
        assert image.height > image.width / 2


# -- hostile -----------------------------------------------------------------------------------------------------------

LONG = "x" * 20_000


def hostile(sample: SampleRun) -> OpenRun:
    """A run whose journal says what no callback can."""
    journal = JournalWriter(sample.folder.journal, 1)
    at = {"epoch": 3, "step": 3}
    names = ["", LONG, "two\nlines\n\u202ereversed", "<b>bold</b>", *(f"n{number}" for number in range(200))]
    for name in names:
        journal.write(ev.ScalarReported(**at, name=name, value=1e308), t=9.0, wall=0)
        journal.write(ev.ScalarReported(**at, name=name, value=float("nan")), t=9.0, wall=0)
    journal.write(ev.ScalarReported(epoch=1, step=1, name="n0", value=1.0), t=9.0, wall=0)
    (sample.folder.path / "text.png").write_text("no picture")
    big = sample.folder.path / "big.png"
    Image.fromarray(np.zeros((1, 5000), np.uint8)).save(big)
    for name, path in (
        ("a", "../../etc/passwd"),
        ("b", "/etc/passwd"),
        ("c", "gone.png"),
        ("d", "text.png"),
        ("e", "big.png"),
    ):
        journal.write(ev.PictureReported(**at, name=name, path=path, width=1, height=1, bytes=1), t=9.0, wall=0)
    journal.write(ev.PictureReported(**at, name=LONG, path="big.png", width=1, height=1, bytes=1), t=9.0, wall=0)
    fields = {name: getattr(epoch_ended(sample), name) for name in ev.EpochEnded.__struct_fields__}
    own = {LONG: 1.0, "loss": 7.0, "a\nb": float("inf"), **{f"m{number}": 1.0 for number in range(200)}}
    journal.write(ev.EpochEnded(**{**fields, "epoch": 4, "step": 4, "valid_metrics": own}), t=9.0, wall=0)
    journal.close()
    return shown(sample.folder)


def epoch_ended(sample: SampleRun) -> ev.EpochEnded:
    return shown(sample.folder).model.finished[-1]


def test_names_numbers_and_files_that_cannot_be_do_no_harm(panel: CurvesPanel, tmp_path: Path) -> None:
    sample = SampleRun(tmp_path, ended=False)
    sample.make()
    run = hostile(sample)
    panel.show_run(run)
    panel.repaint()
    assert len(panel.charts) <= len(BUILT_IN) + 200
    assert all(len(chart.head.title) < 200 and "\n" not in chart.head.title for chart in panel.charts.values())
    assert run.model.epochs.column("valid_loss")[-1] != 7.0, "a metric cannot pass for the loss"
    assert run.follower.damaged, "what no run can say is counted"
    cards = panel.area.pictures
    assert list(cards) == ["a", "b", "c", "d", "e"]
    assert all(card.image is None for card in cards.values())
    assert "outside its folder" in cards["a"].why.text()
    assert "gone" in cards["c"].why.text()
    assert "too large" in cards["e"].why.text()
    panel.export_csv(tmp_path / "all.csv")
    panel.export_png(tmp_path / "all.png")
