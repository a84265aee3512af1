"""The panel of each tab, made when it is first looked at."""

from __future__ import annotations

from gui.engine.rpc_client import RpcClient
from gui.panels.base import Panel
from gui.preferences import Preferences
from gui.viewmodels.explanations import Explanations
from gui.viewmodels.run_colours import RunColours
from gui.viewmodels.selection import EpochCursor


def make_panel(
    name: str,
    cursor: EpochCursor,
    rpc_client: RpcClient,
    preferences: Preferences,
    explanations: Explanations,
    colours: RunColours,
) -> Panel:
    """The panel of a tab. Its module is imported here: what no one looks at takes no time at the start."""
    match name:
        case "curves":
            from gui.panels.curves.curves_panel import CurvesPanel

            return CurvesPanel(cursor, colours)
        case "errors":
            from gui.panels.confusion.confusion_panel import ConfusionPanel

            return ConfusionPanel(cursor, explanations)
        case "slices":
            from gui.panels.slices.slices_panel import SlicesPanel

            return SlicesPanel(cursor, rpc_client, explanations)
        case "map":
            from gui.panels.embedding import EmbeddingPanel

            return EmbeddingPanel(cursor, rpc_client, explanations)
        case "predict":
            from gui.panels.predict.predict_panel import PredictPanel

            return PredictPanel(cursor, rpc_client, preferences, explanations)
        case "labels":
            from gui.panels.labels.labels_panel import LabelsPanel

            return LabelsPanel(cursor, rpc_client, preferences)
        case "confidence":
            from gui.panels.confidence import ConfidencePanel

            return ConfidencePanel(cursor, rpc_client)
    return _reading_panel(name, cursor)


def _reading_panel(name: str, cursor: EpochCursor) -> Panel:
    """One that only reads what the run has written."""
    match name:
        case "classes":
            from gui.panels.classes.classes_panel import ClassesPanel

            return ClassesPanel(cursor)
        case "weights":
            from gui.panels.weights import WeightsPanel

            return WeightsPanel(cursor)
        case "log":
            from gui.panels.log import LogPanel

            return LogPanel(cursor)
    raise ValueError(f"there is no panel {name!r}")
