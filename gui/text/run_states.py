"""What the user can do about the state of a run, in a sentence."""

from __future__ import annotations

from collections.abc import Set

from PySide6.QtCore import QCoreApplication

from gui.viewmodels.run_state import Action


def state_advice(state: str, enabled: Set[Action]) -> str:
    """Explain a state and what to do.

    Args:
        state: State of the run.
        enabled: Actions that are available.

    Returns:
        A sentence; "" if the state is unknown.
    """
    tr = QCoreApplication.translate
    if state in ("stopped", "failed", "lost") and "continue" not in enabled:
        return tr("States", "It cannot be continued from this window.")
    texts = {
        "idle": tr("States", "Open a run from the list, or start a new one."),
        "loading": tr("States", "Reading what the run has written so far."),
        "starting": tr("States", "The training process is starting."),
        "preparing": tr("States", "Reading the data. Training will start by itself."),
        "running": tr("States", "Pause or stop whenever you like: nothing is lost."),
        "pausing": tr("States", "Pauses after the current step."),
        "paused": tr("States", "Everything is kept in memory. Resume whenever you like."),
        "stopping": tr("States", "Finishes its work, then saves."),
        "completed": tr("States", "All epochs are done. Continue adds more."),
        "stopped": tr("States", "Stopped early. Continue picks up where it stopped."),
        "failed": tr("States", "The log says why. Continue tries again, from the last checkpoint if there is one."),
        "lost": tr(
            "States", "Its process ended unexpectedly. Continue picks up from the last checkpoint, if there is one."
        ),
        "gone": tr(
            "States",
            "Its folder was moved or deleted, or its disk is not connected. Connect the disk, or open the run where it "
            "is now.",
        ),
    }
    return texts.get(state, "")


def fruitless_text() -> str:
    """Why a run that ended before its first epoch has nothing to show; the first line is a heading."""
    return QCoreApplication.translate(
        "RunStates", "This run ended before its first epoch\nContinue it to get metrics, images and weights."
    )
