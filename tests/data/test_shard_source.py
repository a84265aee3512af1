"""Tar shards as a source: which files they are, what they are to training, and how they are written."""

from __future__ import annotations

import errno
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tests.data.image_folders import make_images, noise
from tests.data.tar_shards import png, samples, write_tar
from trainer import Trainer
from trainer.cli import main
from trainer.data import ImageData, check_source, inspect_source, open_data, shard_source
from trainer.data.cache import cached_images, remove_cached_images
from trainer.data.decoded_pixels import DecodedPixels
from trainer.data.labelled_images import find_labelled
from trainer.data.shard_names import find_shards, is_shards
from trainer.data.shard_writer import write_shards
from trainer.data.sources import load_pictures
from trainer.errors import DataError, DiskError, UsageError
from trainer.estimate.reading_time import reading_time
from trainer.recommendation import source_facts
from trainer.settings import merge
from trainer.store import durable

CHANGES: dict[str, Any] = {"batch": 8, "flip": 0.5, "crop": 1, "rotation": 5.0}


@pytest.fixture
def divided(tmp_path: Path) -> Path:
    """A folder with splits, with names that a shard cannot have as they are."""
    root = tmp_path / "divided"
    for split, count in (("train", 12), ("valid", 4), ("test", 3)):
        make_images(root / split, {"cat": count, "dog": count + 1})
    noise(12, 10, seed=1).save(root / "train" / "cat" / "a.b.c.png")
    noise(12, 10, seed=2).save(root / "train" / "cat" / "a_b.c.JPEG")
    (root / "train" / "dog" / "ночь").mkdir()
    noise(12, 10, seed=3).save(root / "train" / "dog" / "ночь" / "000.webp", lossless=True)
    return root


@pytest.fixture
def shards(divided: Path, tmp_path: Path) -> Path:
    """The same as shards."""
    folder = tmp_path / "shards"
    assert main(["data", str(divided), "--shards", str(folder), "--json"]) == 0
    return folder


@pytest.fixture
def not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """No decoded image is kept: shards count as too large."""
    monkeypatch.setattr(shard_source, "KEPT_BYTES", 0)


def batches(data: ImageData, epoch: int = 2) -> list[tuple[torch.Tensor, torch.Tensor]]:
    return list(data.train_batches(epoch))


def same_batches(one: ImageData, other: ImageData) -> None:
    for (images, labels), (others, other_labels) in zip(batches(one), batches(other), strict=True):
        assert torch.equal(images, others)
        assert torch.equal(labels, other_labels)


# --- which files


@pytest.mark.parametrize(
    ("there", "source", "expected"),
    [
        (["a-0.tar", "a-10.tar", "a-9.tar"], "", [("a-0.tar", 0), ("a-9.tar", 0), ("a-10.tar", 0)]),
        (
            ["x-train-0.tar", "x-val-0.tar", "test_0.tar"],
            "",
            [("x-train-0.tar", 0), ("x-val-0.tar", 1), ("test_0.tar", 2)],
        ),
        (["0.tar", "test-0.tar"], "", [("0.tar", 0), ("test-0.tar", 2)]),
        (["train/0.tar", "Test/0.tar"], "", [("train/0.tar", 0), ("Test/0.tar", 2)]),
        (["a.tar"], "a.tar", [("a.tar", 0)]),
        (["a-08.tar", "a-09.tar", "a-10.tar"], "a-{08..10}.tar", [("a-08.tar", 0), ("a-09.tar", 0), ("a-10.tar", 0)]),
        (["train-0.tar", "test-0.tar"], "{train,test}-{0..0}.tar", [("train-0.tar", 0), ("test-0.tar", 2)]),
        (["train/0.tar", "val/0.tar"], "{train,val}/0.tar", [("train/0.tar", 0), ("val/0.tar", 1)]),
    ],
)
def test_shards_are_found_with_their_splits(
    there: list[str], source: str, expected: list[tuple[str, int]], tmp_path: Path
) -> None:
    for name in there:
        write_tar(tmp_path / name, samples("cat"))
    assert is_shards(tmp_path / source)
    check_source(str(tmp_path / source))
    assert find_shards(tmp_path / source).files == expected


def test_a_folder_of_images_with_an_archive_in_it_is_none_of_shards(pictures: Path) -> None:
    write_tar(pictures / "backup.tar", samples("cat"))
    write_tar(pictures / "cat" / "backup.tar", samples("cat"))
    assert not is_shards(pictures)
    assert open_data(str(pictures)).classes == ("cat", "dog")


def test_shards_beside_those_of_train_are_said_not_to_be_used(tmp_path: Path) -> None:
    write_tar(tmp_path / "s" / "train-0.tar", samples(*["cat", "dog"] * 10))
    write_tar(tmp_path / "s" / "extra.tar", samples("cat"))
    report = inspect_source(str(tmp_path / "s"))
    assert any("extra.tar" in str(note) for note in report.notes)
    assert sum(sum(counts) for counts in report.counts.values()) == 20


@pytest.mark.parametrize(
    "source",
    [
        "a-{5..2}.tar",
        "a-{0..9999999}.tar",
        "missing.tar",
        "{a,b}-{0..1000}-{0..1000}.tar",
        "{0..9}" * 99 + ".tar",
        "x" * 4000 + "{0..999999}.tar",
        "a-{0..%s}.tar" % ("9" * 5000),
    ],
)
def test_patterns_and_files_that_are_none_are_refused(source: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        check_source(str(tmp_path / source))
    assert caught.value.code in ("data.shard_pattern", "data.unknown_source")


def test_a_missing_shard_of_a_pattern_is_named(tmp_path: Path) -> None:
    write_tar(tmp_path / "a-0.tar", samples(*["cat", "dog"] * 10))
    with pytest.raises(DataError) as caught:
        open_data(str(tmp_path / "a-{0..1}.tar"), skip_bad=True)
    assert (caught.value.code, "a-1.tar" in caught.value.where) == ("data.shard_missing", True)


def test_compressed_shards_are_refused_with_advice(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    write_tar(folder / "a.tar", samples(*["cat", "dog"] * 10))
    shutil.make_archive(str(folder / "b"), "gztar", folder, "a.tar")
    with pytest.raises(DataError) as caught:
        open_data(str(folder), skip_bad=True)
    assert (caught.value.code, "gunzip" in caught.value.fix) == ("data.compressed", True)
    (folder / "a.tar").unlink()
    (folder / "classes.txt").write_text("cat\ndog\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        open_data(str(folder))
    assert "the class has no images" not in caught.value.where
    assert (caught.value.code, "b.tar.gz" in caught.value.where) == ("data.no_shard_images", True)


# --- classes and faults


def test_classes_are_those_beside_the_shards_else_the_labels_found(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    write_tar(folder / "a.tar", samples(*[10, 9] * 10))
    assert open_data(str(folder)).classes == ("9", "10")
    (folder / "dataset.json").write_text(json.dumps({"classes": [f"c{number}" for number in range(11)]}))
    with pytest.raises(DataError) as caught:  # nine classes without images
        open_data(str(folder))
    assert caught.value.code == "data.empty_class"
    write_tar(folder / "a.tar", samples(*["dog", 0] * 10, 7))
    (folder / "classes.txt").write_text("cat\ndog\n\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        open_data(str(folder))
    assert "020.png" in caught.value.where
    data = open_data(str(folder), skip_bad=True)
    assert (data.classes, data.class_counts.tolist()) == (("cat", "dog"), [8, 8])


@pytest.mark.parametrize("text", ["", "cat\n\ndog\n", "cat\ncat\n", "\xff"])
def test_a_list_of_classes_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    write_tar(tmp_path / "a.tar", samples(*[0, 1] * 10))
    (tmp_path / "classes.txt").write_text(text, encoding="latin-1")
    with pytest.raises(DataError) as caught:
        open_data(str(tmp_path / "a.tar"))
    assert caught.value.code == "data.class_file"


@pytest.mark.usefixtures("not_kept")
def test_an_unreadable_image_is_named_and_can_be_left_out(tmp_path: Path) -> None:
    members = {**samples(*["cat", "dog"] * 10), "x.png": png(1)[:60], "x.cls": b"cat"}
    write_tar(tmp_path / "a.tar", members)
    with pytest.raises(DataError) as caught:
        open_data(str(tmp_path / "a.tar"))
    assert "a.tar/x.png" in caught.value.where
    data = open_data(str(tmp_path / "a.tar"), skip_bad=True)
    assert sum(data.sizes.values()) == 20


# --- what they are to training


def test_shards_hold_the_files_of_the_folder_byte_for_byte(divided: Path, shards: Path) -> None:
    folder, found = load_pictures(str(divided)), load_pictures(str(shards))
    assert found.classes == folder.classes
    assert np.array_equal(found.pixels[:], folder.pixels[:])
    assert found.labels.tolist() == folder.labels.tolist()
    assert found.parts.tolist() == folder.parts.tolist()
    assert found.encoded is not None
    for row, path in enumerate(folder.paths):
        assert found.encoded(row) == (divided / path).read_bytes()
    assert len(set(found.paths)) == len(found.paths)
    assert found.root is None  # they are no files


def weights(data: ImageData) -> list[float]:
    model = nn.Sequential(nn.Flatten(), nn.Linear(360, 2))
    with torch.no_grad():
        for part in model.parameters():
            part.copy_(torch.linspace(-0.1, 0.1, part.numel()).view_as(part))
    Trainer(model, data, epochs=3, device="cpu", run_dir=None).fit()
    found: list[float] = torch.cat([part.detach().flatten() for part in model.parameters()]).tolist()
    return found


@pytest.mark.parametrize("kept", [True, False])
def test_training_is_that_from_the_folder_bit_for_bit(
    kept: bool, divided: Path, shards: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not kept:
        monkeypatch.setattr(shard_source, "KEPT_BYTES", 0)
    folder, found = open_data(str(divided), **CHANGES), open_data(str(shards), **CHANGES)
    assert (found.sizes, found.mean, found.std) == (folder.sizes, folder.mean, folder.std)
    same_batches(folder, found)
    assert weights(found) == weights(folder)


@pytest.mark.parametrize("options", [{}, {"samples": 10, "seed": 3}, {"valid": 0.3, "test": 0}])
def test_the_split_that_training_draws_is_written(options: dict[str, Any], pictures: Path, tmp_path: Path) -> None:
    flags = {"samples": "--samples", "seed": "--seed", "valid": "--data.valid", "test": "--data.test"}
    given = [text for name, value in options.items() for text in (flags[name], str(value))]
    assert main(["data", str(pictures), *given, "--shards", str(tmp_path / "s"), "--json"]) == 0
    seed = {"seed": options.get("seed", 1234)}
    same_batches(open_data(str(pictures), **options), open_data(str(tmp_path / "s"), **seed))


def test_images_that_are_not_kept_are_the_same(shards: Path, monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    kept = open_data(str(shards), **CHANGES)
    report = inspect_source(str(shards))
    monkeypatch.setattr(shard_source, "KEPT_BYTES", 0)
    monkeypatch.setenv("EPOCHSCOPE_CACHE", str(cache / "other"))
    found = open_data(str(shards), **CHANGES)
    assert isinstance(found._pictures.pixels, DecodedPixels)
    assert not list((cache / "other").rglob("pixels"))
    assert (found.fingerprint, found.mean, found.std) == (kept.fingerprint, kept.mean, kept.std)
    same_batches(kept, found)
    for one, other in zip(kept.eval_batches("test", 5), found.eval_batches("test", 5), strict=True):
        assert torch.equal(one[0], other[0])
    assert np.array_equal(np.asarray(kept.published("valid").pixels), np.asarray(found.published("valid").pixels))
    pixels, decoded = kept._pictures.pixels, found._pictures.pixels
    assert np.array_equal(pixels[3], decoded[3])
    assert np.array_equal(pixels[np.array([5, 1]), :4, 2:, :3], decoded[np.array([5, 1]), :4, 2:, :3])
    assert np.array_equal(pixels[-3:], decoded[-3:])
    other = inspect_source(str(shards))
    assert (other.duplicates, other.counts, other.odd) == (report.duplicates, report.counts, report.odd)
    assert np.array_equal(other.mean_images(), report.mean_images())


@pytest.mark.usefixtures("not_kept")
def test_each_process_decodes_only_its_own_images(shards: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = open_data(str(shards), **CHANGES)
    read: list[int] = []
    real = DecodedPixels._decode
    monkeypatch.setattr(DecodedPixels, "_decode", lambda self, rows, out: read.extend(rows) or real(self, rows, out))
    order = data.rows("train")[data.order(2)].tolist()
    ends = [*range(0, len(order), 8)]
    for rank in range(3):
        read.clear()
        shares = list(data.train_shares(2, 0, rank, 3))
        assert sorted(read) == sorted(row for start in ends for row in order[start : start + 8][rank::3])
        for (images, _), (others, _) in zip(batches(data), shares, strict=True):
            assert torch.equal(images[rank::3], others)


@pytest.mark.usefixtures("not_kept")
def test_a_shard_that_goes_while_a_run_reads_it_is_named(shards: Path) -> None:
    data = open_data(str(shards))
    (shards / "train-000000.tar").write_bytes(b"")
    with pytest.raises(DataError) as caught:
        batches(data)
    assert (caught.value.code, "train-000000.tar" in caught.value.where) == ("data.image_gone", True)


def test_many_shards_are_decoded_by_several_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "s"
    for number in range(3):
        write_tar(folder / f"{number}.tar", samples(*["cat", "dog"] * 40, first=80 * number))
    here = load_pictures(str(folder))
    remove_cached_images()
    assert cached_images() == (0, 0)
    monkeypatch.setattr("trainer.data.decode_pool.FEW_FILES", 10)
    there = load_pictures(str(folder))
    assert (there.digest, there.labels.tolist()) == (here.digest, here.labels.tolist())


def test_what_else_asks_about_sources_knows_shards(shards: Path) -> None:
    data = merge({"data": {"source": str(shards)}}).data
    facts = source_facts(data)
    assert (facts.classes, facts.parts, facts.size) == (2, (28, 9, 7), (10, 12))
    assert reading_time(facts, data, 64).digest is None
    open_data(str(shards))
    assert reading_time(facts, data, 64).digest == open_data(str(shards)).pixels_digest
    with pytest.raises(UsageError) as caught:
        find_labelled(shards, ["cat", "dog"])
    assert caught.value.code == "evaluate.shards"


# --- writing


def test_images_in_memory_are_written_as_png(tmp_path: Path) -> None:
    pictures = load_pictures("digits")
    rows = np.arange(len(pictures.labels))
    written = write_shards(pictures, {"train": rows[:1500], "test": rows[1500:]}, tmp_path / "s", size_mb=1)
    names = sorted(path.name for path in (tmp_path / "s").iterdir())
    assert names == [
        "dataset.json",
        "test-000000.tar",
        *(f"train-{number:06d}.tar" for number in range(written.shards - 1)),
    ]
    assert all(path.stat().st_size <= 1_010_000 for path in (tmp_path / "s").iterdir())
    found = load_pictures(str(tmp_path / "s"))
    assert found.classes == pictures.classes
    assert np.array_equal(found.pixels[:][..., :1], pictures.pixels[:])
    assert found.labels.tolist() == pictures.labels.tolist()


def test_the_same_images_give_the_same_bytes_and_shards_can_be_cut_anew(shards: Path, tmp_path: Path) -> None:
    assert main(["data", str(shards), "--shards", str(tmp_path / "again"), "--json"]) == 0
    for path in shards.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


def test_nothing_is_replaced(pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", str(pictures), "--shards", str(pictures)]) == 4
    assert "already" in capsys.readouterr().err
    assert main(["data", str(pictures), "--shards", str(tmp_path / "s"), "--shard-mb", "0"]) == 4
    assert main(["data", str(pictures), "--shard-mb", "64"]) == 4  # not passed over in silence
    (tmp_path / "s").mkdir()
    assert main(["data", str(pictures), "--shards", str(tmp_path / "s")]) == 0
    assert "train 16, valid 2, test 2" in capsys.readouterr().out


def test_on_a_full_disk_there_are_no_shards(pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = load_pictures(str(pictures))
    before = sorted(tmp_path.iterdir())

    class Full(durable.Seam):
        def write(self, fd: int, data: bytes | memoryview) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(durable, "seam", Full())
    with pytest.raises(DiskError):
        write_shards(found, {"train": np.arange(20)}, tmp_path / "s")
    assert sorted(tmp_path.iterdir()) == before


def test_faulty_data_is_not_written(pictures: Path, tmp_path: Path) -> None:
    (pictures / "cat" / "000.png").write_bytes(b"no image")
    assert main(["data", str(pictures), "--shards", str(tmp_path / "s")]) == 5
    assert not (tmp_path / "s").exists()
    assert main(["data", str(pictures), "--shards", str(tmp_path / "s"), "--skip-bad"]) == 0
    assert sum(open_data(str(tmp_path / "s")).sizes.values()) == 19
