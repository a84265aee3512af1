"""What a script gets of an attempt. [no torch at import]"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trainer.engine.session import Session
    from trainer.result import Result


def result_of(session: Session) -> Result:
    """The outcome of the attempt."""
    from trainer.result import Result

    return Result(
        status=session.stop_status or "completed",
        reason=session.stop_reason,
        best_epoch=session.best_epoch,
        best_loss=session.best_loss,
        run_dir=session.folder.path if session.folder else None,
        epochs=tuple(session.history),
        evaluations=session.evaluations,
        calibration=session.calibration,
        classes=session.run.classes,
        valid_f1=session.valid_f1,
        _model=session.run.model,
    )
