"""An afternoon at the window: a whole CIFAR-10 run, from choosing the folder to comparing it with another, by mouse and
keyboard alone. Set EPOCHSCOPE_PICTURES to a folder to look at what was on the screen."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gui.xdotool_user import XdotoolUser, at_the_window
from tests.logical import logical
from tests.xvfb import MISSING, screen
from trainer import events as ev
from trainer.store.folder import RunFolder, state
from trainer.store.journal import read_journal

EPOCHS = int(os.environ.get("EPOCHSCOPE_SESSION_EPOCHS", "12"))
IMAGES = os.environ.get("EPOCHSCOPE_CIFAR10", "")
pytestmark = [
    pytest.mark.window,
    pytest.mark.slow,
    pytest.mark.cifar10,
    pytest.mark.skipif(not IMAGES, reason="EPOCHSCOPE_CIFAR10 names no folder with the CIFAR-10 images"),
    pytest.mark.timeout(900),
    pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}"),
]


@pytest.fixture
def pictures() -> Path | None:
    wanted = os.environ.get("EPOCHSCOPE_PICTURES")
    if wanted:
        Path(wanted).mkdir(parents=True, exist_ok=True)
    return Path(wanted) if wanted else None


@pytest.fixture
def hands(root: Path, tmp_path: Path, pictures: Path | None) -> Iterator[XdotoolUser]:
    """At a window over a folder with one earlier run to compare with."""
    command = [sys.executable, "-m", "trainer", "train", IMAGES, "--recipe", "seed"]
    subprocess.run([*command, "--epochs", "3", "--name", "earlier"], check=True, stdout=subprocess.DEVNULL)
    with screen(1366, 768) as environment:
        environment["HOME"] = str(tmp_path)
        with at_the_window(environment, pictures=pictures) as found:
            yield found


def set_up(hands: XdotoolUser, images: str) -> None:
    """New run: recipe, folder, epochs, a look at the data and at what the model is fed."""
    hands.key("ctrl+n")
    hands.wait("window.pages.on_new_run")
    hands.click("window.pages.new_run_page.recipe")
    hands.wait("window.pages.new_run_page.recipe.view().isVisible()")
    hands.key("Home", *["Down"] * hands.ask("window.pages.new_run_page.recipe.findData('seed')"), "Return")
    hands.wait(
        "window.pages.new_run_page.form.recipe is not None and window.pages.new_run_page.form.recipe.name == 'seed'"
    )
    hands.click("window.pages.new_run_page.folder_button")
    hands.wait("front() is not window")
    hands.key("ctrl+a")
    hands.write(images)
    hands.key("Return")
    hands.wait(f"window.pages.new_run_page.form.text(('data', 'source')) == {images!r}")
    hands.click("window.pages.new_run_page.rows[('train', 'epochs')].editor", double=True)
    hands.key("ctrl+a")
    hands.write(str(EPOCHS))
    hands.wait(f"'--epochs {EPOCHS}' in window.pages.new_run_page.command.text()")
    hands.click("window.pages.new_run_page.check.button")
    hands.wait("window.pages.new_run_page.check.counts.rowCount() >= 10", 120)
    hands.picture("1-data")
    bar = "window.pages.new_run_page.check.tabs.tabBar()"
    hands.click(f"spot({bar}, {bar}.tabRect(4))")
    hands.wait("window.pages.new_run_page.check.fed.model().rowCount() > 0", 60)
    hands.picture("2-preview")
    hands.click("window.pages.new_run_page.name")
    hands.write("afternoon")
    hands.click("window.pages.new_run_page.start_button")


def steer(hands: XdotoolUser) -> None:
    """Pause, go on, save, stop, continue: each as the window says the engine has answered."""
    shown = "window.run_controller.steering.state"
    hands.wait(f"{shown} == 'running'", 90)
    hands.wait("window.run.model.epochs.rows >= 1", 60)
    hands.click("window.run_toolbar.pause")
    hands.wait(f"{shown} == 'paused'")
    hands.picture("3-paused")
    steps = hands.ask("window.run.model.step")
    hands.click("window.run_toolbar.pause")
    hands.wait(f"window.run.model.step > {steps}")
    hands.click("window.run_toolbar.checkpoint")
    hands.wait("'manual' in window.run.model.checkpoints")
    hands.click("window.run_toolbar.stop")
    menu = "window.run_toolbar.stop.menu()"
    hands.wait(f"{menu}.isVisible()")
    hands.click(f"spot({menu}, {menu}.actionGeometry(window.window_actions.actions['stop_step']))")
    hands.wait(f"{shown} == 'stopped'", 60)
    hands.picture("4-stopped")
    hands.click("window.run_toolbar.primary")
    hands.wait(f"{shown} == 'running' and window.run.model.info.attempt == 2", 90)


def turn_to(hands: XdotoolUser, panel: str) -> None:
    """By the panel's own key."""
    hands.key(hands.ask(f"window.window_actions.actions['tab_{panel}'].shortcut().toString()").lower())
    hands.wait(f"window.tabs.current == {panel!r}")


def look_into(hands: XdotoolUser) -> None:
    """The hardest cats, the cats taken for dogs, at this epoch and another."""
    turn_to(hands, "classes")
    hands.picture("5-classes")
    table = "window.tabs.panel('classes').table"
    names = "window.run.model.classes"
    hands.click(f"cell({table}, {table}.classes.order.tolist().index({names}.index('cat')))")
    hands.wait("window.tabs.current == 'errors'")
    grid, classes = "window.tabs.panel('errors').grid", hands.ask(f"list({names})")
    cat, dog = classes.index("cat"), classes.index("dog")
    hands.wait(f"{grid}.choice.true == ({cat},) and {grid}.view.model().rowCount() > 50")
    hands.picture("6-hardest-cats")
    matrix = "window.tabs.panel('errors').matrix"
    places = hands.ask(f"list({matrix}.matrix.shown.classes)")
    hands.click(f"cell({matrix}, {places.index(cat)}, {places.index(dog)})")
    hands.wait(f"{grid}.choice.predicted == ({dog},)")
    hands.click(f"cell({grid}.view, 0)")
    hands.picture("7-cats-taken-for-dogs")


def travel(hands: XdotoolUser) -> None:
    """The epoch cursor, on a finished run, moves every panel."""
    hands.key("alt+Home")
    hands.wait("window.epoch_cursor.chosen == 1")
    note = hands.ask("window.tabs.panel('errors').note.text()")
    hands.key("alt+Right")
    hands.wait("window.epoch_cursor.chosen == 2")
    assert hands.ask("window.tabs.panel('errors').note.text()") != note
    hands.picture("8-second-epoch")
    turn_to(hands, "weights")
    hands.picture("9-weights")
    hands.key("Escape")
    hands.wait("window.epoch_cursor.chosen is None")


def compare(hands: XdotoolUser) -> None:
    """Both runs marked in the list, side by side, and their curves in one chart."""
    row = "window.runs_side.panel.items.index_of({!r}).row()"
    hands.click(f"cell(window.runs_side.panel.view, {row.format('earlier')})")
    hands.wait("window.run is not None and window.run.folder.name == 'earlier' and not window.runs.catching_up")
    hands.key("space")
    hands.wait("window.runs_side.panel.runs.overlaid == ['earlier']")
    hands.click(f"cell(window.runs_side.panel.view, {row.format('afternoon')})")
    hands.wait("window.run is not None and window.run.folder.name == 'afternoon' and not window.runs.catching_up")
    turn_to(hands, "curves")
    hands.picture("10-overlaid")
    hands.click("window.runs_side.panel.bar.widgetForAction(window.runs_side.panel.compare_action)")
    dialog = "[w for w in QApplication.topLevelWidgets() if type(w).__name__ == 'CompareDialog' and w.isVisible()]"
    hands.wait(f"len({dialog})")
    hands.picture("11-compared")
    hands.ask(f"{dialog}[0].close()")


def export(hands: XdotoolUser, path: Path, keys: str) -> None:
    hands.key(keys)
    hands.wait("front() is not window")
    hands.key("ctrl+a")
    hands.write(str(path))
    hands.key("Return")
    hands.wait("front() is window")


def test_an_afternoon(hands: XdotoolUser, root: Path, tmp_path: Path) -> None:
    set_up(hands, IMAGES)
    steer(hands)
    hands.wait("window.run.model.epochs.rows >= 3", 120)
    look_into(hands)
    hands.wait("window.run_controller.steering.state == 'completed'", 600)
    travel(hands)
    compare(hands)
    export(hands, tmp_path / "curves.csv", "ctrl+e")
    export(hands, tmp_path / "curves.png", "ctrl+shift+e")
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
    with (tmp_path / "curves.csv").open(encoding="utf-8", newline="") as file:
        assert {row["run"] for row in csv.DictReader(file)} == {"afternoon", "earlier"}
    run = RunFolder(root / "afternoon")
    assert state(run) == "completed"
    events = [record.event for record in logical(read_journal(run.journal).records)]
    assert [event.epoch for event in events if isinstance(event, ev.EpochEnded)] == list(range(1, EPOCHS + 1))
    kinds = [type(event).__name__ for event in events]
    assert {"RunPaused", "RunUnpaused"} <= set(kinds)
    tests = [event for event in events if isinstance(event, ev.EvaluationDone) and event.split == "test"]
    print(f"\n{EPOCHS} epochs from the window: test macro-F1 {tests[-1].macro_f1:.4f}")
