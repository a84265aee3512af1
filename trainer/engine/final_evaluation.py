"""The end of a completed run: its best weights on every split."""

from __future__ import annotations

from typing import Literal

from trainer.engine.calibrator import Calibrator
from trainer.engine.evaluation_loop import both
from trainer.engine.loop import Loop
from trainer.engine.session import Session
from trainer.events import SPLITS, EvaluationDone
from trainer.result import Evaluation
from trainer.store import calibration_file
from trainer.store.evaluations import write


def evaluate_all(session: Session, loop: Loop) -> None:
    """Load the best weights into the model (the last ones without a validation split) and evaluate them on every split
    (validation before test), fitting a temperature; emit the events and write the files. Training data that is
    exhausted or endless is left out."""
    parts = loop.parts
    if loop.best_weights is not None:
        parts.model.load_state_dict(loop.best_weights)
    elif loop.average is not None:
        loop.average.apply()
    weights: Literal["best", "last"] = "best" if loop.best_weights is not None else "last"
    calibrator = Calibrator(weights, (loop.best.epoch if weights == "best" else None) or session.epoch)
    for split in SPLITS:
        if split not in parts.feed.sizes or (split == "train" and not _can_end(session, loop)):
            continue
        measuring = parts.metrics.begin()
        watch = both(calibrator.watch(split), measuring.watch)
        found, outputs, seconds = loop.pass_over(split, "evaluate", watch)
        own, _ = loop.measured(split, measuring)
        evaluation = Evaluation(split, weights, session.run.classes, found, seconds, outputs, custom=own)
        if session.folder is not None:
            write(session.folder, evaluation, outputs)
        session.emit(
            EvaluationDone(
                **session.position,
                split=split,
                weights=weights,
                seconds=seconds,
                **found.fields(),
                accuracy_interval=evaluation.intervals.accuracy,
                macro_f1_interval=evaluation.intervals.macro_f1,
                metrics=own,
            )
        )
        session.evaluations[split] = evaluation
    session.calibration = calibrator.calibration()
    if session.folder is not None:
        calibration_file.write(session.folder, session.calibration)


def _can_end(session: Session, loop: Loop) -> bool:
    """Whether a pass over the training data ends: its length is known, or an epoch has reached the end."""
    feed = loop.parts.feed
    if feed.single_pass:
        return False
    if feed.steps_per_epoch or (session.history and not loop.parts.options.steps_per_epoch):
        return True
    session.log("the training data is not evaluated: its length is not known, and it may have no end")
    return False
