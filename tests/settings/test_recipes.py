"""Recipes: files that stand the same check as everybody's settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from trainer.errors import UsageError
from trainer.plugins import check_names
from trainer.report.settings_table import command
from trainer.settings import Settings, describe, flags, merge
from trainer.settings.recipes import load_recipe, recipes


@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: recipe.name)
def test_every_recipe_is_valid_and_described(recipe) -> None:
    check_names(merge(recipe.values))
    assert recipe.title
    assert recipe.description.endswith(".")


def test_the_reference_task_is_as_published() -> None:
    made = merge(load_recipe("seed").values)
    train, augment = made.train, made.augment
    assert made.model == "softmax"
    assert (train.optimizer, train.lr, train.batch, train.epochs, train.seed) == ("adam", 0.001, 64, 5, 1234)
    assert (train.schedule, train.warmup, train.weight_decay, train.label_smoothing) == ("constant", 0, 0, 0)
    assert (augment.rotation, augment.flip, augment.crop, made.data.valid) == (5, 0.5, 2, 0.1)


def test_linear_keeps_to_five_epochs_of_one_linear_layer() -> None:
    made = merge(load_recipe("linear").values)
    assert made.model == "softmax"
    assert made.train.epochs == 5


def test_all_that_we_promise_are_there() -> None:
    assert {recipe.name for recipe in recipes()} >= {"seed", "linear", "cnn", "digits"}


def test_a_near_name_is_suggested() -> None:
    with pytest.raises(UsageError, match="did you mean 'seed'") as caught:
        load_recipe("sede")
    assert caught.value.code == "recipe.unknown"


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "мой.toml"
    path.write_text('[recipe]\ntitle = "Ё"\n[train]\nepochs = 2\n', encoding="utf-8")
    recipe = load_recipe(str(path))
    assert (recipe.name, recipe.title, recipe.values) == (str(path), "Ё", {"train": {"epochs": 2}})


def test_files_of_one_name_are_recorded_apart_and_apart_from_a_recipe_that_comes_along(tmp_path: Path) -> None:
    paths = [tmp_path / folder / "linear.toml" for folder in ("one", "other")]
    for number, path in enumerate(paths):
        path.parent.mkdir()
        path.write_text(f"[train]\nepochs = {number + 1}\n", encoding="utf-8")
    names = [merge(load_recipe(name).layer).recipe.name for name in (*map(str, paths), "linear")]
    assert names == [*map(str, paths), "linear"]
    commands = [command(merge(load_recipe(str(path)).layer).model_dump()) or "" for path in paths]
    assert not any("--recipe" in text for text in commands), "the command names what it needs one by one"


def test_its_name_is_recorded_and_can_be_neither_chosen_nor_searched(tmp_path: Path) -> None:
    recipe = load_recipe("linear")
    assert merge(recipe.layer).recipe.name == "linear"
    assert merge(recipe.layer).model_copy(update={"recipe": Settings().recipe}) == merge(recipe.values)
    assert Settings().recipe.name is None
    assert "recipe" not in {flag.path[0] for flag in flags()} | {setting.path[0] for setting in describe()}
    with pytest.raises(UsageError, match="only --recipe chooses a recipe"):
        merge({"recipe": "linear"})
    with pytest.raises(UsageError, match=r"recipe\.name: got 3, expected a text"):
        merge({"recipe": {"name": 3}})


@pytest.mark.parametrize(("content", "code"), [(b"\xff\xfe[", "recipe.unreadable"), (b"[train\n", "settings.toml")])
def test_a_file_that_is_no_recipe(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        load_recipe(str(path))
    assert caught.value.code == code
    assert str(path) in caught.value.where
