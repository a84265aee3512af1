"""Folders: what is found, what is named as wrong, and that nothing is decoded twice."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.data.image_folders import make_images, noise
from trainer.data import cache, check_source, decode_pool, inspect_source, open_data
from trainer.data.image_set import ImageSet, no_progress
from trainer.data.read_options import USUAL, ReadOptions
from trainer.data.sources import load_pictures
from trainer.data.validation import FaultyDataError
from trainer.errors import DataError, DiskError, UsageError


def faults_of(root: Path, **options: object) -> dict[str, str]:
    """Path -> code of everything `open_data` complains about."""
    with pytest.raises(FaultyDataError) as caught:
        open_data(str(root), **options)  # type: ignore[arg-type]
    error = caught.value
    assert error.exit_code == 5
    assert error.parameters["count"] == len(error.faults)
    assert all(fault.path in str(error) for fault in error.faults[:20])
    return {fault.path: fault.code for fault in error.faults}


def test_a_folder_per_class(pictures: Path) -> None:
    loaded = load_pictures(str(pictures))
    assert loaded.classes == ("cat", "dog")
    assert loaded.paths[:2] == ["cat/000.png", "cat/001.png"]
    assert loaded.pixels.shape == (20, 10, 12, 4)
    assert np.array_equal(loaded.pixels[13, :, :, :3], np.asarray(Image.open(pictures / "dog" / "003.png")))
    assert loaded.labels.tolist() == [0] * 10 + [1] * 10
    assert loaded.modes == {"RGB": 20}
    exact = loaded.pixels[..., :3].astype(np.int64)
    assert np.array_equal(loaded.sums[:, 0], exact.sum((1, 2)))
    assert np.array_equal(loaded.sums[:, 1], (exact**2).sum((1, 2)))


@pytest.mark.parametrize("valid_name", ["valid", "val"])
def test_split_folders_are_used_as_they_are(tmp_path: Path, valid_name: str) -> None:
    for split, count in (("train", 6), (valid_name, 3), ("test", 2)):
        make_images(tmp_path / "set" / split, {"ä": count, "b": count})
    data = open_data(str(tmp_path / "set"), valid=0.4, test=0.4)
    assert data.sizes == {"train": 12, "valid": 6, "test": 4}
    assert data.classes == ("b", "ä")
    assert data.published("test").paths == ["test/b/000.png", "test/b/001.png", "test/ä/000.png", "test/ä/001.png"]


def test_a_class_may_be_called_test(tmp_path: Path) -> None:
    make_images(tmp_path / "set", {"test": 5, "other": 5})
    assert open_data(str(tmp_path / "set")).classes == ("other", "test")


def test_hidden_and_other_files_do_not_disturb(pictures: Path) -> None:
    (pictures / ".hidden").mkdir()
    (pictures / "cat" / ".DS_Store").write_bytes(b"x")
    (pictures / "cat" / "notes.txt").write_text("x", encoding="utf-8")
    (pictures / "readme.md").write_text("x", encoding="utf-8")
    data = open_data(str(pictures))
    assert sum(data.sizes.values()) == 20
    assert len(data.notes) == 1
    assert str(data.notes[0]).startswith("2 other files")


def test_the_folder_of_the_issue(tmp_path: Path) -> None:
    root = tmp_path / "set"
    make_images(root, {"cat": 6, "dog": 6, "empty": 0})
    noise(40, 30, mode="RGBA").save(root / "cat" / "alpha.png")
    noise(31, 17, mode="L").save(root / "cat" / "grey.jpg")
    noise(12, 10).save(root / "dog" / "ёж.png")
    cut = root / "dog" / "cut.jpg"
    noise(64, 64).save(cut)
    cut.write_bytes(cut.read_bytes()[:2000])
    assert faults_of(root) == {"empty": "empty_class", "dog/cut.jpg": "truncated"}
    assert faults_of(root, skip_bad=True) == {"empty": "empty_class"}
    (root / "empty").rmdir()
    assert faults_of(root) == {"dog/cut.jpg": "truncated"}
    data = open_data(str(root), skip_bad=True)
    assert sum(data.sizes.values()) == 15
    assert data.input_shape == (3, 10, 12)
    assert "dog/cut.jpg" in str(data.notes[0])


def test_everything_wrong_is_named_at_once(tmp_path: Path) -> None:
    root = tmp_path / "set"
    make_images(root / "train", {"a": 4, "b": 0})
    make_images(root / "test", {"a": 2, "c": 2})
    (root / "train" / "a" / "dir.jpg").mkdir()
    (root / "train" / "a" / "none.jpg").write_bytes(b"")
    expected = {
        "train/b": "empty_class",
        "test/c": "class_not_in_train",
        "train/a/dir.jpg": "not_a_file",
        "train/a/none.jpg": "unreadable",
    }
    if hasattr(os, "symlink"):
        try:
            (root / "train" / "a" / "link.png").symlink_to(tmp_path / "nowhere.png")
            expected["train/a/link.png"] = "dangling"
        except OSError:  # Windows without the privilege
            pass
    assert faults_of(root, valid=0.0) == expected


def test_missing_train_one_class_and_two_validation_folders(tmp_path: Path) -> None:
    make_images(tmp_path / "a" / "test", {"x": 2, "y": 2})
    assert faults_of(tmp_path / "a") == {"train": "missing_split"}
    make_images(tmp_path / "b", {"x": 5})
    assert faults_of(tmp_path / "b") == {"x": "one_class"}
    for split in ("train", "valid", "val"):
        make_images(tmp_path / "c" / split, {"x": 5, "y": 5})
    assert faults_of(tmp_path / "c") == {"val": "two_splits"}
    make_images(tmp_path / "d", {"x": 5, "y": 2})
    assert faults_of(tmp_path / "d") == {"y": "class_too_small"}


def test_a_class_without_a_readable_image_is_empty(tmp_path: Path) -> None:
    make_images(tmp_path / "set", {"a": 5, "b": 5, "c": 0})
    (tmp_path / "set" / "c" / "x.png").write_bytes(b"rubbish")
    assert "empty_class" in faults_of(tmp_path / "set", skip_bad=True).values()


def test_no_images_at_all(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    with pytest.raises(DataError) as caught:
        open_data(str(tmp_path / "set"))
    assert caught.value.code == "data.no_images"


@pytest.mark.skipif(os.name == "nt", reason="Windows refuses such names itself")
def test_names_that_are_no_text(tmp_path: Path) -> None:
    root = tmp_path / "set"
    make_images(root, {"a": 5, "b": 5})
    try:
        (root / "a" / os.fsdecode(b"\xff.png")).write_bytes(b"x")
        (root / "a" / os.fsdecode(b"\xff.t\xff")).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system refuses such names itself")
    assert faults_of(root) == {"a/\\udcff.png": "name"}
    data = open_data(str(root), skip_bad=True)
    assert sum(data.sizes.values()) == 10
    # what is said of them goes into files
    assert b"a/\\udcff.t\\udcff" in "\n".join(map(str, data.notes)).encode()


def test_many_faults_are_counted_and_twenty_shown(tmp_path: Path) -> None:
    make_images(tmp_path / "set", {"a": 5, "b": 5})
    for index in range(30):
        (tmp_path / "set" / "a" / f"bad{index:02d}.png").write_bytes(b"x")
    with pytest.raises(FaultyDataError) as caught:
        open_data(str(tmp_path / "set"))
    assert len(caught.value.faults) == 30
    assert caught.value.code == "data.unreadable"
    assert "bad19.png" in str(caught.value)
    assert "bad20.png" not in str(caught.value)
    assert "and 10 more" in str(caught.value)
    assert "--skip-bad" in caught.value.fix


def test_size_policy(tmp_path: Path) -> None:
    usual_size = USUAL.target
    assert usual_size([(10, 12)] * 3 + [(99, 99)] * 2) == (10, 12)
    assert usual_size([(10, 12), (9, 12)]) == (9, 12)
    photos = [(400 + side, 600 + side) for side in range(9)]
    # a tiny one does not decide
    assert usual_size([(5, 7), *photos]) == usual_size([(5, 7)] * 4 + photos) == (64, 64)
    assert usual_size([(5, 7)] * 9 + photos) == (5, 7)
    assert usual_size([(64, 65)]) == usual_size([(480, 640)]) == usual_size([]) == (64, 64)
    make_images(tmp_path / "set", {"a": 5, "b": 5}, size=(100, 80), suffix="jpg")
    assert open_data(str(tmp_path / "set")).input_shape == (3, 64, 64)
    assert open_data(str(tmp_path / "set"), size=20).input_shape == (3, 20, 20)


def test_a_wrong_guess_of_the_size_is_corrected(pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainer.data.image_folder.read_size", lambda path: (30, 30))
    assert load_pictures(str(pictures)).pixels.shape == (20, 10, 12, 4)


def test_the_second_start_opens_no_image(pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (pictures / "cat" / "bad.png").write_bytes(b"x")
    first = load_pictures(str(pictures))
    monkeypatch.setattr("trainer.data.image_folder.decode_all", lambda *args: pytest.fail("decoded again"))
    second = load_pictures(str(pictures))
    assert_same(first, second)
    assert isinstance(second.pixels.base, np.memmap) or isinstance(second.pixels, np.memmap)


def assert_same(first: ImageSet, second: ImageSet) -> None:
    assert np.array_equal(first.pixels, second.pixels)
    assert np.array_equal(first.sums, second.sums)
    assert first.faults == second.faults
    assert first.digest == second.digest


@pytest.mark.parametrize("file", ["pixels", "facts", "sums", "meta.json"])
@pytest.mark.parametrize("damage", ["gone", "cut", "zero", "rubbish"])
def test_a_damaged_cache_is_made_again(pictures: Path, cache: Path, file: str, damage: str) -> None:
    first = load_pictures(str(pictures))
    (path,) = cache.glob(f"images/*/*/{file}")
    content = path.read_bytes()
    path.unlink()
    if damage != "gone":
        path.write_bytes({"cut": content[:-9], "zero": bytes(len(content)), "rubbish": b"[" + content[1:]}[damage])
    assert_same(load_pictures(str(pictures)), first)


@pytest.mark.parametrize("values", [{"faults": [[3]]}, {"faults": 7}, {"digest": 1}, {"count": 5}])
def test_values_that_someone_wrote_into_the_cache_are_not_believed(
    pictures: Path, cache: Path, values: dict[str, object]
) -> None:
    first = load_pictures(str(pictures))
    (path,) = cache.glob("images/*/*/meta.json")
    meta = json.loads(path.read_bytes())
    meta["content"] |= values
    path.write_text(json.dumps(meta), encoding="utf-8")
    assert_same(load_pictures(str(pictures)), first)


def test_a_changed_file_is_noticed_and_the_old_entry_removed(pictures: Path, cache: Path) -> None:
    load_pictures(str(pictures))
    noise(12, 10, seed=99).save(pictures / "cat" / "000.png")
    os.utime(pictures / "cat" / "000.png", ns=(1, 1))
    (pictures / "dog" / "009.png").unlink()
    loaded = load_pictures(str(pictures))
    assert len(loaded.labels) == 19
    assert np.array_equal(loaded.pixels[0, :, :, :3], np.asarray(noise(12, 10, seed=99)))
    assert len(list(cache.glob("images/*/*"))) == 1


def test_permission_given_later_is_noticed(pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import trainer.data.decode as decode

    real = decode.read_image

    def denied(path: str, target: tuple[int, int], **options: Any) -> decode.Decoded:
        if path.endswith("cat/000.png"):
            raise decode.UnreadableError("permission", "no permission to read it")
        return real(path, target, **options)

    monkeypatch.setattr("trainer.data.decode_job.read_image", denied)
    assert faults_of(pictures) == {"cat/000.png": "permission"}
    monkeypatch.setattr("trainer.data.decode_job.read_image", real)
    assert sum(open_data(str(pictures)).sizes.values()) == 20


def test_a_cache_that_cannot_be_written_says_so(pictures: Path, cache: Path) -> None:
    cache.write_bytes(b"a file, not a folder")
    with pytest.raises(DiskError, match="cache") as caught:
        open_data(str(pictures))
    assert "EPOCHSCOPE_CACHE" in caught.value.fix


def test_a_failed_build_leaves_nothing(pictures: Path, cache: Path) -> None:
    def abort(stage: str, done: int, total: int) -> None:
        if stage == "decode":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_data(str(pictures), progress=abort)
    assert not list(cache.glob("images/*/*"))


def test_worker_processes_give_the_same(pictures: Path, monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    (pictures / "dog" / "bad.png").write_bytes(b"x")
    here = load_pictures(str(pictures))
    for path in cache.glob("images/*/*/meta.json"):
        path.unlink()
    # a module of the same name in the working folder must not be taken for ours
    (pictures / "trainer.py").write_text("raise SystemExit", encoding="utf-8")
    monkeypatch.chdir(pictures)
    many_workers(monkeypatch)
    seen: list[tuple[str, int, int]] = []
    there = load_pictures(str(pictures), ReadOptions(progress=lambda *args: seen.append(args)))
    assert_same(here, there)
    assert ("decode", 21, 21) in seen


def many_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode_pool, "FEW_FILES", 0)
    monkeypatch.setattr(decode_pool, "PIECE", 4)
    monkeypatch.setattr(decode_pool, "usable_cores", lambda: 2)


def test_a_worker_that_dies_is_an_error_and_no_hang(pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many_workers(monkeypatch)
    monkeypatch.setattr(decode_pool, "WORKER", "trainer.data.no_such_worker")
    with pytest.raises(DataError) as caught:
        load_pictures(str(pictures))
    assert caught.value.code == "data.worker_died"
    assert "no_such_worker" in caught.value.where


def test_a_full_disk_in_a_worker_is_a_disk_error(pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many_workers(monkeypatch)
    real = decode_pool.Job.create

    def create(job: decode_pool.Job, count: int) -> None:
        real(job, count)
        Path(job.out, "sums").unlink()

    monkeypatch.setattr(decode_pool.Job, "create", create)
    with pytest.raises(DiskError):
        load_pictures(str(pictures))


def test_an_abort_ends_the_workers(pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many_workers(monkeypatch)
    started = []
    real = decode_pool.subprocess.Popen

    def popen(*args: object, **options: object) -> object:
        started.append(real(*args, **options))  # type: ignore[call-overload]
        return started[-1]

    def abort(stage: str, done: int, total: int) -> None:
        if done:
            raise KeyboardInterrupt

    monkeypatch.setattr(decode_pool.subprocess, "Popen", popen)
    options = ReadOptions(progress=lambda stage, done, total: abort(stage, done if total else 0, total))
    with pytest.raises(KeyboardInterrupt):
        load_pictures(str(pictures), options)
    assert len(started) == 2
    assert all(process.poll() is not None for process in started)


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/epochscope"),
        ("linux", {}, "~/.cache/epochscope"),
        ("darwin", {"XDG_CACHE_HOME": "/x"}, "~/Library/Caches/epochscope"),
        ("win32", {"LOCALAPPDATA": "/l"}, "/l/epochscope/cache"),
        ("win32", {}, "~/AppData/Local/epochscope/cache"),
        ("win32", {"EPOCHSCOPE_CACHE": "~/mine"}, "~/mine"),
    ],
)
def test_place_of_the_cache(
    platform: str, variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("EPOCHSCOPE_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.platform", platform)
    assert cache.cache_folder() == Path(expected).expanduser()


def test_names_and_paths_are_checked(pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_source("digits")
    check_source(str(pictures))
    with pytest.raises(UsageError) as caught:
        check_source("cifar-10")
    assert "cifar10" in caught.value.fix
    with pytest.raises(UsageError) as caught:
        check_source(str(pictures.parent / "picture"))
    assert str(pictures) in caught.value.fix
    assert caught.value.exit_code == 4
    with pytest.raises(UsageError, match="is a file"):
        check_source(str(pictures / "cat" / "000.png"))
    monkeypatch.chdir(pictures.parent)
    with pytest.raises(UsageError) as caught:
        check_source("picturs")
    assert "pictures" in caught.value.fix


def test_report(pictures: Path) -> None:
    noise(30, 20).save(pictures / "cat" / "large.png")
    (pictures / "cat" / "bad.png").write_bytes(b"x")
    (pictures / "empty").mkdir()
    report = inspect_source(str(pictures), valid=0.2, test=0.0, progress=no_progress)
    assert report.classes == ("cat", "dog", "empty")
    assert {part: sum(counts) for part, counts in report.counts.items()} == {"train": 17, "valid": 4}
    assert report.original_sizes == ((12, 10, 20), (30, 20, 1))
    assert [fault.path for fault in report.faults] == ["cat/bad.png"]
    assert [fault.path for fault in report.problems] == ["empty"]
    assert not report.usable
    assert inspect_source("digits").usable


@pytest.mark.parametrize("source", ["a" * 300, "a" * 5000 + ".csv", "a\0b"], ids=["name", "table", "zero"])
def test_a_name_that_no_file_can_have_is_wrong_usage(source: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_source(source)
    assert caught.value.code == "data.unknown_source"
