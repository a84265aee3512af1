"""Which callbacks each of several processes calls. [no torch]"""

from __future__ import annotations

from collections.abc import Iterable

from trainer.callback import Callback, Phase
from trainer.events import HOOKS, GradientsReady


def of_process(callbacks: Iterable[Callback], rank: int) -> list[Callback]:
    """The callbacks that process `rank` calls: the first one all of them, the others those that act on the training,
    which would go another way in each: DECIDE, and whatever sees gradients."""
    return [one for one in callbacks if not rank or one.phase is Phase.DECIDE or _sees_gradients(one)]


def _sees_gradients(callback: Callback) -> bool:
    hook = HOOKS[GradientsReady]
    return getattr(type(callback), hook) is not getattr(Callback, hook) or hook in vars(callback)
