"""Images as PNG files. [no torch]"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray


def png_bytes(pixels: NDArray[Any], *, smallest: bool = False) -> bytes:
    """Encode an image.

    Args:
        pixels: (H, W), (H, W, 3) or (H, W, 4), uint8.
        smallest: Take more time for fewer bytes. Default: False.

    Returns:
        The content of the file.
    """
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, "PNG", optimize=smallest)
    return buffer.getvalue()
