"""A compiled run that is killed compiles anew, and goes on bit for bit."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.reliability import supervisor
from tests.reliability.harness import assert_same, attempts
from tests.reliability.supervisor import SETTINGS, STEPS, child
from trainer.engine.compilation import check_compiler
from trainer.errors import UsageError
from trainer.store.folder import RunFolder

COMPILED: dict[str, Any] = {**SETTINGS, "train": {**SETTINGS["train"], "epochs": 3, "compile": True}}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_compiled_run_that_is_killed_goes_on_bit_for_bit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        check_compiler(torch.device("cpu"))
    except UsageError as error:
        pytest.skip(str(error))
    monkeypatch.setattr(supervisor, "PATIENCE", 280.0)  # each attempt compiles
    whole, killed = RunFolder(tmp_path / "whole"), RunFolder(tmp_path / "killed")
    with child(whole, settings=COMPILED) as process:
        assert process.wait() == 0, process.said
    for step in (5, STEPS + 10):
        with child(killed, settings=COMPILED, pace=0.02) as process:
            process.until_step(step)
            process.send(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
            process.process.join()
    with child(killed) as process:
        assert process.wait() == 0, process.said
    assert len(attempts(killed)) == 3
    assert all(started.compile_seconds > 0 for started in attempts(killed))
    assert_same(killed, whole)
