"""A process that decodes images for `decode_pool`: jobs come in as lines, answers go out as lines. [no torch]

The first line is the job, every further line a piece of work; it ends when its input does. Before a large image, a line
asks for room, and waits for one in answer; a further line gives the room back. Started as
`python -m trainer.data.decode_worker`, not with multiprocessing, which would run the user's script again.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from trainer.data.decode_job import Job


def main() -> None:
    """Serve until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides what it means
    job = Job(**json.loads(sys.stdin.readline()))
    for line in sys.stdin:
        work = json.loads(line)
        answer: dict[str, Any]
        try:
            answer = {"faults": job.run(work["start"], work["paths"], _room)}
        except OSError as error:
            answer = {"faults": [], "disk": str(error)}
        _tell(answer)


@contextmanager
def _room(pixels: int) -> Iterator[None]:
    """See `Room`: the parent process has the budget, which all of its workers share."""
    _tell({"pixels": pixels})
    sys.stdin.readline()
    try:
        yield
    finally:
        _tell({"pixels": 0})


def _tell(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
