"""Names: built-in ones, and plugins through real entry points of distributions made here."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from trainer import plugins
from trainer.errors import UsageError
from trainer.settings import Settings, merge


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Puts a distribution with entry points and a module on the path, as pip would lay it out."""

    def make(entry_points: str, code: str = "", name: str = "someplugin") -> None:
        about = tmp_path / f"{name}-1.2.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n", encoding="utf-8")
        (about / "entry_points.txt").write_text(entry_points, encoding="utf-8")
        (tmp_path / f"{name}_module.py").write_text(code, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, f"{name}_module", raising=False)

    return make


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugins, "entry_points", lambda **_: ())


def test_a_plugin_callback_is_found_and_loaded(install) -> None:
    install("[epochscope.callbacks]\nsome_callback = someplugin_module:Some\n", "class Some: pass\n")
    assert "some_callback" in plugins.callback_names()
    assert plugins.load_callback("some_callback").__name__ == "Some"


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("nowhere_module:Some", "ModuleNotFoundError"),
        ("someplugin_module:Absent", "AttributeError"),
        ("someplugin_module:number", "is not a class"),
        ("broken", "ModuleNotFoundError"),
    ],
)
def test_a_broken_plugin_is_named_with_its_distribution(install, entry: str, reason: str) -> None:
    install(f"[epochscope.callbacks]\nbroken_one = {entry}\n", "number = 3\n")
    with pytest.raises(UsageError) as caught:
        plugins.load_callback("broken_one")
    error = caught.value
    assert error.code == "plugin.broken"
    assert reason in error.what
    assert "someplugin 1.2" in error.what
    assert f"broken_one = {entry}" in error.where


def test_a_plugin_that_raises_anything_while_imported(install) -> None:
    install("[epochscope.callbacks]\nbad_import = someplugin_module:X\n", "raise RuntimeError('no licence')\n")
    with pytest.raises(UsageError, match="RuntimeError: no licence"):
        plugins.load_callback("bad_import")


@pytest.mark.parametrize("code", ["x = 1\nraise ValueError\n", "x = 1\nclass (\n", "x = 1\nimport no_such_module\n"])
def test_the_line_that_breaks_a_plugin_is_named(install, code: str) -> None:
    install("[epochscope.callbacks]\nbad_line = someplugin_module:X\n", code)
    with pytest.raises(UsageError) as caught:
        plugins.load_callback("bad_line")
    assert re.match(r".*someplugin_module\.py:2; entry point epochscope\.callbacks: bad_line", caught.value.where)


def test_a_module_that_is_not_there_has_no_line(install) -> None:
    install("[epochscope.callbacks]\nnowhere = nowhere_module:X\n")
    with pytest.raises(UsageError) as caught:
        plugins.load_callback("nowhere")
    assert caught.value.where.startswith("entry point ")


def test_a_plain_checkout_says_how_to_install(nothing_installed) -> None:
    with pytest.raises(UsageError, match=r"pip install -e \.") as caught:
        plugins.callback_names()
    assert caught.value.code == "install.missing"


def test_an_unknown_callback_gets_a_suggestion(install) -> None:
    install("[epochscope.callbacks]\ncheckpoint_cloud = someplugin_module:X\n")
    with pytest.raises(UsageError, match="did you mean 'checkpoint_cloud'"):
        plugins.load_callback("checkpoint_clod")


def test_the_window_may_be_absent(nothing_installed) -> None:
    with pytest.raises(UsageError, match=r"pip install 'epochscope\[gui\]'") as caught:
        plugins.load_command("gui")
    assert caught.value.code == "gui.missing"


def test_a_command_is_loaded(install) -> None:
    install("[epochscope.commands]\nshow = someplugin_module:show\n", "def show(): return 7\n")
    assert plugins.load_command("show")() == 7


def test_built_in_options_come_from_their_own_table() -> None:
    assert plugins.model_options(merge({"model": "cnn", "cnn": {"width": 8}}))["width"] == 8
    assert plugins.model_options(merge({"model": "resnet18"})) == {}


def test_every_table_of_a_model_belongs_to_a_model() -> None:
    assert {"softmax", "mlp", "cnn", "resnet9"} == set(plugins.MODELS) & set(Settings.model_fields)


def test_plugin_options_come_from_the_plugins_table(install) -> None:
    install("[epochscope.models]\nmine = someplugin_module:make\n", "def make(shape, classes, depth): ...\n")
    made = merge({"model": "mine", "plugins": {"mine": {"depth": 3}}})
    plugins.check_names(made)
    assert plugins.model_options(made) == {"depth": 3}
    assert plugins.model_names()[-1] == "mine"
    assert plugins.load_model("mine").__name__ == "make"


def test_all_unknown_names_at_once(install) -> None:
    install("[epochscope.callbacks]\ntidy = someplugin_module:X\n")
    with pytest.raises(UsageError) as caught:
        plugins.check_names(merge({"model": "cn", "callbacks": ["tydy"], "plugins": {"other": {}}}))
    lines = caught.value.what.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["model", "callbacks", "plugins.other"]
    assert "did you mean 'cnn'" in lines[0]
    assert "did you mean 'tidy'" in lines[1]


METRICS = """
from typing import Literal

def hits(chances, labels, *, beta: float, average: Literal["micro", "macro"] = "macro"): return beta

class Top:
    def __init__(self, num_classes: int, top: int = 1) -> None:
        if top > num_classes:
            raise ValueError(f"top: got {top}, expected at most {num_classes}")
"""


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("hits", {"beta": "two"}, "hits.beta: got 'two', expected a number"),
        ("hits", {}, "hits.beta: is missing, expected a number"),
        ("hits", {"beta": 1, "average": "all"}, "hits.average: got 'all', expected one of 'micro', 'macro'"),
        ("hits", {"beta": 1, "labels": 2}, "hits.labels: there is no such option; known: beta, average"),
        ("top", {"tpo": 2}, "top.tpo: there is no such option, did you mean 'top'?"),
        ("top", {"top": 2.5}, "top.top: got 2.5, expected a whole number"),
        ("top", {"top": 11}, "The metric 'top' cannot be created: top: got 11, expected at most 10"),
    ],
)
def test_options_of_a_metric_are_checked_like_those_of_a_callback(
    install, name: str, options: dict[str, object], says: str
) -> None:
    install("[epochscope.metrics]\nhits = someplugin_module:hits\ntop = someplugin_module:Top\n", METRICS)
    with pytest.raises(UsageError) as caught:
        plugins.load_metric(name, options, 10)
    assert (caught.value.code, caught.value.what) == ("plugin.options", says)
    assert caught.value.where == f"[plugins.{name}], --option {name}.KEY=VALUE"


def test_options_of_a_metric_that_fit_arrive(install) -> None:
    install("[epochscope.metrics]\nhits = someplugin_module:hits\ntop = someplugin_module:Top\n", METRICS)
    assert plugins.load_metric("hits", {"beta": 2}, 10)([], []) == 2
    assert type(plugins.load_metric("top", {"top": 3}, 10)).__name__ == "Top"


def test_the_installed_callback_that_stands_in_for_one_of_a_file(install) -> None:
    install("[epochscope.callbacks]\ncounter = someplugin_module:Counter\na = someplugin_module:Same\nb = other:Same\n")
    assert plugins.stand_in("Counter") == "counter"
    assert plugins.stand_in("counter") == "counter"
    assert plugins.stand_in("Same") == "", "it is not clear which"
    assert plugins.stand_in("Journal") == "", "a run has that anyway"
    assert plugins.stand_in("Nothing") == ""
