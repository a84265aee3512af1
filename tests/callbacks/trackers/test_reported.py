"""What callbacks report, and custom metrics, reach every tool: live, and of a run that was made before."""

from __future__ import annotations

import io
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from callbacks.trackers.tracked_run import path_like
from tests.callbacks.trackers.conftest import NotingTracker
from tests.engine.fakes import Recorder, callback, make
from trainer.events import EvaluationDone, PictureReported, ScalarReported, ValidationDone
from trainer.export import export_run, trackers
from trainer.result import Result
from trainer.store.folder import RunFolder

COLOURS = np.random.default_rng(1).integers(0, 256, (6, 9, 3), dtype=np.uint8)


def report(event: Any, run: Any) -> None:
    run.log_scalar("norm", event.epoch / 10)
    run.log_picture("look", COLOURS + np.uint8(event.epoch))


def fit(folder: Path, *callbacks: Any, resume: bool = False) -> Result:
    """Three epochs that report a number and a picture each, with a metric that is the share of class 0."""
    share = {"share": lambda chances, labels: float((chances.argmax(1) == 0).mean())}
    everyone = [callback(on_epoch_ended=report), *callbacks]
    return make(callbacks=everyone, metrics=share, run_dir=folder, epochs=3).fit(resume=resume)


def pictures_of(tool: Any) -> list[tuple[int, Any]]:
    return [(step, pixels) for name, pixels, step, _ in tool.of("picture") if name == "reported/look"]


def test_numbers_pictures_and_custom_metrics_reach_the_tool(
    tmp_path: Path, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = NotingTracker(patience=60)
    fit(tmp_path / "run", live, recorder)
    later = NotingTracker()
    monkeypatch.setattr(trackers, "load_callback", lambda name: lambda folder: later)
    export_run(RunFolder(tmp_path / "run"), "tensorboard", tmp_path / "out")
    for tracker in (live, later):
        (tool,) = tracker.runs
        assert tool.curve("reported/norm") == [(one.step, one.value) for one in recorder.of(ScalarReported)]
        assert tool.curve("valid/share") == [(one.step, one.metrics["share"]) for one in recorder.of(ValidationDone)]
        tests = [(one.step, one.metrics["share"]) for one in recorder.of(EvaluationDone) if one.split == "test"]
        assert tool.curve("evaluation/test_share") == tests
        steps, pixels = zip(*pictures_of(tool), strict=True)
        assert steps == tuple(one.step for one in recorder.of(PictureReported))
        for epoch, found in enumerate(pixels, 1):
            np.testing.assert_array_equal(found, COLOURS + np.uint8(epoch))


@pytest.mark.parametrize(("options", "count"), [({"pictures": 0}, 0), ({"pictures": 2}, 1)])
def test_pictures_come_as_often_as_those_of_the_tracker(tmp_path: Path, options: dict[str, int], count: int) -> None:
    tracker = NotingTracker(patience=60, **options)
    fit(tmp_path / "run", tracker)
    assert len(pictures_of(tracker.runs[0])) == count


def test_grey_and_transparent_pictures_are_shown_as_they_look(tmp_path: Path) -> None:
    grey = np.arange(12, dtype=np.uint8).reshape(3, 4)
    clear = np.zeros((2, 2, 4), np.uint8)
    clear[0, 0] = (10, 20, 30, 255)

    def both(event: Any, run: Any) -> None:
        run.log_picture("grey", grey)
        run.log_picture("clear", clear)

    tracker = NotingTracker(patience=60)
    make(callbacks=[callback(on_run_started=both), tracker], epochs=1, run_dir=tmp_path / "run").fit()
    found = {name: pixels for name, pixels, *_ in tracker.runs[0].of("picture")}
    np.testing.assert_array_equal(found["reported/grey"], np.repeat(grey[:, :, None], 3, axis=2))
    assert found["reported/clear"].tolist() == [[[10, 20, 30], [255] * 3], [[255] * 3, [255] * 3]]


def damage(folder: RunFolder) -> None:
    """Of three pictures one is gone, one is no PNG, one is too large."""
    first, second, third = sorted((folder.path / "pictures").iterdir())
    first.unlink()
    second.write_bytes(b"no picture")
    Image.new("1", (5000, 1)).save(third)


def test_pictures_that_cannot_be_read_are_left_out_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fit(tmp_path / "run")
    damage(RunFolder(tmp_path / "run"))
    tracker = NotingTracker()
    monkeypatch.setattr(trackers, "load_callback", lambda name: lambda folder: tracker)
    with caplog.at_level(logging.WARNING, logger="epochscope"):
        export_run(RunFolder(tmp_path / "run"), "tensorboard", tmp_path / "out")
    (tool,) = tracker.runs
    assert pictures_of(tool) == []
    assert caplog.text.count("Stub gets no picture 'look' of step") == 3
    assert "5000 x 1 pixels" in caplog.text
    assert tool.curve("reported/norm")


def test_a_picture_outside_of_the_run_folder_is_not_sent(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """As the journal of somebody else's run may name one."""
    Image.fromarray(COLOURS).save(tmp_path / "secret.png")

    def name_it(event: Any, run: Any) -> None:
        at = {"epoch": event.epoch, "step": event.step}
        run.emit(PictureReported(**at, name="look", path="../secret.png", width=9, height=6, bytes=200))

    tracker = NotingTracker(patience=60)
    with caplog.at_level(logging.WARNING, logger="epochscope"):
        make(callbacks=[callback(on_epoch_ended=name_it), tracker], epochs=1, run_dir=tmp_path / "run").fit()
    assert pictures_of(tracker.runs[0]) == []
    assert "refers to a path outside its folder" in caplog.text


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("reported/norm of x", "reported/norm of x"),
        ("reported/../../x", "reported/_/_/x"),
        ("reported//x/", "reported/_/x/_"),
        ("reported/a?b", "reported/a_b"),
        ("valid_f1/v1.5", "valid_f1/v1.5"),
    ],
)
def test_names_that_become_paths_lead_nowhere_else(name: str, expected: str) -> None:
    assert path_like(name, r"[?]") == expected


def test_tensorboard_reads_them(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard", reason="the extra tensorboard is not installed")
    from callbacks import TensorBoard
    from tests.callbacks.trackers.test_tensorboard import curve, read, single

    result = fit(tmp_path / "run", TensorBoard(patience=60))
    export_run(RunFolder(tmp_path / "run"), "tensorboard", tmp_path / "out")
    steps = result.history["step"].tolist()
    for place in (tmp_path / "run" / "tensorboard", tmp_path / "out" / "run"):
        found = read(place)
        assert curve(found, "reported/norm") == list(zip(steps, single([0.1, 0.2, 0.3]), strict=True))
        assert [value for _, value in curve(found, "valid/share")] == single(result.history["valid_share"])
        images = found.Images("reported/look")
        assert [image.step for image in images] == steps
        for epoch, image in enumerate(images, 1):
            pixels = np.asarray(Image.open(io.BytesIO(image.encoded_image_string)))
            np.testing.assert_array_equal(pixels, COLOURS + np.uint8(epoch))
