"""Three runs, and the list of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.gui.viewmodels.test_run_list import make

if TYPE_CHECKING:  # Qt is loaded by the tests, which are skipped where it cannot be
    from gui.runs.runs_panel import RunsPanel


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for number, name in enumerate(("old", "middle", "new")):
        folder = make(tmp_path, name, started_at=f"2026-01-0{number + 1}T10:00:00+00:00", epoch=5, epochs=5,
                      best_epoch=3, best_loss=0.5 + number, best_macro_f1=0.9 - number / 10, elapsed=65.0)  # fmt: skip
        folder.run_toml.write_text(f'model = "cnn"\n[train]\nlr = 0.{number + 1}\nseed = 1\n', encoding="utf-8")
    return tmp_path


@pytest.fixture
def panel(root: Path, qtbot: Any) -> RunsPanel:
    from gui.runs.runs_panel import RunsPanel

    panel = RunsPanel(root)
    qtbot.addWidget(panel)
    panel.resize(900, 500)
    panel.show()
    panel.tick()
    return panel
