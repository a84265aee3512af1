"""Every colour scheme can be read, and controls follow the user's font."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import asdict

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QComboBox
from pytestqt.qtbot import QtBot

from gui.style import theme
from gui.style.colour_schemes import CONTRAST_DARK, CONTRAST_LIGHT, DARK, LIGHT, ColourScheme
from gui.style.dimensions import space, text_font
from gui.style.stylesheet import FAILED, WARNING, stylesheet
from trainer.resources import resource

SCHEMES = {"light": LIGHT, "dark": DARK, "contrast_light": CONTRAST_LIGHT, "contrast_dark": CONTRAST_DARK}


@pytest.fixture
def app(qapp: QApplication) -> Iterator[QApplication]:
    font = qapp.font()
    yield qapp
    qapp.setFont(font)
    theme.apply(qapp, "system")


def luminance(colour: QColor) -> float:
    """Relative luminance of WCAG 2.2."""
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.getRgbF()[:3]]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def ratio(one: QColor | str, other: QColor | str) -> float:
    high, low = sorted((luminance(QColor(one)), luminance(QColor(other))), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", SCHEMES)
def test_text_and_edges_stand_out(name: str) -> None:
    scheme: ColourScheme = SCHEMES[name]
    for text, ground in itertools.product(("ink", "muted"), ("window", "surface", "alternate")):
        least = 7 if "contrast" in name else 4.5
        assert ratio(asdict(scheme)[text], asdict(scheme)[ground]) >= least, (text, ground)
    for ground in (scheme.hover, scheme.pressed, scheme.selected):
        assert ratio(scheme.ink, ground) >= 4.5
    assert ratio(scheme.on_accent, scheme.accent) >= 4.5
    for mark, ground in itertools.product(("strong", "focus"), ("window", "surface")):
        assert ratio(asdict(scheme)[mark], asdict(scheme)[ground]) >= 3, (mark, ground)
    for border in (WARNING, FAILED):
        assert ratio(border["dark" in name], scheme.surface) >= 3


@pytest.mark.parametrize("name", SCHEMES)
def test_data_stand_out_on_their_surface(app: QApplication, name: theme.Scheme) -> None:
    theme.apply(app, name)
    colours = theme.Colours.current()
    assert colours.dark == ("dark" in name)
    assert colours.background == QColor(SCHEMES[name].surface)
    least = 7 if name == "contrast_light" else 3
    for colour in (colours.train, colours.valid, colours.best, colours.bad, colours.nan):
        assert ratio(colour, colours.background) >= least, colour.name()


@pytest.mark.parametrize("name", SCHEMES)
def test_the_sheet_has_no_literals_of_its_own(name: str) -> None:
    template = resource("style", "window.qss").read_text("utf-8")
    assert not re.findall("#[0-9a-fA-F]{3,8}", template)
    sheet = stylesheet(SCHEMES[name], dark="dark" in name)
    assert "$" not in sheet
    assert not re.findall(r"(?<![\w.])-\d+px (?!0)", sheet)


def test_room_follows_the_font(app: QApplication, qtbot: QtBot) -> None:
    small = space(2)
    font = app.font()
    font.setPointSizeF(2 * font.pointSizeF())
    app.setFont(font)
    assert space(2) > 1.5 * small
    sizes = [text_font(role).pointSizeF() for role in ("caption", "body", "title", "display")]
    assert sizes == sorted(sizes)
    assert len(set(sizes)) == 4


@pytest.mark.parametrize("editable", [False, True])
@pytest.mark.parametrize("count", [2, 3, 10])
def test_a_drop_down_list_is_as_high_as_its_rows(app: QApplication, qtbot: QtBot, count: int, editable: bool) -> None:
    theme.apply(app, "light")
    box = QComboBox(editable=editable)
    qtbot.addWidget(box)
    box.addItems([f"choice {number}" for number in range(count)])
    box.show()
    app.processEvents()
    box.showPopup()
    app.processEvents()
    rows = box.view()
    assert rows.viewport().height() >= count * rows.sizeHintForRow(0) > 0
    assert rows.verticalScrollBar().maximum() == 0
    box.hidePopup()
