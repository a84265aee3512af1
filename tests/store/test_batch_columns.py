"""Read as columns or as events, a journal says the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer import events as ev
from trainer.store import batch_columns
from trainer.store.batch_columns import COLUMNS, BatchColumns
from trainer.store.journal import JournalReader, JournalWriter, Record


def report(step: int, loss: float = 2.0) -> ev.BatchesReported:
    return ev.BatchesReported(
        epoch=1,
        step=step,
        first_step=step,
        last_step=step,
        count=1,
        samples=64,
        correct=step % 64,
        loss_mean=loss,
        loss_min=loss - 1,
        loss_max=loss + 1,
        loss_last=loss,
        learning_rate=0.1,
        data_seconds=0.25,
        step_seconds=0.5,
    )


def write(path: Path, events: list[ev.Event]) -> bytes:
    writer = JournalWriter(path, 2)
    for number, event in enumerate(events):
        writer.write(event, t=number / 4, wall=1_700_000_000_000 + number)
    writer.close()
    return path.read_bytes()


def rows(found: list[Record | BatchColumns]) -> list[Any]:
    """Columns turned into rows, other records as they are."""
    out: list[Any] = []
    for record in found:
        if isinstance(record, BatchColumns):
            columns = [record.column(name) for name in COLUMNS]
            out += [tuple(float(column[row]) for column in columns) for row in range(len(record))]
        elif isinstance(record.event, ev.BatchesReported):
            event = record.event
            place = {"seq": record.seq, "attempt": record.attempt, "t": record.t, "wall": record.wall}
            out.append(tuple(float(place.get(name, getattr(event, name, 0))) for name in COLUMNS))
        else:
            out.append(record)
    return out


def by_pieces(path: Path, size: int) -> tuple[list[Any], JournalReader]:
    reader, found = JournalReader(path), []
    while not reader.at_end:
        found += reader.read_some(size)
    return rows(found), reader


def mixed(count: int) -> list[ev.Event]:
    found: list[ev.Event] = []
    for number in range(1, count + 1):
        found.append(report(number, float("nan") if number % 7 == 0 else 2.0 / number))
        if number % 5 == 0:
            found.append(ev.RunPaused(epoch=1, step=number, source='"type":"BatchesReported"', reason=""))
    return found


@pytest.mark.parametrize("size", [100, 1000, 10_000])
def test_columns_say_what_events_say(tmp_path: Path, size: int) -> None:
    write(tmp_path / "j", mixed(40))
    found, reader = by_pieces(tmp_path / "j", size)
    assert repr(found) == repr(rows(list(JournalReader(tmp_path / "j").read())))
    assert len(found) == 48
    assert reader.damaged == 0


def test_many_become_one_block(tmp_path: Path) -> None:
    write(tmp_path / "j", [report(number) for number in range(100)])
    reader = JournalReader(tmp_path / "j")
    (found,) = reader.read_some()
    assert isinstance(found, BatchColumns)
    assert len(found) == 100
    assert found.column("last_step").tolist() == list(range(100))
    assert found.column("wall")[0] == 1_700_000_000_000
    assert not reader.at_end
    assert reader.read_some() == []
    assert reader.at_end


def test_a_missing_journal_has_nothing_and_a_line_without_its_end_is_not_yet_written(tmp_path: Path) -> None:
    reader = JournalReader(tmp_path / "j")
    assert reader.read_some() == []
    assert reader.at_end
    data = write(tmp_path / "whole", [report(1), report(2)])
    (tmp_path / "j").write_bytes(data[:-1])
    assert len(rows(reader.read_some())) == 1
    assert reader.read_some() == []
    (tmp_path / "j").write_bytes(data)
    assert len(rows(reader.read_some())) == 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**6), st.binary(max_size=40)), max_size=5), st.integers(1, 4000))
def test_damage_costs_the_same_lines_either_way(
    tmp_path_factory: pytest.TempPathFactory, wounds: list[tuple[int, bytes]], size: int
) -> None:
    path = tmp_path_factory.mktemp("j") / "j"
    data = bytearray(write(path, mixed(20)))
    for position, junk in wounds:
        place = position % len(data)
        data[place : place + len(junk)] = junk
    path.write_bytes(data)
    whole = JournalReader(path)
    expected = rows(list(whole.read()))
    found, reader = by_pieces(path, size)
    assert repr(found) == repr(expected)
    assert (reader.damaged, reader.damaged_lines) == (whole.damaged, whole.damaged_lines)


def test_a_report_with_wrong_fields_is_damage_and_the_others_are_kept(tmp_path: Path) -> None:
    import zlib

    good = write(tmp_path / "j", [report(1), report(2)]).splitlines(keepends=True)
    bad = []
    for old, new in ((b'"samples":64', b'"samples":"many"'), (b'"samples":64,', b""), (b'"seq":1,', b'"seq":9e99,')):
        text = good[0][9:-1].replace(old, new)
        bad.append(b"%08x %b\n" % (zlib.crc32(text), text))
    two = good[0][9:-1] + b"," + good[1][9:-1]
    bad.append(b"%08x %b\n" % (zlib.crc32(two), two))
    (tmp_path / "j").write_bytes(good[0] + b"".join(bad) + good[1])
    found, reader = by_pieces(tmp_path / "j", 1 << 18)
    assert [row[COLUMNS.index("last_step")] for row in found] == [1, 2]
    assert reader.damaged == len(bad)


def test_one_event_makes_the_same_columns() -> None:
    event = report(5)
    text = b'{"v":1,"seq":3,"attempt":2,"t":1.5,"wall":7,' + ev.encode(event)[1:]
    first, second = batch_columns.decode([text]), batch_columns.one(event, 3, 2, 1.5, 7)
    assert all(np.array_equal(first.column(name), second.column(name)) for name in COLUMNS)
