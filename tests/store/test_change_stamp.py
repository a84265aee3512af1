"""A stamp is equal exactly while the file is the same."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from trainer.store.change_stamp import change_stamp


def test_reading_leaves_it_and_replacing_changes_it(tmp_path: Path) -> None:
    path, other = tmp_path / "some.npz", tmp_path / "new.npz"
    assert change_stamp(path) == ()
    path.write_bytes(b"one")
    before = change_stamp(path)
    assert path.read_bytes() == b"one"
    assert change_stamp(str(path)) == before != ()
    other.write_bytes(b"two")
    os.utime(other, ns=(before[0], before[0]))
    other.replace(path)
    assert change_stamp(path) != before
    assert change_stamp(tmp_path / "no\0name") == ()


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no time of change")
def test_a_time_that_is_set_back_hides_nothing(tmp_path: Path) -> None:
    path = tmp_path / "some.npz"
    path.write_bytes(b"one")
    before = change_stamp(path)
    time.sleep(0.05)  # longer than a tick of the file system's clock
    path.write_bytes(b"two")
    os.utime(path, ns=(before[0], before[0]))
    after = change_stamp(path)
    assert (after[0], after[2:]) == (before[0], before[2:])
    assert after != before


def test_a_link_can_be_looked_at_itself(tmp_path: Path) -> None:
    path, link = tmp_path / "some", tmp_path / "link"
    path.write_bytes(b"one")
    try:
        link.symlink_to(path)
    except OSError:
        pytest.skip("no links here")
    assert change_stamp(link) == change_stamp(path)
    itself = change_stamp(link, follow=False)
    path.unlink()
    assert change_stamp(link) == ()
    assert change_stamp(link, follow=False) == itself != ()
