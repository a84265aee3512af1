"""Batches are a pure function of (seed, epoch, index): bit for bit, whatever else happens."""

from __future__ import annotations

import subprocess
import sys
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.data.image_folders import make_images, noise
from trainer.data import ImageData, open_data
from trainer.data.buffers import Recycler
from trainer.data.validation import FaultyDataError
from trainer.errors import UsageError

AUGMENTED = {"rotation": 10.0, "flip": 0.5, "crop": 1}
Batches = list[tuple[Tensor, Tensor]]


@pytest.fixture
def data() -> ImageData:
    return open_data("digits", **AUGMENTED)


def equal(first: Batches, second: Batches) -> bool:
    return len(first) == len(second) and all(
        torch.equal(one, other) for a, b in zip(first, second, strict=True) for one, other in zip(a, b, strict=True)
    )


def test_what_the_engine_sees(data: ImageData) -> None:
    assert data.sizes == {"train": 1437, "valid": 180, "test": 180}
    assert data.steps_per_epoch == 23
    assert data.input_shape == (1, 8, 8)
    assert data.classes == tuple("0123456789")
    assert data.exact_resume == "exact"
    assert len(data.fingerprint) >= 16
    batches = list(data.train_batches(1))
    assert [len(labels) for _, labels in batches] == [64] * 22 + [29]
    images, labels = batches[0]
    assert (images.dtype, images.shape) == (torch.float32, (64, 1, 8, 8))
    assert (labels.dtype, labels.shape) == (torch.int64, (64,))


def test_digits_are_scikit_learns() -> None:
    from sklearn.datasets import load_digits

    original = load_digits()
    data = open_data("digits", valid=0.0, test=0.0)
    assert data.sizes == {"train": 1797}
    published = data.published("train")
    assert np.array_equal(published.labels, original.target)
    assert np.array_equal(published.pixels[:][..., 2], np.rint(original.images * 255 / 16))


def test_same_epoch_same_bits_and_other_epochs_differ(data: ImageData) -> None:
    again = open_data("digits", **AUGMENTED)
    list(again.train_batches(7))
    assert equal(list(data.train_batches(3)), list(again.train_batches(3)))
    assert not equal(list(data.train_batches(3)), list(data.train_batches(4)))
    other = open_data("digits", seed=5, **AUGMENTED)
    assert other.fingerprint != data.fingerprint
    assert not equal(list(data.train_batches(3)), list(other.train_batches(3)))


@pytest.mark.parametrize("batch", [1, 7, 64, 5000])
def test_beginning_later_gives_the_same_batches_equally_aligned(batch: int) -> None:
    data = open_data("digits", batch=batch, **AUGMENTED)
    whole = list(data.train_batches(2))
    for first in {0, 1, 20, 35, len(whole) - 1, len(whole)} - set(range(len(whole) + 1, 40)):
        part = list(data.train_batches(2, first))
        assert equal(part, list(islice(whole, first, None)))
        assert [a.data_ptr() % 64 for a, _ in part] == [a.data_ptr() % 64 for a, _ in whole[first:]]


def test_each_image_is_seen_once_and_the_same_in_batches_of_any_size() -> None:
    by_size = [open_data("digits", batch=batch, **AUGMENTED) for batch in (16, 64)]
    first, second = (torch.cat([images for images, _ in data.train_batches(1)]) for data in by_size)
    assert torch.equal(first, second)
    plain = open_data("digits")
    seen = torch.cat([images for images, _ in plain.train_batches(1)]).flatten(1)
    stored = torch.cat([images for images, _ in plain.eval_batches("train", 100)]).flatten(1)
    assert torch.equal(seen.sum(1).sort().values, stored.sum(1).sort().values)


def test_global_generators_and_thread_count_do_not_matter(data: ImageData) -> None:
    expected = list(data.train_batches(1))
    threads = torch.get_num_threads()
    torch.manual_seed(1)
    before = torch.get_rng_state()
    try:
        torch.set_num_threads(2 if threads == 1 else 1)
        again = list(open_data("digits", **AUGMENTED).train_batches(1))
        data.preview(3)
        list(data.eval_batches("valid", 50))
    finally:
        torch.set_num_threads(threads)
    assert torch.equal(torch.get_rng_state(), before)
    assert equal(again, expected)


def test_validation_is_in_stored_order_and_not_augmented(data: ImageData) -> None:
    plain = open_data("digits")
    for split in ("train", "valid", "test"):
        one = list(data.eval_batches(split, 50))
        assert equal(one, list(plain.eval_batches(split, 50)))
        published = data.published(split)
        assert torch.equal(torch.cat([labels for _, labels in one]), torch.from_numpy(published.labels))
        pixels = torch.from_numpy(np.asarray(published.pixels)[..., 0]).float()
        expected = (pixels / 255 - data.mean[0]) / data.std[0]
        torch.testing.assert_close(torch.cat([images for images, _ in one])[:, 0], expected, atol=2e-6, rtol=0)


def test_statistics_are_those_of_the_training_part(pictures: Path) -> None:
    data = open_data(str(pictures), **AUGMENTED)
    values = np.asarray(data.published("train").pixels).astype(np.float64).reshape(-1, 3) / 255
    np.testing.assert_allclose(data.mean, values.mean(0), rtol=1e-12)
    np.testing.assert_allclose(data.std, values.std(0), rtol=1e-12)
    normalised = torch.cat([images for images, _ in data.eval_batches("train", 9)])
    assert normalised.mean((0, 2, 3)).abs().max() < 1e-5
    assert (normalised.std((0, 2, 3), correction=0) - 1).abs().max() < 1e-5


def test_a_constant_channel_has_spread_one(tmp_path: Path) -> None:
    from PIL import Image

    for name in ("a", "b"):
        (tmp_path / "set" / name).mkdir(parents=True)
        for index in range(4):
            Image.new("RGB", (5, 5), (index * 9, 30, 0)).save(tmp_path / "set" / name / f"{index}.png")
    data = open_data(str(tmp_path / "set"))
    assert data.std[1:] == (1.0, 1.0)
    assert data.mean[1:] == (pytest.approx(30 / 255), 0.0)


def test_a_batch_that_is_kept_is_not_overwritten(data: ImageData) -> None:
    kept = [(images, images.clone()) for images, _ in data.train_batches(1)]
    list(data.train_batches(2))
    assert all(torch.equal(images, copy) for images, copy in kept)
    views = [images[0] for images, _ in data.train_batches(1)]
    list(data.train_batches(2))
    assert all(torch.equal(view, kept[index][1][0]) for index, view in enumerate(views))


def test_memory_is_used_again_once_nobody_holds_it() -> None:
    recycler = Recycler()
    cpu = torch.device("cpu")
    first = recycler.empty((4, 3), cpu)
    view = first[1:, :1].view(-1)
    place = first.data_ptr()
    del first
    assert recycler.empty((4, 3), cpu).data_ptr() != place
    del view
    places = [recycler.empty((4, 3), cpu).data_ptr() for _ in range(6)]
    assert len(set(places)) <= 2


def test_preview_is_what_the_engine_gets(data: ImageData) -> None:
    images, labels, indices = data.preview(100, epoch=2)
    batches = list(islice(data.train_batches(2), 2))
    assert torch.equal(images, torch.cat([batch for batch, _ in batches])[:100])
    assert torch.equal(labels, torch.cat([batch for _, batch in batches])[:100])
    everything = open_data("digits", valid=0.0, test=0.0).published("train").labels
    assert np.array_equal(everything[indices.numpy()], labels.numpy())
    assert len(data.preview(10**6)[0]) == data.sizes["train"]


def test_published_sizes_and_paths(tmp_path: Path) -> None:
    make_images(tmp_path / "set", {"a": 6, "b": 6})
    noise(40, 20).save(tmp_path / "set" / "b" / "large.png")
    data = open_data(str(tmp_path / "set"), valid=0.0, test=0.0)
    published = data.published("train")
    assert published.paths[-1] == "b/large.png"
    assert published.sizes[-1].tolist() == [40, 20]
    assert published.pixels.shape == (13, 10, 12, 3)
    assert len(published.pixels) == 13
    assert np.array_equal(published.pixels[2:4], np.asarray(published.pixels)[2:4])
    assert published.pixels[np.array([5, 0])].flags.c_contiguous


def test_prepare_treats_new_images_as_the_folder_was(pictures: Path) -> None:
    data = open_data(str(pictures), valid=0.0, test=0.0)
    stored = torch.cat([images for images, _ in data.eval_batches("train", 100)])
    files = [pictures / path for path in data.published("train").paths]
    assert torch.equal(data.prepare(files), stored)
    assert torch.equal(data.prepare(str(files[3])), stored[3:4])
    arrays = np.asarray(data.published("train").pixels)
    assert torch.equal(data.prepare(arrays), stored)
    assert torch.equal(data.prepare(arrays[0]), stored[:1])
    assert data.prepare([noise(50, 70), noise(12, 10, mode="L")]).shape == (2, 3, 10, 12)
    assert data.prepare([]).shape == (0, 3, 10, 12)
    with pytest.raises(FaultyDataError) as caught:
        data.prepare([files[0], pictures / "nothing.png", np.zeros((3, 3))])
    assert [fault.code for fault in caught.value.faults] == ["missing", "array"]


def test_prepare_for_grey_sources(data: ImageData) -> None:
    stored = torch.cat([images for images, _ in data.eval_batches("test", 100)])
    assert torch.equal(data.prepare(np.asarray(data.published("test").pixels)), stored)


def test_fractions_that_leave_nothing_are_refused() -> None:
    for valid, test in ((0.5, 0.5), (-0.1, 0.1), (1.0, 0.0)):
        with pytest.raises(UsageError):
            open_data("digits", valid=valid, test=test)


def test_size_of_digits() -> None:
    assert open_data("digits", size=16).input_shape == (1, 16, 16)


def test_the_fingerprint_is_of_data_split_seed_and_size(pictures: Path) -> None:
    def fingerprint(**options: object) -> str:
        return open_data(str(pictures), **options).fingerprint  # type: ignore[arg-type]

    same = {fingerprint(), fingerprint(batch=3), fingerprint(rotation=5.0)}
    assert len(same) == 1
    assert len(same | {fingerprint(seed=1), fingerprint(valid=0.2), fingerprint(size=9)}) == 4
    noise(12, 10, seed=77).save(pictures / "cat" / "000.png")
    assert fingerprint() not in same


def test_no_torch_where_none_is_needed(pictures: Path) -> None:
    code = """
import sys
from trainer.data import check_source, inspect_source
for source in ("digits", sys.argv[1]):
    check_source(source)
    inspect_source(source)
print(sorted({"torch", "torchvision", "sklearn", "pandas"} & set(sys.modules)))
"""
    package = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code, str(pictures)], cwd=package, capture_output=True, text=True, check=False
    )
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
def test_on_a_device_everything_is_the_same(pictures: Path) -> None:
    data = open_data(str(pictures), batch=4, **AUGMENTED)
    expected = list(data.train_batches(1))
    data.to("cuda")
    for (images, labels), (there, labels_there) in zip(expected, data.train_batches(1), strict=True):
        assert there.device.type == "cuda"
        torch.testing.assert_close(there.cpu(), images)
        assert torch.equal(labels_there.cpu(), labels)


def test_balanced_sampling_is_the_same_wherever_an_epoch_begins(tmp_path: Path) -> None:
    make_images(tmp_path / "pictures", {"cat": 40, "dog": 8})
    data = open_data(str(tmp_path / "pictures"), batch=4, sampling="balanced", rotation=30, valid=0.1, test=0.1)
    whole = list(data.train_batches(1))
    assert sum(len(labels) for _, labels in whole) == data.sizes["train"]
    assert equal(list(data.train_batches(1, 5)), whole[5:])
    images, labels, rows = data.preview(data.sizes["train"])
    assert equal([(images, labels)], [(torch.cat([x for x, _ in whole]), torch.cat([y for _, y in whole]))])
    # an image that is drawn twice is turned by another angle each time
    twice = [row for row in rows.tolist() if rows.tolist().count(row) > 1]
    where = [position for position, row in enumerate(rows.tolist()) if row == twice[0]]
    assert not torch.equal(images[where[0]], images[where[1]])
