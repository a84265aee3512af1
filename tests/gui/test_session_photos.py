"""An evening with photographs: why a pretrained run errs, which labels are wrong, and what their correction brings, by
mouse and keyboard alone. Set EPOCHSCOPE_PICTURES to a folder to look at what was on the screen."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.gui.test_session import pictures  # noqa: F401  # a fixture
from tests.gui.xdotool_user import XdotoolUser, at_the_window
from tests.xvfb import MISSING, screen
from trainer.store.edits_file import kept_counts
from trainer.store.folder import RunFolder, state

IMAGES = os.environ.get("EPOCHSCOPE_CIFAR10", "")
A_CLASS, TESTED = 60, 40
WRONG = 60
"""Labels of training images that are exchanged: a tenth."""
MENDED = 20
pytestmark = [
    pytest.mark.window,
    pytest.mark.slow,
    pytest.mark.cifar10,
    pytest.mark.skipif(not IMAGES, reason="EPOCHSCOPE_CIFAR10 names no folder with the CIFAR-10 images"),
    pytest.mark.timeout(900),
    pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}"),
]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Images of CIFAR-10, some of them in the folder of another class: their names say which they are of."""
    random = np.random.default_rng(5)
    source, target = Path(IMAGES), tmp_path / "photos"
    classes = sorted(path.name for path in (source / "train").iterdir())
    for part, count in (("train", A_CLASS), ("test", TESTED)):
        for name in classes:
            (target / part / name).mkdir(parents=True)
            for file in sorted((source / part / name).iterdir())[:count]:
                shutil.copy(file, target / part / name / f"{name}-{file.name}")
    files = sorted((target / "train").rglob("*.*"))
    for which in random.choice(len(files), WRONG, replace=False):
        others = [name for name in classes if name != files[which].parent.name]
        files[which].rename(target / "train" / random.choice(others) / files[which].name)
    return target


@pytest.fixture
def hands(root: Path, tmp_path: Path, photos: Path, pictures: Path | None) -> Iterator[XdotoolUser]:  # noqa: F811
    """At a window over a folder with a run on these images."""
    command = [sys.executable, "-m", "trainer", "train", str(photos), "--recipe", "photos", "--name", "before"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    with screen(1366, 768) as environment:
        environment["HOME"] = str(tmp_path)
        with at_the_window(environment, pictures=pictures) as found:
            yield found


DETAIL = "window.tabs.panel('errors').grid.detail"
LABELS = "window.tabs.panel('labels').view"
DIALOG = "front().windowTitle() if front() is not window else ''"


def open_run(hands: XdotoolUser) -> None:
    """Click the run in the list."""
    index = "window.runs_side.panel.items.index_of('before')"
    hands.wait(f"window.runs_side.panel is not None and {index}.isValid()")
    hands.click(f"cell(window.runs_side.panel.view, {hands.ask(index + '.row()')})")
    hands.wait("window.run is not None and window.run.folder.name == 'before' and not window.runs.catching_up")


def see_why(hands: XdotoolUser) -> None:
    """The most frequent error: its images, where the model looked, what it finds similar, and on from there."""
    hands.key("ctrl+3")
    panel = "window.tabs.panel('errors')"
    hands.wait(f"window.tabs.current == 'errors' and {panel}.grid.view.model().rowCount() > 20")
    hands.picture("photos-0-errors")
    counts = np.array(hands.ask(f"{panel}.looked.metrics.matrix.dense().tolist()"))
    np.fill_diagonal(counts, 0)
    true, predicted = (int(place) for place in np.unravel_index(counts.argmax(), counts.shape))
    places = hands.ask(f"list({panel}.matrix.matrix.shown.classes)")
    hands.click(f"cell({panel}.matrix, {places.index(true)}, {places.index(predicted)})")
    hands.wait(f"{panel}.grid.choice.true == ({true},) and {panel}.grid.choice.predicted == ({predicted},)")
    hands.click(f"cell({panel}.grid.view, 0)")
    hands.picture("photos-1-cell")
    hands.click(f"{DETAIL}.heat.switch")
    hands.wait(f"{DETAIL}.heat.note.isVisible() and '%' in {DETAIL}.heat.note.text()", 120)
    hands.click(f"{DETAIL}.similar_switch")
    hands.wait(f"len({DETAIL}.similar.buttons) > 3", 60)
    hands.picture("photos-2-why")
    hands.click(f"{DETAIL}.similar.buttons[0]")
    hands.wait(f"{DETAIL}.back.isVisible()")
    hands.picture("photos-3-a-similar-one")
    hands.click(f"{DETAIL}.back")
    hands.wait(f"not {DETAIL}.back.isVisible()")


def correct_labels(hands: XdotoolUser) -> None:
    """Find labels that may be wrong, and correct some of them, each by a key."""
    hands.key("ctrl+9")
    hands.wait("window.tabs.current == 'labels'")
    hands.click(f"{LABELS}.search_page.button")
    hands.wait(f"{LABELS}.grid.model().rowCount() > {MENDED}", 120)
    hands.picture("photos-4-labels")
    for number in range(MENDED):
        one = f"{LABELS}.grid.proposal({LABELS}.grid.currentIndex().row())"
        # a file's name says what the image shows: a person would see it
        shown = hands.ask(f"{one}.path.rsplit('/', 1)[1].split('-')[0]")
        label, suggested = hands.ask(f"[{one}.label, {one}.suggested]")
        hands.key("f" if shown == label else "Return" if shown == suggested else "l")
        if not number:
            hands.wait("front() is not window")
            hands.key("Return")  # beside the runs
            hands.wait("front() is window")
        hands.wait(f"{LABELS}.review.counts().decided == {number + 1}")
    hands.picture("photos-5-corrected")
    hands.key("ctrl+z")
    hands.wait(f"{LABELS}.review.counts().decided == {MENDED - 1}")
    hands.key("ctrl+shift+z")
    hands.wait(f"{LABELS}.review.counts().decided == {MENDED}")


def train_again(hands: XdotoolUser) -> None:
    """With the decisions, then beside the run before."""
    hands.click(f"{LABELS}.save_row.train_button")
    hands.wait("window.pages.on_new_run")
    hands.picture("photos-6-again")
    hands.click("window.pages.new_run_page.name")
    hands.key("ctrl+a")
    hands.write("after")
    hands.click("window.pages.new_run_page.start_button")
    hands.wait("window.run is not None and window.run.folder.name == 'after'", 60)
    hands.wait("window.run_controller.steering.state == 'completed'", 300)
    hands.key("ctrl+9")
    hands.wait("window.tabs.current == 'labels' and window.tabs.panel('labels').compare_button.isVisible()")
    hands.click("window.tabs.panel('labels').compare_button")
    dialog = "[w for w in QApplication.topLevelWidgets() if type(w).__name__ == 'CompareDialog' and w.isVisible()]"
    hands.wait(f"len({dialog})")
    hands.wait(f"len({dialog}[0].verdict.text().splitlines()) >= 2")
    print(f"\n{hands.ask(f'{dialog}[0].verdict.text()')}")
    hands.picture("photos-7-compared")
    hands.ask(f"{dialog}[0].close()")


def test_an_evening_with_photographs(hands: XdotoolUser, root: Path) -> None:
    open_run(hands)
    see_why(hands)
    correct_labels(hands)
    train_again(hands)
    before, after = RunFolder(root / "before"), RunFolder(root / "after")
    assert state(after) == "completed"
    assert kept_counts(before) is None
    counts = kept_counts(after)
    assert counts is not None
    assert counts.relabelled >= MENDED // 2
