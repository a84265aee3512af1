"""Model files from strangers: headers that say what is not so, archives with paths that lead elsewhere, pickles."""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

Tensors = dict[str, torch.Tensor]
Header = dict[str, Any]
HUGE = 1 << 40


def parts(data: bytes) -> tuple[Header, bytes]:
    """Header and body of a safetensors file."""
    (length,) = struct.unpack_from("<Q", data)
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def joined(header: bytes | Header, body: bytes, length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header, separators=(",", ":")).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + body


def signed(data: bytes) -> bytes:
    """With the digest that a checkpoint must have: whoever makes a file can compute it."""
    head, mark = data[:8] + b'{"__metadata__":{"sha256":"', b"0" * 64
    if not data.startswith(head):
        return data
    zeroed = head + mark + data[len(head) + 64 :]
    return head + hashlib.sha256(zeroed).hexdigest().encode() + data[len(head) + 64 :]


def _changed(change: Callable[[Header, str, Header], object]) -> Callable[[bytes], bytes]:
    """Changes the entry of the first tensor."""

    def make(data: bytes) -> bytes:
        header, body = parts(data)
        name = next(key for key in header if key != "__metadata__")
        change(header, name, header[name])
        return joined(header, body)

    return make


def _repeated(data: bytes) -> bytes:
    """The first tensor twice, under one name, the second time somewhere else."""
    header, body = parts(data)
    name = next(key for key in header if key != "__metadata__")
    entry = json.dumps({name: {**header[name], "data_offsets": [HUGE, HUGE + 4]}}, separators=(",", ":"))[1:]
    return joined(json.dumps(header, separators=(",", ":"))[:-1].encode() + b"," + entry.encode(), body)


LIES: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda data: b"",
    "a header longer than the file": lambda data: joined(*parts(data), length=len(data) + 1),
    "a header of 2^63 bytes": lambda data: joined(*parts(data), length=1 << 63),
    "a header of no bytes": lambda data: joined(*parts(data), length=0),
    "a header that is no JSON": lambda data: joined(b"{'a': 1}", b""),
    "a header that is a list": lambda data: joined(b"[]", b""),
    "a header of 42 MB": lambda data: joined(b"[[]" + b",[]" * (14 << 20) + b"]", b""),
    "a million brackets": lambda data: joined(b"[" * 1_000_000, b""),
    "a number of 10,000 digits": lambda data: joined(b'{"a":' + b"1" * 10_000 + b"}", b""),
    "a tensor that is no entry": _changed(lambda header, name, entry: header.update({name: 7})),
    "offsets behind the file": _changed(lambda header, name, entry: entry.update(data_offsets=[HUGE, HUGE + 4])),
    "offsets before the file": _changed(lambda header, name, entry: entry.update(data_offsets=[-8, 0])),
    "offsets the wrong way round": _changed(lambda header, name, entry: entry["data_offsets"].reverse()),
    "offsets that are no numbers": _changed(lambda header, name, entry: entry.update(data_offsets=["0", "4"])),
    "overlapping tensors": _changed(lambda header, name, entry: header.update(other=dict(entry))),
    "a gap": lambda data: joined(parts(data)[0], parts(data)[1] + b"\0" * 64),
    "half a body": lambda data: joined(parts(data)[0], parts(data)[1][: len(parts(data)[1]) // 2]),
    "a shape of 2^80": _changed(lambda header, name, entry: entry.update(shape=[HUGE, HUGE])),
    "a negative shape": _changed(lambda header, name, entry: entry.update(shape=[-1, -len(entry["shape"])])),
    "a shape of floats": _changed(lambda header, name, entry: entry.update(shape=[0.5])),
    "an unknown type": _changed(lambda header, name, entry: entry.update(dtype="os.system")),
    "one name twice": _repeated,
    "no tensors": lambda data: joined({}, b""),
    "metadata of numbers": _changed(lambda header, name, entry: header.update(__metadata__={"epochscope": 1})),
    "metadata that is a list": _changed(lambda header, name, entry: header.update(__metadata__=[])),
    "no metadata": _changed(lambda header, name, entry: header.pop("__metadata__", None)),
}
"""From the bytes of a good file those of one that lies."""


def described(**changes: Any) -> Callable[[bytes], bytes]:
    """Changes the description in an exported file, at the top."""

    def make(data: bytes) -> bytes:
        header, body = parts(data)
        header["__metadata__"]["epochscope"] = json.dumps(json.loads(header["__metadata__"]["epochscope"]) | changes)
        return joined(header, body)

    return make


def _described_by(text: str) -> Callable[[bytes], bytes]:
    return _changed(lambda header, name, entry: header.update(__metadata__={"epochscope": text}))


DESCRIPTIONS: dict[str, Callable[[bytes], bytes]] = {
    "a description that is no JSON": _described_by("{"),
    "a description that is a list": _described_by("[]"),
    "an empty description": _described_by("{}"),
    "a very deep description": _described_by("[" * 100_000),
    "a model by the path of its code": described(model="/tmp/evil.py:Evil"),
    "a model that is a list": described(model=["mlp"]),
    "options nobody has": described(options={"__class__": "os.system"}),
    "options that are a text": described(options="hidden"),
    "another model": described(model="cnn"),
    "a model of 8 billion weights": described(options={"hidden": 16_384, "layers": 32, "dropout": 0.0}),
    "10^9 layers": described(model="mlp", options={"hidden": 1, "layers": 10**9, "dropout": 0.0}),
    "images of 10^12 pixels": described(input={"shape": [1, 10**6, 10**6], "mean": [0.5], "std": [0.5]}),
    "images of no shape": described(input={"shape": "8x8", "mean": [0.5], "std": [0.5]}),
    "no mean": described(input={"shape": [1, 8, 8]}),
    "classes that are a number": described(classes=10**12),
}


class Bomb:
    """Leaves a file where it is unpickled by a careless reader."""

    def __init__(self, place: Path) -> None:
        self._command = f"touch '{place}'"

    def __reduce__(self) -> Any:
        import os

        return os.system, (self._command,)


def archive(entries: dict[str, bytes], compressed: bool = False) -> bytes:
    buffer = io.BytesIO()
    kind = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with zipfile.ZipFile(buffer, "w", kind) as made:
        for name, data in entries.items():
            made.writestr(zipfile.ZipInfo(name), data, kind)
    return buffer.getvalue()


def entries(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        return {name: found.read(name) for name in found.namelist()}


def torch_files(tensors: Tensors, exploded: Path) -> dict[str, bytes]:
    """What a file of torch.save may be instead. `exploded`: where bombs would leave a file."""
    buffer = io.BytesIO()
    torch.save(tensors, buffer)
    good = entries(buffer.getvalue())
    root = next(iter(good)).split("/")[0]
    bomb = pickle.dumps(Bomb(exploded), protocol=2)
    legacy = io.BytesIO()
    torch.save({"state_dict": Bomb(exploded)}, legacy, _use_new_zipfile_serialization=False)
    large = max(good, key=lambda name: len(good[name]))
    return {
        "a pickle": bomb,
        "an old file of torch.save": legacy.getvalue(),
        "a pickle in an archive": archive({**good, f"{root}/data.pkl": bomb}),
        "paths above": archive({f"../../{name}": data for name, data in good.items()}),
        "absolute paths": archive({f"{exploded}/{name}": data for name, data in good.items()}),
        "a file above beside the others": archive({**good, f"../{exploded.name}": b"x"}),
        "storages that are missing": archive({name: data for name, data in good.items() if name != large}),
        "a storage of half its size": archive({**good, large: good[large][: len(good[large]) // 2]}),
        "a storage of 3 GB in a few bytes": archive({**good, large: b"\0" * (3 << 30)}, compressed=True),
        "a pickle of nine million lists": archive({**good, f"{root}/data.pkl": b"\x80\x02" + b"]" * (9 << 20) + b"."}),
        "no archive": b"PK\x03\x04" + b"\0" * 100,
        "an empty archive": archive({}),
        "a text": b"weights",
    }


def onnx_file(secret: Path) -> bytes:
    """A model whose weights are said to lie in another file, `secret`. Written by hand: protobuf, fields by number."""

    def field(number: int, content: bytes | str) -> bytes:
        data = content.encode() if isinstance(content, str) else content
        return bytes([number << 3 | 2]) + _varint(len(data)) + data

    place = field(13, field(1, "location") + field(2, str(secret)))
    tensor = b"\x08\x04" + b"\x10\x01" + field(8, "weight") + place + b"\x70\x01"  # dims, FLOAT, name, EXTERNAL
    return b"\x08\x08" + field(7, field(2, "graph") + field(5, tensor))


def _varint(number: int) -> bytes:
    out = b""
    while number > 127:
        out, number = out + bytes([number & 127 | 128]), number >> 7
    return out + bytes([number])
