"""Pictures of every view of the window, for people to look at: light and dark, English and Russian, six screens.

    python -m tests.gui.screenshots OUT [--views curves,errors] [--screens laptop] [--themes light] [--languages en]

Drawn offscreen from generated runs and the recorded one, or from `--run FOLDER` and the runs beside it in their place;
a PNG each, OUT/VIEW-SCREEN-THEME-LANGUAGE.png. Texts that are cut without a tool tip that says all of them are printed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.gui.screenshot_run_views import RUN_VIEWS
from tests.gui.screenshot_runs import ON_PHOTOGRAPHS, cifar10
from tests.gui.screenshot_setup_views import SETUP_VIEWS
from tests.gui.screenshot_stage import Stage
from tests.gui.texts_cut import cut_texts

VIEWS = RUN_VIEWS | SETUP_VIEWS
SCREENS: dict[str, tuple[int, int, float]] = {
    "usual": (1280, 800, 1.0),
    "laptop": (1093, 614, 1.25),  # 1366x768 at 125 %
    "full": (1920, 1080, 1.0),
    "wide": (2560, 1440, 1.0),
    "4k": (1920, 1080, 2.0),  # 3840x2160 at 200 %
    "4k_small": (3840, 2160, 1.0),
}
"""Width and height in pixels of the layout, and how many of the screen's each has."""
THEMES = ("light", "dark", "contrast_light", "contrast_dark")
LANGUAGES = ("en", "ru")


def for_pages(picture: Path) -> None:
    """Without the status bar, which names a folder of this machine, and with few colours: VIEW.png, under 150 kB. They
    are chosen so that those of signs and words stay, though these cover little."""
    from PIL import Image

    from tests.gui.animation import STATUS_BAR

    with Image.open(picture) as screen:
        window = screen.convert("RGB").crop((0, 0, screen.width, screen.height - STATUS_BAR))
    window.quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE).save(
        picture.with_name(f"{picture.name.split('-')[0]}.png"), optimize=True
    )
    picture.unlink()


def shoot(asked: argparse.Namespace, screen: str) -> None:
    """All of one screen, in this process."""
    width, height, _ = SCREENS[screen]
    views, themes, languages = (getattr(asked, name).split(",") for name in ("views", "themes", "languages"))
    with tempfile.TemporaryDirectory() as home:
        stage = Stage(Path(home), (width, height), asked.run)
        for theme_name in themes:
            for language in languages:
                for view in views:
                    stage.fresh(theme_name, language)
                    widget = VIEWS[view](stage)
                    for _ in range(3):  # what came last is still to be laid out
                        stage.app.processEvents()
                    name = f"{view}-{screen}-{theme_name}-{language}"
                    widget.grab().save(str(asked.out / f"{name}.png"))
                    for text in cut_texts(widget):
                        print(f"{name}: {text}")
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
    parser.add_argument("--run", type=Path, help="a run to draw instead, with those beside it")
    parser.add_argument("--pages", action="store_true", help="cropped and small, as docs/pictures has them")
    asked = parser.parse_args()
    if set(asked.views.split(",")) & set(ON_PHOTOGRAPHS):
        cifar10()
    asked.out.mkdir(parents=True, exist_ok=True)
    screens = asked.screens.split(",")
    if len(screens) == 1 and os.environ.get("QT_SCALE_FACTOR") == str(SCREENS[screens[0]][2]):
        shoot(asked, screens[0])
        return
    with tempfile.TemporaryDirectory() as settings:
        for screen in screens:
            # the scale holds for a whole process
            width, height, scale = SCREENS[screen]
            one = {"name": screen, "x": 0, "y": 0, "width": round(width * scale), "height": round(height * scale)}
            display = Path(settings) / "display.json"
            display.write_text(json.dumps({"screens": [one | {"logicalDpi": 96, "dpr": 1}]}), encoding="utf-8")
            more = {"QT_SCALE_FACTOR": str(scale), "XDG_CONFIG_HOME": settings}
            more["QT_QPA_PLATFORM"] = f"offscreen:configfile={display}"  # else the screen has 800x800 pixels
            more["EPOCHSCOPE_RUNS"] = settings
            arguments = [
                str(asked.out),
                *(f"--{key}={getattr(asked, key)}" for key in ("views", "themes", "languages")),
            ]
            if asked.run is not None:
                arguments.append(f"--run={asked.run.absolute()}")
            command = [sys.executable, "-m", "tests.gui.screenshots", *arguments, f"--screens={screen}"]
            subprocess.run(command, env=os.environ | more, check=True)
    for picture in sorted(asked.out.glob("*-*-*-*.png")) if asked.pages else ():
        for_pages(picture)


if __name__ == "__main__":
    main()
