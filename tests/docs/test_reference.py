"""The reference is as the code is: no page is stale, no public name is without one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs import build_reference
from docs.build_reference import FOLDER, QUICK, index, pages, text_of
from docs.error_codes import error_texts
from docs.markdown import code, prose, table
from docs.public_names import PAGES, missing
from gui.text.update_translations import error_codes
from trainer.cli.app import build
from trainer.events import EVENTS, HOOKS
from trainer.settings import describe

STALE = "run: python -m docs.build_reference"


@pytest.mark.parametrize("name", QUICK)
def test_a_page_is_as_the_code_is(name: str) -> None:
    assert (FOLDER / f"{name}.md").read_text("utf-8") == text_of(QUICK[name]), STALE


@pytest.mark.slow
def test_the_outlines_of_json_are_as_the_commands_print_it() -> None:
    assert (FOLDER / "json.md").read_text("utf-8") == text_of(pages()["json"]), STALE


def test_there_are_these_pages_and_no_others() -> None:
    assert {path.stem for path in FOLDER.glob("*.md")} == {"index", *pages()}
    assert (FOLDER / "index.md").read_text("utf-8") == index(pages()), STALE


def test_every_public_name_has_its_place() -> None:
    assert missing() == set()
    for page, names in PAGES.items():
        heads = re.findall(r"^## (\w+)$", (FOLDER / f"{page}.md").read_text("utf-8"), re.MULTILINE)
        assert {one.name for one in names} <= set(heads)


def test_every_field_hook_setting_command_and_code_is_there() -> None:
    text = {name: (FOLDER / f"{name}.md").read_text("utf-8") for name in QUICK}
    for event in EVENTS:
        section = text["events"].split(f"\n## {event.__name__}\n")[1].split("\n## ")[0]
        own = [field for field in event.__struct_fields__ if field not in ("epoch", "step")]
        assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == own
        assert f"| `{HOOKS[event]}` |" in text["hooks"]
    for one in describe():
        assert f"| `{one.key}` |" in text["settings"]
    for name in build():
        assert name.startswith("-") or f"\n## epochscope {name}\n" in text["command-line"]
    for known in error_codes():
        assert f"| `{known.code}` |" in text["errors"]


def test_links_between_the_pages_lead_somewhere() -> None:
    for path in FOLDER.glob("*.md"):
        for target, anchor in re.findall(r"\]\(([\w-]*)(?:\.md)?#?([\w-]*)\)", path.read_text("utf-8")):
            there = FOLDER / f"{target or path.stem}.md"
            heads = re.findall(r"^#+ (.*)$", there.read_text("utf-8"), re.MULTILINE)
            anchors = {"", *(head.lower().replace(" ", "-") for head in heads)}
            assert anchor in anchors, (path.name, target, anchor)


def test_building_again_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_reference, "FOLDER", tmp_path)
    assert {path.name for path in build_reference.build(["hooks"])} == {"index.md", "hooks.md"}
    assert build_reference.build(["hooks"]) == []


def test_an_error_is_read_as_it_stands_in_the_source() -> None:
    found = {one.code: one for one in error_texts()}
    assert found["callbacks.every"].what == "every: got {every}."
    assert found["callbacks.every"].kind == "UsageError"
    assert found["data.missing"].kind == "DataError", "what is wrong with a file has a code too"


def test_what_markdown_would_take_for_its_own_is_escaped() -> None:
    assert prose("a|b <c> `d|e`") == "a&#124;b &lt;c&gt; <code>d&#124;e</code>"
    assert prose("got {value}") == "got &#123;value&#125;"
    assert code("a_b") == "`a_b`"
    assert table(("A", "B", "C"), [("1", "", "x"), ("2", "", "y")])[0] == "| A | C |", "an empty column is left out"
