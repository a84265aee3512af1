"""Whatever happens to a journal, a reader yields exactly the undamaged records, and says how many were damaged."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer import events as ev
from trainer.errors import DiskError
from trainer.store import journal
from trainer.store.journal import JournalReader, JournalReplacedError, JournalWriter, Record, read_journal

ROOT = Path(__file__).parents[2]


def started(attempt: int = 1, resumed_seq: int = 0) -> ev.RunStarted:
    return ev.RunStarted(
        epoch=0,
        step=0,
        run_id="ö",
        attempt=attempt,
        resumed_step=0,
        resumed_seq=resumed_seq,
        started_at="2026-01-01T00:00:00Z",
        epochs=2,
        steps_per_epoch=3,
        settings={"a": {"b": [1, 2]}},
        classes=("cat", "dög"),
        split_sizes={"train": 3},
        model="linear",
        parameters=1,
        input_shape=(3, 32, 32),
        device="cpu",
        seed=1,
        threads=1,
        callbacks=(),
        versions={},
        exact_resume="exact",
    )


def epoch(number: int, first_batch: int = 0) -> ev.EpochStarted:
    return ev.EpochStarted(epoch=number, step=number * 3, first_batch=first_batch, learning_rate=0.1)


def batch(step: int, loss: float = 2.5) -> ev.BatchEnded:
    return ev.BatchEnded(
        epoch=1, step=step, batch=step, samples=64, loss=loss, learning_rate=0.1, data_seconds=0.0, step_seconds=0.0
    )


EVENTS: list[ev.Event] = [
    started(),
    epoch(1),
    batch(1),
    batch(2, float("nan")),
    ev.RunPaused(epoch=1, step=2, source="a\nb", reason="\x00ü"),
]

SMALL: list[ev.Event] = [epoch(1), EVENTS[-1], ev.RunUnpaused(epoch=1, step=2, source="", reason="")]


def write(path: Path, events: list[Any], attempt: int = 1) -> list[Record]:
    writer = JournalWriter(path, attempt)
    written = []
    for number, event in enumerate(events):
        seq = writer.write(event, t=number / 3, wall=1700000000000 + number)
        written.append(Record(seq, attempt, number / 3, 1700000000000 + number, event))
    writer.sync()
    writer.close()
    return written


def same(found: list[Record], expected: list[Record]) -> bool:
    return repr(found) == repr(expected)  # NaN equals itself in text


def test_the_line_is_as_the_design_says(tmp_path: Path) -> None:
    write(tmp_path / "j", [batch(7)], attempt=3)
    line = (tmp_path / "j").read_bytes()
    text = (
        b'{"v":1,"seq":1,"attempt":3,"t":0.0,"wall":1700000000000,"type":"BatchEnded","epoch":1,"step":7,"batch":7,'
        b'"samples":64,"loss":2.5,"learning_rate":0.1,"data_seconds":0.0,"step_seconds":0.0}'
    )
    assert line == b"%08x " % zlib.crc32(text) + text + b"\n"


def test_what_was_written_is_read(tmp_path: Path) -> None:
    written = write(tmp_path / "j", EVENTS)
    found = read_journal(tmp_path / "j")
    assert same(found.records, written)
    assert found.damaged == 0
    assert [record.seq for record in found.records] == [1, 2, 3, 4, 5]
    first = (tmp_path / "j").read_bytes().splitlines()[0]
    assert first.count(b'"attempt"') == 1, "JSON keys are unique"


def test_seq_goes_on_in_the_next_attempt(tmp_path: Path) -> None:
    write(tmp_path / "j", EVENTS)
    assert [record.seq for record in write(tmp_path / "j", [started(2)], attempt=2)] == [6]
    assert read_journal(tmp_path / "j").records[-1].attempt == 2


def test_a_missing_journal_is_empty_and_a_reader_follows_it(tmp_path: Path) -> None:
    reader = JournalReader(tmp_path / "j")
    assert reader.read() == []
    written = write(tmp_path / "j", EVENTS)
    assert same(reader.read(), written)
    assert reader.read() == []
    more = write(tmp_path / "j", [batch(9)], attempt=2)
    assert same(reader.read(), more)


def test_truncated_anywhere_the_whole_lines_are_read_and_writing_goes_on(tmp_path: Path) -> None:
    written = write(tmp_path / "j", SMALL)
    data = (tmp_path / "j").read_bytes()
    path = tmp_path / "cut"
    for size in range(len(data) + 1):
        path.write_bytes(data[:size])
        whole = data[:size].count(b"\n")
        found = read_journal(path)
        assert same(found.records, written[:whole])
        assert found.damaged == 0, "a line without its line feed is not yet written"
        more = write(path, [batch(8)], attempt=2)
        torn = size > 0 and data[size - 1 : size] != b"\n"
        found = read_journal(path)
        assert same(found.records, written[:whole] + more)
        assert found.damaged == torn
        assert more[0].seq == whole + 1


def test_any_changed_byte_costs_at_most_its_own_lines(tmp_path: Path) -> None:
    written = write(tmp_path / "j", SMALL)
    data = (tmp_path / "j").read_bytes()
    ends = [position for position, byte in enumerate(data) if byte == 10]
    path = tmp_path / "flipped"
    for position in range(len(data)):
        for change in (0x80, data[position] ^ 10):
            path.write_bytes(data[:position] + bytes([data[position] ^ change]) + data[position + 1 :])
            found = read_journal(path)
            line = sum(end < position for end in ends)
            if change == 0:
                expected = written
            elif position in ends:
                expected = [record for record in written if record.seq not in (line + 1, line + 2)]
            else:
                expected = [record for record in written if record.seq != line + 1]
            assert same(found.records, expected), (position, change)
            assert (found.damaged > 0) == (change != 0 and position != len(data) - 1)


@pytest.mark.parametrize(
    "garbage",
    [
        b"\0" * 4096,
        b"\xff\xfe\xc3",
        b"",
        b"00000000 ",
        b"zzzzzzzz {}",
        b"\n\n\n",
        b"[" * 200_000,
        b'{"a":' * 50_000,
        b"1" * 100_000,
        "half ü".encode()[:-1],
    ],
    ids=lambda garbage: repr(garbage[:12]),
)
@pytest.mark.parametrize("checked", [False, True])
def test_garbage_between_lines_is_skipped(tmp_path: Path, garbage: bytes, checked: bool) -> None:
    path = tmp_path / "j"
    written = write(path, EVENTS[:2])
    line = b"%08x %b\n" % (zlib.crc32(garbage), garbage) if checked else garbage + b"\n"
    with path.open("ab") as file:
        file.write(line)
    written += write(path, EVENTS[2:])
    reader = JournalReader(path)
    assert same(reader.read(), written)
    assert reader.damaged == line.count(b"\n")
    assert reader.damaged_lines[0].line == 3
    assert all(reason for _, reason in reader.damaged_lines)


def checked_line(text: bytes) -> bytes:
    return b"%08x %b\n" % (zlib.crc32(text), text)


def test_an_unknown_event_of_our_version_is_kept(tmp_path: Path) -> None:
    head = b'{"v":1,"seq":1,"attempt":1,"t":1,"wall":5,'
    (tmp_path / "j").write_bytes(
        checked_line(head + b'"type":"Novelty","epoch":2,"step":9,"x":[1]}')
        + checked_line(head + b'"type":"Novelty","epoch":"two"}')
        + checked_line(head + b'"type":"RunPaused","epoch":1,"step":2,"source":"a","reason":"b","new":1}')
        + checked_line(head + b'"type":"RunPaused","epoch":1}')
        + checked_line(b'{"type":"RunPaused","epoch":1,"step":2,"source":"a","reason":"b"}')
    )
    found = read_journal(tmp_path / "j")
    assert [record.event for record in found.records] == [
        ev.UnknownEvent("Novelty", {"epoch": 2, "step": 9, "x": [1]}),
        ev.RunPaused(epoch=1, step=2, source="a", reason="b"),
    ]
    assert found.damaged == 3


def test_an_absurdly_long_line_is_one_damaged_line_in_bounded_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "MAX_LINE", 5000)
    monkeypatch.setattr(journal, "_CHUNK", 1000)
    path = tmp_path / "j"
    written = write(path, EVENTS)
    with path.open("ab") as file:
        file.write(b"x" * 20_500)
    reader = JournalReader(path)
    assert same(reader.read(), written)
    assert reader.read() == []
    with path.open("ab") as file:
        file.write(b"y" * 6_500 + b"\n" + b"z" * 6_000 + b"\n")
    more = write(path, [batch(8)], attempt=2)
    assert same(reader.read(), more)
    assert reader.damaged == 2
    assert [line for line, _ in reader.damaged_lines] == [6, 7]


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes in the file system")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "j")
    with pytest.raises(DiskError, match="a pipe or a device"):
        read_journal(tmp_path / "j")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10_000), st.binary(max_size=30)), max_size=4), st.integers(1, 700))
def test_random_corruption_never_raises(
    tmp_path_factory: pytest.TempPathFactory, wounds: list[tuple[int, bytes]], chunk: int
) -> None:
    folder = tmp_path_factory.mktemp("j")
    written = write(folder / "j", EVENTS * 2)
    data = bytearray((folder / "j").read_bytes())
    for position, junk in wounds:
        place = position % len(data)
        data[place : place + len(junk)] = junk
    # a reader beside a writer that writes pieces of any size finds what it finds in the whole file
    lines = bytes(data).split(b"\n")[:-1]
    good = [number for number, line in enumerate((folder / "j").read_bytes().split(b"\n")[:-1]) if line in lines]
    reader, found = JournalReader(folder / "k"), []
    with (folder / "k").open("ab", buffering=0) as file:
        for start in range(0, len(data), chunk):
            file.write(data[start : start + chunk])
            found += reader.read()
    assert same(found, [written[number] for number in good])
    assert reader.damaged == len(lines) - len(good)


def write_some(writer: JournalWriter) -> None:
    for step in range(10):
        writer.write(batch(2 + step), t=1.0, wall=0)


def test_after_a_failed_write_the_event_can_be_written_again(tmp_path: Path, seam_with: Callable[..., Any]) -> None:
    for at in range(1, 6):
        seam_with()
        writer = JournalWriter(tmp_path / f"{at}", 1)
        writer.write(batch(1), t=0.0, wall=0)
        seam_with(at, "short", persistent=True)
        for _ in range(at):
            with pytest.raises(DiskError):
                write_some(writer)
        seam_with()
        already = len(read_journal(tmp_path / f"{at}").records)
        assert writer.write(batch(99), t=2.0, wall=0) == already + 1
        writer.close()
        found = read_journal(tmp_path / f"{at}").records
        assert [record.seq for record in found] == list(range(1, already + 2))


WRITER = """
import sys
from trainer import events as ev
from trainer.store.journal import JournalWriter
writer = JournalWriter(sys.argv[1], 1)
print("ready", flush=True)
while True:
    event = ev.RunPaused(epoch=1, step=writer.next_seq, source="s", reason="r" * 3000)
    print(writer.write(event, t=0.0, wall=0), flush=True)
"""


def test_killed_at_any_moment_every_acknowledged_record_is_there(tmp_path: Path) -> None:
    for count in (1, 50, 400):
        path = tmp_path / f"{count}"
        command = [sys.executable, "-c", WRITER, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
            assert process.stdout is not None
            process.stdout.readline()
            acknowledged = [process.stdout.readline() for _ in range(count)]
            process.send_signal(signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
            acknowledged += [line for line in process.stdout if line.endswith("\n")]
        found = [record.seq for record in read_journal(path).records]
        assert found == list(range(1, len(found) + 1)), "survivors are a prefix"
        assert len(found) >= int(acknowledged[-1])


def pauses(path: Path, steps: int, wall: int) -> None:
    """Append so many records, a millisecond apart."""
    writer = JournalWriter(path, 1)
    for step in range(steps):
        writer.write(ev.RunPaused(epoch=1, step=step, source="a", reason="b"), t=0.5, wall=wall + step)
    writer.close()


def fresh(path: Path, steps: int, wall: int) -> None:
    """Another journal under the same path."""
    path.unlink()
    pauses(path, steps, wall)


def in_place(path: Path, steps: int, wall: int) -> None:
    """Another journal in the same file."""
    before = path.read_bytes()
    fresh(path, steps, wall)
    new = path.read_bytes()
    path.write_bytes(before)
    inode = path.stat().st_ino
    path.write_bytes(new)
    assert path.stat().st_ino == inode


@pytest.mark.parametrize("steps", [0, 3, 8, 20], ids=["empty", "shorter", "as long", "longer"])
@pytest.mark.parametrize("replace", [fresh, in_place])
def test_a_reader_knows_its_journal_from_another(
    tmp_path: Path, replace: Callable[[Path, int, int], None], steps: int
) -> None:
    path = tmp_path / "j"
    pauses(path, 8, 1_000_000)
    reader = JournalReader(path)
    assert len(reader.read()) == 8
    assert reader.read() == []
    replace(path, steps, 2_000_000)
    with pytest.raises(JournalReplacedError):
        reader.read_some()
    reader.restart()
    assert [record.wall for record in reader.read()] == [2_000_000 + step for step in range(steps)]


def test_a_copy_that_has_grown_is_the_same_journal_and_an_earlier_state_is_not(tmp_path: Path) -> None:
    path = tmp_path / "j"
    pauses(path, 8, 5_000_000)
    earlier = path.read_bytes()
    reader = JournalReader(path)
    reader.read()
    pauses(path, 2, 6_000_000)
    grown = path.read_bytes()
    path.unlink()
    path.write_bytes(grown)
    assert len(reader.read()) == 2
    path.write_bytes(earlier)
    with pytest.raises(JournalReplacedError):
        reader.read()


def test_a_journal_whose_folder_is_gone_is_not_another(tmp_path: Path) -> None:
    path = tmp_path / "run" / "j"
    path.parent.mkdir()
    pauses(path, 8, 1_000_000)
    reader = JournalReader(path)
    reader.read()
    path.unlink()
    path.parent.rmdir()
    assert reader.read() == []
    path.parent.mkdir()
    with pytest.raises(JournalReplacedError):
        reader.read()
