"""What a search is to try: every proposal is one that the engine takes, and what is typed is what is searched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import trainer.cli.search
from gui.viewmodels.search_form import SearchForm
from gui.viewmodels.settings_form import MODEL, MONITOR, SettingsForm
from trainer.cli import main
from trainer.search.search_plan import SearchPlan
from trainer.store.search_folder import make_search, search_folder, write_plan

LR, BATCH = ("train", "lr"), ("train", "batch")


@pytest.fixture
def form(tmp_path: Path) -> SettingsForm:
    return SettingsForm(tmp_path)


def problems(search: SearchForm) -> dict[tuple[str, ...], str]:
    return {problem.path: problem.code for problem in search.check()}


def planned(search: SearchForm, monkeypatch: pytest.MonkeyPatch) -> tuple[SearchPlan, str]:
    """What the command line makes of the command: plan and name."""
    found: list[Any] = []
    monkeypatch.setattr(trainer.cli.search, "_search", lambda plan, root, name, **_: found.append((plan, name)) or 0)
    assert main(search.arguments()) == 0
    plan, name = found[0]
    plan.check()
    return plan, name


@pytest.mark.parametrize("model", ["softmax", "mlp", "cnn", "resnet9", "resnet18", "efficientnet_lite0"])
def test_every_range_that_is_offered_can_be_searched(
    form: SettingsForm, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    form.set(MODEL, model)
    search = SearchForm(form)
    assert LR in search.chosen
    search.chosen = set(search.ranges)
    search.monitor = "macro_f1"  # some of them change the loss
    assert search.check() == []
    plan, _ = planned(search, monkeypatch)
    assert {one.path: one.text for one in plan.space} == search.ranges


@pytest.mark.parametrize("model", ["softmax", "efficientnet_lite0"])
def test_the_batches_offered_fit_the_training_images(form: SettingsForm, model: str) -> None:
    """Also where the batch is offered, but not varied unless a person says so."""
    form.set(MODEL, model)
    assert SearchForm(form, 48).ranges[BATCH] == "4,8,16,32"
    assert SearchForm(form).ranges[BATCH] == "32,64,128,256"


def test_the_command_searches_on_the_settings_of_the_form(form: SettingsForm, monkeypatch: pytest.MonkeyPatch) -> None:
    form.choose_recipe("digits")
    form.set(("train", "epochs"), "3")
    form.set(MONITOR, "accuracy")
    search = SearchForm(form)
    assert search.monitor == "accuracy"
    search.chosen = {LR, BATCH}
    search.ranges[LR], search.ranges[BATCH] = "1e-3 .. 1e-1:log", "16, 32"
    search.trials = "7"
    plan, name = planned(search, monkeypatch)
    assert (plan.trials, plan.monitor, name) == (7, "accuracy", search.name)
    assert {one.path: one.text for one in plan.space} == {LR: "1e-3..1e-1:log", BATCH: "16,32"}
    form.set(MONITOR, "")
    assert plan.settings == form.settings()


def test_what_is_wrong_is_said_of_its_place(form: SettingsForm) -> None:
    search = SearchForm(form)
    search.ranges[LR], search.trials, search.name = "1..much", "0", "a b"
    assert problems(search) == {LR: "number", ("trials",): "trials", ("name",): "name"}
    for text, code in (("-1..1", "value"), ("1..0.1", "order"), ("", "range")):
        search.ranges[LR] = text
        assert problems(search)[LR] == code
    search.chosen = set()
    assert problems(search) == {("space",): "nothing", ("trials",): "trials", ("name",): "name"}


def test_names_of_searches_and_of_their_runs_are_not_used_again(form: SettingsForm) -> None:
    first = SearchForm(form)
    folder = search_folder(form.root, first.name)
    make_search(folder)
    write_plan(folder, {})
    second = SearchForm(form)
    assert problems(first) == {("name",): "name_taken"}
    assert second.name != first.name
    (form.root / f"{second.name}-1").mkdir()
    assert problems(second) == {("name",): "name_taken"}
    assert SearchForm(form).name not in (first.name, second.name)
