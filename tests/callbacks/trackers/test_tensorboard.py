"""TensorBoard's own reader finds what the run says."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from callbacks.trackers.projector import embed_validation
from tests.engine.fakes import make
from trainer import build_model, open_data
from trainer.store.checkpoint import find
from trainer.store.folder import RunFolder
from trainer.store.journal import JournalReader
from trainer.store.run_history import read_history
from trainer.trainer import Trainer

pytest.importorskip("tensorboard", reason="the extra tensorboard is not installed")

from callbacks import TensorBoard

CURVES = {"train/loss": "train_loss", "train/accuracy": "train_accuracy", "valid/loss": "valid_loss"}


def read(place: Path) -> Any:
    """TensorBoard's view of a folder with event files, all of it."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found = EventAccumulator(str(place), size_guidance={"scalars": 0, "images": 0, "tensors": 0})
    found.Reload()
    return found


def curve(found: Any, name: str) -> list[tuple[int, float]]:
    return [(point.step, point.value) for point in found.Scalars(name)]


def single(values: Any) -> list[float]:
    """As float32, the kind of number that TensorBoard keeps."""
    return [float(np.float32(value)) for value in values]


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any, Path]:
    """A run on real images: its result, what TensorBoard reads of it, and the folder of event files."""
    folder = tmp_path_factory.mktemp("runs") / "digits"
    data = open_data("digits", batch=256)
    model = build_model("softmax", data.input_shape, len(data.classes), {}, 1)
    tracker = TensorBoard(embedding=True, patience=60)
    trainer = Trainer(model, data, epochs=3, callbacks=[tracker], run_dir=folder, seed=1, device="cpu")
    result = trainer.fit()
    return result, read(folder / "tensorboard"), folder / "tensorboard"


def test_curves_are_those_of_the_history(digits: Any) -> None:
    result, found, _ = digits
    for name, column in CURVES.items():
        steps, values = result.history["step"], result.history[column]
        assert curve(found, name) == list(zip(steps, single(values), strict=True))
    for number in range(10):
        points = curve(found, f"train_f1/{number}")
        assert [value for _, value in points] == single(epoch.train_f1[number] for epoch in result.epochs)
    test = result.evaluations["test"].metrics
    assert [value for _, value in curve(found, "evaluation/test_macro_f1")] == single([test.macro_f1])


def test_pictures_can_be_opened(digits: Any) -> None:
    result, found, _ = digits
    for name in ("confusion/valid", "weights/first_layer"):
        images = found.Images(name)
        assert [image.step for image in images] == result.history["step"].tolist()
        for image in images:
            assert Image.open(io.BytesIO(image.encoded_image_string)).size == (image.width, image.height)


def test_reports_are_texts(digits: Any) -> None:
    _, found, _ = digits
    (point,) = found.Tensors("evaluation/test")
    text = point.tensor_proto.string_val[0].decode()
    assert all(line.startswith("    ") for line in text.splitlines())
    assert text.splitlines()[0].split() == ["precision", "recall", "f1-score", "support"]
    assert found.SummaryMetadata("evaluation/test").plugin_data.plugin_name == "text"


def test_hparams_are_the_settings(digits: Any) -> None:
    from tensorboard.plugins.hparams.metadata import parse_session_end_info_plugin_data as ended
    from tensorboard.plugins.hparams.metadata import parse_session_start_info_plugin_data as started

    _, found, _ = digits
    about = started(found.SummaryMetadata("_hparams_/session_start_info").plugin_data.content)
    assert about.hparams["train.epochs"].number_value == 3
    assert about.hparams["device"].string_value == "cpu"
    assert ended(found.SummaryMetadata("_hparams_/session_end_info").plugin_data.content).status == 1  # success


def test_the_map_is_what_the_model_sees(digits: Any) -> None:
    from google.protobuf import text_format
    from tensorboard.plugins.projector import ProjectorConfig

    _, _, place = digits
    config = text_format.Parse((place / "projector_config.pbtxt").read_text("utf-8"), ProjectorConfig())
    (about,) = config.embeddings
    vectors = np.loadtxt(place / about.tensor_path, dtype=np.float32, delimiter="\t")
    head, *names = (place / about.metadata_path).read_text("utf-8").splitlines()
    assert head.split("\t") == ["class", "predicted"]
    assert len(vectors) == len(names) == 180
    # of a linear model the view is its logits: the largest is what it predicts
    assert [line.split("\t")[1] for line in names] == [str(number) for number in vectors.argmax(1)]
    sprite = np.asarray(Image.open(place / about.sprite.image_path))
    wide, high = about.sprite.single_image_dim
    data = open_data("digits", batch=256)
    last = np.asarray(data.published("valid")[0][[179]])[0]
    row, column = divmod(179, 14)
    assert (sprite[row * high : (row + 1) * high, column * wide : (column + 1) * wide] == last).all()
    assert sprite.shape == (14 * high, 14 * wide, 3)


def test_the_view_of_a_run_without_images_in_memory() -> None:
    trainer = make(epochs=1)
    trainer.fit()
    found = embed_validation(trainer._bus.run)  # type: ignore[arg-type]
    assert found.images is None
    assert len(found.labels) == len(found.vectors) == 4


def test_without_a_run_folder_it_writes_to_the_current_one(here: Path) -> None:
    make(callbacks=[TensorBoard(patience=60)], epochs=1).fit()
    (place,) = (here / "tensorboard").iterdir()
    assert ":" not in place.name
    assert read(place).Scalars("valid/loss")


def test_a_folder_is_shared_by_runs(tmp_path: Path) -> None:
    for name in ("one", "two"):
        make(callbacks=[TensorBoard(tmp_path / "all", patience=60)], epochs=1, run_dir=tmp_path / name).fit()
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == ["one", "two"]


def test_steps_that_were_taken_back_are_gone(tmp_path: Path) -> None:
    def trainer() -> Trainer:
        return make(callbacks=[TensorBoard(patience=60)], run_dir=tmp_path / "run", epochs=4)

    trainer().fit()
    folder = RunFolder(tmp_path / "run")
    for kind in ("last", "best"):
        for path in find(folder.checkpoints, kind):  # type: ignore[arg-type]
            if int(path.stem.rpartition("-")[2]) > 6:
                path.unlink()  # as if it had been killed before the last epoch was safe
    result = trainer().fit(resume=True)
    found = read(folder.path / "tensorboard")
    assert curve(found, "train/loss") == list(
        zip(result.history["step"], single(result.history["train_loss"]), strict=True)
    )
    assert [step for step, _ in curve(found, "valid/loss")] == [2, 4, 6, 8]
    assert len(list((folder.path / "tensorboard").iterdir())) == 2


COMMAND = [sys.executable, "-m", "trainer"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_killed_and_resumed_it_tells_one_run(tmp_path: Path) -> None:
    arguments = ["--epochs", "400", "--threads", "1", "--callbacks", "tensorboard", "--name", "run"]
    process = subprocess.Popen([*COMMAND, "train", "digits", *arguments, "--runs", str(tmp_path)], env={**os.environ})
    folder = RunFolder(tmp_path / "run")
    deadline = time.monotonic() + 120
    while not any(folder.checkpoints.glob("last-*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.5)
    process.send_signal(signal.SIGKILL)
    process.wait(20)
    epochs = len(read_history(JournalReader(folder.journal)).finished) + 2
    subprocess.run(
        [*COMMAND, "resume", "run", "--epochs", str(epochs), "--runs", str(tmp_path)], check=True, timeout=120
    )
    history = read_history(JournalReader(folder.journal))
    assert len(history.attempts) == 2
    found = read(folder.path / "tensorboard")
    points = dict(curve(found, "train/loss"))
    expected = {event.step: single([event.train_loss])[0] for event in history.finished}
    assert set(points) <= set(expected)
    assert all(expected[step] == value for step, value in points.items())
    # what this attempt did is whole; of the one before, what had not reached the file when it was killed may lack
    resumed = history.info.resumed_step if history.info else 0
    assert {step for step in expected if step > resumed} <= set(points)
