"""One entry in a process of its own: `python -m trainer.baselines.worker JSON`.

It writes an ordinary run folder, which its parent process follows, and prints one JSON object at its end: `status`,
`peak_memory_mb`, `prepared_seconds`, `notes`, `error`. Of kind `data` it opens the data and no more.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from trainer.baselines.peak_memory import PeakMemory
from trainer.callback import Callback, Phase
from trainer.engine.context import RunContext
from trainer.engine.session import Session
from trainer.errors import EpochscopeError
from trainer.events import EpochEnded
from trainer.launch import build, open_settings_data, start
from trainer.plugins import DEFAULT_CALLBACKS, load_callback
from trainer.settings import Settings, merge
from trainer.store.durable import remove_tree
from trainer.store.run_creation import create_run

if TYPE_CHECKING:
    from trainer.baselines.external_loops import ExternalLoop
    from trainer.engine.parts import Parts
    from trainer.result import Result


_OF_STEPS = {
    *("lr", "optimizer", "momentum", "label_smoothing"),
    *("schedule", "warmup", "step_epochs", "step_factor"),
}
"""Settings that scikit-learn has no use for: its run does not record them."""


class Budget(Callback):
    """Begins no further epoch after so many seconds of training; the run then counts as completed and is evaluated.

    Args:
        seconds: Seconds of training, above 0.

    Attributes:
        seconds: As above.
    """

    phase: ClassVar[Phase] = Phase.DECIDE

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._spent = 0.0

    def on_epoch_ended(self, event: EpochEnded, run: RunContext) -> None:
        """Add up what counts: training, not validation."""
        self._spent += event.train_seconds
        if self._spent >= self.seconds:
            run.request_stop(f"{self.seconds:g} seconds of training")


def start_guest(
    kind: str,
    settings: Settings,
    options: Mapping[str, Any],
    root: Path,
    name: str,
    callbacks: list[Callback],
) -> tuple[Result, ExternalLoop | None]:
    """Train with numpy or scikit-learn: a run like any other, except that it cannot be resumed.

    Args:
        kind: "numpy" or "sklearn".
        settings: Settings of the run.
        options: Further options of scikit-learn.
        root: Folder of all runs.
        name: Name of the run.
        callbacks: Added to the default ones.

    Returns:
        Result of the run, and the loop that trained it; None where it was stopped before. Raises what ended it.
    """
    plain = settings.model_dump()
    if kind == "sklearn":
        plain["train"] = {key: value for key, value in plain["train"].items() if key not in _OF_STEPS}
    # `custom` is what a window knows of runs that only their maker can continue
    written = {**plain, "custom": True, "baseline": {"algorithm": kind, **options}}
    folder = create_run(root, name, settings=written)
    defaults = [load_callback(callback)() for callback in DEFAULT_CALLBACKS]
    session = Session([*defaults, *callbacks], folder=folder, settings=written, signals=True)
    loop: ExternalLoop | None = None

    def make_loop(session: Session, parts: Parts) -> ExternalLoop:
        from trainer.baselines.external_loops import NumpyLoop, SklearnLoop

        nonlocal loop
        loop = (
            NumpyLoop(session, parts, settings) if kind == "numpy" else SklearnLoop(session, parts, settings, options)
        )
        return loop

    try:
        result = session.conduct(lambda: build(settings, session).train(session, make_loop))
    except EpochscopeError as error:
        if not error.leaves_run:
            remove_tree(folder.path)
        raise
    return result, loop


def run(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Train an entry; raises what ended the run.

    Args:
        spec: `kind`, `settings`, and but for kind `data` also `root`, `name`, `seconds`, `options`.

    Returns:
        What is printed at the end.
    """
    settings = merge(spec["settings"])
    if spec["kind"] == "data":
        return {"status": "completed", "notes": [str(note) for note in open_settings_data(settings).notes]}
    root = Path(spec["root"])
    callbacks: list[Callback] = [Budget(spec["seconds"])] if spec["seconds"] is not None else []
    loop: ExternalLoop | None = None
    with PeakMemory() as memory:
        if spec["kind"] == "pytorch":
            result = start(settings, root, name=spec["name"], callbacks=callbacks, signals=True)
        else:
            with _threads(settings.train.threads):
                result, loop = start_guest(spec["kind"], settings, spec["options"], root, spec["name"], callbacks)
    return {
        "status": result.status,
        "peak_memory_mb": memory.megabytes,
        "prepared_seconds": loop.prepared if loop is not None else 0.0,
        "notes": loop.notes if loop is not None else [],
        "error": None,
    }


def _threads(count: int | None) -> Any:
    """So many threads for the multiplications of numpy and scipy."""
    import numpy  # noqa: F401  # what is to be limited must be loaded
    from threadpoolctl import threadpool_limits

    return threadpool_limits(limits=count, user_api="blas")


def main() -> int:
    """Train the entry in the first argument and print the result.

    Returns:
        Exit code: 0, or that of the error.
    """
    try:
        print(json.dumps(run(json.loads(sys.argv[1]))))
    except EpochscopeError as error:
        parts = {key: getattr(error, key) for key in ("code", "what", "where", "expected", "fix", "parameters")}
        print(json.dumps({"error": {**parts, "exit_code": error.exit_code}}))
        return error.exit_code
    except Exception as error:  # its traceback is in the run's log.txt
        what = f"This is a bug: {type(error).__name__}: {error}"
        print(json.dumps({"error": {"code": "bug", "what": what, "exit_code": 1}}))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
