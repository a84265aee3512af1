"""One chart of the curves as a picture, a drawing, a table, or on the clipboard."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.panels.base import FileOffer
from gui.panels.curves.chart_menu import ChartMenu
from gui.panels.curves.curves_panel import CurvesPanel
from gui.viewmodels.selection import EpochCursor, OpenRun
from tests.gui.panels.test_curves import written
from tests.gui.sample_runs import shown
from trainer.errors import DiskError


@pytest.fixture
def run(scribe: Callable[..., Any]) -> OpenRun:
    return shown(written(scribe, "one"))


@pytest.fixture
def panel(qtbot: QtBot, run: OpenRun) -> CurvesPanel:
    made = CurvesPanel(EpochCursor())
    qtbot.addWidget(made)
    made.resize(1000, 560)
    made.show()
    made.show_run(run)
    return made


def test_a_picture_has_one_chart(panel: CurvesPanel, tmp_path: Path) -> None:
    panel.export.write_chart("loss", tmp_path / "loss.png")
    image = QImage(str(tmp_path / "loss.png"))
    assert (image.width(), image.height()) == (1520, 960)


def test_a_drawing_is_made_of_lines_and_words(panel: CurvesPanel, tmp_path: Path) -> None:
    panel.export.write_chart("loss", tmp_path / "loss.svg")
    tree = ElementTree.parse(tmp_path / "loss.svg")
    tags = [element.tag.rsplit("}")[-1] for element in tree.iter()]
    words = " ".join("".join(element.itertext()) for element in tree.iter() if element.tag.endswith("text"))
    assert "image" not in tags
    assert "Loss" in words
    assert "validation" in words


def test_a_table_has_every_value_of_the_lines(panel: CurvesPanel, run: OpenRun, tmp_path: Path) -> None:
    panel.zoom(0.1)
    panel.bar.slider.setValue(3)
    panel.export.write_chart("loss", tmp_path / "loss.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "loss.csv").read_text("utf-8"))))
    assert {row["line"] for row in rows} == {"raw", "smooth", "train", "valid"}
    assert {row["run"] for row in rows} == {"one"}
    raw = [(int(row["step"]), float(row["value"])) for row in rows if row["line"] == "raw"]
    model = run.model.batches
    assert raw == list(zip(model.column("step").astype(int).tolist(), model.column("loss").tolist(), strict=True))


def test_nothing_is_written_where_that_cannot_be(panel: CurvesPanel, tmp_path: Path) -> None:
    for kind in ("png", "svg", "csv"):
        with pytest.raises(DiskError):
            panel.export.write_chart("loss", tmp_path / "missing" / f"loss.{kind}")


def menu_of(panel: CurvesPanel) -> ChartMenu:
    (menu,) = [menu for menu in panel.findChildren(ChartMenu) if menu.isVisible()]
    return menu


def test_the_menu_of_a_chart_copies_and_saves(panel: CurvesPanel, qtbot: QtBot) -> None:
    panel.grab()
    chart = panel.charts["speed"]
    at = chart.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, chart.mapToGlobal(at))
    QApplication.sendEvent(chart.view.viewport(), event)
    menu = menu_of(panel)
    _, copy, png, svg, table, whole = [action for action in menu.actions() if not action.isSeparator()]
    assert not whole.isEnabled()
    copy.trigger()
    assert QGuiApplication.clipboard().image().width() == 1520
    offers: list[FileOffer] = []
    panel.save_wanted.connect(offers.append)
    for action in (png, svg, table):
        action.trigger()
    assert [Path(offer.name).suffix for offer in offers] == [".png", ".svg", ".csv"]
    assert {Path(offer.name).stem.rsplit("-")[-1] for offer in offers} == {"speed"}
    menu.close()


def test_the_menu_key_opens_it_for_the_chosen_chart(panel: CurvesPanel, qtbot: QtBot) -> None:
    panel.grab()
    panel.area.setFocus()
    QTest.keySequence(panel.area, "Down")
    QTest.keySequence(panel.area, "Down")
    wanted: list[str] = []
    panel.area.menu_wanted.connect(lambda name, _: wanted.append(name))
    QApplication.sendEvent(panel.area, QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(5, 5), QPoint(5, 5)))
    assert wanted == ["macro_f1"]
    menu_of(panel).close()
    QTest.keySequence(panel.area, "Up")
    assert panel.area.chosen == "accuracy"
