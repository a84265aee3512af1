"""What the engine says of its own, in English, is told in the language of the window; what nobody knows, as it came."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import trainer
from gui.text.formats import message_text
from gui.text.reasons import note_text, python_text, reason_text, source_text, stop_text, where_word
from gui.window import i18n
from trainer import events as ev
from trainer.store.run_history import Message

RUSSIAN = re.compile("[а-яё]")
ROOM = Path(trainer.__file__).parent


@pytest.fixture(autouse=True)
def _russian(qtbot: QtBot) -> Iterator[None]:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    before = QLocale()
    i18n.choose(app, "ru")
    yield
    i18n.choose(app, "en")
    QLocale.setDefault(before)


def answers() -> set[str]:
    """Every reason that is written down in the engine."""
    found = set()
    for module, name, place in (("engine/session.py", "_answer", 2), ("store/requests.py", "Received", 3)):
        for node in ast.walk(ast.parse((ROOM / module).read_text("utf-8"))):
            if isinstance(node, ast.Call) and name in (getattr(node.func, "attr", ""), getattr(node.func, "id", "")):
                given = node.args[place] if len(node.args) > place else None
                if isinstance(given, ast.Constant) and given.value:
                    found.add(str(given.value))
    return found


def test_why_a_request_was_refused() -> None:
    assert len(answers()) >= 6
    for reason in (*answers(), "meant for attempt 3", "not a request: JSON is malformed", "early_stopping"):
        assert RUSSIAN.search(reason_text(reason)), reason


def test_who_has_stopped_a_run_and_when() -> None:
    for source in ("window", "command line", "api", "request", "callback", "SIGINT", "SIGTERM"):
        assert RUSSIAN.search(source_text(source)), source
    assert stop_text("command line", "after this epoch") == "Запрошена остановка из терминала: после этой эпохи."
    assert stop_text("SIGINT", "after this step") == "Запрошена остановка клавишами Ctrl-C: сразу."
    assert stop_text("callback", "F1 passed 0.9") == "Запрошена остановка колбэком: F1 passed 0.9."


def told(event: ev.Event) -> str:
    values = {name: getattr(event, name) for name in event.__struct_fields__}
    return message_text(Message(1, 0, type(event).__name__, values))


def test_lines_of_the_log() -> None:
    def ended(**more: object) -> str:
        return told(ev.RunEnded(epoch=1, step=1, seconds=1.0, **more))  # type: ignore[arg-type]

    assert ended(status="stopped", reason="window") == "Запуск окончен: остановлен (из окна)."
    assert ended(status="completed", reason="") == "Запуск окончен: завершён."
    assert "ранняя остановка" in ended(status="completed", reason="early_stopping")
    bad = ev.NonFiniteLoss(epoch=1, step=1, batch=2, where="gradient", last_checkpoint=None)
    assert told(bad) == "Эпоха 1, батч 2: значение градиента не конечно."
    assert where_word("loss") == "значение потерь"


def test_why_a_python_cannot_be_used() -> None:
    for reason in ("no answer", "torch", "not epochscope", "exit code 1", "exit code 7", "No such file or directory"):
        assert RUSSIAN.search(python_text(reason)), reason


def test_remarks_on_data() -> None:
    assert note_text("1 other file or folder not looked at, such as a.txt").startswith("Не рассматривается 1 другой")
    assert note_text("5 other files or folders not looked at, such as a.txt").startswith("Не рассматриваются 5 других")


def test_what_nobody_knows_is_told_as_it_came() -> None:
    assert [said("from the future") for said in (reason_text, source_text, note_text, python_text, where_word)] == [
        "from the future"
    ] * 5
