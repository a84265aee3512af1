"""How a run went: its epochs as a table, the evaluation of each split, and both together. No torch at import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.events import EpochEnded, Status
from trainer.metrics.classification import Metrics
from trainer.metrics.outputs import Outputs
from trainer.metrics.significance import in_brackets
from trainer.store.evaluations import SplitMetrics

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = tuple(dict.fromkeys(name for name in ("epoch", "step", *EpochEnded.__struct_fields__) if name != "train_f1"))
"""`epoch`, `step`, then the scalar fields of EpochEnded, each once."""


def row(event: EpochEnded) -> dict[str, Any]:
    """One epoch as a mapping of scalars; None where there was no validation."""
    return {name: getattr(event, name) for name in COLUMNS}


def frame(events: Iterable[EpochEnded]) -> pd.DataFrame:
    """The epochs as a table, `epoch` as its index."""
    import pandas as pd

    return pd.DataFrame([row(event) for event in events], columns=list(COLUMNS)).set_index("epoch")


@dataclass(frozen=True)
class Evaluation(SplitMetrics):
    """Metrics of one split, and the answers for each of its images. In a notebook it shows as a table."""

    outputs: Outputs

    @property
    def figures(self) -> Metrics:
        """Deprecated: the name of `metrics` before 0.2, kept for one release."""
        return self.metrics

    def scores(self) -> str:
        """Accuracy and macro-F1 with their intervals, such as `accuracy 0.406 (0.396 to 0.416), ...`; of how
        many classes macro-F1 is the mean where not all occur."""
        found, sure = self.metrics, self.intervals
        accuracy = f"accuracy {found.accuracy:.4f} {in_brackets(sure.accuracy)}"
        return f"{accuracy}, {found.macro_name} {found.macro_f1:.4f} {in_brackets(sure.macro_f1)}"

    def __str__(self) -> str:
        return f"{self._head()}\n\n{self.report}"

    def _head(self) -> str:
        found = self.metrics
        return f"{self.split} ({self.weights} weights): {found.samples} images, loss {found.loss:.4f}, {self.scores()}"

    def _repr_html_(self) -> str:
        found = self.metrics
        rows = "".join(
            f"<tr><th>{escape(name)}</th><td>{precision:.3f}</td><td>{recall:.3f}</td><td>{f1:.3f}</td><td>{support}</td></tr>"
            for name, precision, recall, f1, support in zip(
                self.classes, found.precision, found.recall, found.f1, found.support, strict=True
            )
        )
        return (
            f"<p>{escape(self._head())}</p><table><tr><th>class</th>"
            f"<th>precision</th><th>recall</th><th>F1</th><th>support</th></tr>{rows}</table>"
        )


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
