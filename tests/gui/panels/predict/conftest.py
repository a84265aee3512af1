"""The panel, and four images in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:  # Qt is loaded by the tests, which are skipped where it cannot be
    from gui.panels.predict.predict_panel import PredictPanel
    from tests.gui.rpc_clients import FakeRpcClient


@pytest.fixture
def assist(tmp_path: Path) -> FakeRpcClient:
    from tests.gui.rpc_clients import FakeRpcClient

    return FakeRpcClient(tmp_path)


@pytest.fixture
def panel(assist: FakeRpcClient, qtbot: Any) -> PredictPanel:
    from gui.panels.predict.predict_panel import PredictPanel
    from gui.preferences import Preferences
    from gui.viewmodels.explanations import Explanations
    from gui.viewmodels.selection import EpochCursor

    panel = PredictPanel(EpochCursor(), assist, Preferences(), Explanations(assist))  # type: ignore[arg-type]
    qtbot.addWidget(panel)
    panel.resize(700, 400)
    panel.show()
    return panel


@pytest.fixture
def labelled(panel: PredictPanel, assist: FakeRpcClient, tmp_path: Path) -> PredictPanel:
    """Four images of a folder, three of them with a class, one wrong, one unreadable."""
    from tests.gui.panels.predict.predictions import CAT, DOG, answer, row, run_of

    panel.show_run(run_of(tmp_path))
    panel.classify([tmp_path])
    images = [str(tmp_path / f"img-{number}.png") for number in (10, 9, 1, 2)]
    assist.answer("find", ok=True, images=images, truth=[0, 1, 0, -1], left_out={"txt": 1})
    bad = {"image": images[3], "code": "x", "reason": "<b>cut</b> off"}
    answer(
        assist,
        row(images[0], (CAT, 0.75), (DOG, 0.25)),
        row(images[1], (CAT, 0.5), (DOG, 0.5)),
        row(images[2], (CAT, 0.99), (DOG, 0.01)),
        unreadable=[bad],
    )
    assist.answer(
        "score", ok=True, images=3, accuracy=2 / 3, accuracy_interval=[0.2, 0.9], macro_f1=0.4,
        macro_f1_interval=[0.1, 0.8], macro_classes=2, classes=2,
    )  # fmt: skip
    return panel
