"""Evaluation of finished weights: figures and the printed report of a split, and the files about them."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Literal

from trainer.events import spell_non_finite
from trainer.figures import Figures, report
from trainer.passes import Outputs

if TYPE_CHECKING:
    from trainer.store.folder import RunFolder


@dataclass(frozen=True)
class Evaluation:
    """Figures of one split. In a notebook it shows as a table; `report` is scikit-learn's classification report."""

    split: str
    weights: Literal["best", "last"]
    classes: tuple[str, ...]
    figures: Figures
    outputs: Outputs
    seconds: float

    @property
    def report(self) -> str:
        """As `sklearn.metrics.classification_report` prints it."""
        return report(self.figures.confusion, self.classes)

    def __str__(self) -> str:
        found = self.figures
        return (
            f"{self.split} ({self.weights} weights): {found.samples} images, loss {found.loss:.4f}, "
            f"accuracy {found.accuracy:.4f}, macro-F1 {found.macro_f1:.4f}\n\n{self.report}"
        )

    def _repr_html_(self) -> str:
        found = self.figures
        rows = "".join(
            f"<tr><th>{escape(name)}</th><td>{precision:.3f}</td><td>{recall:.3f}</td><td>{f1:.3f}</td><td>{support}</td></tr>"
            for name, precision, recall, f1, support in zip(
                self.classes, found.precision, found.recall, found.f1, found.support, strict=True
            )
        )
        return (
            f"<p><b>{escape(self.split)}</b> ({self.weights} weights): {found.samples} images, loss {found.loss:.4f}, "
            f"accuracy {found.accuracy:.4f}, macro-F1 {found.macro_f1:.4f}</p><table><tr><th>class</th>"
            f"<th>precision</th><th>recall</th><th>F1</th><th>support</th></tr>{rows}</table>"
        )


def write_evaluation(folder: RunFolder, evaluation: Evaluation) -> None:
    """Write evaluation/<split>.json .txt .npz. Raises DiskError."""
    from trainer.store.durable import write_json, write_text
    from trainer.store.images import write_arrays

    target = folder.evaluation
    about = {
        "split": evaluation.split,
        "weights": evaluation.weights,
        "classes": evaluation.classes,
        "seconds": evaluation.seconds,
        **vars(evaluation.figures),
    }
    write_json(target / f"{evaluation.split}.json", spell_non_finite(about))
    write_text(target / f"{evaluation.split}.txt", evaluation.report)
    write_arrays(target / f"{evaluation.split}.npz", **evaluation.outputs.arrays())
