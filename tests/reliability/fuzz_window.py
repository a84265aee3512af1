"""A window, its helper and its view of searches, on damaged files, fuzzed."""

from __future__ import annotations

import gc
import json
import random
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.reliability.audited_window import Waits
from tests.reliability.fuzz_commands import asked
from tests.reliability.fuzz_runs import changed_file, damage_files
from tests.reliability.fuzz_wholes import contents
from tests.reliability.fuzzing import Action, Bench, command, raising
from tests.reliability.mutators import TEXTS, several

RUNS = ("done", "digits", "stopped")
WINDOW_INI = "[General]\ntour_seen=true\nlanguage=en\ntheme=dark\nlast_run=done\n[window]\ngeometry=@ByteArray(\\x1)\n"


def helper(bench: Bench, draw: random.Random, number: int) -> Iterable[Action]:
    """What a window asks its helper about damaged runs, and with the settings of one."""
    damage_files(bench, draw, lambda name: True, 3)
    bench.may_change += [bench.inputs / "runs"]
    photos, runs = bench.wholes / "photos", str(bench.inputs / "runs")
    image = str(next((photos / "dog").iterdir()))
    settings = {"data": {"source": str(photos), "valid": 0.3}}
    questions: list[dict[str, Any]] = [
        {"do": "predict", "images": [image]},
        {"do": "map"},
        {"do": "evaluate"},
        {"do": "slices", "split": "valid", "out": str(bench.out / "slices.npz")},
        {"do": "explain", "split": "valid", "place": draw.choice([0, 1, 10**6]), "label": draw.choice([0, 1, 99])},
        {"do": "similar", "images": [image], "n": draw.choice([0, 3, 10**9]), "out": str(bench.out / "similar.npz")},
        {"do": "labels", "settings": settings},
        {"do": "estimate", "settings": settings},
        {"do": "preview", "settings": settings, "n": 4, "epoch": 1, "out": str(bench.out / "preview.npz")},
    ]
    lines = []
    for place, ask in enumerate(draw.sample(questions, 4)):
        about = {"id": place, "run": draw.choice(RUNS), "runs": runs, "out": str(bench.out / f"it-{place}.npz")}
        lines.append(json.dumps(about | ask).encode())
    return asked(bench, lines)


def windows(bench: Bench, draw: random.Random, number: int) -> Iterable[Action]:
    """Every tab of a window, at every epoch, on a damaged run; one in three also with settings of its own that are
    damaged."""
    damage_files(bench, draw, lambda name: True, 3)
    folder = bench.home / "Epochscope"
    folder.mkdir()
    ini = WINDOW_INI.encode() if number % 3 else several(WINDOW_INI.encode(), [b"=".join([b"a"] * 99)], draw)
    (folder / "window.ini").write_bytes(ini)
    bench.may_change += [folder]
    runs, name = bench.inputs / "runs", draw.choice(RUNS)
    return [raising(f"a window on {name}", lambda: _look_at_run(runs, name, bench))]


def _look_at_run(runs: Path, name: str, bench: Bench) -> None:
    _application(bench)
    from gui.preferences import Preferences
    from gui.window.main_window import Window
    from tests.gui.hostile_runs import visit
    from trainer.store.folder import RunFolder

    window = Window(runs, Preferences())
    try:
        window.show()
        waits: Any = Waits()
        visit(waits, window, RunFolder(runs / name), bench.out)
    finally:
        window.closing.quietly()
        _delete(window)


def searches(bench: Bench, draw: random.Random, number: int) -> Iterable[Action]:
    """Folders of searches: looked at in a window, and continued."""
    bench.may_change += [bench.inputs / "runs"]
    root = Path(shutil.copytree(bench.wholes / "searches", bench.inputs / "runs"))
    wholes = {name: data for name, data in contents(bench.wholes / "searches").items() if ".searches/" in name}
    for name in draw.sample(list(wholes), min(len(wholes), draw.randrange(1, 3))):
        (root / name).write_bytes(changed_file(name, wholes[name], list(wholes.values()), draw))
    name = draw.choice(["few"] * 9 + [text for text in TEXTS if "\0" not in text])
    if number % 2:
        return [raising("a window on searches", lambda: _look_at_searches(root, bench))]
    return [command("search", "--name", name, *draw.choice([(), ("--trials", "3"), ("--json",)]))]


def _look_at_searches(root: Path, bench: Bench) -> None:
    _application(bench)
    from gui.search.search_dialog import SearchDialog

    dialog = SearchDialog(root)
    dialog.show()
    dialog.poll()
    dialog.grab()
    dialog.close()
    _delete(dialog)


def _application(bench: Bench) -> None:
    """One for all windows of this process; the helper is not asked, see `helper`."""
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QApplication

    from gui.engine.rpc_client import RpcClient

    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(bench.home))
    RpcClient.ask = lambda self, do, callback, **fields: None  # type: ignore[method-assign]
    bench.known.setdefault("application", QApplication.instance() or QApplication(["epochscope"]))


def _delete(widget: Any) -> None:
    from PySide6.QtCore import QCoreApplication, QEvent

    widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
