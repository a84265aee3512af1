"""Classification in pieces: nothing asked twice, an end at any moment, what is there stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gui.viewmodels.classification_job import FIRST, MOST, MOST_LETTERS, ClassificationJob
from gui.viewmodels.predicted_images import PredictedImages, PredictionFilter

CLASSES = ("cat", "dog")


class Engine:
    """Keeps requests until they are answered."""

    def __init__(self) -> None:
        self.waiting: list[tuple[str, Callable[[Any], None], dict[str, Any]]] = []
        self.cancelled: list[str] = []

    def ask(self, do: str, callback: Callable[[Any], None], *, progress: Any = None, **fields: Any) -> None:
        self.waiting.append((do, callback, fields))

    def cancel(self, do: str) -> None:
        self.cancelled.append(do)

    def answer(self, **more: Any) -> tuple[str, dict[str, Any]]:
        """As an engine would, all images of class cat."""
        do, callback, fields = self.waiting.pop(0)
        top = [{"class": "cat", "probability": 0.75}, {"class": "dog", "probability": 0.25}]
        images = [{"image": path, "top": top} for path in fields.get("images", ())]
        found: dict[str, Any] = {
            "predict": {"weights": "best", "checkpoint": "best-1", "images": images, "unreadable": []},
            "sort": {"counts": {"cat": len(images)}},
            "score": {"accuracy": 0.5},
        }.get(do, {})
        callback({"ok": True, **found, **more})
        return do, fields


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def job(engine: Engine) -> ClassificationJob:
    return ClassificationJob(engine, PredictedImages(), lambda: None, clock=lambda: 0.0)  # type: ignore[arg-type]


def run_at(path: Path) -> Any:
    model = SimpleNamespace(info=SimpleNamespace(classes=CLASSES))
    return SimpleNamespace(folder=SimpleNamespace(path=path), model=model)


def files(count: int) -> list[Path]:
    return [Path(f"/photos/{number}.png") for number in range(count)]


def test_every_image_is_asked_once_and_pieces_grow(job: ClassificationJob, engine: Engine, tmp_path: Path) -> None:
    job.start(run_at(tmp_path), files(3000))
    asked: list[str] = []
    sizes = []
    while engine.waiting:
        do, fields = engine.answer()
        assert (do, fields["run"]) == ("predict", str(tmp_path))
        asked += fields["images"]
        sizes.append(len(fields["images"]))
        assert job.progress()[:2] in ((len(asked), 3000), (0, 0))
    assert asked == [str(path) for path in files(3000)]
    assert sizes[0] == FIRST
    assert max(sizes) == MOST
    assert (job.state, job.images.done, job.weights) == ("idle", 3000, "best")


def test_slow_pieces_shrink_and_long_paths_make_short_ones(engine: Engine, tmp_path: Path) -> None:
    now = [0.0]
    job = ClassificationJob(engine, PredictedImages(), lambda: None, clock=lambda: now[0])  # type: ignore[arg-type]
    job.start(run_at(tmp_path), files(500))
    engine.answer()
    assert job.progress() == (FIRST, 500, None)
    now[0] += 100
    _, fields = engine.answer()
    assert len(fields["images"]) == 2 * FIRST
    assert len(engine.waiting[0][2]["images"]) == FIRST
    assert job.progress() == (3 * FIRST, 500, pytest.approx(100 * (500 - 3 * FIRST) / (2 * FIRST)))
    long = [Path("/" + "я" * 4000 + str(number)) for number in range(200)]
    job.start(run_at(tmp_path), long)
    engine.waiting.clear()
    job._piece = MOST
    job._waiting = [str(path) for path in long]
    job._next()
    assert sum(map(len, engine.waiting[0][2]["images"])) < MOST_LETTERS


def test_cancel_keeps_what_is_there_and_takes_the_answer_on_its_way(
    job: ClassificationJob, engine: Engine, tmp_path: Path
) -> None:
    job.start(run_at(tmp_path), files(500))
    engine.answer()
    job.cancel()
    assert job.busy
    engine.answer()
    assert (job.busy, job.cancelled, job.images.done, engine.waiting) == (False, True, 3 * FIRST, [])


def test_an_answer_of_an_earlier_question_is_nobodys(job: ClassificationJob, engine: Engine, tmp_path: Path) -> None:
    job.start(run_at(tmp_path), files(500))
    job.start(run_at(tmp_path / "other"), files(2))
    engine.answer()
    assert job.images.done == 0
    engine.answer()
    assert job.images.done == 2


def test_an_error_ends_it_and_nothing_is_lost(job: ClassificationJob, engine: Engine, tmp_path: Path) -> None:
    job.start(run_at(tmp_path), files(500))
    engine.answer()
    engine.answer(ok=False, code="assist.died")
    assert (job.busy, job.images.done) == (False, FIRST)
    assert job.failure is not None
    assert job.failure["code"] == "assist.died"


def test_a_labelled_folder_is_found_classified_and_judged(
    job: ClassificationJob, engine: Engine, tmp_path: Path
) -> None:
    job.start(run_at(tmp_path), [tmp_path])
    assert (job.state, engine.waiting[0][0], engine.waiting[0][2]["classes"]) == ("finding", "find", list(CLASSES))
    engine.answer(images=["/a", "/b", "/c"], truth=[0, 1, -1], left_out={"txt": 2})
    assert [row.truth for row in job.images.rows] == ["cat", "dog", ""]
    engine.answer()
    do, fields = engine.answer()
    assert (do, sorted(fields["cells"]), job.state) == ("score", [(0, 0, 1), (1, 0, 1)], "idle")
    assert job.score is not None
    assert job.left_out == {"txt": 2}


def test_the_search_can_be_cancelled(job: ClassificationJob, engine: Engine, tmp_path: Path) -> None:
    job.start(run_at(tmp_path), [tmp_path])
    job.cancel()
    assert (job.busy, engine.cancelled) == (False, ["find"])
    engine.answer(images=["/a"], truth=[], left_out={})
    assert job.images.rows == []


def test_weights_that_change_on_the_way_are_told(job: ClassificationJob, engine: Engine, tmp_path: Path) -> None:
    job.start(run_at(tmp_path), files(FIRST + 1))
    engine.answer()
    assert not job.moved
    engine.answer(checkpoint="best-2")
    assert job.moved


def test_copies_are_made_of_what_is_shown(job: ClassificationJob, engine: Engine, tmp_path: Path) -> None:
    job.start(run_at(tmp_path), files(100))
    while engine.waiting:
        engine.answer()
    job.images.show(PredictionFilter("1", unsure=0.8))
    shown = [row.path for row in job.images.shown()]
    job.copy_into(tmp_path / "sorted")
    asked: list[str] = []
    while engine.waiting:
        do, fields = engine.answer()
        assert (do, set(fields["labels"]), fields["classes"]) == ("sort", {""}, list(CLASSES))
        asked += fields["images"]
    assert (asked, job.copied, job.busy) == (shown, len(shown), False)
    job.images.show(PredictionFilter(unsure=0.5))
    job.copy_into(tmp_path / "sorted")
    job.cancel()
    _, fields = engine.answer()
    assert set(fields["labels"]) == {"cat"}
    assert (job.copied, job.busy) == (FIRST, False)
