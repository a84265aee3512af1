"""Pictures of every view of the window, for people to look at: light and dark, English and Russian, three screens.

    python -m tests.gui.screenshots OUT [--views curves,errors] [--screens laptop] [--themes light] [--languages en]

Drawn offscreen from generated runs and the recorded one; a PNG each, OUT/VIEW-SCREEN-THEME-LANGUAGE.png.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gui.window.tabs import PANELS
from trainer.store import durable

SCREENS: dict[str, tuple[int, int, float]] = {
    "usual": (1280, 800, 1.0),
    "laptop": (1093, 614, 1.25),  # 1366x768 at 125 %
    "4k": (1920, 1080, 2.0),  # 3840x2160 at 200 %
}
"""Width and height in pixels of the layout, and how many of the screen's each has."""
THEMES = ("light", "dark", "contrast_light", "contrast_dark")
LANGUAGES = ("en", "ru")
PATIENCE = 200.0
"""Seconds for what another process has to answer."""


class Stage:
    """A window on a folder of runs, brought into one view after another."""

    def __init__(self, home: Path, size: tuple[int, int]) -> None:
        from PySide6.QtWidgets import QApplication

        from tests.gui.sample_runs import SampleRun
        from tests.gui.screenshot_runs import PictureRun

        self.app: Any = QApplication.instance() or QApplication(["epochscope"])
        self.root = home / "runs"
        self.root.mkdir()
        self.images = home / "photos"
        self.size = size
        self.window: Any = None
        from gui.viewmodels.demo_run import demo_run

        demo = demo_run()
        assert demo is not None
        shutil.copytree(demo, self.root / "cifar-photos")
        for name in ("last-000000960.safetensors",):  # left out of the recorded run: it would be told of
            (self.root / "cifar-photos" / "checkpoints" / name).touch()
        shutil.copytree(demo.parent / ".data", self.root / ".data")
        self.cnn = PictureRun(self.root, "cnn-cosine", 24).write()
        PictureRun(self.root, "cnn-small-step", 24, skill=0.6, seed=1).write(status="stopped")
        PictureRun(self.root, "cnn-diverged", 3, planned=24, skill=0.4, seed=2).write(status="failed", error="loss")
        self.live = PictureRun(self.root, "cnn-overnight", 9, planned=24, seed=3).write(status="running")
        self.linear = SampleRun(self.root, name="softmax-digits", per_class=20, weight=_templates()).make().folder
        for folder in self.root.iterdir():
            for name in ("run.toml", "environment.json", "log.txt", "metrics.csv"):
                if folder.name != ".data" and not (folder / name).exists():
                    shutil.copy(demo / name, folder / name)

    def fresh(self, theme_name: str, language: str) -> None:
        """A new window in this theme and language."""
        from gui.window import i18n, theme
        from gui.window.main_window import Window
        from gui.window.preferences import Preferences

        self.close()
        preferences = Preferences()
        preferences.forget_layout()
        i18n.choose(self.app, language)
        theme.apply(self.app, theme_name)  # type: ignore[arg-type]
        self.window = Window(self.root, preferences)
        self.window.resize(*self.size)
        self.window.show()
        self.window.resize(*self.size)
        self.pump()

    def pump(self, until: Callable[[], bool] = lambda: True) -> None:
        """Let the window work until it is so."""
        end = time.monotonic() + PATIENCE
        turns = 0
        while (turns < 12 or not until() or self.window.runs.catching_up) and time.monotonic() < end:
            turns += 1
            durable.touch(self.live.owner)  # as its engine does
            self.window.refresh_timer.tick()
            self.app.processEvents()
            if turns > 12:
                time.sleep(0.02)

    def open(self, folder: Any, tab: str = "curves") -> Any:
        """A run in one of its tabs; the panel."""
        if self.window.run is None or self.window.run.folder.path != folder.path:
            self.window.open_run(folder.path)
            self.pump()
        self.window.show_tab(tab)
        self.pump()
        return self.window.tabs.panel(tab)

    def make_images(self) -> Path:
        """A folder with a class of each colour, one image of which is broken."""
        if not self.images.exists():
            from tests.data.image_folders import make_images

            make_images(self.images, {"daisy": 60, "rose": 48, "tulip": 24}, size=(64, 48))
            (self.images / "rose" / "000.png").write_bytes(b"no image")
            shutil.copy(self.images / "daisy" / "001.png", self.images / "tulip" / "copy.png")
        return self.images

    def close(self) -> None:
        """Without questions."""
        if self.window is not None:
            self.window.closing.quietly()
            self.window.deleteLater()
            self.window = None
            self.app.processEvents()


def photographs(folder: Path) -> Path:
    """80 images of each of three classes of CIFAR-10, four of each in the folder of the next one. Raises KeyError
    without EPOCHSCOPE_CIFAR10."""
    classes = ("cat", "horse", "ship")
    source = Path(os.environ["EPOCHSCOPE_CIFAR10"]) / "train"
    shutil.rmtree(folder, ignore_errors=True)
    for place, name in enumerate(classes):
        for number, image in enumerate(sorted((source / name).glob("*.jpg"))[:80]):
            wrong = classes[(place + 1) % len(classes)] if number < 4 else name
            (folder / wrong).mkdir(parents=True, exist_ok=True)
            shutil.copy(image, folder / wrong / f"{name}-{image.name}")
    return folder


def _templates() -> Any:
    import numpy as np

    y, x = np.mgrid[0:8, 0:8] / 7 - 0.5
    shapes = (np.cos(6 * x), np.sin(6 * y), x * y * 8)
    return np.stack([np.tile(shape, (3, 1, 1)).reshape(-1) for shape in shapes]).astype(np.float32)


# -- views -----------------------------------------------------------------------------------------------------------


def _demo(stage: Stage) -> Any:
    from trainer.store.folder import RunFolder

    return RunFolder(stage.root / "cifar-photos")


def _tab(name: str) -> Callable[[Stage], Any]:
    def view(stage: Stage) -> Any:
        stage.open(_demo(stage), name)
        return stage.window

    return view


def _curves(stage: Stage) -> Any:
    stage.open(stage.cnn)
    return stage.window


def _hover(stage: Stage) -> Any:
    stage.open(stage.cnn).hover(400.0)
    stage.app.processEvents()
    return stage.window


def _overlay(stage: Stage) -> Any:
    stage.open(stage.cnn)
    stage.window._overlay([stage.root / "cnn-small-step", stage.root / "cnn-diverged"])
    stage.pump()
    return stage.window


def _table(stage: Stage) -> Any:
    stage.open(stage.cnn).bar.table_button.click()
    stage.pump()
    return stage.window


def _cell(stage: Stage) -> Any:
    stage.open(_demo(stage), "errors").choose_cell(3, 5)
    stage.pump()
    return stage.window


def _live(stage: Stage) -> Any:
    stage.open(stage.live)
    return stage.window


def _failed(stage: Stage) -> Any:
    from trainer.store.folder import RunFolder

    stage.open(RunFolder(stage.root / "cnn-diverged"))
    stage.window.banner.show_notice("left_out", "Not opened: notes.txt, dog.heic")
    stage.window.help_actions.tell_fault("division by zero")
    stage.pump()
    return stage.window


def _floating(stage: Stage) -> Any:
    stage.open(_demo(stage), "errors").choose_cell(3, 5)
    stage.window.tabs.tear_off("errors")
    stage.pump()
    return stage.window.tabs.floating["errors"]


def _slices(stage: Stage) -> Any:
    panel = stage.open(_demo(stage), "slices")
    stage.pump(lambda: not panel.cancel_button.isVisible())
    return stage.window


def _slices_by(stage: Stage) -> Any:
    """All slices of one fact: the recorded run has none that is surely worse."""
    panel = stage.open(_demo(stage), "slices")
    stage.pump(lambda: panel.by.count() > 1)
    panel.by.setCurrentIndex(panel.by.findData("brightness"))
    panel.by.activated.emit(panel.by.currentIndex())
    stage.pump()
    return stage.window


def _labels_found(stage: Stage) -> Any:
    """Proposals for photographs of which some are in the wrong folder; see `photographs`."""
    stage.window.new_run(photographs(Path(tempfile.gettempdir()) / "epochscope-photos"))
    stage.pump()
    stage.window.pages.new_run_page.check.labels_button.click()
    view = stage.window.pages.currentWidget().view
    view.look()
    stage.pump(lambda: view.grid.model().rowCount() > 0)
    return stage.window


def _weights(stage: Stage) -> Any:
    stage.open(stage.linear, "weights")
    return stage.window


def _new_run(stage: Stage) -> Any:
    stage.window.new_run()
    stage.pump()
    return stage.window


def _new_run_data(stage: Stage) -> Any:
    stage.window.new_run(stage.make_images())
    page = stage.window.pages.new_run_page
    stage.pump(lambda: not page.cards._advice.pending)
    page.check.button.click()
    stage.pump(lambda: page.check.counts.rowCount() > 0)
    return stage.window


def _new_run_callbacks(stage: Stage) -> Any:
    stage.window.new_run()
    page = stage.window.pages.new_run_page
    page.advanced.search.setText("tensorboard")
    stage.pump(lambda: "tensorboard" in page.form.plugins.offers)
    page.callbacks.rows["tensorboard"].switch.click()
    stage.pump(lambda: not page.callbacks.catalog.pending)
    page.scroll_area.verticalScrollBar().setValue(10_000)
    return stage.window


def _search_setup(stage: Stage) -> Any:
    from gui.search.search_setup import SearchSetup

    stage.window.new_run()
    stage.pump()
    stage.window.pages.new_run_page.search_button.click()
    (dialog,) = stage.window.findChildren(SearchSetup)
    return dialog


def _preferences(stage: Stage) -> Any:
    from gui.widgets.preferences_dialog import PreferencesDialog

    stage.window.window_actions.actions["settings"].trigger()
    (dialog,) = stage.window.findChildren(PreferencesDialog)
    stage.pump()
    return dialog


def _compare(stage: Stage) -> Any:
    from gui.runs.compare_dialog import CompareDialog

    stage.window.file_actions.compare([stage.cnn.path, stage.root / "cnn-small-step", _demo(stage).path])
    stage.pump()
    (dialog,) = stage.window.findChildren(CompareDialog)
    return dialog


def _welcome(stage: Stage) -> Any:
    stage.pump()
    return stage.window


VIEWS: dict[str, Callable[[Stage], Any]] = {
    "welcome": _welcome,
    "curves": _curves,
    "curves_hover": _hover,
    "curves_overlay": _overlay,
    "curves_table": _table,
    "live": _live,
    "failed": _failed,
    "errors": _tab("errors"),
    "errors_cell": _cell,
    "floating": _floating,
    "slices": _slices,
    "slices_by": _slices_by,
    "labels_found": _labels_found,
    "weights": _weights,
    "new_run": _new_run,
    "new_run_data": _new_run_data,
    "new_run_callbacks": _new_run_callbacks,
    "search_setup": _search_setup,
    "preferences": _preferences,
    "compare": _compare,
}
VIEWS |= {name: _tab(name) for name in PANELS if name not in VIEWS}


def for_pages(picture: Path) -> None:
    """Without the status bar, which names a folder of this machine, and with few colours: VIEW.png, under 150 kB."""
    from PIL import Image

    from tests.gui.animation import STATUS_BAR

    with Image.open(picture) as screen:
        window = screen.convert("RGB").crop((0, 0, screen.width, screen.height - STATUS_BAR))
    window.quantize(128, dither=Image.Dither.NONE).save(
        picture.with_name(f"{picture.name.split('-')[0]}.png"), optimize=True
    )
    picture.unlink()


def shoot(out: Path, screen: str, views: list[str], themes: list[str], languages: list[str]) -> None:
    """All of one screen, in this process."""
    width, height, _ = SCREENS[screen]
    with tempfile.TemporaryDirectory() as home:
        stage = Stage(Path(home), (width, height))
        for theme_name in themes:
            for language in languages:
                for view in views:
                    stage.fresh(theme_name, language)
                    widget = VIEWS[view](stage)
                    path = out / f"{view}-{screen}-{theme_name}-{language}.png"
                    widget.grab().save(str(path))
        stage.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    for name, known, first in (
        ("views", tuple(VIEWS), tuple(VIEWS)),
        ("screens", tuple(SCREENS), ("usual",)),
        ("themes", THEMES, ("light", "dark")),
        ("languages", LANGUAGES, LANGUAGES),
    ):
        parser.add_argument(f"--{name}", default=",".join(first), help=f"of {', '.join(known)}")
    parser.add_argument("--pages", action="store_true", help="cropped and small, as docs/pictures has them")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    views, themes, languages = (getattr(asked, name).split(",") for name in ("views", "themes", "languages"))
    screens = asked.screens.split(",")
    if len(screens) == 1 and os.environ.get("QT_SCALE_FACTOR") == str(SCREENS[screens[0]][2]):
        shoot(asked.out, screens[0], views, themes, languages)
        return
    with tempfile.TemporaryDirectory() as settings:
        for screen in screens:
            # the scale holds for a whole process
            scale = SCREENS[screen][2]
            more = {"QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": str(scale), "XDG_CONFIG_HOME": settings}
            more["EPOCHSCOPE_RUNS"] = settings
            arguments = [
                str(asked.out),
                *(f"--{key}={getattr(asked, key)}" for key in ("views", "themes", "languages")),
            ]
            command = [sys.executable, "-m", "tests.gui.screenshots", *arguments, f"--screens={screen}"]
            subprocess.run(command, env=os.environ | more, check=True)
    for picture in sorted(asked.out.glob("*-*-*-*.png")) if asked.pages else ():
        for_pages(picture)


if __name__ == "__main__":
    main()
