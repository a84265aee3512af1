"""A helper that a test answers for: heat maps and similar images, in files as the real one writes them."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.gui.rpc_clients import FakeRpcClient
from trainer.store.arrays import write_arrays


class ExplainingAssist(FakeRpcClient):
    """`polled`: how often it was asked for news."""

    polled = 0

    def poll(self) -> None:
        """There is none before the test answers."""
        self.polled += 1

    @property
    def last(self) -> dict[str, Any]:
        """What was asked last."""
        return self.asked[-1][1]

    def explain(self, *, predicted: int = 0, label: int | None = None, true: int = 0, **more: Any) -> None:
        """A map that is brightest on the left."""
        out, label = self.last["out"], predicted if label is None else label
        values = np.tile(np.linspace(1, -1, 8, dtype=np.float32), (8, 1))
        chances = np.full(3, 0.1, np.float32)
        chances[predicted] = 0.8
        arrays = {"map": more.pop("map", values), "pixels": np.full((8, 8, 3), 90, np.uint8), "probabilities": chances}
        write_arrays(out, **arrays)
        fields = {"method": "cam", "weights": "best", "epoch": 2, "path": "", **more}
        self.answer("explain", ok=True, out=out, label=label, predicted=predicted, true=true, **fields)

    def similar(self, *labels: int, of_class: int | None = 0) -> None:
        """Training images 10, 11, ... of these classes, ever farther; the nearest of its own class is image 99."""
        out = self.last["out"]
        rows = [
            {"place": 10 + number, "label": label, "distance": 1.0 + number, "path": f"{number}.png"}
            for number, label in enumerate(labels)
        ]
        same = [] if of_class is None else [{"place": 99, "label": of_class, "distance": 50.0, "path": "same.png"}]
        pixels = np.arange(len(rows) + len(same), dtype=np.uint8)[:, None, None, None]
        write_arrays(out, images=np.broadcast_to(pixels, (len(pixels), 8, 8, 3)))
        self.answer("similar", ok=True, out=out, neighbors=rows, of_class=same)

    def refuse(self, do: str, what: str) -> None:
        """As where the data are gone."""
        self.answer(do, ok=False, code="some.code", what=what, where="", expected="", fix="", parameters={})
