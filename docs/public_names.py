"""The public names, and the page of the reference that each of them is on."""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

import callbacks
import callbacks.testing
import trainer
from trainer.events import EVENTS


class Name(NamedTuple):
    """A public class or function. `members`: those that count; empty: all of them."""

    place: str
    members: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What users write."""
        return self.place.rpartition(".")[2]

    def load(self) -> Any:
        """The class or function itself."""
        module, _, name = self.place.rpartition(".")
        return getattr(import_module(module), name)


TRAINER = (
    Name("trainer.Trainer"),
    Name("trainer.Result"),
    Name("trainer.Evaluation"),
    Name("trainer.metrics.classification.Metrics"),
    Name("trainer.metrics.outputs.Outputs"),
    Name("trainer.metrics.significance.Intervals"),
    Name("trainer.metrics.calibration.Calibration"),
    Name("trainer.metrics.calibration.SplitCalibration"),
    Name("trainer.metrics.calibration.Believability"),
    Name("trainer.metrics.calibration.Reliability"),
    Name("trainer.metrics.calibration.Coverage"),
    Name("trainer.store.requests.Request"),
    Name("trainer.engine.event_bus.Subscription"),
    Name("trainer.build_model"),
    Name("trainer.load_run"),
    Name("trainer.SavedRun"),
    Name("trainer.repeat_seeds"),
    Name("trainer.cross_validate"),
    Name("trainer.Repetition"),
    Name("trainer.metrics.significance.Spread"),
    Name("trainer.plotting.run_plot.Plot"),
    Name("trainer.ImageClassifier"),
    Name("trainer.lr_range_test"),
    Name("trainer.store.rate_curves.RateCurve"),
    Name("trainer.baselines.compare"),
)
DATA = (
    Name("trainer.open_data"),
    Name("trainer.data.ImageData", ("train_batches", "eval_batches", "preview", "prepare", "folds")),
    Name("trainer.data.loader_forms.as_loader"),
    Name("trainer.data.loaders.DataSource"),
)
EVENT_NAMES = (
    *(Name(f"trainer.events.{event.__name__}") for event in EVENTS),
    *(Name(f"trainer.events.{name}") for name in ("UnknownEvent", "encode", "decode", "hook_name", "spell_non_finite")),
)
HOOK_NAMES = (Name("trainer.Callback"), Name("trainer.Phase"), Name("trainer.RunContext"))
CALLBACKS = tuple(Name(f"callbacks.{name}") for name in callbacks.__all__)
TESTING = tuple(Name(f"callbacks.testing.{name}") for name in callbacks.testing.__all__ if name != "RECORDINGS")
ERRORS = (Name("trainer.EpochscopeError"),)

PAGES = {
    "trainer": TRAINER,
    "data": DATA,
    "events": EVENT_NAMES,
    "hooks": HOOK_NAMES,
    "callbacks": CALLBACKS,
    "testing": TESTING,
    "errors": ERRORS,
}
ALIASES = {
    "RECORDINGS": "names of the recorded runs, on the page of testing",
    "Run": "RunContext",
    "events": "the page of events",
    "__version__": "the version, a text",
}
"""Public names without an entry of their own, and what they stand for."""


def missing() -> set[str]:
    """Public names of `trainer`, `callbacks` and `callbacks.testing` that are on no page."""
    known = {one.name for names in PAGES.values() for one in names}
    return {*trainer.__all__, *callbacks.__all__, *callbacks.testing.__all__} - known - set(ALIASES)
