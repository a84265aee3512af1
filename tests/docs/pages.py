"""What the documentation shows as code, block by block, so that tests can run and check it."""

from __future__ import annotations

import re
import shlex
import textwrap
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).parents[2]
DOCS = REPOSITORY / "docs"
_BLOCK = re.compile(r'^( *)```(\w*)(?: title="([^"\n]*)")?\n(.*?)^\1```$', re.MULTILINE | re.DOTALL)
_INCLUDED = re.compile(r"^--8<--\n([^\n]+)\n--8<--$", re.MULTILINE)
"""The form that a formatter of Python leaves alone: `--8<-- "file"` is an expression."""


class Block(NamedTuple):
    """`section`: how many headings of the second level come before; the blocks of one are one program. `title`: the
    name of the file that it is. `example`: it is a file of the repository, which has a test of its own."""

    section: int
    language: str
    title: str
    code: str
    example: bool


def pages() -> list[Path]:
    """All pages that are written by hand."""
    return sorted(path for path in DOCS.rglob("*.md") if path.parent.name != "reference")


def page_name(path: Path) -> str:
    """Such as `guides/data`."""
    return path.relative_to(DOCS).with_suffix("").as_posix()


def blocks(path: Path) -> list[Block]:
    """Those of a page, in order; a file that is included is there with its text."""
    text = path.read_text("utf-8")
    found = []
    for match in _BLOCK.finditer(text):
        indent, language, title, code = match.groups(default="")
        code = textwrap.dedent(code) if indent else code
        code, included = _INCLUDED.subn(lambda one: (REPOSITORY / one[1]).read_text("utf-8").rstrip("\n"), code)
        section = len(re.findall(r"^## ", text[: match.start()], re.MULTILINE))
        found.append(Block(section, language, title, code, included > 0))
    return found


def programs(path: Path) -> dict[str, str]:
    """The Python of each section of a page that has any, by its number; files with a title are programs of their own,
    by its stem."""
    found: dict[str, str] = {}
    for block in blocks(path):
        if block.language == "python":
            name = Path(block.title).stem or str(block.section)
            found[name] = found.get(name, "") + block.code
    return found


def command_lines(text: str) -> list[list[str]]:
    """The words of each command of a block for a shell; one that ends with a backslash goes on."""
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    return [words for line in lines if (words := shlex.split(line, comments=True))]
