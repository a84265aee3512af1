"""Links into the reference that the site makes by itself; a strict build checks that each leads somewhere."""

from __future__ import annotations

import re

import pytest

from docs.hooks.references import REFERENCE, linked, slug, target, targets
from docs.public_names import PAGES
from tests.docs.pages import pages
from trainer.events import EVENTS, hook_name
from trainer.settings import flags


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Trainer", "trainer.md#trainer"),
        ("Trainer(model, data)", "trainer.md#trainer"),
        ("trainer.fit(resume=True)", "trainer.md#trainerfit"),
        ('run.outputs("valid")', "hooks.md#runcontextoutputs"),
        ("Phase.DECIDE", "hooks.md#phase"),
        ("state_dict", "hooks.md#callbackstate_dict"),
        ("on_error", "hooks.md#callback"),
        ("on_epoch_ended", "hooks.md#hooks"),
        ("EpochEnded", "events.md#epochended"),
        ("data.valid", "settings.md#data"),
        ("--class-weights balanced", "settings.md#train"),
        ("epochscope runs diff first second", "command-line.md#epochscope-runs-diff"),
        ("epochscope resume RUN", "command-line.md#epochscope-resume"),
        ("predict", "command-line.md#epochscope-predict"),
        ("run.exists", "errors.md#run"),
        ("train", None),
        ("data.csv", None),
        ("epochscope", None),
    ],
)
def test_a_name_leads_to_its_place(text: str, place: str | None) -> None:
    assert target(text) == place


def test_every_public_name_event_hook_and_flag_has_a_place() -> None:
    without = ["EpochscopeError", "compare", "encode", "decode"]  # a whole page; words of their own
    without += ["recorded", "replay", "resumed", "stopped", "training"]
    names = [one.name for names in PAGES.values() for one in names if one.name not in without]
    names += [name for event in EVENTS for name in (event.__name__, hook_name(event))]
    names += [flag.name for flag in flags()]
    assert [name for name in names if target(name) is None] == []


def test_every_place_is_a_heading_of_the_reference() -> None:
    headings = {
        f"{path.name}#{slug(line.lstrip('# '))}"
        for path in REFERENCE.glob("*.md")
        for line in path.read_text("utf-8").splitlines()
        if line.startswith("#")
    }
    assert set(targets().values()) <= headings


def test_only_the_first_mention_outside_of_code_and_links_is_a_link() -> None:
    page = "# `Trainer`\n\n[`Trainer`](x.md) and ``a `Trainer` ``\n\n```python\n`Trainer`\n```\n`Trainer`, `Trainer`\n"
    assert linked(page, "r") == page.replace("\n`Trainer`, ", "\n[`Trainer`](r/trainer.md#trainer), ")


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.stem)
def test_nothing_of_a_page_but_links_is_changed(path: object) -> None:
    text = path.read_text("utf-8")  # type: ignore[attr-defined]
    assert re.sub(r"\[(`[^`\n]+`)\]\(R/[^)]*\)", r"\1", linked(text, "R")) == text
