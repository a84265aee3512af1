"""Features, weights and label reviews that runs share: where they are kept, how large they are, and removing them.
[no torch]"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from trainer.errors import UsageError
from trainer.pretrained.feature_file import MOST_INDEX, rows_there
from trainer.store import durable
from trainer.store.folder import RunFolder, list_runs
from trainer.store.run_files import dotted_settings
from trainer.store.summary import LIVE
from trainer.store.trash import NAME as TRASH

WEIGHTS, FEATURES, REVIEWS = Path(".data", "weights"), Path(".data", "features"), Path(".data", "labels")
"""Below the folder of all runs."""


@dataclass(frozen=True)
class KeptFeatures:
    """Features of one source from one network.

    Attributes:
        folder: Their folder.
        network: Name of the network; empty for a damaged folder.
        view: `plain` or `mirrored`.
        side: Side of the images that the network was given, in pixels.
        images: Images whose features are there.
        total: Images of the source.
        bytes: Size in bytes.
    """

    folder: Path
    network: str
    view: str
    side: int
    images: int
    total: int
    bytes: int


@dataclass(frozen=True)
class KeptWeights:
    """Weights of a network.

    Attributes:
        file: Their file.
        digest: Its SHA-256, hex.
        bytes: Size in bytes.
        runs: Names of the runs that need them, runs in the trash included.
    """

    file: Path
    digest: str
    bytes: int
    runs: tuple[str, ...]


def kept_features(root: Path) -> list[KeptFeatures]:
    """List the features under `root`, largest first; a damaged folder counts as features of an unknown network.

    Args:
        root: Folder of all runs.

    Returns:
        An entry per folder.
    """
    found = [_features(folder) for folder in _inside(root / FEATURES) if folder.is_dir()]
    return sorted(found, key=lambda one: -one.bytes)


def kept_weights(root: Path) -> list[KeptWeights]:
    """List the weights under `root`, largest first.

    Args:
        root: Folder of all runs.

    Returns:
        An entry per file.
    """
    users = _users(root)
    files = [file for file in _inside(root / WEIGHTS) if file.suffix == ".safetensors"]
    found = [KeptWeights(file, file.stem, file.stat().st_size, tuple(users.get(file.stem, ()))) for file in files]
    return sorted(found, key=lambda one: -one.bytes)


def kept_reviews(root: Path) -> tuple[int, int]:
    """Count the label reviews under `root`.

    Args:
        root: Folder of all runs.

    Returns:
        Their number, and their size in bytes.
    """
    found = [folder for folder in _inside(root / REVIEWS) if folder.is_dir()]
    return len(found), sum(file.stat().st_size for folder in found for file in _inside(folder))


def remove_reviews(root: Path) -> int:
    """Remove all label reviews under `root`.

    Args:
        root: Folder of all runs.

    Returns:
        Bytes freed.
    """
    _, size = kept_reviews(root)
    durable.remove_tree(root / REVIEWS)
    return size - kept_reviews(root)[1]


def remove_features(root: Path) -> int:
    """Remove all features under `root`; the next run that needs them extracts them again.

    Args:
        root: Folder of all runs.

    Returns:
        Bytes freed.

    Raises:
        UsageError: `cache.live`: a run there is in progress.
        DiskError: A folder could not be removed.
    """
    live = [entry.folder.name for entry in list_runs(root) if entry.state in LIVE]
    if live:
        raise UsageError(
            "cache.live",
            f"A run is in progress and may read features: {', '.join(live)}.",
            where=str(root / FEATURES),
            fix=f"wait until it ends, or stop it: epochscope stop {live[0]}",
            runs=", ".join(live),
        )
    found = kept_features(root)
    for one in found:
        durable.remove_tree(one.folder)
    return sum(one.bytes for one in found)


def remove_weights(root: Path) -> int:
    """Remove the weights under `root` that no run needs.

    Args:
        root: Folder of all runs.

    Returns:
        Bytes freed.

    Raises:
        DiskError: A file could not be removed.
    """
    unused = [one for one in kept_weights(root) if not one.runs]
    for one in unused:
        durable.remove(one.file)
    return sum(one.bytes for one in unused)


def _features(folder: Path) -> KeptFeatures:
    size = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    try:
        index = json.loads(durable.read_bytes(folder / "index.json", MOST_INDEX))
        network, total = index["network"], int(index["shape"][0])
        filled = int(rows_there(folder).sum())
        return KeptFeatures(
            folder, str(network["network"]), str(network["view"]), int(network["size"]), filled, total, size
        )
    except (OSError, ValueError, KeyError, TypeError, IndexError, OverflowError, RecursionError):
        return KeptFeatures(folder, "", "", 0, 0, 0, size)


def _users(root: Path) -> dict[str, list[str]]:
    """Names of runs by the digest of the weights that their run.toml names."""
    users: dict[str, list[str]] = {}
    for path in sorted([*root.glob("*/run.toml"), *root.glob(f"{TRASH}/*/run.toml")]):
        digest = dotted_settings(RunFolder(path.parent)).get("backbone.digest")
        if isinstance(digest, str) and digest:
            users.setdefault(digest, []).append(path.parent.name)
    return users


def _inside(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []
