"""A search: its trials are runs, Optuna's own storage says the same, the same seed gives the same, a kill costs
nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("optuna", reason="Optuna is not installed: pip install 'epochscope[search]'")

from trainer.errors import DivergedError, UsageError
from trainer.launch import start
from trainer.search import parameter_search
from trainer.search.parameter_search import ParameterSearch
from trainer.search.search_plan import SearchPlan, plan_of
from trainer.search.search_space import parse_space
from trainer.settings import merge
from trainer.settings.toml import dumps
from trainer.store import notes
from trainer.store.folder import RunFolder, list_runs
from trainer.store.run_files import dotted_settings
from trainer.store.search_folder import SearchRecord, list_searches, read_record, search_folder
from trainer.text.toml_text import parse_toml

SPACE = ("train.lr=1e-3..1:log", "train.batch=64,128")


def plan(**options: Any) -> SearchPlan:
    made = merge({"data": {"source": "digits", "samples": 300}, "train": {"epochs": 2, **options.pop("train", {})}})
    return SearchPlan(made, parse_space(options.pop("space", SPACE)), **{"trials": 3, **options})


def tried(record: SearchRecord) -> list[tuple[dict[str, Any], tuple[float, ...]]]:
    return [(one.values, one.history) for one in record.trials]


def stored(root: Path, name: str) -> Any:
    """The study as Optuna reads it by itself."""
    import optuna

    return optuna.load_study(study_name=name, storage=f"sqlite:///{search_folder(root, name).storage.as_posix()}")


def test_trials_are_runs_and_optuna_says_the_same(tmp_path: Path) -> None:
    record = ParameterSearch(plan(), tmp_path, "few").run()
    assert (record.state, record.finished, record.wanted) == ("completed", 3, 3)
    assert {entry.folder.name for entry in list_runs(tmp_path)} == {"few-1", "few-2", "few-3"}
    study = stored(tmp_path, "few")
    assert study.best_trial.number + 1 == record.best
    for trial, one in zip(study.trials, record.trials, strict=True):
        assert (trial.params, trial.value, trial.state.name) == (one.values, one.value, "COMPLETE")
        folder = RunFolder(tmp_path / one.run)
        settings = dotted_settings(folder)
        assert {name: settings[name] for name in one.values} == one.values
        assert notes.read(folder.viewer).tags == ("few",)
        losses = [float(line.split(",")[place]) for line, place in metrics_rows(folder, "valid_loss")]
        assert list(one.history) == pytest.approx(losses)
        assert one.value == min(one.history)
    assert read_record(search_folder(tmp_path, "few")) == record
    assert [folder.name for folder in list_searches(tmp_path)] == ["few"]


def metrics_rows(folder: RunFolder, column: str) -> list[tuple[str, int]]:
    head, *rows = folder.metrics.read_text("utf-8").splitlines()
    return [(row, head.split(",").index(column)) for row in rows]


def test_a_damaged_storage_is_named_and_stays(tmp_path: Path) -> None:
    ParameterSearch(plan(), tmp_path, "few").run()
    storage = search_folder(tmp_path, "few").storage
    storage.write_bytes(b"no database" * 100)
    with pytest.raises(UsageError) as caught:
        ParameterSearch(plan(), tmp_path, "few").run()
    assert (caught.value.code, caught.value.where) == ("search.plan", str(storage))
    assert storage.read_bytes() == b"no database" * 100


def test_the_same_seed_gives_the_same_trials_and_another_does_not(tmp_path: Path) -> None:
    first, second, other = (
        ParameterSearch(plan(train={"epochs": 1, "seed": seed}), tmp_path / str(place), "few").run()
        for place, seed in enumerate((7, 7, 8))
    )
    assert tried(first) == tried(second) != tried(other)


def test_more_trials_go_on_where_fewer_had_ended(tmp_path: Path) -> None:
    whole = ParameterSearch(plan(train={"epochs": 1}), tmp_path / "whole", "few").run()
    for trials in (1, 3):
        parts = ParameterSearch(plan(train={"epochs": 1}, trials=trials), tmp_path / "parts", "few").run()
    assert tried(parts) == tried(whole)


def test_the_record_names_the_trial_under_way(tmp_path: Path) -> None:
    """Before its first epoch: a window shows it then."""
    seen: list[list[str]] = []

    def conduct(work: Any) -> Any:
        record = read_record(search_folder(tmp_path, "few"))
        assert record is not None
        seen.append([one.state for one in record.trials])
        return work()

    ParameterSearch(plan(trials=2, train={"epochs": 1}), tmp_path, "few", conduct=conduct).run()
    assert seen == [["running"], ["completed", "running"]]


def test_accuracy_is_to_rise(tmp_path: Path) -> None:
    record = ParameterSearch(plan(monitor="accuracy", train={"epochs": 1}), tmp_path, "few").run()
    best = next(one for one in record.trials if one.number == record.best)
    assert best.value == max(one.value or 0 for one in record.trials)


def test_a_trial_worse_than_the_others_is_pruned(tmp_path: Path) -> None:
    """Rates rise by chance alone: with enough trials, one with a tiny rate is worse than the median."""
    space = ("train.lr=1e-6,1e-1",)
    record = ParameterSearch(plan(space=space, trials=9, train={"epochs": 3}, sampler="random"), tmp_path, "few").run()
    states = [one.state for one in record.trials]
    assert states[:5].count("pruned") == 0  # the first five are never judged
    pruned = [one for one in record.trials if one.state == "pruned"]
    assert pruned
    assert all(len(one.history) < 3 and one.values["train.lr"] == 1e-6 for one in pruned)
    assert record.best not in [one.number for one in pruned]


def test_a_trial_that_diverges_does_not_end_the_search(tmp_path: Path) -> None:
    calls: list[int] = []

    def sometimes(work: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise DivergedError("diverged.step", "The loss was not finite.")
        return work()

    record = ParameterSearch(plan(train={"epochs": 1}), tmp_path, "few", conduct=sometimes).run()
    assert [(one.state, one.error) for one in record.trials] == [
        ("failed", "diverged.step"),
        ("completed", ""),
        ("completed", ""),
    ]


def test_a_search_without_optuna_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(UsageError) as caught:
        ParameterSearch(plan(), tmp_path, "few")
    assert (caught.value.code, "epochscope[search]" in caught.value.fix) == ("search.missing", True)
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_taken(tmp_path: Path) -> None:
    ParameterSearch(plan(trials=1, train={"epochs": 1}), tmp_path, "few").run()
    with pytest.raises(UsageError) as caught:
        ParameterSearch(plan(trials=1, train={"epochs": 2}), tmp_path, "few")
    assert caught.value.code == "search.other_plan"
    (tmp_path / "alone-1").mkdir()
    (tmp_path / "alone-1" / "notes.txt").touch()
    with pytest.raises(UsageError) as caught:
        ParameterSearch(plan(), tmp_path, "alone")
    assert caught.value.code == "run.exists"


def test_a_run_of_the_same_name_is_left_alone(tmp_path: Path) -> None:
    """It came after the search had begun: the trial it would be is not this run."""
    ParameterSearch(plan(trials=1, train={"epochs": 1}), tmp_path, "few").run()
    start(merge({"data": {"samples": 300}, "train": {"epochs": 1}}), tmp_path, name="few-2")
    before = RunFolder(tmp_path / "few-2").journal.read_bytes()
    with pytest.raises(UsageError) as caught:
        ParameterSearch(plan(trials=2, train={"epochs": 1}), tmp_path, "few").run()
    assert caught.value.code == "run.exists"
    assert RunFolder(tmp_path / "few-2").journal.read_bytes() == before
    left = read_record(search_folder(tmp_path, "few"))
    assert left is not None
    assert left.state == "failed"


def test_a_folder_of_that_name_is_left_alone_unless_there_is_nothing_in_it(tmp_path: Path) -> None:
    ParameterSearch(plan(trials=1, train={"epochs": 1}), tmp_path, "few").run()
    (tmp_path / "few-2" / "checkpoints").mkdir(parents=True)
    assert ParameterSearch(plan(trials=2, train={"epochs": 1}), tmp_path, "few").run().finished == 2
    (tmp_path / "few-3").mkdir()
    (tmp_path / "few-3" / "diary.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        ParameterSearch(plan(trials=3, train={"epochs": 1}), tmp_path, "few").run()
    assert caught.value.code == "run.exists"
    assert (tmp_path / "few-3" / "diary.txt").read_text("utf-8") == "mine"


def test_plans_survive_their_file() -> None:
    made = plan(monitor="macro_f1", trial_epochs=1, pruner="none", sampler="random", trials=9)
    assert plan_of(parse_toml(dumps(made.tables()))) == made


@pytest.mark.parametrize(("name", "value"), [("trials", "many"), ("trials", 2.5), ("trial_epochs", "x"), ("pruner", 1)])
def test_a_damaged_plan_says_what_is_wrong(name: str, value: Any) -> None:
    tables = plan(trials=9).tables()
    tables["search"][name] = value
    with pytest.raises(UsageError, match=f"{name}: got {value!r}") as caught:
        plan_of(tables)
    assert caught.value.code == "search.plan"


def test_what_cannot_be_searched(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        ParameterSearch(plan(trials=0), tmp_path, "few")
    assert caught.value.code == "search.trials"
    no_validation = SearchPlan(merge({"data": {"valid": 0}}), parse_space(SPACE), 1)
    with pytest.raises(UsageError) as caught:
        ParameterSearch(no_validation, tmp_path, "few").run()
    assert caught.value.code == "callback.no_validation"


SCRIPT = """
import sys
from pathlib import Path
from tests.search.test_parameter_search import plan
from trainer.search.parameter_search import ParameterSearch
ParameterSearch(plan(trials=4, train={"epochs": 6}), Path(sys.argv[1]), "few").run()
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")
@pytest.mark.parametrize("after", ["few-1/checkpoints", "few-3/journal.jsonl"])
def test_killed_anywhere_it_ends_as_if_it_was_not(tmp_path: Path, after: str) -> None:
    whole = ParameterSearch(plan(trials=4, train={"epochs": 6}), tmp_path / "whole", "few").run()
    root = tmp_path / "killed"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, str(root)], env=environment)
    place = root / after
    while process.poll() is None and not (place.is_file() or (place.is_dir() and any(place.iterdir()))):
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    left = read_record(search_folder(root, "few"))
    assert left is not None
    assert left.state == "lost"
    record = ParameterSearch(plan(trials=4, train={"epochs": 6}), root, "few").run()
    assert tried(record) == tried(whole)
    assert record.best == whole.best
    assert json.dumps(sorted(entry.folder.name for entry in list_runs(root))) == json.dumps(
        [f"few-{number}" for number in range(1, 5)]
    )


@pytest.mark.parametrize("kept", [1, 2])
def test_a_trial_whose_process_died_is_brought_to_its_end(
    tmp_path: Path, kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a kill: the run is there, and Optuna was never told how it went."""
    whole = ParameterSearch(plan(), tmp_path / "whole", "few").run()
    told: list[Any] = []

    class DiedError(Exception):
        pass

    def die(*given: Any, **more: Any) -> None:
        told.append(given)
        if len(told) == kept:
            raise DiedError
        real(*given, **more)

    real = parameter_search.Study.tell
    monkeypatch.setattr(parameter_search.Study, "tell", die)
    with pytest.raises(DiedError):
        ParameterSearch(plan(), tmp_path / "died", "few").run()
    monkeypatch.undo()
    record = ParameterSearch(plan(), tmp_path / "died", "few").run()
    assert tried(record) == tried(whole)
    assert [one.state for one in record.trials] == ["completed"] * 3
