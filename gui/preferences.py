"""What the window remembers between sessions, in a file in the user's settings folder."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QByteArray, QSettings

from gui.style.theme import SCHEMES, Scheme

LANGUAGES = ("system", "en", "ru")
RECENT = 10
LAYOUT_VERSION = 1


@dataclass(frozen=True)
class RunOrder:
    """Order of the list of runs: the column it is sorted by, whether the largest comes first, and what runs are grouped
    by, "" for nothing."""

    column: str = "started"
    descending: bool = True
    group: str = ""


class Preferences:
    """Typed values over QSettings. Damaged or unknown values count as unset."""

    def __init__(self) -> None:
        self._file = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "Epochscope", "window")

    @property
    def language(self) -> str:
        """`system`, `en` or `ru`."""
        found = self._text("language")
        return found if found in LANGUAGES else "system"

    @language.setter
    def language(self, value: str) -> None:
        self._file.setValue("language", value)

    @property
    def scheme(self) -> Scheme:
        """Light, dark, or the system's."""
        found = self._text("theme")
        return next((scheme for scheme in SCHEMES if scheme == found), "system")

    @scheme.setter
    def scheme(self, value: Scheme) -> None:
        self._file.setValue("theme", value)

    @property
    def python(self) -> str:
        """The Python interpreter for training; our own unless another was chosen."""
        return self._text("python") or sys.executable

    @python.setter
    def python(self, value: str) -> None:
        self._file.setValue("python", value)

    @property
    def tour_seen(self) -> bool:
        """Whether the tour has been shown; it is not offered again."""
        return self._text("tour_seen") == "true"

    @tour_seen.setter
    def tour_seen(self, value: bool) -> None:
        self._file.setValue("tour_seen", "true" if value else "false")

    @property
    def run_order(self) -> RunOrder:
        """How the list of runs was sorted and grouped."""
        column, _, rest = self._text("run_order").partition("|")
        direction, _, group = rest.partition("|")
        return RunOrder(column, direction == "True", group) if column else RunOrder()

    @run_order.setter
    def run_order(self, value: RunOrder) -> None:
        self._file.setValue("run_order", "|".join(str(part) for part in astuple(value)))

    @property
    def run_colours(self) -> dict[Path, int]:
        """Numbers of the colours of runs in charts, by their folders."""
        try:
            found = msgspec.json.decode(self._text("run_colours") or "{}", type=dict[str, int])
        except msgspec.MsgspecError:
            return {}
        return {Path(name): number for name, number in found.items()}

    @run_colours.setter
    def run_colours(self, value: Mapping[Path, int]) -> None:
        found = {str(path): number for path, number in value.items()}
        self._file.setValue("run_colours", msgspec.json.encode(found).decode())

    @property
    def recent(self) -> list[Path]:
        """Recently opened runs, the latest first."""
        found = self._file.value("recent", [])
        # one entry comes back as a string
        names = [found] if isinstance(found, str) else found if isinstance(found, list) else []
        return [Path(name) for name in names if isinstance(name, str) and name][:RECENT]

    def add_recent(self, path: Path) -> None:
        """Put a run at the top of the list."""
        names = [str(path), *(str(old) for old in self.recent if old != path)]
        self._file.setValue("recent", names[:RECENT])

    def folder(self, name: str) -> str:
        """The folder used last for `data`, `run`, `images`, `classified`, `callbacks` or `export`; "" at first."""
        return self._text(f"folders/{name}")

    def set_folder(self, name: str, path: Path) -> None:
        """Remember it."""
        self._file.setValue(f"folders/{name}", str(path))

    def edits_file(self, source: str) -> str:
        """The file for label edits of this data set; "" until the user has chosen one."""
        return self._text(f"edits/{_key(source)}")

    def set_edits_file(self, source: str, path: Path) -> None:
        """Remember it."""
        self._file.setValue(f"edits/{_key(source)}", str(path))

    def layout(self, name: str) -> QByteArray:
        """Geometry or splitter state; empty if there is none for this version."""
        found = self._file.value(f"layout{LAYOUT_VERSION}/{name}")
        return found if isinstance(found, QByteArray) else QByteArray()

    def set_layout(self, name: str, state: QByteArray) -> None:
        """Remember it."""
        self._file.setValue(f"layout{LAYOUT_VERSION}/{name}", state)

    def shown(self, name: str) -> bool:
        """Whether a side panel is open."""
        return self._text(f"layout{LAYOUT_VERSION}/{name}") != "false"

    def set_shown(self, name: str, value: bool) -> None:
        """Remember it."""
        self._file.setValue(f"layout{LAYOUT_VERSION}/{name}", "true" if value else "false")

    def forget_layout(self) -> None:
        """Forget the saved layout."""
        self._file.remove(f"layout{LAYOUT_VERSION}")

    def save(self) -> None:
        """Write the file now."""
        self._file.sync()

    def _text(self, key: str) -> str:
        value: Any = self._file.value(key, "")
        return value if isinstance(value, str) else ""


def _key(source: str) -> str:
    """Escape the slashes of a path, which would create groups in the file."""
    return hashlib.sha256(source.encode()).hexdigest()[:16]
