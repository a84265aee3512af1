"""What a power cut may leave on a disk, at each moment of what a program has done.

`RecordingDisk` takes the place of the seam of `trainer.store.durable`: it does what it is asked for and writes it down.
`crash_states` makes from that the disks a power cut could have left. The model is POSIX with the freedom that ext4 and
xfs take:

- fsync of a file keeps its content, not its name; fsync of a folder keeps the names in it, not the contents of these
  files, and not its own name in the folder above.
- Names changed since (made, renamed, deleted): any subset of the changes is on the disk. Two changes of one name keep
  their order. A rename is one change, there or not; between two folders it is kept once both are synced.
- Content written since: each block of 4 KiB is old or new, in any combination; the file ends where any of the writes
  ended, or at a block in between; what was never written reads as zeros.
- What was synced stays as it is, and fsync returns only once the disk has it: no lying caches, no decay.

A power cut just before each fsync and at the end is enough: any earlier one leaves a disk that is among these, and what
had been promised by then is less.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import compress, product
from pathlib import Path
from typing import Any, NamedTuple

from tests.reliability.disks import MortalDisk

BLOCK = 4096
ROOT = 0
"""The inode of the folder that is watched; its own name is taken to be on the disk."""
Tree = dict[str, bytes | None]
"""Files by path relative to the root; a folder is None."""


class Names(NamedTuple):
    """A change of names: (folder, name, inode or None for no longer there)."""

    changes: tuple[tuple[int, str, int | None], ...]


class Write(NamedTuple):
    inode: int
    offset: int
    data: bytes


class Sync(NamedTuple):
    inode: int


class Promise(NamedTuple):
    """From here on the program has said that something is safe."""

    what: str
    value: Any


Operation = Names | Write | Sync | Promise


class RecordingDisk(MortalDisk):
    """Records what happens below `root`; what is there already is taken to be on the disk."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self.root = Path(os.path.realpath(root))
        self.operations: list[Operation] = []
        self.folders: dict[int, dict[str, int]] = {ROOT: {}}
        self.sizes: dict[int, int] = {}
        self.before: dict[int, bytes] = {}
        self._count = ROOT
        self._open: dict[int, int] = {}
        self._load(self.root, ROOT)
        self.names_before = {inode: dict(names) for inode, names in self.folders.items()}

    def promise(self, what: str, value: Any = None) -> None:
        self.operations.append(Promise(what, value))

    def _load(self, place: Path, folder: int) -> None:
        for path in sorted(place.iterdir()):
            inode = self._new(folder=path.is_dir())
            self.folders[folder][path.name] = inode
            if path.is_dir():
                self._load(path, inode)
            else:
                self.before[inode] = path.read_bytes()
                self.sizes[inode] = len(self.before[inode])

    def _new(self, *, folder: bool) -> int:
        self._count += 1
        if folder:
            self.folders[self._count] = {}
        else:
            self.sizes[self._count] = 0
        return self._count

    def _place(self, path: str | Path) -> tuple[int, str] | None:
        """Inode of the folder, and the name in it; None outside of the root."""
        path = Path(path)
        real = Path(os.path.realpath(path.parent)) / path.name
        if real == self.root or not real.is_relative_to(self.root):
            return None
        inode = ROOT
        for part in real.relative_to(self.root).parts[:-1]:
            inode = self.folders[inode][part]
        return inode, real.name

    def _inode(self, path: str | Path) -> int | None:
        if Path(os.path.realpath(path)) == self.root:
            return ROOT
        place = self._place(path)
        return self.folders[place[0]].get(place[1]) if place else None

    def _rename(self, *changes: tuple[int, str, int | None]) -> None:
        for folder, name, inode in changes:
            if inode is None:
                self.folders[folder].pop(name, None)
            else:
                self.folders[folder][name] = inode
        self.operations.append(Names(changes))

    # -- the seam ------------------------------------------------------------------------------------------------

    def open(self, path: str | Path, flags: int, mode: int = 0o600) -> int:
        fd = super().open(path, flags, mode)
        inode, place = self._inode(path), self._place(path)
        if inode is None and place is not None:
            inode = self._new(folder=False)
            self._rename((*place, inode))
        if inode is not None:
            self._open[fd] = inode
        return fd

    def write(self, fd: int, data: bytes | memoryview) -> int:
        done = super().write(fd, data)
        inode = self._open.get(fd)
        if inode is not None:  # every file of ours is written from its beginning or at its end
            self.operations.append(Write(inode, self.sizes[inode], bytes(data[:done])))
            self.sizes[inode] += done
        return done

    def fsync(self, fd: int) -> None:
        if fd in self._open:
            self.operations.append(Sync(self._open[fd]))

    def close(self, fd: int) -> None:
        self._open.pop(fd, None)
        super().close(fd)

    def replace(self, source: Path, target: Path) -> None:
        super().replace(source, target)
        old, new = self._place(source), self._place(target)
        if old is not None and new is not None:
            self._rename((*old, None), (*new, self.folders[old[0]][old[1]]))

    def link(self, source: Path, target: Path) -> None:
        super().link(source, target)
        inode, place = self._inode(source), self._place(target)
        if inode is not None and place is not None:
            self._rename((*place, inode))

    def mkdir(self, path: Path) -> None:
        super().mkdir(path)
        if (place := self._place(path)) is not None:
            self._rename((*place, self._new(folder=True)))

    def unlink(self, path: Path) -> None:
        super().unlink(path)
        if (place := self._place(path)) is not None:
            self._rename((*place, None))

    def remove_tree(self, path: Path) -> None:
        for below, _, names in os.walk(path, topdown=False):
            for name in names:
                self._rename((*self._known(Path(below) / name), None))
            self._rename((*self._known(Path(below)), None))
        super().remove_tree(path)

    def _known(self, path: Path) -> tuple[int, str]:
        place = self._place(path)
        assert place is not None, path
        return place


# -- what may be left ------------------------------------------------------------------------------------------------


@dataclass
class CrashState:
    """A disk after a power cut. `at`: number of operations done before it; `promised`: all that had been said by then,
    by name, the latest last."""

    at: int
    tree: Tree
    promised: dict[str, list[Any]]


@dataclass
class _Moment:
    """What is certain just before an operation, and what is not."""

    disk: RecordingDisk
    at: int
    done: list[Operation] = field(init=False)

    def __post_init__(self) -> None:
        self.done = self.disk.operations[: self.at]
        self.synced: dict[int, int] = {}
        for number, operation in enumerate(self.done):
            if isinstance(operation, Sync):
                self.synced[operation.inode] = number
        self.certain, self.open = set[int](), list[int]()
        for number, operation in enumerate(self.done):
            if isinstance(operation, Names):
                kept = all(self.synced.get(folder, -1) > number for folder, _, _ in operation.changes)
                self.certain.add(number) if kept else self.open.append(number)
        self.promised: dict[str, list[Any]] = {}
        for operation in self.done:
            if isinstance(operation, Promise):
                self.promised.setdefault(operation.what, []).append(operation.value)
        self._contents: dict[int, list[bytes]] = {}

    def names(self, chosen: Iterable[int]) -> dict[str, int | None]:
        """Inodes by path, None for a folder, where these uncertain changes have reached the disk."""
        folders = {inode: dict(names) for inode, names in self.disk.names_before.items()}
        for number in sorted(self.certain | set(chosen)):
            operation = self.done[number]
            assert isinstance(operation, Names)
            for folder, name, inode in operation.changes:
                there = folders.setdefault(folder, {})
                if inode is None:
                    there.pop(name, None)
                else:
                    there[name] = inode
        found: dict[str, int | None] = {}
        todo = [("", ROOT)]
        while todo:
            above, folder = todo.pop()
            for name, inode in folders.get(folder, {}).items():
                is_folder = inode in self.disk.folders
                found[above + name] = None if is_folder else inode
                if is_folder:
                    todo.append((f"{above}{name}/", inode))
        return found

    def contents(self, inode: int, draw: random.Random) -> list[bytes]:
        """What may be in a file: first all that was written, then nothing of what is uncertain, then mixtures."""
        if inode not in self._contents:
            self._contents[inode] = self._mixtures(inode, draw)
        return self._contents[inode]

    def _mixtures(self, inode: int, draw: random.Random) -> list[bytes]:
        last = self.synced.get(inode, -1)
        writes = [(n, one) for n, one in enumerate(self.done) if isinstance(one, Write) and one.inode == inode]
        old = self.disk.before.get(inode, b"") + b"".join(one.data for number, one in writes if number < last)
        new = old + b"".join(one.data for number, one in writes if number > last)
        if new == old:
            return [new]
        ends = {one.offset + len(one.data) for number, one in writes if number > last}
        ends |= set(range((len(old) // BLOCK + 1) * BLOCK, len(new), BLOCK))
        blocks = range(len(old) // BLOCK, (len(new) - 1) // BLOCK + 1)
        found = dict.fromkeys([new, old])
        for end in _some(sorted(ends), 6, draw):
            found[_mixed(old, new, end, set(blocks))] = None
            found[_mixed(old, new, end, set())] = None
            for _ in range(min(4, len(blocks) - 1)):
                found[_mixed(old, new, end, {block for block in blocks if draw.random() < 0.5})] = None
        return list(found)


def _mixed(old: bytes, new: bytes, end: int, written: set[int]) -> bytes:
    """A file that ends at `end`, of which the blocks `written` are new."""
    whole = bytearray(old.ljust(end, b"\0"))
    for block in written:
        begin = block * BLOCK
        whole[begin : begin + BLOCK] = new[begin : begin + BLOCK]
    return bytes(whole[:end])


def _some(items: list[Any], count: int, draw: random.Random) -> list[Any]:
    return items if len(items) <= count else [items[0], *draw.sample(items[1:-1], count - 2), items[-1]]


def crash_states(disk: RecordingDisk, *, limit: int, seed: int = 0, first: int = 0) -> Iterator[CrashState]:
    """Distinct disks that a power cut may leave after operation `first`: of each moment all, if they are at most
    `limit`, else that many, drawn by `seed`."""
    draw = random.Random(seed)
    seen: set[Any] = set()
    moments = [at for at, one in enumerate(disk.operations) if at >= first and isinstance(one, Sync)]
    for at in [*moments, len(disk.operations)]:
        moment = _Moment(disk, at)
        told = sum(map(len, moment.promised.values()))
        for tree in _trees(moment, limit, draw):
            key = (told, hash(frozenset(tree.items())))
            if key not in seen:
                seen.add(key)
                yield CrashState(at, tree, moment.promised)


def _trees(moment: _Moment, limit: int, draw: random.Random) -> Iterator[Tree]:
    subsets = list(_subsets(moment.open, limit, draw))
    each = max(2, limit // len(subsets))
    for subset in subsets:
        names = moment.names(subset)
        files = {path: moment.contents(inode, draw) for path, inode in names.items() if inode is not None}
        folders: Tree = {path: None for path, inode in names.items() if inode is None}
        uncertain = [path for path, choices in files.items() if len(choices) > 1]
        plain = {path: choices[0] for path, choices in files.items()}
        for choice in _choices([files[path] for path in uncertain], each, draw):
            yield {**folders, **plain, **dict(zip(uncertain, choice, strict=True))}


def _subsets(items: list[int], limit: int, draw: random.Random) -> Iterator[tuple[int, ...]]:
    """All, where there are few; else first none, all, all but one and one alone."""
    if 2 ** len(items) <= limit:
        for flags in product((False, True), repeat=len(items)):
            yield tuple(compress(items, flags))
        return
    telling = [(), tuple(items), *(tuple(one for one in items if one != left) for left in items)]
    telling += [(one,) for one in items]
    yield from telling[:limit]
    for _ in range(limit - len(telling)):
        yield tuple(one for one in items if draw.random() < 0.5)


def _choices(files: list[list[bytes]], limit: int, draw: random.Random) -> Iterator[tuple[bytes, ...]]:
    count = 1
    for choices in files:
        count *= len(choices)
    if count <= limit:
        yield from product(*files)
        return
    yield tuple(choices[0] for choices in files)
    yield tuple(choices[1 % len(choices)] for choices in files)
    for _ in range(limit - 2):
        yield tuple(draw.choice(choices) for choices in files)


class Rebuilt:
    """A folder that shows one crash state after the other: only what differs is written anew."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir()
        self._shown: Tree = {}

    def show(self, tree: Tree) -> None:
        for path in sorted(self._shown.keys() - tree.keys(), reverse=True):
            one = self.folder / path
            one.rmdir() if self._shown[path] is None else one.unlink()
        for path, data in sorted(tree.items()):
            if path not in self._shown and data is None:
                (self.folder / path).mkdir()
            if data is not None and self._shown.get(path) != data:
                (self.folder / path).write_bytes(data)
        self._shown = dict(tree)
