"""What `assist` can be asked: a function for each request, from its fields to those of the answer."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.cli.rpc_helper import Ask, Helper
from trainer.errors import UsageError
from trainer.home_path import expanded
from trainer.settings import Settings, merge
from trainer.store.folder import RunFolder, find_run, runs_root
from trainer.store.weights_stamp import weights_stamp

if TYPE_CHECKING:
    from trainer.data import ImageData, Report
    from trainer.inference import LoadedRun


def _ping(helper: Helper, ask: Ask) -> dict[str, Any]:
    from trainer.version import __version__

    return {"version": __version__, "torch": "torch" in sys.modules}


def _data(helper: Helper, ask: Ask) -> dict[str, Any]:
    from trainer.cli.data import as_plain, inspect

    settings = _settings(ask)
    helper.forget("data")  # who looks again wants to see what has changed
    report = inspect(settings, progress=helper.progress(ask.id))
    found = as_plain(report, settings)
    if ask.out and not found["stops"]:
        found["thumbnails"] = _thumbnails(_images(helper, settings), report, ask.per_class, _out(ask))
    return found


def _thumbnails(images: ImageData, report: Report, per_class: int, out: Path) -> dict[str, Any]:
    """The first training images of each class, as they are: uint8 (M,H,W,3), labels and places in the split; and the
    mean image of each class, `means` (C,H,W,3)."""
    import numpy as np

    from trainer.store.arrays import write_arrays

    train = images.published("train")
    places = [np.flatnonzero(train.labels == label)[:per_class] for label in range(len(images.classes))]
    chosen = np.concatenate(places) if places else np.zeros(0, np.int64)
    size = write_arrays(
        out, images=train.pixels[chosen], labels=train.labels[chosen], indices=chosen, means=report.mean_images()
    )
    return {"out": str(out), "bytes": size, "count": len(chosen)}


def _preview(helper: Helper, ask: Ask) -> dict[str, Any]:
    from trainer.cli.data import write_preview

    _at_least_one("n", ask.n)
    _at_least_one("epoch", ask.epoch)
    return write_preview(_images(helper, _settings(ask)), ask.n, ask.epoch, _out(ask))


def _predict(helper: Helper, ask: Ask) -> dict[str, Any]:
    from trainer.cli.predict import as_faults, predictions

    folder = _run(ask)
    loaded, checkpoint = _trained(helper, folder, for_images=True)
    rows, faults = predictions(loaded.trainer, ask.images) if ask.images else ([], None)
    return {
        "run": folder.path,
        "weights": loaded.weights,
        "checkpoint": checkpoint,
        "temperature": loaded.trainer.temperature,
        "images": rows,
        "unreadable": as_faults(faults),
    }


def _find(helper: Helper, ask: Ask) -> dict[str, Any]:
    from trainer.cli.image_requests import found_images

    return found_images(ask.images, ask.classes)


def _score(helper: Helper, ask: Ask) -> dict[str, Any]:
    from trainer.cli.image_requests import scores

    return scores(len(ask.classes), ask.cells)


def _sort(helper: Helper, ask: Ask) -> dict[str, Any]:
    from trainer.cli.image_requests import sorted_images

    return sorted_images(ask.out, ask.images, ask.labels, ask.classes)


def _map(helper: Helper, ask: Ask) -> dict[str, Any]:
    tell, folder = helper.progress(ask.id), _run(ask)
    tell("import", 0, 0)
    from trainer.cli.evaluation_requests import map_answer

    return map_answer(folder, lambda: _trained(helper, folder)[0], tell)


def _evaluate(helper: Helper, ask: Ask) -> dict[str, Any]:
    from trainer.cli.evaluation_requests import evaluation_answer

    return evaluation_answer(_run(ask), helper.progress(ask.id))


def _recommend(helper: Helper, ask: Ask) -> dict[str, Any]:
    from trainer.recommendation import pretrained_installed, recommend, source_facts, split_sizes

    data = _settings(ask).data
    facts, installed = source_facts(data), pretrained_installed()
    recipe, reason = recommend(facts, pretrained=installed)
    problems = [{"path": one.path, "code": one.code, "reason": one.reason} for one in facts.problems]
    about = {"pretrained": installed, "images": facts.images, "classes": facts.classes, "size": facts.size}
    train = split_sizes(facts, data)["train"]
    return {"recommended": recipe, "reason": reason, **about, "train": train, "problems": problems}


def _estimate(helper: Helper, ask: Ask) -> dict[str, Any]:
    """Seconds of each recipe, in all and by part; recipes that need what is not installed are left out."""
    from trainer.estimate.run_time import run_times

    found = run_times(_settings(ask).data, runs_root(ask.runs))
    return {"recipes": {name: {"total": times.total, **times._asdict()} for name, times in found.items()}}


def _explain(helper: Helper, ask: Ask) -> dict[str, Any]:
    from trainer.cli.explanation_requests import explained, find_image, run_explainer

    explainer = run_explainer(_run(ask), helper.keep)
    image = find_image(explainer, ask.images, ask.split, ask.place)
    return explained(explainer, image, ask.label, _out(ask), helper.progress(ask.id))


def _similar(helper: Helper, ask: Ask) -> dict[str, Any]:
    from trainer.cli.explanation_requests import find_image, run_explainer, similar

    _at_least_one("n", ask.n)
    explainer = run_explainer(_run(ask), helper.keep)
    image = find_image(explainer, ask.images, ask.split, ask.place)
    return similar(explainer, image, ask.n, _out(ask), helper.progress(ask.id))


def _rates(helper: Helper, ask: Ask) -> dict[str, Any]:
    from trainer.cli.lr_find import rates_answer

    return rates_answer(_settings(ask), runs_root(ask.runs), ask.n, helper.progress(ask.id))


def _callbacks(helper: Helper, ask: Ask) -> dict[str, Any]:
    from trainer.cli.callback_requests import callbacks_answer

    return callbacks_answer(_settings(ask))


def _labels(helper: Helper, ask: Ask) -> dict[str, Any]:
    from trainer.cli.data import inspect
    from trainer.cli.label_requests import found_labels

    settings, tell = _settings(ask), helper.progress(ask.id)
    return found_labels(lambda: inspect(settings, progress=tell), settings, runs_root(ask.runs), tell)


def _slices(helper: Helper, ask: Ask) -> dict[str, Any]:
    from trainer.analysis.run_slices import run_facts
    from trainer.cli.slice_requests import slices_answer
    from trainer.cli.slices import evaluation_of

    folder, out = _run(ask), _out(ask)
    evaluation = evaluation_of(folder, ask.split)
    environment = folder.environment.stat().st_mtime_ns if folder.environment.is_file() else 0
    key = f"{folder.path.resolve()} {ask.split} {environment}"
    classes, tell = evaluation.classes, helper.progress(ask.id)
    known = helper.keep("facts", key, lambda: run_facts(folder, ask.split, classes, tell=tell))
    return slices_answer(folder, evaluation, known, out, ask.pattern)


def _run(ask: Ask) -> RunFolder:
    return find_run(runs_root(ask.runs), ask.run)


def _trained(helper: Helper, folder: RunFolder, *, for_images: bool = False) -> tuple[LoadedRun, str]:
    """The run with its newest best weights, and the name of their file. `for_images`: without its own data."""
    from trainer.inference import load_for_images, load_trained

    newest, key = weights_stamp(folder)
    load = load_for_images if for_images else load_trained
    loaded: LoadedRun = helper.keep("model", f"{for_images} {key}", lambda: load(folder))
    return loaded, newest.name if newest else ""


def _settings(ask: Ask) -> Settings:
    return merge(ask.settings, origins=["request"])


def _images(helper: Helper, settings: Settings) -> ImageData:
    from trainer.cli.data import open_images

    about = [settings.data.model_dump(), settings.augment.model_dump(), settings.train.batch, settings.train.seed]
    opened: ImageData = helper.keep("data", json.dumps(about), lambda: open_images(settings))
    return opened


def _out(ask: Ask) -> Path:
    if not ask.out:
        raise UsageError("assist.out", "There is no file to write to.", expected='"out": the path of an .npz file')
    return expanded(ask.out)


def _at_least_one(name: str, value: int) -> None:
    if value < 1:
        raise UsageError("assist.number", f"{name}: got {value}.", expected="a whole number of at least 1")


ACTIONS: dict[str, Callable[[Helper, Ask], dict[str, Any]]] = {
    "ping": _ping,
    "data": _data,
    "preview": _preview,
    "predict": _predict,
    "map": _map,
    "evaluate": _evaluate,
    "find": _find,
    "score": _score,
    "sort": _sort,
    "recommend": _recommend,
    "estimate": _estimate,
    "labels": _labels,
    "slices": _slices,
    "explain": _explain,
    "similar": _similar,
    "rates": _rates,
    "callbacks": _callbacks,
}
