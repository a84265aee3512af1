"""Using a trained run: its best weights in a Trainer, for its own splits or for new images. No torch at import."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from trainer.engine.resume import TrainedWeights, classes_changed, trained_weights
from trainer.engine.session import Session
from trainer.errors import UsageError
from trainer.events import SPLITS
from trainer.launch import build, read_settings, usable_model
from trainer.plugins import load_metric
from trainer.settings import Settings, merge
from trainer.store.folder import RunFolder
from trainer.store.run_files import settings_tables

if TYPE_CHECKING:
    from torch import nn

    from trainer.result import Evaluation
    from trainer.trainer import Trainer

logger = logging.getLogger("epochscope")


@dataclass(frozen=True)
class LoadedRun:
    """A run in use: its model and what prepares images for it, in a Trainer. `weights`: which of the run's weights the
    model has, those after `epoch`."""

    trainer: Trainer
    weights: Literal["best", "last"]
    epoch: int


class LeftOutMetric(NamedTuple):
    """A custom metric of a run that cannot be computed here. `code` stands for `reason`: `metric.in_script`, or that of
    the error which loading it has raised."""

    name: str
    code: str
    reason: str

    def __str__(self) -> str:
        return f"the metric {self.name} is left out: {self.reason}"


def evaluate(
    folder: RunFolder,
    splits: Iterable[str] | None = None,
    afterwards: Callable[[Trainer], object] = lambda trainer: None,
) -> dict[str, Evaluation]:
    """Evaluate the best weights of a run (the last ones if there is no best) on its splits, write the metrics to
    evaluation/, and fit the temperature, unless validation is left out. `afterwards` is called with the model while the
    run is still locked. Raises UsageError if the run is live or has no checkpoint."""
    from trainer.engine.calibrator import Calibrator
    from trainer.store import calibration_file, evaluations
    from trainer.store.folder import acquire
    from trainer.store.leftovers import sweep

    lock = acquire(folder)
    try:
        sweep(folder)
        loaded = load_trained(folder)
        trainer = loaded.trainer
        for one in left_out_metrics(folder, trainer):
            logger.warning("%s", one)
        found, calibrator = {}, Calibrator(loaded.weights, loaded.epoch)
        chosen = list(splits or trainer.feed.sizes)
        for split in sorted(chosen, key=lambda name: (*SPLITS, name).index(name)):
            found[split] = trainer.evaluate(split, weights=loaded.weights, watch=calibrator.watch(split))
            evaluations.write(folder, found[split], found[split].outputs)
        if "valid" in chosen or "valid" not in trainer.feed.sizes:
            calibration_file.write(folder, made := calibrator.calibration())
            trainer.temperature = made.temperature
        afterwards(trainer)
        return found
    finally:
        lock.release()


def load_trained(folder: RunFolder, metrics: Any = None) -> LoadedRun:
    """A Trainer with the run's data, its best weights (else the last ones) and the temperature fitted for them. It
    computes the run's custom metrics, but for `left_out_metrics`, and those given, as a Trainer takes them."""
    settings = read_settings(folder, to_use=True)
    found = trained_weights(folder)
    # nothing is trained here: one pass takes less time than compiling, and this machine may have no compiler
    plain = {"metrics": [], "train": {"compile": False, "monitor": "loss", "monitor_mode": "auto"}}
    usable = merge(settings.model_dump(), plain)
    try:
        trainer = build(usable, Session(), found.meta.get("fingerprint"), folder.path.parent, fresh=False, trains=False)
    except UsageError as error:
        if error.code == "data.unknown_source":
            raise _data_gone(folder, settings.data.source) from error
        raise
    if trainer.classes != (then := tuple(found.meta["classes"])):  # the outputs would stand for other classes
        raise classes_changed(then, trainer.classes)
    trainer.metrics = _metrics_of(settings, len(trainer.classes))
    return _loaded(folder, trainer, found, metrics)


def load_for_images(folder: RunFolder, module: nn.Module | None = None, metrics: Any = None) -> LoadedRun:
    """As `load_trained`, for new images only: the data that the run was trained on are not opened, and need not be
    there. `module`: the model that a script has trained, where `build_model` has not made it. `metrics`: those to
    compute beside the run's own; None: none at all, for predictions. Raises as `load_trained`, and UsageError
    `predict.images` where it is not known how images were prepared."""
    from trainer.data.preparing_source import PreparingSource
    from trainer.trainer import Trainer

    found = trained_weights(folder)
    own = own_model(folder, found, module)
    about = found.meta.get("input") or {}
    if not (about.get("mean") and about.get("std")):
        if own is not None:
            raise UsageError(
                "predict.images",
                "This run was trained with a script's own loaders, so it is not known how to prepare images.",
                where=str(folder.path),
                fix="prepare the images in the script, and give them to load_run(...).model()",
            )
        return load_trained(folder, metrics)  # a run of before checkpoints knew how images are prepared
    classes, (channels, height, width) = tuple(found.meta["classes"]), about["shape"]
    shape = (int(channels), int(height), int(width))
    images = PreparingSource(classes, shape, tuple(about["mean"]), tuple(about["std"]), found.meta["fingerprint"])
    if own is not None:
        trainer = Trainer(own, images)
    else:
        settings = read_settings(folder, to_use=True)
        model, source = usable_model(settings, images, folder.path.parent)
        trainer = Trainer(model, source, device=settings.train.device, precision=settings.train.precision)
        trainer.metrics = _metrics_of(settings, len(classes)) if metrics is not None else {}
    return _loaded(folder, trainer, found, metrics)


def _loaded(folder: RunFolder, trainer: Trainer, found: TrainedWeights, metrics: Any) -> LoadedRun:
    """The trainer with these weights, the temperature fitted for them, and the metrics given."""
    from trainer.engine.checkpoint_state import load_model_state
    from trainer.engine.custom_metrics import checked_metrics, named_metrics
    from trainer.store import calibration_file

    load_model_state(trainer.model, found.state)
    trainer.temperature = calibration_file.temperature(folder, found.kind, found.epoch)
    given = checked_metrics(named_metrics(metrics, len(trainer.classes)))
    trainer.metrics = {**trainer.metrics, **given}
    return LoadedRun(trainer, found.kind, found.epoch)


def _metrics_of(settings: Settings, classes: int) -> dict[str, Any]:
    """Those that can be loaded: a model is of use where the plugin that only judged it is missing or broken."""
    found = {}
    for name in settings.metrics:
        with suppress(UsageError):
            found[name] = load_metric(name, settings.plugins.get(name, {}), classes)
    return found


def left_out_metrics(folder: RunFolder, trainer: Trainer) -> list[LeftOutMetric]:
    """The custom metrics that the run was trained with and `trainer` does not compute, and why."""
    about, found = settings_tables(folder), []
    names = about.get("metrics", ())
    for name in map(str, names) if isinstance(names, list | tuple) else ():
        if name in trainer.metrics:
            continue
        if about.get("custom"):
            reason = (
                f"its code is in the script that trained the run; load_run(..., metrics={{{name!r}: ...}}) takes it"
            )
            found.append(LeftOutMetric(name, "metric.in_script", reason))
            continue
        try:
            load_metric(name, read_settings(folder, to_use=True).plugins.get(name, {}), len(trainer.classes))
        except UsageError as error:
            found.append(LeftOutMetric(name, error.code, error.what))
    return found


def own_model(folder: RunFolder, found: TrainedWeights, module: nn.Module | None = None) -> nn.Module | None:
    """The model of a run that a script has trained: `module`, else built again as `build_model` built it, without the
    trained weights; None for a run that settings describe. Raises UsageError `run.own_model` where it is needed and
    not given."""
    about = settings_tables(folder)
    if module is not None or not about.get("custom") or about.get("baseline"):
        return module
    built, shape = about.get("built"), (found.meta.get("input") or {}).get("shape", ())
    if isinstance(built, dict) and len(shape) == 3:
        from trainer.models import build_model

        options = built.get("options")
        options = options if isinstance(options, dict) else {}
        return build_model(str(built.get("model")), tuple(shape), len(found.meta["classes"]), options)
    raise UsageError(
        "run.own_model",
        "This run was trained on a model of your own, which cannot be built from its folder.",
        where=str(folder.path),
        fix="pass the model: load_run(..., model=Network()) loads the trained weights into it",
    )


def _data_gone(folder: RunFolder, source: str) -> UsageError:
    return UsageError(
        "run.data_gone",
        "The images that this run was trained on are missing.",
        where=f"{source} ({folder.path})",
        fix="put them back where they were",
        path=source,
    )
