"""Digests of the packages that tests and checks run with.

    python -m tests.packaging.hashes            # compare what the package index serves with what is recorded
    python -m tests.packaging.hashes --write    # record it anew, after constraints.txt has changed

`requirements-linux-py311.txt` has the version and the SHA-256 of every package that `pip install -c constraints.txt -e
".[dev,docs]"` brings to Python 3.11 on Linux x86-64. A file with a recorded name and another content is an error.
Another build of a package (for another platform, from PyTorch's own index) has another file name and is only counted.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Mapping

from tests.packaging.index import ROOT, Package, ask

FILE = ROOT / "requirements-linux-py311.txt"
LINE = re.compile(r"(\S+)==(\S+) --hash=sha256:([0-9a-f]{64})  # (\S+)")
HEAD = """\
# Every package of `pip install -c constraints.txt -e ".[dev,docs]"` with Python 3.11 on Linux x86-64, and the digest of its
# file. Made and compared by `python -m tests.packaging.hashes`; `pip install --require-hashes -r` installs it.
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


def main() -> int:
    layout = argparse.RawDescriptionHelpFormatter
    command = argparse.ArgumentParser(prog="python -m tests.packaging.hashes", description=__doc__, formatter_class=layout)
    command.add_argument("--write", action="store_true")
    given = command.parse_args()
    served = ask("-e", ".[dev,docs]")
    if given.write:
        FILE.write_text(written(served), "utf-8")
        print(f"{len(served)} packages written to {FILE.name}")
        return 0
    known = recorded(FILE.read_text("utf-8"))
    wrong = altered(served, known)
    for file in wrong:
        print(f"{file}: the package index serves another content than the one recorded in {FILE.name}")
    same = sum(one.file in known for one in served) - len(wrong)
    print(f"{same} of {len(served)} packages are the recorded files, {len(served) - same - len(wrong)} other builds or versions")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
