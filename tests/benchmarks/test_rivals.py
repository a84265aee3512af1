"""What the comparison with other engines must do whether or not they are installed."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator

import pytest
import torch
from rich.console import Console
from torch import Tensor, nn

from tests.benchmarks import rivals
from tests.benchmarks.step_overhead import make

EXTRA = "pip install -e '.[bench]'"


class Batches:
    """Five small ones. Lightning takes a list for one of loaders."""

    def __init__(self) -> None:
        self._batches = [(torch.randn(8, 3, 32, 32), torch.randint(0, 10, (8,))) for _ in range(5)]

    def __len__(self) -> int:
        return len(self._batches)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        return iter(self._batches)


def test_an_engine_that_is_not_installed_has_a_row_that_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("ignite", "ignite.engine", "lightning", "lightning.pytorch", "skorch"):
        monkeypatch.setitem(sys.modules, module, None)
    rows = rivals.measure(blocks=2)
    assert [row["what"].partition(",")[0] for row in rows] == ["pytorch-ignite", "lightning", "skorch"]
    assert all(row["missing"].endswith(EXTRA) for row in rows)
    assert rivals.measure_epochs(epochs=2) == rows
    console = Console(file=io.StringIO(), width=200)
    console.print(rivals.table("steps", rows, "us", 1))
    assert console.file.getvalue().count(EXTRA) == 3  # type: ignore[attr-defined]


@pytest.mark.slow
@pytest.mark.parametrize("engine", rivals.ENGINES, ids=lambda engine: engine.package)
def test_an_engine_trains_what_the_bare_loop_trains(engine: rivals.Engine) -> None:
    """Or its figure would be that of other work."""
    batches = Batches()
    model, optimizer = make()
    for _ in range(2):
        for images, labels in batches:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(images), labels).backward()
            optimizer.step()
    other, its_optimizer = make()
    try:
        with rivals.quiet():
            engine.adapt(other, its_optimizer, batches, 2, nn.CrossEntropyLoss())()
    except ModuleNotFoundError as error:
        pytest.skip(f"no {error.name}: {EXTRA}")
    for ours, theirs in zip(model.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(theirs, ours, rtol=0, atol=0)
