"""The journal of a run: one line per event, append-only, with checksums, and its only reader. [no torch]

A line is the crc32 of the JSON bytes (8 lowercase hex digits), a space, one flat JSON object `{v, seq, attempt, t,
wall, type, ...fields of the event}`, a line feed. A damaged line costs that line: it is counted, reported and skipped;
one of a newer version ends reading with an error. A line without a line feed is still being written.

Written by hand: any program can read lines of JSON, while a database needs its library.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from trainer import events as ev
from trainer.confusion_matrix import SparseMatrix
from trainer.errors import DiskError, NewerVersionError
from trainer.store import durable
from trainer.store.disk_errors import disk_error
from trainer.store.versions import VERSIONS, check_version

if TYPE_CHECKING:
    from trainer.store.batch_columns import BatchColumns

VERSION = VERSIONS["journal"]
"""Lines of version 2 hold the confusion matrix of many classes by its cells; every other line is still written as
version 1, which all readers know."""
MAX_LINE = 16 << 20
"""Bytes; longer lines are damaged."""
MAX_SKIPPED = 64 << 20
"""Bytes of such a line to skip at a time."""
_CHUNK = 1 << 20
SOME = 1 << 18
"""Bytes a viewer reads at a time, to stay responsive: about 700 lines, 3 ms."""
_KEPT_REPORTS = 20
_HEAD = frozenset({"v", "seq", "attempt", "t", "wall"})
_MARK = 1024
"""Bytes kept of the first and the last line read, to detect whether this is still the same journal."""
_BROKEN = (msgspec.MsgspecError, ValueError, RecursionError, OverflowError)


class Record(NamedTuple):
    """One event with its place: `seq` is 1-based; `t` seconds of training so far; `wall` UTC milliseconds."""

    seq: int
    attempt: int
    t: float
    wall: int
    event: ev.Event | ev.UnknownEvent


class DamagedLine(NamedTuple):
    """`line` is 1-based."""

    line: int
    reason: str


class JournalRecords(NamedTuple):
    """All records of a file in file order, and how many lines were damaged."""

    records: list[Record]
    damaged: int


class JournalReplacedError(DiskError):
    """The journal at this path is no longer the one read so far: its run was deleted and trained again, restored from a
    backup, or replaced by another."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            "journal.replaced",
            "This journal was replaced by another one while it was read.",
            where=str(path),
            fix="Open the run again.",
            path=str(path),
        )


class _Version(msgspec.Struct):
    v: int = 1


class _Head(msgspec.Struct):
    seq: int
    attempt: int
    t: float
    wall: int
    v: int = 1


_head_decoder = msgspec.json.Decoder(_Head)
_version_decoder = msgspec.json.Decoder(_Version)
_OURS = tuple(b'{"v":%d,' % version for version in range(1, VERSION + 1))
_LINE_VERSION = re.compile(rb'[0-9a-f]{8} \{"v":(\d{1,18}),')
_END = 1 << 16
"""Bytes at the end of a journal to search for its last lines."""
_HEAD_LINE = re.compile(rb'([0-9a-f]{8}) (\{"v":\d+,"seq":(\d{1,18}),.*\})', re.DOTALL)


class JournalWriter:
    """Appends events; `next_seq` is the number of the next one. Raises DiskError on opening and on each write."""

    def __init__(self, path: str | Path, attempt: int) -> None:
        self.next_seq = _largest_seq(Path(path)) + 1
        self._attempt = b'"attempt":%d,' % attempt
        self._file = durable.AppendFile(path)

    def write(self, event: ev.Event, *, t: float, wall: int) -> int:
        """Append one event and return its `seq`. After an error the event is not in the journal and can be written
        again. `t` must be finite."""
        # RunStarted carries the attempt itself, and JSON keys are unique
        attempt = b"" if type(event) is ev.RunStarted else self._attempt
        seq = self.next_seq
        head = b'{"v":%d,"seq":%d,%b"t":%b,"wall":%d,' % (_version(event), seq, attempt, repr(float(t)).encode(), wall)
        text = head + ev.encode(event)[1:]
        self._file.append(b"%08x %b\n" % (zlib.crc32(text), text))
        self.next_seq = seq + 1
        return seq

    def sync(self) -> None:
        """Wait until all written events would survive a power cut. Raises DiskError."""
        self._file.sync()

    def close(self) -> None:
        """Close the file; what was written stays."""
        self._file.close()


def _version(event: ev.Event) -> int:
    """The oldest format whose readers understand this event."""
    return 2 if isinstance(getattr(event, "confusion", None), SparseMatrix) else 1


def _largest_seq(path: Path) -> int:
    largest = 0
    reader = JournalReader(path)
    for line in reader.lines():
        match = _HEAD_LINE.fullmatch(line)
        if match and int(match[1], 16) == zlib.crc32(match[2]):
            largest = max(largest, int(match[3]))
    return largest


class JournalReader:
    """Follows a journal: each read returns what is new. The file is opened and closed each time, so that nothing is
    held.

    `damaged` counts damaged lines so far, `damaged_lines` says where and why for the first few.

    A path does not identify a journal: each read first checks that the first and the last line read before are
    unchanged and in their places. Raises JournalReplacedError if not; `restart` then reads the new one. A longer copy
    of the same journal counts as the same.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.restart()

    def restart(self) -> None:
        """Forget everything: the next read starts at the beginning."""
        self.damaged = 0
        self.damaged_lines: list[DamagedLine] = []
        self._size = -1
        self._offset = 0
        self._line = 0
        self._skipping = False
        self._newer: NewerVersionError | None = None
        self._stamp: tuple[int, ...] = ()
        self._first = self._last = b""  # the first bytes of the file, and the last ones before the offset

    @property
    def at_end(self) -> bool:
        """Whether the last read reached the end of the file."""
        return self._size >= 0 and self._newer is None

    def read(self) -> list[Record]:
        """All new records. A missing file counts as empty. Raises DiskError if the file cannot be read or was replaced,
        and NewerVersionError; never because of other content."""
        found = [record for block, first in self._blocks(_CHUNK) for record in self._records(block, first)]
        if self._newer is not None:
            raise self._newer
        return found

    def read_some(self, size: int = SOME) -> list[Record | BatchColumns]:
        """Records of the next `size` bytes or so, reports among them as columns; of a line that is too long to be one
        more bytes are passed over, but not all at once. Missing files and errors are as for `read`; what comes before a
        record of a newer version is given first."""
        for block, first in self._blocks(size, MAX_SKIPPED):
            return list(self._mixed(block, first))
        return []

    def lines(self) -> Iterator[bytes]:
        """New complete lines, unchecked and without their line feed."""
        for block, _ in self._blocks(_CHUNK):
            yield from (line for line in block if line is not None)

    def _blocks(self, size: int, most: int | None = None) -> Iterator[tuple[list[bytes | None], int]]:
        """The complete lines in every `size` bytes or so, and the number of the first. A block that was taken is not
        new the next time. Of a line that is too long, `most` bytes are passed over."""
        if self._newer is not None:
            raise self._newer.with_traceback(None)
        try:
            fd = durable.open_regular(self.path)
        except FileNotFoundError:
            if self._offset and self.path.parent.is_dir():
                raise JournalReplacedError(self.path) from None  # a new run begins in this folder
            self._size = 0
            return
        except OSError as error:
            raise disk_error(error, self.path) from error
        try:
            yield from self._read_blocks(fd, size, most)
        except OSError as error:
            raise disk_error(error, self.path) from error
        finally:
            os.close(fd)

    def _read_blocks(self, fd: int, size: int, most: int | None) -> Iterator[tuple[list[bytes | None], int]]:
        about = os.fstat(fd)
        whole = about.st_size
        stamp = (about.st_dev, about.st_ino, whole, about.st_mtime_ns, about.st_ctime_ns)
        if whole == self._size and stamp == self._stamp:
            return  # only an incomplete line, which need not be read repeatedly
        if not self._is_same(fd, whole):
            raise JournalReplacedError(self.path)
        self._size, self._stamp = -1, stamp
        os.lseek(fd, self._offset, os.SEEK_SET)
        pending, begun = bytearray(), self._offset
        while chunk := os.read(fd, size):
            *block, rest = chunk.split(b"\n")
            if block:
                block[0] = bytes(pending) + block[0]
                pending.clear()
                self._remember(block[0] + b"\n", block[-1] + b"\n")
                self._offset += sum(map(len, block)) + len(block)
                first = self._line + 1
                self._line += len(block)
                yield self._short_enough(block, first), first
            pending += rest
            if self._skipping or len(pending) > MAX_LINE:
                self._skipping = True
                self._remember(pending, pending)
                self._offset += len(pending)
                pending.clear()
                if most is not None and self._offset - begun >= most:
                    return
        self._size = whole

    def _remember(self, first: bytes | bytearray, last: bytes | bytearray) -> None:
        """Remember the beginning and end of the bytes read now."""
        if not self._offset:
            self._first = bytes(first[:_MARK])
        self._last = bytes(last[-_MARK:])

    def _is_same(self, fd: int, size: int) -> bool:
        """Whether the file still contains what was read."""
        if size < self._offset:
            return False
        for mark, at in ((self._first, 0), (self._last, self._offset - len(self._last))):
            os.lseek(fd, at, os.SEEK_SET)
            if mark and os.read(fd, len(mark)) != mark:
                return False
        return True

    def _short_enough(self, block: list[bytes], first: int) -> list[bytes | None]:
        """The block with None, reported, for each line that is too long; `first` is the number of its first line."""
        if not self._skipping and max(map(len, block)) <= MAX_LINE:
            return list(block)
        kept: list[bytes | None] = []
        for number, line in enumerate(block, first):
            long = self._skipping or len(line) > MAX_LINE
            self._skipping = False
            if long:
                self._damage(number, "longer than 16 MB")
            kept.append(None if long else line)
        return kept

    def _records(self, block: list[bytes | None], first: int) -> Iterator[Record]:
        for number, line in enumerate(block, first):
            if self._newer is not None:
                return
            try:
                if line is not None:
                    yield _parse(line, self.path)
            except NewerVersionError as error:
                self._newer = error
            except _BROKEN as error:
                self._damage(number, str(error) or type(error).__name__)

    def _mixed(self, block: list[bytes | None], first: int) -> Iterator[Record | BatchColumns]:
        from trainer.store import batch_columns  # numpy, which only viewers need

        texts = [line[9:] if line else b"" for line in block]
        quick = [
            batch_columns.MARK in text
            and text.startswith(_OURS)
            and line is not None
            and line[:9] == b"%08x " % zlib.crc32(text)
            for line, text in zip(block, texts, strict=True)
        ]
        start = 0
        for is_quick, group in groupby(quick):
            if self._newer is not None:
                return
            end = start + len(list(group))
            try:
                if is_quick:
                    yield batch_columns.decode(texts[start:end])
            except _BROKEN:
                is_quick = False  # one of them is damaged: decode them one by one
            if not is_quick:
                yield from self._records(block[start:end], first + start)
            start = end

    def report(self, reason: str, count: int = 1) -> None:
        """Count some of the lines read last as damaged, for readers that find their content invalid."""
        for _ in range(count):
            self._damage(self._line, reason)

    def _damage(self, line: int, reason: str) -> None:
        self.damaged += 1
        if len(self.damaged_lines) < _KEPT_REPORTS:
            self.damaged_lines.append(DamagedLine(line, reason[:200]))


def _parse(line: bytes, path: Path) -> Record:
    text = line[9:]
    if line[:9] != b"%08x " % zlib.crc32(text):
        raise ValueError("the checksum does not fit")
    if not text.startswith(_OURS):
        check_version("journal", _version_decoder.decode(text).v, path)
    head = _head_decoder.decode(text)
    event = ev.decode(text)
    if type(event) is ev.UnknownEvent:
        fields = {key: value for key, value in event.fields.items() if key not in _HEAD}
        if not all(type(fields.get(key, 0)) is int for key in ("epoch", "step")):
            raise ValueError("epoch or step is not a number")
        event = ev.UnknownEvent(event.type, fields)
    return Record(head.seq, head.attempt, head.t, head.wall, event)


def read_journal(path: str | Path) -> JournalRecords:
    """Read a whole journal. Raises DiskError if the file cannot be read, never because of its content."""
    reader = JournalReader(path)
    return JournalRecords(reader.read(), reader.damaged)


def check_journal(path: Path) -> None:
    """Raises NewerVersionError if the first or one of the last lines has a newer version; missing or damaged files are
    skipped."""
    try:
        descriptor = durable.open_regular(path)
    except OSError:
        return
    try:
        size = os.fstat(descriptor).st_size
        begin = os.read(descriptor, 64)
        os.lseek(descriptor, max(0, size - _END), os.SEEK_SET)
        lines = [begin, *os.read(descriptor, _END).split(b"\n")[1:]]
    except OSError:
        return
    finally:
        os.close(descriptor)
    found = [int(match[1]) for line in lines if (match := _LINE_VERSION.match(line))]
    if (newest := max(found, default=0)) > 1:
        check_version("journal", newest, path)
