"""Every bit of a checkpoint is checked; what was stored comes back with its type, memory format and sharing."""

from __future__ import annotations

import hashlib
import json
import os
import struct
import sys
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from torch import nn

from trainer.errors import DiskError
from trainer.store import checkpoint, durable

DTYPES = [
    torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float16, torch.bfloat16,
    torch.float32, torch.float64, torch.complex64,
]  # fmt: skip
META: dict[Any, Any] = {"epoch": 3, "best": float("inf"), 5: (1, 2), "nested": {"m": torch.arange(3.0)}}


def small() -> bytes:
    return checkpoint.encode({"model.w": torch.arange(6.0).reshape(2, 3)}, {"step": 7})[0]


def test_round_trip_of_every_dtype_and_of_odd_shapes() -> None:
    tensors = {str(dtype): (torch.randn(3, 4) * 50).to(dtype) for dtype in DTYPES}
    tensors |= {"scalar": torch.tensor(2.5), "empty": torch.empty(0, 3), "grad": torch.ones(2, requires_grad=True)}
    tensors |= {"part": torch.arange(10)[::3], "wide": torch.ones(1).expand(4), "ü.$": torch.zeros(1)}
    data, digest = checkpoint.encode(tensors, META)
    found, meta = checkpoint.decode(data)
    assert found.keys() == tensors.keys()
    for key, tensor in tensors.items():
        assert found[key].dtype == tensor.dtype
        assert found[key].shape == tensor.shape
        assert torch.equal(found[key], tensor.detach())
        assert not found[key].requires_grad
    assert torch.equal(meta["nested"].pop("m"), torch.arange(3.0))
    assert meta == {"epoch": 3, "best": float("inf"), 5: (1, 2), "nested": {}}
    assert digest == checkpoint.encode(tensors, {**META, "nested": {"m": torch.arange(3.0)}})[1], (
        "equal state, equal bytes"
    )


@pytest.mark.parametrize("dtype", [torch.complex64, torch.complex128])
def test_complex_tensors_come_back_in_their_layout(dtype: torch.dtype) -> None:
    plain = torch.randn(3, 4, dtype=dtype)
    given = {"plain": plain, "turned": plain.T, "scalar": plain[0, 0], "conjugate": plain.conj(), "row": plain[1]}
    found, meta = checkpoint.decode(checkpoint.encode(given, {"nested": torch.ones(2, dtype=dtype)})[0])
    for key, tensor in given.items():
        assert found[key].dtype == dtype
        assert torch.equal(found[key], tensor), key
    assert found["turned"].stride() == (1, 4)
    assert torch.equal(meta["nested"], torch.ones(2, dtype=dtype))


@pytest.mark.parametrize("form", [torch.channels_last, torch.contiguous_format])
@pytest.mark.parametrize("shape", [(2, 3, 4, 5), (2, 1, 4, 4), (1, 3, 1, 1)])
def test_the_memory_format_is_kept(form: torch.memory_format, shape: tuple[int, ...]) -> None:
    tensor = torch.randn(shape).contiguous(memory_format=form)
    found = checkpoint.decode(checkpoint.encode({"w": tensor, "t": torch.randn(3, 4).T}, {})[0])[0]
    assert torch.equal(found["w"], tensor)
    assert found["w"].stride() == tensor.stride()
    assert found["t"].stride() == (1, 4)


def test_shared_tensors_are_stored_once_and_shared_again() -> None:
    base = torch.arange(12.0).reshape(3, 4)
    tensors = {"a": base[1], "b": base, "c": base, "d": base[:, 1], "e": base.clone(), "f": base.T}
    data, _ = checkpoint.encode(tensors, {"m": base})
    assert data.count(base.numpy().tobytes()) == 2, "one for all, one for the clone"
    found, meta = checkpoint.decode(data)
    for key, tensor in tensors.items():
        assert torch.equal(found[key], tensor)
    found["b"].fill_(-1.0)
    assert all(bool((found[key] == -1).all()) for key in "acdf")
    assert bool((meta["m"] == -1).all())
    assert not bool((found["e"] == -1).any())


def test_tensors_that_overlap_only_in_part_are_stored_apart() -> None:
    line = torch.arange(10.0)
    tensors = {"a": line[:6], "b": line[4:], "c": line[::2], "d": line.view(torch.int32)[:3]}
    found, _ = checkpoint.decode(checkpoint.encode(tensors, {})[0])
    assert all(torch.equal(found[key], tensor) for key, tensor in tensors.items())


def test_a_model_and_its_optimiser_come_back() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)).to(memory_format=torch.channels_last)
    optimiser = torch.optim.Adam(model.parameters())
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimiser, [1, 1, 3])
    model(torch.randn(2, 3, 8, 8)).sum().backward()
    optimiser.step()
    state = {"optimiser": optimiser.state_dict(), "scheduler": scheduler.state_dict()}
    _, meta = checkpoint.decode(checkpoint.encode(dict(model.state_dict()), state)[0])
    assert meta["scheduler"] == scheduler.state_dict()
    assert type(meta["scheduler"]["milestones"]) is type(scheduler.state_dict()["milestones"])
    assert meta["optimiser"]["param_groups"] == optimiser.state_dict()["param_groups"]
    for number, slots in optimiser.state_dict()["state"].items():
        assert all(torch.equal(meta["optimiser"]["state"][number][slot], value) for slot, value in slots.items())
    scheduler.load_state_dict(meta["scheduler"])
    optimiser.load_state_dict(meta["optimiser"])


def test_others_can_read_it(tmp_path: Path) -> None:
    data, digest = checkpoint.encode({"model.w": torch.arange(3), "model.b": torch.ones(2).half()}, META)
    (tmp_path / "x").write_bytes(data)
    loaded = safetensors.torch.load_file(tmp_path / "x")
    assert torch.equal(loaded["model.w"], torch.arange(3))
    assert loaded.keys() == {"model.w", "model.b", "state.0"}
    with safetensors.safe_open(tmp_path / "x", "pt") as file:
        metadata = file.metadata()
    assert metadata.keys() == {"sha256", "epochscope"}
    assert metadata["sha256"] == digest == hashlib.sha256(data.replace(digest.encode(), b"0" * 64)).hexdigest()


def check_damaged(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    for action in (checkpoint.verify, checkpoint.read):
        with pytest.raises(DiskError) as caught:
            action(path)
        assert caught.value.code == "checkpoint.damaged"
        assert str(path) in str(caught.value)


def test_every_changed_byte_is_found(tmp_path: Path) -> None:
    data = small()
    for position in range(len(data)):
        for change in (1, 0x80):
            check_damaged(tmp_path / "x", data[:position] + bytes([data[position] ^ change]) + data[position + 1 :])


def test_every_other_length_is_found(tmp_path: Path) -> None:
    data = small()
    for size in range(len(data)):
        check_damaged(tmp_path / "x", data[:size])
    check_damaged(tmp_path / "x", data + b"\0")
    check_damaged(tmp_path / "x", b"\0" * len(data))
    with pytest.raises(DiskError, match="cannot be read"):
        checkpoint.verify(tmp_path / "missing")
    with pytest.raises(DiskError, match="cannot be read"):
        checkpoint.read(tmp_path)


def forged(change: Any) -> bytes:
    """A file with a fitting digest whose header was changed by somebody who knows the format."""
    data = small()
    (length,) = struct.unpack_from("<Q", data)
    entries = json.loads(data[8 : 8 + length])
    content = json.loads(entries["__metadata__"]["epochscope"])
    change(entries, content)
    entries["__metadata__"] = {"sha256": "0" * 64, "epochscope": json.dumps(content)}
    header = json.dumps(dict(sorted(entries.items())), separators=(",", ":")).encode()
    blank = struct.pack("<Q", len(header)) + header + data[8 + length :]
    return blank.replace(b"0" * 64, hashlib.sha256(blank).hexdigest().encode(), 1)


def test_a_forged_header_is_damage_too() -> None:
    changes: list[Any] = [
        lambda entries, content: entries["model.w"].update(shape=[1 << 40, 3]),
        lambda entries, content: entries["model.w"].update(shape=[-2, -3]),
        lambda entries, content: entries["model.w"].update(dtype="OBJECT"),
        lambda entries, content: entries["model.w"].update(data_offsets=[0, 1 << 50]),
        lambda entries, content: entries["model.w"].update(data_offsets=[8, 24]),
        lambda entries, content: entries["model.w"].update(data_offsets=[0, 16], shape=[4]),
        lambda entries, content: entries.update({"model.x": entries["model.w"]}),
        lambda entries, content: entries.pop("model.w"),
        lambda entries, content: content["strides"].update({"model.w": [1 << 40, 1]}),
        lambda entries, content: content["strides"].update({"model.z": [1]}),
        lambda entries, content: content["shared"].update({"a": ["model.w", 1 << 40, [1], [1]]}),
        lambda entries, content: content["shared"].update({"a": ["model.w", -1, [1], [1]]}),
        lambda entries, content: content["shared"].update({"a": ["model.z", 0, [1], [1]]}),
        lambda entries, content: content.update(state={"$tensor": "0"}),
        lambda entries, content: content.update(format=0),
        lambda entries, content: content.pop("state"),
    ]
    assert checkpoint.decode(forged(lambda entries, content: None))[1] == {"step": 7}
    for change in changes:
        with pytest.raises(DiskError, match="not understood") as caught:
            checkpoint.decode(forged(change), where="x.safetensors")
        assert caught.value.where == "x.safetensors"


def test_what_cannot_be_stored_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match=r"model\.s: a torch\.float32 tensor of layout torch\.sparse_coo"):
        checkpoint.encode({"model.s": torch.eye(2).to_sparse()}, {})
    with pytest.raises(TypeError, match=r"model\.m"):
        checkpoint.encode({"model.m": torch.empty(2, device="meta")}, {})
    with pytest.raises(TypeError, match="bits8"):
        checkpoint.encode({"model.c": torch.empty(2, dtype=torch.bits8)}, {})
    with pytest.raises(ValueError, match=r"state\.0"):
        checkpoint.encode({"state.0": torch.ones(1)}, {})
    with pytest.raises(TypeError, match=r"callbacks\.Mine\.x is a builtins\.object"):
        checkpoint.encode({}, {"callbacks": {"Mine": {"x": object()}}})


def test_names() -> None:
    assert checkpoint.name("last", 1408) == "last-000001408.safetensors"
    assert checkpoint.parse_name("best-12345678901.safetensors") == ("best", 12345678901)
    for other in (
        "last-1408.safetensors",
        "last-000001408.tmp",
        "x-000001408.safetensors",
        "last-٠٠٠٠٠١٤٠٨.safetensors",
    ):
        assert checkpoint.parse_name(other) is None


@pytest.mark.skipif(sys.platform == "win32", reason="a file with a hole in it")
def test_a_file_that_goes_on_for_gigabytes_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "last-000000001.safetensors"
    path.write_bytes(checkpoint.encode({"model.w": torch.ones(3)}, {})[0])
    os.truncate(path, 1 << 36)
    for look in (checkpoint.verify, checkpoint.read):
        with pytest.raises(DiskError, match=r"68,719,476,736 bytes, and \d+ according to its header"):
            look(path)


def test_the_newest_valid_one_is_taken_by_step_and_the_others_are_named(tmp_path: Path) -> None:
    data = small()
    assert checkpoint.newest_valid(tmp_path / "missing", "last") == (None, [])
    for step in (9, 10, 2_000_000_000):
        (tmp_path / checkpoint.name("last", step)).write_bytes(data)
    (tmp_path / checkpoint.name("best", 99)).write_bytes(data)
    (tmp_path / ".0123456789abcdef.tmp").write_bytes(data)
    newest, ten, nine = checkpoint.find(tmp_path, "last")
    assert checkpoint.newest_valid(tmp_path, "last") == (newest, [])
    newest.write_bytes(data[:-1])
    found, skipped = checkpoint.newest_valid(tmp_path, "last")
    assert found == ten
    assert [path for path, _ in skipped] == [newest]
    assert "damaged" in skipped[0].reason
    ten.write_bytes(b"")
    nine.unlink()
    nine.mkdir()
    found, skipped = checkpoint.newest_valid(tmp_path, "last")
    assert found is None
    assert [path for path, _ in skipped] == [newest, ten, nine]


def test_at_every_failure_of_a_save_a_valid_one_remains(tmp_path: Path, seam_with: Any) -> None:
    first = tmp_path / checkpoint.name("last", 1)
    durable.write_bytes(first, small())
    second = tmp_path / checkpoint.name("last", 2)
    seam = seam_with(at=0)
    durable.write_bytes(second, small())
    for at in range(1, len(seam.calls) + 1):
        seam_with()
        durable.remove(second)
        seam_with(at, persistent=True)
        with pytest.raises(DiskError):
            durable.write_bytes(second, small())
        assert checkpoint.newest_valid(tmp_path, "last")[1] == []
        assert checkpoint.newest_valid(tmp_path, "last")[0] in (first, second)
