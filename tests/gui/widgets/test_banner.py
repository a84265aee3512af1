"""A notice that was closed stays closed while what it says goes on, and comes again when it happens again."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QToolButton

from gui.widgets.banner import Banner


def close(banner: Banner) -> None:
    banner.findChildren(QToolButton)[-1].click()


def test_what_goes_on_is_closed_once(qtbot: Any) -> None:
    banner = Banner()
    qtbot.addWidget(banner)
    banner.show_notice("folder", lambda: "A file is missing.")
    close(banner)
    banner.show_notice("folder", lambda: "A file is missing.")
    assert banner.isHidden()
    banner.show_notice("folder", lambda: "Two files are missing.")
    assert not banner.isHidden()


def test_what_happens_again_is_told_again(qtbot: Any) -> None:
    banner = Banner()
    qtbot.addWidget(banner)
    banner.tell("drop", lambda: "Drop one folder, or image files.")
    close(banner)
    assert banner.isHidden()
    banner.tell("drop", lambda: "Drop one folder, or image files.")
    assert not banner.isHidden()
