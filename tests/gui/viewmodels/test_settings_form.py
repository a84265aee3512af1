"""The form of a new run: recipe below, texts above, problems beside their fields, the command that does the same."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest

from gui.viewmodels.settings_form import DEVICE, MODEL, SOURCE, SettingsForm, quoted
from trainer.cli.flags import gather
from trainer.settings import Settings, describe, flags, merge
from trainer.settings.fields import as_typed
from trainer.settings.recipes import Recipe
from trainer.settings.toml import dumps
from trainer.store.run_creation import create_run
from trainer.text.toml_text import parse_toml

LR, WARMUP, EPOCHS = ("train", "lr"), ("train", "warmup"), ("train", "epochs")


@pytest.fixture
def form(tmp_path: Path) -> SettingsForm:
    return SettingsForm(tmp_path)


def problems(form: SettingsForm) -> dict[tuple[str, ...], str]:
    return {problem.path: problem.code for problem in form.check()}


def parsed(form: SettingsForm) -> Settings:
    """What the command line makes of the command."""
    words = form.arguments()
    assert words[0] == "train"
    given: dict[str, Any] = {}
    data, recipe, rest = words[1], None, iter(words[2:])
    by_name = {flag.name: flag for flag in flags()}
    for word in rest:
        name, _, value = word.partition("=")
        if name in ("--name", "--runs"):
            next(rest)
        elif name == "--option":
            given.setdefault("plugins", []).append(next(rest))
        elif name == "--recipe":
            recipe = next(rest)
        elif name.startswith("--no-"):
            given["_".join(by_name["--" + name[5:]].path)] = False
        elif by_name[name].type is bool:
            given["_".join(by_name[name].path)] = True
        else:
            given["_".join(by_name[name].path)] = value or next(rest)
    return gather(data, recipe, None, given)


def test_every_setting_has_a_field_but_plugin_tables(form: SettingsForm) -> None:
    assert set(form.fields) == {setting.path for setting in describe()} - {("plugins",)}
    assert form.fields[DEVICE].kind == "open_choice"
    assert "cnn" in form.fields[MODEL].choices
    assert all(field.choices for field in form.fields.values() if field.kind == "choice")


def test_defaults_are_fine_and_their_command_is_short(form: SettingsForm) -> None:
    assert form.check() == []
    assert form.arguments() == ["train", "digits", "--name", "digits-softmax-1", "--runs", str(form.root)]
    assert form.settings() == Settings()


def test_only_the_options_of_the_chosen_model_count(form: SettingsForm) -> None:
    form.set(("cnn", "width"), "8")
    assert "cnn" not in form.groups()
    assert "--cnn.width" not in form.arguments()
    form.set(MODEL, "cnn")
    assert "cnn" in form.groups()
    assert form.settings().cnn.width == 8
    assert form.arguments()[2:6] == ["--cnn.width", "8", "--model", "cnn"]


def test_a_recipe_lies_below_what_was_typed(form: SettingsForm) -> None:
    form.set(LR, "0.5")
    form.set(EPOCHS, "5")
    form.choose_recipe("seed")
    assert form.text(LR) == "0.5"
    assert form.text(("augment", "rotation")) == "5"
    assert not form.changed(EPOCHS)  # it says 5 as well
    assert form.arguments()[1:6] == ["digits", "--recipe", "seed", "--lr", "0.5"]
    form.set(LR, "")
    assert form.text(LR) == "0.001"
    form.choose_recipe(None)
    assert form.settings() == Settings()


def test_a_run_is_set_up_like_another_one_of_a_recipe(form: SettingsForm) -> None:
    form.recipes.append(Recipe("small", "", "", {"data": {"size": 32}, "train": {"epochs": 9}}))
    made = merge(form.recipes[-1].layer, {"train": {"lr": 0.5}, "data": {"size": None}})
    form.set(EPOCHS, "7")
    form.take(parse_toml(dumps(made.model_dump())))  # as a file has it, without what is auto
    assert form.settings() == made
    assert form.arguments()[1:8] == ["digits", "--recipe", "small", "--data.size", "auto", "--lr", "0.5"]
    other = merge({"recipe": {"name": "of another version"}, "train": {"epochs": 3}})
    form.take(other.model_dump())
    assert (form.recipe, form.settings().train) == (None, other.train)


@pytest.mark.parametrize(
    ("path", "text", "place", "code"),
    [
        (LR, "-1", LR, "value"),
        (LR, "much", LR, "value"),
        (EPOCHS, "2.5", EPOCHS, "value"),
        (EPOCHS, "0", EPOCHS, "value"),
        (DEVICE, "tpu", DEVICE, "value"),
        (WARMUP, "99", WARMUP, "long_warmup"),
        (("data", "valid"), "0.95", ("data", "test"), "nothing_left"),
        (SOURCE, "/no/such/folder", SOURCE, "unknown_source"),
        (("callbacks",), "nosuch", ("callbacks",), "unknown_callback"),
    ],
)
def test_a_problem_stands_beside_its_field(
    form: SettingsForm, path: tuple[str, ...], text: str, place: tuple[str, ...], code: str
) -> None:
    form.set(path, text)
    assert problems(form) == {place: code}
    form.set(path, "")
    assert problems(form) == {}


def test_all_problems_are_told_at_once(form: SettingsForm) -> None:
    form.set(LR, "x")
    form.set(("train", "batch"), "0")
    form.name = "last"
    form.set(SOURCE, "nosuch")
    assert problems(form) == {
        LR: "value", ("train", "batch"): "value", ("name",): "name", SOURCE: "unknown_source",
    }  # fmt: skip


def test_a_comma_is_a_point_in_numbers(form: SettingsForm) -> None:
    form.set(LR, "0,01")
    assert form.settings().train.lr == 0.01
    form.set(("callbacks",), "journal,timing")
    assert form.settings().callbacks == ("journal", "timing")


def test_the_command_does_the_same_as_the_form(form: SettingsForm, tmp_path: Path) -> None:
    photos = tmp_path / "my photos"
    photos.mkdir()
    form.choose_recipe("cnn")
    for path, text in (
        (SOURCE, str(photos)), (LR, "1e-4"), (("data", "skip_bad"), "true"), (("data", "size"), "32"),
        (("cnn", "dropout"), "0.5"), (("callbacks",), "timing"), (("train", "threads"), "2"),
    ):  # fmt: skip
        form.set(path, text)
    assert form.check() == []
    assert parsed(form) == form.settings()
    form.set(MODEL, "softmax")
    form.set(("softmax", "bias"), "false")
    assert "--no-softmax.bias" in form.arguments()
    assert parsed(form) == form.settings()


def test_a_negative_text_is_no_flag(form: SettingsForm) -> None:
    form.set(LR, "-1")
    assert "--lr=-1" in form.arguments()


def test_the_command_line_is_quoted_for_its_shell(form: SettingsForm, tmp_path: Path) -> None:
    photos = tmp_path / "it's mine"
    photos.mkdir()
    form.set(SOURCE, str(photos))
    assert shlex.split(form.command_line("linux")) == ["epochscope", *form.arguments()]
    assert quoted(["a", "b c", 'd"e'], "win32") == 'a "b c" d\\"e'


def test_the_default_root_is_not_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EPOCHSCOPE_RUNS", str(tmp_path))
    assert "--runs" not in SettingsForm(tmp_path).command_line()
    assert "--runs" in SettingsForm(tmp_path / "other").command_line()


def test_names_of_runs(form: SettingsForm) -> None:
    create_run(form.root, "digits-softmax-1", settings={})
    assert form.run_name() == "digits-softmax-2"
    form.name = "digits-softmax-1"
    assert problems(form) == {("name",): "name_taken"}
    form.name = "mine"
    assert form.arguments()[2:4] == ["--name", "mine"]
    form.name = ""
    form.set(SOURCE, "/data/Фото")
    assert form.run_name() == "softmax-1"


def test_values_as_texts() -> None:
    assert [as_typed(value) for value in (None, True, 0.1, 1e-5, 3, ("a", "b"), 0.1 + 0.2)] == [
        "auto", "true", "0.1", "1e-05", "3", "a,b", "0.30000000000000004",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("metrics", "monitor", "codes"),
    [
        ("", "loss", []),
        ("top2,kappa", "kappa", []),
        ("", "valid_accuracy", []),
        ("top2,nothing", "top2", ["unknown_metric"]),
        ("top2", "kappa", ["unknown_monitor"]),
    ],
)
def test_metrics_and_monitor_are_checked_as_they_are_typed(
    tmp_path: Path, metrics: str, monitor: str, codes: list[str]
) -> None:
    form = SettingsForm(tmp_path)
    form.set(("metrics",), metrics)
    form.set(("train", "monitor"), monitor)
    assert [problem.code for problem in form.check()] == codes
