"""`lr-find`: what is printed, what is kept, and that no run is made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli
from trainer.cli.text_chart import HEIGHT, WIDTH, log_curve
from trainer.settings import merge
from trainer.store.rate_curves import curve_path, read_curve

SHORT = ("lr-find", "digits", "--samples", 300, "--steps", 40)


def test_it_proposes_and_keeps_the_curve(cli: Cli, runs: Path) -> None:
    answer = cli(*SHORT, "--seed", 4)
    assert answer.code == 0
    assert "proposal: --lr 0." in answer.out
    path = curve_path(runs, merge({"data": {"samples": 300}, "train": {"seed": 4}}).model_dump())
    assert answer.out.splitlines()[-1] == f"curve: {path}"
    kept = read_curve(path)
    assert kept is not None
    assert kept.settings["data"]["samples"] == 300
    assert [one.name for one in runs.iterdir()] == [".rates"]
    again = cli(*SHORT, "--seed", 4, "--json", "--out", runs / "own.json").document
    assert tuple(again["losses"]) == kept.losses
    assert read_curve(runs / "own.json") == kept
    assert tuple(cli(*SHORT, "--seed", 5, "--json").document["losses"]) != kept.losses


def test_rules_can_be_chosen(cli: Cli) -> None:
    found = {rule: cli(*SHORT, "--json", "--rule", rule).document for rule in ("steepest", "valley")}
    for rule, document in found.items():
        assert (document["rule"], document["proposal"]) == (rule, document["proposals"][rule])
    assert found["valley"]["proposals"] == found["steepest"]["proposals"]


def test_the_curve_of_a_run_is_found_by_its_settings(tmp_path: Path) -> None:
    """Whatever the rate and the length of the run: those are what is looked for."""
    plain = curve_path(tmp_path, merge().model_dump())
    other: dict[str, Any] = {"train": {"lr": 0.5, "epochs": 3, "schedule": "cosine", "warmup": 1}}
    assert curve_path(tmp_path, merge(other).model_dump()) == plain
    for changed in ({"train": {"batch": 32}}, {"model": "mlp"}, {"data": {"source": "mnist"}}, {"train": {"seed": 1}}):
        assert curve_path(tmp_path, merge(changed).model_dump()) != plain


@pytest.mark.parametrize("wrong", [("--low", 0), ("--steps", 5), ("--high", "1e-9"), ("--lr", -1), ("--nosuch", 1)])
def test_wrong_use_leaves_nothing(cli: Cli, runs: Path, wrong: tuple[object, ...]) -> None:
    answer = cli("lr-find", "digits", *wrong)
    assert answer.code == 4
    assert answer.err.startswith("error:")
    assert not (runs / ".rates").exists()


def test_a_damaged_curve_is_none(tmp_path: Path) -> None:
    (tmp_path / "curve.json").write_text('{"rates": [1', encoding="utf-8")
    assert read_curve(tmp_path / "curve.json") is None
    assert read_curve(tmp_path / "missing.json") is None


def test_the_window_gets_the_same(ask: Any, runs: Path) -> None:
    settings = {"data": {"samples": 300}, "train": {"seed": 4}}
    found, wrong = ask(
        {"id": 1, "do": "rates", "settings": settings, "runs": str(runs), "n": 40},
        {"id": 2, "do": "rates", "settings": settings, "runs": str(runs), "n": 2},
    )
    kept = read_curve(Path(found["file"]))
    assert kept is not None
    assert tuple(found["losses"]) == kept.losses
    assert (wrong["ok"], wrong["code"]) == (False, "lr_find.range")


def test_the_drawing() -> None:
    """A fall to the right: every column has a star, lower ones further down; the mark stands where it should."""
    x = [10.0 ** (step / 10) for step in range(-50, 11)]
    lines = log_curve(x, [1.0 - step / 60 for step in range(61)], mark=1e-2)
    assert len(lines) == HEIGHT + 2
    body = [line.split("|", 1)[1].ljust(WIDTH) for line in lines[:HEIGHT]]
    rows = [next(number for number, row in enumerate(body) if row[column] == "*") for column in (0, WIDTH - 1)]
    assert rows == [next(number for number, row in enumerate(body) if "*" in row), HEIGHT - 1]
    assert body[-1][round(0.5 * (WIDTH - 1))] == "|"
    assert log_curve([1.0], [1.0]) == []
