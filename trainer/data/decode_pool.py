"""Decodes files: a few in this process, many in one process per core. [no torch]"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from trainer.data.decode_job import Job
from trainer.data.file_stamp import FilePlace
from trainer.data.image_set import Progress
from trainer.data.pixel_budget import SHARED
from trainer.errors import DataError, DiskError
from trainer.store.process import usable_cores

Faults = list[tuple[int, str, str]]
PIECE = 64
"""Files that a worker gets at a time."""
FEW_FILES = 2_000
"""Below this many files, and below `FEW_BYTES`, no workers are started."""
FEW_BYTES = 64 << 20
WORKER = "trainer.data.decode_worker"


def decode_all(job: Job, paths: Sequence[FilePlace], size_bytes: int, progress: Progress) -> Faults:
    """Decode files, on all cores if there are many.

    Args:
        job: Where files come from and where pixels go.
        paths: Files, relative to the job's `root`.
        size_bytes: Total size of the files.
        progress: Called with the stage "decode".

    Returns:
        Row, code and reason of each file that failed, ascending.

    Raises:
        DiskError: `disk.cache`: pixels cannot be written.
        DataError: `data.worker_died`: a worker process ended unexpectedly.
    """
    try:
        job.create(len(paths))
        workers = decoders(len(paths), size_bytes)
        return _Pool(job, workers).run(paths, progress) if workers else _here(job, paths, progress)
    except OSError as error:
        raise _disk_error(job, str(error)) from error


def decoders(files: int, size_bytes: int) -> int:
    """Decide how many worker processes decode files.

    Args:
        files: Number of files.
        size_bytes: Total size of the files.

    Returns:
        Number of processes; 0: decode in this process.
    """
    workers = min(usable_cores(), -(-files // PIECE))
    few = files < FEW_FILES and size_bytes < FEW_BYTES
    return 0 if few or workers < 2 or not sys.executable else workers


def _here(job: Job, paths: Sequence[FilePlace], progress: Progress) -> Faults:
    faults: Faults = []
    for start in range(0, len(paths), PIECE):
        progress("decode", start, len(paths))
        faults += job.run(start, paths[start : start + PIECE])
    progress("decode", len(paths), len(paths))
    return faults


def _disk_error(job: Job, text: str) -> DiskError:
    return DiskError(
        "disk.cache",
        f"decoded images could not be written: {text}",
        where=job.out,
        fix="free some space, or set EPOCHSCOPE_CACHE to a folder on another disk",
        path=job.out,
    )


def _answer(to_worker: IO[str], from_worker: IO[str]) -> dict[str, Any]:
    """What a worker says of a piece. Meanwhile, its large images get room, one at a time; a worker that dies gives it
    back."""
    with ExitStack() as held:
        while "pixels" in (answer := json.loads(from_worker.readline())):
            held.close()
            if answer["pixels"]:
                held.enter_context(SHARED.room(answer["pixels"]))
                to_worker.write("\n")
                to_worker.flush()
        found: dict[str, Any] = answer
        return found


class _Pool:
    """One thread per worker process hands out pieces and collects answers; the caller's thread reports progress."""

    def __init__(self, job: Job, workers: int) -> None:
        self._job = job
        self._workers = workers
        self._pieces: queue.SimpleQueue[tuple[int, Sequence[FilePlace]] | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    def run(self, paths: Sequence[FilePlace], progress: Progress) -> Faults:
        pieces = [(start, paths[start : start + PIECE]) for start in range(0, len(paths), PIECE)]
        for piece in pieces:
            self._pieces.put(piece)
        for _ in range(self._workers):
            self._pieces.put(None)
        with tempfile.TemporaryFile() as log:
            processes = [self._start(log) for _ in range(self._workers)]
            threads = [threading.Thread(target=self._serve, args=(process,), daemon=True) for process in processes]
            try:
                for thread in threads:
                    thread.start()
                return self._collect(len(pieces), len(paths), progress, log)
            finally:
                for process in processes:
                    process.kill()
                for thread in threads:
                    thread.join()
                for process in processes:
                    process.communicate()

    def _start(self, log: IO[bytes]) -> subprocess.Popen[str]:
        package = str(Path(__file__).parents[2])
        search = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))
        # -P: a file of the user's called like one of our modules, in the working folder, must not be taken for it
        command = [sys.executable, "-P", "-m", WORKER]
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": search, "PYTHONIOENCODING": "utf-8"},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # Windows would open a console for each
        )

    def _serve(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(asdict(self._job)) + "\n")
            while (piece := self._pieces.get()) is not None:
                start, paths = piece
                process.stdin.write(json.dumps({"start": start, "paths": paths}) + "\n")
                process.stdin.flush()
                self._answers.put({"count": len(paths), **_answer(process.stdin, process.stdout)})
        except (OSError, ValueError):  # killed, or its answer is no line of JSON
            self._answers.put({"died": True})

    def _collect(self, pieces: int, total: int, progress: Progress, log: IO[bytes]) -> Faults:
        faults: Faults = []
        done = 0
        for _ in range(pieces):
            progress("decode", done, total)
            answer = self._answers.get()
            if "died" in answer:
                log.seek(0)
                text = log.read().decode("utf-8", "replace").strip()
                raise DataError(
                    "data.worker_died",
                    "a process that decodes images ended unexpectedly",
                    where=text.splitlines()[-1] if text else "",
                    fix="memory may have run out: close other programs and try again",
                )
            if "disk" in answer:
                raise _disk_error(self._job, answer["disk"])
            faults += [(index, code, reason) for index, code, reason in answer["faults"]]
            done += answer["count"]
        progress("decode", total, total)
        return sorted(faults)
