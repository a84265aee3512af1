"""The same training again and again: with other seeds, or other folds of the images. No torch at import."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trainer.errors import UsageError
from trainer.metrics.classification import Metrics
from trainer.metrics.significance import Spread, spread

if TYPE_CHECKING:
    import pandas as pd

    from trainer.data import ImageData
    from trainer.result import Result
    from trainer.trainer import Trainer

FIGURES = ("accuracy", "macro_f1")


@dataclass(frozen=True)
class Repetition:
    """Several runs that differ by their seed or their fold alone. In a notebook it is shown as tables."""

    results: tuple[Result, ...]
    """What `Trainer.fit` returned, one of each completed run; the last may have been stopped."""
    names: tuple[int, ...]
    """The seed of each run, or the number of its fold, from 1."""
    by: str
    """What differs: "seed" or "fold"."""

    @property
    def completed(self) -> dict[int, Result]:
        """The runs that were evaluated, by seed or fold."""
        return {name: one for name, one in zip(self.names, self.results, strict=True) if one.evaluations}

    @property
    def spreads(self) -> dict[str, dict[str, Spread]]:
        """Mean, standard deviation and 95 % interval of the mean, by split, then by `accuracy` and `macro_f1`.

        Over seeds the interval is Student's. Folds share most of their training images: the variance of their mean is
        s\u00b2 (1/k + 1/(k - 1)) then, not s\u00b2/k (Nadeau & Bengio, Inference for the Generalization Error, 2003).
        """
        runs = list(self.completed.values())
        return {
            split: {
                name: self._spread([float(getattr(one.evaluations[split].metrics, name)) for one in runs])
                for name in FIGURES
            }
            for split in (runs[0].evaluations if runs else ())
        }

    def _spread(self, values: Sequence[float]) -> Spread:
        count = len(values)
        wider = math.sqrt(1 + count / (count - 1)) if self.by == "fold" and count > 1 else 1.0
        return spread(values, limits=(0.0, 1.0), wider=wider)

    @property
    def table(self) -> pd.DataFrame:
        """A row per completed run, by seed or fold: `best_epoch`, and accuracy and macro-F1 of each split, such as
        `test_macro_f1`."""
        import pandas as pd

        rows = {name: _row(one) for name, one in self.completed.items()}
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis(self.by)

    @property
    def summary(self) -> pd.DataFrame:
        """A row per metric, such as `test_macro_f1`: `mean`, `sd`, and the 95 % interval of the mean, `low` and `high`;
        see `spreads`."""
        import pandas as pd

        rows = {
            f"{split}_{name}": [one.mean, one.sd, *(one.interval or (None, None))]
            for split, found in self.spreads.items()
            for name, one in found.items()
        }
        return pd.DataFrame.from_dict(rows, orient="index", columns=["mean", "sd", "low", "high"], dtype=float)

    @property
    def pooled(self) -> Metrics:
        """Metrics of all test images together. Of folds, every image counts once, as the model saw it that was not
        trained on it.

        Raises:
            UsageError: `run.no_evaluation`: no run was completed; `data.no_split`: there are no test images.
        """
        runs = list(self.completed.values())
        if not runs:
            raise UsageError("run.no_evaluation", "No run was completed: there is nothing to pool.")
        if any("test" not in one.evaluations for one in runs):
            raise UsageError(
                "data.no_split", "There is no split 'test'.", expected=" or ".join(runs[0].evaluations), split="test"
            )
        found = [one.evaluations["test"].metrics for one in runs]
        return Metrics.from_confusion(
            sum(one.counts for one in found), math.fsum(one.loss * one.samples for one in found)
        )

    def _repr_html_(self) -> str:
        return "".join(one._repr_html_() for one in (self.summary, self.table))  # type: ignore[operator]


def _row(one: Result) -> dict[str, Any]:
    figures = {
        f"{split}_{name}": getattr(found.metrics, name) for split, found in one.evaluations.items() for name in FIGURES
    }
    return {"best_epoch": one.best_epoch, **figures}


def repeat_seeds(make: Callable[[int], Trainer], seeds: int | Iterable[int] = 5) -> Repetition:
    """Train several times, from other seeds: how far do the scores depend on luck?

    Args:
        make: Function of the seed to a new Trainer; it decides what the seed changes: first weights
            (`build_model(..., seed=seed)`), order and augmentation (`Trainer(..., seed=seed)`), the split
            (`open_data(..., seed=seed)`).
        seeds: The seeds, or how many: 1234, 1235, ...

    Returns:
        The runs, and mean and interval of their scores. If one is stopped, it is the last.
    """
    chosen = tuple(range(1234, 1234 + seeds)) if isinstance(seeds, int) else tuple(seeds)
    return _repeated(((seed, make(seed)) for seed in chosen), "seed")


def cross_validate(make: Callable[[ImageData], Trainer], data: ImageData, folds: int = 5) -> Repetition:
    """Train once for each fold of the images, which is then the test split (k-fold cross-validation, stratified).

    Args:
        make: Function of the images of a fold, with the splits "train", "valid" (unless it is 0 in `open_data`) and
            "test", to a new Trainer.
        data: What `open_data` returned; see `ImageData.folds`.
        folds: How many folds, 2 or more.

    Returns:
        The runs, mean and interval of their scores, and the metrics of all images together (`pooled`). If one is
        stopped, it is the last.

    Raises:
        UsageError: `folds.count`: there are too few images for so many folds.
    """
    return _repeated(((number, make(one)) for number, one in enumerate(data.folds(folds), 1)), "fold")


def _repeated(trainers: Iterable[tuple[int, Trainer]], by: str) -> Repetition:
    """Each is made when its turn has come."""
    results: dict[int, Result] = {}
    for name, trainer in trainers:
        try:
            results[name] = trainer.fit()
        except Exception as error:
            error.add_note(f"{by} {name}, after {len(results)} completed runs")
            raise
        if results[name].status != "completed":
            break
    return Repetition(tuple(results.values()), tuple(results), by)
