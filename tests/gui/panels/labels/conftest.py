"""A review of six proposals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.gui.label_answers import answer, proposal

if TYPE_CHECKING:  # Qt is loaded by the tests, which are skipped where it cannot be
    from gui.panels.labels.labels_view import LabelsView
    from tests.gui.rpc_clients import FakeRpcClient

KINDS = ("label", "conflict", "leak", "outlier", "label", "label")


@pytest.fixture
def assist(tmp_path: Path) -> FakeRpcClient:
    from tests.gui.rpc_clients import FakeRpcClient

    return FakeRpcClient(tmp_path)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "photos").mkdir()
    return tmp_path / "photos"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "mine.csv"


@pytest.fixture
def asking(assist: FakeRpcClient, source: Path, root: Path, qtbot: Any) -> LabelsView:
    """No place was agreed on yet."""
    from gui.panels.labels.labels_view import LabelsView
    from gui.preferences import Preferences
    from tests.gui.label_reviewer import settings

    view = LabelsView(assist, Preferences())  # type: ignore[arg-type]
    qtbot.addWidget(view)
    view.resize(900, 600)
    view.show_data(settings(source), root, 900)
    with qtbot.waitActive(view):
        view.show()
        view.activateWindow()
    view.search_page.button.click()
    records = [
        proposal(kind, f"cat/{number}.png", score=1 - number / 10, label=number % 2, suggested=1 - number % 2)
        for number, kind in enumerate(KINDS)
    ]
    for record in records:
        record["suggested"] = record["suggested"] if record["kind"] in ("label", "conflict") else -1
    assist.answer("labels", **answer(assist.folder / "a", records))
    view.grid.setFocus()
    return view


@pytest.fixture
def view(asking: LabelsView, source: Path, place: Path, root: Path) -> LabelsView:
    """Decisions are saved in `place`."""
    from gui.preferences import Preferences
    from tests.gui.label_reviewer import settings

    Preferences().set_edits_file(str(source), place)
    asking.saver.load(settings(source), root)
    return asking
