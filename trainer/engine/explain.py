"""`trainer.explain()`: the resolved order of callbacks, and what the options cost, in words. No torch at import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trainer.engine.event_bus import EventBus
from trainer.events import BatchEnded

if TYPE_CHECKING:
    import torch
    from torch.optim import Optimizer


def callback_lines(bus: EventBus) -> list[str]:
    """A heading, then one line per callback in calling order."""
    rows = bus.order()
    width = max((len(name) for name, *_ in rows), default=0)
    lines = ["Callbacks, in the order they are called:"]
    for name, phase, on_error, hooks in rows:
        lines.append(f"  {phase:<8} {name:<{width}}  on error: {on_error:<7} {', '.join(hooks) or 'no hooks'}")
    if not rows:
        lines.append("  none")
    return lines


def explain(bus: EventBus, optimizer: Optimizer, device: torch.device) -> str:
    """The lines of the callbacks, then how a non-finite gradient is caught and who reads the loss."""
    from trainer.torch_internals import takes_flag

    lines = callback_lines(bus)
    kind = type(optimizer).__name__
    if device.type == "cpu":
        lines.append(f"Non-finite loss and gradients are checked before every step of {kind}.")
    elif takes_flag(optimizer):
        lines.append(f"Non-finite gradients: {kind} is told on the device and changes nothing; no step waits.")
    else:
        lines.append(
            f"Non-finite gradients: {kind} cannot be told on the device, so every step waits for it; "
            f"a fused optimiser (for example torch.optim.Adam(..., fused=True)) would not."
        )
    if device.type != "cpu" and bus.listens(BatchEnded):
        waits = "is read at every step, which waits for the device" if bus.reads_loss else "stays on the device (None)"
        lines.append(f"BatchEnded.loss {waits}.")
    return "\n".join(lines)
