"""Tables, the JSON document, the command that repeats a run, and the words around them."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
import string
from pathlib import Path

import pytest

from tests.report.sample_runs import SampleRuns
from trainer.cli.flags import _nested
from trainer.metrics.significance import intervals
from trainer.plotting.texts import Texts, words
from trainer.report import document, html, tables
from trainer.report.run_data import read_run
from trainer.report.settings_table import command
from trainer.settings import flags, from_toml, merge
from trainer.settings.recipes import load_recipe
from trainer.store.folder import RunFolder

SOURCES = [Path(__file__).parents[2] / "trainer" / name for name in ("report", "plotting")]

# --- numbers


def test_tables_hold_what_the_files_hold(made: RunFolder) -> None:
    found = {name: list(csv.reader(io.StringIO(text, newline=""))) for name, text in tables(made).items()}
    about = json.loads((made.evaluation / "test.json").read_text())
    assert [[int(cell) for cell in row[1:]] for row in found["confusion-test"][1:]] == about["confusion"]
    scores = [row for row in found["classes"] if row[0] == "test"]
    assert [float(row[4]) for row in scores] == about["f1"]
    assert [row[0] for row in found["epochs"][1:]] == ["1", "2", "3"]
    run = read_run(made)
    place = found["epochs"][0].index("valid_loss")
    assert [float(row[place]) for row in found["epochs"][1:]] == run.columns["valid_loss"].tolist()


def test_a_cell_is_never_a_formula(tmp_path: Path) -> None:
    run = SampleRuns(tmp_path, classes=("=1+1", "@x", "fine")).make()
    rows = list(csv.reader(io.StringIO(tables(run)["confusion-test"], newline="")))
    assert rows[0][1:] == ["'=1+1", "'@x", "fine"]


def test_a_class_named_as_another_column_has_a_column_of_its_own(tmp_path: Path) -> None:
    run = SampleRuns(tmp_path, classes=("true class", "fine", "false class")).make()
    rows = list(csv.reader(io.StringIO(tables(run)["confusion-test"], newline="")))
    assert rows[0] == ["true class", "true class_", "fine", "false class"]
    assert [row[0] for row in rows[1:]] == ["true class", "fine", "false class"]


def test_the_document_is_json_and_whole(made: RunFolder) -> None:
    found = json.loads(json.dumps(document(made), allow_nan=False))
    about = json.loads((made.evaluation / "test.json").read_text())
    assert found["evaluation"]["test"]["confusion"] == about["confusion"]
    assert found["settings"]["train"]["epochs"] == 3
    assert found["missing"] == []


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"data": {"source": "a folder/of 'images'", "valid": 0.25}, "train": {"lr": 0.003, "threads": 2}},
        {"model": "cnn", "softmax": {"bias": False}, "augment": {"flip": 0.5}, "early_stopping": {"patience": 3}},
        {"data": {"skip_bad": True}, "callbacks": ["plateau", "other"]},
        {"train": {"lr": 0.1 + 0.2, "weight_decay": 1e-5 / 3}},
        load_recipe("linear").layer,
        {**load_recipe("seed").values, "recipe": {"name": "linear"}},  # none of it left
        {"recipe": {"name": "linear"}},
    ],
)
def test_the_command_gives_the_settings_again(settings: dict[str, object]) -> None:
    told = command(merge(settings).model_dump())
    assert told is not None
    program, verb, source, *rest = shlex.split(told)
    assert (program, verb) == ("epochscope", "train")
    by_name = {flag.name: flag for flag in flags()}
    recipe = load_recipe(rest[1]).layer if rest[:1] == ["--recipe"] else {}
    rest = rest[2 * bool(recipe) :]
    given: dict[str, object] = {}
    while rest:
        name = rest.pop(0)
        negative = name.startswith("--no-")
        flag = by_name[name.replace("--no-", "--", 1) if negative else name]
        given["_".join(flag.path)] = (not negative) if flag.type is bool else rest.pop(0)
    assert merge(recipe, _nested(given), {"data": {"source": source}}) == merge(settings)


def test_the_command_of_a_run_by_a_recipe_names_it_and_what_was_changed() -> None:
    assert command(load_recipe("linear").layer) == "epochscope train digits --recipe linear"
    changed = merge(load_recipe("linear").layer, {"train": {"lr": 0.25}, "data": {"source": "cifar10"}})
    assert command(changed.model_dump()) == "epochscope train cifar10 --recipe linear --lr 0.25"
    own = merge({"recipe": {"name": "mine"}, "train": {"lr": 0.25}})
    assert command(own.model_dump()) == "epochscope train digits --lr 0.25", "this version has no such recipe"


def test_a_run_of_ones_own_model_has_no_command() -> None:
    assert command({"custom": True}) is None
    assert command(from_toml('model = "other"\nnew = 1\n')) is None


# --- intervals


def test_intervals_are_those_of_the_confusion_matrix(made: RunFolder) -> None:
    page = html(made)
    for split in ("test", "valid"):
        sure = intervals(json.loads((made.evaluation / f"{split}.json").read_text())["confusion"])
        low, high = sure.accuracy
        assert f"({100 * low:.1f}–{100 * high:.1f})" in page
        told = document(made)["evaluation"][split]
        assert (tuple(told["accuracy_interval"]), tuple(told["macro_f1_interval"])) == (sure.accuracy, sure.macro_f1)


# --- texts


def test_both_languages_say_the_same_things() -> None:
    english, russian = words("en"), words("ru")
    assert list(english) == list(russian)
    for key, text in english.items():
        fields = [{name for _, name, _, _ in string.Formatter().parse(one) if name} for one in (text, russian[key])]
        assert fields[0] == fields[1], key
        assert text.strip()
        assert russian[key].strip()


def test_every_text_is_used_and_every_used_text_is_there() -> None:
    source = "\n".join(path.read_text("utf-8") for folder in SOURCES for path in folder.glob("*.py"))
    assert set(re.findall(r'texts\["([a-z_0-9]+)"\]', source)) <= set(words("en"))
    used = set(re.findall(r'"([a-z_0-9]+)"', source))
    made_up = re.compile(
        r"(section|split|weights|state|model|exact|title|caption|count|gap|env|unit|absent|abstract|note|table|fact|slice)_.*"
    )
    assert not {key for key in words("en") if key not in used and not made_up.fullmatch(key)}


def test_numbers_are_spelled_as_the_language_does() -> None:
    english, russian = Texts("en"), Texts("ru")
    assert (english.whole(45000), russian.whole(45000)) == ("45,000", "45\u00a0000")
    assert (english.number(0.4567, 3), russian.number(0.4567, 3)) == ("0.457", "0,457")
    assert (english.percent(0.351), russian.percent(0.351)) == ("35.1\u00a0%", "35,1\u00a0%")
    assert english.number(float("nan"), 3) == "NaN"
    assert english.number(-0.5, 1) == "−0.5"
    assert english.number(0.000012, 3) == "1.20e-05"
    assert (english.duration(4.24), russian.duration(725)) == ("4.2\u00a0s", "12\u00a0мин 5\u00a0с")
    assert english.duration(float("nan")) == "–"
    assert english.moment("2026-01-02T03:04:05+02:00") == "2026-01-02 01:04 UTC"
    assert english.moment("yesterday") == "yesterday"


def test_a_settings_title_is_translated_as_in_the_window() -> None:
    assert Texts("ru").translated("Settings", "Learning rate") == "Скорость обучения"
    assert Texts("en").translated("Settings", "Learning rate") == "Learning rate"
