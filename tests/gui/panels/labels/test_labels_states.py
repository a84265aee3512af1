"""What stands in place of the list, what is heard and seen of its cards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QAbstractButton, QComboBox

from gui.panels.labels.labels_view import LabelsView
from gui.preferences import Preferences
from tests.gui.label_answers import answer, proposal
from tests.gui.label_reviewer import Key, press, settings
from tests.gui.rpc_clients import FakeRpcClient


def test_before_anything_was_looked_for_it_says_what_that_does(
    assist: FakeRpcClient, source: Path, root: Path, qtbot: Any
) -> None:
    view = LabelsView(assist, Preferences())  # type: ignore[arg-type]
    qtbot.addWidget(view)
    view.show_data(settings(source), root, 900)
    page = view.search_page
    assert "900 images: about 20 s" in page.text.text()
    assert page.button.isVisibleTo(view)
    page.button.click()
    assert not page.button.isVisibleTo(view)
    view.search._tell("extract", 30, 100)
    assert "30 of 100" in page.stage.text()
    assert (page.bar.value(), page.bar.maximum()) == (30, 100)
    page.cancel_button.click()
    assert assist.asking == set()
    assert page.title.text() == "Find labels that may be wrong"
    assert not view._poll.isActive()


def test_without_data_it_says_why(assist: FakeRpcClient, root: Path, qtbot: Any) -> None:
    view = LabelsView(assist, Preferences())  # type: ignore[arg-type]
    qtbot.addWidget(view)
    view.show_data(None, root, 0, "Open a run.")
    assert view.search_page.title.text() == "Open a run."
    assert not view.search_page.button.isVisibleTo(view)
    view.look()
    assert assist.asked == []


def test_a_refusal_is_told_and_can_be_tried_again(asking: LabelsView, assist: FakeRpcClient) -> None:
    asking.again_button.click()
    refusal = {"code": "data.missing", "what": "<b>No such folder.</b>", "where": "/photos", "fix": "Look."}
    assist.answer("labels", ok=False, parameters={}, expected="", **refusal)
    page = asking.search_page
    assert page.isVisibleTo(asking)
    assert "/photos" in page.text.text()
    assert page.text.textFormat() == Qt.TextFormat.PlainText
    page.button.click()
    assert assist.asked[-1][0] == "labels"


def test_nothing_found_is_good_news(asking: LabelsView, assist: FakeRpcClient) -> None:
    asking.again_button.click()
    assist.answer("labels", **answer(assist.folder / "b", []))
    assert asking.search_page.title.text() == "No label looks wrong"
    assert "Images: 900" in asking.search_page.text.text()


def test_without_the_extra_it_says_what_that_means(asking: LabelsView, assist: FakeRpcClient) -> None:
    assert not asking.warning.isVisibleTo(asking)
    asking.again_button.click()
    features = {"kind": "pixels", "model": "", "width": 100, "reason": "not_installed"}
    assist.answer("labels", **answer(assist.folder / "b", [proposal()], features=features))
    assert asking.warning.isVisibleTo(asking)
    assert 'pip install "epochscope[pretrained]"' in asking.warning.text()


def test_a_screen_reader_hears_the_label_why_and_the_decision(view: LabelsView) -> None:
    def heard(row: int) -> str:
        return str(view.grid.pictures.index(row).data(Qt.ItemDataRole.AccessibleTextRole))

    assert (
        heard(0).replace("\N{NO-BREAK SPACE}", " ")
        == "cat, Wrong label. Judging by the other images, it is dog (97 %), not cat (2 %). Not decided."
    )
    assert "The same picture has the label dog." in heard(1)
    assert "is also in validation" in heard(2)
    press(view, Key.Key_L)
    assert heard(0).endswith("Decided: ✕ left out.")
    assert "&lt;b&gt;" not in heard(0)
    press(view, Key.Key_3)
    assert "<b>" in heard(1), "a name as it is, never taken for HTML"
    assert "&lt;b&gt;" in str(view.grid.pictures.index(1).data(Qt.ItemDataRole.ToolTipRole))


def test_all_controls_have_names_and_can_be_reached(view: LabelsView) -> None:
    for widget in [*view.findChildren(QAbstractButton), *view.findChildren(QComboBox)]:
        if widget.isVisible():
            named = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
            assert named, widget
            assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus, named


def test_tab_leads_from_the_filter_over_the_list_to_the_decisions(view: LabelsView) -> None:
    press(view, Key.Key_L)
    detail, row = view.detail, view.save_row
    chain, place = [], view.filter_bar.kind_box.nextInFocusChain()
    while place is not view.filter_bar.kind_box:
        if place.isVisible() and place.isEnabled() and place.focusPolicy() & Qt.FocusPolicy.TabFocus:
            chain.append(place)
        place = place.nextInFocusChain()
    beside = [detail.accept_button, detail.leave_button, detail.fine_button, detail.other_button]
    wanted = [view.undo_button, view.grid, *beside, *detail.class_buttons, row.show_button, row.train_button]
    assert [place for place in chain if place in wanted] == wanted


def test_long_names_do_not_widen_it(asking: LabelsView, assist: FakeRpcClient) -> None:
    before = asking.minimumSizeHint().width()
    names = [letter * 200 + "&" for letter in "abc"]
    asking.again_button.click()
    assist.answer("labels", **answer(assist.folder / "b", [proposal(path="d/" * 200 + "x.png")], names))
    assert len({button.text() for button in asking.detail.class_buttons}) == 3
    assert asking.minimumSizeHint().width() <= before + 60
    asking.grab()


def test_pictures_are_seen_and_large_ones_come_from_files(
    assist: FakeRpcClient, source: Path, root: Path, tmp_path: Path, qtbot: Any
) -> None:
    image = QImage(300, 200, QImage.Format.Format_RGB32)
    image.fill(QColor(10, 200, 30))
    (source / "cat").mkdir()
    assert image.save(str(source / "cat" / "a.png"))
    view = LabelsView(assist, Preferences())  # type: ignore[arg-type]
    qtbot.addWidget(view)
    view.resize(900, 600)
    view.show_data(settings(source), root)
    view.show()
    view.look()
    red = np.zeros((1, 32, 32, 3), np.uint8)
    red[..., 0] = 200
    assist.answer("labels", **answer(tmp_path / "a", [proposal()], pictures=red, root=str(source)))
    card = view.grid.visualRect(view.grid.pictures.index(0))
    shot = view.grid.viewport().grab().toImage()
    assert shot.pixelColor(QPoint(card.center().x(), card.top() + 50)) == QColor(200, 0, 0)

    def green() -> bool:
        large = view.detail.pictures.grab().toImage()
        return large.pixelColor(large.rect().center()) == QColor(10, 200, 30)

    qtbot.waitUntil(green)


def test_the_page_that_searches_fits_beside_another_panel(qtbot: Any) -> None:
    from gui.panels.labels.search_page import SearchPage
    from gui.window.beside_panel import LEAST_WIDTH

    page = SearchPage()
    qtbot.addWidget(page)
    page.show_sentence("Open a run to check the labels of its data. " * 3)
    assert page.minimumSizeHint().width() <= LEAST_WIDTH
