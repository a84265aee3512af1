"""Seeds of the global random generators."""

from __future__ import annotations

import random

import numpy as np
import torch


def seed_generators(seed: int, epoch: int = 0, process: int = 0) -> None:
    """Seed the global generators of PyTorch, numpy and Python.

    Args:
        seed: Seed of the run.
        epoch: Number of the epoch; 0 before the first.
        process: Number of the process, from 0, if there are several.
    """
    numbers = [seed, epoch, process] if process else [seed, epoch]
    mixed = int(np.random.SeedSequence(numbers).generate_state(1)[0])
    torch.manual_seed(mixed)
    np.random.seed(mixed)  # the caller's loader may use the global generator: that is the point
    random.seed(mixed)
