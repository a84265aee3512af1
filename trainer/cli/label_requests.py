"""What a window asks about the labels of a data set, and the page of `data --labels`. [no torch before it is needed]

    {"id": 11, "do": "labels", "settings": {"data": {"source": "photos"}}, "runs": "/home/ada/runs"}

`settings`: which images, how they are divided, and the model whose features are used where it is a pretrained one;
`data.edits` counts: labels are those after the edits, images left out are not looked at. `runs`: the folder of all
runs, where features and answers are kept; the same question about the same images is answered from there at once.

Progress stages, in this order, each only where there is something to do: `scan`, `decode`, `check` (copies), `import`,
`download` (weights of a network, MB), `extract` (features, images; `total` is what is missing), `folds` (models that
judge the labels), `outliers`, `pictures`.

The answer, beside `id` and `ok` (classes are numbers, places in `classes`):

    classes     ["cat", "dog", ...]
    root        folder that paths are relative to, "" where the images are no files
    cached      true: nothing had to be computed
    features    {"kind": "pretrained" | "pixels", "model": "efficientnet_lite0", "width": 1904, "reason": ""}
                reason why pixels: "not_installed" (the extra `pretrained`; proposals on photographs are much worse) or
                "not_photographs" (small grey or tiny images: pixels are the right choice); "" where pretrained
    images      readable images looked at, all splits
    unjudged    images whose class has too few others to judge their labels by
    agreement   share of the judged images whose label is what the other images say, [0, 1]; null where none is judged
    estimated   labels that are wrong by estimate, at most: what the models cannot tell apart counts, too
    pairs       [{"label": 0, "suggested": 1, "estimated": 31, "proposed": 28}, ...], the most first
    found       {"label": 120, "conflict": 3, "leak": 29, "outlier": 12}: proposals of each kind
    exact_copies  images that repeat another of their class and split pixel for pixel: no label errors, not proposed
    listed      proposals in `records`, at most 5,000, the highest scores
    records     path of a JSON file: {"v": 1, ...all of the above but `cached`, "proposals": [...]}
    pictures    path of an .npz file: `images` (listed, h, w, 3) uint8, `others` (K, h, w, 3) uint8; at most 128 px

A proposal, the highest score first:

    kind        "label"     its label is probably wrong
                "conflict"  the same picture, as `other`, has another label
                "leak"      an image of validation or test that is also in training, as `other`, or in validation
                "outlier"   unlike all other images: perhaps it does not belong here
                An image can have several, but not both label and conflict.
    row         its place in the source
    path        relative to `root`, with `/`
    split       "train", "valid" or "test"
    label       its class
    suggested   the class it should rather have; -1 for leak and outlier
    action      what is proposed: "relabel" or "leave_out", as in the edits
    score       [0, 1], how sure the proposal is, comparable between kinds
    self_confidence, suggested_confidence
                [0, 1], what models that never saw this image say of its class and of the suggested one; null where it
                is not judged, the second also without a suggestion
    other       the image it concerns, {"row", "path", "split", "label"}, or null
    exact       conflict, leak: whether `other` is the same pixel for pixel; else null
    digest      of its content, as in the edits
    edit        {"action", "label", "when"} where `data.edits` has a decision on it ("label" is a name), else null
    picture     its place in `images` of `pictures`
    other_picture  place of `other` in `others`, -1 where there is none

Errors are those of opening data and of loading weights, such as `data.one_class` for a single class; `labels.too_few`
for fewer than 10 images.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from trainer.analysis.label_review import KeptReview, find_review, review_labels
from trainer.data.image_set import Progress
from trainer.data.inspection import Report
from trainer.settings import Settings


def found_labels(look: Callable[[], Report], settings: Settings, root: Path, progress: Progress) -> dict[str, Any]:
    """Answer a window's request for a review, from an earlier one if nothing has changed.

    Args:
        look: Makes the report on the source, if it is needed.
        settings: How the data is opened.
        root: Folder of all runs.
        progress: Called with the stages of the review.

    Returns:
        The answer, as plain values.

    Raises:
        DataError: As `review_labels`.
        DiskError: A file cannot be written.
    """
    return as_answer(find_review(settings, root, progress) or review_labels(settings, look(), root, progress))


def as_answer(found: KeptReview) -> dict[str, Any]:
    """Turn a review into an answer, without the proposals.

    Args:
        found: The review.

    Returns:
        Plain values, with the paths of the files that hold the rest.
    """
    facts = {name: value for name, value in msgspec.to_builtins(found.review).items() if name not in ("v", "proposals")}
    return {**facts, "cached": found.cached, "records": found.records, "pictures": found.pictures}
