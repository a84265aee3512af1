"""The site as it is built: no warning, and nothing that a reader's browser would fetch from elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import REPOSITORY, page_name, pages

FETCHED = re.compile(
    r"""<(?:script|img|iframe|source|video|audio|embed)\b[^>]*?\bsrc=["']?(?:https?:)?//"""
    r"""|<link\b(?=[^>]*\brel=["']?(?:stylesheet|preconnect|preload|icon))[^>]*?\bhref=["']?(?:https?:)?//"""
    r"""|@import\s*(?:url\()?["']?(?:https?:)?//|url\(["']?(?:https?:)?//"""
)


def test_every_page_is_in_the_navigation() -> None:
    listed = re.findall(r"[\w/-]+(?=\.md$)", (REPOSITORY / "mkdocs.yml").read_text("utf-8"), re.MULTILINE)
    written = [name for name in listed if not name.startswith("reference/")]
    assert sorted(written) == sorted(page_name(path) for path in pages())


@pytest.mark.slow
def test_the_site_builds_without_a_warning_and_fetches_nothing(tmp_path: Path) -> None:
    pytest.importorskip("material", reason="the site needs mkdocs: pip install -e '.[docs]'")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    built = [path for path in (tmp_path / "site").rglob("*") if path.suffix in (".html", ".css")]
    assert len(built) > len(pages())
    found = {path.name: FETCHED.findall(path.read_text("utf-8")) for path in built}
    assert {name: hits for name, hits in found.items() if hits} == {}
