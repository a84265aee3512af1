"""Photographs dropped on the window: seconds until the F1 of each class is on the screen; and what the cards of the
recipes say before, beside how long the commands take.

    python -m tests.benchmarks.window_photos               # 1,000 photographs of 12 megapixels, made here
    python -m tests.benchmarks.window_photos --images DIR  # one's own

Under Xvfb. Each run and each estimate starts with nothing decoded and no features.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.benchmarks import arguments
from tests.benchmarks.photos import make_photographs
from tests.benchmarks.process import run
from tests.gui.xdotool_user import at_the_window
from tests.xvfb import screen

PAGE = "window.pages.new_run_page"
ESTIMATE = """
import json, sys
from pathlib import Path
from trainer.estimate.run_time import run_times
from trainer.settings.schema import Data
found = run_times(Data(source=sys.argv[1]), Path(sys.argv[2]))
print(json.dumps({name: times.total for name, times in found.items()}))
"""


def window_seconds(images: Path, place: Path) -> dict[str, float]:
    """From the drop: until a recipe is recommended, until the figures of the first epoch are painted, and the end."""
    seen: dict[str, float] = {}
    with screen() as environment:
        environment |= {"EPOCHSCOPE_CACHE": str(place / "cache"), "EPOCHSCOPE_RUNS": str(place / "runs")}
        environment["HOME"] = environment["XDG_CONFIG_HOME"] = str(place)
        with at_the_window(environment) as hands:
            hands.wait("window.runs_side.panel is not None")
            hands.key("Escape")  # the tour
            began = time.monotonic()
            hands.ask(f"window.drag_drop.data_dropped.emit(__import__('pathlib').Path({str(images)!r}))")
            hands.wait(f"{PAGE}.cards.isVisible() and {PAGE}.form.recipe is not None", 60)
            hands.wait(f"{PAGE}.form.recipe.name == 'photos'", 60)
            seen["recommended"] = time.monotonic() - began
            hands.click(f"{PAGE}.start_button")
            hands.wait("window.run is not None", 60)
            hands.key(hands.ask("window.window_actions.actions['tab_classes'].shortcut().toString()").lower())
            hands.wait("window.tabs.current == 'classes'")
            hands.wait("window.tabs.panel('classes').table.classes.columns is not None", 300)
            seen["first F1 of each class"] = time.monotonic() - began
            hands.wait("window.run_controller.steering.state == 'completed'", 600)
            seen["completed"] = time.monotonic() - began
    return seen


def estimates(images: Path, place: Path) -> dict[str, float]:
    """Seconds of each recipe, as the cards say them."""
    environment = {**os.environ, "EPOCHSCOPE_CACHE": str(place / "cache")}
    command = [sys.executable, "-c", ESTIMATE, str(images), str(place / "runs")]
    found = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True).stdout
    told: dict[str, float] = json.loads(found)
    return told


def wall(images: Path, place: Path, recipe: str) -> float:
    """Seconds of the command with this recipe."""
    command = ["-m", "trainer", "train", str(images), "--recipe", recipe, "--runs", str(place / "runs")]
    return run(*command, environment={"EPOCHSCOPE_CACHE": str(place / "cache")}).seconds


def in_new_folder(what: Any, *given: Any) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        return what(given[0], Path(folder), *given[1:])


def main() -> int:
    parser = arguments.parser("window_photos", __doc__)
    parser.add_argument("--images", type=Path, help="a folder of photographs, one folder inside per class")
    parser.add_argument("--walls", action="store_true", help="only the cards' estimates, beside the commands' walls")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        images = given.images or make_photographs(Path(folder) / "photographs")
        if not given.walls:
            for what, seconds in in_new_folder(window_seconds, images).items():
                print(f"dropped on the window, {what}: {seconds:.1f} s", flush=True)
        for recipe, seconds in in_new_folder(estimates, images).items():
            took = in_new_folder(wall, images, recipe)
            print(f"{recipe}: the card says {seconds:.1f} s, the command took {took:.1f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
