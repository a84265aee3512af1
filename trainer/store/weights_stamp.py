"""What stands for the weights that a run is used with, for those who keep its predictions. [no torch]"""

from __future__ import annotations

from pathlib import Path

from trainer.store.calibration_file import stamp
from trainer.store.checkpoint import newest_valid, verify
from trainer.store.folder import RunFolder


def weights_stamp(folder: RunFolder) -> tuple[Path | None, str]:
    """The checkpoint that holds a run's newest best weights, and a text that names its content: neither a run that goes
    on nor one that was trained again under the same name is answered with old weights, nor one that was evaluated again
    with an old temperature."""
    newest = newest_valid(folder.checkpoints, "best")[0] or newest_valid(folder.checkpoints, "last")[0]
    return newest, f"{folder.path.resolve()} {newest} {verify(newest) if newest else ''} {stamp(folder)}"
