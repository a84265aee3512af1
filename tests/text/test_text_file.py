"""Files that people name: read whole, or refused."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from trainer.home_path import expanded
from trainer.text.text_file import read_text


def test_text_with_and_without_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    for content in (b"\xef\xbb\xbfa = 1", b"a = 1"):
        path.write_bytes(content)
        assert read_text(path) == "a = 1"
        assert read_text(path, len(content)) == "a = 1"
        with pytest.raises(ValueError, match="more than"):
            read_text(path, len(content) - 1)
    path.write_bytes(b"\xff")
    with pytest.raises(UnicodeDecodeError):
        read_text(path)


@pytest.mark.skipif(sys.platform == "win32", reason="devices and pipes of POSIX")
def test_a_device_without_end_is_refused_and_a_pipe_is_read(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="more than"):
        read_text(Path("/dev/zero"))
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=lambda: (tmp_path / "pipe").write_text("a = 1"))
    writer.start()
    assert read_text(tmp_path / "pipe") == "a = 1"
    writer.join()


def test_the_home_of_nobody_is_a_folder_that_is_not_there() -> None:
    assert expanded("~") == Path.home()
    assert expanded("~/a") == Path.home() / "a"
    assert expanded("~nobody-of-that-name/a") == Path("~nobody-of-that-name/a")
