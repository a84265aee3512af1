"""What the comparison of two runs says: who is better, whether it is noise, and by which labels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gui.runs.compare_dialog import CompareDialog
from gui.runs.comparison_verdict import verdict_text
from tests.cli.test_diff import answers, judged, publish_images
from trainer.analysis.run_comparison import LabelDifference, RunComparison, compare
from trainer.store.evaluations import find
from trainer.store.folder import RunFolder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "runs").mkdir()
    publish_images(tmp_path / "runs")
    return tmp_path / "runs"


def compared(first: RunFolder, second: RunFolder) -> RunComparison:
    one, other = find(first, "test"), find(second, "test")
    assert one is not None
    assert other is not None
    return compare(first, second, one, other)


def test_the_better_run_is_named_whichever_comes_first(root: Path) -> None:
    good, bad = judged(root, "good", answers(range(5))), judged(root, "bad", answers(range(150)))
    for first, second in ((good, bad), (bad, good)):
        text = verdict_text(compared(first, second), first.name, second.name)
        assert text.count("good is better") == 2, text
        assert "bad is better" not in text


def test_noise_is_called_noise(root: Path) -> None:
    one, other = judged(root, "one", answers(range(20))), judged(root, "other", answers(range(21)))
    assert verdict_text(compared(one, other), "one", "other").count("within noise") == 2


def test_edited_labels_are_mentioned(root: Path) -> None:
    one = judged(root, "one", answers(range(20)))
    found = compared(one, one)
    edited = RunComparison(
        found.a, found.b, found.settings, found.paired, found.images, found.reason, LabelDifference(12, 3)
    )
    assert "labels changed 12, images left out 3" in verdict_text(edited, "one", "one")
    assert "edited labels" not in verdict_text(found, "one", "one")


def test_what_cannot_be_compared_says_why(root: Path) -> None:
    one = judged(root, "one", answers(range(20)))
    found = compared(one, one)
    apart = RunComparison(found.a, found.b, found.settings, None, 0, "other data")
    assert "cannot be compared" in verdict_text(apart, "one", "two")
    assert "no evaluated split in common" in verdict_text(None, "one", "two")


def test_the_dialog_shows_it_without_waiting(root: Path, qtbot: Any) -> None:
    one, other = judged(root, "one", answers(range(5))), judged(root, "other", answers(range(150)))
    dialog = CompareDialog([one.path, other.path])
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.verdict is not None
    qtbot.waitUntil(lambda: "one is better" in dialog.verdict.text())
