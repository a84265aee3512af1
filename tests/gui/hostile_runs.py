"""Runs that mean harm, and a window that looks at all of one: what it says, what it touched."""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from gui.runs.compare_dialog import CompareDialog
from gui.window.main_window import Window
from tests.gui.sample_runs import KEY, SampleRun
from trainer import events as ev
from trainer.store import summary as summaries
from trainer.store.arrays import write_arrays
from trainer.store.folder import RunFolder, current_owner, write_owner

Fields = dict[str, Any]
PATIENCE_MS = 60_000
DATA = f".data/{KEY}"
One, Other = TypeVar("One"), TypeVar("Other")


def pairs(ones: Sequence[One], others: Sequence[Other]) -> list[tuple[One, Other]]:
    """The first of `ones` with each of `others`, and the rest of them with one each, in turn."""
    rest = [(one, others[number % len(others)]) for number, one in enumerate(ones)][1:]
    return [(ones[0], other) for other in others] + rest


class WholeRun(SampleRun):
    """With every file that a run has."""

    def make(self) -> Any:
        for part in ("checkpoints", "requests"):
            (self.folder.path / part).mkdir(parents=True)
        found = super().make()
        folder = self.folder
        folder.run_toml.write_text('model = "softmax"\n[data]\nsource = "digits"\n', "utf-8")
        folder.environment.write_text("{}", "utf-8")
        folder.metrics.write_text("epoch\n1\n", "utf-8")
        folder.log.write_text("attempt 1 begins\n", "utf-8")
        folder.lock.touch()
        write_owner(folder, current_owner(1))
        os.utime(folder.owner, (1, 1))
        folder.viewer.write_text('{"note": "mine", "tags": []}', "utf-8")
        summary = summaries.Summary(status="completed", model="softmax", epoch=self.epochs, epochs=self.epochs)
        summaries.write(folder.summary, summary)
        return found

    def evaluate(self) -> None:
        super().evaluate()
        for kind in ("best", "last"):
            path = f"checkpoints/{kind}-000000003.safetensors"
            (self.folder.path / path).write_bytes(b"weights")
            saved = ev.CheckpointSaved(
                epoch=3,
                step=3,
                kind=kind,
                path=path,
                bytes=7,
                sha256="",
                seconds=0.1,  # type: ignore[arg-type]
            )
            self.tell(saved)
        about = {"split": "test", "weights": "best", "loss": 1.0}
        (self.folder.evaluation / "test.json").write_text(json.dumps(about), "utf-8")
        (self.folder.evaluation / "test.txt").write_text("report\n", "utf-8")


def rewrite(folder: RunFolder, change: Callable[[Fields], Fields | None]) -> None:
    """Change the journal's records, each with a checksum that fits; None drops one."""
    lines = []
    for line in folder.journal.read_bytes().splitlines():
        if (fields := change(json.loads(line[9:]))) is not None:
            text = json.dumps(fields, separators=(",", ":")).encode()
            lines.append(b"%08x %b\n" % (zlib.crc32(text), text))
    folder.journal.write_bytes(b"".join(lines))


def every(kind: str, **values: Any) -> Callable[[RunFolder], None]:
    """Sets fields of all records of a type."""
    return lambda folder: rewrite(folder, lambda fields: fields | values if fields["type"] == kind else fields)


def replace_figures(value: Any) -> Callable[[RunFolder], None]:
    """Every float of every event, at any depth."""

    def put(found: Any) -> Any:
        if isinstance(found, float):
            return value
        if isinstance(found, list):
            return [put(one) for one in found]
        return found

    head = ("t", "wall", "seq", "v")
    return lambda folder: rewrite(
        folder, lambda fields: {key: one if key in head else put(one) for key, one in fields.items()}
    )


def arrays(name: str, **found: Any) -> Callable[[RunFolder], None]:
    """Puts other arrays into files of the run."""

    def put(folder: RunFolder) -> None:
        for path in sorted((folder.path / name).parent.glob((folder.path / name).name)):
            write_arrays(path, **found)

    return put


# -- what is touched -------------------------------------------------------------------------------------------------


def digest(*roots: Path) -> dict[str, str]:
    """Everything below, links as links."""
    found = {}
    for root in roots:
        for path in sorted([root, *root.rglob("*")]):
            state = path.lstat()
            kind, content = oct(state.st_mode), b""
            if path.is_symlink():
                content = str(path.readlink()).encode()
            elif path.is_file() and state.st_size < 1 << 26:
                content = path.read_bytes()
            found[str(path)] = f"{kind} {state.st_size} {hashlib.sha256(content).hexdigest()}"
    return found


class Guard:
    """Hears of every file below a folder that is opened, by whomever (inotify)."""

    def __init__(self, folder: Path) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self._fd = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        assert self._fd >= 0
        opened, access = 0x20, 0x1
        for place in (folder, *(path for path in folder.rglob("*") if path.is_dir() and not path.is_symlink())):
            assert libc.inotify_add_watch(self._fd, os.fsencode(place), opened | access) > 0

    def heard(self) -> list[str]:
        """Names of what was opened so far."""
        names = []
        try:
            data = os.read(self._fd, 1 << 20)
        except BlockingIOError:
            return []
        while data:
            length = struct.unpack_from("iIII", data)[3]
            names.append(data[16 : 16 + length].rstrip(b"\0").decode() or ".")
            data = data[16 + length :]
        return names

    def close(self) -> None:
        os.close(self._fd)


@contextmanager
def unopened(folder: Path) -> Iterator[None]:
    """Nothing in this folder may be opened meanwhile."""
    guard = Guard(folder)
    try:
        yield
        assert guard.heard() == []
    finally:
        guard.close()


def memory(what: str) -> int:
    """VmRSS, or VmHWM: the most since `forget_peak`; bytes."""
    text = Path("/proc/self/status").read_text()
    return 1024 * int(next(line for line in text.splitlines() if line.startswith(what)).split()[1])


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


# -- looking at all of it --------------------------------------------------------------------------------------------


def visit(qtbot: QtBot, window: Window, folder: RunFolder, export: Path) -> str:
    """Open the run and every tab on it, at every epoch; all that the window says meanwhile."""
    window.open_run(folder.path)
    qtbot.waitUntil(lambda: not window.runs.catching_up, timeout=PATIENCE_MS)
    window.runs_side.tick()
    said = []
    for name in window.tabs.names():
        window.show_tab(name)
        look(window)
        for go in (
            window.epoch_bar.go_first,
            window.epoch_bar.go_on,
            window.epoch_bar.go_last,
            window.epoch_bar.go_live,
        ):
            go()
            window.grab()
        handle(window, name, export)
        said.append(words(window))
    dialog = CompareDialog([folder.path, folder.path], window)
    dialog.show()
    dialog.grab()
    said.append(words(dialog))
    dialog.close()
    dialog.deleteLater()
    check_plain(window)
    return "\n".join(said)


def look(window: Window) -> None:
    window.refresh_timer.tick()
    window.run_notices.tell_folder(window.run)
    QApplication.processEvents()
    window.grab()


def handle(window: Window, name: str, export: Path) -> None:
    """What a person does in a tab."""
    panel: Any = window.tabs.panel(name)
    if name == "curves":
        for box in (panel.bar.axis_box, panel.bar.source_box):
            for place in range(box.count()):
                box.setCurrentIndex(place)
                panel.grab()
        for button in (panel.bar.log_box, panel.bar.table_button):
            button.setChecked(True)
            panel.grab()
            button.setChecked(False)
        panel.hover(1.0)
        panel.grab()
        panel.hover(None)
        panel.export_csv(export / "curves.csv")
        panel.export_png(export / "curves.png")
    if name == "errors":
        for split in (1, 0):
            panel.split.setCurrentIndex(split)
            panel.split.activated.emit(split)
            for mode in range(panel.mode.count()):
                panel.mode.setCurrentIndex(mode)
                panel.mode.activated.emit(mode)
                panel.grab()
        panel.choose_class(0)
        panel.choose_cell(0, 1)
        panel.grid.show_all.click()
    look(window)


def words(place: QWidget) -> str:
    """Texts that can be read now."""
    labels = [label.text() for label in place.findChildren(QLabel) if label.isVisible()]
    edits = [edit.toPlainText() for edit in place.findChildren(QPlainTextEdit) if edit.isVisible()]
    return "\n".join([*labels, *edits])


def check_plain(window: Window) -> None:
    """No label, no tool tip takes a text from a file for HTML."""
    for widget in window.findChildren(QWidget):
        tip = widget.toolTip()
        assert "<img" not in tip, f"{type(widget).__name__} has the tool tip {tip[:200]}"
        if isinstance(widget, QLabel) and "<img" in widget.text():
            assert widget.textFormat() == Qt.TextFormat.PlainText, f"takes HTML: {widget.text()[:200]}"


class Visitor:
    """Opens runs in a real window, and holds it to what a window may do to a run: nothing."""

    def __init__(self, qtbot: QtBot, window: Window, export: Path) -> None:
        self.qtbot, self.window, self.export = qtbot, window, export

    def __call__(self, folder: RunFolder, *, most: int = 256 << 20) -> str:
        """All that is said. No file changes, and memory grows by at most `most` bytes."""
        before = digest(folder.path.parent)
        forget_peak()
        held = memory("VmRSS")
        said = visit(self.qtbot, self.window, folder, self.export)
        grown = memory("VmHWM") - held
        print(f"\n{folder.name[:20]}: memory grew by {grown >> 20} MB at most")
        assert grown < most, f"{grown >> 20} MB"
        assert digest(folder.path.parent) == before
        return said
