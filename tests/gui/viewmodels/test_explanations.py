"""One question at a time, the newest of each view; answers are kept while the weights are the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gui.viewmodels import explanations
from gui.viewmodels.explanations import Explanations, Failure, ImageKey, SaliencyMap, SimilarImages
from tests.gui.explained_images import ExplainingAssist
from trainer.plotting.heat_overlay import Method


@pytest.fixture
def assist(tmp_path: Path) -> ExplainingAssist:
    return ExplainingAssist(tmp_path)


@pytest.fixture
def asked(assist: ExplainingAssist) -> Explanations:
    return Explanations(assist)  # type: ignore[arg-type]


def image(place: int, weights: Any = 1, run: str = "/runs/a") -> ImageKey:
    return ImageKey(Path(run), (weights,), "valid", place)


def test_an_answer_is_read_and_its_file_removed(asked: Explanations, assist: ExplainingAssist) -> None:
    found: list[Any] = []
    asked.heat_map("view", image(3), 1, found.append)
    assert asked.busy
    wanted = {"run": str(Path("/runs/a").absolute()), "split": "valid", "place": 3, "label": 1}
    assert wanted.items() <= assist.last.items()
    assist.explain(predicted=2, label=1, true=0)
    (heat,) = found
    assert isinstance(heat, SaliencyMap)
    assert (heat.method, heat.label, heat.predicted, heat.true) == (Method.CAM, 1, 2, 0)
    assert heat.values.shape == heat.pixels.shape[:2] == (8, 8)
    assert not list(assist.folder.glob("*.npz"))
    assert asked.warm
    assert not asked.busy


def test_what_is_known_is_not_asked_again(asked: Explanations, assist: ExplainingAssist) -> None:
    found: list[Any] = []
    asked.heat_map("view", image(3), -1, found.append)
    assist.explain(predicted=2)
    asked.heat_map("view", image(3), -1, found.append)
    asked.heat_map("view", image(3), 2, found.append)  # that is the class that was predicted
    assert found[0] is found[1] is found[2]
    asked.heat_map("view", image(3, weights=2), -1, found.append)  # the run has got better since
    assert len(found) == 3
    assert len(assist.asked) == 2


def test_the_newest_question_of_a_view_counts(asked: Explanations, assist: ExplainingAssist) -> None:
    one, other = [], []  # type: ignore[var-annotated]
    for place in (1, 2, 3):
        asked.heat_map("one", image(place), -1, one.append)
    asked.heat_map("other", image(9), -1, other.append)
    assert [about["place"] for _, about in assist.asked] == [1]
    assist.explain()
    assist.explain()
    assist.explain()
    assert [about["place"] for _, about in assist.asked] == [1, 3, 9]
    assert (len(one), len(other)) == (1, 1)


def test_nobody_is_told_what_was_cancelled_but_it_is_kept(asked: Explanations, assist: ExplainingAssist) -> None:
    found: list[Any] = []
    asked.similar("view", image(1), found.append)
    asked.cancel("view", "similar")
    assist.similar(0, 1)
    assert not found
    asked.similar("view", image(1), found.append)
    (similar,) = found
    assert isinstance(similar, SimilarImages)
    assert [one.place for one in similar.neighbors] == [10, 11]
    assert similar.of_class[0].path == "same.png"
    assert len(assist.asked) == 1


def test_refusals_are_told_and_not_kept(asked: Explanations, assist: ExplainingAssist) -> None:
    found: list[Any] = []
    asked.similar("view", image(1), found.append)
    assist.refuse("similar", "gone")
    asked.similar("view", image(1), found.append)
    assist.answer("similar", ok=True, out=str(assist.folder / "nothing.npz"), neighbors=[], of_class=[])
    asked.similar("view", image(1), found.append)
    assist.answer("similar", ok=True)
    assert [type(one) for one in found] == [Failure] * 3
    assert found[0].answer["what"] == "gone"
    assert not asked.busy


def test_what_is_kept_has_a_limit(
    asked: Explanations, assist: ExplainingAssist, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = 8 * 8 * (4 + 3)
    monkeypatch.setattr(explanations, "CACHE_BYTES", 4 * size)
    for place in range(5):
        asked.heat_map("view", image(place), 0, lambda found: None)
        assist.explain()
    found: list[Any] = []
    asked.heat_map("view", image(4), 0, found.append)
    assert len(found) == 1
    asked.heat_map("view", image(0), 0, found.append)
    assert len(found) == 1


def test_files_are_asked_about_by_their_path(asked: Explanations, assist: ExplainingAssist) -> None:
    asked.heat_map("view", ImageKey(Path("/runs/a"), (), path="/photos/cat.jpg"), -1, lambda found: None)
    assert assist.last["images"] == ["/photos/cat.jpg"]
    assert "split" not in assist.last
    assist.explain(map=np.full((8, 8), -1, np.float32))
