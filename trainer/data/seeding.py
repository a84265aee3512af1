"""Seeds of the global random generators."""

from __future__ import annotations

import random

import numpy as np
import torch


def seed_generators(seed: int, epoch: int = 0, process: int = 0) -> None:
    """Seed torch's, numpy's and Python's global generators from (seed, epoch), and the number of a further process."""
    numbers = [seed, epoch, process] if process else [seed, epoch]
    mixed = int(np.random.SeedSequence(numbers).generate_state(1)[0])
    torch.manual_seed(mixed)
    np.random.seed(mixed)  # the caller's loader may use the global generator: that is the point
    random.seed(mixed)
