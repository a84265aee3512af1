"""The recorded run that comes along: whole, without traces of the machine it was made on, played without torch."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gui.viewmodels.demo_run import demo_run
from trainer.resources import resource
from trainer.store.folder import RunFolder, state

HEAVY = ("torch", "torchvision", "sklearn", "pandas")
MOST_BYTES = 2_500_000
PLAY = """
import json, sys
from pathlib import Path
for name in sys.argv[2:]:
    sys.modules[name] = None  # as if it were not installed
from PySide6.QtWidgets import QApplication
from gui.window.tabs import PANELS
from gui.preferences import Preferences
from gui.widgets import epoch_slider
from gui.window.main_window import Window

epoch_slider.PLAY_SECONDS = 0.0
app = QApplication([])
window = Window(Path(sys.argv[1]), Preferences())
window.resize(1366, 768)
window.show()
window.window_actions.actions["demo"].trigger()
bar, seen = window.epoch_bar, []
while bar.play.isChecked():
    window.refresh_timer.tick()
    app.processEvents()
    seen.append(bar.slider.value())
for tab in PANELS:
    window.show_tab(tab)
    window.refresh_timer.tick()
    app.processEvents()
panel, model, empty = window.tabs.panel, window.run.model, ("", "–")
print(json.dumps({
    "played": seen[-1], "backwards": seen != sorted(seen),
    "epochs": model.epochs.rows,
    "validation": len(model.verdicts),
    "classes": panel("classes").table.model().rowCount(),
    "matrix": panel("errors").matrix.model().rowCount(),
    "pairs": panel("errors").pairs.model().rowCount(),
    "images": panel("errors").grid.view.pictures.rowCount(),
    "map": len(panel("map").map.places),
    "facts": [name for name, value in window.run_info.values.items() if value.isVisible() and value.text() in empty],
    "can continue": window.window_actions.actions["start"].isEnabled(),
    "loaded": [name for name in sys.argv[2:] if sys.modules.get(name)],
}))
window.closing.quietly()
"""


@pytest.fixture
def folder() -> RunFolder:
    path = demo_run()
    assert path is not None
    return RunFolder(path)


@pytest.mark.window
def test_it_plays_without_torch_and_fills_every_panel(root: Path) -> None:
    before = written()
    command = [sys.executable, "-c", PLAY, str(root), *HEAVY]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found == {
        "played": 30, "backwards": False, "epochs": 30, "validation": 30, "classes": 10, "matrix": 10,
        "pairs": found["pairs"], "images": 300, "map": 300, "facts": [], "can continue": False, "loaded": [],
    }  # fmt: skip
    assert found["pairs"] > 5
    assert written() == before


def written() -> dict[Path, int]:
    """When its files were written: looking at it must leave them as they are."""
    return {path: path.stat().st_mtime_ns for path in resource("demo").rglob("*")}


def test_it_is_whole_and_small(folder: RunFolder) -> None:
    assert state(folder) == "completed"
    sizes = [path.stat().st_size for path in resource("demo").rglob("*") if path.is_file()]
    assert sum(sizes) < MOST_BYTES
    for name in ("run.toml", "environment.json", "metrics.csv", "summary.json", "log.txt"):
        assert (folder.path / name).is_file(), name
    assert not (folder.path / "owner.json").exists()
    assert not (folder.path / "lock").exists()
    for split in ("train", "valid", "test"):
        assert {(folder.path / "evaluation" / f"{split}.{kind}").is_file() for kind in ("json", "npz", "txt")} == {True}
    assert len(list((folder.path / "predictions").iterdir())) == 30
    assert {(folder.path / "evaluation" / name).is_file() for name in ("map-valid.npz", "calibration.json")} == {True}


def test_it_names_no_place_of_the_machine_it_was_made_on() -> None:
    for path in resource("demo").rglob("*"):
        if path.is_file():
            # only what is readable: three letters in a row are found in every array
            text = path.read_bytes() if path.suffix not in (".npy", ".npz") else b""
            assert not re.search(rb"/(tmp|home|root|work|usr|Users)\b|[A-Z]:\\", text), path
