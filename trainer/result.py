"""How a run went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.evaluation import Evaluation
from trainer.events import EpochEnded, Status
from trainer.history import frame

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Result:
    """How a run went. `history` has a row per epoch; `evaluations` are there once the run completed."""

    status: Status
    reason: str
    best_epoch: int | None
    best_loss: float | None
    run_dir: Path | None
    epochs: tuple[EpochEnded, ...] = ()
    evaluations: Mapping[str, Evaluation] = field(default_factory=dict)

    @property
    def history(self) -> pd.DataFrame:
        """The scalar fields of EpochEnded, indexed by epoch."""
        return frame(self.epochs)

    def _repr_html_(self) -> str:
        best = f", best epoch {self.best_epoch}" if self.best_epoch else ""
        tables = "".join(evaluation._repr_html_() for evaluation in self.evaluations.values())
        return f"<p><b>{self.status}</b>{best}</p>{self.history._repr_html_()}{tables}"  # type: ignore[operator]
