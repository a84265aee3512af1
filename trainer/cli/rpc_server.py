"""`assist`: answers a window's questions for as long as it lives, a line of JSON each. No torch before it is needed.

    {"id": 1, "do": "ping"}
    {"id": 2, "do": "data", "settings": {"data": {"source": "digits"}}, "out": "few.npz", "per_class": 3}
    {"id": 3, "do": "preview", "settings": {...}, "n": 16, "epoch": 1, "out": "batch.npz"}
    {"id": 4, "do": "predict", "run": "monday", "runs": "/home/ada/runs", "images": ["cat.jpg"]}
    {"id": 5, "do": "map", "run": "monday", "runs": "/home/ada/runs"}
    {"id": 6, "do": "find", "images": ["photos"], "classes": ["cat", "dog"]}
    {"id": 7, "do": "score", "classes": ["cat", "dog"], "cells": [[0, 0, 40], [0, 1, 2]]}
    {"id": 8, "do": "sort", "images": ["x.jpg"], "labels": ["cat"], "classes": ["cat", "dog"], "out": "sorted"}
    {"id": 9, "do": "recommend", "settings": {"data": {"source": "photos"}}}
    {"id": 10, "do": "estimate", "settings": {"data": {"source": "photos"}}, "runs": "/home/ada/runs"}
    {"id": 11, "do": "labels", "settings": {"data": {"source": "photos"}}, "runs": "/home/ada/runs"}
    {"id": 12, "do": "slices", "run": "monday", "runs": "/home/ada/runs", "split": "test", "out": "slices.npz"}
    {"id": 13, "do": "explain", "run": "monday", "split": "valid", "place": 3, "label": 0, "out": "map.npz"}
    {"id": 14, "do": "similar", "run": "monday", "images": ["cat.jpg"], "n": 8, "out": "similar.npz"}
    {"id": 15, "do": "rates", "settings": {"data": {"source": "photos"}}, "runs": "/home/ada/runs", "n": 200}
    {"id": 16, "do": "callbacks", "settings": {"callbacks": ["tensorboard"]}}
    {"id": 17, "do": "evaluate", "run": "monday", "runs": "/home/ada/runs"}

`settings` are nested tables as in run.toml, the missing ones have their defaults; relative paths start in the folder
where `assist` was started. Each request gets one line {"id", "ok": true, ...} or {"id", "ok": false, "code",
"parameters", "what", "where", "expected", "fix"}, after any number of {"id", "progress": {"stage", "done", "total"}}.
A line that is no request gets an answer as well, with id null. Arrays go to the file that the request names.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import msgspec

from trainer.cli.output import error_parts, log_bug, plain
from trainer.errors import EpochscopeError, UsageError
from trainer.home_path import expanded
from trainer.settings import Settings, merge
from trainer.store.folder import RunFolder, default_root, find_run
from trainer.store.weights_stamp import weights_stamp

if TYPE_CHECKING:
    from trainer.data import ImageData, Report
    from trainer.trainer import Trainer

KEPT = 2
"""Objects of each kind kept open: a window switches between a few."""
PROGRESS_SECONDS = 0.2
MAX_LINE = 4 << 20


def assist() -> int:
    """Answer requests from a program until standard input ends: one line of JSON in, one out.

    Requests: ping, data, preview, predict, map, find, score, sort, recommend, estimate, labels, slices, explain,
    similar, rates, callbacks, evaluate. Their fields are described at the top of trainer/cli/rpc_server.py.
    """
    answers = sys.stdout
    # whatever else is printed in this process, by a plugin's model for example, must not get between the answers
    with contextlib.redirect_stdout(sys.stderr):
        helper = Helper(answers)
        while line := sys.stdin.buffer.readline(MAX_LINE):
            if line.strip():
                helper.answer(line)
    return 0


class Ask(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One request; `do` decides which fields count."""

    do: str
    id: int | str | None = None
    settings: dict[str, Any] = {}
    n: int = 16
    epoch: int = 1
    per_class: int = 3
    out: str = ""
    run: str = ""
    runs: str = ""
    images: list[str] = []
    classes: list[str] = []
    labels: list[str] = []
    cells: list[tuple[int, int, int]] = []
    split: str = "test"
    pattern: str = ""
    place: int = -1
    label: int = -1


class Helper:
    """Answers requests on `stream` and keeps what it opened for them."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._opened: defaultdict[str, OrderedDict[str, Any]] = defaultdict(OrderedDict)
        self._told = 0.0

    def answer(self, line: bytes) -> None:
        """Answer one line; only errors of the stream are raised."""
        ident: Any = None
        try:
            ident, ask = _understand(line)
            found = _ACTIONS[ask.do](self, ask)
        except EpochscopeError as error:
            self._write({"id": error.ident if isinstance(error, MisunderstoodError) else ident, **_as_answer(error)})
        except Exception as error:
            self._write({"id": ident, **_as_answer(_bug(error))})
        else:
            self._write({"id": ident, "ok": True, **found})

    def _write(self, answer: Mapping[str, Any]) -> None:
        self._stream.write(json.dumps(plain(answer)) + "\n")
        self._stream.flush()

    def progress(self, ident: Any) -> Callable[[str, int, int], None]:
        """Make a function that reports progress: every stage, and within one at most five times a second."""
        last = ""

        def tell(stage: str, done: int, total: int) -> None:
            nonlocal last
            if stage != last or time.monotonic() - self._told >= PROGRESS_SECONDS:
                last, self._told = stage, time.monotonic()
                self._write({"id": ident, "progress": {"stage": stage, "done": done, "total": total}})

        return tell

    def keep(self, kind: str, key: str, make: Callable[[], Any]) -> Any:
        """Get what was made for a key, or make it; the least recently used one is dropped."""
        shelf = self._opened[kind]
        if key not in shelf:
            while len(shelf) >= KEPT:
                shelf.popitem(last=False)
            shelf[key] = make()
        shelf.move_to_end(key)
        return shelf[key]

    def forget(self, kind: str) -> None:
        """Drop everything of a kind."""
        self._opened[kind].clear()


class MisunderstoodError(UsageError):
    """A line that is not a request; `ident` is its id, if it has one."""

    ident: Any = None


def _understand(line: bytes) -> tuple[Any, Ask]:
    ident = None
    try:
        raw = msgspec.json.decode(line)
        ident = raw.get("id") if isinstance(raw, dict) else None
        ident = ident if isinstance(ident, int | str) else None
        ask = msgspec.convert(raw, Ask)
        if ask.do not in _ACTIONS:
            raise ValueError(f"`do` is {ask.do!r}")
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        wrong = MisunderstoodError(
            "assist.request",
            f"This line is not a request: {str(error)[:300]}",
            expected=f'one object with "do" ({", ".join(_ACTIONS)}), "id" and the fields of that request',
        )
        wrong.ident = ident
        raise wrong from error
    return ident, ask


def _as_answer(error: EpochscopeError) -> dict[str, Any]:
    return {"ok": False, "exit_code": error.exit_code, **error_parts(error)}


def _bug(error: Exception) -> EpochscopeError:
    log = log_bug(error)
    return EpochscopeError("bug", f"{type(error).__name__}: {error}", where=str(log or ""), fix="please report it")


# --- what can be asked


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
        found["thumbnails"] = _thumbnails(_images(helper, ask, settings), report, ask.per_class, _out(ask))
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
    return write_preview(_images(helper, ask, _settings(ask)), ask.n, ask.epoch, _out(ask))


def _predict(helper: Helper, ask: Ask) -> dict[str, Any]:
    from trainer.cli.predict import as_faults, predictions

    folder = _run(ask)
    trainer, weights, checkpoint = _trained(helper, folder, for_images=True)
    rows, faults = predictions(trainer, ask.images) if ask.images else ([], None)
    about = {"run": folder.path, "weights": weights, "checkpoint": checkpoint, "temperature": trainer.temperature}
    return {**about, "images": rows, "unreadable": as_faults(faults)}


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

    return map_answer(folder, lambda: _trained(helper, folder)[:2], tell)


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

    found = run_times(_settings(ask).data, _root(ask))
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

    return rates_answer(_settings(ask), _root(ask), ask.n, helper.progress(ask.id))


def _callbacks(helper: Helper, ask: Ask) -> dict[str, Any]:
    from trainer.cli.callback_requests import callbacks_answer

    return callbacks_answer(_settings(ask))


def _labels(helper: Helper, ask: Ask) -> dict[str, Any]:
    from trainer.cli.data import inspect
    from trainer.cli.label_requests import found_labels

    settings, tell = _settings(ask), helper.progress(ask.id)
    return found_labels(lambda: inspect(settings, progress=tell), settings, _root(ask), tell)


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


def _root(ask: Ask) -> Path:
    return expanded(ask.runs) if ask.runs else default_root()


def _run(ask: Ask) -> RunFolder:
    return find_run(_root(ask), ask.run)


def _trained(helper: Helper, folder: RunFolder, *, for_images: bool = False) -> tuple[Trainer, str, str]:
    """The run's newest best weights in a model, whether they are the best or the last, and the file's name.
    `for_images`: without the data it was trained on."""
    from trainer.inference import load_for_images, load_trained

    newest, key = weights_stamp(folder)
    load = load_for_images if for_images else load_trained
    trained: tuple[Trainer, str] = helper.keep("model", f"{for_images} {key}", lambda: load(folder))
    return *trained, newest.name if newest else ""


def _settings(ask: Ask) -> Settings:
    return merge(ask.settings, origins=["request"])


def _images(helper: Helper, ask: Ask, settings: Settings) -> ImageData:
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


_ACTIONS: dict[str, Callable[[Helper, Ask], dict[str, Any]]] = {
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
