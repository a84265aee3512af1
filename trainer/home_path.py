"""Paths as people type them, with `~` for a home folder. [no torch]"""

from __future__ import annotations

import os
from pathlib import Path


def expanded(path: str | Path) -> Path:
    """The path with `~` or `~user` at its beginning replaced by the home folder. It stays as it is where there is no
    such user, which `Path.expanduser` raises RuntimeError for: it is then a file that does not exist."""
    return Path(os.path.expanduser(path))  # noqa: PTH111
