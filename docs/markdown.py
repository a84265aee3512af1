"""Markdown out of text, code and tables, such that GitHub and the documentation site read it alike."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

_ACTIVE = str.maketrans({"|": "&#124;", "*": "&#42;", "_": "&#95;", "[": "&#91;", "]": "&#93;", "`": "&#96;"})


def code(text: str) -> str:
    """Code for a cell of a table, where a bar would end the cell."""
    if not text:
        return ""
    return (
        f"<code>{html.escape(text, quote=False).translate(_ACTIVE)}</code>"
        if "|" in text or "`" in text
        else f"`{text}`"
    )


def prose(text: str) -> str:
    """A docstring's text, code in backticks: what Markdown or HTML would take as theirs is escaped."""
    parts = re.split(r"(`[^`]+`)", text)
    return "".join(code(part[1:-1]) if part.startswith("`") and len(part) > 1 else _plain(part) for part in parts)


def _plain(text: str) -> str:
    text = html.escape(text, quote=False).replace("|", "&#124;").replace("*", "&#42;")
    # braces at the end of a cell would be attributes to the site's Markdown
    return text.replace("__", "&#95;&#95;").replace("](", "]&#40;").replace("{", "&#123;").replace("}", "&#125;")


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table whose cells are Markdown already; columns that are empty throughout are left out."""
    filled = [list(row) for row in rows]
    kept = [place for place in range(len(heads)) if any(row[place] for row in filled)]
    lines = [[heads[place] for place in kept], ["---"] * len(kept)]
    lines += [[" ".join(row[place].split()) for place in kept] for row in filled]
    return ["| " + " | ".join(line) + " |" for line in lines] + [""]


def fenced(text: str, language: str = "") -> list[str]:
    """A block of code."""
    return [f"```{language}", *text.rstrip().splitlines(), "```", ""]


def paragraphs(text: str) -> list[str]:
    """A docstring's paragraphs; what is indented in it is code."""
    lines: list[str] = []
    for part in text.split("\n\n"):
        if not part.strip():
            continue
        if all(line.startswith("    ") for line in part.splitlines()):
            lines += fenced("\n".join(line[4:] for line in part.splitlines()), "text")
        else:
            lines += [prose(" ".join(part.split())), ""]
    return lines
