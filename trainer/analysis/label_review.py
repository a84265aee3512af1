"""Reviews the labels of a data set: from settings to a list of what should be looked at, stored per data set. [no torch
if it is stored already, or if pixels are enough]

`<runs>/.data/labels/<key>/`: `pictures.npz` (thumbnails of what is listed) and `records.json`, which is written last.
The key stands for images, labels, split and network: nothing else affects the result.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from trainer.analysis.image_features import FeatureSource, ImageFeatures, Reason, choose_features, image_features
from trainer.analysis.label_errors import LabelErrors, find_label_errors
from trainer.analysis.label_proposals import KINDS, Judgement, Proposal, count_copies, make_proposals
from trainer.analysis.out_of_fold import out_of_fold
from trainer.analysis.outliers import find_outliers
from trainer.data.image_set import ImageSet, Progress, no_progress
from trainer.data.inspection import Report, divide_source
from trainer.data.label_edits import image_digest
from trainer.data.validation import FaultyDataError, fixes
from trainer.errors import DataError
from trainer.pretrained.kept_files import REVIEWS
from trainer.settings import Settings
from trainer.store import durable
from trainer.store.arrays import write_arrays
from trainer.store.edits_file import LabelEdit
from trainer.text.json_text import parse_json

VERSION = 1
"""Of findings and format; reviews of another version are ignored."""
KEPT = 8
"""Reviews that are kept, the newest."""
LISTED = 5_000
"""Proposals that are listed, the most certain. Nobody decides on more at once, and each decision improves the next
list."""
FEWEST = 10
"""Images needed for a review."""
PICTURE_SIDE = 128
"""Longer side of a thumbnail in pixels, at most."""
PICTURE_BYTES = 32 << 20
"""Size of all thumbnails in bytes, about."""
MAX_BYTES = 256 << 20


class FeatureFacts(msgspec.Struct, frozen=True):
    """What labels were judged by."""

    kind: str
    """"pretrained" or "pixels"."""
    model: str
    """Name of the network; empty for pixels."""
    width: int
    """Numbers per image."""
    reason: Reason
    """Why pixels, see `FeatureSource`."""


class LabelPair(msgspec.Struct, frozen=True):
    """A pair of classes whose labels are confused."""

    label: int
    """The label."""
    suggested: int
    """The class that images should have instead."""
    estimated: float
    """Estimated number of such images."""
    proposed: int
    """Number of such images that are proposed."""


class LabelReview(msgspec.Struct, frozen=True):
    """A review. The fields are those of the answer described in trainer/cli/label_requests.py, and `v`, the version."""

    v: int
    classes: tuple[str, ...]
    root: str
    features: FeatureFacts
    images: int
    unjudged: int
    agreement: float | None
    estimated: float
    pairs: tuple[LabelPair, ...]
    found: dict[str, int]
    exact_copies: int
    listed: int
    proposals: tuple[Proposal, ...]


_decoder = msgspec.json.Decoder(LabelReview)


class KeptReview(NamedTuple):
    """A review and its files."""

    review: LabelReview
    """The review."""
    records: Path
    """File of the proposals, JSON."""
    pictures: Path
    """File of the thumbnails, .npz."""
    cached: bool
    """Whether it was stored already."""


def review_labels(settings: Settings, report: Report, root: Path, progress: Progress = no_progress) -> KeptReview:
    """Review the labels of a source.

    Args:
        settings: How the data is opened.
        report: Findings about the same source.
        root: Folder of all runs, where features and reviews are stored.
        progress: Called with the stages of `image_features`, "folds", "outliers" and "pictures".

    Returns:
        The review, from an earlier call if nothing has changed.

    Raises:
        FaultyDataError: The source cannot be used.
        DataError: `labels.too_few`: fewer than 10 images; `labels.not_finite`: features are not finite; or as
            `image_features`.
        DiskError: The review cannot be written.
    """
    _check(report)
    source = choose_features(settings, report.pictures)
    folder = root / REVIEWS / _key(settings, source, report.pictures, report.parts, report.edits)
    if (kept := _kept(folder)) is not None:
        return kept
    records, pictures = _files(folder)
    features = image_features(source, settings, report, root, progress)
    review = _review(settings, source, report, features, progress)
    progress("pictures", 0, review.listed)
    durable.ensure_folder(folder)
    own, others = _pictures(review, features)
    write_arrays(pictures, images=own, others=others)
    durable.write_bytes(records, msgspec.json.encode(review))
    _tidy(root / REVIEWS, keep=folder)
    return KeptReview(review, records, pictures, cached=False)


def find_review(settings: Settings, root: Path, progress: Progress = no_progress) -> KeptReview | None:
    """Find the stored review of a source in its current state, without searching for copies, which takes most of the
    time of a report.

    Args:
        settings: How the data is opened.
        root: Folder of all runs.
        progress: Called with the stages of reading.

    Returns:
        The review; None if there is none.

    Raises:
        UsageError: As `inspect_source`.
        DataError: As `inspect_source`.
    """
    options = settings.data.model_dump(exclude={"skip_bad"})
    found = divide_source(**options, seed=settings.train.seed, progress=progress)
    source = choose_features(settings, found.pictures)
    return _kept(root / REVIEWS / _key(settings, source, found.pictures, found.parts, found.edits))


def _files(folder: Path) -> tuple[Path, Path]:
    return folder / "records.json", folder / "pictures.npz"


def _kept(folder: Path) -> KeptReview | None:
    records, pictures = _files(folder)
    review = _read(records) if pictures.is_file() else None
    return None if review is None else KeptReview(review, records, pictures, cached=True)


def _check(report: Report) -> None:
    if problems := report.problems:
        what = f"{len(problems)} problem{'s' * (len(problems) > 1)} in {report.name}"
        raise FaultyDataError(f"data.{problems[0].code}", what, problems, fix=fixes(problems, ()))
    images = sum(sum(counts) for counts in report.counts.values())
    if images < FEWEST:
        raise DataError(
            "labels.too_few",
            f"Too few images to find wrong labels: {images}.",
            where=report.name,
            expected=f"at least {FEWEST}",
            count=images,
        )


def _key(
    settings: Settings,
    source: FeatureSource,
    pictures: ImageSet,
    parts: NDArray[np.uint8],
    edits: tuple[LabelEdit, ...],
) -> str:
    network = settings.backbone.model_dump(include={"weights", "size", "digest"}) if source.model else {}
    root = str(pictures.root or "")
    facts = [VERSION, pictures.digest, root, pictures.classes, source, network, settings.train.seed]
    digest = hashlib.sha256(json.dumps(facts).encode())
    for array in (pictures.labels, parts):
        digest.update(array.tobytes())
    digest.update(repr(edits).encode("utf-8", "surrogatepass"))
    digest.update("\0".join(pictures.paths).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:32]


def _read(path: Path) -> LabelReview | None:
    with contextlib.suppress(OSError, ValueError):
        found = parse_json(_decoder, durable.read_bytes(path, MAX_BYTES))
        return found if found.v == VERSION else None
    return None


def _review(
    settings: Settings, source: FeatureSource, report: Report, features: ImageFeatures, progress: Progress
) -> LabelReview:
    judgement = _judge(settings, report, features, progress)
    proposals = make_proposals(report, judgement)
    labels = report.pictures.labels[judgement.rows[judgement.judged]]
    said = judgement.probabilities[judgement.judged].argmax(axis=1)
    counts = Counter(one.kind for one in proposals)
    listed = _completed(proposals[:LISTED], report)
    kind = "pretrained" if source.model else "pixels"
    return LabelReview(
        v=VERSION,
        classes=report.classes,
        root=str(report.pictures.root or ""),
        features=FeatureFacts(kind, source.model, features.values.shape[1], source.reason),
        images=len(features.rows),
        unjudged=int((~judgement.judged).sum()),
        agreement=float((said == labels).mean()) if len(labels) else None,
        estimated=judgement.errors.estimated,
        pairs=_pairs(judgement.errors, labels),
        found={kind: counts[kind] for kind in KINDS},
        exact_copies=count_copies(report),
        listed=len(listed),
        proposals=listed,
    )


def _judge(settings: Settings, report: Report, features: ImageFeatures, progress: Progress) -> Judgement:
    if not np.isfinite(features.values).all():
        what = "The network's features of some images are not finite, so their labels cannot be judged."
        raise DataError("labels.not_finite", what, where=report.name, fix="use other weights, or --backbone.size")
    labels = report.pictures.labels[features.rows]
    groups = [np.searchsorted(features.rows, group.images).tolist() for group in report.duplicates.groups]
    found = out_of_fold(
        features.values,
        labels,
        len(report.classes),
        penalty=features.penalty,
        seed=settings.train.seed,
        groups=groups,
        progress=progress,
    )
    errors = find_label_errors(found.probabilities[found.judged], labels[found.judged])
    outliers = find_outliers(features.values, progress)
    return Judgement(features.rows, found.probabilities, found.judged, errors, outliers)


def _pairs(errors: LabelErrors, labels: NDArray[np.int64]) -> tuple[LabelPair, ...]:
    proposed = Counter(zip(labels[errors.rows].tolist(), errors.suggested.tolist(), strict=True))
    wrong = errors.estimate - np.diag(np.diag(errors.estimate))
    found = [
        LabelPair(label, suggested, float(wrong[label, suggested]), proposed[label, suggested])
        for label, suggested in np.argwhere(wrong > 0).tolist()
    ]
    return tuple(sorted(found, key=lambda pair: (-pair.estimated, pair.label, pair.suggested)))


def _completed(proposals: Sequence[Proposal], report: Report) -> tuple[Proposal, ...]:
    """With digests, decisions, and the places in `pictures.npz` of their pictures and of those of the other images."""
    decided = {edit.path: edit for edit in report.edits}
    others = 0
    found = []
    for place, one in enumerate(proposals):
        edit = decided.get(one.path)
        found.append(
            msgspec.structs.replace(
                one,
                digest=image_digest(report.pictures, one.row),
                edit=None if edit is None else {"action": edit.action, "label": edit.label, "when": edit.when},
                picture=place,
                other_picture=-1 if one.other is None else others,
            )
        )
        others += one.other is not None
    return tuple(found)


def _pictures(review: LabelReview, features: ImageFeatures) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Of the proposals, and of the images that they are compared with."""
    own = np.array([one.row for one in review.proposals], np.int64)
    other = np.array([one.other.row for one in review.proposals if one.other is not None], np.int64)
    side = int((PICTURE_BYTES / 3 / max(1, len(own) + len(other))) ** 0.5)
    small = min(PICTURE_SIDE, max(32, side))
    return _thumbnails(features, own, small), _thumbnails(features, other, small)


def _thumbnails(features: ImageFeatures, rows: NDArray[np.int64], side: int) -> NDArray[np.uint8]:
    """(n, h, w, 3), the longer side at most `side`."""
    height, width, depth = features.pixels(features.rows[:1]).shape[1:]
    scale = min(1.0, side / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    found = np.empty((len(rows), size[1], size[0], 3), np.uint8)
    from PIL import Image

    for place, row in enumerate(rows.tolist()):
        pixels = features.pixels(np.array([row]))[0]
        colour = np.repeat(pixels, 3, axis=2) if depth == 1 else np.ascontiguousarray(pixels[..., :3])
        small = colour if scale == 1 else np.asarray(Image.fromarray(colour).resize(size, Image.Resampling.BOX))
        found[place] = small
    return found


def _tidy(folder: Path, keep: Path) -> None:
    """Remove all but the newest reviews."""

    def age(path: Path) -> float:
        try:
            return -path.stat().st_mtime
        except OSError:
            return 0.0

    for path in sorted(folder.iterdir(), key=age)[KEPT:]:
        if path != keep:
            durable.remove_tree(path)
