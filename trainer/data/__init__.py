"""Where images come from, how they are split, and how they become batches.

Importing this package imports neither torch nor torchvision: its names are imported on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trainer.data.image_data import ImageData
    from trainer.data.image_set import Fault, Progress
    from trainer.data.inspection import Report, inspect_source
    from trainer.data.opening import open_data
    from trainer.data.source_names import NAMES, check_source

__all__ = ["NAMES", "Fault", "ImageData", "Progress", "Report", "check_source", "inspect_source", "open_data"]

_HOMES = {
    "NAMES": "source_names",
    "Fault": "image_set",
    "ImageData": "image_data",
    "Progress": "image_set",
    "Report": "inspection",
    "check_source": "source_names",
    "inspect_source": "inspection",
    "open_data": "opening",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
