"""A helper that a test answers for, and what the panel shows of its answers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage

from gui.panels.predict.predict_panel import PredictPanel
from gui.viewmodels.journal_follower import JournalFollower
from gui.viewmodels.predicted_images import COLUMNS
from gui.viewmodels.selection import OpenRun
from tests.gui.rpc_clients import FakeRpcClient
from trainer.store.folder import RunFolder

Role = Qt.ItemDataRole
CAT, DOG = "<i>cat</i>", "собака"


def run_of(tmp_path: Path, name: str = "a", classes: Sequence[str] = (CAT, DOG)) -> OpenRun:
    folder = RunFolder(tmp_path / name)
    folder.path.mkdir(exist_ok=True)
    run = OpenRun(folder, JournalFollower(folder))
    run.model.info = SimpleNamespace(classes=tuple(classes), monitor="loss", monitor_mode="min")  # type: ignore[assignment]
    return run


def picture(path: Path, width: int = 300, height: int = 200) -> Path:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    path.parent.mkdir(parents=True, exist_ok=True)
    assert image.save(str(path))
    return path


def row(path: Path | str, *top: tuple[str, float]) -> dict[str, Any]:
    named = [{"class": name, "probability": part} for name, part in top]
    return {"image": str(path), "class": top[0][0], "confidence": top[0][1], "top": named}


def answer(
    assist: FakeRpcClient, *images: dict[str, Any], unreadable: Sequence[dict[str, Any]] = (), **more: Any
) -> None:
    assist.answer("predict", **{"ok": True, "weights": "best", "images": images, "unreadable": unreadable, **more})


def cell(panel: PredictPanel, place: int, column: str, role: int = Role.DisplayRole) -> Any:
    return panel.view.table.index(place, COLUMNS.index(column)).data(role)  # type: ignore[arg-type]


def names(panel: PredictPanel) -> list[str]:
    return [cell(panel, place, "image") for place in range(panel.view.table.rowCount())]
