"""To how many epochs a run is continued."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QInputDialog, QWidget

from gui.viewmodels.run_row import Row

MORE_EPOCHS = 10
MAX_EPOCHS = 100_000


def ask_epochs(row: Row, parent: QWidget) -> int | None:
    """Ask for the total number of epochs.

    Args:
        row: The run.
        parent: Parent widget.

    Returns:
        The number; None: the user has cancelled.
    """
    least = max(1, row.summary.epoch + (row.state == "completed")) if row.summary else 1
    planned = row.summary.epochs if row.summary else 0
    proposed = max(least, planned if row.state != "completed" else planned + MORE_EPOCHS)
    tr = QCoreApplication.translate
    dialog = QInputDialog(parent)
    dialog.setWindowTitle(tr("RunsPanel", "Continue {run}").format(run=row.name))
    dialog.setLabelText(tr("RunsPanel", "How many epochs in total?"))
    dialog.setOkButtonText(tr("RunsPanel", "Continue"))
    dialog.setCancelButtonText(tr("RunsPanel", "Cancel"))
    dialog.setInputMode(QInputDialog.InputMode.IntInput)
    dialog.setIntRange(min(least, MAX_EPOCHS), MAX_EPOCHS)
    dialog.setIntValue(proposed)
    accepted = dialog.exec()
    dialog.deleteLater()
    return dialog.intValue() if accepted else None
