"""The check box that keeps predictions up to date while their run is training."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QCheckBox

from gui.engine.rpc_client import RpcClient
from gui.text import formats
from gui.viewmodels.classification_job import ClassificationJob
from gui.viewmodels.selection import OpenRun

RETRY_MS = 1000
"""How long to wait where the helper is busy with something else."""


class LiveUpdate(QCheckBox):
    """Has the images classified again when the run has saved better weights, but never while anything else is asked of
    the helper. `due`: call `update_images` again; it waited for the helper.

    Args:
        job: The classification.
        rpc_client: Client of the helper process.
    """

    due = Signal()

    def __init__(self, job: ClassificationJob, rpc_client: RpcClient) -> None:
        super().__init__()
        self._job, self._rpc_client = job, rpc_client
        self._run: OpenRun | None = None
        self._used = ""
        self._epoch = 0
        """Of the last update; 0: there was none."""
        self._later = QTimer(self, singleShot=True, interval=RETRY_MS)
        self._later.timeout.connect(self.due)
        self.toggled.connect(lambda _: self.due.emit())
        self.retranslate()

    def begin(self, run: OpenRun | None) -> None:
        """Remember the weights with which a classification begins.

        Args:
            run: The run that classifies; None: there is none.
        """
        self._run, self._epoch = run, 0
        self._used, _ = _weights(run)

    def offer(self, run: OpenRun | None) -> None:
        """Offer updates while they can come.

        Args:
            run: The run that has classified images; None: there is none.
        """
        self.setVisible(run is not None and (not run.over or self._wanted()))

    def _wanted(self) -> bool:
        newest, _ = _weights(self._run)
        job = self._job
        done = bool(job.images.done) and not job.cancelled
        return self.isChecked() and done and bool(newest) and newest != self._used

    def update_images(self) -> None:
        """Classify the images again, if that is wanted, now or as soon as the helper is free."""
        if not self._wanted() or self._job.busy:
            return
        if self._rpc_client.asking:
            self._later.start()
            return
        self._used, self._epoch = _weights(self._run)
        self._job.renew()

    def told(self) -> str:
        """Say which weights the last update used.

        Returns:
            The text; "" if there was no update.
        """
        if not self._epoch or self._job.failure is not None:
            return ""
        text = self.tr("Updating with the weights of epoch {epoch} …") if self._job.busy else ""
        text = text or self.tr("Updated with the weights of epoch {epoch}.")
        return text.format(epoch=formats.whole(self._epoch))

    def retranslate(self) -> None:
        """Set all texts again."""
        self.setText(self.tr("Update while training"))
        self.setToolTip(self.tr("Classify these images again whenever the run has saved better weights"))


def _weights(run: OpenRun | None) -> tuple[str, int]:
    """What is classified with, as far as the journal tells, and its epoch: the last weights, where there are no best
    ones."""
    saved = run.model.checkpoints if run is not None else {}
    found = saved.get("best") or saved.get("last")
    return (found.sha256, found.epoch) if found is not None else ("", 0)
