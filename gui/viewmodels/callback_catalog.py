"""The callbacks that can be added to a new run, asked of a helper: it reads constructors and tries them. No Qt."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from gui.engine.rpc_client import Answer, RpcClient
from gui.viewmodels.plugin_form import read_offer, read_refusal
from gui.viewmodels.settings_form import SettingsForm
from trainer.errors import UsageError
from trainer.plugins import addable_callbacks

PATIENCE_SECONDS = 20.0
"""How long constructors are waited for."""


class CallbackCatalog:
    """Fills `form.plugins`. The code of callbacks is run in a helper of its own, made by `make_client`, never in this
    process. `changed` is called when there is something new to show."""

    def __init__(
        self,
        form: SettingsForm,
        make_client: Callable[[], RpcClient],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._form, self._make_client, self._clock = form, make_client, clock
        self._client: RpcClient | None = None
        self._asked = ""
        self._answered = ""
        self._until = 0.0
        self._waited = False
        self.failure: Answer = {}
        """Why the helper could not answer."""
        self.changed: Callable[[], object] = lambda: None

    def names(self) -> list[str]:
        """What can be added, and what is switched on without being installed."""
        known = list(self._form.plugins.offers) or _installed()
        return list(dict.fromkeys([*known, *self._form.chosen_callbacks()]))

    @property
    def pending(self) -> bool:
        """Whether constructors of callbacks that are switched on are still to say something of their options; not for
        ever, as one of them may hang."""
        waiting = self._asked != self._answered and not self._waited
        return waiting and bool(self._form.chosen_callbacks())

    @property
    def loading(self) -> bool:
        """Whether it is still to be known which callbacks there are."""
        return self._asked != self._answered and not self._form.plugins.offers

    def look(self) -> None:
        """Ask, where there is something new to ask about."""
        # what the form itself refuses is not asked about
        chosen = [name for name in self._form.chosen_callbacks() if not self._form.plugins.has_problems(name)]
        settings: dict[str, Any] = {"callbacks": chosen, "plugins": self._form.plugins.tables(chosen)}
        question = json.dumps(settings, default=str)
        if question == self._asked:
            return
        self._asked, self._until, self._waited = question, self._clock() + PATIENCE_SECONDS, False
        self._client = self._client or self._make_client()
        self._client.ask("callbacks", lambda answer: self._hear(question, answer), settings=settings)

    def _hear(self, question: str, answer: Answer) -> None:
        if question != self._asked:
            return  # of values that are no longer in the form
        self._answered = question
        self.failure = {} if answer.get("ok") else answer
        if answer.get("ok"):
            self._form.plugins.offer(map(read_offer, answer["callbacks"]))
            self._form.plugins.refusals = tuple(map(read_refusal, answer["refused"]))
        self.changed()

    def poll(self) -> None:
        """On the window's timer."""
        if self._client is not None:
            self._client.poll()
        if self.pending and self._clock() >= self._until:
            self._waited = True
            self.changed()

    def stop(self) -> None:
        """No one looks: end the helper; the next look asks again."""
        if self._client is not None:
            self._client.retire()
            self._client = None
        self._asked = self._answered = ""

    def close(self) -> None:
        """End the helper before the window ends."""
        if self._client is not None:
            self._client.close()
        self.stop()


def _installed() -> tuple[str, ...]:
    """As this interpreter knows; that of the runs may be another one."""
    try:
        return addable_callbacks()
    except UsageError:
        return ()
