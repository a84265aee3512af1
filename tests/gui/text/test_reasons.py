"""The engine's codes are told in the language of the window; what has no code, or an unknown one, as it came."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import trainer
from gui.text.errors import code_text as error_told
from gui.text.messages import message_parts
from gui.text.reasons import note_text, reason_text, source_text, stop_text, where_word
from gui.window import i18n
from trainer import events as ev
from trainer.data.image_folder import load_folder
from trainer.data.read_options import USUAL
from trainer.reasons import REASONS, SOURCES
from trainer.store.attempt_history import Message

CYRILLIC = re.compile("[а-яё]")
VALUES = {"detail": "bad", "attempt": 3, "source": "window", "when": "epoch", "name": "kappa"}
ROOM = Path(trainer.__file__).parents[1]


@pytest.fixture
def speak(qtbot: QtBot) -> Iterator[Callable[[str], None]]:
    """Choose the language of the application for a test."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    before = QLocale()
    yield lambda language: i18n.choose(app, language)
    i18n.choose(app, "en")
    QLocale.setDefault(before)


@pytest.fixture
def russian(speak: Callable[[str], None]) -> None:
    speak("ru")


def given_codes() -> set[str]:
    """Every code of a request or a stop that stands in the engine or in a callback."""
    found = set()
    for package in ("trainer", "callbacks"):
        for path in (ROOM / package).rglob("*.py"):
            if path.name not in ("reasons.py", "control.py"):  # the registry, and errors of the command line
                for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                    if isinstance(node, ast.Constant) and re.fullmatch(r"(request|stop)\.[a-z_]+", str(node.value)):
                        found.add(str(node.value))
    return found - {"request.unknown"}  # an error for whoever makes the request, not an answer of the engine


def test_the_registry_has_the_codes_that_are_given_and_no_other() -> None:
    assert given_codes() == set(REASONS)


@pytest.mark.parametrize("code", REASONS)
def test_every_code_has_a_sentence_in_both_languages(code: str, speak: Callable[[str], None]) -> None:
    english, russian = (speak(language) or reason_text(code, VALUES, "<as it came>") for language in ("en", "ru"))
    assert english not in ("", code, "<as it came>")
    assert not CYRILLIC.search(english)
    assert CYRILLIC.search(russian)
    for text in (english, russian):
        assert not set("{}") & set(text)
    assert all(str(VALUES[name]) in english or name == "source" for name in re.findall(r"{(\w+)}", REASONS[code]))


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_has_a_name_in_both_languages(source: str, speak: Callable[[str], None]) -> None:
    speak("en")
    assert source_text(source) == SOURCES[source]
    speak("ru")
    assert CYRILLIC.search(source_text(source))


def test_who_has_stopped_a_run_and_when(russian: None) -> None:
    def asked(source: str, when: str) -> str:
        return stop_text(source, "stop.request", {"source": source, "when": when}, "")

    assert asked("command line", "epoch") == "Запрошена остановка из терминала: после этой эпохи."
    assert asked("SIGINT", "step") == "Запрошена остановка клавишами Ctrl-C: сразу."
    assert stop_text("callback", "", {}, "F1 passed 0.9") == "Запрошена остановка колбэком: F1 passed 0.9."


def event_text(event: ev.Event) -> str:
    values = {name: getattr(event, name) for name in event.__struct_fields__}
    return "\n".join(text for _, text in message_parts(Message(1, 0, type(event).__name__, values)))


def ended(**more: Any) -> str:
    return event_text(ev.RunEnded(epoch=1, step=1, seconds=1.0, **{"reason": "", **more}))


def test_how_a_run_has_ended(russian: None) -> None:
    stop = {"code": "stop.request", "parameters": {"source": "window", "when": "step"}, "reason": "window"}
    assert ended(status="stopped", **stop) == "Запуск окончен: остановлен (из окна)."
    assert ended(status="completed") == "Запуск окончен: завершён."
    assert "ранняя остановка" in ended(status="completed", reason="early_stopping", code="stop.early_stopping")
    assert "больше ничего" in ended(status="completed", reason="больше ничего не нужно")
    bad = ev.NonFiniteLoss(epoch=1, step=1, batch=2, where="gradient", last_checkpoint=None)
    assert event_text(bad) == "Эпоха 1, батч 2: значение градиента — не конечное число."
    assert where_word("loss") == "значение потерь"


def test_the_parts_of_an_error_have_labels(speak: Callable[[str], None]) -> None:
    speak("en")
    error = {"code": "x.y", "reason": "It is bad.", "error": "It is bad.\nwhere: a file\nfix: go on"}
    parts = {"where": "a file", "fix": "go on"}
    assert (
        ended(status="failed", **error, **parts) == "The run has ended: failed. It is bad.\nWhere: a file\nFix: go on"
    )
    # a journal older than the parts
    assert ended(status="failed", **error) == "The run has ended: failed. " + error["error"]


def test_a_callback_that_failed_for_a_known_reason(russian: None) -> None:
    def failed(error: str, **more: Any) -> str:
        return event_text(
            ev.CallbackFailed(epoch=1, step=1, callback="c", hook="h", action="retry", error=error, **more)
        )

    assert failed("ValueError: odd") == "Сбой колбэка c в h: ValueError: odd"
    parameters = {"path": "/a", "needed": 7, "free": 3, "reason": "No space left on device", "errno": "ENOSPC"}
    told = failed("DiskError: The disk is full.", code="disk.full", parameters=parameters)
    assert "На диске кончилось место: нужно 7 байт, свободно 3." in told


def test_what_the_system_says_goes_by_its_number(russian: None) -> None:
    for errno, reason in (("ENOENT", "такого файла или папки нет"), ("EXDEV", "as it came")):
        values = {"python": "p", "reason": "as it came", "errno": errno}
        assert f"p не запускается: {reason}." in error_told("engine.start", values, "")


@pytest.mark.parametrize(("count", "verb"), [(1, "Не рассматривается 1 другой"), (5, "Не рассматриваются 5 других")])
def test_notes_on_data(count: int, verb: str, russian: None, tmp_path: Path) -> None:
    from PIL import Image

    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        Image.new("L", (4, 4)).save(tmp_path / name / "1.png")
    for number in range(count):
        (tmp_path / f"{number}.txt").touch()
    (note,) = load_folder(tmp_path, USUAL).notes
    assert note_text(note.code, note.parameters, note.reason).startswith(verb)


def test_what_is_not_known_is_told_as_it_came(russian: None) -> None:
    for code in ("", "from.the_future"):
        assert reason_text(code, {"a": 1}, "in its words") == "in its words"
        assert note_text(code, {}, "in its words") == "in its words"
        assert stop_text("robot", code, {}, "in its words") == "Запрошена остановка robot: in its words."
    assert reason_text("request.stale", {}, "other parameters") == "other parameters"
    assert [source_text("robot"), where_word("robot")] == ["robot"] * 2


NOTES: dict[str, tuple[dict[str, Any], *tuple[str, ...]]] = {
    "unread_formats": ({"count": 2, "where": "HEIC (a: 2)", "photos": 1}, "2 picture", "epochscope[photos]"),
    "images_without_class": ({"count": 1, "example": "x.png"}, "1 image", "x.png"),
    "hidden_images": ({"count": 3, "example": "a/.x.png", "where": "a: 3"}, "3 hidden image", "a: 3"),
    "folders_beside": ({"count": 1, "example": "Holdout"}, "1 folder", "Holdout"),
    "repeated_rows": ({"count": 24, "example": "a/x.png"}, "24 row", "a/x.png"),
    "link_loops": ({"count": 2, "example": "a/up"}, "2 link", "a/up"),
    "similar_names": ({"count": 2, "names": "A, a"}, "2 classes", "A, a"),
    "renamed_class": ({"folder": "val/cat", "name": "Cat"}, "val/cat", "class Cat"),
    "nested_images": ({"count": 9, "example": "a/b/c.png"}, "9 image", "a/b/c.png"),
    "first_page_only": ({"count": 3, "example": "a/x.tif", "where": "a: 3"}, "3 file", "a: 3"),
    "shallow_16_bit": ({"count": 6, "total": 12, "bits": 12, "factor": 16, "where": "a: 6"}, "6 of 12", "by 16"),
}


@pytest.mark.parametrize("code", NOTES)
def test_notes_on_folders(code: str, speak: Callable[[str], None]) -> None:
    speak("en")
    parameters, *parts = NOTES[code]
    text = note_text(code, parameters, "as it came")
    assert all(part in text for part in parts), text
    assert note_text(code, {"count": 1}, "as it came") == "as it came"  # of another version
