"""What is found in a tar shard, against Python's own `tarfile` and against what was put in; and damaged shards."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.data.tar_shards import samples, tar_bytes, write_tar
from trainer.data import shard_index as module
from trainer.data.image_set import no_progress
from trainer.data.shard_index import ShardIndex, read_index, shard_index
from trainer.data.shard_source import list_shards

WORDS = st.text("ab-_ é漢", min_size=1, max_size=130)
KEYS = st.lists(WORDS, min_size=1, max_size=3).map("/".join)
"""Names of up to some hundred characters: more than a plain header holds, so PAX and GNU each extend it their way."""


def indexed(content: bytes) -> ShardIndex:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "some.tar"
        path.write_bytes(content)
        return read_index(path)


def found_in(index: ShardIndex, content: bytes) -> dict[str, tuple[bytes, Any]]:
    """Name of each image -> its bytes and its label."""
    parts = zip(index.offsets, index.lengths, index.labels, strict=True)
    values = [(content[offset : offset + length], label) for offset, length, label in parts]
    return dict(zip(index.names, values, strict=True))


@given(
    images=st.dictionaries(KEYS, st.tuples(st.binary(max_size=1500), st.integers(0, 99)), max_size=6),
    layout=st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]),
    order=st.randoms(use_true_random=False),
)
@settings(max_examples=60)
def test_every_image_is_found_where_tarfile_finds_it(
    images: dict[str, tuple[bytes, int]], layout: int, order: random.Random
) -> None:
    members: list[tuple[str | tarfile.TarInfo, bytes]] = []
    for key, (content, label) in images.items():
        members += [(f"{key}.jpg", content), (f"{key}.cls", b" %d\n" % label)]
    order.shuffle(members)  # an image need not stand beside its label
    folder = tarfile.TarInfo("folder")
    folder.type = tarfile.DIRTYPE
    content = tar_bytes([(folder, b""), *members], layout)
    index = indexed(content)
    assert not index.faults
    assert found_in(index, content) == {f"{key}.jpg": value for key, value in images.items()}
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        places = {one.name: (one.offset_data, one.size) for one in archive if one.name.endswith(".jpg")}
    assert dict(zip(index.names, zip(index.offsets, index.lengths, strict=True), strict=True)) == places


WHOLE = tar_bytes(samples("cat", "dog", "cat", "dog").items())
LAST = max(position for position, byte in enumerate(WHOLE) if byte)
"""Of the last member; zeros follow."""


@given(st.integers(0, len(WHOLE) - 1))
@example(0)
@example(512)
@example(LAST + 1)
@example(LAST // 512 * 512 + 512)
def test_a_shard_that_was_cut_off_is_said_to_be(end: int) -> None:
    index, whole = indexed(WHOLE[:end]), indexed(WHOLE)
    assert index.faults or end > LAST + 512  # a block of zeros is an end
    found = found_in(index, WHOLE)
    assert found.items() <= found_in(whole, WHOLE).items()


@given(st.lists(st.tuples(st.integers(0, LAST), st.integers(0, 255)), max_size=8))
def test_whatever_is_damaged_nothing_is_raised_and_places_lie_in_the_file(changes: list[tuple[int, int]]) -> None:
    content = bytearray(WHOLE)
    for place, value in changes:
        content[place] = value
    index = indexed(bytes(content))
    assert all(offset + length <= len(content) for offset, length in zip(index.offsets, index.lengths, strict=True))


def test_a_damaged_header_in_the_middle_is_no_end() -> None:
    with tarfile.open(fileobj=io.BytesIO(WHOLE)) as archive:
        third = archive.getmembers()[4].offset
    index = indexed(WHOLE[:third] + b"\xff" * 512 + WHOLE[third + 512 :])
    assert index.names == ["000.png", "001.png"]
    assert [(fault.path, fault.code) for fault in index.faults] == [("", "damaged_shard")]
    assert f"byte {third:,}" in index.faults[0].reason


def special(kind: bytes, name: str = "x.png") -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.type = kind
    header.linkname = "000.png"
    return header


SPARSE = tarfile.TarInfo("x.png")
SPARSE.pax_headers = {"GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.map": "0,1", "GNU.sparse.size": "9"}


@pytest.mark.parametrize(
    ("members", "code", "where"),
    [
        ([("../x.png", b"1"), ("../x.cls", b"1")], "unsafe_path", "../x.png"),
        ([("/etc/x.png", b"1"), ("/etc/x.cls", b"1")], "unsafe_path", "/etc/x.png"),
        ([("a\\..\\..\\x.png", b"1")], "unsafe_path", "a\\..\\..\\x.png"),
        ([(special(tarfile.SYMTYPE), b""), ("x.cls", b"1")], "link", "x.png"),
        ([(special(tarfile.LNKTYPE), b""), ("x.cls", b"1")], "link", "x.png"),
        ([(special(tarfile.FIFOTYPE), b""), ("x.cls", b"1")], "not_a_file", "x.png"),
        ([(SPARSE, b"1"), ("x.cls", b"1")], "sparse", "x.png"),
        ([("x.png", b"1"), ("x.png", b"2"), ("x.cls", b"1")], "two_members", "x.png"),
        ([("x.png", b"1"), ("x.jpg", b"2"), ("x.cls", b"1")], "several_images", "x.png"),
        ([("x.png", b"1")], "no_label", "x.png"),
        ([("x.png", b"1"), ("x.cls", b"")], "no_label", "x.png"),
        ([("x.png", b"1"), ("x.cls", b"\xff")], "no_label", "x.png"),
        ([("x.png", b"1"), ("x.json", b"{")], "no_label", "x.png"),
        ([("x.png", b"1"), ("x.json", b"[" * 100_000)], "no_label", "x.png"),
        ([("x.png", b"1"), ("x.json", b'{"caption": "a cat"}')], "no_label", "x.png"),
        ([("x.png", b"1"), ("x.json", b'{"label": true}')], "no_label", "x.png"),
        ([("x.png", b"1"), ("x.json", b'{"label": 1%s}' % (b"0" * 400))], "no_label", "x.png"),
        ([("x.png", b"1"), ("x.cls", bytes(2 << 20))], "no_label", "x.png"),
        ([("x.cls", b"1")], "no_image", "x.cls"),
    ],
)
def test_a_member_that_cannot_be_used_is_named(
    members: list[tuple[str | tarfile.TarInfo, bytes]], code: str, where: str
) -> None:
    content = tar_bytes([*samples("cat").items(), *members])
    index = indexed(content)
    assert (where, code) in [(fault.path, fault.code) for fault in index.faults]
    assert "000.png" in index.names


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ({"cls": b"3\n"}, 3),
        ({"cls": b"cat"}, "cat"),
        ({"cls": "é".encode()}, "é"),
        ({"json": b'{"label": "cat"}'}, "cat"),
        ({"json": b'{"cls": 2}'}, 2),
        ({"json": b'{"label": 2.0}'}, 2),
        ({"json": b'{"label": "dog"}', "cls": b"0"}, 0),
    ],
)
def test_labels(label: dict[str, bytes], expected: int | str) -> None:
    members = [("a.b/x.webp", b"1"), *((f"a.b/x.{extension}", text) for extension, text in label.items())]
    index = indexed(tar_bytes([(name, text) for name, text in members]))
    assert (index.names, index.labels, index.faults) == (["a.b/x.webp"], [expected], [])


def test_what_is_left_out_is_noted() -> None:
    others = {".hidden.png": b"", "._000.png": b"", "000.txt": b"a cat", "readme": b"", "x.psd": b"", "x.cls": b"0"}
    masks = {"000.mask.png": b""}
    index = indexed(tar_bytes([*samples("cat").items(), *others.items(), *masks.items()]))
    assert index.faults == []  # a label of a picture that is not read is no fault of its own
    assert sorted(index.left) == [
        ("format", "x.psd", "PSD"),
        ("hidden", ".hidden.png", ""),
        ("other", "000.mask.png", "png"),
        ("other", "000.txt", "txt"),
        ("other", "readme", ""),
    ]


def test_other_files_are_no_shards() -> None:
    assert [fault.code for fault in indexed(gzip.compress(WHOLE)).faults] == ["compressed"]
    for content in (b"", b"not a tar", b"\x01" * 10_240):
        assert [fault.code for fault in indexed(content).faults] == ["damaged_shard"]
    joined = indexed(WHOLE + WHOLE)
    assert (len(joined.names), [fault.code for fault in joined.faults]) == (4, ["damaged_shard"])


def test_a_shard_is_read_once_until_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []
    real = read_index
    monkeypatch.setattr(module, "read_index", lambda path: read.append(path) or real(path))
    path = write_tar(tmp_path / "a.tar", samples("cat"))
    first, again = shard_index(path), shard_index(path)
    assert first == again
    assert read == [path]
    write_tar(path, samples("dog"))
    assert shard_index(path)[0].labels == ["dog"]
    kept = next(module.shard_indexes().iterdir())
    kept.write_text(json.dumps({"not": "ours"}), encoding="utf-8")
    assert shard_index(path)[0].labels == ["dog"]
    assert len(read) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
def test_a_pipe_called_like_a_shard_is_named(tmp_path: Path) -> None:
    write_tar(tmp_path / "train-0.tar", samples(*"abab"))
    os.mkfifo(tmp_path / "train-1.tar")
    listing = list_shards(tmp_path, no_progress)
    assert [(fault.path, fault.code) for fault in listing.problems] == [("train-1.tar", "shard_missing")]
