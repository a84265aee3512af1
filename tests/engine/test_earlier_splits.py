"""Runs of before a rule for folders or splits changed go on, and are evaluated, with the data they were trained on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.data.image_folders import make_images
from trainer import Trainer, build_model, open_data
from trainer.callback import Callback
from trainer.data.opening import Opening
from trainer.data.read_options import USUAL
from trainer.engine.context import RunContext
from trainer.errors import DataError
from trainer.events import EpochEnded
from trainer.inference import evaluate, load_trained
from trainer.launch import resume, start
from trainer.settings import merge
from trainer.store.folder import RunFolder


class Stop(Callback):
    """Ends a run after its first epoch."""

    def on_epoch_ended(self, event: EpochEnded, run: RunContext) -> None:
        """Ask for it."""
        run.request_stop("enough")


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ten classes of five images, and one in a sub-folder, which 0.1.0 did not find."""
    monkeypatch.setenv("EPOCHSCOPE_CACHE", str(tmp_path / "cache"))
    root = tmp_path / "photos"
    make_images(root, {f"c{number}": 5 for number in range(10)}, size=(8, 8))
    make_images(root / "c3", {"more": 1}, size=(8, 8))
    return root


def as_in_the_first_version(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Opening.open
    monkeypatch.setattr(Opening, "open", lambda self, rules=1: opened(self, 1))


def test_a_run_of_the_command_line_keeps_its_split(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = merge(
        {"data": {"source": str(source)}, "model": "softmax", "train": {"epochs": 2, "batch": 8, "device": "cpu"}}
    )
    with monkeypatch.context() as before:
        as_in_the_first_version(before)
        start(settings, tmp_path / "runs", name="old", callbacks=[Stop()])
        old = open_data(str(source))
    folder = RunFolder(tmp_path / "runs" / "old")
    assert open_data(str(source)).fingerprint != old.fingerprint
    assert resume(folder).status == "completed"
    trainer = load_trained(folder).trainer
    assert trainer.feed.fingerprint == old.fingerprint
    support = evaluate(folder, ["test"])["test"].metrics.support
    assert support == (1, 1, 1, 1, 1, 0, 0, 0, 0, 0)


def test_a_run_of_a_script_keeps_its_split(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (source / "c3" / "more" / "000.png").unlink()
    (source / "c3" / "more").rmdir()

    def trainer(*callbacks: Callback) -> Trainer:
        data = open_data(str(source), batch=8)
        model = build_model("softmax", data.input_shape, 10)
        return Trainer(model, data, epochs=2, device="cpu", run_dir=tmp_path / "run", callbacks=callbacks)

    with monkeypatch.context() as before:
        as_in_the_first_version(before)
        trainer(Stop()).fit()
    again = trainer()
    assert again.fit(resume=True).status == "completed"
    old = Opening(str(source), 1234, 0.1, 0.1, None, False, 8, (0.0, 0.0, 0), USUAL).open(1)
    assert again.feed.fingerprint == old.fingerprint


def test_changed_images_are_refused_whatever_the_rules(source: Path, tmp_path: Path) -> None:
    def trainer(*callbacks: Callback) -> Trainer:
        data = open_data(str(source), batch=8)
        model = build_model("softmax", data.input_shape, 10)
        return Trainer(model, data, epochs=2, device="cpu", run_dir=tmp_path / "run", callbacks=callbacks)

    trainer(Stop()).fit()
    image = source / "c0" / "000.png"
    info = image.stat()
    other = (source / "c1" / "000.png").read_bytes()
    image.write_bytes(other)
    os.utime(image, ns=(info.st_atime_ns, info.st_mtime_ns))
    with pytest.raises(DataError) as caught:
        trainer().fit(resume=True)
    assert caught.value.code == "data.changed"


def test_rules_of_the_first_version_find_what_it_found(source: Path) -> None:
    now = open_data(str(source))
    assert sum(now.sizes.values()) == 51
    assert now.of_run("of other images") is None
    make_images(source / "train", {"a": 4, "b": 4}, size=(8, 8))
    make_images(source / "validation", {"a": 2, "b": 2}, size=(8, 8))
    new = open_data(str(source))
    assert new.sizes["valid"] == 4
    old = Opening(str(source), 1234, 0.1, 0.1, None, False, 64, (0.0, 0.0, 0), USUAL).open(1)
    assert all(path.startswith("train/") for path in old.published("valid").paths)
    assert open_data(str(source), fingerprint=old.fingerprint).sizes == old.sizes
