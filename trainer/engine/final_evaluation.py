"""The end of a completed run: its best weights on every split."""

from __future__ import annotations

from typing import Literal

from trainer.engine.loop import Loop
from trainer.engine.session import Session
from trainer.events import SPLITS, EvaluationDone
from trainer.result import Evaluation
from trainer.store.evaluations import write


def evaluate_all(session: Session, loop: Loop) -> None:
    """Put the best weights into the model (the last ones without a validation split), and judge them on every split;
    the events and files about that. Training data that is used up, or has no end, is left out."""
    parts = loop.parts
    if loop.best_weights is not None:
        parts.model.load_state_dict(loop.best_weights)
    elif loop.average is not None:
        loop.average.apply()
    weights: Literal["best", "last"] = "best" if loop.best_weights is not None else "last"
    for split in SPLITS:
        if split not in parts.feed.sizes or (split == "train" and not _can_end(session, loop)):
            continue
        found, outputs, seconds = loop.pass_over(split, "evaluate")
        evaluation = Evaluation(split, weights, session.run.classes, found, seconds, outputs)
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
            )
        )
        session.evaluations[split] = evaluation


def _can_end(session: Session, loop: Loop) -> bool:
    """Whether a pass over the training data comes to an end: its length is known, or an epoch has reached its end."""
    feed = loop.parts.feed
    if feed.single_pass:
        return False
    if feed.steps_per_epoch or (session.history and not loop.parts.options.steps_per_epoch):
        return True
    session.log("the training data is not evaluated: its length is not known, and it may have no end")
    return False
