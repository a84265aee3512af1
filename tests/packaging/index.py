"""What pip would install from its package index into an empty environment. Nothing is installed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).parents[2]


class Package(NamedTuple):
    """A package as the index serves it; `digest`: SHA-256 of its file, hex; `metadata`: as in PEP 566."""

    name: str
    version: str
    digest: str
    file: str
    metadata: dict[str, Any]


def normal(name: str) -> str:
    """The one spelling of a package's name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def packages(report: dict[str, Any]) -> list[Package]:
    """The packages of a report of pip, by name; a folder has no digest and is left out."""
    found = []
    for one in report["install"]:
        place, about = one["download_info"], one["metadata"]
        digest = place.get("archive_info", {}).get("hashes", {}).get("sha256")
        if digest:
            file = unquote(urlsplit(place["url"]).path).rpartition("/")[2]
            found.append(Package(normal(about["name"]), about["version"], digest, file, about))
    return sorted(found, key=lambda one: one.name)


def ask(*requirements: str) -> list[Package]:
    """What these bring, in the versions of constraints.txt. Raises CalledProcessError, as without a network."""
    options = ["--dry-run", "--ignore-installed", "--quiet", "--report", "-", "-c", str(ROOT / "constraints.txt")]
    command = [sys.executable, "-m", "pip", "install", *options, *requirements]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    return packages(json.loads(done.stdout))
