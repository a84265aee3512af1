"""`Event`, the base of all events, and the words their fields use."""

from __future__ import annotations

from typing import Literal, get_args

from msgspec import Struct

from trainer.confusion_matrix import SparseMatrix

Split = Literal["train", "valid", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)
Stage = Literal[
    "import", "scan", "decode", "check", "download", "extract", "head", "compile", "validate", "evaluate", "save"
]
CheckpointKind = Literal["best", "last", "manual"]
Status = Literal["completed", "stopped", "failed"]
Answer = Literal["done", "already", "refused", "stale"]
Matrix = tuple[tuple[int, ...], ...] | SparseMatrix
"""Counts (C, C), true class as row: rows, of more than a hundred classes usually cells, which read like rows."""


class Event(Struct, frozen=True, kw_only=True, tag=True):
    """The fields that every event has."""

    epoch: int
    """Number of the epoch, from 1; 0 before the first epoch."""
    step: int
    """Optimiser steps completed so far, over all attempts; 0 or more."""
