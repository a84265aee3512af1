"""ONNX Runtime, without what it would send home."""

from __future__ import annotations

import os
from typing import Any


def load_onnxruntime() -> Any:
    """Import the package. Newer builds keep an identifier and a list of events in the user's cache folder, to be
    uploaded; this is switched off, unless the environment says otherwise.

    Returns:
        The module `onnxruntime`.

    Raises:
        ImportError: It is not installed.
    """
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    return onnxruntime
