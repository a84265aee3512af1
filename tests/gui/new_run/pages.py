"""Pages that set up a run, without a helper that starts by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from gui.new_run.new_run_page import NewRunPage
from gui.preferences import Preferences
from gui.viewmodels.recipe_advice import RecipeAdvice
from tests.gui.rpc_clients import FakeRpcClient


class NoAdvice(RecipeAdvice):
    """Recommends nothing."""

    def look(self, data: Mapping[str, Any] | None, *, typing: bool = False) -> None:
        pass


def new_run_page(
    client: Any, folder: Path, advice: RecipeAdvice | None = None, make_client: Callable[[], Any] | None = None
) -> NewRunPage:
    """Over the runs in `folder`/runs."""
    make = make_client or (lambda: FakeRpcClient(folder))
    root = folder / "runs"
    return NewRunPage(client, make, advice or NoAdvice(make, root), Preferences(), root)
