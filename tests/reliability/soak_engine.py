"""What the window of a soak takes for Python: the engine, on a disk that is full while there is a file.

`python -m tests.reliability.soak_engine FLAG EXITS -P -m trainer ARGUMENTS...`: adds its identity and exit code to
EXITS.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.reliability.disks import FlaggedDisk
from trainer.cli import main
from trainer.store import durable


def identity(pid: int) -> str:
    """Of a process, among all of an hour, in which its number may be used again: with when it started."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return f"{pid}@{fields[19]}"


if __name__ == "__main__":
    durable.seam = FlaggedDisk(sys.argv[1])
    assert sys.argv[3:6] == ["-P", "-m", "trainer"], sys.argv
    code = main(sys.argv[6:])
    with Path(sys.argv[2]).open("a", encoding="utf-8") as file:
        file.write(f"{identity(os.getpid())} {code}\n")
    sys.exit(code)
