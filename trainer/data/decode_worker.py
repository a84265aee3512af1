"""A process that decodes images for `decode_pool`: jobs come in as lines, answers go out as lines. [no torch]

The first line is the job, every further line a piece of work; it ends when its input does. Started as
`python -m trainer.data.decode_worker`, not with multiprocessing, which would run the user's script again.
"""

from __future__ import annotations

import json
import signal
import sys
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
            answer = {"faults": job.run(work["start"], work["paths"])}
        except OSError as error:
            answer = {"faults": [], "disk": str(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
