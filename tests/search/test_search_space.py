"""The space of a search: what is written, what is drawn from it, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from trainer.errors import UsageError
from trainer.plugins import MODELS
from trainer.search.search_space import LOSS, check_space, default_space, parse_space, read_space, with_values
from trainer.settings import Settings, merge


def test_what_can_be_written() -> None:
    rate, batch, width, hidden, flag = parse_space(
        ["train.lr=1e-4..1e-1:log", "batch=32,64,128", "cnn.width=16..64:16", "mlp.hidden=8..64", "compile=true,false"]
    )
    assert (rate.name, rate.low, rate.high, rate.log, rate.whole) == ("train.lr", 1e-4, 0.1, True, False)
    assert (batch.name, batch.choices) == ("train.batch", (32, 64, 128))
    assert (width.low, width.high, width.step, width.whole) == (16, 64, 16, True)
    assert hidden.corners() == (8, 64)
    assert all(isinstance(corner, int) for corner in hidden.corners())
    assert flag.choices == (True, False)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("optim.lr=1e-4..1e-1:log", "did you mean 'train.lr'"),
        ("train.lr=1..0.1", "LOW must be below HIGH"),
        ("train.lr=0..1:log", "must begin above 0"),
        ("train.lr", "no range"),
        ("train.lr=0.1", "2 choices"),
        ("train.lr=a..b", "'a' is not a finite number"),
        ("train.lr=1..inf", "'inf' is not a finite number"),
        ("train.batch=1.5..3", "whole numbers"),
        ("train.batch=32,many", "expected a whole number"),
        ("train.optimizer=1..2", "expected choices"),
        ("mlp.hidden=8..16:100", "does not fit"),
        ("train.seed=1..9", "cannot be searched"),
        ("data.source=digits,mnist", "cannot be searched"),
    ],
)
def test_what_cannot(line: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_space([line])
    assert caught.value.code == "search.space"
    assert told in caught.value.what


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        parse_space(["nosuch=1..2", "train.lr=2..1", "train.lr=1e-3..1", "lr=1e-3..1"])
    assert len(caught.value.what.splitlines()) == 3
    with pytest.raises(UsageError) as caught:
        check_space(parse_space(["augment.flip=0..2", "train.momentum=0..1", "train.lr=0.1..1"]), Settings())
    assert [line.split(":")[0] for line in caught.value.what.splitlines()] == ["augment.flip", "train.momentum"]


def test_a_file_says_the_same(tmp_path: Path) -> None:
    space = parse_space(["train.lr=1e-4..1e-1:log", "train.batch=32,64"])
    file = tmp_path / "space.toml"
    file.write_text('[space]\n"train.lr" = "1e-4..1e-1:log"\n"train.batch" = "32,64"\n', encoding="utf-8")
    assert read_space(file) == space
    file.write_text('[space.train]\nlr = "1e-4..1e-1:log"\nbatch = [32, 64]\n', encoding="utf-8")
    assert read_space(file) == space
    file.write_text("[spce]\n", encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        read_space(file)
    assert caught.value.code == "search.space_file"


@pytest.mark.parametrize("model", [*MODELS, "some_plugin"])
def test_every_model_has_a_space_that_its_settings_allow(model: str) -> None:
    settings = merge({"model": model})
    space = default_space(settings)
    check_space(space, settings, "loss")
    rate = next(one for one in space if one.name == "train.lr")
    low, high = rate.corners()
    assert low <= settings.train.lr <= high


def test_values_are_put_in_place() -> None:
    made = with_values(merge({"model": "mlp"}), {"train.lr": 0.5, "mlp.hidden": 9})
    assert (made.model, made.train.lr, made.mlp.hidden) == ("mlp", 0.5, 9)


@pytest.mark.parametrize("model", MODELS)
def test_no_batch_above_the_number_of_training_images_is_proposed(model: str) -> None:
    def proposed(images: int | None) -> tuple[object, ...] | None:
        return {one.name: one.choices for one in default_space(merge({"model": model}), images)}.get("train.batch")

    for images in (1, 2, 3, 48, 255, 256, 10**6):
        found = proposed(images)
        assert (found is None) == (proposed(None) is None)
        assert found is None or (len(found) > 1 and all(int(str(batch)) <= max(2, images) for batch in found))
        assert (found == proposed(None)) == (found is None or images >= 256)


@pytest.mark.parametrize("name", ["data.valid", "data.test", "data.skip_bad", "data.edits", "train.seed"])
def test_what_is_validated_is_the_same_for_all_trials(name: str) -> None:
    with pytest.raises(UsageError, match="not be comparable"):
        parse_space([f"{name}=0.1,0.2"])


@pytest.mark.parametrize("line", ["train.label_smoothing=0..0.2", "train.class_weights=equal,balanced"])
def test_trials_are_not_ranked_by_a_loss_that_differs_between_them(line: str) -> None:
    """Smoothed cross-entropy is never below the entropy of its targets: the smallest smoothing would always win."""
    for model in MODELS:
        assert not {one.name for one in default_space(merge({"model": model}))} & set(LOSS)
    with pytest.raises(UsageError) as caught:
        check_space(parse_space([line]), Settings(), "loss")
    assert [one["code"] for one in caught.value.parameters["details"]] == ["changes_loss"]
    check_space(parse_space([line]), Settings(), "macro_f1")
