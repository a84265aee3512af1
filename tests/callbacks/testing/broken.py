"""Callbacks that are broken, each in one way, and the rule of the contract that finds it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, ClassVar

from trainer.callback import Callback, OnError, Phase
from trainer.events import BatchEnded, EpochEnded, EvaluationDone, RunEnded, RunStarted, ValidationDone


class Good(Callback):
    """Counts epochs and steps, and ends the run when there were `patience` epochs."""

    phase: ClassVar[Phase] = Phase.REPORT

    def __init__(self, patience: int = 2) -> None:
        self.patience = patience
        self.epochs = self.steps = 0

    def state_dict(self) -> dict[str, Any]:
        return {"epochs": self.epochs, "steps": self.steps}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.epochs, self.steps = state["epochs"], state["steps"]

    def on_run_started(self, event: RunStarted, run: Any) -> None:
        if not event.resumed_step:
            self.epochs = self.steps = 0

    def on_batch_ended(self, event: BatchEnded, run: Any) -> None:
        self.steps += event.samples

    def on_epoch_ended(self, event: EpochEnded, run: Any) -> None:
        self.epochs += 1
        if self.epochs == self.patience:
            run.request_stop("enough")


class Misspelt(Good):
    """Has a hook of another library."""

    def on_epoch_end(self, event: Any, run: Any) -> None: ...


class NarrowHook(Good):
    """Its hook does not take the run."""

    def on_evaluation_done(self, event: EvaluationDone) -> None: ...  # type: ignore[override]


class Untyped(Good):
    """Its option has no type."""

    def __init__(self, patience=2) -> None:  # type: ignore[no-untyped-def]
        super().__init__(patience)


class Nameless(Good):
    def __init__(self, *, patience: int = 2) -> None:
        super().__init__(patience)


Nameless.__doc__ = None


class Deaf(Callback):
    """Has no hooks."""


class Unstorable(Good):
    """Its state is not of the kinds that a checkpoint holds."""

    def state_dict(self) -> dict[str, Any]:
        return {"where": Path("x")}


class Forgetful(Good):
    """Gives its state, and does not take all of it back."""

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.epochs = state["epochs"]


class Stateless(Good):
    """Counts, and keeps nothing of it in checkpoints."""

    def state_dict(self) -> dict[str, Any]:
        return {}


class TooLate(Good):
    """Counts epochs after their checkpoint was saved."""

    phase: ClassVar[Phase] = Phase.VIEW


class CountsTwice(Good):
    """Takes the second start of a resumed run for a new epoch."""

    def on_epoch_started(self, event: Any, run: Any) -> None:
        self.steps += 1


class NeedsValidation(Good):
    """Reads what is None without a validation split, and does not say that it needs one."""

    def on_epoch_ended(self, event: EpochEnded, run: Any) -> None:
        self.best = min(event.valid_loss, 1.0)  # type: ignore[type-var]


class NeedsFolder(Good):
    """Writes to a run folder without asking whether there is one."""

    def on_run_ended(self, event: RunEnded, run: Any) -> None:
        (run.folder.path / "end.txt").write_text(event.status, "utf-8")


class NeverNew(Good):
    """A second run begins with the counts of the first."""

    def on_run_started(self, event: RunStarted, run: Any) -> None: ...


class Startled(Good):
    """Counts the failures of others as epochs."""

    def on_callback_failed(self, event: Any, run: Any) -> None:
        self.steps += 1


class Truncates(Good):
    """Begins its file again when a run is resumed."""

    phase: ClassVar[Phase] = Phase.REPORT
    lines: ClassVar[str] = ""

    def on_run_started(self, event: RunStarted, run: Any) -> None:
        super().on_run_started(event, run)
        self.text = ""

    def on_validation_done(self, event: ValidationDone, run: Any) -> None:
        if run.folder is not None:
            self.text += f"{event.loss}\n"
            (run.folder.path / "losses.txt").write_text(self.text, "utf-8")


class GivesUp(Good):
    """Says that it retries, and forgets what it could not write."""

    on_error: ClassVar[OnError] = "retry"

    def on_batches_reported(self, event: Any, run: Any) -> None:
        if run.folder is not None:
            try:
                with (run.folder.path / "steps.txt").open("a", encoding="utf-8") as file:
                    file.write(f"{event.step}\n")
            except OSError:
                return


class Elsewhere(Good):
    """Writes beside the run folder."""

    def on_run_ended(self, event: RunEnded, run: Any) -> None:
        if run.folder is not None:
            (run.folder.path.parent / "all.txt").write_text("x", "utf-8")


class ElsewhereInThread(Good):
    """Writes into the current folder, in a thread."""

    def on_run_ended(self, event: RunEnded, run: Any) -> None:
        thread = threading.Thread(target=lambda: Path("notes.txt").write_text("x", "utf-8"))
        thread.start()
        thread.join()


class Meddler(Good):
    """Changes the settings that an event carries."""

    def on_run_started(self, event: RunStarted, run: Any) -> None:
        super().on_run_started(event, run)
        event.settings["note"] = "mine"


class Leaky(Good):
    """Leaves a thread behind."""

    release: ClassVar[threading.Event] = threading.Event()

    def on_run_started(self, event: RunStarted, run: Any) -> None:
        super().on_run_started(event, run)
        threading.Thread(target=self.release.wait, args=(30,), name="left behind", daemon=True).start()


CAUGHT: dict[type[Callback], tuple[str, str]] = {
    Misspelt: ("hooks_exist", "did you mean 'on_epoch_ended'"),
    NarrowHook: ("hooks_exist", r"on_evaluation_done\(self, event"),
    Untyped: ("options_are_described", "patience of Untyped has no type"),
    Nameless: ("options_are_described", "docstring"),
    Deaf: ("explain_names_it", "no hooks"),
    Unstorable: ("state_survives_a_checkpoint", "where"),
    Forgetful: ("state_survives_a_checkpoint", "does not restore"),
    NeedsValidation: ("hears_no_validation", "TypeError"),
    NeedsFolder: ("hears_completed", "AttributeError"),
    Stateless: ("resuming_changes_nothing", "ends the run"),
    TooLate: ("resuming_changes_nothing", "Phase.REPORT"),
    CountsTwice: ("resuming_changes_nothing", "its state at the end is another"),
    Truncates: ("resuming_changes_nothing", "losses.txt has"),
    NeverNew: ("a_second_run_is_like_the_first", "begin again in on_run_started"),
    Startled: ("failures_of_others_do_no_harm", "changes its state"),
    GivesUp: ("a_full_disk_loses_nothing", "steps.txt lacks lines"),
    Elsewhere: ("only_the_run_folder_is_written", "all.txt"),
    ElsewhereInThread: ("only_the_run_folder_is_written", "notes.txt"),
    Meddler: ("events_stay_as_they_are", "RunStarted"),
    Leaky: ("no_thread_is_left", "left behind"),
}
"""Rule, and what it says."""
