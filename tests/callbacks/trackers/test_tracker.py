"""What every tracker does, whatever the tool: what it is told, and that it never harms a run."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from callbacks.trackers.tracked_run import TrackedRun, parameters_of
from callbacks.trackers.tracker import Tracker
from tests.callbacks.trackers.conftest import NotedRun, NotingTracker
from tests.engine.fakes import Recorder, at_step, make
from trainer import build_model, open_data
from trainer.errors import UsageError
from trainer.events import BatchesReported, CallbackFailed, EvaluationDone, RunEnded, RunStarted, ValidationDone
from trainer.store.checkpoint import find
from trainer.store.folder import RunFolder
from trainer.trainer import Trainer


def log_of(folder: Path) -> str:
    return (folder / "log.txt").read_text("utf-8")


class Raising(TrackedRun):
    """Fails at the first epoch's figures."""

    def scalars(self, values: Any, step: int, wall: float) -> None:
        if "valid/loss" in values:
            raise OSError("the server is on fire")


class Hanging(TrackedRun):
    """Does not come back from the first call until it is released."""

    def __init__(self) -> None:
        self.release = threading.Event()

    def scalars(self, values: Any, step: int, wall: float) -> None:
        self.release.wait(60)


# --- what a tool is told


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, NotingTracker, Recorder, RunFolder]:
    """Softmax regression on real images with a run folder: result, tracker, events, folder."""
    folder = tmp_path_factory.mktemp("runs") / "digits"
    tracker, recorder = NotingTracker(patience=60), Recorder()
    data = open_data("digits", batch=256)
    model = build_model("softmax", data.input_shape, len(data.classes), {}, 1)
    trainer = Trainer(model, data, epochs=3, callbacks=[tracker, recorder], run_dir=folder, seed=1, device="cpu")
    return trainer.fit(), tracker, recorder, RunFolder(folder)


def test_curves_are_those_of_the_history(digits: Any) -> None:
    result, tracker, recorder, _ = digits
    (tool,) = tracker.runs
    history = result.history
    for curve, column in {"train/loss": "train_loss", "train/macro_f1": "train_macro_f1", "valid/loss": "valid_loss",
                          "valid/accuracy": "valid_accuracy", "epoch/learning_rate": "learning_rate",
                          "epoch/seconds": "seconds"}.items():  # fmt: skip
        assert tool.curve(curve) == list(zip(history["step"], history[column], strict=True))
    reports = recorder.of(BatchesReported)
    assert tool.curve("batch/loss") == [(one.last_step, one.loss_mean) for one in reports]
    assert tool.curve("batch/accuracy") == [(one.last_step, one.correct / one.samples) for one in reports]


def test_each_class_has_a_curve_and_each_split_its_figures(digits: Any) -> None:
    result, tracker, recorder, _ = digits
    (tool,) = tracker.runs
    for number in range(10):
        found = tool.curve(f"valid_f1/{number}")
        assert found == [(one.step, one.f1[number]) for one in recorder.of(ValidationDone)]
        assert [value for _, value in tool.curve(f"train_f1/{number}")] == [
            epoch.train_f1[number] for epoch in result.epochs
        ]
    for done in recorder.of(EvaluationDone):
        assert tool.curve(f"evaluation/{done.split}_accuracy") == [(done.step, done.accuracy)]
        assert tool.curve(f"evaluation_{done.split}_f1/3") == [(done.step, done.f1[3])]


def test_pictures_texts_files_and_model(digits: Any) -> None:
    _, tracker, recorder, folder = digits
    (tool,) = tracker.runs
    steps = [one.step for one in recorder.of(ValidationDone)]
    pictures = tool.of("picture")
    assert [step for name, _, step, _ in pictures if name == "confusion/valid"] == steps
    assert [step for name, _, step, _ in pictures if name == "weights/first_layer"] == steps
    assert all(pixels.dtype == np.uint8 and pixels.ndim == 3 and pixels.shape[2] == 3 for _, pixels, _, _ in pictures)
    for name, text, *_ in tool.of("text"):
        split = name.removeprefix("evaluation/")
        assert text == (folder.evaluation / f"{split}.txt").read_text("utf-8")
    assert len(tool.of("text")) == 3
    kept = {(path.name, place) for path, place in tool.of("artifact")}
    assert {("run.toml", ""), ("metrics.csv", ""), ("test.json", "evaluation")} <= kept
    assert tool.of("model") == [[folder.path]]


def test_it_ends_with_what_became_of_the_run(digits: Any) -> None:
    result, tracker, _, _ = digits
    (tool,) = tracker.runs
    kind, status, figures, wall = tool.calls[-1]
    assert (kind, status) == ("finish", "completed")
    assert (figures["best_epoch"], figures["best_loss"]) == (result.best_epoch, result.best_loss)
    assert wall > tracker.infos[0].wall > 1_500_000_000


def test_parameters_are_settings_and_what_the_engine_found(digits: Any) -> None:
    _, tracker, recorder, folder = digits
    (info,) = tracker.infos
    (started,) = recorder.of(RunStarted)
    assert info.parameters == parameters_of(started)
    assert info.parameters["train.epochs"] == 3
    assert info.parameters["split_sizes.train"] == started.split_sizes["train"]
    assert info.parameters["classes"] == 10
    assert info.name == "digits"
    assert info.folder == folder.path
    assert all(isinstance(value, str | int | float | bool | None) for value in info.parameters.values())


@pytest.mark.parametrize(("pictures", "epochs"), [(0, []), (2, [2, 4]), (1, [1, 2, 3, 4])])
def test_pictures_come_as_often_as_asked(pictures: int, epochs: list[int], recorder: Recorder) -> None:
    tracker = NotingTracker(pictures=pictures, patience=60)
    make(callbacks=[tracker, recorder], epochs=4).fit()
    steps = {one.epoch: one.step for one in recorder.of(ValidationDone)}
    found = [step for name, _, step, _ in tracker.runs[0].of("picture") if name == "confusion/valid"]
    assert found == [steps[epoch] for epoch in epochs]


def test_a_stopped_run_keeps_no_model(tmp_path: Path) -> None:
    tracker = NotingTracker(patience=60)
    trainer = make(callbacks=[tracker], run_dir=tmp_path / "run", epochs=3)
    at_step(trainer, 3, trainer.stop)
    assert trainer.fit().status == "stopped"
    (tool,) = tracker.runs
    assert tool.calls[-1][:2] == ("finish", "stopped")
    assert tool.of("model") == []


# --- a tool that fails


def test_one_that_raises_is_detached_and_says_so(tmp_path: Path, recorder: Recorder, caplog: Any) -> None:
    def fit(*callbacks: Any, folder: Path | None = None) -> Any:
        return make(callbacks=callbacks, epochs=5, run_dir=folder).fit()

    tracker = NotingTracker(Raising, patience=60)
    # the tool's own thread fails when it likes: wait for it, so that a hook comes after
    hook = tracker.on_epoch_ended

    def later(event: Any, run: Any) -> None:
        tracker._line._thread.join(20)  # type: ignore[union-attr]
        hook(event, run)

    tracker.on_epoch_ended = later  # type: ignore[method-assign]
    with caplog.at_level(logging.WARNING, logger="epochscope"):
        result = fit(tracker, recorder, folder=tmp_path / "run")
    assert result.status == "completed"
    (failure,) = recorder.of(CallbackFailed)
    assert (failure.action, failure.code, failure.callback) == ("detach", "tracker.failed", "NotingTracker")
    assert "the server is on fire" in failure.error
    plain = fit().history
    assert result.history[["train_loss", "valid_loss"]].equals(plain[["train_loss", "valid_loss"]])
    assert "Stub has not recorded" in log_of(tmp_path / "run")
    assert "the server is on fire" in caplog.text


def test_one_that_cannot_be_opened_leaves_the_run_alone(tmp_path: Path, recorder: Recorder) -> None:
    def make_nothing() -> TrackedRun:
        raise ConnectionError("nobody there")

    tracker = NotingTracker(make_nothing, patience=60)
    assert make(callbacks=[tracker, recorder], run_dir=tmp_path / "run").fit().status == "completed"
    assert "nobody there" in log_of(tmp_path / "run")


def test_one_that_hangs_for_ever_is_left_behind(tmp_path: Path, recorder: Recorder, caplog: Any) -> None:
    """That the run ends at all is the point: nothing releases the tool before."""
    tool = Hanging()
    tracker = NotingTracker(lambda: tool, patience=0.05)
    with caplog.at_level(logging.WARNING, logger="epochscope"):
        result = make(callbacks=[tracker, recorder], run_dir=tmp_path / "run").fit()
    tool.release.set()
    assert result.status == "completed"
    assert isinstance(recorder.seen[-1], RunEnded)
    assert recorder.of(CallbackFailed) == []
    (line,) = [text for text in log_of(tmp_path / "run").splitlines() if "has not recorded" in text]
    dropped, given = (int(word) for word in line.split() if word.isdigit())
    assert dropped == given > 10
    assert line.endswith("it was too slow")
    assert "has not recorded" in caplog.text


def test_a_stop_ends_a_run_whose_tool_hangs() -> None:
    tool = Hanging()
    trainer = make(callbacks=[NotingTracker(lambda: tool, patience=0.05)], epochs=50)
    at_step(trainer, 3, trainer.stop)
    assert trainer.fit().status == "stopped"
    tool.release.set()


def test_a_full_queue_is_told_of_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callbacks.trackers.delivery.ThreadDelivery.__init__.__defaults__", (4,))
    tool = Hanging()
    told: list[bool] = []
    tracker = NotingTracker(lambda: tool, patience=0.0)
    trainer = make(callbacks=[tracker], run_dir=tmp_path / "run", epochs=3)
    trainer.on(ValidationDone, lambda event: told.append("some entries are left out" in log_of(tmp_path / "run")))
    trainer.fit()
    tool.release.set()
    assert told[-1]
    assert log_of(tmp_path / "run").count("some entries are left out") == 1


# --- a run that is resumed


def test_a_resumed_run_goes_on_in_the_same_run_of_the_tool(tmp_path: Path) -> None:
    first, second = NotingTracker(patience=60), NotingTracker(patience=60)
    make(callbacks=[first], run_dir=tmp_path / "run", epochs=3).fit()
    folder = RunFolder(tmp_path / "run")
    # as if it had been killed before the last epoch was safe
    for kind in ("last", "best"):
        newest = find(folder.checkpoints, kind)[0]  # type: ignore[arg-type]
        if newest.name.endswith("06.safetensors"):
            newest.unlink()
    result = make(callbacks=[second], run_dir=tmp_path / "run", epochs=3).fit(resume=True)
    (before,), (after,) = first.infos, second.infos
    assert before.id == after.id
    assert (before.resumed_step, after.resumed_step) == (None, 4)
    told = second.runs[0].curve("valid/loss")
    assert told == [(6, result.history["valid_loss"].iloc[-1])]


def test_each_new_run_is_a_new_one_in_the_tool() -> None:
    tracker = NotingTracker(patience=60)
    trainer = make(callbacks=[tracker], epochs=1)
    trainer.fit()
    trainer.fit()
    one, two = tracker.infos
    assert one.id != two.id
    assert tracker.state_dict() == {}


def test_the_identity_is_in_the_checkpoint() -> None:
    tracker = NotingTracker()
    states: list[dict[str, Any]] = []
    trainer = make(callbacks=[tracker], epochs=1)
    at_step(trainer, 1, lambda: states.append(tracker.state_dict()))
    trainer.fit()
    assert states == [{"id": tracker.infos[0].id}]
    again = NotingTracker()
    again.load_state_dict(states[0])
    assert again.state_dict() == states[0]


# --- use


@pytest.mark.parametrize("options", [{"pictures": -1}, {"patience": -1.0}, {"patience": float("nan")}])
def test_options_out_of_range(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as caught:
        NotingTracker(**options)
    assert caught.value.code == "tracker.options"


def test_a_missing_package_is_named_with_its_extra() -> None:
    class Elsewhere(Tracker):
        title = "Elsewhere"
        package = "no_such_tool"

    with pytest.raises(UsageError, match=r'pip install "epochscope\[no_such_tool\]"') as caught:
        Elsewhere()
    assert caught.value.code == "tracker.missing"


def test_many_classes_have_no_curve_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callbacks.trackers.tracker.MOST_CLASSES", 2)
    tracker = NotingTracker(patience=60)
    make(callbacks=[tracker], epochs=1).fit()
    tool: NotedRun = tracker.runs[0]
    assert tool.curve("valid/loss")
    assert not any(name.startswith("valid_f1/") for values, *_ in tool.of("scalars") for name in values)
