"""How long a process takes that imports everything a run needs, and ends."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import suppress
from functools import cache

CODE = (
    # its help is as much work as reading the flags of a run
    "import trainer.launch; from trainer.cli import main; main(['train', '--help'])\n"
    "from trainer.estimate.start_time import import_engine; import_engine()"
)
TIMEOUT = 120.0


@cache
def start_seconds() -> float:
    """Measure the start of a process, once: PyTorch takes a while to end, too.

    Returns:
        Seconds, the same number at every call; 0 if this Python cannot start another.
    """
    if not sys.executable:
        return 0.0
    began = time.perf_counter()
    command = [sys.executable, "-P", "-c", CODE]
    with suppress(subprocess.TimeoutExpired):  # at least that long, then
        subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT, check=False)
    return time.perf_counter() - began


def import_engine() -> None:
    """Import what a run imports before its first step, and the part of PyTorch that the first optimiser loads."""
    import torch

    from trainer.optim.optimizers import make_optimizer
    from trainer.plugins import DEFAULT_CALLBACKS, load_callback
    from trainer.settings import Settings
    from trainer.trainer import Trainer  # noqa: F401 - it imports the engine

    for name in DEFAULT_CALLBACKS:
        load_callback(name)
    make_optimizer(torch.nn.Linear(1, 1), Settings().train).zero_grad()
