"""The first mention of a name on a page leads to its place in the reference.

Classes, methods, events, hooks, settings, flags, commands and error codes are found in the headings and tables of the
reference, which is generated from the code. So no link has to be written or maintained by hand, and a strict build
fails if one leads nowhere.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

REFERENCE = Path(__file__).parents[1] / "reference"
_HEADING = re.compile(r"^#{2,3} (.+)$")
_ROW = re.compile(r"^\| `([^`]+)` \|(?: `([^`]+)` \|)?")
_SPAN = re.compile(r"(?<![`\[])`([^`\n]+)`(?![`\]])")
_KEPT = re.compile(r"(\[[^\]]*\]\([^)]*\)|``.*?``)")
"""Links, and code with backticks in it."""
_CALL = re.compile(r"\(.*\)$")
_MEMBER = re.compile(r"\.[A-Z]+$")
_VALUE = re.compile(r"^(--[\w.-]+) .+$")
OBJECTS = {"trainer.": "Trainer.", "run.": "RunContext.", "result.": "Result.", "data.": "ImageData."}
"""How the pages call instances of these classes."""

COMMANDS = ("resume", "evaluate", "predict")
"""Also called by these words alone."""
TABLES = ("hooks.md#hooks", "hooks.md#callback", "settings.md", "errors.md")
"""Many names lead there: each has its own first mention."""


def slug(heading: str) -> str:
    """The anchor of a heading, as Python-Markdown's extension toc makes it."""
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", heading).strip().lower())


@cache
def targets() -> dict[str, str]:
    """`page.md#anchor` by what leads there."""
    found: dict[str, str] = {}
    for path in sorted(REFERENCE.glob("*.md")):
        anchor, heading = "", ""
        for line in path.read_text("utf-8").splitlines():
            if title := _HEADING.match(line):
                heading = title[1].removesuffix(" --json").strip("`")
                anchor = f"{path.name}#{slug(title[1])}"
                if heading.startswith("Callback."):
                    found.setdefault(heading.removeprefix("Callback."), anchor)
                if path.stem not in ("errors", "json") and (heading[0].isupper() or re.search(r"[_ ]", heading)):
                    found.setdefault(heading, anchor)
            elif anchor and (row := _ROW.match(line)):
                for name in _names(path.stem, heading, row[1], row[2] or ""):
                    found.setdefault(name, anchor)
    return found


def _names(page: str, heading: str, first: str, second: str) -> list[str]:
    """What a row of a table is called on other pages."""
    match page:
        case "hooks" if heading in ("Hooks", "Callback") and first != "name":
            return [first]
        case "errors" if "." in first:
            return [first]
        case "settings" if heading.startswith("["):
            table = heading.strip("[]")
            return [f"{table}.{first}", *([second] if second.startswith("--") else [])]
        case "settings" if second.startswith("--"):
            return [second]
    return []


def target(text: str) -> str | None:
    """Where the code `text` leads to; None if the reference does not have it."""
    known = targets()
    for name in (text, _VALUE.sub(r"\1", text)):
        if name in known:
            return known[name]
    name = _MEMBER.sub("", _CALL.sub("", text))
    for instance, owner in OBJECTS.items():
        if name.startswith(instance):
            name = owner + name.removeprefix(instance)
    if name in known:
        return known[name]
    words = f"epochscope {text}".split() if text in COMMANDS else text.split()
    if words[:1] == ["epochscope"]:  # the longest command that it begins with
        return next((known[name] for end in (3, 2) if (name := " ".join(words[:end])) in known), None)
    return None


def linked(markdown: str, folder: str) -> str:
    """A page with a link at the first mention of each name, outside of headings, links and blocks of code.
    `folder`: relative path from the page to the reference."""
    seen: set[str] = set()

    def link(match: re.Match[str]) -> str:
        place = target(match[1])
        if place is None:
            return match[0]
        name = match[1] if place.startswith(TABLES) else place
        if name in seen:
            return match[0]
        seen.add(name)
        return f"[{match[0]}]({folder}/{place})"

    lines, fenced = [], False
    for line in markdown.splitlines():
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced and not line.startswith("#"):
            parts = _KEPT.split(line)
            line = "".join(part if place % 2 else _SPAN.sub(link, part) for place, part in enumerate(parts))
        lines.append(line)
    return "\n".join(lines) + "\n"


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Add the links to pages that are written by hand."""
    if page.file.src_uri.startswith("reference/"):
        return markdown
    return linked(markdown, os.path.relpath("reference", Path(page.file.src_uri).parent).replace(os.sep, "/"))
