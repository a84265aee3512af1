"""safetensors and pt: the weights bit for bit, with all that is needed to use them, and no code."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open

from tests.export.conftest import CLASSES, Train, nothing_in, saved, truth
from trainer.errors import DiskError, UsageError
from trainer.export import export_run, verify
from trainer.export.weights import open_weights
from trainer.models import build_model
from trainer.store import checkpoint, durable
from trainer.store.folder import RunFolder, acquire
from trainer.store.summary import read as read_summary

RUNS = ("digits", "convolutions", "photos")
FORMATS = ("safetensors", "pt")


@pytest.fixture(params=RUNS)
def run(request: pytest.FixtureRequest) -> RunFolder:
    found: RunFolder = request.getfixturevalue(request.param)
    return found


def load_plainly(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """As somebody without epochscope would."""
    if path.suffix == ".pt":
        with zipfile.ZipFile(path) as archive:
            (name,) = (name for name in archive.namelist() if name.endswith("extra/epochscope.json"))
            text = archive.read(name)
        return torch.load(path, weights_only=True), json.loads(text)
    with safe_open(path, "pt") as file:
        return {key: file.get_tensor(key) for key in file.keys()}, json.loads(file.metadata()["epochscope"])  # noqa: SIM118


@pytest.mark.parametrize("name", FORMATS)
def test_it_holds_the_best_weights_bit_for_bit(run: RunFolder, name: str, tmp_path: Path) -> None:
    made = export_run(run, name, tmp_path)
    assert made.path == tmp_path / f"{run.name}.{name}"
    assert made.bytes == made.path.stat().st_size
    assert made.facts["difference"] == 0.0
    assert made.facts["images"] > 0
    tensors, about = load_plainly(made.path)
    expected = saved(run)
    assert tensors.keys() == expected.keys()
    assert all(torch.equal(tensors[key], expected[key]) for key in expected)
    assert about["epoch"] == read_summary(run.summary).best_epoch  # type: ignore[union-attr]
    model = build_model(about["model"], tuple(about["input"]["shape"]), len(about["classes"]), about["options"])
    model.load_state_dict(tensors)


@pytest.mark.parametrize("name", FORMATS)
def test_opened_again_it_takes_raw_pixels(digits: RunFolder, name: str, tmp_path: Path) -> None:
    model, about = open_weights(export_run(digits, name, tmp_path).path)
    pixels, expected = truth(digits)
    with torch.no_grad():
        torch.testing.assert_close(model(torch.from_numpy(pixels)), expected)
    assert about["classes"] == [str(digit) for digit in range(10)]


@pytest.mark.parametrize("name", FORMATS)
def test_class_names_travel_though_the_data_set_is_gone(photos: RunFolder, name: str, tmp_path: Path) -> None:
    about = load_plainly(export_run(photos, name, tmp_path).path)[1]
    assert about["classes"] == sorted(CLASSES)
    assert about["input"] | {"mean": 0, "std": 0} == {
        "takes": "normalised pixels",
        "shape": [3, 10, 12],
        "layout": "NCHW",
        "dtype": "float32",
        "mode": "RGB",
        "size": [12, 10],
        "mean": 0,
        "std": 0,
        "normalised": "(pixels / 255 - mean) / std",
    }
    assert len(about["input"]["mean"]) == len(about["input"]["std"]) == 3


def test_the_weights_are_the_best_not_the_last(digits: RunFolder, tmp_path: Path) -> None:
    """The two differ because the last ones are changed here: which epoch is the best hangs on rounding."""
    run = RunFolder(shutil.copytree(digits.path, tmp_path / "run"))
    last = checkpoint.find(run.checkpoints, "last")[0]
    tensors, meta = checkpoint.read(last)
    tensors["model.1.weight"] = tensors["model.1.weight"] + 1
    last.write_bytes(checkpoint.encode(tensors, meta)[0])
    made = export_run(run, "safetensors", tmp_path)
    best = read_summary(digits.summary).best_epoch  # type: ignore[union-attr]
    assert (made.facts["weights"], made.facts["epoch"]) == ("best", best)
    assert torch.equal(load_plainly(made.path)[0]["1.weight"], saved(digits)["1.weight"])
    assert not torch.equal(load_plainly(made.path)[0]["1.weight"], tensors["model.1.weight"])


def test_without_validation_the_last_weights_are_tried_on_random_pixels(train: Train, tmp_path: Path) -> None:
    run = train("blind", "digits", "--epochs", 1, "--data.valid", 0)
    made = export_run(run, "pt", tmp_path)
    assert (made.facts["weights"], made.facts["epoch"], made.facts["images"]) == ("last", 1, 0)
    assert "random pixels" in made.facts["checked"]


def test_a_live_run_is_exported_without_its_lock(digits: RunFolder, tmp_path: Path) -> None:
    lock = acquire(digits)
    try:
        assert export_run(digits, "safetensors", tmp_path).bytes
    finally:
        lock.release()


def test_a_checkpoint_of_before_has_its_normalisation_from_the_data(
    digits: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = load_plainly(export_run(digits, "safetensors", tmp_path / "new.safetensors").path)[1]
    real = checkpoint.read

    def before(path: Path) -> Any:
        tensors, meta = real(path)
        return tensors, {key: value for key, value in meta.items() if key != "input"}

    monkeypatch.setattr("trainer.engine.resume.read", before)
    assert load_plainly(export_run(digits, "safetensors", tmp_path / "old.safetensors").path)[1] == new


def test_a_best_that_is_replaced_while_it_is_looked_for(
    digits: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, gone = checkpoint.read, []

    def pruned(path: Path) -> Any:
        if not gone:  # the engine has put a better one in place, and deletes this one
            gone.append(path)
            checkpoint.find(path.parent, "best")
            path.rename(path.with_name("best-000000001.safetensors"))
        return real(path)

    monkeypatch.setattr("trainer.engine.resume.read", pruned)
    try:
        assert export_run(digits, "safetensors", tmp_path).facts["weights"] == "best"
    finally:
        gone[0].with_name("best-000000001.safetensors").rename(gone[0])


# --- nothing that is wrong is left


def spoil(monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """Let other bytes be written than those that were meant."""
    real = verify.write_output

    def write(path: Path, data: bytes, **more: Any) -> None:
        if how == "cut":
            return real(path, data[: len(data) // 2], **more)
        # the text stays what it was for every reader, but for one letter: "clasSes"
        at, bit = (data.index(b"classes") + 3, 0x20) if how == "text" else (len(data) // 2, 0x44)
        return real(path, data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :], **more)

    monkeypatch.setattr(verify, "write_output", write)


@pytest.mark.parametrize("how", ["weights", "text", "cut"])
@pytest.mark.parametrize("name", FORMATS)
def test_a_damaged_file_is_thrown_away(
    digits: RunFolder, name: str, how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        spoil(patch, how)
        with pytest.raises(DiskError) as caught:
            export_run(digits, name, tmp_path)
    assert caught.value.code in ("export.differs", "export.unreadable")
    assert nothing_in(tmp_path)
    made = export_run(digits, name, tmp_path)
    before = made.path.read_bytes()
    with monkeypatch.context() as patch:
        spoil(patch, how)
        with pytest.raises(DiskError):
            export_run(digits, name, tmp_path, force=True)
    assert made.path.read_bytes() == before


def test_a_disk_that_changes_bytes_is_found_out(
    digits: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Rotten(durable.Seam):
        def write(self, fd: int, data: bytes | memoryview) -> int:
            return super().write(fd, bytes(data).replace(b"1.weight", b"2.weight"))

    monkeypatch.setattr(durable, "seam", Rotten())
    with pytest.raises(DiskError) as caught:
        export_run(digits, "safetensors", tmp_path)
    assert caught.value.code == "disk.failed"
    assert nothing_in(tmp_path)


def test_a_model_of_the_callers_own_is_refused(tmp_path: Path) -> None:
    from tests.engine.fakes import make

    make(run_dir=tmp_path / "own").fit()
    for name in FORMATS:
        with pytest.raises(UsageError) as caught:
            export_run(RunFolder(tmp_path / "own"), name, tmp_path)
        assert caught.value.code == "export.custom"
    assert export_run(RunFolder(tmp_path / "own"), "csv", tmp_path).bytes


def test_a_run_without_a_checkpoint_is_refused(digits: RunFolder, tmp_path: Path) -> None:
    (tmp_path / "run" / "checkpoints").mkdir(parents=True)
    (tmp_path / "run" / "run.toml").write_text(digits.run_toml.read_text("utf-8"), "utf-8")
    with pytest.raises(UsageError) as caught:
        export_run(RunFolder(tmp_path / "run"), "pt", tmp_path)
    assert caught.value.code == "run.no_checkpoint"
