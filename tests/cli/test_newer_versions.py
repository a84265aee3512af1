"""A version that is written is read: what a newer Epochscope wrote is said to be newer, by every command, and stays."""

from __future__ import annotations

import hashlib
import json
import shutil
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.cli.conftest import Cli
from trainer.cli import main
from trainer.errors import NewerVersionError
from trainer.store import arrays
from trainer.store.folder import RunFolder
from trainer.store.journal import read_journal
from trainer.store.versions import VERSIONS, Format, check_version

UPDATE = "Update Epochscope"


def _json(file: str) -> Callable[[RunFolder, object], None]:
    def change(folder: RunFolder, version: object) -> None:
        path = folder.path / file
        about = json.loads(path.read_bytes())
        assert about["format"] == 1, "a version is written"
        # what a newer one holds need not fit our fields
        path.write_text(json.dumps({**about, "format": version, "status": 7, "classes": None}))

    return change


def _npz(file: str, kind: str) -> Callable[[RunFolder, object], None]:
    def change(folder: RunFolder, version: object) -> None:
        path = folder.path / file
        if kind == "map":
            arrays.write_arrays(path, kind="map", pca=np.zeros((3, 2), np.float32))
        found = arrays.read_arrays(path)
        with np.load(path) as members:
            assert members["format"] == 1, "a version is written"
        arrays.write_arrays(path, kind=None, **{**found, "format": np.array(version)})

    return change


def _journal(folder: RunFolder, version: object) -> None:
    text = b'{"v":%b,"seq":900,"note":"another head"}' % json.dumps(version).encode()
    with folder.journal.open("ab") as file:
        file.write(b"%08x %b\n" % (zlib.crc32(text), text))


def _checkpoint(folder: RunFolder, version: object) -> None:
    for path in folder.checkpoints.glob("*.safetensors"):
        data = path.read_bytes()
        (length,) = struct.unpack_from("<Q", data)
        entries = json.loads(data[8 : 8 + length])
        content = json.loads(entries["__metadata__"]["epochscope"])
        entries["__metadata__"] = {
            "sha256": "0" * 64,
            "epochscope": json.dumps({"format": version, "elsewhere": content}),
        }
        header = json.dumps(entries, separators=(",", ":")).encode()
        whole = struct.pack("<Q", len(header)) + header + data[8 + length :]
        digest = hashlib.sha256(whole).hexdigest().encode()
        path.write_bytes(whole.replace(b"0" * 64, digest, 1))


CHANGES: dict[str, Callable[[RunFolder, object], None]] = {
    "summary": _json("summary.json"),
    "evaluation": _json("evaluation/test.json"),
    "predictions": _npz("evaluation/test.npz", "predictions"),
    "calibration": _json("evaluation/calibration.json"),
    "map": _npz("evaluation/map-valid.npz", "map"),
    "journal": _journal,
    "checkpoint": _checkpoint,
}
COMMANDS = (
    ("runs", "show", "done"),
    ("resume", "done", "--epochs", "3"),
    ("export", "done", "--format", "csv"),
    ("export", "done", "--format", "report"),
    ("export", "done", "--format", "safetensors"),
    ("evaluate", "done"),
    ("predict", "done", "nothing.png"),
)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root with a run of two epochs."""
    root = tmp_path_factory.mktemp("trained")
    assert main(["train", "digits", "--epochs", "2", "--name", "done", "--runs", str(root)]) == 0
    return root


@pytest.fixture
def run(trained: Path, runs: Path) -> RunFolder:
    """A copy of it, to change."""
    shutil.copytree(trained, runs)
    return RunFolder(runs / "done")


def _content(folder: RunFolder) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.path.rglob("*") if path.is_file()}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_newer_file_is_said_to_be_newer_by_every_command(
    kind: str, cli: Cli, run: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    CHANGES[kind](run, VERSIONS[kind] + 1)  # type: ignore[index]
    before = _content(run)
    for command in COMMANDS:
        found = cli(*command)
        assert found.code == 6, (command, found)
        assert UPDATE in found.err, (command, found.err)
        assert "damaged" not in found.err + found.out, command
    assert _content(run) == before, "nothing was written"
    listed = cli("runs")
    assert listed.code == 0
    assert (UPDATE in listed.out) == (kind in ("summary", "journal"))


@pytest.mark.parametrize("version", ["zwei", -1, 0, 1.5, None])
@pytest.mark.parametrize("kind", ["summary", "evaluation", "journal"])
def test_a_version_that_is_none_is_damage(kind: str, version: object, cli: Cli, run: RunFolder) -> None:
    CHANGES[kind](run, version)
    found = cli("runs", "show", "done")
    assert found.code == 0
    assert "newer" not in found.out + found.err
    if kind == "journal":
        assert "damaged lines of the journal: 1" in found.out


def test_an_export_of_a_newer_version_is_not_opened(cli: Cli, run: RunFolder, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    from trainer.export.metadata import KEY
    from trainer.export.weights import open_weights, read_safetensors

    path = tmp_path / "model.safetensors"
    assert cli("export", "done", "--out", path).code == 0
    about = json.loads(read_safetensors(path)[1] or "")
    save_file(load_file(path), path, {KEY: json.dumps({**about, "format": VERSIONS["export"] + 1})})
    with pytest.raises(NewerVersionError, match=UPDATE):
        open_weights(path)


@pytest.mark.parametrize("kind", VERSIONS)
def test_one_check_for_all_kinds(kind: Format) -> None:
    check_version(kind, VERSIONS[kind], "x")
    with pytest.raises(NewerVersionError) as caught:
        check_version(kind, VERSIONS[kind] + 1, "x")
    assert caught.value.parameters["kind"] == kind
    for nonsense in (0, -3, True, "2", None, 2.0, [2]):
        with pytest.raises(ValueError, match="not a format version"):
            check_version(kind, nonsense, "x")


def test_what_comes_before_a_newer_line_is_read_once(run: RunFolder) -> None:
    from trainer.store.journal import JournalReader

    count = len(read_journal(run.journal).records)
    _journal(run, VERSIONS["journal"] + 1)
    reader = JournalReader(run.journal)
    assert sum(len(one) if hasattr(one, "column") else 1 for one in reader.read_some(1 << 20)) == count
    for _ in range(2):
        assert not reader.at_end
        with pytest.raises(NewerVersionError):
            reader.read_some()
    assert not reader.damaged
