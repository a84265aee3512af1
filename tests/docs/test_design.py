"""The pages about the code name files that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, REPOSITORY, page_name, pages

FILE = re.compile(r"`((?:trainer|callbacks|gui|tests|examples)/[\w/]+(?:\.\w+)?/?)`")


@pytest.mark.parametrize("path", pages(), ids=page_name)
def test_each_file_that_is_named_exists(path: Path) -> None:
    missing = [name for name in FILE.findall(path.read_text("utf-8")) if not (REPOSITORY / name).exists()]
    assert missing == []


def test_the_walks_name_files() -> None:
    assert len(FILE.findall((DOCS / "design/walks.md").read_text("utf-8"))) > 30
