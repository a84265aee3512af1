"""Settings: one tree, merged before it is checked, checked once, and every problem told in our own words."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from trainer.errors import UsageError
from trainer.settings import FLAGS, Settings, describe, flags, from_toml, merge, schema, toml


def problems(*layers: dict[str, Any], origins: tuple[str, ...] = ()) -> list[str]:
    with pytest.raises(UsageError) as caught:
        merge(*layers, origins=origins)
    assert caught.value.code == "settings.invalid"
    assert caught.value.exit_code == 4
    return caught.value.what.splitlines()


def test_later_layers_win_key_by_key() -> None:
    made = merge({"train": {"epochs": 5, "lr": 0.1}}, {"train": {"epochs": 7}}, {"train": {"epochs": "9"}})
    assert (made.train.epochs, made.train.lr, made.train.batch) == (9, 0.1, Settings().train.batch)


def test_a_layer_that_another_mends_is_no_problem() -> None:
    assert merge({"data": {"valid": 0.9, "test": 0.4}}, {"data": {"test": 0.05}}).data.test == 0.05


def test_all_problems_at_once_each_with_its_place() -> None:
    bad = {"train": {"lr": -0.1, "epohcs": 3, "batch": "abc"}, "modle": "cnn", "augment": {"flip": 1.5}}
    assert sorted(problems(bad)) == sorted(
        [
            "train.lr: got -0.1, expected a number > 0",
            "train.epohcs: unknown key, did you mean 'epochs'?",
            "train.batch: got 'abc', expected a whole number from 1 to 65536",
            "modle: unknown key, did you mean 'model'?",
            "augment.flip: got 1.5, expected a number from 0 to 1",
        ]
    )


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"train": {"epochs": True}}, "train.epochs: got true, expected a whole number from 1 to 100000"),
        ({"train": {"epochs": 2.5}}, "train.epochs: got 2.5, expected a whole number from 1 to 100000"),
        ({"train": {"epochs": "1e999"}}, "train.epochs: got 1e999, expected a whole number from 1 to 100000"),
        ({"train": {"lr": "nan"}}, "train.lr: got 'nan', expected a number > 0"),
        ({"train": {"lr": float("inf")}}, "train.lr: got inf, expected a number > 0"),
        ({"train": {"lr": None}}, "train.lr: got None, expected a number > 0"),
        ({"train": {"momentum": 1}}, "train.momentum: got 1, expected a number >= 0 and < 1"),
        (
            {"train": {"optimizer": "adma"}},
            "train.optimizer: got 'adma', expected one of adam, adamw, nadam, sgd, rmsprop",
        ),
        ({"train": {"device": "gpu"}}, "train.device: got 'gpu', expected auto, cpu, cuda, cuda:N or mps"),
        ({"train": {"device": "cuda:0\n"}}, "train.device: got 'cuda:0\\n', expected auto, cpu, cuda, cuda:N or mps"),
        ({"train": {"threads": 0}}, "train.threads: got 0, expected a whole number from 1 to 1024 or auto"),
        ({"train": 3}, "train: got 3, expected a table of settings"),
        ({"data": {"skip_bad": "maybe"}}, "data.skip_bad: got 'maybe', expected true or false"),
        ({"data": {"valid": 0.5, "test": 0.5}}, "data: valid 0.5 and test 0.5 leave nothing to train on: "),
        ({"augment": {"cutmix": 1e-5}}, "augment.cutmix: got 1e-05, expected 0 or a number from 0.01 to 10"),
        ({"train": {"epochs": 3, "warmup": 3}}, "train: warmup 3 must be shorter than epochs 3"),
        ({"callbacks": [1, 2]}, "callbacks: got [1, 2], expected a list of names"),
        ({"plugins": {"mine": 2}}, "plugins: got {'mine': 2}, expected a table per plugin"),
        ({"epochs": 3}, "epochs: unknown key, did you mean 'train.epochs'?"),
        ({"mlp": {"zzz": 3}}, "mlp.zzz: unknown key; known: hidden, layers, dropout"),
    ],
)
def test_our_own_words(bad: dict[str, Any], words: str) -> None:
    (line,) = problems(bad)
    assert line.startswith(words)


def test_a_problem_names_the_layer_it_came_from() -> None:
    lines = problems(
        {"train": {"lr": 0, "batch": 0}},
        {"train": {"batch": "x"}, "augment": {"crop": "-1"}},
        origins=("recipe mine", FLAGS),
    )
    assert lines == [
        "augment.crop: got -1, expected a whole number from 0 to 64 (--augment.crop)",
        "train.batch: got 'x', expected a whole number from 1 to 65536 (--batch)",
        "train.lr: got 0, expected a number > 0 (recipe mine)",
    ]


def test_auto_stands_for_none() -> None:
    made = merge(
        {"train": {"threads": 2}, "data": {"size": 32}}, {"train": {"threads": "auto"}, "data": {"size": "auto"}}
    )
    assert made.train.threads is None
    assert made.data.size is None


def test_callbacks_from_a_flag() -> None:
    assert merge({"callbacks": "a, b"}).callbacks == merge({"callbacks": ["a", "b"]}).callbacks == ("a", "b")


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Settings().train.epochs = 3  # type: ignore[misc]


def test_every_setting_explains_itself() -> None:
    for item in describe():
        assert item.title, item.path
        assert item.help, item.path
        assert item.expected, item.path
        if item.type in (int, float) and item.group != "plugins":
            assert item.low is not None, f"{'.'.join(item.path)} has no range"


def test_defaults_are_within_their_own_range() -> None:
    assert merge(Settings().model_dump()) == Settings() == merge()


def test_schema_is_plain_json() -> None:
    entries = json.loads(json.dumps(schema()))
    lr = next(entry for entry in entries if (entry["group"], entry["key"]) == ("train", "lr"))
    assert (lr["type"], lr["low"], lr["low_open"], lr["flag"]) == ("float", 0, True, "--lr")
    source = next(entry for entry in entries if entry["key"] == "source")
    assert source["flag"] is None


def test_flags_cover_the_tree_once() -> None:
    names = [name for flag in flags() for name in (flag.name, *flag.aliases)]
    assert len(names) == len(set(names))
    assert {flag.path for flag in flags()} == {item.path for item in describe()} - {("data", "source"), ("plugins",)}
    expected = {"--epochs", "--lr", "--model", "--augment.rotation", "--cnn.width", "--data.skip-bad", "--skip-bad"}
    assert expected <= set(names)


def test_each_flag_can_say_its_own_default() -> None:
    layer: dict[str, Any] = {}
    for flag in flags():
        tree = layer.setdefault(flag.path[0], {}) if len(flag.path) > 1 else layer
        tree[flag.path[-1]] = (
            "auto" if flag.default is None else ",".join(flag.default) if flag.type is tuple else str(flag.default)
        )
    assert merge(layer, origins=(FLAGS,)) == Settings()


texts = st.text(st.characters(codec="utf-8"), max_size=12)
plain = st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | texts
values = st.recursive(
    plain | st.lists(plain, max_size=3), lambda inner: st.dictionaries(texts, inner, max_size=3), max_leaves=8
)


@settings(max_examples=60)
@given(st.dictionaries(texts, values | st.lists(st.dictionaries(texts, plain, max_size=2), max_size=2), max_size=4))
def test_toml_reads_back_what_it_wrote(tables: dict[str, Any]) -> None:
    assert tomllib.loads(toml.dumps(tables)) == tables


def test_run_toml_repeats_the_settings() -> None:
    made = merge(
        {
            "model": "Мой",
            "data": {"source": 'C:\\фото\\"x"', "size": 32},
            "callbacks": ["a"],
            "train": {"threads": 2},
            "plugins": {"a": {"limit": float("inf"), "deep": {"list": [1, 2.5, "x"]}}, "empty": {}},
        }
    )
    assert merge(from_toml(toml.dumps(made.model_dump()))) == made
    assert merge(from_toml(toml.dumps(Settings().model_dump()))) == Settings()


def test_broken_toml_names_file_and_line() -> None:
    with pytest.raises(UsageError) as caught:
        from_toml("[train]\nepochs = 5\nlr = = 2\n", "my.toml")
    assert (caught.value.code, caught.value.where) == ("settings.toml", "my.toml:3")


def test_no_torch_behind_settings_and_names() -> None:
    code = (
        "import sys; from trainer import settings, plugins, resources; from trainer.settings import recipes;"
        "import trainer.metrics.classification;"
        "settings.merge(recipes.load_recipe('seed').values); settings.schema();"
        "print(*{m.split('.')[0] for m in sys.modules} & {'torch', 'torchvision', 'sklearn', 'pandas', 'PySide6'})"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout.strip() == ""
