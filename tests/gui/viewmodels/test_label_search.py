"""The search for wrong labels: what is asked, what is read, and what is refused."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gui.viewmodels.label_search import LabelSearch
from tests.gui.label_answers import CLASSES, answer, proposal
from tests.gui.rpc_clients import FakeRpcClient
from trainer.store.arrays import write_arrays

SETTINGS: dict[str, Any] = {"data": {"source": "photos", "edits": "mine.csv"}, "model": "softmax"}


class Asked:
    def __init__(self, folder: Path) -> None:
        self.assist = FakeRpcClient(folder)
        self.news = 0
        self.search = LabelSearch(self.assist, self._tell)  # type: ignore[arg-type]

    def _tell(self) -> None:
        self.news += 1


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    return Asked(tmp_path)


def test_the_labels_of_the_source_are_asked_about(asked: Asked, tmp_path: Path) -> None:
    asked.search.start(SETTINGS, tmp_path)
    do, fields = asked.assist.asked[0]
    assert do == "labels"
    assert fields == {"settings": {"data": {"source": "photos"}, "model": "softmax"}, "runs": str(tmp_path)}
    assert SETTINGS["data"]["edits"] == "mine.csv"


def test_an_answer_is_read(asked: Asked, tmp_path: Path) -> None:
    asked.search.start(SETTINGS, tmp_path)
    proposals = [proposal("label"), proposal("leak", "dog/б.png"), proposal("outlier", self_confidence=None)]
    asked.assist.answer("labels", **answer(tmp_path / "a", proposals, root=str(tmp_path), agreement=None))
    found = asked.search.found
    assert asked.search.state == "found"
    assert found is not None
    assert found.classes == CLASSES
    assert found.root == tmp_path
    assert math.isnan(found.agreement)
    first, second, third = found.proposals
    assert (first.label, first.suggested, first.action, first.suggested_confidence) == ("cat", "dog", "relabel", 0.97)
    assert (second.path, second.suggested, second.action) == ("dog/б.png", "", "leave_out")
    assert (second.other, second.other_label, second.other_split, second.exact) == ("dog/z.png", "dog", "valid", True)
    assert math.isnan(third.confidence)
    assert (third.picture, third.other_picture) == (2, -1)
    assert found.total == 3


@pytest.mark.parametrize(
    "more",
    [{"classes": 3}, {"proposals": [{"kind": "label"}]}, {"proposals": [proposal("new")]}, {"features": "pixels"},
     {"images": "many"}, {"root": 7}, {"found": None}],
)  # fmt: skip
def test_an_answer_of_another_form_is_a_failure(asked: Asked, tmp_path: Path, more: dict[str, Any]) -> None:
    asked.search.start(SETTINGS, tmp_path)
    found = answer(tmp_path / "a", [proposal()])
    records = Path(found["records"])
    records.write_text(json.dumps(json.loads(records.read_text("utf-8")) | more), encoding="utf-8")
    asked.assist.answer("labels", **found)
    assert asked.search.state == "failed"
    assert asked.search.failure is not None
    assert asked.search.failure["code"] == "labels.answer"


@pytest.mark.parametrize("name", ["records", "pictures"])
def test_files_that_are_gone_are_a_failure(asked: Asked, tmp_path: Path, name: str) -> None:
    found = answer(tmp_path / "a", [proposal()])
    Path(found[name]).unlink()
    asked.search.start(SETTINGS, tmp_path)
    asked.assist.answer("labels", **found)
    assert asked.search.state == "failed"


def test_pictures_of_another_form_are_a_failure(asked: Asked, tmp_path: Path) -> None:
    found = answer(tmp_path / "a", [proposal()])
    write_arrays(found["pictures"], images=np.zeros((1, 4, 4), np.uint8), others=np.zeros((0, 4, 4, 3), np.uint8))
    asked.search.start(SETTINGS, tmp_path)
    asked.assist.answer("labels", **found)
    assert asked.search.state == "failed"


def test_a_refusal_is_kept(asked: Asked, tmp_path: Path) -> None:
    asked.search.start(SETTINGS, tmp_path)
    asked.assist.answer("labels", ok=False, code="labels.one_class", what="One class.")
    assert asked.search.state == "failed"
    assert asked.search.failure == {"ok": False, "code": "labels.one_class", "what": "One class."}


def test_what_was_cancelled_is_heard_no_more(asked: Asked, tmp_path: Path) -> None:
    asked.search.start(SETTINGS, tmp_path)
    late = asked.assist.callbacks["labels"]
    asked.search.cancel()
    assert asked.assist.asking == set()
    late(answer(tmp_path / "a", [proposal()]))
    assert asked.search.state == "idle"
    assert asked.search.found is None


def test_another_question_to_the_helper_ends_this_one(asked: Asked, tmp_path: Path) -> None:
    asked.search.start(SETTINGS, tmp_path)
    assert not asked.search.overtaken
    asked.assist.asking.clear()
    assert asked.search.overtaken
