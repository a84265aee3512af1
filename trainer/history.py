"""The rows of a run, one per finished epoch: one definition for the result, metrics.csv and the window."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from trainer.events import EpochEnded

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = tuple(name for name in ("epoch", "step", *EpochEnded.__struct_fields__) if name != "train_f1")
"""`epoch`, `step`, then the scalar fields of EpochEnded, each once."""
COLUMNS = tuple(dict.fromkeys(COLUMNS))


def row(event: EpochEnded) -> dict[str, Any]:
    """One epoch as a mapping of scalars; None where there was no validation."""
    return {name: getattr(event, name) for name in COLUMNS}


def frame(events: Iterable[EpochEnded]) -> pd.DataFrame:
    """The epochs as a table, `epoch` as its index."""
    import pandas as pd

    return pd.DataFrame([row(event) for event in events], columns=list(COLUMNS)).set_index("epoch")
