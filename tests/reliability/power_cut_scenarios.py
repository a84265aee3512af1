"""What the program writes apart from a training run, each with what must hold after a power cut.

A scenario prepares a folder, acts below it and says through `promise` what is safe; its check looks at a folder that a
power cut has left, and knows what had been promised.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from gui.viewmodels.decisions_file import DecisionsFile
from tests.reliability.disks import Dead
from tests.reliability.power_cut import RecordingDisk
from trainer.events import CheckpointRequested
from trainer.store import durable, notes, run_files, trash
from trainer.store.edits_file import LabelEdit, read_edits
from trainer.store.file_set import write_files
from trainer.store.folder import RunFolder
from trainer.store.journal import JournalWriter, read_journal

Promised = dict[str, list[Any]]


class Says(Protocol):
    def __call__(self, what: str, value: Any = None) -> None: ...


class Scenario(NamedTuple):
    """`again`: the same action can be begun anew after it was killed."""

    prepare: Callable[[Path], None]
    act: Callable[[Path, Says], None]
    check: Callable[[Path, Promised], None]


class KilledDisk(RecordingDisk):
    """The process is killed at the `at`-th call; what it asked for until then is done, what was not synced is not."""

    at = 0
    calls = 0

    def _call(self) -> None:
        self.calls += 1
        if self.at and self.calls >= self.at:
            raise Dead


def _mortal(name: str) -> Any:
    def call(self: KilledDisk, *args: Any) -> Any:
        self._call()
        return getattr(RecordingDisk, name)(self, *args)

    return call


for _name in ("open", "write", "read", "fsync", "close", "replace", "link", "mkdir", "unlink", "remove_tree"):
    setattr(KilledDisk, _name, _mortal(_name))


def nothing(root: Path) -> None:
    pass


def one_of(path: Path, contents: list[bytes | None], promised: list[int]) -> None:
    """The file is as new as was promised, or newer; never a mixture. None: it is not there."""
    found = path.read_bytes() if path.exists() else None
    at_least = max(promised, default=0)
    assert found in contents[at_least:], f"{path.name}: {found if found is None else found[:40]!r} after {promised}"


# -- one file --------------------------------------------------------------------------------------------------------

VERSIONS = [b"old" * 3000, b"second" * 2000, b"third" * 100]


def prepare_file(root: Path) -> None:
    (root / "a.bin").write_bytes(VERSIONS[0])


def replace_file(root: Path, promise: Says) -> None:
    for number, data in enumerate(VERSIONS[1:], 1):
        durable.write_chunks(root / "a.bin", [data[:5000], data[5000:]])
        promise("file", number)


def check_file(root: Path, promised: Promised) -> None:
    one_of(root / "a.bin", list(VERSIONS), promised.get("file", []))


# -- new folders -----------------------------------------------------------------------------------------------------


def make_folders(root: Path, promise: Says) -> None:
    with suppress(FileExistsError):
        durable.make_folder(root / "x" / "y" / "z")
    promise("folder", 1)
    durable.write_bytes(root / "x" / "y" / "z" / "a.bin", VERSIONS[1])
    promise("file", 1)


def check_folders(root: Path, promised: Promised) -> None:
    assert not promised.get("folder") or (root / "x" / "y" / "z").is_dir()
    one_of(root / "x" / "y" / "z" / "a.bin", [None, VERSIONS[1]], promised.get("file", []))


# -- the journal -----------------------------------------------------------------------------------------------------

EVENTS = [
    CheckpointRequested(epoch=1, step=step, kind="last", source="x" * size)
    for step, size in enumerate((3, 30, 3000, 5000, 9000, 40), 1)
]


def write_journal(root: Path, promise: Says) -> None:
    writer = JournalWriter(root / "journal.jsonl", 1)
    for number, event in enumerate(EVENTS):
        seq = writer.write(event, t=0.5, wall=number)
        if number % 2:
            writer.sync()
            promise("records", seq)
    writer.close()


def check_journal(root: Path, promised: Promised) -> None:
    records = read_journal(root / "journal.jsonl").records
    found = [record.seq for record in records]
    assert found == sorted(set(found))
    assert set(found) >= set(range(1, max(promised.get("records", []), default=0) + 1)), "a synced line was lost"
    for record in records:
        assert record.event == EVENTS[record.wall], "a record that was never written"
    before = (root / "journal.jsonl").exists()
    writer = JournalWriter(root / "journal.jsonl", 2)  # whatever its end is like, it goes on
    writer.write(EVENTS[0], t=1.0, wall=0)
    writer.close()
    assert [record.seq for record in read_journal(root / "journal.jsonl").records][:-1] == found
    assert before or not found


# -- the trash, and back ---------------------------------------------------------------------------------------------


def prepare_run(root: Path) -> None:
    run = RunFolder(root / "runs" / "one")
    (run.path / "checkpoints").mkdir(parents=True)
    run.run_toml.write_bytes(b"seed = 1\n")
    (run.checkpoints / "a").write_bytes(VERSIONS[0])


def discard_and_restore(root: Path, promise: Says) -> None:
    run = RunFolder(root / "runs" / "one")
    kept_in = trash.discard(run) if run.path.exists() else next((root / "runs" / trash.NAME).iterdir())
    trash.restore(kept_in, run)
    promise("restored", 1)


def check_trash(root: Path, promised: Promised) -> None:
    run = root / "runs" / "one"
    thrown = list((root / "runs" / trash.NAME).glob("one.*"))
    places = [path for path in (run, *thrown) if path.exists()]
    assert len(places) == 1, "it is in one place, whole"
    assert {path.name for path in places[0].iterdir()} == {"run.toml", "checkpoints"}
    assert (places[0] / "checkpoints" / "a").read_bytes() == VERSIONS[0]
    if promised.get("restored"):
        assert places == [run]


def discard_only(root: Path, promise: Says) -> None:
    if (root / "runs" / "one").exists():
        trash.discard(RunFolder(root / "runs" / "one"))
        promise("discarded", 1)


def check_discarded(root: Path, promised: Promised) -> None:
    check_trash(root, {})
    assert not (promised.get("discarded") and (root / "runs" / "one").exists())


# -- decisions about labels, a note ----------------------------------------------------------------------------------

EDITS = [LabelEdit(f"cats/{number}.png", "sha256:00", "relabel", "dog") for number in range(200)]


def edit_labels(root: Path, promise: Says) -> None:
    file = DecisionsFile(root / "runs" / ".data" / "edits" / "photos.csv")
    for number, count in enumerate((1, 200), 1):
        file.write({edit.path: edit for edit in EDITS[:count]})
        promise("edits", number)


def check_labels(root: Path, promised: Promised) -> None:
    path = root / "runs" / ".data" / "edits" / "photos.csv"
    found = list(read_edits(path)) if path.exists() else []
    allowed = [[], EDITS[:1], EDITS]
    assert found in allowed[max(promised.get("edits", []), default=0) :]


def write_notes(root: Path, promise: Says) -> None:
    for number in (1, 2):
        notes.write(root / "viewer.json", notes.ViewerNotes(note="x" * 5000 * number))
        promise("note", number)


def check_notes(root: Path, promised: Promised) -> None:
    length = len(notes.load(root / "viewer.json").note)
    assert length in [0, 5000, 10000][max(promised.get("note", []), default=0) :]


# -- exports ---------------------------------------------------------------------------------------------------------

OLD_FIGURES = {"a.svg": b"old a" * 2000, "b.csv": b"old b", "mine.txt": b"kept"}
FIGURES = {"a.svg": b"new a" * 1500, "b.csv": b"new b", "c.svg": b"new c"}


def prepare_figures(root: Path) -> None:
    (root / "figures").mkdir()
    for name, data in OLD_FIGURES.items():
        (root / "figures" / name).write_bytes(data)


def export_figures(root: Path, promise: Says) -> None:
    write_files(root / "figures", FIGURES)
    promise("figures", 1)


def check_figures(root: Path, promised: Promised) -> None:
    """Of each name the old file or the new one; that all are new is promised once it has returned."""
    for name, data in FIGURES.items():
        one_of(root / "figures" / name, [OLD_FIGURES.get(name), data], promised.get("figures", []))
    assert (root / "figures" / "mine.txt").read_bytes() == b"kept"


def check_new_figures(root: Path, promised: Promised) -> None:
    """A folder that was not there before is there with all its files, or not at all."""
    folder = root / "figures"
    found = {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else None
    assert found in ([FIGURES] if promised.get("figures") else [None, FIGURES])


def export_checked(root: Path, promise: Says) -> None:
    """As weights are exported: read back by their own reader before they replace what was there."""
    for number, value in enumerate(("one", "two"), 1):
        data = json.dumps([value] * 2000).encode()
        durable.write_chunks(root / "model.json", (data,), check=lambda temp: json.loads(temp.read_bytes()), mode=0o666)
        promise("model", number)


def check_checked(root: Path, promised: Promised) -> None:
    contents = [None, *(json.dumps([value] * 2000).encode() for value in ("one", "two"))]
    one_of(root / "model.json", contents, promised.get("model", []))


# -- the settings of a run -------------------------------------------------------------------------------------------


def write_settings(root: Path, promise: Says) -> None:
    run = RunFolder(root / "runs" / "one")
    with suppress(FileExistsError):
        durable.make_folder(run.path)
    run_files.write_settings(run, {"model": "softmax", "seed": 3})
    promise("settings", 1)


def check_settings(root: Path, promised: Promised) -> None:
    run = RunFolder(root / "runs" / "one")
    if promised.get("settings") or run.run_toml.exists():
        assert run_files.dotted_settings(run) == {"model": "softmax", "seed": 3}


SCENARIOS = {
    "a file": Scenario(prepare_file, replace_file, check_file),
    "folders": Scenario(nothing, make_folders, check_folders),
    "the journal": Scenario(nothing, write_journal, check_journal),
    "discard a run": Scenario(prepare_run, discard_only, check_discarded),
    "discard and restore": Scenario(prepare_run, discard_and_restore, check_trash),
    "label edits": Scenario(nothing, edit_labels, check_labels),
    "a note": Scenario(nothing, write_notes, check_notes),
    "export figures": Scenario(prepare_figures, export_figures, check_figures),
    "export figures, new": Scenario(nothing, export_figures, check_new_figures),
    "export weights": Scenario(nothing, export_checked, check_checked),
    "settings": Scenario(nothing, write_settings, check_settings),
}
