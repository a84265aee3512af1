"""A thousand classes: what an epoch adds to the journal, and an evaluation to the disk, is what its errors need."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from trainer import events as ev
from trainer.errors import NewerVersionError
from trainer.metrics.classification import Metrics, confusion
from trainer.metrics.outputs import Outputs
from trainer.store import evaluations
from trainer.store.evaluations import SplitMetrics
from trainer.store.journal import VERSION, JournalReader, JournalWriter
from trainer.store.run_creation import create_run
from trainer.store.run_history import read_history

CLASSES, IMAGES = 1_000, 50_000


def answered(right: float, classes: int = CLASSES, images: int = IMAGES) -> tuple[Outputs, Metrics]:
    """The errors name any class: no larger table can come of so many images."""
    random = np.random.default_rng(1)
    labels = np.arange(images) % classes
    taken = np.where(random.random(images) < right, labels, random.integers(0, classes, images)).astype(np.uint16)
    outputs = Outputs(labels, taken, random.random(images).astype(np.float16), random.random(images, np.float32))
    return outputs, Metrics.from_confusion(confusion(labels, taken, classes), 1.0)


def validation(metrics: Metrics, epoch: int = 1) -> ev.ValidationDone:
    about = {"seconds": 0.1, "improved": True, "best_epoch": epoch, "best_loss": 1.0}
    return ev.ValidationDone(epoch=epoch, step=epoch, **about, **metrics.fields())


def written(path: Path, *events: ev.Event) -> list[dict[str, Any]]:
    writer = JournalWriter(path, 1)
    for event in events:
        writer.write(event, t=1.0, wall=0)
    writer.close()
    return [json.loads(line[9:]) for line in path.read_text("utf-8").splitlines()]


def old_line(event: ev.Event) -> bytes:
    """As version 0.1 wrote it: rows of counts."""
    fields = msgspec.structs.asdict(event) | {"confusion": np.asarray(event.confusion).tolist()}
    text = msgspec.json.encode({"v": 1, "seq": 1, "attempt": 1, "t": 1.0, "wall": 0, "type": "ValidationDone"} | fields)
    return b"%08x %b\n" % (zlib.crc32(text), text)


@pytest.mark.parametrize("right", [0.0, 0.5, 0.99])
def test_a_validation_takes_a_tenth_of_what_its_rows_took(tmp_path: Path, right: float) -> None:
    _, metrics = answered(right)
    event = validation(metrics)
    (line,) = written(tmp_path / "journal.jsonl", event)
    size = (tmp_path / "journal.jsonl").stat().st_size
    assert size < len(old_line(event)) / 10
    assert line["v"] == VERSION == 2
    (record,) = JournalReader(tmp_path / "journal.jsonl").read()
    assert record.event == event
    np.testing.assert_array_equal(Metrics.of(record.event).counts, metrics.counts)
    assert record.event.confusion[3][3] == metrics.counts[3, 3]


def test_both_forms_are_read_alike(tmp_path: Path) -> None:
    _, metrics = answered(0.5)
    event = validation(metrics)
    written(tmp_path / "new.jsonl", event)
    (tmp_path / "old.jsonl").write_bytes(old_line(event))
    new, old = (read_history(JournalReader(tmp_path / name)).verdicts[1] for name in ("new.jsonl", "old.jsonl"))
    assert (new.matrix, new.macro_f1, new.macro_classes) == (old.matrix, old.macro_f1, old.macro_classes)
    np.testing.assert_array_equal(new.f1, old.f1)


def test_up_to_a_hundred_classes_a_line_is_what_every_version_reads(tmp_path: Path) -> None:
    _, metrics = answered(1.0, 100, 1_000)
    (line,) = written(tmp_path / "journal.jsonl", validation(metrics))
    assert line["v"] == 1
    assert line["confusion"] == metrics.counts.tolist()
    assert isinstance(validation(metrics).confusion, tuple)


def test_cells_that_cannot_be_cost_their_line_alone(tmp_path: Path) -> None:
    _, metrics = answered(0.5, 200, 400)
    good = validation(metrics)
    cells = msgspec.structs.replace(good.confusion, cells=((1, (0, 0)),))
    path = tmp_path / "journal.jsonl"
    written(path, good, msgspec.structs.replace(good, epoch=2, confusion=cells), validation(metrics, 3))
    reader = JournalReader(path)
    assert list(read_history(reader).verdicts) == [1, 3]
    assert reader.damaged == 1


def test_an_evaluation_takes_a_tenth_of_what_its_rows_took(tmp_path: Path) -> None:
    outputs, metrics = answered(0.5)
    folder = create_run(tmp_path / "runs", "one")
    names = tuple(f"class {number}" for number in range(CLASSES))
    found = SplitMetrics("test", "best", names, metrics, 0.1, recorded=evaluations.Intervals((0.0, 1.0), (0.0, 1.0)))
    evaluations.write(folder, found, outputs)
    path = folder.evaluation / "test.json"
    rows = json.dumps(found.plain() | {"confusion": metrics.counts.tolist()}, indent=1)
    assert path.stat().st_size < len(rows) / 10
    assert json.loads(path.read_text("utf-8"))["format"] == 2
    again = evaluations.read(folder, "test")
    assert again.metrics == metrics
    path.write_text(rows, "utf-8")
    assert evaluations.read(folder, "test").metrics == metrics


def test_an_evaluation_of_a_newer_version_is_said_to_be_newer(tmp_path: Path) -> None:
    outputs, metrics = answered(0.5, 200, 400)
    folder = create_run(tmp_path / "runs", "one")
    evaluations.write(folder, SplitMetrics("test", "best", tuple(map(str, range(200))), metrics, 0.1), outputs)
    path = folder.evaluation / "test.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"format": 3}), "utf-8")
    with pytest.raises(NewerVersionError, match="newer"):
        evaluations.read(folder, "test")
