"""Runs of a sharded model and of whole ones, one after the other, by torchrun or alone: what a test compares, as JSON.

python sharded_script.py FOLDER OUT NAME...
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sys
import weakref
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import torch
from torch import nn

from callbacks.checkpoint import Checkpoint
from trainer import Callback, Trainer
from trainer.callback import Phase
from trainer.distributed.sharding import is_sharded, local
from trainer.engine import run_start
from trainer.errors import EpochscopeError
from trainer.result import Result
from trainer.torch_internals import TorchDispatchMode, tree_leaves

RANK, SIZE = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
FEATURES, CLASSES = 20, 6


def data() -> dict[str, Any]:
    """5 steps; the last batch has an image for the first process only, and so has the last of validation."""
    source = torch.Generator().manual_seed(1)

    def batch(count: int) -> tuple[torch.Tensor, torch.Tensor]:
        images = torch.randn(count, FEATURES, generator=source)
        return images, (images[:, 0] * 3).long().clamp(-2, 3) + 2

    return {"train": [batch(16) for _ in range(4)] + [batch(1)], "valid": [batch(9) for _ in range(3)]}


def network() -> nn.Module:
    """Its middle is exchanged by itself, as is attention, whose parts must not be."""
    torch.manual_seed(RANK)  # the first process's weights are those of all

    class Attention(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

        def forward(self, rows: torch.Tensor) -> torch.Tensor:
            parts = rows.reshape(len(rows), 4, -1)[:, :, :8]
            return self.attention(parts, parts, parts, need_weights=False)[0].flatten(1)

    return nn.Sequential(
        *(nn.Linear(FEATURES, 1000), nn.Tanh(), nn.Linear(1000, 1000), nn.LayerNorm(1000), Attention()),
        nn.Linear(32, CLASSES),
    )


class Buffered(nn.Module):
    """With buffers, a parameter made from data, and rejected draws."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.linspace(-0.1, 0.1, FEATURES))
        self.register_buffer("given", torch.tensor([0.5] * FEATURES), persistent=False)
        self.scale = nn.Parameter(torch.tensor([1.0] * FEATURES))
        self.layer = nn.Linear(FEATURES, FEATURES)
        nn.init.trunc_normal_(self.layer.weight, std=0.5, a=-0.6, b=0.6)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return self.layer((rows - self.mean + self.given) * self.scale)


def tower() -> nn.Module:
    """Eight layers of the same size and a frozen one: the largest tensor is a small part of the whole."""
    torch.manual_seed(RANK)
    layers = [part for _ in range(8) for part in (nn.Linear(400, 400), nn.Tanh())]
    layers[2].requires_grad_(False)
    return nn.Sequential(Buffered(), nn.Linear(FEATURES, 400), *layers, nn.Linear(400, CLASSES))


class Peak(TorchDispatchMode):
    """The most bytes that tensors made meanwhile have held at once; those on the meta device hold none."""

    def __init__(self) -> None:
        super().__init__()
        self.most = self._now = 0
        self._known: set[int] = set()

    def __torch_dispatch__(self, operation: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        found = operation(*args, **(kwargs or {}))
        for one in tree_leaves(found):
            if isinstance(one, torch.Tensor) and not one.is_meta and not is_sharded(one):
                self._count(one.untyped_storage())
        return found

    def _count(self, memory: torch.UntypedStorage) -> None:
        if id(memory) not in self._known:
            self._known.add(id(memory))
            self._add(memory.nbytes())
            weakref.finalize(memory, self._gone, id(memory), memory.nbytes())

    def _add(self, size: int) -> None:
        self._now += size
        self.most = max(self.most, self._now)

    def _gone(self, key: int, size: int) -> None:
        self._known.discard(key)
        self._add(-size)


def frozen() -> nn.Module:
    """With a layer that is not trained."""
    model = network()
    model.get_submodule("2").requires_grad_(False)
    return model


def adam(given: Any) -> torch.optim.Optimizer:
    # a large epsilon: otherwise Adam makes a whole step of a gradient that is nothing but rounding
    return torch.optim.AdamW(given, lr=1e-3, eps=1e-4)


def sgd(given: Any) -> torch.optim.Optimizer:
    return torch.optim.SGD(given, lr=0.05, momentum=0.9)


CASES: dict[str, dict[str, Any]] = {
    "adam": {"optimizer": adam},
    "fused": {"optimizer": lambda given: torch.optim.Adam(given, lr=1e-3, eps=1e-4, fused=True)},
    "fused_sgd": {"optimizer": lambda given: torch.optim.SGD(given, lr=0.05, momentum=0.9, fused=True)},
    "clip_norm": {"optimizer": sgd, "clip_norm": 0.1},
    "clip_value": {"optimizer": sgd, "clip_value": 0.001},
    "ema": {"optimizer": adam, "ema": 0.9},
    "tower": {"optimizer": adam, "model": tower},
    "frozen": {"optimizer": adam, "model": frozen},
    "weighted": {"optimizer": sgd, "loss": nn.CrossEntropyLoss(weight=torch.tensor([1.0, 2.0, 0.5, 1.0, 3.0, 1.0]))},
}


class At(Callback):
    """Does something after a step, in every process."""

    phase = Phase.DECIDE

    def __init__(self, step: int, act: Callable[[], object]) -> None:
        self._step, self._act = step, act

    def on_batch_ended(self, event: Any, run: Any) -> None:
        if event.step == self._step:
            self._act()


def trained(trainer: Trainer, *, resume: bool = False) -> dict[str, Any]:
    """Trains; every process has to call this."""
    deferred = any(one.is_meta for one in trainer.model.parameters())
    start = [] if deferred else _sample(trainer)
    return {"start": start, **summary(trainer, trainer.fit(resume))}


def summary(trainer: Trainer, result: Result) -> dict[str, Any]:
    """What came of it; every process has to call this."""
    slots = [slot for state in trainer.optimizer.state.values() for slot in state.values() if slot.ndim]
    return {
        "status": result.status,
        "weights": _sample(trainer),
        "sum": sum(_whole(part).double().square().sum().item() for part in trainer.model.parameters()),
        "losses": [(epoch.train_loss, epoch.valid_loss) for epoch in result.epochs],
        "f1": [list(epoch.train_f1) for epoch in result.epochs],
        "bytes": [_bytes(trainer.model.parameters()), _bytes(slots)],
    }


def _bytes(tensors: Iterable[Any]) -> int:
    """Of this process's parts."""
    return sum(part.numel() * part.element_size() for part in map(local, tensors))


def _sample(trainer: Trainer) -> list[float]:
    """One in 97 of a million weights."""
    found: list[float] = torch.cat([_whole(part).flatten() for part in trainer.model.parameters()])[::97].tolist()
    return found


def _whole(tensor: Any) -> torch.Tensor:
    found: torch.Tensor = tensor.full_tensor() if hasattr(tensor, "full_tensor") else tensor
    return found.detach()


def make(name: str, folder: Path | None = None, **options: Any) -> Trainer:
    """The trainer of a case."""
    given = {"epochs": 2, "threads": 1, "device": "cpu", **CASES[name], **options}
    model = given.pop("model", network)
    return Trainer(model if name == "tower" else model(), data(), run_dir=folder, **given)


def compared(name: str, folder: Path) -> dict[str, Any]:
    """Whole and, with several processes, sharded."""
    written = name == "ema"  # it takes longer than all the rest
    found = {"whole": trained(make(name, folder / f"{name}-{SIZE}" if written else None))}
    if SIZE > 1:
        found["sharded"] = trained(make(name, folder / f"{name}-sharded" if written else None, shard=True))
    return found


def digest(trainer: Trainer) -> str:
    """Of all weights and buffers, to the bit."""
    found = hashlib.sha256()
    for name, one in (*trainer.model.named_parameters(), *trainer.model.named_buffers()):
        found.update(name.encode() + _whole(one).contiguous().numpy().tobytes())
    return found.hexdigest()


def deferred(folder: Path) -> dict[str, Any]:
    """A model that is given as a function: its first weights, how much memory they take, and how it trains."""
    found: dict[str, Any] = {}
    for kind, model in {"whole": tower(), "function": tower}.items():
        with Peak() as peak:
            made = Trainer(model, data(), device="cpu", shard=True, optimizer=adam)
            run_start.begin(made._group, made.model, made.feed, made._loss, made.options, made.optimizer)
        found[kind] = {"peak": peak.most, "first": digest(made), "next": torch.rand(1).item()}
        found[kind]["bytes"] = _bytes((*made.model.parameters(), *made.model.buffers()))
    trainer = make("tower", folder / f"deferred-{SIZE}", shard=True)  # and trained, from other weights in each process
    return {**found, **summary(trainer, trainer.fit())}


def killed(folder: Path) -> None:
    """One process is lost in the second epoch, after the first one's checkpoint."""
    act = (lambda: os.kill(os.getpid(), signal.SIGKILL)) if RANK == 1 else (lambda: None)
    make("adam", folder / "killed", shard=True, epochs=3, callbacks=[At(7, act)]).fit()


def stopped(folder: Path) -> dict[str, Any]:
    """A whole run and a sharded one, stopped inside an epoch: one process is asked."""
    found = {}
    for kind in ("whole", "sharded"):
        made: list[Trainer] = []
        stop = At(7, lambda: made[0].stop() if RANK == SIZE - 1 else None)  # noqa: B023  # called within the loop
        made.append(make("ema", folder / f"stopped-{kind}", shard=kind == "sharded", epochs=3, callbacks=[stop]))
        found[kind] = trained(made[0])
    if not RANK:
        shutil.copytree(folder / "stopped-sharded", folder / "stopped-one")  # for one process
    return found


def resumed(folder: Path, name: str, case: str, *, shard: bool) -> dict[str, Any]:
    peaks: list[int] = []

    class Begins(Callback):
        phase = Phase.DECIDE

        def on_epoch_started(self, event: Any, run: Any) -> None:
            peaks.append(peak.most)

    with Peak() as peak:
        found = trained(make(case, folder / name, shard=shard, epochs=3, callbacks=[Begins()]), resume=True)
    return {**found, "peak": peaks[0]}


def saving(folder: Path) -> dict[str, Any]:
    """Checkpoints asked for by a script, by callbacks of one process and by the clock; and what must not hang."""
    errors: list[str] = []
    made: list[Trainer] = []

    class Curious(Callback):
        def on_batch_ended(self, event: Any, run: Any) -> None:
            if event.step == 1:
                run.request_checkpoint("manual", "curious")
            if event.step == 5:
                made[0].checkpoint()
            if event.step in (2, 3):
                for tried in (run.capture, lambda: run.model(torch.zeros(1, FEATURES))):
                    try:
                        tried()
                    except EpochscopeError as error:
                        errors.append(error.code)

    made.append(
        make("adam", folder / "saving", shard=True, callbacks=[Curious(), Checkpoint(every_steps=4, keep_best=2)])
    )
    found = trained(made[0])
    try:
        made[0].evaluate("valid")
    except EpochscopeError as error:
        errors.append(error.code)
    return {**found, "errors": errors}


def diverging(folder: Path) -> dict[str, Any]:
    """A gradient that is not finite in one process only, in the part of the other."""

    class Spoils(Callback):
        phase = Phase.DECIDE

        def on_gradients_ready(self, event: Any, run: Any) -> None:
            if event.step == 3 and RANK == SIZE - 1:
                next(run.model.parameters()).grad.to_local().fill_(float("nan"))

    trainer = make("adam", folder / "diverging", shard=True, callbacks=[Spoils()])
    try:
        trainer.fit()
    except EpochscopeError as error:
        return {"code": error.code, "batch": error.parameters.get("batch")}
    return {}


def main(folder: str, out: str, *names: str) -> None:
    """Do what is asked for, and write what came of it, process by process."""
    place, found = Path(folder), {}
    for name in names:
        verb, _, rest = name.partition(":")
        if verb == "resume":
            run, case, shard = rest.split(",")
            found[name] = resumed(place, run, case, shard=shard == "sharded")
        elif verb == "long":
            found[name] = trained(make(rest, shard=True, epochs=3))
        else:
            found[name] = compared(name, place) if name in CASES else globals()[name](place)
    Path(f"{out}.{RANK}").write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
