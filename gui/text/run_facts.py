"""Facts about a run as text: at an epoch, at its best, on the test images, and its setup."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QCoreApplication

from gui.text.formats import duration, macro, number, percent, plain, significant, span, whole
from gui.viewmodels.run import RunModel
from gui.viewmodels.selection import EpochCursor, Selection, fits
from trainer.events import ProcessesReported
from trainer.metrics.classification import mean_of
from trainer.metrics.compact_metrics import CompactMetrics
from trainer.metrics.monitor import Monitor
from trainer.store.journal_limits import known_metrics
from trainer.store.summary import recipe_name
from trainer.text.nested_tables import table_of
from trainer.text.text_shortening import last_part

Facts = dict[str, str]

EPOCH = (
    "train_loss",
    "train_accuracy",
    "valid_loss",
    "valid_accuracy",
    "valid_macro_f1",
    "learning_rate",
    "samples_per_second",
    "process_speeds",
    "data_share",
    "worst",
)
BEST = (
    "best_epoch",
    "best_by",
    "best_loss",
    "best_accuracy",
    "best_macro_f1",
    "test_accuracy",
    "test_accuracy_interval",
    "test_macro_f1",
    "test_macro_f1_interval",
)
RUN = (
    "data",
    "classes",
    "images_train",
    "images_valid",
    "images_test",
    "model",
    "recipe",
    "parameters",
    "optimizer",
    "device",
    "threads",
    "processes",
    "seed",
    "elapsed",
    "attempt",
    "saved",
    "resume",
)


SCORE = 3
"""Digits of an accuracy or F1, as everywhere in the window: with 10,000 test images the third is uncertain already."""
MOST_SPEEDS = 4
"""With more processes, only the slowest and the fastest are shown."""


def facts_of(model: RunModel, cursor: EpochCursor) -> Facts:
    """Collect all facts about a run.

    Args:
        model: The run.
        cursor: The epoch.

    Returns:
        Text by key (`EPOCH`, `BEST`, `RUN`); facts that the run does not have are missing.
    """
    return {**_at_epoch(model, cursor), **_best(model), **_of_run(model)}


def _at_epoch(model: RunModel, cursor: EpochCursor) -> Facts:
    epoch = cursor.at(model)
    rows = np.flatnonzero(model.epochs.column("epoch") == epoch)
    if not rows.size:
        return _so_far(model)
    row = int(rows[-1])
    values = {name: float(model.epochs.column(name)[row]) for name in EPOCH if name in model.epochs.columns}
    found = {"train_loss": number(values["train_loss"]), "train_accuracy": number(values["train_accuracy"], SCORE)}
    found["learning_rate"] = significant(values["learning_rate"])
    if model.info is not None and model.info.split_sizes.get("valid"):
        found["valid_loss"] = number(values["valid_loss"])
        found["valid_accuracy"] = number(values["valid_accuracy"], SCORE)
        found["valid_macro_f1"] = _macro(values["valid_macro_f1"], model.verdicts.get(epoch))
    found["samples_per_second"] = whole(values["samples_per_second"])
    found["data_share"] = percent(values["data_share"])
    if (pace := model.paces.get(epoch)) is not None:
        found["process_speeds"] = process_speeds(pace)
    validation = model.verdicts.get(epoch)
    if fits(validation, model) and (validation.support > 0).any():
        worst = int(np.where(validation.support > 0, validation.f1, np.inf).argmin())
        found["worst"] = f"{plain(model.classes[worst])} ({number(float(validation.f1[worst]), 2)})"
    return found


def process_speeds(pace: ProcessesReported) -> str:
    """Format the speed of each process, without the time it waits for the others.

    Args:
        pace: Times of an epoch.

    Returns:
        Images per second of each, or slowest and fastest of many.
    """
    columns = zip(pace.samples, pace.train_seconds, pace.exchange_seconds, strict=False)  # a damaged one may be uneven
    speeds = [samples / (train - waited) for samples, train, waited in columns if train - waited > 0]
    if len(speeds) <= MOST_SPEEDS:
        return " · ".join(map(whole, speeds))
    return span(whole(min(speeds)), whole(max(speeds)))


def _so_far(model: RunModel) -> Facts:
    """Before the first epoch has ended: the last report."""
    if not model.batches.rows:
        return {}
    last = {name: float(model.batches.column(name)[-1]) for name in model.batches.columns}
    return {
        "train_loss": number(last["loss"]),
        "train_accuracy": number(last["accuracy"], SCORE),
        "learning_rate": significant(last["learning_rate"]),
        "samples_per_second": whole(last["samples_per_second"]),
        "data_share": percent(last["data_share"]),
    }


def _best(model: RunModel) -> Facts:
    found: Facts = {}
    if model.best_epoch is not None:
        found = {"best_epoch": whole(model.best_epoch), "best_loss": number(model.best_loss)}
        found["best_by"] = _monitored(model.monitor)
        rows = np.flatnonzero(model.epochs.column("epoch") == model.best_epoch)
        if rows.size:
            value = float(model.epochs.column("valid_macro_f1")[int(rows[-1])])
            found["best_macro_f1"] = _macro(value, model.verdicts.get(model.best_epoch))
            accuracy = float(model.epochs.column("valid_accuracy")[int(rows[-1])])
            found["best_accuracy"] = number(accuracy, SCORE)
    if test := model.evaluations.get("test"):
        over = mean_of(test.f1, test.macro_f1)
        found["test_accuracy"] = number(test.accuracy, SCORE)
        found["test_macro_f1"] = _over(test.macro_f1, over, len(test.f1))
        for key, ends in (("accuracy", test.accuracy_interval), ("macro_f1", test.macro_f1_interval)):
            if ends is not None:
                found[f"test_{key}_interval"] = span(*(number(end, SCORE) for end in ends))
    saved = max(model.checkpoints.values(), key=lambda event: event.step, default=None)
    if saved is not None:
        found["saved"] = whole(saved.step)
    return found


def _monitored(monitor: Monitor) -> str:
    """What has decided which epoch is the best, and which way; empty where it is the validation loss."""
    tr, names = QCoreApplication.translate, fact_names()
    if monitor == Monitor():
        return ""
    way = tr("RunInfo", "{metric} (highest)") if monitor.mode == "max" else tr("RunInfo", "{metric} (lowest)")
    return way.format(metric=names.get(f"best_{monitor.name}", plain(monitor.name)))


def metric_facts(values: Mapping[str, float]) -> Facts:
    """Custom metrics by their names."""
    return {plain(name): number(value) for name, value in known_metrics(values).items()}


def _of_run(model: RunModel) -> Facts:
    info = model.info
    if info is None:
        return {}
    settings, tr = info.settings, QCoreApplication.translate
    kept = {
        "exact": tr("RunInfo", "exact"),
        "order": tr("RunInfo", "same order"),
        "replayed": tr("RunInfo", "replayed"),
        "approximate": tr("RunInfo", "approximate"),
    }
    return {
        "data": last_part(plain(table_of(settings, "data").get("source", ""))),
        "classes": whole(len(info.classes)),
        **{f"images_{split}": whole(size) for split, size in info.split_sizes.items() if size},
        "model": plain(info.model),
        "recipe": plain(recipe_name(settings)),
        "parameters": whole(info.parameters),
        "optimizer": plain(table_of(settings, "train").get("optimizer", "")),
        "device": plain(info.device),
        "threads": whole(info.threads),
        "processes": whole(info.processes) if info.processes > 1 else "",
        "seed": str(info.seed),
        "elapsed": duration(model.seconds) if model.seconds else "",
        "attempt": whole(info.attempt) if info.attempt > 1 else "",
        # what numpy or scikit-learn trained for a comparison cannot be continued
        "resume": "" if "baseline" in settings else kept.get(info.exact_resume, info.exact_resume),
    }


def _macro(value: float, judged: CompactMetrics | None) -> str:
    return number(value, SCORE) if judged is None else _over(value, judged.macro_classes, len(judged.f1))


def _over(value: float, some: int, count: int) -> str:
    return macro(value, some, count, SCORE, brief=True)


def fact_names() -> dict[str, str]:
    """Return the names of all facts.

    Returns:
        Name by key.
    """
    tr = QCoreApplication.translate
    return {
        "train_loss": tr("RunInfo", "Train loss"),
        "train_accuracy": tr("RunInfo", "Train accuracy"),
        "valid_loss": tr("RunInfo", "Valid. loss"),
        "valid_accuracy": tr("RunInfo", "Valid. accuracy"),
        "valid_macro_f1": tr("RunInfo", "Macro-F1"),
        "learning_rate": tr("RunInfo", "Learning rate"),
        "samples_per_second": tr("RunInfo", "Images/s"),
        "process_speeds": tr("RunInfo", "By process"),
        "data_share": tr("RunInfo", "Data wait"),
        "worst": tr("RunInfo", "Worst class (F1)"),
        "best_epoch": tr("RunInfo", "Best epoch"),
        "best_by": tr("RunInfo", "Chosen by"),
        "best_loss": tr("RunInfo", "Valid. loss"),
        "best_accuracy": tr("RunInfo", "Valid. accuracy"),
        "best_macro_f1": tr("RunInfo", "Macro-F1"),
        "test_accuracy": tr("RunInfo", "Test accuracy"),
        "test_macro_f1": tr("RunInfo", "Test macro-F1"),
        "test_accuracy_interval": tr("RunInfo", "95 % interval"),
        "test_macro_f1_interval": tr("RunInfo", "95 % interval"),
        "data": tr("RunInfo", "Data"),
        "classes": tr("RunInfo", "Classes"),
        "images_train": tr("RunInfo", "Images: train"),
        "images_valid": tr("RunInfo", "Images: valid."),
        "images_test": tr("RunInfo", "Images: test"),
        "model": tr("RunInfo", "Model"),
        "recipe": tr("RunInfo", "Recipe"),
        "parameters": tr("RunInfo", "Parameters"),
        "optimizer": tr("RunInfo", "Optimiser"),
        "device": tr("RunInfo", "Device"),
        "threads": tr("RunInfo", "Threads"),
        "processes": tr("RunInfo", "Processes"),
        "seed": tr("RunInfo", "Seed"),
        "elapsed": tr("RunInfo", "Training time"),
        "attempt": tr("RunInfo", "Attempt"),
        "saved": tr("RunInfo", "Saved at step"),
        "resume": tr("RunInfo", "Resume"),
    }


def fact_tips() -> dict[str, str]:
    """Return explanations of facts whose name does not say enough.

    Returns:
        Tool tip by key.
    """
    tr = QCoreApplication.translate
    interval = tr(
        "RunInfo",
        "How much the number above would vary with other images of the same kind; the effect of a different "
        "seed is not included.",
    )
    mean = tr(
        "RunInfo",
        "Mean of F1 over the classes that occur as true or as predicted class. "
        "If not all of them do, their number is shown.",
    )
    speeds = tr(
        "RunInfo",
        "Images/s that each process could reach on its own, not counting the time it waits for the others. "
        "Together they are only as fast as the slowest.",
    )
    return {
        "process_speeds": speeds,
        **dict.fromkeys(("test_accuracy_interval", "test_macro_f1_interval"), interval),
        **dict.fromkeys(("valid_macro_f1", "best_macro_f1", "test_macro_f1"), mean),
    }


def whence(looked: Selection) -> str:
    """Say which weights the metrics belong to.

    Args:
        looked: The metrics.

    Returns:
        The text.
    """
    texts = {
        "epoch": QCoreApplication.translate("Images", "Epoch {epoch}"),
        "best": QCoreApplication.translate("Images", "Best weights"),
        "last": QCoreApplication.translate("Images", "Last weights"),
    }
    return texts[looked.weights].format(epoch=looked.epoch)
