"""The problems in `settings.invalid` are told in the language of the window, whoever found them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
from PySide6.QtWidgets import QApplication

from gui.text.errors import error_text, whole_text
from gui.window import i18n
from trainer.callback import Callback
from trainer.cli.output import error_parts
from trainer.engine.settings_callbacks import make_callback
from trainer.errors import UsageError
from trainer.plugins import check_names, load_metric
from trainer.search.search_plan import SearchPlan
from trainer.search.search_space import check_space, parse_space
from trainer.settings import FLAGS, Settings, merge
from trainer.settings.plugin_options import option_tables
from trainer.settings.problems import PROBLEMS


@pytest.fixture
def russian(qapp: QApplication) -> Iterator[QApplication]:
    i18n.choose(qapp, "ru")
    yield qapp
    i18n.choose(qapp, "en")


def names(**tables: Any) -> Callable[[], object]:
    return lambda: check_names(merge(tables))


def space(*lines: str) -> Callable[[], object]:
    return lambda: parse_space(lines)


class Plugin(Callback):
    def __init__(self, every: int, name: str = "", style: Literal["grey", "fire"] = "grey") -> None:
        if every < 1:
            raise ValueError("every is below 1")


def options(**given: Any) -> Callable[[], object]:
    return lambda: make_callback("mine", Plugin, given)


class Metric:
    def __init__(self) -> None:
        raise ValueError("no value for k")


def metric() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("trainer.plugins._find", lambda group, name: [name])
        patch.setattr("trainer.plugins._load", lambda group, name: Metric)
        load_metric("top", {}, 3)


EVERY: dict[str, tuple[Callable[[], object], str]] = {
    "value": (
        lambda: merge({"train": {"epochs": 0}}, origins=[FLAGS]),
        "train.epochs: указано 0, а нужно: целое число от 1 до 100\N{NO-BREAK SPACE}000 (--epochs)",
    ),
    "table": (lambda: merge({"train": 3}), "train: указано 3, а нужна таблица настроек"),
    "unknown_key": (
        lambda: merge({"train": {"epohcs": 3}}, origins=["run.toml"]),
        "train.epohcs: такой настройки нет. Возможно, имелось в виду: epochs? (run.toml)",
    ),
    "only_recorded": (lambda: merge({"recipe": 3}), "recipe: указано 3, но рецепт выбирают только через --recipe"),
    "small_alpha": (
        lambda: merge({"augment": {"mixup": 1e-5}}),
        "augment.mixup: указано 1e-05, а нужно 0 или число от 0.01 до 10",
    ),
    "nothing_left": (lambda: merge({"data": {"valid": 0.5, "test": 0.5}}), "data: valid 0.5 и test 0.5 не оставляют"),
    "long_warmup": (lambda: merge({"train": {"epochs": 3, "warmup": 3}}), "train: разогрев (warmup 3) должен быть"),
    "not_installed": (names(model="cn"), "model: имя «cn» неизвестно. Возможно, имелось в виду: cnn?"),
    "no_callback": (
        names(callbacks=["mine"]),
        "callbacks: колбэк «mine» не установлен (из файла: --callback",
    ),
    "not_computed": (names(train={"monitor": "macro-f1"}), "train.monitor: «macro-f1» не вычисляется"),
    "options_of_none": (names(plugins={"sofmax": {"x": 1}}), "plugins.sofmax: в этих настройках нет такой модели"),
    "options_unused": (names(plugins={"tensorboard": {"x": 1}}), "добавьте --callbacks tensorboard"),
    "options_of_file": (names(plugins={"mine": {"x": 1}}), "Есть: softmax; колбэк из файла"),
    "option_form": (lambda: option_tables(["nothing"]), "--option: указано 'nothing', а нужно NAME.KEY=VALUE"),
    "unknown_option": (options(every=1, nmae="x"), "mine.nmae: такого параметра нет. Возможно, имелось в виду: name?"),
    "option_value": (options(every="x"), "mine.every: указано 'x', а нужно: целое число"),
    "missing_option": (options(), "mine.every: не указано, а нужно: целое число"),
    "callback_options": (options(every=0), "колбэк «mine» с ними не создаётся: every is below 1"),
    "metric_options": (metric, "метрика «top» с ними не создаётся: no value for k"),
    "no_range": (space("train.lr"), "train.lr: не указан диапазон"),
    "choices_only": (
        space("train.optimizer=1..2"),
        "train.optimizer: указан диапазон 1..2, а нужны варианты, например train.optimizer=А,Б: ",
    ),
    "range_order": (space("train.lr=1..0.1"), "train.lr: указано 1..0.1, но начало должно быть меньше конца"),
    "range_log": (space("train.lr=0..1:log"), "train.lr: указано 0..1:log, но логарифмический диапазон"),
    "range_step": (space("mlp.hidden=8..16:100"), "mlp.hidden: шаг 100 не умещается в диапазон 8..16"),
    "range_whole": (space("train.batch=1.5..3"), "train.batch: указано 1.5..3, а нужны целые числа"),
    "range_number": (space("train.lr=a..1"), "train.lr: 'a' — не конечное число"),
    "few_choices": (space("train.lr=0.1"), "train.lr: указано 0.1, а нужен диапазон или хотя бы два варианта"),
    "not_searchable": (space("train.seed=1..9"), "train.seed: эту настройку нельзя подбирать"),
    "changes_loss": (
        lambda: SearchPlan(Settings(), parse_space(["train.label_smoothing=0,0.1"])).check(),
        "train.label_smoothing: меняет саму функцию потерь",
    ),
    "given_twice": (space("lr=1e-3..1", "train.lr=1e-3..1"), "train.lr: указано дважды"),
    "nothing_to_search": (lambda: SearchPlan(Settings(), ()).check(), "Подбирать нечего."),
}


def test_every_kind_of_problem_has_a_case() -> None:
    assert EVERY.keys() == PROBLEMS.keys() - {"other"}


@pytest.mark.parametrize("code", EVERY)
def test_it_is_said_in_russian_here_and_across_processes(russian: QApplication, code: str) -> None:
    cause, words = EVERY[code]
    with pytest.raises(UsageError) as caught:
        cause()
    assert [one["code"] for one in caught.value.parameters["details"]] == [code]
    told = error_text(caught.value)
    assert words in told
    assert told == whole_text(error_parts(caught.value))
    i18n.choose(russian, "en")
    english = caught.value.what.splitlines()
    assert error_text(caught.value).splitlines()[: len(english)] == english


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("every", 2.5, "указано 2.5, а нужно: целое число"),
        ("name", 5, 'указано 5, а нужно: текст: "5"'),
        ("style", "ice", "указано 'ice', а нужно: одно из 'grey', 'fire'"),
    ],
)
def test_what_an_option_accepts_is_said_in_russian(russian: QApplication, name: str, value: object, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        options(**{"every": 1, name: value})()
    assert f"mine.{name}: {words}" in error_text(caught.value).splitlines()


def test_what_the_settings_of_a_search_do_not_allow_is_said_in_russian(russian: QApplication) -> None:
    with pytest.raises(UsageError) as caught:
        check_space(parse_space(["augment.flip=0..2", "train.momentum=0..0.5"]), Settings())
    assert caught.value.code == "search.space"
    assert "augment.flip: указано 2.0, а нужно: число от 0 до 1" in error_text(caught.value)


def test_all_problems_are_told_and_one_that_is_not_known_in_english(russian: QApplication) -> None:
    with pytest.raises(UsageError) as caught:
        merge({"train": {"epochs": 0, "lr": -1}})
    first, second = caught.value.parameters["details"]
    lines = error_text(caught.value).splitlines()
    assert [line.partition(":")[0] for line in lines[1:3]] == ["train.epochs", "train.lr"]
    for other in ({**first, "code": "of_the_future"}, {**first, "place": "train.gone", "expected": None, "got": None}):
        del other["got"]
        answer = {**error_parts(caught.value), "parameters": {"details": [other, second]}}
        lines = whole_text(answer).splitlines()
        assert lines[1] == f"{other['place']}: {first['text']}"
        assert re.search("[а-яё]", lines[2])
