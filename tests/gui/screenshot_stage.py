"""The stage on which `tests.gui.screenshots` sets its views: a window on runs that were written for it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.gui.screenshot_runs import PictureRun, templates, write_groups
from tests.gui.screenshot_searches import FIRST_TRIAL
from trainer.store import durable
from trainer.store.folder import RunFolder, list_runs

PATIENCE = 200.0
"""Seconds for what another process has to answer."""


class Stage:
    """A window on a folder of runs, brought into one view after another.

    `trained`: the recorded run, on photographs; `cnn`, `failed`, `live`, `linear`: generated ones, in the states that
    their names say. `others` can be laid over `cnn`; the folder `grouped` has runs of two groups. Of `run` and those
    beside it there are copies in their place: nothing is generated then, and `run` is all of them.
    """

    def __init__(self, home: Path, size: tuple[int, int], run: Path | None = None) -> None:
        from PySide6.QtWidgets import QApplication

        self.app: Any = QApplication.instance() or QApplication(["epochscope"])
        self.root, self.nothing, self.grouped = home / "runs", home / "no-runs", home / "grouped"
        for folder in (self.root, self.nothing, self.grouped):
            folder.mkdir()
        self.images = home / "photos"
        self.size = size
        self.window: Any = None
        if run is not None:
            self.root.rmdir()
            shutil.copytree(run.parent, self.root)
            self.trained = self.cnn = self.failed = self.live = self.linear = RunFolder(self.root / run.name)
            self.others = [one.folder for one in list_runs(self.root) if one.folder.name != run.name]
        else:
            self._generate()

    def _generate(self) -> None:
        from gui.viewmodels.demo_run import demo_run
        from tests.gui.sample_runs import SampleRun

        demo = demo_run()
        assert demo is not None
        self.trained = RunFolder(self.root / "cifar-photos")
        shutil.copytree(demo, self.trained.path)
        shutil.copytree(demo.parent / ".data", self.root / ".data")
        # left out of the recorded run: it would be told of
        (self.trained.path / "checkpoints" / "last-000000960.safetensors").touch()
        self.cnn = PictureRun(self.root, "cnn-cosine", 24).write()
        small = PictureRun(self.root, "cnn-small-step", 24, skill=0.6, seed=1).write(status="stopped")
        diverged = PictureRun(self.root, "cnn-diverged", 3, planned=24, skill=0.4, seed=2)
        self.failed = diverged.write(status="failed", error="loss")
        self.others = [small, self.failed]
        self.live = PictureRun(self.root, "cnn-overnight", 9, planned=24, seed=3).write(status="running")
        self.linear = SampleRun(self.root, name="softmax-digits", per_class=20, weight=templates()).make().folder
        write_groups(self.grouped)
        for folder in [*self.root.iterdir(), *self.grouped.iterdir()]:
            for name in ("run.toml", "environment.json", "log.txt", "metrics.csv"):
                if folder.name != ".data" and not (folder / name).exists():
                    shutil.copy(demo / name, folder / name)

    def fresh(self, theme_name: str, language: str) -> None:
        """A new window in this theme and language."""
        from gui.style import theme
        from gui.window import i18n

        shutil.rmtree(self.root / FIRST_TRIAL, ignore_errors=True)  # of the view before
        i18n.choose(self.app, language)
        theme.apply(self.app, theme_name)  # type: ignore[arg-type]
        self.open_window(self.root)

    def open_window(self, root: Path) -> None:
        """A new window on the runs of this folder."""
        from gui.preferences import Preferences
        from gui.window.main_window import Window

        self.close()
        preferences = Preferences()
        preferences.forget_layout()
        self.window = Window(root, preferences)
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
            if self.live.owner.exists():
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
