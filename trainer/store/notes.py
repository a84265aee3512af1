"""What a viewer keeps in a run folder: a note and tags, in viewer.json. [no torch]"""

from __future__ import annotations

from pathlib import Path

import msgspec

from trainer.store import durable
from trainer.text.json_text import parse_json

MAX_NOTE = 10_000
"""Characters; longer notes and tags are cut."""
MAX_TAG = 60
MAX_TAGS = 32
_MAX_BYTES = 1 << 18


class ViewerNotes(msgspec.Struct, frozen=True, kw_only=True):
    """What a person wrote about a run."""

    note: str = ""
    tags: tuple[str, ...] = ()


_decoder = msgspec.json.Decoder(ViewerNotes)


def load(path: str | Path) -> ViewerNotes:
    """Read the file; empty if there is none. Raises ValueError naming what is wrong if it cannot be used."""
    try:
        return parse_json(_decoder, durable.read_bytes(path, _MAX_BYTES))
    except FileNotFoundError:
        return ViewerNotes()
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from error


def read(path: str | Path) -> ViewerNotes:
    """The same, but also empty if it cannot be read."""
    try:
        return load(path)
    except ValueError:
        return ViewerNotes()


def write(path: str | Path, notes: ViewerNotes) -> ViewerNotes:
    """Replace the file and return its content: tags stripped and without duplicates. Raises DiskError."""
    tags = dict.fromkeys(tag.strip()[:MAX_TAG] for tag in notes.tags)
    tidy = ViewerNotes(note=notes.note.strip()[:MAX_NOTE], tags=tuple(tag for tag in tags if tag)[:MAX_TAGS])
    durable.write_json(path, msgspec.to_builtins(tidy))
    return tidy
