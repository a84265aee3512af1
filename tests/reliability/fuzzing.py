"""Tries inputs in a process that is watched: what a command may end with, print, leave behind and use is checked.

The name of a target, a seed and a number always make the same input. One alone, with all that it prints:
`python -m tests.reliability.fuzzing TARGET SEED NUMBER`.
"""

from __future__ import annotations

import contextlib
import faulthandler
import io
import os
import random
import resource
import shutil
import signal
import socket
import stat
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from tests.reliability.supervisor import context

DOCUMENTED = frozenset({0, 3, 4, 5, 6, 8, 9})
"""Exit codes that an input may lead to: not 1, a bug, and not 7, where memory was not enough."""
SECONDS = 10.0
"""Of the processor, for one command."""
MEMORY = 1 << 30
"""Bytes that a process may need beyond those that it began with."""
HANGS = 60.0
"""Seconds after which nothing is waited for any more: other processes may keep this one from its work."""
_BEYOND = 4 << 30
"""No more than this is ever given, so that a bomb harms nobody else."""


class Action(NamedTuple):
    """Something that is done with an input. It gives an exit code."""

    words: tuple[str, ...]
    run: Callable[[], int]
    codes: frozenset[int] = DOCUMENTED


class Bench:
    """Folders for one input at a time: what it is made of, what it may write, and a working folder.

    `wholes`: what all inputs are made from, read only. `may_change`: folders below `inputs` that an action writes to.
    """

    def __init__(self, root: Path, wholes: Path) -> None:
        self.wholes = wholes
        self.inputs, self.out, self.here, self.temporary = (root / name for name in ("inputs", "out", "here", "tmp"))
        self.cache = root / "cache"
        self.home = root / "home"
        self.may_change: list[Path] = []
        self.known: dict[Any, Any] = {}
        """What a target keeps from one input to the next."""

    def clear(self) -> None:
        for folder in (self.inputs, self.out, self.here, self.temporary, self.home, self.cache):
            if folder.is_dir():
                shutil.rmtree(folder)
            folder.mkdir(parents=True)
        os.chdir(self.here)
        self.may_change = [self.out]

    def content(self) -> dict[str, Any]:
        """Everything that has to stay as it is."""
        found: dict[str, Any] = {}
        for top in (self.inputs, self.out, self.here, self.temporary, self.home):
            for folder, folders, files in os.walk(top if top not in self.may_change else ""):
                free = [name for name in folders if Path(folder, name) in self.may_change]
                folders[:] = [name for name in folders if name not in free]
                for name in (*folders, *files):
                    found[os.path.join(folder, name)] = _content(Path(folder, name))  # noqa: PTH118
        return found


def _content(path: Path) -> Any:
    info = path.lstat()
    if stat.S_ISREG(info.st_mode):
        with contextlib.suppress(PermissionError):
            return path.read_bytes() if info.st_size < 1 << 20 else (info.st_size, info.st_mtime_ns)
    return path.readlink() if stat.S_ISLNK(info.st_mode) else stat.S_IFMT(info.st_mode)


Target = Callable[[Bench, random.Random, int], Iterable[Action]]
"""Makes the files of an input of this number, and says what is done with them."""
Trap = Callable[[Bench], Iterable[Action]]
"""The same for the one input that it makes."""


def command(*words: object, codes: frozenset[int] = DOCUMENTED) -> Action:
    """A command line."""
    texts = tuple(map(str, words))

    def run() -> int:
        from trainer.cli import main

        return main(list(texts))

    return Action(texts, run, codes)


def raising(name: str, function: Callable[[], object]) -> Action:
    """A call that may raise what people are meant to read, and nothing else."""

    def run() -> int:
        from trainer.errors import EpochscopeError

        try:
            function()
        except EpochscopeError as error:
            print("\n".join(text for _, text in error.lines()))
            return error.exit_code
        return 0

    return Action((name,), run)


# -- in the process ----------------------------------------------------------------------------------------------------


def try_input(bench: Bench, target: Target, name: str, seed: int, number: int) -> list[str]:
    """What was wrong, a text each."""
    bench.clear()
    problems: list[str] = []
    for action in target(bench, random.Random(f"{name} {seed} {number}"), number):
        before = bench.content()
        wrong = _do(action, bench)
        after = bench.content()
        for path in sorted(before.keys() | after.keys()):
            if before.get(path) != after.get(path):
                did = "made" if path not in before else "removed" if path not in after else "changed"
                wrong.append(f"{did} {path}")
        if wrong:
            problems.append("\n".join([_short(action.words), *wrong]))
    return problems


def _do(action: Action, bench: Bench) -> list[str]:
    """Ends, output, time and memory."""
    printed = io.StringIO()
    begin = time.process_time()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            code: Any = action.run()
        except BaseException:
            code = traceback.format_exc()
    wrong = []
    if (used := time.process_time() - begin) > SECONDS:
        wrong.append(f"took {used:.0f} seconds")
    if _peak() - bench.known.setdefault("memory", _peak()) > MEMORY:
        wrong.append("needed too much memory")
    text = printed.getvalue()
    if code not in action.codes or "Traceback" in text or "Warning: " in text:
        wrong.append(f"exit {code}\n{text[-3000:]}\n{_log(bench)}")
    return wrong


def _short(words: tuple[str, ...]) -> str:
    return " ".join(word if len(word) < 200 else f"{word[:100]}...({len(word)})" for word in words)


def _log(bench: Bench) -> str:
    """Where a bug is."""
    logs = [bench.cache / "errors.log", *bench.inputs.rglob("log.txt")]
    texts = [path.read_text("utf-8", "replace") for path in logs if path.is_file() and not path.is_symlink()]
    return "\n".join(text[-3000:] for text in texts if "Traceback" in text)


def _peak() -> int:
    """Bytes; of the whole life of this process."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def settle_in(bench: Bench) -> None:
    """Folders of its own, no network, no window, no waiting for the disk, and a limit to the memory."""
    import torch

    import gui.app
    from tests.reliability.fuzz_commands import stopping_soon
    from trainer.errors import UsageError
    from trainer.store import durable

    class QuickDisk(durable.Seam):
        def fsync(self, fd: int) -> None:
            pass  # no power cut happens here

    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise UsageError("test", "not here")

    def no_network(*_: Any, **__: Any) -> NoReturn:
        raise OSError("no network here")

    bench.clear()
    os.environ |= {
        "EPOCHSCOPE_RUNS": str(bench.inputs / "runs"), "EPOCHSCOPE_CACHE": str(bench.cache), "HOME": str(bench.home),
        "TMPDIR": str(bench.temporary), "HF_HUB_OFFLINE": "1",
        "HF_HOME": str(bench.cache / "huggingface"), "XDG_CONFIG_HOME": str(bench.home),
    }  # fmt: skip
    tempfile.tempdir = None
    sys.argv = ["epochscope"]
    sys.stdin = io.TextIOWrapper(io.BytesIO())
    durable.seam = QuickDisk()
    gui.app.main = gui.app.demo = refuse
    socket.getaddrinfo = socket.create_connection = no_network  # type: ignore[assignment]
    torch.set_num_threads(1)
    torch.set_num_threads = lambda _: None  # what an input asks for would stay for the next one
    stopping_soon()
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + _BEYOND
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _work(name: str, seed: int, numbers: range, root: Path, wholes: Path, pipe: Connection, errors: Path) -> None:
    with errors.open("w") as file:
        os.dup2(file.fileno(), 2)
        faulthandler.enable(file, all_threads=True)  # shows where it hangs when it is sent SIGABRT
        from tests.reliability.fuzz_traps import ALL

        bench = Bench(root, wholes)
        settle_in(bench)
        bench.known["memory"] = _peak()
        for number in numbers:
            pipe.send((number, None))
            pipe.send((number, try_input(bench, ALL[name], name, seed, number)))


# -- watching it -------------------------------------------------------------------------------------------------------


def fuzz(name: str, seed: int, numbers: range, root: Path, wholes: Path) -> Mapping[int, list[str]]:
    """Tries inputs of a target; the numbers of those that failed, with what was wrong."""
    found: dict[int, list[str]] = {}
    errors = root / "errors.txt"
    root.mkdir(parents=True, exist_ok=True)
    while numbers:
        ours, theirs = context(False).Pipe(duplex=False)
        arguments = (name, seed, numbers, root, wholes, theirs, errors)
        process = context(False).Process(target=_work, args=arguments, daemon=True)
        process.start()
        theirs.close()
        number, why = _follow(ours, numbers, found)
        if why and process.is_alive():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGABRT)
            process.join(10)
        process.kill()
        process.join()
        if why:
            found[number] = [f"{why}\n{errors.read_text('utf-8', 'replace')[-6000:]}"]
        process.close()
        ours.close()
        numbers = numbers[numbers.index(number) + 1 :]
    return found


def _follow(pipe: Connection, numbers: range, found: dict[int, list[str]]) -> tuple[int, str]:
    """The number that was tried last, and why no more were; empty where there are no more."""
    number = numbers.start
    while True:
        try:
            if not pipe.poll(HANGS):
                return number, "it hangs"
            number, problems = pipe.recv()
        except EOFError:
            return number, "the process died"
        if problems:
            found[number] = problems
        if problems is not None and number == numbers[-1]:
            return number, ""


def told(name: str, seed: int, found: Mapping[int, list[str]]) -> str:
    """What failed, and how to try it again."""
    texts = [
        f"\npython -m tests.reliability.fuzzing {name} {seed} {number}\n{problem}"
        for number, problems in sorted(found.items())
        for problem in problems
    ]
    return "\n".join(texts[:20])


def main() -> None:
    from tests.reliability.fuzz_traps import ALL
    from tests.reliability.fuzz_wholes import make_wholes

    name, seed, first, *last = sys.argv[1:]
    place = Path(tempfile.gettempdir()) / "epochscope-fuzz"
    wholes = place / "wholes"
    if not wholes.is_dir():
        make_wholes(wholes)
    if last:
        print(told(name, int(seed), fuzz(name, int(seed), range(int(first), int(last[0])), place / name, wholes)))
        return
    bench = Bench(place / name, wholes)
    settle_in(bench)
    print(*try_input(bench, ALL[name], name, int(seed), int(first)), sep="\n", file=sys.__stdout__)


if __name__ == "__main__":
    main()
