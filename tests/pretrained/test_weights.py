"""Weights are what their digest says, or nothing is done with them."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from trainer.backbones import BACKBONES
from trainer.errors import DataError, UsageError
from trainer.pretrained import published_weights, weights
from trainer.pretrained.weights import load_weights, weights_file

LITE = BACKBONES["efficientnet_lite0"]


def test_weights_are_kept_by_their_digest(tmp_path: Path, random_weights: dict[str, torch.Tensor]) -> None:
    first = load_weights(LITE, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [f"{first.digest}.safetensors"]
    again = load_weights(LITE, tmp_path, first.digest)
    assert all(torch.equal(again.tensors[name], tensor) for name, tensor in random_weights.items())


def test_a_run_goes_on_without_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = load_weights(LITE, tmp_path).digest
    monkeypatch.setattr(weights, "published_weights", lambda *given: pytest.fail("the package is gone"))
    assert load_weights(LITE, tmp_path, digest).digest == digest


def test_damaged_weights_are_refused(tmp_path: Path) -> None:
    digest = load_weights(LITE, tmp_path).digest
    kept = weights_file(tmp_path, digest)
    kept.write_bytes(kept.read_bytes()[:-1] + b"\0")
    with pytest.raises(DataError, match="damaged") as caught:
        load_weights(LITE, tmp_path, digest)
    assert caught.value.code == "pretrained.damaged"


def test_other_weights_do_not_take_the_place_of_those_of_a_run(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        load_weights(LITE, tmp_path, "0" * 64)
    assert caught.value.code == "pretrained.other"


def test_without_the_package_one_line_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(published_weights, "PACKAGE", "no_such_package_of_weights")
    with pytest.raises(UsageError) as caught:
        load_weights(LITE, tmp_path)
    assert caught.value.code == "pretrained.missing"
    assert "epochscope[pretrained]" in caught.value.fix


def test_a_changed_file_of_the_package_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    package = tmp_path / "fake_package_of_weights"
    (package / "models").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / published_weights.FILE).write_bytes(b"cos\nsystem\n(S'true'\ntR.")  # a pickle that runs a command
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(published_weights, "PACKAGE", package.name)
    with pytest.raises(DataError) as caught:
        load_weights(LITE, tmp_path / "store")
    assert caught.value.code == "pretrained.damaged"


def test_the_published_file_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    pytest.importorskip(published_weights.PACKAGE)
    found = load_weights(LITE, tmp_path)
    assert sum(tensor.numel() for tensor in found.tensors.values() if tensor.is_floating_point()) > 3_400_000
