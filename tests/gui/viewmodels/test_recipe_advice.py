"""What is asked about the chosen images, when, and what becomes of the answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gui.engine.rpc_client import Answer
from gui.viewmodels.recipe_advice import TYPING_SECONDS, RecipeAdvice

FACTS: Answer = {
    "ok": True, "recommended": "photos", "reason": "few_images", "pretrained": True, "images": 100, "classes": 4,
    "size": [30, 40], "problems": [],
}  # fmt: skip
TIMES: Answer = {
    "ok": True,
    "recipes": {
        "photos": {"total": 50.0, "train": 10.0, "once": 30.0, "epochs": 10},
        "cnn": {"total": 200.0, "train": 100.0, "once": 30.0, "epochs": 10},
        "linear": {"total": 20.0, "train": 1.0, "once": 10.0, "epochs": 5},
    },
}
DATA = {"source": "photos", "valid": 0.1}


class FakeHelper:
    """Keeps what was asked; the test answers."""

    def __init__(self) -> None:
        self.asked: dict[str, dict[str, Any]] = {}
        self.callbacks: dict[str, Callable[[Answer], None]] = {}
        self.retired = False

    def ask(self, do: str, callback: Callable[[Answer], None], **fields: Any) -> None:
        self.asked[do], self.callbacks[do] = fields, callback

    def poll(self) -> None:
        pass

    def retire(self) -> None:
        self.retired = True

    close = retire

    def answer(self, do: str, answer: Answer) -> None:
        assert not self.retired
        self.callbacks.pop(do)(answer)


class Fixture:
    """An advice on a clock that the test sets, and the helpers it has started."""

    def __init__(self) -> None:
        self.now, self.helpers, self.shown = 0.0, list[FakeHelper](), 0
        self.advice = RecipeAdvice(self.start, Path("runs"), lambda: self.now)  # type: ignore[arg-type]
        self.advice.changed = self.show

    def start(self) -> FakeHelper:
        self.helpers.append(FakeHelper())
        return self.helpers[-1]

    def show(self) -> None:
        self.shown += 1

    def looked(self) -> FakeHelper:
        self.advice.look(DATA)
        self.advice.poll()
        return self.helpers[-1]


@pytest.fixture
def made() -> Fixture:
    return Fixture()


def test_answers_become_offers(made: Fixture) -> None:
    helper = made.looked()
    assert helper.asked["recommend"] == {"settings": {"data": DATA}}
    assert helper.asked["estimate"] == {"settings": {"data": DATA}, "runs": "runs"}
    assert made.advice.pending
    helper.answer("recommend", FACTS)
    assert not made.advice.pending
    assert [(one.recommended, one.state) for one in made.advice.offers()] == [
        (True, "measuring"), (False, "measuring"), (False, "measuring"),
    ]  # fmt: skip
    helper.answer("estimate", TIMES)
    assert helper.retired
    offers = made.advice.offers()
    assert [one.seconds for one in offers] == [50, 200, 20]
    assert [one.later for one in offers] == [20, None, 10]  # of 200 s, 30 saved are not worth a word
    assert made.advice.offers(20)[0].seconds == 60


def test_nothing_is_asked_while_a_path_is_typed(made: Fixture) -> None:
    for letter in ("p", "ph", "pho"):
        made.advice.look({"source": letter}, typing=True)
        made.now += TYPING_SECONDS / 2
        made.advice.poll()
    assert made.helpers == []
    made.now += TYPING_SECONDS
    made.advice.poll()
    assert [helper.asked["recommend"]["settings"]["data"]["source"] for helper in made.helpers] == ["pho"]
    made.advice.look({"source": "phot"}, typing=True)
    made.advice.look({"source": "phot"})  # dropped, chosen: no letter will follow
    made.advice.poll()
    assert len(made.helpers) == 2
    assert made.helpers[0].retired


def test_other_images_end_what_is_being_measured(made: Fixture) -> None:
    first = made.looked()
    first.answer("recommend", FACTS)
    made.advice.look({"source": "others"})
    assert first.retired
    assert (made.advice.recommended, made.advice.pending) == (None, True)
    made.advice.poll()
    made.advice.look({"source": "others"})
    made.advice.poll()
    assert len(made.helpers) == 2
    made.advice.look(None)
    assert (made.advice.pending, {one.state for one in made.advice.offers()}) == (False, {"unknown"})


def test_what_was_interrupted_is_measured_again_and_what_is_known_is_not(made: Fixture) -> None:
    made.looked()
    made.advice.stop()
    second = made.looked()
    assert len(made.helpers) == 2
    second.answer("recommend", FACTS)
    second.answer("estimate", TIMES)
    assert made.looked() is second
    made.advice.expire()
    assert made.advice.offers()[0].seconds == 50
    assert made.looked() is not second


def test_without_the_extra_its_card_is_offered_but_cannot_be_used(made: Fixture) -> None:
    helper = made.looked()
    helper.answer("recommend", {**FACTS, "recommended": "cnn", "pretrained": False})
    helper.answer("estimate", {"ok": True, "recipes": {"cnn": TIMES["recipes"]["cnn"]}})
    photos, cnn, linear = made.advice.offers()
    assert (photos.installed, photos.recommended, photos.seconds) == (False, False, None)
    assert (cnn.installed, cnn.recommended, cnn.seconds) == (True, True, 200)
    assert linear.state == "failed"


@pytest.mark.parametrize(
    "answer",
    [
        {"ok": False, "code": "data.no_images", "what": "there are no images"},
        {**FACTS, "problems": [{"path": "a", "code": "one_class", "reason": ""}]},
    ],
)
def test_where_nothing_can_be_trained_nothing_is_measured(made: Fixture, answer: Answer) -> None:
    helper = made.looked()
    helper.answer("recommend", answer)
    assert helper.retired
    assert not made.advice.pending
    assert {one.state for one in made.advice.offers()} == {"unknown"}
    assert made.advice.facts == answer
    assert made.looked() is not helper  # perhaps it was repaired meanwhile


def test_a_helper_that_fails_leaves_the_recommendation(made: Fixture) -> None:
    helper = made.looked()
    helper.answer("recommend", FACTS)
    helper.answer("estimate", {"ok": False, "code": "assist.died", "what": "it has ended"})
    assert made.advice.recommended == "photos"
    assert {one.state for one in made.advice.offers()} == {"failed"}
