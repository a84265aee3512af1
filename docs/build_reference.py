"""The pages in docs/reference, made from the code: `python -m docs.build_reference` after a docstring has changed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from docs import class_pages, command_pages, error_codes
from docs.public_names import PAGES

FOLDER = Path(__file__).parent / "reference"
NOTE = "<!-- Made by `python -m docs.build_reference`: change the docstrings, not this page. -->"


class Page(NamedTuple):
    """A page: its title, a paragraph to begin with, and what makes the rest."""

    title: str
    about: str
    parts: Callable[[], Iterator[str]]


def _names(page: str) -> Iterator[str]:
    return chain.from_iterable(class_pages.entry(one) for one in PAGES[page])


QUICK = {
    "trainer": Page(
        "Trainer",
        "The engine for scripts and notebooks, and the records it returns. Shapes: B images in a batch, C classes, "
        "N images. Losses are means over images (cross-entropy: nats); scores are in [0, 1]; seconds are wall clock.",
        lambda: _names("trainer"),
    ),
    "data": Page(
        "Data", "From a folder, a table or arrays to batches; and data sources of your own.", lambda: _names("data")
    ),
    "events": Page(
        "Events",
        "What the engine sends to callbacks and writes to `journal.jsonl`, field by field.",
        lambda: chain(class_pages.loop(), _names("events")),
    ),
    "hooks": Page(
        "Hooks",
        "The methods of a callback, and what they get.",
        lambda: chain(class_pages.hooks(), _names("hooks")),
    ),
    "callbacks": Page(
        "Callbacks",
        "The callbacks that come with Epochscope. What they share is on the page of [hooks](hooks.md).",
        lambda: _names("callbacks"),
    ),
    "testing": Page(
        "Testing callbacks",
        "A test kit for callbacks of your own: recorded runs, the engine's dispatch without training, and the contract "
        "that every callback must keep. How it is used is in the [guide](../guides/callbacks.md#test-it).",
        lambda: chain(class_pages.recordings(), _names("testing")),
    ),
    "settings": Page(
        "Settings",
        "What can be set in a TOML file, as a flag, and in the window. Later layers win: defaults, recipe, file, "
        "flags. `auto` in a file or a flag lets Epochscope choose.",
        command_pages.settings,
    ),
    "command-line": Page(
        "Command line",
        "Every command, made from the parser. `epochscope COMMAND --help` prints the same.",
        command_pages.commands,
    ),
    "errors": Page(
        "Errors",
        "Every error names what happened, where, what was expected and how to fix it. Its code is stable: scripts can "
        "rely on it. Values are in braces here.",
        lambda: chain(error_codes.page(), _names("errors")),
    ),
}
"""Pages that are made in a second or two, by file name."""


def text_of(page: Page) -> str:
    """The whole page as Markdown."""
    return "\n".join([NOTE, "", f"# {page.title}", "", page.about, "", *page.parts()]).rstrip() + "\n"


def index(pages: dict[str, Page]) -> str:
    """The page that lists the others."""
    listed = [
        f"- [{page.title}]({name}.md): {page.about.partition('. ')[0].rstrip('.')}." for name, page in pages.items()
    ]
    return "\n".join([NOTE, "", "# Reference", "", *listed]) + "\n"


def pages() -> dict[str, Page]:
    """All of them, in the order of the list."""
    from docs import json_pages

    about = "What commands print with `--json`: keys and types, taken from a run on the embedded digits."
    return {**QUICK, "json": Page("JSON output", about, json_pages.outputs)}


def build(names: Sequence[str] = ()) -> list[Path]:
    """Write the pages of these names, or all, and the list of them; returns the files that changed."""
    made = pages()
    texts = {name: text_of(page) for name, page in made.items() if not names or name in names}
    changed = []
    for name, text in {"index": index(made), **texts}.items():
        path = FOLDER / f"{name}.md"
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
            changed.append(path)
    return changed


if __name__ == "__main__":
    for path in build(sys.argv[1:]):
        print(path)
