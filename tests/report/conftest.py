"""A run folder with everything in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.report.sample_runs import SampleRuns
from trainer.store.folder import RunFolder


@pytest.fixture
def made(tmp_path: Path) -> RunFolder:
    """Three classes, three epochs, all three splits."""
    return SampleRuns(tmp_path / "runs").make()
