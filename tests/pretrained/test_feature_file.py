"""Features on the disk: filled bit by bit, never wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.pretrained.feature_file import DIGEST, FeatureFile, image_digests

NETWORK = {"network": "some", "view": "plain"}
ROWS, WIDTH = 12, 5
FEATURES = np.random.default_rng(0).normal(size=(ROWS, WIDTH)).astype(np.float32)
IMAGES = image_digests(np.arange(ROWS * 4, dtype=np.uint8).reshape(ROWS, 2, 2))


def opened(store: Path, source: str = "source", network: dict[str, str] | None = None) -> FeatureFile:
    return FeatureFile(store, source, network or NETWORK, ROWS, WIDTH)


def fill(file: FeatureFile, *rows: int) -> None:
    which = np.array(rows)
    file.write(which, FEATURES[which], IMAGES[which])


@settings(max_examples=25, deadline=None)
@given(pieces=st.lists(st.lists(st.integers(0, ROWS - 1), min_size=1, unique=True), max_size=4))
def test_rows_are_there_as_soon_as_they_are_written(tmp_path_factory: object, pieces: list[list[int]]) -> None:
    store = tmp_path_factory.mktemp("features")  # type: ignore[attr-defined]
    for piece in pieces:
        fill(opened(store), *piece)
        file = opened(store)  # as the next process finds it
        assert file.there[piece].all()
        np.testing.assert_array_equal(file.read()[piece], FEATURES[piece])
    wanted = {row for piece in pieces for row in piece}
    assert set(np.flatnonzero(opened(store).there).tolist()) == wanted


def test_numpy_reads_the_file_and_complete_comes_last(tmp_path: Path) -> None:
    file = opened(tmp_path)
    fill(file, *range(ROWS - 1))
    file.finish()
    assert not (file.folder / "complete").exists()
    fill(file, ROWS - 1)
    file.finish()
    assert (file.folder / "complete").exists()
    np.testing.assert_array_equal(np.load(file.folder / "features.npy"), FEATURES)


def test_what_is_damaged_is_made_again(tmp_path: Path) -> None:
    for name in ("features.npy", "rows", "images", "index.json"):
        for change in (lambda data: data[:-3], lambda data: b"\xff" * len(data), lambda data: b""):
            file = opened(tmp_path)
            fill(file, *range(ROWS))
            path = file.folder / name
            path.write_bytes(change(path.read_bytes()))
            again = opened(tmp_path)
            same = again.there
            np.testing.assert_array_equal(again.read()[same], FEATURES[same])
            assert name == "images" or not same.any()


def test_features_of_an_image_are_borrowed_from_another_source(tmp_path: Path) -> None:
    fill(opened(tmp_path, "first"), 1, 4, 7)
    other = opened(tmp_path, "second")
    turned = np.arange(ROWS)[::-1]  # the same images in another order
    left = other.borrow(np.arange(ROWS), IMAGES[turned])
    assert set(left.tolist()) == set(range(ROWS)) - {ROWS - 2, ROWS - 5, ROWS - 8}
    np.testing.assert_array_equal(other.read()[other.there], FEATURES[turned][other.there])


def test_another_network_or_a_changed_file_lends_nothing(tmp_path: Path) -> None:
    first = opened(tmp_path, "first")
    fill(first, *range(ROWS))
    rows = np.arange(ROWS)
    assert len(opened(tmp_path, "second", {**NETWORK, "network": "other"}).borrow(rows, IMAGES)) == ROWS
    (first.folder / "rows").write_bytes(np.full(ROWS, (1 << 32) + 5, np.uint64).tobytes())
    assert len(opened(tmp_path, "third").borrow(rows, IMAGES)) == ROWS
    (first.folder / "features.npy").write_bytes(b"short")
    assert len(opened(tmp_path, "fourth").borrow(rows, IMAGES)) == ROWS


def test_equal_images_have_equal_digests() -> None:
    images = np.random.default_rng(0).integers(0, 256, (3, 4, 4, 4), dtype=np.uint8)
    images[2] = images[0]
    first, second, third = (bytes(digest) for digest in image_digests(images))
    assert first == third != second
    assert image_digests(images).shape == (3, DIGEST)
