"""The digest that identifies a data set, its split and its seed: a resumed run compares it. [no torch]"""

from __future__ import annotations

import hashlib
import json

from trainer.data.image_set import ImageSet
from trainer.data.split import Indices


def fingerprint_of(pictures: ImageSet, split: dict[str, Indices], seed: int, fractions: tuple[float, float]) -> str:
    """Compute the fingerprint of divided images.

    Args:
        pictures: The images.
        split: Part -> numbers of its images.
        seed: Seed of the run.
        fractions: Fractions of validation and test images.

    Returns:
        32 hexadecimal digits.
    """
    facts = [pictures.digest, pictures.classes, pictures.pixels.shape, seed, fractions]
    digest = hashlib.sha256(json.dumps(facts).encode())
    digest.update(pictures.labels.tobytes())
    for part, rows in split.items():
        digest.update(part.encode())
        digest.update(rows.tobytes())
    digest.update("\0".join(pictures.paths).encode())
    return digest.hexdigest()[:32]
