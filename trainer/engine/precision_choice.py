"""`precision="auto"`: bfloat16 where the device computes in it natively and a step is faster for it, else float32.

Decided once, before the first step of a run, and kept in run.toml: a resumed run does not decide again. The steps that
are timed leave no trace in the model, its generators or the data.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import torch

from trainer.data.inputs import Inputs
from trainer.data.loader_source import LoaderSource
from trainer.data.loaders import DataSource
from trainer.engine.arguments import has_several_inputs
from trainer.engine.module_modes import start_training
from trainer.engine.parts import Parts
from trainer.engine.precision import Forward, bfloat16_refusal, forward_in
from trainer.engine.session import Session
from trainer.engine.untouched import untouched
from trainer.models import floating_type
from trainer.settings import from_toml
from trainer.store.folder import RunFolder
from trainer.store.run_files import settings_text, write_settings
from trainer.torch_internals import has_avx512_bf16

Precision = Literal["float32", "bfloat16"]
Reason = Literal["", "faster", "not_faster", "not_native", "weights", "not_tried"]
Step = Callable[[], object]

PAIRS = 7
"""Steps timed in each precision, in turn: what else the machine does meets both."""
BUDGET = 20.0
"""Seconds after which no further pair is timed."""
MARGIN = 1.1
"""How much faster bfloat16 must be: for less, its three digits are not worth it, nor is the ratio beyond doubt."""


class PrecisionChoice(NamedTuple):
    """What was chosen, and why.

    Attributes:
        precision: "float32" or "bfloat16".
        reason: "faster" or "not_faster": steps were timed. "not_native": the device has no instructions for bfloat16.
            "weights": they are not float32. "not_tried": a custom training step might have side effects, and a sharded
            model needs all processes. Empty: nothing was chosen now.
        speedup: Time of a float32 step divided by that of a bfloat16 step; 0 where nothing was timed.
    """

    precision: Precision
    reason: Reason = ""
    speedup: float = 0.0


def settle_precision(
    session: Session, wanted: Precision | Literal["auto"], parts: Parts
) -> tuple[PrecisionChoice, Forward | None]:
    """Decide the precision of a run, or find what an earlier attempt decided, and record it in run.toml.

    Args:
        session: The attempt. Of several processes the first one decides for all.
        wanted: "float32", "bfloat16" or "auto".
        parts: What the run is made of.

    Returns:
        The choice, and the function from images to logits; None: as it is.
    """
    if wanted != "auto":
        return PrecisionChoice(wanted), None
    choice = session.group.from_first(lambda: _recorded(session) or choose_precision(parts))
    _record(session, choice.precision)
    return choice, _forward_in(choice.precision, parts)


def _forward_in(precision: Precision, parts: Parts) -> Forward:
    several = has_several_inputs(parts.feed, parts.options.training_step)
    return forward_in(precision, parts.model, parts.device, several=several)


def choose_precision(parts: Parts, clock: Callable[[], float] = time.perf_counter) -> PrecisionChoice:
    """Choose between float32 and bfloat16 for a run on this machine.

    Args:
        parts: What the run is made of.
        clock: Seconds that only rise.

    Returns:
        The choice. Model, gradients and global generators are as they were.
    """
    if not computes_natively(parts.device):
        return PrecisionChoice("float32", "not_native")
    if floating_type(parts.model) != torch.float32:
        return PrecisionChoice("float32", "weights")
    if parts.options.training_step is not None or parts.sharded:
        return PrecisionChoice("float32", "not_tried")
    with untouched(parts.model, parts.device):
        start_training(parts.model)
        speedup = compare_steps(_step(parts, "float32"), _step(parts, "bfloat16"), clock)
    if speedup >= MARGIN:
        return PrecisionChoice("bfloat16", "faster", speedup)
    return PrecisionChoice("float32", "not_faster", speedup)


def compare_steps(plain: Step, mixed: Step, clock: Callable[[], float] = time.perf_counter) -> float:
    """Time two kinds of steps in turn.

    Args:
        plain: A step in float32; returns when it is done.
        mixed: The same in bfloat16.
        clock: Seconds that only rise.

    Returns:
        Median time of `plain` divided by that of `mixed`. The first of each, which prepares kernels, does not count.
    """
    plain(), mixed()
    taken: tuple[list[float], list[float]] = [], []
    began = clock()
    for _ in range(PAIRS):
        for step, times in zip((plain, mixed), taken, strict=True):
            start = clock()
            step()
            times.append(clock() - start)
        if clock() - began > BUDGET:
            break
    return statistics.median(taken[0]) / max(statistics.median(taken[1]), 1e-9)


def computes_natively(device: torch.device) -> bool:
    """Check whether a device has instructions for bfloat16, rather than converting to float32 and back.

    Args:
        device: The device.

    Returns:
        Whether it has; False where PyTorch does not tell.
    """
    if bfloat16_refusal(device):
        return False
    if device.type == "cuda":
        with torch.cuda.device(device):
            return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type != "cpu":
        return False
    asked = getattr(torch.cpu, "get_capabilities", None)
    if asked is None:  # torch up to 2.9
        return has_avx512_bf16()
    return any(asked().get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def _step(parts: Parts, precision: Precision) -> Step:
    """Forward and backward pass of a batch of the size that is trained. How long they take does not depend on the
    pixels, and a batch of the caller's loader would be missing afterwards."""
    forward, feed, device = _forward_in(precision, parts), parts.feed, parts.device
    images = _batch_of(feed, device)
    labels = torch.zeros(len(images), dtype=torch.int64, device=device)
    weights = [one for one in parts.model.parameters() if one.requires_grad]

    def step() -> None:
        loss = parts.loss.step(forward(images), labels)
        # not `backward`: the caller's gradients stay as they are, and hooks on them are not called
        torch.autograd.grad(loss, weights, allow_unused=True)
        if device.type == "cuda":
            torch.cuda.synchronize(device)

    return step


def _batch_of(feed: DataSource, device: torch.device) -> Any:
    """What a model is given in a step: zeros, of the type that the loader gives, or several inputs."""
    kind = torch.float32
    if isinstance(feed, LoaderSource):
        if feed.example is not None:
            return Inputs.joined([feed.example.to(device)] * max(1, feed.batch // len(feed.example)))
        kind = kind if feed.dtype.is_floating_point else feed.dtype
    return torch.zeros(feed.batch, *feed.input_shape, dtype=kind, device=device)


def _recorded(session: Session) -> PrecisionChoice | None:
    """What run.toml says, if an earlier attempt has decided."""
    if session.continuation is None or session.folder is None:
        return None
    found = _settings(session.folder).get("train", {}).get("precision")
    return PrecisionChoice(found) if found in ("float32", "bfloat16") else None


def _record(session: Session, precision: Precision) -> None:
    settings = session.run.settings
    session.run.settings = {**settings, "train": {**settings.get("train", {}), "precision": precision}}
    if session.folder is not None:
        # the file, not `session.run.settings`: it may have notes that were made meanwhile
        noted = _settings(session.folder)
        write_settings(session.folder, {**noted, "train": {**noted.get("train", {}), "precision": precision}})


def _settings(folder: RunFolder) -> dict[str, Any]:
    return from_toml(settings_text(folder), folder.run_toml.name)
