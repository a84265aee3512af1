"""What a server of processes imports once, so that its children begin at once; no step is taken here."""

from __future__ import annotations

import numpy as np
import torch

import trainer.data.image_data
import trainer.trainer  # noqa: F401

torch.set_num_threads(1)
# the first optimiser imports another two seconds' worth of torch
torch.optim.SGD([torch.nn.Parameter(torch.from_numpy(np.zeros(1, dtype=np.float32)))], lr=0.1)
