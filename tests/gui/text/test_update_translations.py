"""Every text has a Russian translation, and the window shows it."""

from __future__ import annotations

import html
import re
import string
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, Qt, QTranslator
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialogButtonBox,
    QGroupBox,
    QLabel,
    QTableView,
    QTabWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gui.preferences import Preferences
from gui.text.errors import code_text, ended_text, error_text, fault_text, fix_text, whole_text
from gui.text.update_translations import ErrorCode, Text, error_codes, fault_codes, texts, texts_of
from gui.window import i18n
from gui.window.actions import MENUS
from gui.window.main_window import Window
from gui.window.tabs import PANELS
from trainer.errors import UsageError
from trainer.plugins import load_callback, load_metric, load_model
from trainer.reasons import REASONS
from trainer.resources import resource
from trainer.settings.problems import PROBLEMS
from trainer.settings.recipes import load_recipe
from trainer.store.folder import RunFolder

FORMS = {"ru": 3, "en": 2}
LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
# names of things that are called the same in Russian
SAME = set(
    "Python macro Macro PyTorch Epochscope NaN auto cpu cuda mps csv png txt log softmax mlp cnn resnet fast adam "  # noqa: SIM905
    "loss accuracy min max metrics "
    "adamw nadam sgd rmsprop digits cifar mnist fashion constant cosine linear step seed float bfloat "
    "equal balanced shuffle mixup Mixup CutMix RandAugment EMA photos ImageNet scikit learn Softmax SHA efficientnet "
    "lite Home End Enter Esc Alt Ctrl Shift GPU PCA SNE last cat dog frog finished English".split()
)


class Message(NamedTuple):
    text: Text
    finished: bool
    forms: tuple[str, ...]


def read_ts(code: str) -> list[Message]:
    found = []
    for context in ElementTree.parse(resource("i18n", f"epochscope_{code}.ts")).getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            assert translation is not None
            plural = message.get("numerus") == "yes"
            forms = tuple(form.text or "" for form in translation.iter("numerusform")) if plural else ()
            text = Text(
                context.findtext("name", ""), message.findtext("source", ""), message.findtext("comment", ""), plural
            )
            found.append(Message(text, translation.get("type") is None, forms or (translation.text or "",)))
    return found


RU, EN = read_ts("ru"), read_ts("en")
STALE = "run `python -m gui.text.update_translations`, translate what is unfinished, run it again"


@pytest.fixture
def russian(qtbot: QtBot) -> Iterator[QApplication]:
    """The application speaks Russian during a test."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    before = QLocale()
    i18n.choose(app, "ru")
    yield app
    i18n.choose(app, "en")
    QLocale.setDefault(before)


@pytest.fixture
def window(qtbot: QtBot, root: Path, russian: QApplication) -> Iterator[Window]:
    """An open window without a run."""
    made = Window(root, Preferences())
    made.resize(1366, 768)
    made.show()
    yield made
    made.closing.quietly()
    made.deleteLater()


# -- the files ---------------------------------------------------------------------------------------------------


def test_the_files_have_the_texts_of_the_source_and_no_other() -> None:
    wanted = set(texts())
    have = {message.text for message in RU}
    assert wanted - have == set(), STALE
    assert have - wanted == set(), STALE
    assert {message.text for message in EN} == {text for text in wanted if text.plural}, STALE


@pytest.mark.parametrize("code", FORMS)
def test_every_text_is_translated(code: str) -> None:
    for message in read_ts(code):
        assert message.finished, message
        assert all(message.forms), message
        assert len(message.forms) == (FORMS[code] if message.text.plural else 1), message


@pytest.mark.parametrize("code", FORMS)
def test_the_compiled_files_are_those_texts(code: str) -> None:
    translator = QTranslator()
    assert translator.load(str(resource("i18n", f"epochscope_{code}.qm")))
    counts = {"ru": (1, 2, 5), "en": (1, 2)}[code]
    for message in read_ts(code):
        context, source, comment, plural = message.text
        for form, count in zip(message.forms, counts if plural else (-1,), strict=True):
            assert translator.translate(context, source, comment, count) == form, STALE


def test_an_error_names_only_what_it_is_given() -> None:
    known = {one.code: one.parameters for one in error_codes()}
    for message in RU:
        if message.text.context in ("Errors", "Fixes"):
            more = {"what"} if message.text.context == "Errors" else set()
            assert braces(message.forms[0]) <= known[message.text.source] | more, message


def test_an_error_of_an_epoch_names_it() -> None:
    """For such errors `error_parts` leaves out the place, whose words are English."""
    of_epochs = {one.code for one in error_codes() if "epoch" in one.parameters}
    assert of_epochs >= {"callback.failed", "diverged.step", "metric.failed"}
    for message in RU:
        if message.text.context == "Errors" and message.text.source in of_epochs:
            assert "epoch" in braces(message.forms[0]), message


def test_a_reason_names_what_its_english_names() -> None:
    found = {message.text.source: braces(message.forms[0]) for message in RU if message.text.context == "Codes"}
    assert found == {code: braces(text) for code, text in REASONS.items()}


def test_a_problem_of_settings_names_what_its_english_names() -> None:
    found = {message.text.source: braces(message.forms[0]) for message in RU if message.text.context == "Problems"}
    assert found == {code: braces(text) for code, text in PROBLEMS.items() if code != "other"}


def test_a_translation_has_the_shape_of_its_source() -> None:
    for (context, source, _, _), _, forms in RU:
        if context not in ("Errors", "Fixes", "Faults", "Codes", "Sources", "Problems"):  # their source is a code
            assert all(shape(form) == shape(source) for form in forms), (source, forms)


def shape(text: str) -> tuple[object, ...]:
    """Placeholders, spaces at the ends, dots that announce a dialog, and whether there is a mnemonic."""
    ends = (text[:1].isspace(), text[-1:].isspace(), text.endswith("…"))
    return braces(text), sorted(re.findall(r"%(?:n|s|\d)", text)), ends, text.replace("&&", "").count("&")


def braces(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_menus_have_keys_of_their_own(window: Window) -> None:
    for entries in MENUS.values():
        letters = [
            key.lower() for name in entries if name in window.window_actions.actions for key in keys_of(window, name)
        ]
        assert len(letters) == len(set(letters)), letters


def keys_of(window: Window, name: str) -> list[str]:
    return re.findall("&(.)", window.window_actions.actions[name].text())


def test_a_text_that_cannot_be_found_is_refused(tmp_path: Path) -> None:
    module = tmp_path / "a.py"
    module.write_text("class A:\n    def f(self, text):\n        return self.tr(text)\n")
    with pytest.raises(ValueError, match=r"a\.py:3"):
        texts_of(module)


# -- errors ------------------------------------------------------------------------------------------------------


def test_errors_are_told_in_russian(russian: QApplication) -> None:
    error = UsageError("run.live", "one is being trained", where="/runs/one", fix="Stop it.", name="{one}")
    told = ["Запуск «{one}» ещё обучается; он не удалён.", "Где: /runs/one", "Что делать: сначала остановите его"]
    assert error_text(error) == "\n".join(told)
    for one in error_codes():
        values = dict.fromkeys(one.parameters, "<value>")
        assert re.search("[а-яё]", code_text(one.code, values, "<english>")), one.code
    assert all(re.search("[а-яё]", fault_text(code, "")) for code in fault_codes())


@pytest.mark.parametrize("one", [one for one in error_codes() if one.fixable], ids=lambda one: one.code)
def test_every_fix_is_told_in_russian(russian: QApplication, one: ErrorCode) -> None:
    values = dict.fromkeys(one.parameters, "<value>")
    parts = {"what": "<what>", "where": "<where>", "expected": "<expected>"}
    for text in (
        whole_text({"code": one.code, "parameters": values, "fix": "<fix>", **parts}),
        ended_text({"code": one.code, "parameters": values, "reason": "<what>", "fix": "<fix>", "error": "", **parts}),
    ):
        assert ("<where>" in text) == ("epoch" not in one.parameters)  # the text says the epoch itself
        assert "Что делать: " in text
        assert "<fix>" not in text
        assert "<expected>" not in text


def test_what_may_be_meant_by_an_unknown_name_is_said_in_russian_too(russian: QApplication, tmp_path: Path) -> None:
    lookups: list[tuple[Callable[[str], Any], str, str]] = [
        (load_callback, "tensorbord", "tensorboard"),
        (load_model, "resnet8", "resnet18"),
        (lambda name: load_metric(name, {}, 10), "kapa", "kappa"),
        (load_recipe, "photo", "photos"),
    ]
    for look_up, wrong, right in lookups:
        for name in (wrong, "xyz"):
            with pytest.raises(UsageError) as caught:
                look_up(name)
            told = error_text(caught.value).splitlines()[0]
            assert name in told
            assert right in told  # by itself, or in the list of all
            assert ("Возможно" in told) == (name == wrong)
            assert right in str(caught.value)


def test_a_fix_is_not_said_twice() -> None:
    """The first part says what happened; how to fix it has a text of its own."""
    advice = re.compile(r"\b(?:Выберите|Возьмите|Укажите|Проверьте|Исправьте|Установите|Отключите|Уберите|Добавьте)\b")
    fixed = {message.text.source for message in RU if message.text.context == "Fixes"}
    found = [one.forms[0] for one in RU if one.text.context == "Errors" and one.text.source in fixed]
    assert [text for text in found if advice.search(text)] == []


def test_what_has_no_translation_is_told_in_english(russian: QApplication) -> None:
    assert code_text("from.the_future", {}, "What has happened") == "What has happened"
    assert code_text("run.live", {}, "parameters of another version") == "parameters of another version"
    assert fix_text("from.the_future", {}, "Do this") == "Do this"
    assert fix_text("version.newer", {}, "") != ""
    assert fault_text("from_the_future", "a reason") == "a reason"


def test_english_is_the_text_of_the_engine(qtbot: QtBot) -> None:
    answer = {"code": "run.live", "what": "A", "where": "B", "expected": "", "fix": "C", "parameters": {"output": "D"}}
    assert whole_text(answer) == "A\nWhere: B\nFix: C\nD"
    assert code_text("diverged.step", {}, "It is bad.") == "It is bad."


# -- the window --------------------------------------------------------------------------------------------------


def test_plurals(russian: QApplication) -> None:
    def told_of(count: int) -> str:
        return QCoreApplication.translate("StatusBar", "%n damaged line(s) in the journal", "", count)

    found = [told_of(count).split()[1] for count in (1, 2, 5, 11, 21, 22)]
    assert found == ["повреждённая", "повреждённые", "повреждённых", "повреждённых", "повреждённая", "повреждённые"]
    i18n.choose(russian, "en")
    assert [told_of(1), told_of(2)] == ["1 damaged line in the journal", "2 damaged lines in the journal"]


def test_buttons_of_qt_are_translated(qtbot: QtBot, russian: QApplication) -> None:
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    qtbot.addWidget(box)
    assert box.buttons()[0].text() == "Отмена"


def test_the_window_shows_no_english(qtbot: QtBot, window: Window, finished: RunFolder) -> None:
    assert english(window) == {}
    window.open_run(finished.path)
    qtbot.waitUntil(lambda: not window.runs.catching_up)
    walk(window)
    window.window_actions.actions["new_run"].trigger()
    qtbot.waitUntil(lambda: window.pages.new_run_page is not None)
    assert english(window) == {}
    window.help_actions.settings()
    assert english(window) == {}


def test_the_language_changes_while_the_window_is_open(
    qtbot: QtBot, window: Window, russian: QApplication, finished: RunFolder
) -> None:
    def title() -> str:
        return window.window_actions.menus["file"].title()

    i18n.choose(russian, "en")
    qtbot.waitUntil(lambda: title() == "&File")
    window.open_run(finished.path)
    qtbot.waitUntil(lambda: not window.runs.catching_up)
    for tab in PANELS:
        window.show_tab(tab)
    assert english(window) != {}
    i18n.choose(russian, "ru")
    qtbot.waitUntil(lambda: title() == "&Файл")
    walk(window)


def walk(window: Window) -> None:
    """Look at each panel."""
    for tab in PANELS:
        window.show_tab(tab)
        window.refresh_timer.tick()
        assert english(window) == {}, tab


def english(window: Window) -> dict[str, str]:
    """Texts with Latin words that are no names, and where they stand."""
    found = {f"action {action.objectName()}": action.text() for action in window.findChildren(QAction)}
    for widget in window.findChildren(QWidget):
        if widget.isVisible():
            for number, text in enumerate((*shown(widget), widget.toolTip(), widget.accessibleName())):
                found[f"{type(widget).__name__} {widget.objectName()} {id(widget)} {number}"] = text
    return {place: text for place, text in found.items() if set(LATIN_WORD.findall(without_paths(text))) - SAME}


def without_paths(text: str) -> str:
    """Tags, paths, file types, and names of settings, commands and flags are no words."""
    text = html.unescape(re.sub("<.*?>", " ", text))  # tool tips are HTML
    return re.sub(r"\S*[/\\=_*]\S*|--?\S+|\(\S+\.\S+\)|\w+\.\w+", "", text)


def shown(widget: QWidget) -> list[str]:
    match widget:
        case QLabel() | QAbstractButton():
            return [widget.text()]
        case QGroupBox():
            return [widget.title()]
        case QTabWidget():
            return [widget.tabText(number) for number in range(widget.count())]
        case QComboBox() if not widget.isEditable():
            return [widget.itemText(number) for number in range(widget.count())]
        case QTableView() if widget.model() is not None:
            heads = range(widget.model().columnCount())
            return [str(widget.model().headerData(head, Qt.Orientation.Horizontal) or "") for head in heads]
    return []
