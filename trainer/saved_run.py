"""`load_run`: a run from its folder, for a script or a notebook. No torch at import."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.errors import UsageError
from trainer.events import SPLITS
from trainer.report.run_data import read_run
from trainer.result import RunTables
from trainer.store.folder import RunFolder, State, default_root, find_run
from trainer.text.number_format import counted

if TYPE_CHECKING:
    import pandas as pd
    from torch import nn

    from trainer.data import ImageData
    from trainer.inference import LoadedRun
    from trainer.metrics.calibration import Calibration
    from trainer.result import Evaluation


class SavedRun(RunTables):
    """A run as its folder holds it: what it was when `load_run` loaded it. In a notebook it is shown as tables.

    Args:
        folder: The run folder.
        module: Your own model, for a run that was trained on one. None: the run says how its model is built.
        metrics: Your own metrics, as for a Trainer, beside those of the run that are installed.

    Attributes:
        path: The run folder.
        status: "completed", "stopped", "failed", "running", "paused", "preparing", or "lost": its process died.
        settings: All settings by table, as in `run.toml`.
        classes: Class names (C,); empty before training has started.
        epochs: The finished epochs, those of earlier attempts included.
        valid_f1: F1 of each class (C,) on the validation images, by epoch.
        best_epoch: Epoch with the smallest validation loss, or the best value of what the run monitors, from 1; None
            without validation.
        evaluations: Metrics by split, with the best weights; empty for a run that was stopped.
        calibration: The temperature fitted on the validation split, and what it changes; None if none was fitted.
        problems: Files of the run that are missing or damaged, a line each; what they held is left out.
    """

    def __init__(self, folder: RunFolder, module: nn.Module | None = None, metrics: Any = None) -> None:
        found = read_run(folder)
        self.path: Path = folder.path
        self.status: State = found.state
        self.settings: dict[str, Any] = found.settings
        self.classes = found.classes
        self.epochs = tuple(found.history.finished)
        self.valid_f1 = found.f1
        self.best_epoch = found.best_epoch
        self.evaluations = found.evaluations
        self.calibration: Calibration | None = found.calibration
        self.problems = tuple(f"{gap.file}: {gap.reason or gap.code}" for gap in found.gaps)
        self._folder = folder
        self._module = module
        self._metrics = metrics
        self._loaded: LoadedRun | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Without the model that `predict` has loaded: it is loaded again."""
        return {**vars(self), "_loaded": None}

    @property
    def name(self) -> str:
        """The name of the run."""
        return self._folder.name

    def model(self) -> nn.Module:
        """Load the best weights (the last ones without validation) into a model.

        Returns:
            A new model, or the one that was given to `load_run`, on the CPU and in evaluation mode: from float32
            (N, C, H, W), normalised as the training images were, to logits (N, classes).

        Raises:
            UsageError: `run.no_checkpoint`: nothing was saved yet; `run.own_model`: the run has a model of your own,
                which has to be given to `load_run`.
        """
        from trainer.engine.checkpoint_state import load_model_state
        from trainer.engine.resume import trained_weights
        from trainer.inference import own_model

        found = trained_weights(self._folder)
        own = own_model(self._folder, found, self._module)
        if own is None:
            from trainer.analysis.trained_model import find_trained

            return find_trained(self._folder).model().eval()
        load_model_state(own, found.state)
        return own.cpu().eval()

    def data(self) -> ImageData:
        """Open the images that the run was trained on, in the same splits, with its label edits.

        Returns:
            The images.

        Raises:
            UsageError: `run.own_data`: they came from a script; or they are missing.
            DataError: They cannot be read any more.
        """
        from trainer.engine.resume import trained_weights
        from trainer.launch import open_settings_data, read_settings

        if self.settings.get("custom") and not self.settings.get("baseline"):
            raise UsageError(
                "run.own_data",
                "This run was started from a script, and its folder does not say where the images are.",
                where=str(self.path),
                fix="open them as the script did: open_data(...)",
            )
        fingerprint = trained_weights(self._folder).meta.get("fingerprint")
        found: ImageData = open_settings_data(read_settings(self._folder, to_use=True), fingerprint=fingerprint)
        return found

    def predict(self, images: Any) -> pd.DataFrame:
        """Classify images with the best weights, confidences calibrated. The training images are not needed.

        Args:
            images: Paths, Pillow images, uint8 arrays (H, W, 3), a folder, or a DataFrame of paths.

        Returns:
            A row per image, as from `Trainer.predict`.
        """
        return self._trained().trainer.predict(images)

    def evaluate(self, images: Any) -> Evaluation:
        """Evaluate the best weights on other labelled images. Nothing is written.

        Args:
            images: A folder with one sub-folder per class, a CSV file, a DataFrame, a list of (path or Pillow image,
                label), or arrays (X, y).

        Returns:
            Metrics, report, and the prediction for every image, as from `Trainer.evaluate`. Custom metrics of the run
            that cannot be computed are left out, with a warning.

        Raises:
            UsageError: `run.split_name`: it is the name of a split, whose images are not here.
            DataError: Images or labels cannot be used.
        """
        from trainer.inference import left_out_metrics

        if isinstance(images, str) and images in SPLITS and not Path(images).exists():
            raise UsageError(
                "run.split_name",
                f"{images!r} is the name of a split; a saved run is evaluated on images.",
                expected="a folder, a table, a list of (path, label), or arrays (X, y)",
                fix=f"its metrics of this split are run.evaluations[{images!r}]",
            )
        loaded = self._trained()
        for one in left_out_metrics(self._folder, loaded.trainer):
            warnings.warn(str(one), stacklevel=2)
        return loaded.trainer.evaluate(images, weights=loaded.weights)

    def _trained(self) -> LoadedRun:
        if self._loaded is None:
            from trainer.inference import load_for_images

            self._loaded = load_for_images(self._folder, self._module, self._metrics or ())
        return self._loaded

    def __repr__(self) -> str:
        return f"<SavedRun {self.name}: {self.status}, {counted(len(self.epochs), 'epoch')}>"

    def _repr_html_(self) -> str:
        from html import escape

        best = f", best epoch {self.best_epoch}" if self.best_epoch else ""
        head = f"<p><b>{escape(self.name)}</b>: {self.status}{best}</p>"
        tables = [table._repr_html_() for table in (self.scores, self.history)]  # type: ignore[operator]
        return head + "".join(tables)


def load_run(
    name: str | Path = "last",
    *,
    root: str | Path | None = None,
    model: nn.Module | None = None,
    metrics: Mapping[str, Any] | Sequence[str] | None = None,
) -> SavedRun:
    """Load a run from its folder, finished or not.

    Args:
        name: Name of the run or a beginning of it, its folder, or "last", the run that was started last.
        root: Folder of all runs. None: `$EPOCHSCOPE_RUNS`, else `~/epochscope/runs`, as for the command line.
        model: Your own model, for a run of a script that trained one: its weights are loaded on request.
            None: the run says how its model is built, from settings or by `build_model`.
        metrics: What `evaluate` computes besides the run's own metrics, as for a Trainer: names, or functions by name.
            Functions of a script are not in its run folder: give them again. None: no more.

    Returns:
        The run as it is now; load it again to see how it went on.

    Raises:
        UsageError: `run.unknown`: there is no such run; `run.ambiguous`: several begin like this.
        NewerVersionError: A newer Epochscope has written it.
    """
    return SavedRun(find_run(default_root() if root is None else root, str(name)), model, metrics)
