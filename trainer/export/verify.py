"""A model's file is put in place only once it was read back and gave the same logits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from trainer.analysis.trained_model import Pixels, TrainedModel, sample
from trainer.errors import DiskError, EpochscopeError
from trainer.export import Facts
from trainer.store.folder import RunFolder
from trainer.store.output_file import write_output
from trainer.text.text_shortening import first_line

TOLERANCE = 1e-4
"""Largest difference of a graph's logits, relative to the largest logit. Another order of additions differs by up to
1e-6 for the models here, other processors by more; a wrong normalisation, say, by a hundred times as much."""
Answer = Callable[[Pixels], Tensor]
"""From raw pixels (N, H, W, C) uint8 to logits (N, classes)."""


def write_model(
    folder: RunFolder, trained: TrainedModel, path: Path, data: bytes, load: Callable[[Path], Answer], *, exact: bool
) -> Facts:
    """Write a model's file once `load` can read it back and it agrees with the run's weights.

    It is tried on all sample images together and on a single one.

    Args:
        folder: Folder of the run; gives the sample images.
        trained: The model with the run's weights.
        path: File to write.
        data: Its content.
        load: From the path of the file to a function from pixels to logits.
        exact: True: the logits must be equal bit for bit. False: within `TOLERANCE`.

    Returns:
        `weights`, `epoch`, `classes`, `images`, `difference` and `tolerance` (both relative to the largest logit),
        `checked`.

    Raises:
        DiskError: `export.unreadable` or `export.differs`; a file that was there before stays as it was.
    """
    pixels, shown = sample(folder, trained)
    tolerance = 0.0 if exact else TOLERANCE
    differences: list[float] = []

    def check(temp: Path) -> None:
        try:
            answer = load(temp)
            found = [answer(some) for some in (pixels, pixels[:1])]
        except EpochscopeError:
            raise
        except Exception as error:  # a reader may raise anything at what it cannot read
            raise _unreadable(path, f"{type(error).__name__}: {error}") from error
        for some, logits in zip((pixels, pixels[:1]), found, strict=True):
            differences.append(_difference(logits, trained.logits(some)))
            if not differences[-1] <= tolerance:
                raise _differs(path, differences[-1], tolerance)

    write_output(path, data, check=check)
    return {
        "weights": trained.kind,
        "epoch": trained.epoch,
        "classes": len(trained.classes),
        "images": shown,
        "difference": max(differences),
        "tolerance": tolerance,
        "checked": _sentence(shown, len(pixels) - shown, max(differences)),
    }


def _difference(found: Tensor, expected: Tensor) -> float:
    """Largest difference, relative to the largest expected logit; NaN where the shapes differ or one is not finite."""
    if found.shape != expected.shape:
        return float("nan")
    if torch.equal(found, expected):
        return 0.0
    gap, size = (found.double() - expected.double()).abs().max(), expected.double().abs().max()
    return float(gap / size) if np.isfinite(float(gap)) else float("nan")


def _sentence(shown: int, noise: int, difference: float) -> str:
    images = f"{shown} validation images and {noise} of random pixels" if shown else f"{noise} images of random pixels"
    how = "exactly the logits" if difference == 0 else f"the logits (within {difference:.0e} of the largest)"
    return f"read back, it gives {how} of the run's weights on {images}"


def same_text(path: Path, found: str | None, expected: str) -> None:
    """Check that the description of a model was read back unchanged.

    Args:
        path: The file, for the error.
        found: The text that was read; None if there was none.
        expected: The text that was written.

    Raises:
        DiskError: `export.unreadable`: they differ.
    """
    if found != expected:
        raise _unreadable(path, "the metadata about classes and normalisation is missing")


def _unreadable(path: Path, reason: str) -> DiskError:
    return DiskError(
        "export.unreadable",
        f"The exported file could not be read back and was deleted: {first_line(reason)}",
        where=str(path),
        fix="try another format; if it happens again, please report it",
        path=str(path),
        reason=reason[:300],
    )


def _differs(path: Path, difference: float, tolerance: float) -> DiskError:
    return DiskError(
        "export.differs",
        f"The exported model does not match the run's weights and was deleted: off by {difference:.1e}.",
        where=str(path),
        expected=f"logits within {tolerance:g} of the largest" if tolerance else "the same logits",
        fix="try another format; if it happens again, please report it",
        path=str(path),
        difference=difference,
    )
