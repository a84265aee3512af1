"""What the engine answers about labels, made up: its records and pictures as files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gui.engine.rpc_client import Answer
from trainer.store.arrays import write_arrays

CLASSES = ("cat", "dog", "<b>лиса</b>")
SHARE = {"label": 0.97, "conflict": 0.9}


def proposal(kind: str = "label", path: str = "cat/a.png", **more: Any) -> dict[str, Any]:
    """One record, of the image `path`."""
    copy = kind in ("conflict", "leak")
    other = {"row": 9, "path": "dog/z.png", "split": "valid", "label": 1}
    found = {
        "kind": kind, "row": 1, "path": path, "split": "train", "label": 0,
        "suggested": 1 if kind in SHARE else -1, "action": "relabel" if kind in SHARE else "leave_out", "score": 0.5,
        "self_confidence": 0.02, "suggested_confidence": SHARE.get(kind), "edit": None, "digest": f"sha256:{path}",
        "other": other if copy else None, "exact": True if copy else None, "picture": 0,
        "other_picture": 0 if copy else -1,
    }  # fmt: skip
    return found | more


def answer(
    folder: Path,
    proposals: Sequence[dict[str, Any]],
    classes: Sequence[str] = CLASSES,
    pictures: NDArray[np.uint8] | None = None,
    **more: Any,
) -> Answer:
    """Files in `folder`, and the answer that names them."""
    folder.mkdir(exist_ok=True)
    images = np.full((max(1, len(proposals)), 32, 32, 3), 90, np.uint8) if pictures is None else pictures
    records = [{**one, "picture": place} for place, one in enumerate(proposals)]
    kinds = [one["kind"] for one in proposals]
    told = {
        "v": 1, "classes": list(classes), "root": "", "images": 900, "unjudged": 0, "agreement": 0.94, "estimated": 51,
        "features": {"kind": "pretrained", "model": "efficientnet_lite0", "width": 1904, "reason": ""}, "pairs": [],
        "found": {kind: kinds.count(kind) for kind in ("label", "conflict", "leak", "outlier")}, "exact_copies": 2,
        "listed": len(proposals), "records": str(folder / "labels.json"), "pictures": str(folder / "labels.npz"),
        "proposals": records,
    } | more  # fmt: skip
    (folder / "labels.json").write_text(json.dumps(told), encoding="utf-8")
    write_arrays(folder / "labels.npz", images=images, others=images[:1])
    return {"ok": True, "cached": False, **{key: value for key, value in told.items() if key != "proposals"}}
