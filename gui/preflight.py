"""Whether a window can open here, found before Qt is asked: Qt would abort the process. No Qt."""

from __future__ import annotations

import ctypes
import importlib.util
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from trainer.errors import UsageError

# library -> Debian package, as the plugins of PySide6-Essentials 6.8 to 6.11 need them (readelf -d)
_ALL = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
}
_XCB = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
_WAYLAND = {"libwayland-client.so.0": "libwayland-client0", "libwayland-cursor.so.0": "libwayland-cursor0"}
_PLUGINS = {"xcb": _XCB, "wayland": _WAYLAND}

Load = Callable[[str], object]
Connect = Callable[[Mapping[str, str]], bool]


def _installed(package: str) -> object:
    try:
        return importlib.util.find_spec(package)
    except ImportError:  # half removed, or blocked
        return None


def check(
    environment: Mapping[str, str],
    *,
    platform: str = sys.platform,
    installed: Callable[[str], object] = _installed,
    load: Load = ctypes.CDLL,
    connects: Mapping[str, Connect] | None = None,
) -> str | None:
    """The platform plugin to name in QT_QPA_PLATFORM, or None where Qt may choose.

    Raises UsageError `gui.missing`, `gui.library` or `gui.display` where no window can open, with what to install.
    """
    for package in ("PySide6", "pyqtgraph"):
        if installed(package) is None:
            fix = "pip install 'epochscope[gui]'"
            raise UsageError("gui.missing", f"The window needs {package}, which is not installed.", fix=fix)
    if not platform.startswith("linux"):
        return None
    _need(_ALL, load)
    chosen = environment.get("QT_QPA_PLATFORM", "").partition(":")[0].partition(";")[0]
    if chosen and chosen not in _PLUGINS:
        return None
    answers = connects or {"xcb": _x_answers, "wayland": _wayland_answers}
    wanted = [chosen] if chosen else [name for name in ("wayland", "xcb") if environment.get(_VARIABLES[name])]
    present = [name for name in wanted if answers[name](environment)]
    if not present:
        raise _no_display(environment)
    usable = [name for name in present if not _missing(_PLUGINS[name], load)]
    if not usable:
        _need(_PLUGINS[present[-1]], load)
    return usable[0] if len(usable) < len(wanted) else None


_VARIABLES = {"xcb": "DISPLAY", "wayland": "WAYLAND_DISPLAY"}


def _missing(libraries: Mapping[str, str], load: Load) -> list[str]:
    """Packages whose library cannot be loaded."""
    packages = []
    for library, package in libraries.items():
        try:
            load(library)
        except OSError:
            packages.append(package)
    return packages


def _need(libraries: Mapping[str, str], load: Load) -> None:
    if packages := _missing(libraries, load):
        names = " ".join(packages)
        raise UsageError(
            "gui.library",
            f"The window needs system libraries that are missing: {', '.join(packages)}.",
            fix=f"sudo apt install {names}   (on Debian and Ubuntu; package names elsewhere are similar)",
            packages=names,
        )


def _no_display(environment: Mapping[str, str]) -> UsageError:
    named = [f"{name}={environment[name]}" for name in _VARIABLES.values() if environment.get(name)]
    what = f"No display answers at {' or '.join(named)}." if named else "There is no display to open a window on."
    return UsageError(
        "gui.display",
        what,
        expected="DISPLAY or WAYLAND_DISPLAY, as a desktop session sets them",
        fix="use the terminal: epochscope train, epochscope runs; or `ssh -X`",
    )


def _x_answers(environment: Mapping[str, str]) -> bool:
    """Whether the X server lets us in; True where that cannot be asked."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True
    xcb.xcb_connect.restype = ctypes.c_void_p
    display = environment.get("DISPLAY")
    connection = ctypes.c_void_p(xcb.xcb_connect(display.encode() if display else None, None))
    error = int(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return error == 0


def _wayland_answers(environment: Mapping[str, str]) -> bool:
    """Whether the compositor's socket is there."""
    name = environment.get("WAYLAND_DISPLAY") or "wayland-0"
    return (Path(environment.get("XDG_RUNTIME_DIR", "/")) / name).is_socket()
