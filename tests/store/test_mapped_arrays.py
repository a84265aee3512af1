"""Arrays read in place: the same values as read whole, and damaged files refused in the same way."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from trainer.errors import DataError
from trainer.store.arrays import map_arrays, read_arrays, write_arrays

DTYPES = st.sampled_from([np.uint8, np.int64, np.float32])
ARRAYS = st.dictionaries(
    st.text("abcdefg", min_size=1, max_size=9),
    DTYPES.flatmap(lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, min_side=0, max_side=5))),
    min_size=1,
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(ARRAYS)
def test_mapped_and_read_arrays_are_equal(
    tmp_path_factory: pytest.TempPathFactory, arrays: dict[str, np.ndarray]
) -> None:
    path = tmp_path_factory.mktemp("arrays") / "a.npz"
    write_arrays(path, **arrays)
    mapped, read = map_arrays(path), read_arrays(path)
    assert mapped.keys() == read.keys() == arrays.keys()
    for name, array in read.items():
        assert mapped[name].dtype == array.dtype
        np.testing.assert_array_equal(mapped[name], array)
        assert not mapped[name].flags.writeable


def test_a_file_that_is_replaced_meanwhile_stays_as_it_was(tmp_path: Path) -> None:
    write_arrays(tmp_path / "a.npz", a=np.arange(9))
    mapped = map_arrays(tmp_path / "a.npz")
    write_arrays(tmp_path / "b.npz", a=np.zeros(9, np.int64))
    try:
        (tmp_path / "b.npz").replace(tmp_path / "a.npz")
    except PermissionError:
        pytest.skip("Windows does not replace a file that is mapped")
    np.testing.assert_array_equal(mapped["a"], np.arange(9))


@pytest.mark.parametrize(
    "damage", ["missing", "empty", "cut", "no zip", "compressed", "fortran", "objects", "short", "header"]
)
def test_what_is_no_file_of_ours_is_refused(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "a.npz"
    whole = tmp_path / "whole.npz"
    write_arrays(whole, a=np.ones((4, 4)))
    match damage:
        case "empty":
            path.write_bytes(b"")
        case "cut":
            path.write_bytes(whole.read_bytes()[:-40])
        case "no zip":
            path.write_bytes(b"x" * 500)
        case "compressed":
            np.savez_compressed(path, a=np.ones(4))
        case "fortran":
            np.savez(path, a=np.asfortranarray(np.ones((4, 3))))
        case "objects":
            np.savez(path, a=np.array([{}], dtype=object))
        case "short" | "header":
            shape = b"(9, 9)" if damage == "short" else b"(4, 4,"
            with zipfile.ZipFile(path, "w") as archive, zipfile.ZipFile(whole) as good:
                archive.writestr("a.npy", good.read("a.npy").replace(b"(4, 4)", shape))
                archive.writestr("z", bytes(2000))
    for read in (map_arrays, read_arrays):
        with pytest.raises(DataError) as raised:
            read(path)
        assert raised.value.code == "arrays.damaged"


@pytest.mark.parametrize(
    ("shape", "dtype"),
    [
        ("(0, 10000000000000000000000)", "<f4"),
        ("(9" + "9" * 4500 + ",)", "<f4"),
        ("(" + "-" * 9_000 + "1,)", "<f4"),
        ("(" * 150, "<f4"),
        ("(1099511627776,)", "<f4"),
        ("(-1,)", "<f4"),
        ("(0,)", "|V0"),
        ("(0,)", "|O"),
    ],
)
def test_headers_of_arrays_that_are_not_there_are_refused(tmp_path: Path, shape: str, dtype: str) -> None:
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}\n"
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("a.npy", b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode())
    for read in (read_arrays, map_arrays):
        with pytest.raises(DataError) as caught:
            read(tmp_path / "a.npz")
        assert caught.value.code == "arrays.damaged"
