"""Digests of the packages that are used with Epochscope, by users and by its tests.

    python -m tests.packaging.hashes            # compare what the package index serves with what is recorded
    python -m tests.packaging.hashes --write    # record it anew, after constraints.txt has changed

`requirements-linux-py311.txt` has the version and the SHA-256 of every package that all extras bring to Python 3.11 on
Linux x86-64 with constraints.txt, which rules trackio out. A file with a recorded name and another content is an error.
Another build of a package (for another platform, from PyTorch's own index) has another file name and is only counted.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Mapping, Sequence

from tests.packaging.index import ROOT, Package, ask

FILE = ROOT / "requirements-linux-py311.txt"
LINE = re.compile(r"(\S+)==(\S+) --hash=sha256:([0-9a-f]{64})  # (\S+)")
EVERYTHING = ".[dev,docs,photos,mlflow,wandb]"
HEAD = f"""\
# Every package of `pip install -c constraints.txt -e "{EVERYTHING}"` with Python 3.11 on
# Linux x86-64, and the digest of its file. Made and compared by `python -m tests.packaging.hashes`.
"""


def recorded(text: str) -> dict[str, tuple[str, str, str]]:
    """Name, version and digest by file name. Raises ValueError for any other line."""
    found = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            match = LINE.fullmatch(line)
            if match is None:
                raise ValueError(f"not a package with its digest and its file: {line}")
            name, version, digest, file = match.groups()
            found[file] = (name, version, digest)
    return found


def written(served: Iterable[Package]) -> str:
    """The text of the file."""
    lines = (f"{one.name}=={one.version} --hash=sha256:{one.digest}  # {one.file}\n" for one in served)
    return HEAD + "".join(lines)


def altered(served: Iterable[Package], known: Mapping[str, tuple[str, str, str]]) -> list[str]:
    """Files whose content is not what was recorded under their name."""
    return [one.file for one in served if one.file in known and known[one.file][2] != one.digest]


def wrong_content(served: Sequence[Package]) -> int:
    """Print what was altered, and how many are the recorded files; how many were altered."""
    known = recorded(FILE.read_text("utf-8"))
    wrong = altered(served, known)
    for file in wrong:
        print(f"{file}: the package index serves another content than the one recorded in {FILE.name}")
    same = sum(one.file in known for one in served) - len(wrong)
    others = len(served) - same - len(wrong)
    print(f"{same} of {len(served)} packages are the recorded files, {others} other builds or versions")
    return len(wrong)


def main() -> int:
    layout = argparse.RawDescriptionHelpFormatter
    name = "python -m tests.packaging.hashes"
    command = argparse.ArgumentParser(prog=name, description=__doc__, formatter_class=layout)
    command.add_argument("--write", action="store_true")
    given = command.parse_args()
    served = ask("-e", EVERYTHING)
    if given.write:
        FILE.write_text(written(served), "utf-8")
        print(f"{len(served)} packages written to {FILE.name}")
        return 0
    return 1 if wrong_content(served) else 0


if __name__ == "__main__":
    sys.exit(main())
