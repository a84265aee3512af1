"""Pictures that the README shows too are taken from where they are, so that there is one of each."""

from __future__ import annotations

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

RESOURCES = Path(__file__).parents[2] / "resources"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add `resources/pictures` and the icon to the site, as `pictures/NAME`."""
    for path in sorted([*(RESOURCES / "pictures").iterdir(), RESOURCES / "icons" / "epochscope.svg"]):
        files.append(File.generated(config, f"pictures/{path.name}", abs_src_path=str(path)))
    return files
