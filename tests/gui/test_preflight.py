"""Whether a window can open is found out before Qt is asked, and said in one sentence."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gui.preflight import check
from trainer.errors import UsageError

X = {"DISPLAY": ":0"}
WAYLAND = {"WAYLAND_DISPLAY": "wayland-0", "XDG_RUNTIME_DIR": "/run/user/1"}


def found(name: str) -> object:
    return object()


def without(*missing: str):  # type: ignore[no-untyped-def]
    def load(library: str) -> object:
        if library in missing:
            raise OSError(f"{library}: cannot open shared object file")
        return object()

    return load


def look(environment, *, platform="linux", load=None, x=True, wayland=True, installed=found):  # type: ignore[no-untyped-def]
    answers = {"xcb": lambda _: x, "wayland": lambda _: wayland}
    return check(environment, platform=platform, installed=installed, load=load or without(), connects=answers)


def refused(environment, **more) -> UsageError:  # type: ignore[no-untyped-def]
    with pytest.raises(UsageError) as caught:
        look(environment, **more)
    return caught.value


@pytest.mark.parametrize("environment", [X, WAYLAND, X | WAYLAND])
def test_a_display_with_its_libraries_leaves_the_choice_to_qt(environment: dict[str, str]) -> None:
    assert look(environment) is None


@pytest.mark.parametrize("missing", ["PySide6", "pyqtgraph"])
def test_without_the_packages_it_names_the_extra(missing: str) -> None:
    error = refused(X, installed=lambda name: None if name == missing else object())
    assert (error.code, error.fix) == ("gui.missing", "pip install 'epochscope[gui]'")
    assert error.exit_code == 4


def test_no_display_at_all() -> None:
    assert refused({}).code == "gui.display"


def test_a_display_that_does_not_answer_is_named() -> None:
    error = refused(X | WAYLAND, x=False, wayland=False)
    assert error.code == "gui.display"
    assert "DISPLAY=:0" in error.what


@pytest.mark.parametrize(
    ("environment", "library", "package"),
    [
        (X, "libxcb-cursor.so.0", "libxcb-cursor0"),
        (X, "libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
        (X, "libEGL.so.1", "libegl1"),
        (WAYLAND, "libwayland-cursor.so.0", "libwayland-cursor0"),
        ({"QT_QPA_PLATFORM": "offscreen"}, "libGL.so.1", "libgl1"),
    ],
)
def test_a_missing_library_names_its_package(environment: dict[str, str], library: str, package: str) -> None:
    error = refused(environment, load=without(library))
    assert error.code == "gui.library"
    assert error.what.count("\n") == 0
    assert error.parameters["packages"] == package
    assert package in error.fix


def test_all_missing_packages_are_named_at_once() -> None:
    error = refused(X, load=without("libxcb-cursor.so.0", "libxcb-icccm.so.4"))
    assert error.parameters["packages"] == "libxcb-cursor0 libxcb-icccm4"


@pytest.mark.parametrize(
    ("more", "platform"),
    [
        ({"load": without("libxcb-cursor.so.0")}, "wayland"),
        ({"load": without("libwayland-client.so.0")}, "xcb"),
        ({"wayland": False}, "xcb"),
        ({"x": False}, "wayland"),
    ],
)
def test_of_two_displays_the_one_that_works_is_named(more, platform: str) -> None:  # type: ignore[no-untyped-def]
    assert look(X | WAYLAND, **more) == platform


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_elsewhere_there_is_always_a_display(platform: str) -> None:
    assert look({}, platform=platform, load=without("libEGL.so.1")) is None


def test_a_platform_that_needs_no_display() -> None:
    assert look({"QT_QPA_PLATFORM": "offscreen"}) is None
    assert look({"QT_QPA_PLATFORM": "vnc:size=800x600"}) is None


def test_it_imports_no_qt() -> None:
    code = "import sys, gui.preflight; sys.exit(any(name.startswith('PySide6') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks an X server")
def test_an_x_server_that_is_not_there_does_not_answer() -> None:
    from gui.preflight import _wayland_answers, _x_answers

    pytest.importorskip("ctypes")
    assert not _wayland_answers(WAYLAND)
    try:
        __import__("ctypes").CDLL("libxcb.so.1")
    except OSError:
        pytest.skip("no libxcb here")
    assert not _x_answers({"DISPLAY": ":98765"})
