"""Optuna's study behind a search: what to try next, whether to continue, and the results. Optuna is imported when used.

Each trial is drawn by a sampler seeded with (seed, number of the trial): what is proposed depends on the previous
trials and on nothing else, also when a killed search is continued.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from trainer.errors import UsageError
from trainer.search.search_plan import IMPORTANCE_TRIALS, SearchPlan
from trainer.search.search_space import Dimension, Value
from trainer.store.search_folder import (
    DimensionRecord,
    SearchFolder,
    SearchRecord,
    SearchState,
    TrialRecord,
    TrialState,
    objective,
    ranked,
)
from trainer.text.text_shortening import first_line

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.samplers import BaseSampler
    from optuna.trial import FrozenTrial, Trial

_ERROR = "error"
"""User attribute of a trial that failed."""
_STATES: dict[str, TrialState] = {"RUNNING": "running", "COMPLETE": "completed", "PRUNED": "pruned", "FAIL": "failed"}


def check_optuna() -> None:
    """Check that Optuna is installed.

    Raises:
        UsageError: `search.missing`: it is not.
    """
    try:
        import optuna  # noqa: F401
    except ImportError as error:
        raise UsageError(
            "search.missing",
            "A search needs Optuna, which is not installed.",
            expected="the package optuna",
            fix="pip install 'epochscope[search]'",
        ) from error


@contextlib.contextmanager
def storage_errors(folder: SearchFolder) -> Iterator[None]:
    """Raise what Optuna and its database say of a damaged storage as an error for people.

    Args:
        folder: Folder of the search.

    Raises:
        UsageError: `search.plan`: the storage cannot be read.
    """
    from optuna.exceptions import OptunaError
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (OptunaError, SQLAlchemyError, UnicodeDecodeError) as error:
        raise UsageError(
            "search.plan",
            f"The trials of this search cannot be read: {first_line(error)}",
            where=str(folder.storage),
            fix="search again under another --name",
            reason=first_line(error),
        ) from error


class Study:
    """The trials of a search, in Optuna's storage in its folder.

    Args:
        plan: What to search.
        folder: Folder of the search.
    """

    def __init__(self, plan: SearchPlan, folder: SearchFolder) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._plan, self._folder = plan, folder
        self._objective = objective(plan.monitor)
        self._study = optuna.create_study(
            storage=f"sqlite:///{folder.storage.absolute().as_posix()}",
            study_name=folder.name,
            direction="minimize" if self._objective.mode == "min" else "maximize",
            pruner=self._pruner(),
            load_if_exists=True,
        )
        self._importance: dict[str, float] = {}

    def _pruner(self) -> Any:
        from optuna.pruners import MedianPruner, NopPruner

        if self._plan.pruner == "none":
            return NopPruner()
        return MedianPruner(n_warmup_steps=max(1, self._plan.trial_settings.train.epochs // 10))

    # -- what to try -----------------------------------------------------------------------------------------------

    def trials(self) -> list[FrozenTrial]:
        """List all trials.

        Returns:
            By number, from 0.
        """
        found: list[FrozenTrial] = self._study.get_trials(deepcopy=False)
        return found

    def unfinished(self) -> list[Trial]:
        """List the trials whose process died; they are to be finished.

        Returns:
            Trials that can be told their result.
        """
        from optuna.trial import Trial, TrialState

        frozen = self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
        # Optuna has no public way to a trial of an earlier process but by its id
        return [Trial(self._study, one._trial_id) for one in frozen]  # noqa: SLF001

    def next(self) -> Trial:
        """Draw a new trial.

        Returns:
            The trial, with its values.
        """
        self._study.sampler = self._sampler(len(self.trials()))
        return self._study.ask({one.name: distribution(one) for one in self._plan.space})

    def _sampler(self, number: int) -> BaseSampler:
        from optuna.samplers import RandomSampler, TPESampler

        seed = int(np.random.SeedSequence([self._plan.settings.train.seed, number]).generate_state(1)[0])
        return RandomSampler(seed=seed) if self._plan.sampler == "random" else TPESampler(seed=seed)

    # -- what came of it -------------------------------------------------------------------------------------------

    def report(self, trial: Trial, epoch: int, value: float) -> bool:
        """Record the metric of an epoch; a value that is already there stays.

        Args:
            trial: The trial.
            epoch: Number of the epoch, from 1.
            value: The monitored metric; NaN is not recorded.

        Returns:
            Whether the trial is to continue.
        """
        if math.isfinite(value) and epoch not in self.trials()[trial.number].intermediate_values:
            trial.report(value, epoch)
        return not trial.should_prune()

    def tell(self, trial: Trial, value: float | None, *, pruned: bool = False, error: str = "") -> None:
        """Record the end of a trial.

        Args:
            trial: The trial.
            value: Best metric of its epochs. None: it failed.
            pruned: Whether it was pruned. Default: False.
            error: Code of the error it failed with. Default: none.
        """
        from optuna.trial import TrialState

        if pruned:
            self._study.tell(trial, state=TrialState.PRUNED)
        elif error or value is None:
            trial.set_user_attr(_ERROR, error)
            self._study.tell(trial, state=TrialState.FAIL)
        else:
            self._study.tell(trial, value)
            self._importance = self._measure_importance()

    def _measure_importance(self) -> dict[str, float]:
        """Of each setting, by functional ANOVA (Hutter et al., ICML 2014); empty where there are too few trials."""
        from optuna.importance import FanovaImportanceEvaluator, get_param_importances
        from optuna.trial import TrialState

        values = {one.value for one in self._study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))}
        if len(values) < IMPORTANCE_TRIALS:
            return {}
        evaluator = FanovaImportanceEvaluator(seed=self._plan.settings.train.seed % 2**32)
        found = get_param_importances(self._study, evaluator=evaluator)
        return {name: float(share) for name, share in found.items()}

    # -- for people and windows ------------------------------------------------------------------------------------

    def record(self, state: SearchState, started_at: str) -> SearchRecord:
        """Describe the search as it is now.

        Args:
            state: State of the search.
            started_at: When it began, ISO 8601.

        Returns:
            The record that is written to its folder.
        """
        plan = self._plan
        trials = tuple(self._trial_record(one) for one in self.trials())
        judged = [one for one in trials if one.state == "completed" and one.value is not None]
        best = next(iter(ranked(judged, plan.monitor)), None)
        return SearchRecord(
            name=self._folder.name,
            state=state,
            monitor=plan.monitor,
            wanted=plan.trials,
            source=plan.settings.data.source,
            model=plan.settings.model,
            seed=plan.settings.train.seed,
            space=tuple(
                DimensionRecord(name=one.name, low=one.low, high=one.high, log=one.log, choices=one.choices)
                for one in plan.space
            ),
            trials=trials,
            best=best.number if best is not None else None,
            importance=self._importance or (self._measure_importance() if state != "running" else {}),
            started_at=started_at,
        )

    def best_epoch(self, history: Mapping[int, float]) -> int | None:
        """Find the first epoch with the best metric; NaN never wins.

        Args:
            history: Metric by epoch.

        Returns:
            Number of the epoch; None if no value is finite.
        """
        epochs = sorted(history)
        best = self._objective.best_row(np.array([history[epoch] for epoch in epochs], np.float64))
        return None if best is None else epochs[best]

    def _trial_record(self, trial: FrozenTrial) -> TrialRecord:
        history = trial.intermediate_values
        epoch = self.best_epoch(history)
        duration = trial.duration
        return TrialRecord(
            number=trial.number + 1,
            run=run_name(self._folder, trial.number),
            state=_STATES[trial.state.name],
            values=dict(trial.params),
            history=tuple(history[place] for place in sorted(history)),
            value=history[epoch] if epoch is not None else None,
            epoch=epoch,
            seconds=duration.total_seconds() if duration is not None else None,
            error=str(trial.user_attrs.get(_ERROR, "")),
        )


def run_name(folder: SearchFolder, number: int) -> str:
    """Name the run of a trial.

    Args:
        folder: Folder of the search.
        number: Number of the trial, from 0 as Optuna counts.

    Returns:
        Name of the search and the number, from 1.
    """
    return f"{folder.name}-{number + 1}"


def distribution(dimension: Dimension) -> BaseDistribution:
    """Convert a dimension to Optuna's form.

    Args:
        dimension: The dimension.

    Returns:
        Optuna's distribution.
    """
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if dimension.choices:
        return CategoricalDistribution(dimension.choices)
    assert dimension.low is not None
    assert dimension.high is not None
    if dimension.whole:
        step = int(dimension.step or 1)
        return IntDistribution(int(dimension.low), int(dimension.high), log=dimension.log, step=step)
    return FloatDistribution(dimension.low, dimension.high, log=dimension.log, step=dimension.step)


def values_of(trial: Trial) -> dict[str, Value]:
    """Return the values of a trial.

    Args:
        trial: The trial.

    Returns:
        Values by dotted name of the setting.
    """
    return dict(trial.params)
