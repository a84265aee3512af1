"""Files of a run that say what no run says: the window names them, shows the rest, and comes to no harm."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from gui.window.main_window import Window
from tests.gui.hostile_runs import Visitor, WholeRun, arrays, every, memory, pairs, replace_figures, rewrite, unopened
from trainer import events as ev
from trainer.store.folder import RunFolder
from trainer.store.journal import JournalWriter

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify, /proc")
Do = Callable[[RunFolder], object]
DAMAGED = "damaged line"
IMAGES, WEIGHTS = "predictions/epoch-0003.npz", "snapshots/epoch-0003.npz"
LONG = "x" * 1_000_000


@pytest.fixture
def visit(qtbot: QtBot, window: Window, tmp_path: Path) -> Visitor:
    return Visitor(qtbot, window, tmp_path)


def whole(root: Path, **options: Any) -> RunFolder:
    made = WholeRun(root, **options)
    made.make()
    return made.folder


def test_a_run_as_it_should_be_is_not_complained_of(visit: Visitor, root: Path) -> None:
    said = visit(whole(root))
    assert visit.window.banner._lines == {}
    assert DAMAGED not in said
    assert "epoch 3 of 3" in said


# -- texts -----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["html", "long"])
def test_texts_are_plain_and_short(kind: str, visit: Visitor, root: Path, tmp_path: Path) -> None:
    secret = tmp_path / "outside" / "secret.png"
    secret.parent.mkdir()
    secret.write_bytes(b"secret")
    text = f"<img src='file://{secret}'><b>bold</b>&amp;" if kind == "html" else LONG
    name = "<img src=x><b>one" if kind == "html" else "one"
    folder = whole(root, name=name, classes=tuple(f"{text}{n}" for n in range(3)))
    settings = {"data": {"source": text}, "train": {"optimizer": text}, text[:200]: text, "early_stopping": text}
    every("RunStarted", settings=settings, model=text, device=text, callbacks=[text], versions={text: text})(folder)
    every("RunEnded", status="failed", reason=text, code=text, error=text, parameters={text: text})(folder)
    rewrite(folder, lambda fields: fields)
    tell(folder, ev.CallbackFailed(epoch=3, step=3, callback=text, hook=text, action="detach", error=text))
    tell(folder, ev.StopRequested(epoch=3, step=3, source=text, reason=text))
    every("RunEnded", seq=99)(folder)
    folder.log.write_text(f"{text}\n" * 3, "utf-8")
    folder.viewer.write_text(f'{{"note": "{text}", "tags": ["{text}"]}}', "utf-8")
    folder.summary.write_text(
        f'{{"status": "failed", "data": "{text}", "model": "{text}", "reason": "{text}"}}', "utf-8"
    )
    folder.run_toml.write_text(f"model = '''{text.replace(chr(39), '')}'''\n", "utf-8")
    with unopened(secret.parent):
        said = visit(folder)
    if kind == "html":
        assert "<b>bold</b>" in said, "it is shown as it is"
    else:
        assert max(len(line) for line in said.splitlines()) < 20_000
        assert "viewer.json cannot be read" in said


def tell(folder: RunFolder, *events: ev.Event) -> None:
    journal = JournalWriter(folder.journal, 1)
    for event in events:
        journal.write(event, t=9.0, wall=0)
    journal.close()


# -- figures ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", 1e308, -1e308, 1e-320, -1.0, 0.0])
def test_any_figure_everywhere(value: Any, visit: Visitor, root: Path) -> None:
    folder = whole(root)
    replace_figures(value)(folder)
    said = visit(folder)
    assert "epoch 3 of 3" in said
    if value == "NaN":
        assert "NaN" in said


NUMBERS = {"-1": -1, "0": 0, "1e9": 10**9, "2^31": 2**31, "2^53+1": 2**53 + 1, "2^63": 2**63, "1e30": 10**30}
NUMBERS |= {"1e400": 10**400}
COUNTED = ("RunStarted", "BatchesReported", "ValidationDone", "EpochEnded", "RunEnded")


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "text"), pairs(COUNTED, tuple(NUMBERS)))
def test_any_whole_number_everywhere(kind: str, text: str, visit: Visitor, root: Path) -> None:
    """What can be is shown; what cannot is counted as damage."""
    folder, number = whole(root), NUMBERS[text]
    tell(folder, *reports())

    def put(fields: dict[str, Any]) -> dict[str, Any]:
        if fields["type"] != kind:
            return fields
        return {key: deep(one, number) if key not in ("v", "seq") else one for key, one in fields.items()}

    rewrite(folder, put)
    said = visit(folder)
    if number < 0 or number >= 2**63:
        assert DAMAGED in said


def deep(value: Any, number: int) -> Any:
    if isinstance(value, list):
        return [deep(one, number) for one in value]
    if isinstance(value, dict):
        return {key: deep(one, number) for key, one in value.items()}
    return number if type(value) is int else value


def reports() -> list[ev.Event]:
    return [
        ev.BatchesReported(
            epoch=1, step=n, first_step=n, last_step=n, count=1, samples=6, correct=3, loss_mean=1.0, loss_min=1.0,
            loss_max=1.0, loss_last=1.0, learning_rate=0.1, data_seconds=0.01, step_seconds=0.09,
        )
        for n in range(1, 30)
    ]  # fmt: skip


@pytest.mark.parametrize(
    "clock", [{"wall": -(10**15)}, {"wall": 10**18}, {"t": -1e300}, {"t": 1e300}, {"wall": 10**40}]
)
@pytest.mark.slow
def test_any_clock(clock: dict[str, Any], visit: Visitor, root: Path) -> None:
    folder = whole(root)
    rewrite(folder, lambda fields: fields | clock)
    said = visit(folder)
    assert DAMAGED in said or "t" in clock


SHAPES: dict[str, dict[str, Any]] = {
    "ragged": {"confusion": [[1, 2, 3], [4], []]},
    "no square": {"confusion": [[1, 2], [3, 4], [5, 6]]},
    "empty": {"confusion": [], "f1": [], "precision": [], "recall": [], "support": []},
    "of other classes": {"confusion": [[1, 2], [3, 4]], "f1": [0.5] * 2, "precision": [0.5] * 2, "recall": [0.5] * 2},
    "figures of too few": {"f1": [0.5], "support": [1, 2, 3, 4, 5]},
    "huge counts": {"confusion": [[10**30] * 3] * 3, "support": [10**30] * 3},
    "negative counts": {"confusion": [[-5] * 3] * 3, "support": [-5] * 3},
    "overflowing sums": {"confusion": [[2**62] * 3] * 3, "support": [2**62] * 3},
}


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", ["ValidationDone", "EvaluationDone"])
def test_figures_of_any_shape(kind: str, shape: str, visit: Visitor, root: Path) -> None:
    folder = whole(root)
    every(kind, **SHAPES[shape])(folder)
    said = visit(folder)
    if shape in ("ragged", "no square") or "counts" in shape or "sums" in shape:
        assert DAMAGED in said


@pytest.mark.slow
def test_thousands_of_classes(visit: Visitor, root: Path) -> None:
    folder = whole(root, classes=tuple(f"class {n}" for n in range(2_000)), per_class=1, epochs=8)
    assert "epoch 8 of 8" in visit(folder, most=500 << 20)
    run = visit.window.run
    assert run is not None
    assert len(run.model.verdicts) == 8
    one = run.model.verdicts[8]
    kept = sum(part.nbytes for part in vars(one).values() if isinstance(part, np.ndarray))
    assert kept < 1 << 20, "a whole matrix, 32 MB, is not kept of every epoch"
    assert one.confusion.shape == (2_000, 2_000)
    assert one.confusion.sum() == one.support.sum() == 2_000


def test_a_billion_epochs(visit: Visitor, root: Path) -> None:
    folder = whole(root)
    every("RunStarted", epochs=10**9, steps_per_epoch=10**9)(folder)
    assert "epoch 3 of 3" in visit(folder)


# -- the journal -----------------------------------------------------------------------------------------------------


def middle(data: bytes) -> Do:
    """Something between two records."""

    def put(folder: RunFolder) -> None:
        lines = folder.journal.read_bytes().splitlines(keepends=True)
        folder.journal.write_bytes(b"".join([*lines[:5], data, *lines[5:]]))

    return put


LINES: dict[str, bytes] = {
    "garbage": os.urandom(10_000).replace(b"\n", b"") + b"\n",
    "NUL": b"\0" * 100_000 + b"\n",
    "half of a character": b'00000000 {"text":"\xd0"}\n',
    "a checksum alone": b"00000000\n",
    "no object": b"cbf43926 123456789\n",
    "deeply nested": b"00000000 " + b"[" * 100_000 + b"\n",
    "17 MB": b"x" * (17 << 20) + b"\n",
    "100 MB": b"x" * (100 << 20) + b"\n",
    "fifty thousand": b"broken\n" * 50_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("line", LINES)
def test_broken_lines_are_passed_over_and_counted(line: str, visit: Visitor, root: Path) -> None:
    folder = whole(root)
    middle(LINES[line])(folder)
    said = visit(folder)
    assert DAMAGED in said
    assert "epoch 3 of 3" in said, "the rest is shown"


@pytest.mark.slow
def test_a_journal_cut_anywhere(visit: Visitor, root: Path) -> None:
    folder = whole(root)
    data = folder.journal.read_bytes()
    for part in np.linspace(0, len(data), 12).astype(int):
        folder.journal.write_bytes(data[:part])
        visit.window.show_run(None)
        visit(folder)


@pytest.mark.slow
def test_a_journal_of_a_terabyte_of_nothing_does_not_hold_up_the_window(
    qtbot: QtBot, window: Window, root: Path
) -> None:
    """It would take minutes to read: a slice at a time, and memory stays as it is."""
    folder = whole(root)
    os.truncate(folder.journal, 1 << 40)
    held = memory("VmRSS")
    window.open_run(folder.path)
    ticks = []
    window.refresh_timer.timer.timeout.connect(lambda: ticks.append(1))
    qtbot.waitUntil(lambda: len(ticks) > 5, timeout=30_000)
    assert window.runs.catching_up
    assert memory("VmRSS") - held < 256 << 20
    window.show_run(None)


def test_a_line_without_its_end_is_not_read_again_and_again(qtbot: QtBot, window: Window, root: Path) -> None:
    folder = whole(root)
    with folder.journal.open("ab") as journal:
        journal.write(b"x" * (10 << 20))
    window.open_run(folder.path)
    qtbot.waitUntil(lambda: not window.runs.catching_up)
    assert window.run is not None
    reads: list[int] = []
    read = os.read
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "read", lambda fd, count: reads.append(count) or read(fd, count))
        window.run.follower.tick()
        window.run.follower.tick()
    assert [count for count in reads if count == 1 << 20] == []


# -- arrays ----------------------------------------------------------------------------------------------------------


def raw(name: str, data: bytes) -> Do:
    def put(folder: RunFolder) -> None:
        for path in (folder.path / name).parent.glob(Path(name).name):
            path.write_bytes(data)

    return put


def pickled(name: str) -> Do:
    """numpy would run what is in it, if it were asked to."""

    def put(folder: RunFolder) -> None:
        for path in (folder.path / name).parent.glob(Path(name).name):
            np.savez(path, predicted=np.array([Bomb()], object), weight=np.array([Bomb()], object))

    return put


class Bomb:
    def __reduce__(self) -> Any:
        return os.mkdir, ("exploded",)


def bomb(name: str) -> Do:
    """A few kilobytes that unpack to a gigabyte."""

    def put(folder: RunFolder) -> None:
        for path in (folder.path / name).parent.glob(Path(name).name):
            np.savez_compressed(path, predicted=np.zeros(1 << 28, np.uint8), weight=np.zeros(1 << 28, np.uint8))

    return put


N = 18
PREDICTIONS: dict[str, Do] = {
    "too few": arrays("predictions/*.npz", predicted=np.zeros(3, np.uint16), confidence=np.zeros(3, np.float16),
                      loss=np.zeros(3, np.float32)),
    "other types": arrays("predictions/*.npz", predicted=np.zeros(N, "U9"), confidence=np.zeros(N, "c16"),
                          loss=np.zeros(N, "M8[s]")),
    "a table": arrays("predictions/*.npz", predicted=np.zeros((N, 2), np.uint16), confidence=np.zeros(N, np.float16),
                      loss=np.zeros(N, np.float32)),
    "other names": arrays("predictions/*.npz", nothing=np.zeros(N)),
    "not finite": arrays("predictions/*.npz", predicted=np.full(N, 65535, np.uint16),
                         confidence=np.full(N, np.nan, np.float16), loss=np.full(N, np.inf, np.float32)),
    "nothing": raw("predictions/*.npz", b""),
    "text": raw("predictions/*.npz", b"<b>no archive</b>"),
    "pickle": pickled("predictions/*.npz"),
    "bomb": bomb("predictions/*.npz"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("case", PREDICTIONS)
def test_predictions_that_are_none(
    case: str, visit: Visitor, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = whole(root)
    PREDICTIONS[case](folder)
    said = visit(folder)
    assert not (tmp_path / "exploded").exists()
    if case != "not finite":
        assert IMAGES in said, "the file is named"


SNAPSHOTS: dict[str, Do] = {
    "no shape of a picture": arrays("snapshots/*.npz", weight=np.zeros((2, 2, 2))),
    "a number": arrays("snapshots/*.npz", weight=np.float32(1)),
    "texts": arrays("snapshots/*.npz", weight=np.full((3, 192), "<b>")),
    "not finite": arrays("snapshots/*.npz", weight=np.full((3, 192), np.nan, np.float32)),
    "the largest": arrays("snapshots/*.npz", weight=np.full((3, 192), 3e38, np.float32)),
    "too large for float32": arrays("snapshots/*.npz", weight=np.full((3, 192), 1e300)),
    "complex": arrays("snapshots/*.npz", weight=np.full((3, 192), 1j)),
    "ten thousand units": arrays("snapshots/*.npz", weight=np.zeros((10_000, 192), np.float32)),
    "nothing": raw("snapshots/*.npz", b""),
    "pickle": pickled("snapshots/*.npz"),
    "bomb": bomb("snapshots/*.npz"),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", SNAPSHOTS)
def test_weights_that_are_none(
    case: str, visit: Visitor, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = whole(root)
    SNAPSHOTS[case](folder)
    said = visit(folder)
    assert not (tmp_path / "exploded").exists()
    if case in ("texts", "complex", "nothing", "pickle", "bomb"):
        assert WEIGHTS in said, "the file is named"
