"""The environment of a run: versions, machine, device. No torch: versions come from package metadata."""

from __future__ import annotations

import os
import platform
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from trainer.version import __version__

PACKAGES = (
    "torch",
    "torchvision",
    "numpy",
    "scikit-learn",
    "pandas",
    "pillow",
    "pillow-heif",
    "msgspec",
    "pydantic",
    "safetensors",
)

ALLOWED_VARIABLES = (
    "CUDA_VISIBLE_DEVICES",
    "CUBLAS_WORKSPACE_CONFIG",
    "EPOCHSCOPE_CACHE",
    "EPOCHSCOPE_RUNS",
    "MKL_NUM_THREADS",
    "OMP_NUM_THREADS",
    "PYTHONHASHSEED",
    "PYTORCH_CUDA_ALLOC_CONF",
)
"""The only environment variables ever recorded: any other may be a secret."""


@cache
def versions() -> dict[str, str]:
    """Versions of Epochscope, Python and the packages that affect results; packages not installed are left out."""
    found = {"epochscope": __version__, "python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def environment(*, device: str, threads: int, fingerprint: str) -> dict[str, Any]:
    """The content of environment.json."""
    return {
        "versions": versions(),
        "platform": platform.platform(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "implementation": sys.implementation.name,
        "device": device,
        "threads": threads,
        "data_fingerprint": fingerprint,
        "variables": {name: os.environ[name] for name in ALLOWED_VARIABLES if name in os.environ},
    }
