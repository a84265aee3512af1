"""Who reads the pages in the repository sees no included file: beside each there is a link to it; and what they say of
recorded runs."""

from __future__ import annotations

import re

from callbacks.testing import RECORDINGS, recorded
from docs.hooks.repository_files import without_links
from tests.docs.pages import REPOSITORY, page_name, pages
from trainer.events import RunStarted

INCLUDE = re.compile(r"^--8<--\n([^\n]+)\n--8<--\n```\n\n(.*)", re.MULTILINE)
LINK = re.compile(r"\[(examples/[^\]]+)\]\(([^)]+)\)")


def test_the_table_of_recorded_runs_is_true() -> None:
    text = next(path for path in pages() if page_name(path) == "guides/callbacks").read_text("utf-8")
    table = re.findall(r"^\| `(\w+)` \| (\d) x (\d) \|", text, re.MULTILINE)
    assert [name for name, _, _ in table] == list(RECORDINGS)
    for name, epochs, steps in table:
        events = recorded(name)
        started = next(event for event in events if isinstance(event, RunStarted))
        assert (int(epochs), int(steps)) == (started.epochs, started.steps_per_epoch), name


def test_each_included_file_has_a_link_below_it_that_leads_there() -> None:
    included = 0
    for path in pages():
        for name, below in INCLUDE.findall(path.read_text("utf-8")):
            included += 1
            (link,) = LINK.findall(below) or [("", "")]
            assert link[0] == name, f"{page_name(path)}: no link to {name}"
            assert (path.parent / link[1]).resolve() == REPOSITORY / name, f"{page_name(path)}: {link[1]}"
    assert included > 8


def test_the_site_has_the_name_in_place_of_the_link() -> None:
    for path in pages():
        left = re.findall(r"\]\((?:\.\./)+examples/.*", without_links(path.read_text("utf-8")))
        assert left == [], page_name(path)
    text = "see [examples/a.py](../../examples/a.py) and [the examples](../examples.md)"
    assert without_links(text) == "see `examples/a.py` and [the examples](../examples.md)"
