"""What a search of the settings in the form of a new run is to try: which of them, over what, how often. No Qt."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from gui.viewmodels.form_fields import Path_, Problem
from gui.viewmodels.settings_form import MONITOR, SettingsForm
from trainer.errors import UsageError
from trainer.search.search_plan import MOST_TRIALS, TRIALS
from trainer.search.search_space import (
    DimensionError,
    batch_choices,
    check_space,
    default_space,
    parse_dimension,
    parse_space,
)
from trainer.settings.problems import SettingProblem
from trainer.store.search_folder import MonitorName, list_searches, search_folder

MONITORS: tuple[MonitorName, ...] = get_args(MonitorName)
FURTHER = (
    "train.optimizer=adam,adamw,sgd",
    "train.weight_decay=1e-5..0.3:log",
    "train.label_smoothing=0..0.2",
    "augment.rotation=0..15",
    "augment.flip=0,0.5",
    "augment.crop=0..4",
)
"""Offered beside what is proposed for a model and the batch, switched off."""
TRIALS_PATH: Path_ = ("trials",)
NAME: Path_ = ("name",)
SPACE: Path_ = ("space",)


class SearchForm:
    """`ranges`: of each setting that is offered, by path, as `epochscope search --space` takes it; `chosen`: those that
    are varied. `images`: number of training images, None where it is unknown. Raises UsageError where the form of the
    run has problems."""

    def __init__(self, form: SettingsForm, images: int | None = None) -> None:
        self._form = form
        self._settings = form.settings()
        proposed = default_space(self._settings, images)
        further = parse_space([f"train.batch={batch_choices(images)}", *FURTHER])
        self.chosen = {one.path for one in proposed}
        self.ranges = {one.path: one.text for one in (*further, *proposed)}
        order = [*(one.path for one in proposed), *(path for path in self.ranges if path not in self.chosen)]
        self.ranges = {path: self.ranges[path] for path in order}
        self.trials = str(TRIALS)
        named = form.text(MONITOR)
        self.monitor: MonitorName = next((one for one in MONITORS if one == named), MONITORS[0])
        self.name = self._free_name()

    def _free_name(self) -> str:
        """`DATA-MODEL-search` with the first number that is free."""
        stem = f"{self._form.name_stem()[:40].rstrip('-.')}-search"
        count = 1
        while self._taken(f"{stem}-{count}"):
            count += 1
        return f"{stem}-{count}"

    def _taken(self, name: str) -> bool:
        """Whether a search of this name, or the first of its runs, is there already."""
        root: Path = self._form.root
        return any(one.name == name for one in list_searches(root)) or (root / f"{name}-1").exists()

    def check(self) -> list[Problem]:
        """All problems that prevent a start. Codes: those of `DimensionError`, `value` also where the setting does not
        allow an end of the range; `changes_loss` (trials cannot be ranked by the loss); `nothing` (no setting is
        chosen), `trials`, `name`, `name_taken`."""
        found = [problem for path in self.ranges if path in self.chosen for problem in self._check(path)]
        if not self.chosen:
            found.append(Problem(SPACE, "nothing", "no setting is varied"))
        if not self.trials.isdecimal() or not 1 <= int(self.trials) <= MOST_TRIALS:
            found.append(Problem(TRIALS_PATH, "trials", f"expected a whole number from 1 to {MOST_TRIALS:,}"))
        try:
            search_folder(self._form.root, self.name)
        except UsageError as error:
            return [*found, Problem(NAME, "name", error.what)]
        if self._taken(self.name):
            found.append(Problem(NAME, "name_taken", f"there is already a search named {self.name!r}"))
        return found

    def _check(self, path: Path_) -> Iterator[Problem]:
        try:
            dimension = parse_dimension(".".join(path), self.ranges[path])
        except DimensionError as error:
            yield Problem(path, error.code, str(error))
            return
        try:
            check_space([dimension], self._settings, self.monitor)
        except UsageError as error:
            codes = {problem.code for problem in SettingProblem.of(error)}
            yield Problem(path, "changes_loss" if "changes_loss" in codes else "value", error.what)

    def arguments(self) -> list[str]:
        """The arguments after `epochscope`."""
        # what decides between trials has the flag that in other commands decides between epochs
        words = [*self._form.words("search", without=MONITOR), "--trials", self.trials, "--monitor", self.monitor]
        for path, text in self.ranges.items():
            if path in self.chosen:
                words += ["--space", f"{'.'.join(path)}={text.replace(' ', '')}"]
        return [*words, "--name", self.name, "--runs", str(self._form.root)]
