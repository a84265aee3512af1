"""Images are classified again when a run that is training has saved better weights, if a person wants that."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gui.panels.predict.predict_panel import PredictPanel
from gui.viewmodels.selection import OpenRun
from tests.gui.panels.predict.predictions import CAT, DOG, answer, cell, row, run_of
from tests.gui.rpc_clients import FakeRpcClient
from trainer.store.folder import RunFolder, current_owner, write_owner


def save(run: OpenRun, epoch: int, kind: str = "best") -> None:
    """What the journal tells of a checkpoint."""
    run.model.checkpoints[kind] = SimpleNamespace(sha256=f"{kind}{epoch}", epoch=epoch)  # type: ignore[assignment]


def asked(assist: FakeRpcClient) -> int:
    return [do for do, _ in assist.asked].count("predict")


@pytest.fixture
def run(tmp_path: Path) -> OpenRun:
    folder = RunFolder(tmp_path / "a")
    folder.path.mkdir()
    write_owner(folder, current_owner(1))
    run = run_of(tmp_path)
    save(run, 1)
    return run


@pytest.fixture
def images(tmp_path: Path) -> list[Path]:
    return [tmp_path / "1.png", tmp_path / "2.png"]


@pytest.fixture
def classified(panel: PredictPanel, assist: FakeRpcClient, run: OpenRun, images: list[Path]) -> PredictPanel:
    panel.show_run(run)
    panel.classify(images)
    answer(assist, *(row(image, (CAT, 0.75), (DOG, 0.25)) for image in images), checkpoint="one")
    return panel


def test_better_weights_classify_again_without_a_word(
    classified: PredictPanel, assist: FakeRpcClient, run: OpenRun, images: list[Path], qtbot: QtBot
) -> None:
    panel = classified
    assert panel.live.isVisibleTo(panel)
    panel.live.setFocus()
    qtbot.keyClick(panel.live, Qt.Key.Key_Space)
    assert panel.live.isChecked()
    assert asked(assist) == 1, "the weights are the same"
    save(run, 4)
    panel.refresh({"snapshots"})
    assert asked(assist) == 2
    assert assist.asked[-1][1]["images"] == [str(image) for image in images]
    assert cell(panel, 0, "class") == CAT, "what is known stays until there is something new"
    assert not panel.progress.isVisibleTo(panel)
    assert "epoch 4 …" in panel.told.text()
    save(run, 5)
    panel.refresh({"snapshots"})
    assert asked(assist) == 2, "not while a prediction is under way"
    answer(assist, *(row(image, (DOG, 0.9), (CAT, 0.1)) for image in images), checkpoint="four")
    assert cell(panel, 0, "class") == DOG
    assert asked(assist) == 3, "but right after it"
    answer(assist, *(row(image, (DOG, 0.9), (CAT, 0.1)) for image in images), checkpoint="five")
    assert "Updated with the weights of epoch 5." in panel.told.text()
    assert "Classify again" not in panel.told.text()
    panel.refresh({"snapshots"})
    assert asked(assist) == 3


def test_nothing_is_updated_unless_it_is_asked_for(
    classified: PredictPanel, assist: FakeRpcClient, run: OpenRun
) -> None:
    save(run, 2)
    classified.refresh({"snapshots"})
    assert asked(assist) == 1
    classified.live.setChecked(True)  # what was missed is made up for
    assert asked(assist) == 2


def test_it_waits_for_the_helper(classified: PredictPanel, assist: FakeRpcClient, run: OpenRun) -> None:
    classified.live.setChecked(True)
    assist.ask("map", lambda answer: None)
    save(run, 2)
    classified.refresh({"snapshots"})
    assert asked(assist) == 1
    assert classified.live._later.isActive()
    assist.answer("map")
    classified.live._later.timeout.emit()
    assert asked(assist) == 2


def test_a_failure_is_told_and_tried_again_with_the_next_weights(
    classified: PredictPanel, assist: FakeRpcClient, run: OpenRun, images: list[Path]
) -> None:
    classified.live.setChecked(True)
    save(run, 2)
    classified.refresh({"snapshots"})
    assist.answer("predict", ok=False, what="The disk is full.", where="", expected="", fix="")
    assert "The disk is full." in classified.told.text()
    assert cell(classified, 0, "class") == CAT
    classified.refresh({"snapshots"})
    assert asked(assist) == 2
    save(run, 3)
    classified.refresh({"snapshots"})
    answer(assist, *(row(image, (DOG, 0.9), (CAT, 0.1)) for image in images), checkpoint="three")
    assert "The disk is full." not in classified.told.text()
    assert cell(classified, 1, "class") == DOG


def test_what_was_cancelled_or_cleared_does_not_begin_again(
    panel: PredictPanel, assist: FakeRpcClient, run: OpenRun, tmp_path: Path
) -> None:
    panel.show_run(run)
    panel.classify([tmp_path / f"{number}.png" for number in range(100)])
    panel.live.setChecked(True)
    panel.progress.button.click()
    answer(assist, row(tmp_path / "0.png", (CAT, 1.0)))
    save(run, 2)
    panel.refresh({"snapshots"})
    assert asked(assist) == 1
    panel.clear_button.click()
    save(run, 3)
    panel.refresh({"snapshots"})
    assert asked(assist) == 1


def test_copies_take_the_place_of_an_update(
    classified: PredictPanel, assist: FakeRpcClient, run: OpenRun, images: list[Path], tmp_path: Path
) -> None:
    classified.live.setChecked(True)
    save(run, 2)
    classified.refresh({"snapshots"})
    late = assist.callbacks["predict"]
    classified.job.copy_into(tmp_path / "copies")
    late({"ok": True, "weights": "best", "images": [row(images[0], (DOG, 1.0))], "unreadable": []})
    assert asked(assist) == 2, "its answer asks for nothing more"
    assert cell(classified, 0, "class") == CAT
    assist.answer("sort", ok=True, counts={CAT: 2})
    assert classified.job.copied == 2
    assert not classified.job.busy


def test_a_run_without_validation_has_last_weights(panel: PredictPanel, assist: FakeRpcClient, tmp_path: Path) -> None:
    run = run_of(tmp_path)
    save(run, 1, "last")
    panel.show_run(run)
    panel.classify([tmp_path / "1.png"])
    answer(assist, row(tmp_path / "1.png", (CAT, 1.0)), weights="last", checkpoint="one")
    panel.live.setChecked(True)
    save(run, 2, "last")
    panel.refresh({"snapshots"})
    assert asked(assist) == 2


def test_an_ended_run_is_used_once_more_and_no_longer_offers_it(
    classified: PredictPanel, assist: FakeRpcClient, run: OpenRun, images: list[Path]
) -> None:
    classified.live.setChecked(True)
    save(run, 9)
    run.model.ended = SimpleNamespace(status="completed")  # type: ignore[assignment]
    classified.refresh({"snapshots", "state"})
    assert asked(assist) == 2
    answer(assist, *(row(image, (DOG, 0.9), (CAT, 0.1)) for image in images), checkpoint="nine")
    assert not classified.live.isVisibleTo(classified)


def test_a_picture_that_can_be_read_by_now_counts(
    panel: PredictPanel, assist: FakeRpcClient, run: OpenRun, images: list[Path]
) -> None:
    panel.show_run(run)
    panel.classify(images)
    bad = {"image": str(images[1]), "code": "x", "reason": "cut off"}
    answer(assist, row(images[0], (CAT, 1.0)), unreadable=[bad])
    panel.live.setChecked(True)
    save(run, 2)
    panel.refresh({"snapshots"})
    bad = {"image": str(images[0]), "code": "x", "reason": "gone"}
    answer(assist, row(images[1], (DOG, 1.0)), unreadable=[bad], checkpoint="two")
    assert [cell(panel, place, "class") for place in range(2)] == ["gone", DOG]
    assert (panel.images.unreadable, panel.images.done) == (1, 2)
