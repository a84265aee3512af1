"""Which part of an image is visible and how large, as wheel, keys and dragging change it. No Qt."""

from __future__ import annotations

import math
from dataclasses import dataclass

Size = tuple[int, int]
Point = tuple[float, float]

SMALL = 64
"""Pixels of an image that is enlarged without blurring: its pixels are what there is to see."""
PIXELATED = 4.0
"""Scale from which the pixels of larger images are shown as well: who zooms in so far wants to see them."""
LARGEST = 64.0
STEP = 1.25
"""Factor of a notch of the wheel, and of a key."""


@dataclass
class ImageZoom:
    """How an image is placed in a view. Sizes are (width, height) in pixels of image and screen, positions are measured
    in the view.

    Attributes:
        image: Size of the image.
        view: Size of the view.
        chosen: Pixels of the screen per pixel of the image; None: as large as fits.
        centre: Point of the image in the middle of the view, as shares of its width and height.
    """

    image: Size = (1, 1)
    view: Size = (1, 1)
    chosen: float | None = None
    centre: Point = (0.5, 0.5)

    @property
    def fitting(self) -> float:
        """The scale at which all of it is visible; small images are enlarged in whole steps, their pixels all equal."""
        room = min(self.view[0] / self.image[0], self.view[1] / self.image[1])
        return float(math.floor(room)) if self._is_small and room >= 1 else room

    @property
    def scale(self) -> float:
        """The scale in use."""
        return self.fitting if self.chosen is None else self.chosen

    @property
    def pixelated(self) -> bool:
        """Whether single pixels are to be seen; otherwise it is smoothed."""
        return self.scale >= (1 if self._is_small else PIXELATED)

    @property
    def _is_small(self) -> bool:
        return max(self.image) <= SMALL

    @property
    def cropped(self) -> bool:
        """Whether it is larger than the view, so it can be moved."""
        return any(side * self.scale > room + 0.5 for side, room in zip(self.image, self.view, strict=True))

    def place(self) -> tuple[int, int, int, int]:
        """Left, top, width and height of the whole image, in whole pixels of the view."""
        spans = [self._span(axis) for axis in (0, 1)]
        return spans[0][0], spans[1][0], spans[0][1], spans[1][1]

    def _span(self, axis: int) -> tuple[int, int]:
        room, length = self.view[axis], max(1, round(self.image[axis] * self.scale))
        if length <= room:
            return (room - length) // 2, length
        return round(min(0.0, max(room - length, room / 2 - self.centre[axis] * length))), length

    def fit(self) -> None:
        """Show all of it."""
        self.chosen, self.centre = None, (0.5, 0.5)

    def show(self, image: Size) -> None:
        """Show an image of another size in the same place: the same part of it stays visible."""
        if self.chosen is not None:
            self.chosen *= self.image[0] / max(1, image[0])
        self.image = max(1, image[0]), max(1, image[1])

    def zoom(self, factor: float, at: Point | None = None) -> None:
        """Enlarge or reduce it; it stops once where it fits.

        Args:
            factor: More than 1 enlarges.
            at: Point of the view that stays where it is. None: its middle.
        """
        before, fitting = self.scale, self.fitting
        after = max(min(fitting, 1.0), min(before * factor, max(LARGEST, fitting)))
        if min(before, after) < fitting < max(before, after):
            after = fitting
        self.set_scale(after, at)

    def set_scale(self, scale: float, at: Point | None = None) -> None:
        """Show it at a scale; see `zoom` for `at`."""
        left, top, width, height = self.place()
        point = at if at is not None else (self.view[0] / 2, self.view[1] / 2)
        shares = (point[0] - left) / width, (point[1] - top) / height
        if math.isclose(scale, self.fitting):
            self.fit()
            return
        self.chosen = scale
        middle = [
            share + (room / 2 - where) / (side * scale)
            for share, room, where, side in zip(shares, self.view, point, self.image, strict=True)
        ]
        self._look_at(middle[0], middle[1])

    def move(self, right: float, down: float) -> None:
        """Move it by pixels of the screen, no further than its edges."""
        width, height = self.image[0] * self.scale, self.image[1] * self.scale
        self._look_at(self.centre[0] - right / width, self.centre[1] - down / height)

    def _look_at(self, x: float, y: float) -> None:
        shares = []
        for share, side, room in zip((x, y), self.image, self.view, strict=True):
            half = room / 2 / (side * self.scale)
            shares.append(min(max(share, half), 1 - half) if half < 0.5 else 0.5)
        self.centre = shares[0], shares[1]
