"""What a callback reports: numbers and pictures, through the journal to the history."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from tests.engine.fakes import Recorder, at_step, callback, linear, make
from trainer.errors import UsageError
from trainer.events import CallbackFailed, EpochEnded, PictureReported, ScalarReported
from trainer.store import pictures
from trainer.store.folder import RunFolder
from trainer.store.journal import JournalReader
from trainer.store.run_history import RunHistory, read_history

PICTURE = np.arange(5 * 7 * 3, dtype=np.uint8).reshape(5, 7, 3)


def history(run: Path) -> RunHistory:
    return read_history(JournalReader(RunFolder(run).journal))


def column(found: RunHistory, name: str, what: str = "value") -> list[float]:
    return found.scalars[name].column(what).tolist()


def reporting(hook: str, report: Any, **options: Any) -> Any:
    return make(linear(), callbacks=[callback(**{hook: report}, on_error="detach")], epochs=3, **options)


def test_a_number_goes_to_journal_and_history(tmp_path: Path, recorder: Recorder) -> None:
    values = [0.5, np.float32(2.0), torch.tensor([3.0])]

    def report(event: EpochEnded, run: Any) -> None:
        run.log_scalar("norm of gradients", values[event.epoch - 1])

    trainer = make(linear(), callbacks=[callback(on_epoch_ended=report), recorder], epochs=3, run_dir=tmp_path / "run")
    trainer.fit()
    told = recorder.of(ScalarReported)
    assert [(event.epoch, event.step, event.name, event.value) for event in told] == [
        (epoch, 2 * epoch, "norm of gradients", value) for epoch, value in ((1, 0.5), (2, 2.0), (3, 3.0))
    ]
    found = history(tmp_path / "run")
    assert column(found, "norm of gradients") == [0.5, 2.0, 3.0]
    assert column(found, "norm of gradients", "step") == [2, 4, 6]
    assert column(found, "norm of gradients", "epoch") == [1, 2, 3]


def test_what_is_not_finite_is_a_value(tmp_path: Path) -> None:
    reporting("on_epoch_ended", lambda e, run: run.log_scalar("x", [1, math.nan, math.inf][e.epoch - 1]),
              run_dir=tmp_path / "run").fit()  # fmt: skip
    np.testing.assert_array_equal(column(history(tmp_path / "run"), "x"), [1, math.nan, math.inf])


@pytest.mark.parametrize("hook", ["on_validation_done", "on_epoch_ended", "on_batch_ended"])
@pytest.mark.parametrize("stops", [(1,), (2,), (3, 4)])
def test_a_resumed_run_has_each_number_once(tmp_path: Path, hook: str, stops: tuple[int, ...]) -> None:
    """Those that came after a checkpoint was asked for, but of its step, are there too."""
    for stop in (*stops, 0):
        trainer = reporting(hook, lambda event, run: run.log_scalar("step", event.step), run_dir=tmp_path / "run")
        at_step(trainer, stop, trainer.stop)
        trainer.fit(resume=(tmp_path / "run").exists())
    found = history(tmp_path / "run")
    expected = [1, 2, 3, 4, 5, 6] if hook == "on_batch_ended" else [2, 4, 6]
    assert column(found, "step") == column(found, "step", "step") == expected


@pytest.mark.parametrize("name", ["", " ", "two\nlines", "tab\t", "x" * 101, "\u202eleft", 3, None])
def test_a_name_that_cannot_be_shown_is_refused(name: Any, recorder: Recorder) -> None:
    trainer = make(
        callbacks=[callback(on_epoch_ended=lambda e, run: run.log_scalar(name, 1), on_error="detach"), recorder]
    )
    assert trainer.fit().status == "completed"
    assert [event.code for event in recorder.of(CallbackFailed)] == ["report.name"]
    assert not recorder.of(ScalarReported)


def test_a_run_has_a_hundred_names_at_most(recorder: Recorder) -> None:
    def report(event: EpochEnded, run: Any) -> None:
        for number in range(101):
            run.log_scalar(f"n{number}", 1)

    make(callbacks=[callback(on_epoch_ended=report, on_error="detach"), recorder]).fit()
    assert len(recorder.of(ScalarReported)) == 100
    assert [event.code for event in recorder.of(CallbackFailed)] == ["report.name"]


@pytest.mark.parametrize("value", ["1", None, [1, 2], np.zeros(2), 1j])
def test_what_is_no_number_is_refused(value: Any, recorder: Recorder) -> None:
    make(
        callbacks=[callback(on_epoch_ended=lambda e, run: run.log_scalar("x", value), on_error="detach"), recorder]
    ).fit()
    assert [event.code for event in recorder.of(CallbackFailed)] == ["report.value"]


@pytest.mark.parametrize(
    "made",
    [
        lambda: PICTURE,
        lambda: PICTURE[..., 0],
        lambda: Image.fromarray(PICTURE),
        lambda: np.dstack([PICTURE, PICTURE[..., :1]]),
    ],
    ids=["rgb", "grey", "pil", "rgba"],
)
def test_a_picture_is_a_file_of_the_run(tmp_path: Path, made: Any, recorder: Recorder) -> None:
    def report(event: EpochEnded, run: Any) -> None:
        run.log_picture("where it looks", made())

    make(callbacks=[callback(on_epoch_ended=report), recorder], run_dir=tmp_path / "run").fit()
    first, second = recorder.of(PictureReported)
    assert (first.name, first.width, first.height, first.epoch) == ("where it looks", 7, 5, 1)
    assert first.path != second.path
    with Image.open(tmp_path / "run" / first.path) as image:
        np.testing.assert_array_equal(np.asarray(image), np.asarray(made()))
    assert (tmp_path / "run" / first.path).stat().st_size == first.bytes
    assert set(history(tmp_path / "run").pictures) == {("where it looks", 1), ("where it looks", 2)}


def test_a_png_file_inside_the_run_folder_is_named_as_it_is(tmp_path: Path, recorder: Recorder) -> None:
    def report(event: EpochEnded, run: Any) -> None:
        Image.fromarray(PICTURE).save(run.folder.path / "own.png")
        run.log_picture("own", "own.png")

    make(callbacks=[callback(on_epoch_ended=report), recorder], run_dir=tmp_path / "run").fit()
    assert {event.path for event in recorder.of(PictureReported)} == {"own.png"}


def test_without_a_run_folder_there_are_no_pictures(recorder: Recorder) -> None:
    make(callbacks=[callback(on_epoch_ended=lambda e, run: run.log_picture("x", PICTURE)), recorder]).fit()
    assert not recorder.of(PictureReported)


def bad_pictures(folder: Path) -> dict[str, Any]:
    (folder / "text.png").write_text("no picture")
    Image.fromarray(PICTURE).save(folder / "run" / "is.jpg")
    (folder / "run" / "link.png").symlink_to(folder / "text.png")
    return {
        "floats": PICTURE / 255,
        "channels": np.zeros((4, 4, 2), np.uint8),
        "empty": np.zeros((0, 4), np.uint8),
        "wide": np.zeros((1, 4097), np.uint8),
        "outside": folder / "text.png",
        "link": "link.png",
        "above": "../text.png",
        "missing": "nothing.png",
        "jpeg": "is.jpg",
        "object": object(),
    }


def test_what_is_no_such_picture_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.path.mkdir()
    for name, picture in bad_pictures(tmp_path).items():
        with pytest.raises(UsageError) as caught:
            pictures.save_picture(folder, name, 1, picture)
        assert caught.value.code == "report.picture", name
    monkeypatch.setattr(pictures, "MAX_BYTES", 20)
    with pytest.raises(UsageError, match="a file of"):
        pictures.save_picture(folder, "large", 1, PICTURE)
    assert not (folder.path / "pictures").exists()


def test_names_that_look_alike_in_a_file_system_have_files_of_their_own(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    names = ["a b", "a-b", "A B", "a/b", "../a", "кот", "猫", "x" * 100, "x" * 99]
    assert len({pictures.save_picture(folder, name, 1, PICTURE).path for name in names}) == len(names)
    assert {path.parent for path in tmp_path.rglob("*.png")} == {tmp_path / "pictures"}
