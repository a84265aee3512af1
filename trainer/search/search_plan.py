"""The plan of a search, and its form on disk. [no torch, no Optuna]"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from trainer.errors import UsageError
from trainer.search.search_space import Dimension, check_space, parse_space
from trainer.settings import Settings, merge
from trainer.settings.problems import SettingProblem
from trainer.store.search_folder import MonitorName

Pruner = Literal["median", "none"]
Sampler = Literal["tpe", "random"]
TRIALS, MOST_TRIALS = 20, 10_000
IMPORTANCE_TRIALS = 4
"""Completed trials, of different values, that the importance of settings needs."""


@dataclass(frozen=True)
class SearchPlan:
    """What a search tries.

    Attributes:
        settings: Settings of all trials, except what `space` varies. Their seed is the seed of the search too.
        space: Settings that are varied, 1 or more.
        trials: Number of trials, 1 to 10,000. Default: 20.
        monitor: Metric of the validation split that is optimised. Default: "loss".
        trial_epochs: Epochs of each trial. None (default): as in `settings`.
        pruner: "median" (default): stops trials that are worse than the median of the others; "none": runs all of them.
        sampler: "tpe" (default) or "random".
    """

    settings: Settings
    space: tuple[Dimension, ...]
    trials: int = TRIALS
    monitor: MonitorName = "loss"
    trial_epochs: int | None = None
    pruner: Pruner = "median"
    sampler: Sampler = "tpe"

    @property
    def trial_settings(self) -> Settings:
        """Settings that each trial starts from."""
        if self.trial_epochs is None:
            return self.settings
        return merge(self.settings.model_dump(), {"train": {"epochs": self.trial_epochs}})

    def check(self) -> None:
        """Check the plan.

        Raises:
            UsageError: `search.trials`: a number is out of range; `search.space`: the space is empty or the settings do
                not allow it.
        """
        for name, value in (("--trials", self.trials), ("--trial-epochs", self.trial_epochs or 1)):
            if not 1 <= value <= MOST_TRIALS:
                raise UsageError(
                    "search.trials",
                    f"{name}: got {value}.",
                    expected=f"a whole number from 1 to {MOST_TRIALS:,}",
                    name=name,
                    value=value,
                )
        if not self.space:
            problem = SettingProblem("nothing_to_search", "", {})
            raise UsageError(
                "search.space",
                problem.text,
                where="--space",
                expected="at least one NAME=LOW..HIGH or NAME=A,B,C",
                problems=problem.text,
                details=[problem.plain()],
            )
        check_space(self.space, self.trial_settings, self.monitor)

    def tables(self) -> dict[str, Any]:
        """Return the plan as plain tables, for search.toml.

        Returns:
            Tables `search`, `space` and `settings`.
        """
        about = {
            "trials": self.trials,
            "monitor": self.monitor,
            "trial_epochs": self.trial_epochs,
            "pruner": self.pruner,
            "sampler": self.sampler,
        }
        space = {dimension.name: dimension.text for dimension in self.space}
        return {"search": about, "space": space, "settings": self.settings.model_dump()}

    def same_as(self, other: SearchPlan) -> bool:
        """Compare two plans, their numbers of trials aside.

        Args:
            other: Another plan.

        Returns:
            Whether both make the same trials.
        """
        return replace(self, trials=1).tables() == replace(other, trials=1).tables()


def plan_of(tables: Mapping[str, Any]) -> SearchPlan:
    """Read a plan from its tables.

    Args:
        tables: What `SearchPlan.tables` returned.

    Returns:
        The plan.

    Raises:
        UsageError: `search.plan`: a table is missing or damaged; those of settings and space.
    """
    about = tables.get("search")
    space, settings = tables.get("space"), tables.get("settings")
    if not (isinstance(about, Mapping) and isinstance(space, Mapping) and isinstance(settings, Mapping)):
        raise _damaged("a table is missing")
    choices = {"monitor": MonitorName, "pruner": Pruner, "sampler": Sampler}
    for name, kind in choices.items():
        if about.get(name) not in get_args(kind):
            raise _damaged(f"{name}: got {about.get(name)!r}")
    trials, trial_epochs = about.get("trials", TRIALS), about.get("trial_epochs")
    for name, value in (("trials", trials), ("trial_epochs", trial_epochs)):
        if type(value) is not int and (value is not None or name == "trials"):
            raise _damaged(f"{name}: got {value!r}")
    return SearchPlan(
        merge(settings),
        parse_space([f"{name}={text}" for name, text in space.items()]),
        trials,
        about["monitor"],
        trial_epochs,
        about["pruner"],
        about["sampler"],
    )


def _damaged(reason: str) -> UsageError:
    return UsageError(
        "search.plan", f"The plan of this search cannot be read: {reason}", fix="search again under another --name"
    )
