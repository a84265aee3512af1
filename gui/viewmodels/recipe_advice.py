"""Which recipe suits the chosen images, and how long each takes: asked of the engine, for the recipe cards. No Qt."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from gui.engine.rpc_client import Answer, RpcClient
from trainer.recommendation import CANDIDATES

TYPING_SECONDS = 0.4
"""Pause after the last character of a path, before anything is asked about it."""
WORTH_SAYING = 0.7
"""A later run that takes more than this fraction of the first one is not shown separately."""

State = Literal["unknown", "measuring", "known", "failed"]


@dataclass(frozen=True)
class RecipeOffer:
    """A recipe for the chosen images.

    Attributes:
        recipe: Its name.
        installed: Whether it can be used here.
        recommended: Whether it is the one that suits the images.
        state: Whether its time is known.
        seconds: Estimated seconds of a run; None if unknown.
        later: The same for further runs, if those are much shorter because images and features are kept; else None.
    """

    recipe: str
    installed: bool = True
    recommended: bool = False
    state: State = "unknown"
    seconds: float | None = None
    later: float | None = None


class RecipeAdvice:
    """Asks the engine which recipe suits some images and how long each takes.

    It has a helper process of its own, which ends with its last answer, so that the window's other questions do not
    wait.

    Args:
        make_client: Makes the helper; it is not started before the first question.
        root: Folder of all runs, where features are kept.
        clock: Seconds, monotonic. Default: `time.monotonic`.

    Attributes:
        changed: Called when there is something new to show.
    """

    def __init__(
        self, make_client: Callable[[], RpcClient], root: Path, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._make_client, self._root, self._clock = make_client, root, clock
        self._client: RpcClient | None = None
        self._data: dict[str, Any] | None = None
        self._due: float | None = None
        self.changed: Callable[[], object] = lambda: None
        self.facts: Answer = {}
        """The engine's answer to `recommend`, {} before it has come."""
        self._times: Mapping[str, Mapping[str, float]] = {}
        self._state: State = "unknown"

    @property
    def pending(self) -> bool:
        """Whether the recommendation is still pending."""
        return (self._due is not None or self._client is not None) and not self.facts

    @property
    def recommended(self) -> str | None:
        """The recipe that suits the images; None if unknown."""
        return self.facts.get("recommended")

    @property
    def training_images(self) -> int | None:
        """Approximate number of training images; None if unknown."""
        return self.facts.get("train")

    def offers(self, epochs: int | None = None) -> list[RecipeOffer]:
        """List all recipes that are offered.

        Args:
            epochs: Number of epochs for the estimates. None: each recipe's own.

        Returns:
            The recipes, in their order.
        """
        return [self._offer(name, epochs) for name in CANDIDATES]

    def _offer(self, name: str, epochs: int | None) -> RecipeOffer:
        installed = name != "photos" or bool(self.facts.get("pretrained", True))
        recommended = name == self.recommended and not self.facts.get("problems")
        if not installed:
            return RecipeOffer(name, installed)
        times = self._times.get(name)
        if times is None:
            state: State = "failed" if self._state == "known" else self._state
            return RecipeOffer(name, installed, recommended, state)
        seconds = times["total"]
        if epochs is not None:
            seconds += times["train"] * (epochs / times["epochs"] - 1)
        later = seconds - times["once"]
        short = later < WORTH_SAYING * seconds
        return RecipeOffer(name, installed, recommended, "known", seconds, later if short else None)

    def look(self, data: Mapping[str, Any] | None, *, typing: bool = False) -> None:
        """Ask about other images. Does nothing if they are the same as before.

        Args:
            data: Their table of settings; None: there are none to examine.
            typing: Whether to wait for the end of typing. Default: False.
        """
        wanted = None if data is None else dict(data)
        if wanted is not None and wanted == self._data:
            if self._due is not None and not typing:
                self._due = self._clock()
            return
        self.stop()
        self._data, self.facts, self._times = wanted, {}, {}
        self._due = None if wanted is None else self._clock() + (TYPING_SECONDS if typing else 0.0)
        self._state = "unknown" if wanted is None else "measuring"
        self.changed()

    def close(self) -> None:
        """End the helper, before the window closes."""
        if self._client is not None:
            self._client.close()
        self.stop()

    def stop(self) -> None:
        """Stop measuring: something else needs the machine."""
        if self._client is not None:
            self._client.retire()
            self._client = None
        self._due = None
        if self._state != "known":
            self._state, self._data = "unknown", None  # the next look asks again

    def expire(self) -> None:
        """Measure again at the next `look`: a run is about to start, which leaves images and features in the cache."""
        self.stop()
        self._data = None

    def poll(self) -> None:
        """Process answers; called by the window's timer."""
        if self._due is not None and self._clock() >= self._due:
            self._due = None
            self._ask()
        if self._client is not None:
            self._client.poll()

    def _ask(self) -> None:
        self._client = client = self._make_client()
        settings = {"data": self._data}
        client.ask("recommend", self._hear_facts, settings=settings)
        client.ask("estimate", self._hear_times, settings=settings, runs=str(self._root))

    def _hear_facts(self, answer: Answer) -> None:
        self.facts = answer
        if not answer.get("ok") or answer.get("problems"):
            self.stop()
        self.changed()

    def _hear_times(self, answer: Answer) -> None:
        self._times = answer.get("recipes", {})
        self._state = "known"
        self.stop()
        self.changed()
