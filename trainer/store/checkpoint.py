"""Checkpoints: one file in safetensors format, its digest inside. [no torch at import]

The header opens with `{"__metadata__":{"sha256":"<64 digits>"`: the digest of the whole file with those 64 characters
zeroed, so that a changed byte anywhere is detected without parsing. The second entry, `epochscope`, is a text by
`trainer.store.codec`: the state, the memory layout of tensors, and which of them share storage. No pickle.

Written by hand: the safetensors package has no digest, drops strides and refuses shared storage; but it can open these
files.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, NamedTuple, get_args

from trainer.errors import DiskError
from trainer.store import codec, durable
from trainer.store.disk_errors import NO_FOLDER, disk_error
from trainer.store.safetensors_file import MAX_HEADER, declared_size, header_length
from trainer.store.versions import VERSIONS, check_version

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    Tensors = dict[str, Tensor]

Kind = Literal["last", "best", "manual"]
KINDS: tuple[Kind, ...] = get_args(Kind)
FORMAT = VERSIONS["checkpoint"]
_OPENING = b'{"__metadata__":{"sha256":"'
_DIGEST_AT = 8 + len(_OPENING)
_NO_DIGEST = b"0" * 64
_NESTED = "state."
_CHUNK = 1 << 20
_NAME = re.compile(r"(last|best|manual)-([0-9]{9,18})\.safetensors", re.ASCII)
_TYPES = {
    "BOOL": "bool",
    "U8": "uint8",
    "I8": "int8",
    "U16": "uint16",
    "I16": "int16",
    "U32": "uint32",
    "I32": "int32",
    "U64": "uint64",
    "I64": "int64",
    "F16": "float16",
    "BF16": "bfloat16",
    "F32": "float32",
    "F64": "float64",
    "F8_E4M3": "float8_e4m3fn",
    "F8_E5M2": "float8_e5m2",
    "C64": "complex64",
}


class Skipped(NamedTuple):
    """A skipped checkpoint, and the reason."""

    path: Path
    reason: str


def name(kind: Kind, step: int) -> str:
    """The file name: `last-000001408.safetensors`."""
    return f"{kind}-{step:09d}.safetensors"


def parse_name(file_name: str) -> tuple[Kind, int] | None:
    """Kind and step of a checkpoint's file name; None for any other name."""
    match = _NAME.fullmatch(file_name)
    if match is None:
        return None
    (kind,) = (kind for kind in KINDS if kind == match[1])
    return kind, int(match[2])


def find(folder: Path, kind: Kind) -> list[Path]:
    """Checkpoints of one kind, the largest step first, by name only; no file is opened. A missing folder counts as
    empty."""
    return list(by_step(folder, kind).values())


def by_step(folder: Path, kind: Kind) -> dict[int, Path]:
    """The same, with their steps."""
    assert kind in KINDS
    try:
        names = os.listdir(folder)  # noqa: PTH208 - names are all that is needed
    except OSError as error:
        if error.errno in NO_FOLDER:
            return {}
        raise disk_error(error, folder) from error
    found = [(parsed[1], file_name) for file_name in names if (parsed := parse_name(file_name)) and parsed[0] == kind]
    return {step: folder / file_name for step, file_name in sorted(found, reverse=True)}


def newest_valid(folder: Path, kind: Kind) -> tuple[Path | None, list[Skipped]]:
    """The checkpoint with the largest step whose digest is correct, and those skipped before it."""
    skipped: list[Skipped] = []
    for path in find(folder, kind):
        try:
            verify(path)
        except DiskError as error:
            skipped.append(Skipped(path, error.what))
        else:
            return path, skipped
    return None, skipped


def verify(path: Path) -> str:
    """Read the whole file once, in small pieces, and return its sha256 (64 hex digits).

    Raises DiskError `checkpoint.damaged` if any byte has changed, or the file cannot be read.
    """
    try:
        with os.fdopen(durable.open_regular(path), "rb") as file:
            start = file.read(_DIGEST_AT + 64)
            stored, digest = _begin_digest(start, str(path))
            _check_size(file, str(path))
            file.seek(len(start))
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise _damaged(str(path), f"it cannot be read: {error.strerror or error}") from error
    return _compare(stored, digest.hexdigest(), str(path))


def _begin_digest(start: bytes, where: str) -> tuple[str, hashlib._Hash]:
    stored = start[_DIGEST_AT:]
    if start[8:_DIGEST_AT] != _OPENING or len(stored) != 64:
        raise _damaged(where, "it does not begin as a checkpoint does")
    return stored.decode("latin-1"), hashlib.sha256(start[:_DIGEST_AT] + _NO_DIGEST)


def _compare(stored: str, found: str, where: str) -> str:
    if stored != found:
        raise _damaged(where, "its content does not fit its sha256")
    return found


def _damaged(where: str, reason: str) -> DiskError:
    return DiskError(
        "checkpoint.damaged",
        f"This checkpoint is damaged: {reason}.",
        where=where,
        fix="Use another checkpoint; `epochscope resume` takes the newest valid one by itself.",
        path=where,
        reason=reason,
    )


def read(path: Path) -> tuple[Tensors, dict[str, Any]]:
    """Verify and decode a checkpoint; see `decode`. Raises DiskError `checkpoint.damaged` and NewerVersionError."""
    try:
        with os.fdopen(durable.open_regular(path), "rb") as file:
            _begin_digest(file.read(_DIGEST_AT + 64), str(path))
            _check_size(file, str(path))  # what is something else, or goes on, need not fit into the memory
            data = file.read()
    except OSError as error:
        raise _damaged(str(path), f"it cannot be read: {error.strerror or error}") from error
    return decode(data, where=str(path))


def _check_size(file: BinaryIO, where: str) -> None:
    """Compare the size of the file with what its header says, then go to its beginning."""
    size = os.fstat(file.fileno()).st_size
    try:
        declared = declared_size(file, size)
    except ValueError as error:
        raise _damaged(where, f"its header is not understood ({error})") from error
    if declared != size:
        raise _damaged(where, f"it has {size:,} bytes, and {declared:,} according to its header")
    file.seek(0)


def check_format(path: Path) -> None:
    """Read only the header. Raises NewerVersionError if a newer Epochscope saved it; damage is not reported here."""
    try:
        with os.fdopen(durable.open_regular(path), "rb") as file:
            length = header_length(file.read(8), os.fstat(file.fileno()).st_size)
            found = _content(json.loads(file.read(length)))["format"]
            check_version("checkpoint", found, path)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return


def encode(tensors: Tensors, meta: dict[str, Any]) -> tuple[bytes, str]:
    """The bytes of a checkpoint and their sha256 (64 hex digits). Equal states give equal bytes.

    `tensors`: any device and dtype of the format, dense layout; keys must not begin with `state.`. `meta`: anything the
    codec accepts, including tensors. Raises TypeError or ValueError naming what cannot be stored.
    """
    tree, nested = codec.to_tree(meta)
    if clash := [key for key in tensors if key.startswith(_NESTED) or key == "__metadata__"]:
        raise ValueError(f"{clash[0]}: this key is reserved for tensors inside the state")
    everything = {**tensors, **{_NESTED + key: tensor for key, tensor in nested.items()}}
    # a conjugate view shares memory with the original tensor, but not its values
    everything |= {key: tensor.detach().resolve_conj() for key, tensor in everything.items() if tensor.is_conj()}
    everything |= {key: tensor.detach().resolve_neg() for key, tensor in everything.items() if tensor.is_neg()}
    pairs = [key for key, tensor in everything.items() if tensor.dtype in _complex_types()]
    stored, shared = _split_shared({**everything, **{key: _as_pairs(everything[key]) for key in pairs}})
    strides = {key: list(tensor.stride()) for key, tensor in stored.items() if _is_permuted(tensor)}
    content = {"format": FORMAT, "strides": strides, "shared": shared, "state": tree}
    text = _compact({**content, "pairs": pairs} if pairs else content)
    header, pieces = _lay_out(stored, text)
    digest = hashlib.sha256(header)
    for piece in pieces:
        digest.update(piece)
    header = header[:_DIGEST_AT] + digest.hexdigest().encode("ascii") + header[_DIGEST_AT + 64 :]
    return b"".join([header, *pieces]), digest.hexdigest()


def check_tensor(key: str, tensor: Tensor) -> None:
    """Raises TypeError if `encode` could not store such a tensor."""
    stored = {_dtype(dtype) for dtype in _TYPES.values()} | _complex_types().keys()
    if tensor.dtype not in stored or str(tensor.layout) != "torch.strided" or tensor.is_meta:
        raise TypeError(f"{key}: a {tensor.dtype} tensor of layout {tensor.layout} cannot be stored")


def _compact(obj: Any) -> str:
    return json.dumps(obj, allow_nan=False, separators=(",", ":"))


def _lay_out(stored: Tensors, text: str) -> tuple[bytes, list[memoryview]]:
    names = {_dtype(dtype): label for label, dtype in _TYPES.items()}
    entries: dict[str, Any] = {"__metadata__": {"sha256": _NO_DIGEST.decode("ascii"), "epochscope": text}}
    pieces: list[memoryview] = []
    offset = 0
    # wide types first, so that each tensor begins at a multiple of its item size
    for key, tensor in sorted(stored.items(), key=lambda item: (-item[1].element_size(), item[0])):
        check_tensor(key, tensor)
        piece = _to_bytes(tensor)
        end = offset + len(piece)
        entries[key] = {"dtype": names[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [offset, end]}
        pieces.append(piece)
        offset = end
    header = _compact(entries).encode("ascii")
    header += b" " * (-len(header) % 8)
    if len(header) > MAX_HEADER:
        raise ValueError(f"the state has {len(header):,} bytes of text; keep large lists as tensors")
    return struct.pack("<Q", len(header)) + header, pieces


def _complex_types() -> dict[torch.dtype, torch.dtype]:
    """Complex types without a name in the format, and the type of their parts."""
    import torch

    return {torch.complex128: torch.float64, torch.complex32: torch.float16}


def _as_pairs(tensor: Tensor) -> Tensor:
    """Real and imaginary parts (..., 2)."""
    import torch

    return torch.view_as_real(tensor.detach())


def _dtype(text: str) -> torch.dtype | None:
    import torch

    return getattr(torch, text, None)


def _to_bytes(tensor: Tensor) -> memoryview:
    import torch

    flat = tensor.detach().cpu().contiguous().reshape(-1)
    return flat.view(torch.uint8).numpy().data.cast("B")


def _is_permuted(tensor: Tensor) -> bool:
    """Dense, but with permuted dimensions, such as channels_last."""
    strides = tensor.stride()
    return strides != _plain_strides(tuple(tensor.shape)) and _is_dense(tuple(tensor.shape), strides)


def _plain_strides(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(math.prod(max(size, 1) for size in shape[axis + 1 :]) for axis in range(len(shape)))


def _is_dense(shape: tuple[int, ...], strides: tuple[int, ...]) -> bool:
    """Whether the elements fill one block of memory without gaps or overlap."""
    expected = 1
    for stride, size in sorted((stride, size) for stride, size in zip(strides, shape, strict=True) if size != 1):
        if stride != expected:
            return False
        expected *= size
    return True


def _split_shared(tensors: Tensors) -> tuple[Tensors, dict[str, list[Any]]]:
    """The tensors to store, and for each other tensor: the key of the one that contains it, offset in elements, shape,
    strides. Partially overlapping tensors are stored separately.
    """
    spans = {key: _span(tensor) for key, tensor in tensors.items()}
    by_storage: dict[tuple[Any, ...], list[str]] = {}
    stored: Tensors = {}
    shared: dict[str, list[Any]] = {}
    for key in sorted(tensors, key=lambda key: (spans[key][0] - spans[key][1], key)):
        tensor = tensors[key]
        begin, end = spans[key]
        if begin == end or str(tensor.layout) != "torch.strided" or tensor.is_meta:
            stored[key] = tensor
            continue
        bases = by_storage.setdefault((tensor.device, tensor.dtype, tensor.untyped_storage().data_ptr()), [])
        base = next((other for other in bases if spans[other][0] <= begin and end <= spans[other][1]), None)
        if base is not None:
            shared[key] = [base, begin - spans[base][0], list(tensor.shape), list(tensor.stride())]
            continue
        stored[key] = tensor
        if _is_dense(tuple(tensor.shape), tensor.stride()):
            bases.append(key)
    return stored, shared


def _span(tensor: Tensor) -> tuple[int, int]:
    """Index of its first element in the storage, and one past the last."""
    if str(tensor.layout) != "torch.strided" or tensor.numel() == 0:
        return 0, 0
    begin = int(tensor.storage_offset())
    return begin, begin + 1 + sum((size - 1) * step for size, step in zip(tensor.shape, tensor.stride(), strict=True))


def decode(data: bytes, *, where: str = "checkpoint") -> tuple[Tensors, dict[str, Any]]:
    """Tensors (on the CPU) and meta, as given to `encode`: dtypes, memory formats and sharing are kept.

    Raises DiskError `checkpoint.damaged`, with `where` as its place, unless the digest is correct and everything is
    well formed, and NewerVersionError.
    """
    stored, digest = _begin_digest(data[: _DIGEST_AT + 64], where)
    digest.update(memoryview(data)[_DIGEST_AT + 64 :])
    _compare(stored, digest.hexdigest(), where)
    try:
        return _unpack(data, where)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RuntimeError, OverflowError) as error:
        raise _damaged(where, f"its header is not understood ({error})") from error


def _content(entries: dict[str, Any]) -> dict[str, Any]:
    """Remove and return our own entry in the header."""
    found: dict[str, Any] = json.loads(entries.pop("__metadata__")["epochscope"])
    return found


def _unpack(data: bytes, where: str) -> tuple[Tensors, dict[str, Any]]:
    length = header_length(data, len(data))
    entries = json.loads(data[8 : 8 + length])
    content = _content(entries)
    check_version("checkpoint", content["format"], where)
    body = memoryview(data)[8 + length :]
    found: Tensors = {}
    position = 0
    for key, entry in sorted(entries.items(), key=lambda item: item[1]["data_offsets"]):
        begin, end = entry["data_offsets"]
        if begin != position:
            raise ValueError(f"{key} does not begin where the one before it ends")
        found[key] = _from_bytes(body[begin:end], _TYPES[entry["dtype"]], entry["shape"], end - begin)
        position = end
    if position != len(body):
        raise ValueError("the tensors do not fill the file")
    _restore_layout(found, content)
    nested = {key.removeprefix(_NESTED): found.pop(key) for key in list(found) if key.startswith(_NESTED)}
    state = codec.from_tree(content["state"], nested)
    if not isinstance(state, dict):
        raise ValueError("its state is not a mapping")
    return found, state


def _from_bytes(piece: memoryview, dtype: str, shape: list[int], size: int) -> Tensor:
    import torch

    kind = getattr(torch, dtype)
    if min(shape, default=0) < 0 or math.prod(shape) * kind.itemsize != size or len(piece) != size:
        raise ValueError(f"{size} bytes do not make a {dtype} tensor of shape {shape}")
    tensor = torch.empty(shape, dtype=kind)
    if size:
        tensor.reshape(-1).view(torch.uint8).numpy().data.cast("B")[:] = piece
    return tensor


def _restore_layout(found: Tensors, layout: dict[str, Any]) -> None:
    import torch

    for key, strides in layout["strides"].items():
        plain = found[key]
        if not _is_dense(tuple(plain.shape), tuple(strides)):
            raise ValueError(f"{key} has strides {strides} for shape {list(plain.shape)}")
        found[key] = torch.empty_strided(plain.shape, strides, dtype=plain.dtype).copy_(plain)
    for key, (base, offset, shape, strides) in layout["shared"].items():
        found[key] = found[base].as_strided(shape, strides, offset)
    for key in layout.get("pairs", ()):
        found[key] = torch.view_as_complex(found[key])
