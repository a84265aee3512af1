"""How an error that ends a run is recorded."""

from __future__ import annotations

from typing import Any

from trainer.errors import EpochscopeError, OutOfMemoryError
from trainer.store.disk_errors import OF_THE_SYSTEM, TOO_MANY, disk_error


def failure_fields(error: BaseException) -> dict[str, Any]:
    """Fields of RunEnded for the error that ended the run."""
    name = type(error).__name__
    if isinstance(error, EpochscopeError):
        parts = {"reason": error.what, "where": error.where, "expected": error.expected, "fix": error.fix}
        return {
            "status": "failed",
            "code": error.code,
            "parameters": dict(error.parameters),
            **parts,
            "error": str(error),
        }
    reason = f"{name}: {error}".removesuffix(": ")
    if isinstance(error, KeyboardInterrupt):
        return {"status": "stopped", "reason": reason, "code": "stop.interrupt"}
    return {"status": "failed", "reason": reason, "code": "bug", "error": str(error) or name}


def as_known_error(error: BaseException) -> BaseException:
    """Turn errors of memory, descriptors and disks into ones for people; our own errors and bugs stay as they are."""
    if isinstance(error, EpochscopeError):
        return error
    if isinstance(error, OSError) and (error.errno in TOO_MANY or (error.errno in OF_THE_SYSTEM and error.filename)):
        of_disk = disk_error(error, error.filename or "")
        of_disk.__cause__ = error
        return of_disk
    # torch has no error of its own for the CPU's memory
    full = isinstance(error, RuntimeError) and "DefaultCPUAllocator" in str(error)
    if full or isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        known = OutOfMemoryError(
            "memory.full",
            "Not enough memory for this run.",
            where=str(error).split("\n")[0][:200],
            fix="use smaller batches (--batch), smaller images (--data.size) or a smaller model",
        )
        known.__cause__ = error
        return known
    return error
