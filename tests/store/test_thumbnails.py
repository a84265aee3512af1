"""Images for viewers, once for all runs that share them; arrays that equal inputs make equal files."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from trainer.errors import DataError, DiskError
from trainer.store import thumbnails
from trainer.store.arrays import read_arrays, write_arrays
from trainer.store.thumbnails import SplitImages, open_published, publish

KEY = "0123456789abcdef"


def split(count: int, height: int = 8, width: int = 8, channels: int = 3) -> SplitImages:
    pixels = np.arange(count * height * width * channels, dtype=np.int64) % 251
    return SplitImages(
        pixels.astype(np.uint8).reshape(count, height, width, channels),
        [i % 3 for i in range(count)],
        [(width * 10, height * 20)] * count,
        [f"ö/{i}.jpg" for i in range(count)],
    )


def pixels_of(whole: SplitImages) -> Any:
    return np.asarray(cast(Any, whole.images))


def test_small_images_are_published_as_they_are(tmp_path: Path) -> None:
    valid, test = split(5), split(7, channels=1)
    folder, size = publish(tmp_path, KEY, ["a", "b", "c"], {"train": split(2), "valid": valid, "test": test})
    assert folder == tmp_path / ".data" / KEY
    assert {path.name for path in folder.iterdir()} == {"valid.npy", "test.npy", "index.json"}
    assert size == sum(path.stat().st_size for path in folder.iterdir())
    found = open_published(tmp_path, KEY)
    assert found.classes == ("a", "b", "c")
    one = found.splits["valid"]
    assert isinstance(one.images, np.memmap)
    assert np.array_equal(one.images, pixels_of(valid))
    assert np.array_equal(found.splits["test"].images, np.repeat(pixels_of(test), 3, axis=3))
    assert (one.labels, one.sizes, one.paths) == (valid.labels, valid.sizes, valid.paths)
    assert (one.indices, one.sample, one.total) == ([0, 1, 2, 3, 4], False, 5)


def test_it_is_done_once_and_repaired_if_incomplete(tmp_path: Path) -> None:
    folder, _ = publish(tmp_path, KEY, ["a"], {"valid": split(5)})
    before = (folder / "valid.npy").stat().st_mtime_ns
    publish(tmp_path, KEY, ["a"], {"valid": split(5)})
    assert (folder / "valid.npy").stat().st_mtime_ns == before
    (folder / "valid.npy").write_bytes(b"")
    with pytest.raises(DataError) as caught:
        open_published(tmp_path, KEY)
    assert caught.value.code == "data.unpublished"
    publish(tmp_path, KEY, ["a"], {"valid": split(5)})
    assert len(open_published(tmp_path, KEY).splits["valid"].images) == 5


def test_large_images_become_thumbnails(tmp_path: Path) -> None:
    grey = np.full((2, 100, 300, 3), 90, np.uint8)
    publish(tmp_path, KEY, ["a"], {"test": SplitImages(grey, [0, 0], [(300, 100)] * 2, ["", ""])})
    small = open_published(tmp_path, KEY).splits["test"].images
    assert small.shape == (2, 43, 128, 3)
    assert bool((small == 90).all())


def test_too_many_become_an_evenly_spaced_sample_named_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnails, "MAX_BYTES", 8 * 8 * 3 * 4 + 5)
    whole = split(10)
    publish(tmp_path, KEY, ["a", "b", "c"], {"valid": whole})
    found = open_published(tmp_path, KEY).splits["valid"]
    assert (found.sample, found.total, found.indices) == (True, 10, [0, 3, 6, 9])
    assert np.array_equal(found.images, whole.images[[0, 3, 6, 9]])
    assert found.labels == [whole.labels[i] for i in found.indices]
    assert found.paths == [whole.paths[i] for i in found.indices]


def test_a_failed_publication_is_not_taken_for_a_whole_one(tmp_path: Path, seam_with: Any) -> None:
    seam = seam_with(at=0)
    publish(tmp_path / "whole", KEY, ["a"], {"valid": split(3)})
    for at in range(1, len(seam.calls) + 1):
        root = tmp_path / str(at)
        seam_with(at, persistent=True)
        with pytest.raises(DiskError):
            publish(root, KEY, ["a"], {"valid": split(3)})
        seam_with()
        publish(root, KEY, ["a"], {"valid": split(3)})
        assert np.array_equal(open_published(root, KEY).splits["valid"].images, pixels_of(split(3)))


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"[" * 100_000, b'{"splits":{}}', b'{"splits":{"valid":3},"classes":[]}']
)
def test_a_damaged_index_is_a_clear_error(tmp_path: Path, content: bytes) -> None:
    folder, _ = publish(tmp_path, KEY, ["a"], {"valid": split(3)})
    (folder / "index.json").write_bytes(content)
    with pytest.raises(DataError, match="There are no images"):
        open_published(tmp_path, KEY)


def test_an_index_that_does_not_fit_its_images_is_refused(tmp_path: Path) -> None:
    folder, _ = publish(tmp_path, KEY, ["a"], {"valid": split(3)})
    index = json.loads((folder / "index.json").read_bytes())
    for change in ({"labels": [0]}, {"shape": [9, 8, 8, 3]}, {"sizes": [[1]]}, {"sample": True}):
        changed = {**index, "splits": {"valid": {**index["splits"]["valid"], **change}}}
        (folder / "index.json").write_text(json.dumps(changed), encoding="utf-8")
        with pytest.raises(DataError):
            open_published(tmp_path, KEY)


@pytest.mark.parametrize("key", ["", "..", "../../../x", "short", "a/b/c/d/e", "x" * 200])
def test_a_fingerprint_cannot_lead_elsewhere(tmp_path: Path, key: str) -> None:
    with pytest.raises(DataError):
        publish(tmp_path, key, ["a"], {})


def test_arrays_come_back_and_equal_arrays_make_equal_files(tmp_path: Path) -> None:
    arrays: dict[str, Any] = {
        "p": np.arange(5, dtype=np.uint16),
        "c": np.ones((2, 0, 3), np.float16),
        "s": np.float32(2.5).reshape(()),
    }
    size = write_arrays(tmp_path / "a.npz", **arrays)
    assert size == (tmp_path / "a.npz").stat().st_size
    write_arrays(tmp_path / "b.npz", **{key: value.copy() for key, value in arrays.items()})
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    for found in (read_arrays(tmp_path / "a.npz"), dict(np.load(tmp_path / "a.npz", allow_pickle=False))):
        assert found.keys() == arrays.keys()
        for key, array in arrays.items():
            assert found[key].dtype == array.dtype
            assert np.array_equal(found[key], array)
    write_arrays(tmp_path / "f.npz", x=np.asfortranarray(np.arange(6).reshape(2, 3)))
    assert np.array_equal(read_arrays(tmp_path / "f.npz")["x"], np.arange(6).reshape(2, 3))


def test_damaged_and_hostile_arrays_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    write_arrays(path, x=np.arange(5))
    data = path.read_bytes()
    bad = [data[:size] for size in range(0, len(data), 7)]
    bad += [data[:p] + bytes([data[p] ^ 1]) + data[p + 1 :] for p in range(data.index(b"NUMPY"), 200, 3)]
    for content in bad:
        path.write_bytes(content)
        with pytest.raises(DataError):
            read_arrays(path)
    with pytest.raises(ValueError, match="Object arrays"):
        write_arrays(path, x=np.array([object()]))
    pickled, huge = io.BytesIO(), io.BytesIO()
    np.lib.format.write_array(pickled, np.array([{}]), allow_pickle=True)
    np.lib.format.write_array_header_1_0(huge, {"descr": "|u1", "fortran_order": False, "shape": (1 << 50,)})
    for member, how in (
        (pickled, zipfile.ZIP_STORED),
        (huge, zipfile.ZIP_STORED),
        (io.BytesIO(data), zipfile.ZIP_DEFLATED),
    ):
        with zipfile.ZipFile(path, "w", how) as archive:
            archive.writestr("x.npy", member.getvalue())
        with pytest.raises(DataError):
            read_arrays(path)
    with pytest.raises(DataError):
        read_arrays(tmp_path / "missing.npz")
