"""Locates `resources/`, which is beside this package in a checkout, an editable install and a wheel."""

from __future__ import annotations

from pathlib import Path

from trainer.errors import EpochscopeError


def resource(*parts: str) -> Path:
    """Path of a file or folder under `resources/`, such as `resource("recipes", "seed.toml")`.

    Raises EpochscopeError `install.damaged` where it is missing.
    """
    path = Path(__file__).resolve().parent.parent.joinpath("resources", *parts)
    if not path.exists():
        raise EpochscopeError(
            "install.damaged",
            f"A part of the installation is missing: {'/'.join(('resources', *parts))}",
            where=str(path),
            fix="install again: pip install --force-reinstall epochscope, or pip install -e . in a checkout",
            path=str(path),
        )
    return path
