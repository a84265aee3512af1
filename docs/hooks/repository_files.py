"""Links to files of the repository, for those who read the pages there, are plain text on the site, which has no such
files but shows the examples themselves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

_LINK = re.compile(r"\[([^\]\n]+)\]\((?:\.\./)+examples/[^)\n]+\)")


def without_links(markdown: str) -> str:
    """A page with the paths of the examples in place of links to them."""
    return _LINK.sub(r"`\1`", markdown)


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Take the links out."""
    return without_links(markdown)
