"""A run as the folder of a Hugging Face model repository: weights, configuration, model card."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trainer.export import Facts
from trainer.export.metadata import FILE
from trainer.export.weights import REPOSITORY, read_safetensors, write_safetensors
from trainer.metrics.calibration import Calibration
from trainer.report.run_data import RunData, read_run
from trainer.store.evaluations import SplitMetrics
from trainer.store.file_set import file_set
from trainer.store.folder import RunFolder
from trainer.store.output_file import OUTPUT_MODE, write_output

CARD = "README.md"
FIRST_SPLITS = ("test", "valid")
CODE = """import torch

from trainer.export.preprocessing import read_pixels
from trainer.export.weights import open_weights

model, about = open_weights(".")  # this folder
with torch.no_grad():
    logits = model(torch.from_numpy(read_pixels("photo.jpg", about)))
probabilities = (logits / about["temperature"]).softmax(1)[0]
print(about["classes"][int(probabilities.argmax())], float(probabilities.max()))
"""
"""What a card says about using the model."""
MANY = 50
"""Largest number of classes that a card lists."""


def write_repository(folder: RunFolder, path: Path) -> Facts:
    """Export a folder for a Hugging Face repository: weights, their description and a model card.

    Files called `model.safetensors` (read back and checked), `epochscope.json` and `README.md` are replaced, all of
    them or none; others stay.

    Args:
        folder: Folder of the run.
        path: Folder to write; made if missing.

    Returns:
        Facts as from `write_safetensors`.

    Raises:
        UsageError: As from `write_safetensors`.
        DiskError: As from `write_safetensors`, or a file could not be written.
    """
    with file_set(path, mode=OUTPUT_MODE) as temp:
        facts = write_safetensors(folder, temp / REPOSITORY)
        about = json.loads(read_safetensors(temp / REPOSITORY)[1] or "{}")
        write_output(temp / FILE, (json.dumps(about, indent=2) + "\n").encode("ascii"))
        write_output(temp / CARD, model_card(read_run(folder), about).encode("utf-8", "replace"))
    return facts


def model_card(run: RunData, about: dict[str, Any]) -> str:
    """Write the model card: what the model is, its scores and calibration, and how to load it.

    Args:
        run: Data of the run.
        about: Description from the weights file, see `trainer.export.metadata.describe`.

    Returns:
        Markdown with a YAML header.
    """
    return "\n".join([*_front(run), *_body(run, about)]) + "\n"


def _front(run: RunData) -> Iterator[str]:
    """YAML; texts are spelled as JSON spells them, which is YAML too."""
    yield from ("---", "library_name: epochscope", "pipeline_tag: image-classification")
    yield from ("tags:", "- epochscope", "- image-classification", "metrics:", "- accuracy", "- f1")
    split = _split(run)
    if split is not None:
        found = run.evaluations[split].metrics
        yield from ("model-index:", f"- name: {json.dumps(run.name)}", "  results:", "  - task:")
        yield from ("      type: image-classification", "    dataset:", f"      name: {json.dumps(_data(run))}")
        yield from (f"      type: {json.dumps(_data(run))}", f"      split: {split}", "    metrics:")
        for kind, value, name in (("accuracy", found.accuracy, "accuracy"), ("f1", found.macro_f1, found.macro_name)):
            yield from (f"    - type: {kind}", f"      value: {value:.4f}", f"      name: {json.dumps(name)}")
    yield "---"


def _body(run: RunData, about: dict[str, Any]) -> Iterator[str]:
    classes = [_plain(name) for name in about["classes"]]
    listed = ", ".join(classes[:MANY]) + (f" and {len(classes) - MANY} more" if len(classes) > MANY else "")
    height, width, channels = (about["input"]["size"][1], about["input"]["size"][0], len(about["input"]["mean"]))
    yield from ("", f"# {_plain(run.name)}", "")
    yield f"An image classifier, trained with Epochscope: `{about['model']}`, {about['weights']} weights of epoch"
    yield from (f"{about['epoch']}, for images of {width} x {height} pixels with {channels} channels.", "")
    yield from (f"**{len(classes)} classes**: {listed}", "")
    if run.evaluations:
        yield from ("## How good it is", "", *_scores(run.evaluations), "")
        yield from ("In brackets: 95 % intervals, by the bootstrap over the images of the split.", "")
    if run.calibration is not None:
        yield from ("## How sure it is", "", *_calibration(run.calibration), "")
    yield from _use(about)


def _scores(found: dict[str, SplitMetrics]) -> Iterator[str]:
    yield from ("| images | loss | accuracy | macro-F1 |", "|---|---|---|---|")
    for split, one in found.items():
        metrics, sure = one.metrics, one.intervals
        accuracy = f"{metrics.accuracy:.4f} ({sure.accuracy[0]:.4f} to {sure.accuracy[1]:.4f})"
        macro = f"{metrics.macro_f1:.4f} ({sure.macro_f1[0]:.4f} to {sure.macro_f1[1]:.4f})"
        yield f"| {split}: {metrics.samples:,} | {metrics.loss:.4f} | {accuracy} | {macro} |"


def _calibration(found: Calibration) -> Iterator[str]:
    yield f"Logits are to be divided by the temperature {found.temperature:.4f}, which was fitted on {found.images:,}"
    yield "validation images. Expected calibration error, before and after:"
    yield ""
    yield from ("| split | before | after |", "|---|---|---|")
    for split, one in found.splits.items():
        yield f"| {split} | {one.before.ece:.4f} | {one.after.ece:.4f} |"


def _use(about: dict[str, Any]) -> Iterator[str]:
    yield from ("## How it is used", "", "```python", *CODE.splitlines(), "```", "")
    yield f"`{FILE}` says the same of any other program: the steps from an image file to pixels, the normalisation, the"
    yield f"names of the classes. Made with {', '.join(f'{name} {text}' for name, text in about['versions'].items())}."


def _split(run: RunData) -> str | None:
    return next((split for split in FIRST_SPLITS if split in run.evaluations), None)


def _data(run: RunData) -> str:
    """The name of the data: no path of this machine leaves it."""
    return Path(run.summary.data).name or "unknown"


def _plain(text: str) -> str:
    """On one line, and nothing in it is markup."""
    line = " ".join(text.split())
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]<>#|" else sign for sign in line)
