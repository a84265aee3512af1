"""A header is measured before memory is needed for it."""

from __future__ import annotations

import io
import os
import struct
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from trainer.store.safetensors_file import MAX_HEADER, check_header, declared_size, header_length


@pytest.mark.parametrize(
    ("length", "size", "message"),
    [
        (10, 17, "ends within its header"),
        (1 << 63, 1 << 30, "ends within its header"),
        (MAX_HEADER + 1, MAX_HEADER + 9, "larger than 32 MB"),
    ],
)
def test_a_header_that_lies_or_is_too_large_is_refused(length: int, size: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        header_length(struct.pack("<Q", length), size)


def test_any_other_length_is_returned() -> None:
    for length in (0, 10, MAX_HEADER):
        assert header_length(struct.pack("<Q", length) + b"{}", length + 8) == length


def test_the_size_is_that_of_the_header_and_of_all_tensors(tmp_path: Path) -> None:
    path = tmp_path / "it.safetensors"
    save_file({"a": torch.zeros(3, 5), "b": torch.zeros(2, dtype=torch.int64)}, path)
    size = path.stat().st_size
    for more in (0, 1, 1000):
        os.truncate(path, size + more)
        with path.open("rb") as file:
            assert declared_size(file, size + more) == size


@pytest.mark.parametrize("header", ["[]", "7", '{"a": 1}', '{"a": {"data_offsets": []}}', "[" * 100_000, "{"])
def test_a_header_that_says_no_size_is_refused(header: str) -> None:
    content = struct.pack("<Q", len(header)) + header.encode()
    with pytest.raises(ValueError, match=r"\w"):
        declared_size(io.BytesIO(content), len(content))


def test_less_than_a_length_is_refused(tmp_path: Path) -> None:
    (tmp_path / "it.safetensors").write_bytes(b"1234567")
    with pytest.raises(ValueError, match="before its header"):
        check_header(tmp_path / "it.safetensors")
