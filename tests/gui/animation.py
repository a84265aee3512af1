"""The README's animation: from a cell of the confusion matrix to a corrected label.

EPOCHSCOPE_CIFAR10=... EPOCHSCOPE_PICTURES=DIR python -m pytest -m slow tests/gui/test_session_photos.py
python -m tests.gui.animation DIR resources/pictures/why.gif
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from PIL import Image

FRAMES = {
    "photos-0-errors": 1.5,
    "photos-1-cell": 2.0,
    "photos-2-why": 3.0,
    "photos-4-labels": 2.0,
    "photos-5-corrected": 2.0,
    "photos-7-compared": 3.0,
}
"""Pictures of the evening with photographs, and for how many seconds each is seen."""
WIDTH = 960
"""Pixels: what a page shows of a picture."""
STATUS_BAR = 30
"""Pixels at the bottom, where the window names a folder of this machine."""


def window_of(screen: Image.Image) -> Image.Image:
    """Without the black screen around the window, and without its status bar."""
    left, top, right, bottom = (
        screen.point(lambda value: 255 if value > 12 else 0).convert("1").getbbox() or screen.getbbox()
    )
    return screen.crop((left, top, right, bottom - STATUS_BAR))


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.gui.animation", description=__doc__.splitlines()[0])
    parser.add_argument("pictures", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    frames = []
    for name in FRAMES:
        with Image.open(given.pictures / f"{name}.png") as screen:
            window = window_of(screen.convert("RGB"))
        size = WIDTH, round(window.height * WIDTH / window.width)
        frames.append(window.resize(size, Image.Resampling.LANCZOS).quantize(256, dither=Image.Dither.NONE))
    seconds = [round(1000 * shown) for shown in FRAMES.values()]
    frames[0].save(given.out, save_all=True, append_images=frames[1:], duration=seconds, loop=0, optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
