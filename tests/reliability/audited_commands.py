"""Runs command lines in this process and prints what they did that no reader of a run may do, as JSON.

`python audited_commands.py RUNS OUTSIDE OUT`, and two JSON lists of command lines on standard input: the second comes
first, so that libraries, which look for compilers and the like, are imported by then.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from typing import Any

NEVER = (
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "socket.connect",
    "socket.bind",
    "pickle.find_class",
)
CHANGES = ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.chmod", "shutil.rmtree")


class Audit:
    def __init__(self, runs: str, outside: str, out: str) -> None:
        self.runs, self.outside, self.out = (os.path.realpath(path) for path in (runs, outside, out))
        self.found: list[str] = []

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in NEVER:
            self.found.append(f"{event} {arguments[:2]!r}")
        elif event == "open":
            self._open(*arguments)
        elif event == "import" and self._below(arguments[1], self.runs, self.outside):
            self.found.append(f"import {arguments[1]}")
        elif event == "exec" and self._below(getattr(arguments[0], "co_filename", ""), self.runs, self.outside):
            self.found.append(f"exec {arguments[0].co_filename}")
        elif event in CHANGES and not self._below(arguments[0], self.out):
            self.found.append(f"{event} {arguments[0]!r}")

    def _open(self, path: Any, mode: Any, flags: int) -> None:
        writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC)
        if self._below(path, self.outside) or (writes and not self._below(path, self.out, os.devnull)):
            self.found.append(f"open {path!r} {flags}")

    @staticmethod
    def _below(path: Any, *folders: str) -> bool:
        if not isinstance(path, str | bytes | os.PathLike):
            return False
        text = os.fsdecode(path)
        if text.startswith("<"):  # code without a file
            return False
        real = os.path.realpath(text)
        return any(real == folder or real.startswith(folder + os.sep) for folder in folders)


def main() -> None:
    from trainer.cli import main as command

    audit = Audit(*sys.argv[1:4])
    codes = []
    printed = io.StringIO()
    lines, first = json.load(sys.stdin)
    with contextlib.redirect_stderr(printed), contextlib.redirect_stdout(printed):
        for line in first:
            command(line)
    printed.truncate(0)
    sys.addaudithook(audit)
    with contextlib.redirect_stderr(printed), contextlib.redirect_stdout(printed):
        for line in lines:
            codes.append(command(line))
    found = list(audit.found)
    json.dump({"codes": codes, "found": found, "printed": printed.getvalue()}, sys.stdout)


if __name__ == "__main__":
    main()
