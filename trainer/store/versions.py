"""Format versions of all that is written into a run folder or exported, and their one check. [no torch]

A file without a version is of version 1: the first ones did not carry any. A version that is larger than the one in
this table was written by a newer Epochscope: it is refused in words, never read by guess and never called damaged.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal

import msgspec

from trainer.errors import NewerVersionError
from trainer.text.json_text import parse_json

Format = Literal[
    "journal",
    "checkpoint",
    "predictions",
    "map",
    "summary",
    "evaluation",
    "export",
    "images",
    "features",
    "calibration",
    "search",
]

VERSIONS: MappingProxyType[Format, int] = MappingProxyType(
    {
        "journal": 2,
        "checkpoint": 1,
        "predictions": 1,
        "map": 1,
        "summary": 1,
        "evaluation": 2,
        "export": 1,
        "images": 1,
        "features": 1,
        "calibration": 1,
        "search": 1,
    }
)
"""What this Epochscope writes, and the newest it reads. `predictions`: also evaluation/<split>.npz. `images`: the
published images in .data/. `features`: what a pretrained network gives of them, in .data/features/. `calibration`:
evaluation/calibration.json. `search`: search.json of a search."""


class _Version(msgspec.Struct):
    format: int = 1


_version_decoder = msgspec.json.Decoder(_Version)


def check_json_version(kind: Format, text: bytes, where: object) -> None:
    """`check_version` of the `format` in the JSON of a file, before the rest of it is looked at. Raises ValueError also
    where it is not JSON."""
    check_version(kind, parse_json(_version_decoder, text).format, where)


def check_version(kind: Format, found: object, where: object) -> None:
    """Raises NewerVersionError `version.newer` where `found` is larger than what is known of this kind, ValueError
    where it is not a version: anything but a whole number of at least 1. `where`: the file."""
    if type(found) is not int or found < 1:
        raise ValueError(f"{found!r:.40} is not a format version")
    if found > VERSIONS[kind]:
        raise newer(kind, found, where)


def newer(kind: Format, found: int, where: object) -> NewerVersionError:
    """The error for a file of this version."""
    return NewerVersionError(
        "version.newer",
        f"This file was made by a newer Epochscope (format {found} of the {kind}; this one reads {VERSIONS[kind]}).",
        where=str(where),
        fix="Update Epochscope to open it: pip install --upgrade epochscope",
        kind=kind,
        path=str(where),
        version=found,
        reads=VERSIONS[kind],
    )
