"""Whether Qt can be loaded here: a server or a container often has the wheels and not the system's libraries."""

from __future__ import annotations

import os
from functools import cache

from gui import preflight
from trainer.errors import UsageError

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@cache
def missing() -> str:
    """What has to be installed before a window can be tested; "" where nothing is missing."""
    try:
        from pytestqt.qt_compat import qt_api

        qt_api.set_qt_api("pyside6")
        from PySide6 import QtGui, QtWidgets  # noqa: F401
    except ImportError as error:
        try:
            preflight.check(os.environ)
        except UsageError as refused:
            return f"{refused.what} {refused.fix}"
        return f"{error}: pip install -e '.[dev]'"
    return ""


def needs_qt(error: BaseException | None) -> bool:
    """Whether a test failed for want of Qt alone."""
    while error is not None:
        if isinstance(error, ImportError) and missing():
            names = f"{error.name} {error}"
            if any(name in names for name in ("PySide6", "pytestqt", "pyqtgraph", ".so")):
                return True
        error = error.__cause__ or error.__context__
    return False
