"""Messages of each severity, as a run would leave them."""

from __future__ import annotations

from trainer import events as ev
from trainer.store.attempt_history import Message

AT = {"epoch": 2, "step": 20}


def message(event: ev.Event, seq: int = 1) -> Message:
    values = {name: getattr(event, name) for name in event.__struct_fields__}
    return Message(seq, 1_700_000_000_000 + 1000 * seq, type(event).__name__, values)


STOP = message(ev.StopRequested(**AT, source="window", reason="", code="stop.request", parameters={"when": "epoch"}), 1)
DETACHED = message(
    ev.CallbackFailed(**AT, callback="confusion_plots", hook="on_epoch_ended", action="detach",
                      error="[Errno 28] No space left on device: '/data/plots/epoch-0002.png'"), 2)  # fmt: skip
LOSS = message(ev.NonFiniteLoss(**AT, batch=3, where="loss", last_checkpoint=None), 3)
FAILED = message(
    ev.RunEnded(**AT, status="failed", reason="The loss became NaN.", where="epoch 2, batch 3",
                fix="Lower the learning rate (--lr), or clip gradients (--clip-norm 1).",
                error="The loss became NaN."), 4)  # fmt: skip
ALL = (STOP, DETACHED, LOSS, FAILED)
