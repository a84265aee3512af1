"""How many pixels are decoded at the same time, however many threads and processes decode. [no torch]"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

AT_ONCE = 180_000_000
"""Pixels of large images that are decoded at the same time: two of the largest size, or 15 of 12 megapixels. Decoding
takes up to eight bytes a pixel, so one and a half gigabytes."""

Room = Callable[[int], AbstractContextManager[None]]
"""Called with the pixels of a large image; waits on entering until there is room for them, and gives it back."""


class PixelBudget:
    """Lets large images be decoded as long as all of them together are not too large; the others wait.

    Args:
        most: Pixels that may be decoded at the same time. An image that is larger is decoded alone.
    """

    def __init__(self, most: int) -> None:
        self._most = self._free = most
        self._changed = threading.Condition()

    @contextmanager
    def room(self, pixels: int) -> Iterator[None]:
        """Wait until there is room for an image, and keep it meanwhile.

        Args:
            pixels: Its width times its height.

        Yields:
            Nothing.
        """
        wanted = min(pixels, self._most)
        with self._changed:
            self._changed.wait_for(lambda: wanted <= self._free)
            self._free -= wanted
        try:
            yield
        finally:
            with self._changed:
                self._free += wanted
                self._changed.notify_all()


SHARED = PixelBudget(AT_ONCE)
"""That of this process and of the workers that decode for it."""
