"""Cards and form say the same: choosing one changes the other; the fitting card is chosen until a person chooses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QFileDialog

from gui.new_run.new_run_page import NewRunPage
from gui.new_run.recipe_cards import RecipeCard
from gui.new_run.search_setup import SearchSetup
from gui.text import recipe_offers
from gui.viewmodels.settings_form import MODEL
from tests.gui.new_run.pages import new_run_page
from tests.gui.rpc_clients import FakeRpcClient
from tests.gui.viewmodels.test_recipe_advice import FACTS, TIMES, Fixture


@pytest.fixture
def made() -> Fixture:
    return Fixture()


@pytest.fixture
def page(made: Fixture, tmp_path: Path, qtbot: Any) -> NewRunPage:
    page = new_run_page(FakeRpcClient(tmp_path), tmp_path, made.advice)
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show()
    return page


def dropped(page: NewRunPage, made: Fixture, folder: Path) -> Any:
    """The helper that is asked about this folder."""
    folder.mkdir(exist_ok=True)
    page.set_source(folder)
    page.poll()
    return made.helpers[-1]


def checked(page: NewRunPage) -> list[str]:
    return [name for name, card in page.cards.cards.items() if card.isChecked()]


def card(page: NewRunPage, name: str) -> RecipeCard:
    return page.cards.cards[name]


def test_a_search_proposes_batches_that_the_images_fill(page: NewRunPage, made: Fixture, tmp_path: Path) -> None:
    def proposed() -> str:
        page.search_button.click()
        setup = page.findChildren(SearchSetup)[-1]
        setup.close()
        return setup.form.ranges["train", "batch"]

    assert proposed() == "32,64,128,256"  # how many there are is not known yet
    dropped(page, made, tmp_path / "photos").answer("recommend", {**FACTS, "train": 48})
    assert proposed() == "4,8,16,32"


def test_the_fitting_card_is_chosen_and_one_click_starts(page: NewRunPage, made: Fixture, tmp_path: Path) -> None:
    wanted: list[list[str]] = []
    page.start_wanted.connect(lambda arguments, name: wanted.append(arguments))
    helper = dropped(page, made, tmp_path / "photos")
    assert not page.start_button.isEnabled()  # another recipe would be trained than the one that is about to be chosen
    assert page.cards.reason.text().startswith("Scanning")
    helper.answer("recommend", FACTS)
    assert checked(page) == ["photos"]
    assert page.recipe.currentData() == "photos"
    assert "--recipe photos" in page.command.text()
    assert "Images: 100, classes: 4" in page.cards.reason.text()
    assert card(page, "photos").badge.isVisibleTo(page)
    assert not card(page, "cnn").badge.isVisibleTo(page)
    page.start_button.click()
    assert helper.retired  # measuring would hold up the training
    (arguments,) = wanted
    assert arguments[:4] == ["train", str(tmp_path / "photos"), "--recipe", "photos"]


def test_cards_show_times(page: NewRunPage, made: Fixture, tmp_path: Path, qtbot: Any) -> None:
    helper = dropped(page, made, tmp_path / "photos")
    helper.answer("recommend", FACTS)
    assert card(page, "linear").time.text() == "measuring the time …"
    helper.answer("estimate", TIMES)
    assert card(page, "photos").time.text() == "about 50 s; later runs 20 s"
    assert card(page, "cnn").time.text() == "about 3 min"
    assert card(page, "photos").accessibleName() == "Photos (pretrained), Recommended, about 50 s; later runs 20 s"
    editor = page.rows[("train", "epochs")].editor
    editor.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(editor, "110")
    assert card(page, "cnn").time.text() == "about 20 min"


def test_card_and_form_follow_each_other(page: NewRunPage, made: Fixture, tmp_path: Path, qtbot: Any) -> None:
    helper = dropped(page, made, tmp_path / "photos")
    qtbot.mouseClick(card(page, "linear"), Qt.MouseButton.LeftButton)
    assert page.start_button.isEnabled()
    assert page.recipe.currentData() == "linear"
    helper.answer("recommend", FACTS)
    assert checked(page) == ["linear"]  # a person has chosen
    place = page.recipe.findData("cnn")
    page.recipe.setCurrentIndex(place)
    page.recipe.activated.emit(place)
    assert checked(page) == ["cnn"]
    place = page.recipe.findData("seed")
    page.recipe.setCurrentIndex(place)
    page.recipe.activated.emit(place)
    assert checked(page) == []
    qtbot.mouseClick(card(page, "photos"), Qt.MouseButton.LeftButton)
    model = page.rows[MODEL].editor
    assert isinstance(model, QComboBox)
    model.setCurrentText("mlp")
    assert checked(page) == []
    dropped(page, made, tmp_path / "others").answer("recommend", FACTS)
    assert page.form.recipe is not None
    assert page.form.recipe.name == "photos"  # other images, another choice


def test_a_recipe_chosen_before_the_folder_stays(
    page: NewRunPage, made: Fixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "photos").mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *given: str(tmp_path / "photos"))
    page.recipe.activated.emit(page.recipe.findData("seed"))
    page.folder_button.click()
    page.poll()
    made.helpers[-1].answer("recommend", FACTS)
    assert page.recipe.currentData() == "seed"
    assert checked(page) == []
    dropped(page, made, tmp_path / "others").answer("recommend", FACTS)  # dropped on the window: begun anew
    assert checked(page) == ["photos"]


def test_the_keyboard_chooses(page: NewRunPage, made: Fixture, tmp_path: Path, qtbot: Any) -> None:
    dropped(page, made, tmp_path / "photos").answer("recommend", FACTS)
    card(page, "photos").setFocus()
    qtbot.keyClick(card(page, "photos"), Qt.Key.Key_Right)
    assert (checked(page), page.recipe.currentData()) == (["cnn"], "cnn")
    qtbot.keyClick(card(page, "linear"), Qt.Key.Key_Return)
    assert (checked(page), page.recipe.currentData()) == (["linear"], "linear")
    qtbot.keyClick(card(page, "photos"), Qt.Key.Key_Space)
    assert (checked(page), page.recipe.currentData()) == (["photos"], "photos")


def test_what_is_not_installed_says_how_it_could_be(
    page: NewRunPage, made: Fixture, tmp_path: Path, qtbot: Any
) -> None:
    helper = dropped(page, made, tmp_path / "photos")
    helper.answer("recommend", {**FACTS, "recommended": "cnn", "reason": "not_installed", "pretrained": False})
    photos = card(page, "photos")
    qtbot.mouseClick(photos, Qt.MouseButton.LeftButton)
    qtbot.keyClick(photos, Qt.Key.Key_Space)
    assert checked(page) == ["cnn"]
    assert photos.isEnabled()
    assert photos.command.isVisibleTo(page)
    assert not card(page, "linear").command.isVisibleTo(page)
    photos.copy.click()
    assert QGuiApplication.clipboard().text() == 'pip install "epochscope[pretrained]"'
    assert "not installed" in page.cards.reason.text()


def test_problems_are_said_at_once(page: NewRunPage, made: Fixture, tmp_path: Path) -> None:
    problem = {"path": "<b>cats</b>", "code": "one_class", "reason": "a classifier needs two classes"}
    dropped(page, made, tmp_path / "photos").answer("recommend", {**FACTS, "problems": [problem]})
    assert page.cards.reason.text().startswith("⚠")
    assert "<b>cats</b>" in page.cards.reason.text()
    assert page.start_button.isEnabled()
    answer = {"ok": False, "code": "data.no_images", "parameters": {}, "what": "there are no images in the folder"}
    dropped(page, made, tmp_path / "none").answer("recommend", answer)
    assert "no images" in page.cards.reason.text()


def test_hidden_it_measures_nothing_and_shown_again_it_does(page: NewRunPage, made: Fixture, tmp_path: Path) -> None:
    helper = dropped(page, made, tmp_path / "photos")
    page.hide()
    assert helper.retired
    page.show()
    page.poll()
    assert made.helpers[-1] is not helper


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "1 s"), (8.4, "8 s"), (23, "25 s"), (57, "55 s"), (72, "70 s"), (95, "2 min"), (700, "12 min"),
     (1500, "25 min"), (5300, "90 min"), (5500, "1.5 h"), (9000, "2.5 h"), (90_000, "25 h")],
)  # fmt: skip
def test_times_are_told_as_people_tell_them(seconds: float, text: str) -> None:
    assert recipe_offers.round_time(seconds) == text


def test_low_pages_leave_out_what_the_cards_are(page: NewRunPage) -> None:
    assert card(page, "photos").about.isVisibleTo(page)
    page.resize(760, 320)
    assert not card(page, "photos").about.isVisibleTo(page)
