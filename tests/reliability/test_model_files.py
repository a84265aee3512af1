"""Model files from strangers are refused, or do no harm, wherever one is opened: as weights to begin with, as an
exported model, as a checkpoint of a run."""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from safetensors.torch import save

from tests.crash_counts import Count
from tests.reliability import model_files
from trainer.backbones import find_backbone
from trainer.cli import main
from trainer.errors import DataError, DiskError, UsageError
from trainer.export import export_run
from trainer.export.weights import open_weights
from trainer.models.feature_network import make_body
from trainer.pretrained.weights import load_weights
from trainer.store import checkpoint
from trainer.store.folder import RunFolder

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits of memory by Linux")
BACKBONE = "efficientnet_lite0"
BOUNDLESS = "a part of 10^12"
"""It is well formed, and fits no model."""
MOST = 4 << 30
"""Bytes of addresses that opening a file may add: far less than what files claim, more than libraries reserve."""


@pytest.fixture(autouse=True)
def _bounded() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * os.sysconf("SC_PAGE_SIZE") + MOST, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.fixture(scope="module")
def weights() -> dict[str, torch.Tensor]:
    with torch.random.fork_rng():
        return {name: tensor.contiguous() for name, tensor in make_body(BACKBONE)[0].state_dict().items()}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    root = tmp_path_factory.mktemp("runs")
    assert main(["train", "digits", "--model", "mlp", "--epochs", "1", "--runs", str(root), "--name", "run"]) == 0
    return RunFolder(root / "run")


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Path]:
    """A folder that nothing is written to, with the file in it that everything points at."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret").write_bytes(b"secret")
    yield folder
    assert [path.name for path in folder.iterdir()] == ["secret"], "something was executed or unpacked"


# -- as weights to begin with ----------------------------------------------------------------------------------------


def refuse_weights(path: Path, store: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load_weights(find_backbone(BACKBONE), store, source=str(path))
    assert caught.value.code in ("weights.file", "weights.other_network")
    assert str(path) in caught.value.where
    assert not store.exists(), "nothing is kept of it"


@pytest.mark.parametrize("lie", sorted(model_files.LIES.keys() - {"no metadata"}))
def test_weights_with_a_lying_header_are_refused(
    lie: str, tmp_path: Path, weights: dict[str, torch.Tensor], count: Count
) -> None:
    count("fuzzed inputs", 1)
    path = tmp_path / "weights.safetensors"
    path.write_bytes(model_files.LIES[lie](save(weights)))
    refuse_weights(path, tmp_path / "store")


CHECKS_STORAGES = tuple(map(int, torch.__version__.split(".")[:2])) >= (2, 15)
"""Older versions of PyTorch have been seen to read a storage that is shorter than its tensor."""


def test_weights_that_are_no_tensors_are_refused(
    tmp_path: Path, weights: dict[str, torch.Tensor], outside: Path, count: Count
) -> None:
    harmless = ("paths above", "absolute paths", "a file above beside the others")  # nothing is unpacked
    files = model_files.torch_files(weights, outside / "exploded")
    for name, data in {**files, "onnx": model_files.onnx_file(outside / "secret")}.items():
        count("fuzzed inputs", 1)
        path = tmp_path / f"{name}.pt"
        path.write_bytes(data)
        if name in harmless or (name == "a storage of half its size" and not CHECKS_STORAGES):
            with suppress(UsageError):
                load_weights(find_backbone(BACKBONE), tmp_path / "read", source=str(path))
        else:
            refuse_weights(path, tmp_path / "store")


@pytest.mark.parametrize("suffix", [".safetensors", ".pt"])
def test_what_is_no_file_is_refused_and_not_waited_for(suffix: str, tmp_path: Path) -> None:
    pipe = tmp_path / f"pipe{suffix}"
    os.mkfifo(pipe)
    (tmp_path / f"zeros{suffix}").symlink_to("/dev/zero")
    (tmp_path / f"folder{suffix}").mkdir()
    (tmp_path / f"circle{suffix}").symlink_to(f"circle{suffix}")
    for path in sorted(tmp_path.glob(f"*{suffix}")):
        refuse_weights(path, tmp_path / "store")


def test_a_digest_that_is_a_path_leads_nowhere(run: RunFolder, outside: Path, tmp_path: Path) -> None:
    """In run.toml of a stranger."""
    for digest in (f"{outside}/secret", "../../../outside/secret"):
        (outside / "secret").rename(outside / "secret.safetensors")
        with pytest.raises(DataError) as caught:
            load_weights(find_backbone(BACKBONE), tmp_path / "a" / "b" / "store", digest, source="none")
        (outside / "secret.safetensors").rename(outside / "secret")
        assert caught.value.code == "pretrained.other"


# -- as an exported model --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def exported(run: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("exported")
    found = {}
    for form, suffix in (("safetensors", ".safetensors"), ("pt", ".pt"), ("pt2", ".pt2")):
        export_run(run, form, folder / f"model{suffix}")
        found[form] = (folder / f"model{suffix}").read_bytes()
    return found


@pytest.mark.parametrize("lie", [*model_files.LIES, *model_files.DESCRIPTIONS])
def test_an_exported_model_that_lies_is_refused(
    lie: str, tmp_path: Path, exported: dict[str, bytes], count: Count
) -> None:
    count("fuzzed inputs", 1)
    path = tmp_path / "model.safetensors"
    path.write_bytes({**model_files.LIES, **model_files.DESCRIPTIONS}[lie](exported["safetensors"]))
    with pytest.raises((ValueError, UsageError)):
        open_weights(path)


def test_an_exported_archive_that_lies_is_refused(
    tmp_path: Path, exported: dict[str, bytes], outside: Path, count: Count
) -> None:
    good = model_files.entries(exported["pt"])
    extra = next(name for name in good if name.endswith("epochscope.json"))
    files = {
        **model_files.torch_files({"weight": torch.zeros(3, 4)}, outside / "exploded"),
        "a description of 3 GB": model_files.archive({**good, extra: b" " * (3 << 30)}, compressed=True),
        "a description that is not ASCII": model_files.archive({**good, extra: b"\xff"}),
        "onnx": model_files.onnx_file(outside / "secret"),
        "pt2": exported["pt2"],
    }
    for name, data in files.items():
        count("fuzzed inputs", 1)
        path = tmp_path / f"{name}.pt"
        path.write_bytes(data)
        with pytest.raises((ValueError, UsageError)):
            open_weights(path)
    for name in ("pipe", "zeros"):
        (path := tmp_path / name).symlink_to("/dev/zero") if name == "zeros" else os.mkfifo(path := tmp_path / name)
        with pytest.raises(ValueError, match=name):
            open_weights(path)


# -- as a checkpoint -------------------------------------------------------------------------------------------------


def states(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Checkpoints whose digest is right and whose own part of the header is not."""
    header, body = model_files.parts(data)
    name = next(key for key in header if key != "__metadata__")
    content = json.loads(header["__metadata__"]["epochscope"])
    changes: dict[str, Any] = {
        "no format": {"format": None},
        "no state": {"state": None},
        "strides outside": {"strides": {name: [1 << 40] * len(header[name]["shape"])}},
        "strides of nothing": {"strides": {"nobody": [1]}},
        "a part outside of what it is a part of": {"shared": {"model.x": [name, 1 << 40, [4], [1]]}},
        "a part before it": {"shared": {"model.x": [name, -4, [4], [1]]}},
        BOUNDLESS: {"shared": {"model.1.weight": [name, 0, [10**12], [0]]}},
        "a part of nobody": {"shared": {"model.x": ["nobody", 0, [4], [1]]}},
        "a pair of nobody": {"pairs": ["nobody"]},
    }
    for about, change in changes.items():
        header["__metadata__"]["epochscope"] = json.dumps(content | change)
        yield about, model_files.joined(header, body)


def test_checkpoints_that_lie_are_refused_by_every_command(
    run: RunFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str], count: Count
) -> None:
    """Also those whose digest is right."""
    good = {path: path.read_bytes() for path in run.checkpoints.iterdir()}
    data = next(iter(good.values()))
    files = {**{lie: make(data) for lie, make in model_files.LIES.items()}, **dict(states(data))}
    picture = tmp_path / "image.png"
    Image.new("L", (8, 8)).save(picture)
    try:
        for lie, made in files.items():
            if lie == "one name twice" or model_files.signed(made) == data:
                continue
            count("fuzzed inputs", 1)
            for path in good:
                path.write_bytes(model_files.signed(made))
            if lie != BOUNDLESS:
                with pytest.raises(DiskError):
                    checkpoint.read(next(iter(good)))
            for line in (["predict", str(run.path), str(picture)], ["export", str(run.path), "--format", "pt"]):
                if line[0] == "export":
                    line += ["--out", str(tmp_path / "out.pt")]
                code = main(line)
                said = capsys.readouterr()
                assert code in (4, 5, 6, 7), (lie, line, said)
                assert "Traceback" not in said.err
    finally:
        for path, whole in good.items():
            path.write_bytes(whole)
