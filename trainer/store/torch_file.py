"""Files of torch.save, from anyone: nothing in them is executed or unpacked, and they need no more memory than they are
large. [no torch at import]"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

MAX_PICKLE = 8 << 20
"""Bytes of what says which tensors there are: a byte of it may become sixty in memory. 1,000 tensors need 0.2 MB."""
_ARCHIVE = b"PK\x03\x04"


def check_file(path: Path) -> None:
    """Refuse what is not a file, or not there: a pipe would be waited for, a device never ends.

    Args:
        path: The file, or a link to it.

    Raises:
        ValueError: It is neither.
    """
    if not path.is_file():
        raise ValueError(f"{path} is not a file" if path.exists() else f"there is no file {path}")


def read_torch(path: Path) -> Any:
    """Read what torch.save has written, on the CPU, without running code in it.

    Args:
        path: The file.

    Returns:
        Tensors, and plain values that hold them.

    Raises:
        Exception: Of many kinds, where it is no such file.
    """
    import torch

    check_file(path)
    with path.open("rb") as file:
        if file.read(len(_ARCHIVE)) == _ARCHIVE:
            _check_sizes(path)
    return torch.load(path, map_location="cpu", weights_only=True)


def _check_sizes(path: Path) -> None:
    """A few compressed bytes may become any number of them; torch.save does not compress."""
    with zipfile.ZipFile(path) as archive:
        for part in archive.infolist():
            if part.compress_type != zipfile.ZIP_STORED or part.file_size != part.compress_size:
                raise ValueError(f"{part.filename[:100]} is compressed, which torch.save never does")
            if part.filename.endswith("data.pkl") and part.file_size > MAX_PICKLE:
                raise ValueError(f"{part.filename[:100]} is larger than {MAX_PICKLE >> 20} MB")
