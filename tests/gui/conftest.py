"""Widgets are tested offscreen, with settings of their own, and nothing may be left of a window."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import qt
from trainer import events as ev
from trainer.store.folder import RunFolder, current_owner, write_owner
from trainer.store.journal import JournalWriter
from trainer.store.run_creation import create_run

CLASSES = ("cat", "dog", "frog")


@pytest.fixture(autouse=True)
def _own_settings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """What windows remember lies in a folder that only this test knows, for child processes too."""
    home = tmp_path_factory.mktemp("settings")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    (home / "Epochscope").mkdir()
    # somebody who knows the window: the tour would stand over what is tested
    (home / "Epochscope" / "window.ini").write_text("[General]\ntour_seen=true\n", encoding="utf-8")
    if not qt.missing():
        from PySide6.QtCore import QSettings

        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(home))


@pytest.fixture(autouse=True)
def _nothing_left() -> Iterator[None]:
    """A test that leaves a window or a running timer behind fails, and names it."""
    before = _left()
    yield
    left = _left() - before
    if left:
        gc.collect()  # widgets without a parent live as long as Python knows them
        left = _left() - before
    assert not left, f"left behind: {sorted(left)}"


@pytest.fixture(autouse=True)
def _keys_released() -> Iterator[None]:
    """A click with Ctrl leaves Ctrl held for the next test: Qt goes by the last mouse event it saw."""
    yield
    if qt.missing():
        return
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication, QWidget

    none = Qt.KeyboardModifier.NoModifier
    if isinstance(QApplication.instance(), QApplication) and QApplication.keyboardModifiers() != none:
        nowhere = QWidget()
        QTest.mouseClick(nowhere, Qt.MouseButton.LeftButton)
        nowhere.deleteLater()
        assert QApplication.keyboardModifiers() == none


def _left() -> set[str]:
    """Top-level widgets, and timers of the application that run."""
    if qt.missing():
        return set()
    from PySide6.QtCore import QCoreApplication, QEvent, QTimer
    from PySide6.QtWidgets import QApplication, QMenu

    app = QApplication.instance()
    if not isinstance(app, QApplication):
        return set()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    # a plot of pyqtgraph's keeps its menu for ever (pyqtgraph#2497): six menus a window, of which there is one
    widgets = [widget for widget in app.topLevelWidgets() if not widget.parent() and not isinstance(widget, QMenu)]
    names = {f"{type(widget).__name__} {id(widget)}" for widget in widgets}
    return {*names, *(f"QTimer {id(timer)}" for timer in app.findChildren(QTimer) if timer.isActive())}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of all runs."""
    monkeypatch.setenv("EPOCHSCOPE_RUNS", str(tmp_path / "runs"))
    (tmp_path / "runs").mkdir()
    return tmp_path / "runs"


class Scribe:
    """Writes the journal of a run as an engine would."""

    def __init__(self, folder: RunFolder, steps: int = 10, epochs: int = 4) -> None:
        self.folder = folder
        self.steps = steps
        self.epochs = epochs
        self.wall = 1_700_000_000_000
        self._writer = JournalWriter(folder.journal, 1)

    def write(self, event: ev.Event, t: float = 0.0) -> None:
        """The next record, a second later."""
        self.wall += 1000
        self._writer.write(event, t=t, wall=self.wall)
        self._writer.sync()

    def prepare(self, stage: Any = "decode", done: int = 3, total: int = 12) -> None:
        self.write(ev.Preparing(epoch=0, step=0, stage=stage, done=done, total=total))

    def begin(self, **more: Any) -> None:
        values: dict[str, Any] = {
            "run_id": "r", "attempt": 1, "resumed_step": 0, "resumed_seq": 0, "started_at": "2026-01-01T00:00:00Z",
            "epochs": self.epochs, "steps_per_epoch": self.steps, "settings": {"data": {"source": "digits"}},
            "classes": CLASSES, "split_sizes": {"train": 60, "valid": 30, "test": 30}, "model": "softmax",
            "parameters": 30, "input_shape": (3, 8, 8), "device": "cpu", "seed": 1, "threads": 1,
            "callbacks": ("journal",), "versions": {}, "exact_resume": "exact",
        }  # fmt: skip
        self.write(ev.RunStarted(epoch=0, step=0, **(values | more)))

    def batches(self, epoch: int, step: int, t: float, loss: float = 1.0) -> None:
        report = ev.BatchesReported(
            epoch=epoch, step=step, first_step=step, last_step=step, count=1, samples=6, correct=3, loss_mean=loss,
            loss_min=loss, loss_max=loss, loss_last=loss, learning_rate=0.1, data_seconds=0.01, step_seconds=0.09,
        )  # fmt: skip
        self.write(report, t)

    def epoch(self, number: int, t: float, loss: float | None = None) -> None:
        """A whole one: a report, validation, the row."""
        step = number * self.steps
        found = loss if loss is not None else 1.0 / number
        self.batches(number, step, t, found)
        scores = (0.5, 0.6, 0.1 * number)
        verdict = ev.ValidationDone(
            epoch=number, step=step, loss=found, accuracy=0.5, macro_f1=0.4, weighted_f1=0.4, precision=scores,
            recall=scores, f1=scores, support=(10, 10, 10), confusion=((8, 1, 1), (2, 7, 1), (4, 3, 3)), samples=30,
            seconds=0.5, improved=True, best_epoch=number, best_loss=found,
        )  # fmt: skip
        self.write(verdict, t)
        row = ev.EpochEnded(
            epoch=number, step=step, train_loss=found, train_accuracy=0.5, train_macro_f1=0.4, train_f1=scores,
            valid_loss=found, valid_accuracy=0.5, valid_macro_f1=0.4, improved=True, learning_rate=0.1,
            samples_per_second=600.0, seconds=2.0, train_seconds=1.5, valid_seconds=0.5, data_seconds=0.1,
        )  # fmt: skip
        self.write(row, t)

    def end(self, status: Any = "completed", **more: Any) -> None:
        last = self.epochs
        self.write(ev.RunEnded(epoch=last, step=last * self.steps, status=status, reason="", seconds=9.0, **more), 9.0)
        self.close()

    def close(self) -> None:
        self._writer.close()


@pytest.fixture
def scribe(root: Path) -> Iterator[Callable[..., Scribe]]:
    """Make a run folder and write its journal: `scribe(name, alive=True)`."""
    made: list[Scribe] = []

    def make(name: str = "one", *, alive: bool = False, **more: Any) -> Scribe:
        folder = create_run(root, name)
        if alive:
            write_owner(folder, current_owner(1))
        made.append(Scribe(folder, **more))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def finished(scribe: Callable[..., Scribe]) -> RunFolder:
    """A run of four epochs that completed."""
    one = scribe("finished")
    one.prepare()
    one.begin()
    for number in range(1, 5):
        one.epoch(number, 2.0 * number)
    one.end()
    return one.folder


@pytest.fixture
def window(qtbot: Any, qapp: Any, root: Path) -> Iterator[Any]:
    """An open window without a run, in the looks it has for people."""
    from gui.preferences import Preferences
    from gui.style import theme
    from gui.window.main_window import Window

    theme.apply(qapp, "system")
    made = Window(root, Preferences())
    made.resize(1366, 768)
    # keys go to the active window only
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    yield made
    made.closing.quietly()
    made.deleteLater()
