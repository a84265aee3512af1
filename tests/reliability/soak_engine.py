"""What the window of a soak takes for Python: the engine, on a disk that is full while there is a file.

`python -m tests.reliability.soak_engine FLAG -P -m trainer ARGUMENTS...`
"""

from __future__ import annotations

import sys

from tests.reliability.disks import FlaggedDisk
from trainer.cli import main
from trainer.store import durable

if __name__ == "__main__":
    durable.seam = FlaggedDisk(sys.argv[1])
    assert sys.argv[2:5] == ["-P", "-m", "trainer"], sys.argv
    sys.exit(main(sys.argv[5:]))
