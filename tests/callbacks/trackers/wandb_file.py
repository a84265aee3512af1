"""A reader of the files that Weights & Biases writes offline: blocks as LevelDB's log has them, records by wandb's own
protocol buffers. Its library has a writer only."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

BLOCK, HEAD = 32_768, 7


def records(path: Path) -> Iterator[Any]:
    """Each record of a .wandb file."""
    from wandb.proto import wandb_internal_pb2

    data, at, text = path.read_bytes(), HEAD, b""
    assert data[:4] == b":W&B"
    while at + HEAD <= len(data):
        if (left := BLOCK - at % BLOCK) < HEAD:
            at += left
            continue
        _, length, kind = struct.unpack_from("<IHB", data, at)
        piece = data[at + HEAD : at + HEAD + length]
        at += HEAD + length
        text = piece if kind in (1, 2) else text + piece  # whole or first; middle or last
        if kind in (1, 4):
            record = wandb_internal_pb2.Record()
            record.ParseFromString(text)
            yield record


def history(path: Path) -> list[dict[str, Any]]:
    """The rows that were logged."""
    return [
        {item.key or ".".join(item.nested_key): json.loads(item.value_json) for item in record.history.item}
        for record in records(path)
        if record.WhichOneof("record_type") == "history"
    ]
