"""The form of a callback's options: whatever is typed reaches the constructor as a value of its type, or is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from gui.viewmodels.form_fields import OptionField
from gui.viewmodels.plugin_form import CallbackOffer, read_offer, read_refusal
from gui.viewmodels.settings_form import SettingsForm
from tests.gui.viewmodels.test_settings_form import parsed, problems
from tests.installed_callbacks import installed
from trainer.cli.callback_requests import callbacks_answer
from trainer.engine.settings_callbacks import make_callback
from trainer.plugins import load_callback
from trainer.settings import merge

FILE = str(Path("/somewhere/notes.txt").absolute())
DEFAULTS: dict[str, Any] = {
    "path": Path(FILE), "every": 1, "rate": 0.5, "label": "epoch", "quiet": False, "style": "short", "size": 1,
    "limit": None, "share": None, "note": None, "sure": None, "mode": None, "place": "", "untyped": 7, "strict": True,
    "hook": None, "other": None, "many": (1, 2),
}  # fmt: skip


@pytest.fixture(scope="module")
def offers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[CallbackOffer]]:
    """Of the installed callbacks, as they come out of another process."""
    with pytest.MonkeyPatch.context() as patch, installed(tmp_path_factory.mktemp("all") / "site", patch):
        answer = json.loads(json.dumps(callbacks_answer(merge({}))))
        yield [read_offer(one) for one in answer["callbacks"]]


@pytest.fixture
def form(tmp_path: Path, offers: list[CallbackOffer]) -> SettingsForm:
    """The one callback is on, with the one value that it needs."""
    form = SettingsForm(tmp_path / "runs")
    form.plugins.offer(offers)
    form.switch_callback("notes", True)
    form.plugins.set(place("path"), FILE)
    return form


def place(option: str) -> tuple[str, ...]:
    return ("plugins", "notes", option)


def arrived(form: SettingsForm) -> dict[str, Any]:
    """What the constructor gets, by the command that the form gives."""
    settings = parsed(form)
    assert settings == form.settings()
    made: Any = make_callback("notes", load_callback("notes"), settings.plugins.get("notes", {}))
    return dict(made.got)


def test_what_is_left_alone_stays_with_the_constructor(form: SettingsForm) -> None:
    assert form.check() == []
    assert arrived(form) == DEFAULTS
    assert form.arguments()[2:6] == ["--callbacks", "notes", "--option", f"notes.path={FILE}"]


@pytest.mark.parametrize(
    ("option", "text", "value"),
    [
        ("path", "~/notes", Path("~/notes").expanduser().absolute()), ("path", "here", Path("here").absolute()),
        ("every", "3", 3), ("rate", "2", 2.0), ("rate", "1,5", 1.5), ("label", "5", "5"), ("label", "true", "true"),
        ("label", '"quoted" = x', '"quoted" = x'), ("quiet", "true", True), ("strict", "false", False),
        ("style", "long", "long"), ("size", "2", 2), ("limit", "4", 4), ("share", "0.25", 0.25), ("note", "7", "7"),
        ("sure", "false", False), ("sure", "true", True), ("mode", "max", "max"), ("untyped", "8", 8),
        ("place", "there", str(Path("there").absolute())),
    ],
)  # fmt: skip
def test_what_is_typed_arrives_as_its_type(form: SettingsForm, option: str, text: str, value: Any) -> None:
    form.plugins.set(place(option), text)
    assert form.check() == []
    found = arrived(form)
    assert found == {**DEFAULTS, option: value}
    assert type(found[option]) is type(value)
    form.plugins.set(place(option), "")
    assert option == "path" or arrived(form) == DEFAULTS


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
@budget(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_arrives_as_it_is(form: SettingsForm, text: str) -> None:
    form.plugins.set(place("label"), text)
    assert arrived(form)["label"] == (text.strip() or "epoch")


@pytest.mark.parametrize(
    ("option", "text", "code"),
    [
        ("every", "2.5", "value"), ("every", "many", "value"), ("rate", "x", "value"), ("limit", "none", "value"),
        ("style", "tall", "value"), ("path", "", "missing"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_of_the_option(form: SettingsForm, option: str, text: str, code: str) -> None:
    form.plugins.set(place(option), text)
    assert problems(form) == {place(option): code}
    form.switch_callback("notes", False)
    assert problems(form) == {}
    assert "notes" not in " ".join(form.arguments())


def test_a_form_has_the_texts_of_the_class(form: SettingsForm) -> None:
    offer = form.plugins.offers["notes"]
    assert (offer.about, offer.package, offer.usable) == ("Writes a line per epoch to a file.", "their-notes", True)
    kinds = {one.setting.key: one.kind for one in offer.fields}
    assert kinds == {
        "path": "path", "every": "integer", "rate": "number", "label": "text", "quiet": "switch", "style": "choice",
        "size": "choice", "limit": "integer", "share": "number", "note": "text", "sure": "choice", "mode": "choice",
        "place": "path", "untyped": "integer", "strict": "switch",
    }  # fmt: skip
    fields = {one.setting.key: one for one in offer.fields}
    assert fields["path"].setting.help == "The file, which is made where there is none."
    assert fields["every"].setting.help == "Epochs from line to line, 1 or more."
    assert (fields["mode"].choices, fields["style"].choices) == (("", "min", "max"), ("short", "long"))
    assert [one.setting.key for one in offer.fields if one.required] == ["path"]
    left_out = [("hook", "Callable[[str], None] | None"), ("other", "Elsewhere | None"), ("many", "tuple[int, ...]")]
    assert list(offer.left_out) == left_out


def test_what_no_form_can_make_is_listed_with_the_reason(form: SettingsForm) -> None:
    known = form.plugins.offers
    assert known["follower"].obstacles == (("schedule", "Callable[[int], float]"),)
    assert known["gone"].problem["code"] == "plugin.broken"
    assert not known["follower"].usable
    assert not known["gone"].usable
    assert {"tensorboard", "mlflow"} <= set(known)
    assert not {"journal", "checkpoint", "early_stopping", "learning_rate", "progress"} & set(known)


@pytest.mark.parametrize(
    ("name", "options", "where"),
    [("notes", {"path": "x", "every": 0}, ("notes", "every")), ("notes", {}, ("notes", "path")),
     ("picky", {}, ("picky", "share")), ("gone", {}, ("gone",)), ("nosuch", {}, ("nosuch",))],
)  # fmt: skip
def test_what_a_constructor_refuses_is_told_beside_the_option(
    form: SettingsForm, name: str, options: dict[str, Any], where: tuple[str, ...]
) -> None:
    (refused,) = callbacks_answer(merge({"callbacks": [name], "plugins": {name: options}}))["refused"]
    found = read_refusal(refused)
    assert (found.path, found.code) == (("plugins", *where), "refused")
    assert found.answer["what"]


def test_settings_of_another_run_come_with_their_options(tmp_path: Path, form: SettingsForm) -> None:
    """Also before it is known which options there are, and those that have no field."""
    options = {"path": FILE, "every": 3, "quiet": True, "label": "epoch", "many": [4, 5]}
    tables = merge({"callbacks": ["notes"], "plugins": {"notes": options, "unused": {"a": 1}}}).model_dump()
    new = SettingsForm(tmp_path / "runs")
    new.take(tables)
    expected = {**DEFAULTS, "every": 3, "quiet": True, "many": [4, 5]}
    assert arrived(new) == expected
    new.plugins.offer(form.plugins.offers.values())
    assert new.plugins.text(place("every")) == "3"
    assert new.plugins.text(place("quiet")) == "true"
    assert arrived(new) == expected
    new.plugins.set(place("every"), "")
    assert arrived(new) == {**expected, "every": 1}
    new.take(merge({}).model_dump())
    assert new.chosen_callbacks() == []
    assert new.settings().plugins == {}


def test_each_option_is_a_field_of_its_own(form: SettingsForm) -> None:
    for path, one in form.plugins.fields().items():
        assert isinstance(one, OptionField)
        assert form.field(path) is one
        assert path[0] == "plugins"
