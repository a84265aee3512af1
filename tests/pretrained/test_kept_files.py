"""What runs share on the disk: told as it is, and removed only where nobody needs it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from trainer.cli.app import main as run_command
from trainer.errors import UsageError
from trainer.inference import load_trained
from trainer.launch import start
from trainer.pretrained.kept_files import kept_features, kept_weights, remove_features, remove_weights
from trainer.settings import merge
from trainer.store import trash
from trainer.store.durable import remove_tree
from trainer.store.folder import current_owner, find_run, write_owner


@pytest.fixture
def root(photos: Path, tmp_path: Path) -> Path:
    settings = merge(
        {
            "model": "efficientnet_lite0",
            "data": {"source": str(photos)},
            "backbone": {"size": 32},
            "train": {"epochs": 1, "batch": 16},
        }
    )
    start(settings, tmp_path / "runs", name="run")
    return tmp_path / "runs"


def test_it_says_what_there_is(root: Path) -> None:
    (features,), (weights,) = kept_features(root), kept_weights(root)
    assert (features.network, features.view, features.side) == ("efficientnet_lite0", "plain", 32)
    assert features.images == features.total == 48
    assert features.bytes >= 48 * 1904 * 4
    assert weights.runs == ("run",)
    assert weights.bytes == weights.file.stat().st_size


def test_features_go_and_come_again(root: Path, photos: Path) -> None:
    taken = kept_features(root)[0].bytes
    assert remove_features(root) == taken
    assert kept_features(root) == []
    assert len(load_trained(find_run(root, "run")).trainer.predict([photos / "red" / "00.png"])) == 1


def test_weights_stay_while_a_run_needs_them_even_one_in_the_trash(root: Path) -> None:
    folder = find_run(root, "run")
    folder.owner.unlink(missing_ok=True)  # this process is its owner, and lives
    lies = trash.discard(folder)
    assert remove_weights(root) == 0
    assert len(kept_weights(root)) == 1
    remove_tree(lies)
    assert remove_weights(root) > 0
    assert kept_weights(root) == []


def test_features_stay_while_a_run_is_at_work(root: Path) -> None:
    folder = find_run(root, "run")
    journal = folder.journal.read_bytes().splitlines(keepends=True)
    folder.journal.write_bytes(b"".join(journal[:-1]))  # it has not ended
    folder.summary.unlink()
    write_owner(folder, current_owner(1))
    with pytest.raises(UsageError) as caught:
        remove_features(root)
    assert caught.value.code == "cache.live"
    assert len(kept_features(root)) == 1


def test_a_damaged_folder_is_told_and_can_be_removed(root: Path) -> None:
    (kept_features(root)[0].folder / "index.json").write_text("{")
    (found,) = kept_features(root)
    assert found.network == ""
    assert remove_features(root) == found.bytes


def test_the_command_tells_and_cleans(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["cache", "--runs", str(root)]) == 0
    told = capsys.readouterr().out
    assert "efficientnet_lite0, 48 images of 32 pixels" in told
    assert "run" in told
    assert run_command(["cache", "--runs", str(root), "--clean", "all", "--json"]) == 0
    freed = json.loads(capsys.readouterr().out)["freed"]
    assert freed["features"] > 0
    assert freed["weights"] == 0
    assert run_command(["cache", "--runs", str(root / "nothing")]) == 0
    assert capsys.readouterr().out == "nothing is cached yet\n"


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
def test_pipes_among_runs_and_features_are_not_waited_for(tmp_path: Path) -> None:
    features = tmp_path / ".data" / "features" / "0"
    features.mkdir(parents=True)
    (tmp_path / "run").mkdir()
    os.mkfifo(features / "index.json")
    os.mkfifo(tmp_path / "run" / "run.toml")
    assert [one.network for one in kept_features(tmp_path)] == [""]
    assert kept_weights(tmp_path) == []
