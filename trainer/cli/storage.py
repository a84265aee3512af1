"""`cache`: what is stored beside runs to save time later, and how to remove it. [no torch]"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from trainer.cli.flags import Json, Runs
from trainer.cli.output import say, say_json, table
from trainer.data.cache import cached_images, remove_cached_images
from trainer.pretrained.kept_files import (
    KeptFeatures,
    KeptWeights,
    kept_features,
    kept_reviews,
    kept_weights,
    remove_features,
    remove_reviews,
    remove_weights,
)
from trainer.store.folder import runs_root
from trainer.text.number_format import megabytes

What = Literal["features", "weights", "images", "labels", "all"]
USERS = 3
"""Runs named beside weights, at most."""


def cache(
    *,
    clean: Annotated[
        What | None,
        Parameter(help="Remove features, images, label reviews, weights that no run needs, or all of these."),
    ] = None,
    runs: Runs = None,
    json: Json = False,
) -> int:
    """Show the disk space of cached features, weights, decoded images and label reviews; --clean frees it.

    Features (the output of a pretrained network for each image), decoded images and the results of `epochscope data
    --labels` are recomputed when needed; your decisions about labels are stored elsewhere. Weights stay as long
    as a run needs them to be resumed, used or exported.
    """
    root = runs_root(runs)
    if clean is not None:
        return _clean(root, clean, as_json=json)
    features, weights, (places, size) = kept_features(root), kept_weights(root), cached_images()
    reviews, of_reviews = kept_reviews(root)
    if json:
        say_json(
            {
                "features": [vars(one) for one in features],
                "weights": [vars(one) for one in weights],
                "images": {"sources": places, "bytes": size},
                "labels": {"reviews": reviews, "bytes": of_reviews},
            }
        )
        return 0
    rows = [*(_of_features(one) for one in features), *(_of_weights(one) for one in weights)]
    rows += [("images", f"decoded, of {places:,} sources", "", megabytes(size))] if places else []
    rows += [("labels", f"{reviews:,} review{'s' * (reviews > 1)}", "", megabytes(of_reviews))] if reviews else []
    if not rows:
        say("nothing is cached yet")
        return 0
    say(*table(("kind", "what", "used by", "MB"), rows, left=("kind", "what", "used by"), spare=("used by",)))
    total = sum(one.bytes for one in features) + sum(one.bytes for one in weights) + size + of_reviews
    say("", f"{megabytes(total)} MB in total; epochscope cache --clean all removes everything that can be made again")
    return 0


def _of_features(one: KeptFeatures) -> tuple[str, ...]:
    if not one.network:
        return "features", "damaged", "", megabytes(one.bytes)
    some = f"{one.total:,}" if one.images == one.total else f"{one.images:,} of {one.total:,}"
    mirrored = ", mirrored" if one.view == "mirrored" else ""
    return "features", f"{one.network}, {some} images of {one.side} pixels{mirrored}", "", megabytes(one.bytes)


def _of_weights(one: KeptWeights) -> tuple[str, ...]:
    more = f" and {len(one.runs) - USERS} more" if len(one.runs) > USERS else ""
    return "weights", one.digest[:12], ", ".join(one.runs[:USERS]) + more or "no run", megabytes(one.bytes)


def _clean(root: Path, what: What, *, as_json: bool) -> int:
    ways: dict[str, Callable[[], int]] = {
        "features": lambda: remove_features(root),
        "weights": lambda: remove_weights(root),
        "images": remove_cached_images,
        "labels": lambda: remove_reviews(root),
    }
    freed = {name: remove() for name, remove in ways.items() if what in (name, "all")}
    if as_json:
        say_json({"freed": freed})
    else:
        say(*(f"{name}: {megabytes(size)} MB freed" for name, size in freed.items()))
    return 0
