"""What a search is to do, and its text on disk. [no torch, no Optuna]"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from trainer.errors import UsageError
from trainer.search.search_space import Dimension, check_space, parse_space
from trainer.settings import Settings, merge
from trainer.store.search_folder import Monitor

Pruner = Literal["median", "none"]
Sampler = Literal["tpe", "random"]
TRIALS, MOST_TRIALS = 20, 10_000


@dataclass(frozen=True)
class SearchPlan:
    """Settings of all trials but for what `space` varies. `trial_epochs`: of each trial; None: as the settings have it.
    The seed of the settings is that of the search, too."""

    settings: Settings
    space: tuple[Dimension, ...]
    trials: int = TRIALS
    monitor: Monitor = "loss"
    trial_epochs: int | None = None
    pruner: Pruner = "median"
    sampler: Sampler = "tpe"

    @property
    def trial_settings(self) -> Settings:
        """What each trial begins with."""
        if self.trial_epochs is None:
            return self.settings
        return merge(self.settings.model_dump(), {"train": {"epochs": self.trial_epochs}})

    def check(self) -> None:
        """Raises UsageError `search.trials`, `search.no_validation`, and `search.space` where the settings do not allow
        the space."""
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
            raise UsageError(
                "search.space",
                "There is nothing to search.",
                where="--space",
                expected="at least one NAME=LOW..HIGH or NAME=A,B,C",
                problems="",
            )
        check_space(self.space, self.trial_settings)

    def tables(self) -> dict[str, Any]:
        """For search.toml."""
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
        """Whether both make the same trials, however many."""
        return replace(self, trials=1).tables() == replace(other, trials=1).tables()


def plan_of(tables: Mapping[str, Any]) -> SearchPlan:
    """Of what `SearchPlan.tables` gave. Raises UsageError `search.plan` and those of settings and space."""
    about = tables.get("search")
    space, settings = tables.get("space"), tables.get("settings")
    if not (isinstance(about, Mapping) and isinstance(space, Mapping) and isinstance(settings, Mapping)):
        raise _damaged("a table is missing")
    choices = {"monitor": Monitor, "pruner": Pruner, "sampler": Sampler}
    for name, kind in choices.items():
        if about.get(name) not in get_args(kind):
            raise _damaged(f"{name}: got {about.get(name)!r}")
    return SearchPlan(
        merge(settings),
        parse_space([f"{name}={text}" for name, text in space.items()]),
        int(about.get("trials", TRIALS)),
        about["monitor"],
        about.get("trial_epochs"),
        about["pruner"],
        about["sampler"],
    )


def _damaged(reason: str) -> UsageError:
    return UsageError(
        "search.plan", f"The plan of this search cannot be read: {reason}", mend="search again under another --name"
    )
