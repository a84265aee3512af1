"""Run folders from a stranger, in a real window: neither it nor what it starts executes anything from them, opens
anything outside of them, or does anything else that it does not do with a harmless run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.reliability.audited_window import ProcessAudit
from tests.reliability.test_nothing_runs import with_links, with_modules, with_names_of_code, with_pickles
from trainer.cli import main
from trainer.store.folder import RunFolder

pytestmark = [
    pytest.mark.window,
    pytest.mark.skipif(sys.platform != "linux", reason="links, inotify"),
    pytest.mark.timeout(600),
]
ROOT = Path(__file__).parents[2]
LISTED = (
    r"subprocess\.Popen -P -m trainer (assist|describe)",
    r"subprocess\.Popen (.*/)?(ldconfig|gcc|cc|ld|objdump|uname|lscpu|sh)",  # libraries look for libraries
    r"ctypes\.dlopen .*",
)
"""What may happen with a harmless run; with a hostile one only what did happen with that."""


def with_false_records(run: Path, outside: Path) -> None:
    """A journal whose checksums are right, and that names code and files elsewhere."""
    from tests.gui.hostile_runs import every, rewrite

    folder, secret = RunFolder(run), f"../../outside/{'secret.txt'}"
    code = [f"{outside}/evil.py:Evil", "os:system"]
    every("RunStarted", callbacks=code, model="os:system", settings={"data": {"source": f"{outside}"}})(folder)
    every("CheckpointSaved", path=secret)(folder)
    every("SnapshotSaved", path="../../outside/valid.npz")(folder)
    every("RunEnded", best_checkpoint=secret, last_checkpoint=f"{outside}/secret.txt")(folder)
    rewrite(folder, lambda fields: fields)
    (run / "report.html").write_text("<script src='evil.js'></script>", "utf-8")
    (run / "callbacks").mkdir()
    for name in ("__init__", "checkpoint", "journal"):
        (run / "callbacks" / f"{name}.py").write_text("raise SystemExit('executed')\n", "utf-8")


TRAPS: dict[str, Callable[[Path, Path], None]] = {
    "pickles": with_pickles,
    "links": with_links,
    "modules": with_modules,
    "names": with_names_of_code,
    "records": with_false_records,
}


def _environment(own: Path, about: dict[str, str]) -> dict[str, str]:
    """Nothing of the window's may be outside of `own`."""
    return {
        **os.environ,
        "EPOCHSCOPE_AUDIT": json.dumps(about),
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent / "audit_site"), str(ROOT)]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "QT_QPA_PLATFORM": "offscreen",
        **{name: str(own) for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "EPOCHSCOPE_CACHE")},
        **{name: str(own / "tmp") for name in ("TMPDIR", "XDG_RUNTIME_DIR")},
        "XDG_CONFIG_HOME": str(own / "config"),
        "TORCHINDUCTOR_CACHE_DIR": str(own / "tmp" / "inductor"),
    }


def look(place: Path, hostile: bool) -> tuple[set[str], dict[str, str]]:
    """What was found, and what the window said of each run."""
    root, outside, own = (place / name for name in ("runs", "outside", "own"))
    for folder in (outside, own / "tmp", own / "config" / "Epochscope"):
        folder.mkdir(parents=True)
    (own / "config" / "Epochscope" / "window.ini").write_text("[General]\ntour_seen=true\n", "utf-8")
    assert main(["train", "digits", "--epochs", "2", "--name", "good", "--runs", str(root)]) == 0
    (outside / "secret.txt").write_text("secret")
    (outside / "evil.py").write_text("raise SystemExit('executed')\n")
    (outside / "journal.jsonl").write_bytes((root / "good" / "journal.jsonl").read_bytes())
    (outside / "valid.npz").write_bytes((root / "good" / "evaluation" / "valid.npz").read_bytes())
    for name, trap in TRAPS.items():
        shutil.copytree(root / "good", root / name)
        if hostile:
            trap(root / name, outside)
    Image.new("L", (8, 8)).save(own / "image.png")
    before = {path: path.lstat().st_mtime_ns for path in [*root.rglob("*"), *outside.rglob("*")]}
    report = own / "report.txt"
    about = {"runs": str(root), "outside": str(outside), "own": str(own), "report": str(report)}
    command = [sys.executable, "-W", "ignore", "-P", "-m", "tests.reliability.audited_window"]
    command += [str(own / "image.png"), str(own), "--runs", str(root), *TRAPS]
    from tests.gui.hostile_runs import unopened

    with unopened(outside):
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            cwd=root / "pickles",
            env=_environment(own, about),
            timeout=500,
            check=False,
        )
    assert done.returncode == 0, done.stderr[-3000:]
    assert {path: path.lstat().st_mtime_ns for path in [*root.rglob("*"), *outside.rglob("*")]} == before
    assert not list(place.rglob("exploded"))
    said: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return {json.loads(line) for line in report.read_text("utf-8").splitlines()}, said


def shortened(found: set[str], place: Path) -> set[str]:
    return {line.replace(str(place), "") for line in found}


@pytest.mark.crash
def test_a_window_on_hostile_runs(tmp_path: Path) -> None:
    harmless, _ = look(tmp_path / "harmless", hostile=False)
    strange = [line for line in harmless if not any(re.fullmatch(one, line) for one in LISTED)]
    assert strange == []
    assert any("assist" in line for line in harmless), "the helper was asked, and audited"
    hostile, said = look(tmp_path / "hostile", hostile=True)
    assert shortened(hostile, tmp_path / "hostile") <= shortened(harmless, tmp_path / "harmless")
    assert "secret" not in "".join(said.values()).replace("secret.txt", "")
    assert "is a link. It was not opened." in said["links"]


def test_the_audit_of_processes_sees(tmp_path: Path) -> None:
    runs, outside, own = (tmp_path / name for name in ("runs", "outside", "own"))
    own.mkdir()
    audit = ProcessAudit(str(runs), str(outside), str(own), str(own / "report"))
    audit("open", (str(runs / "journal.jsonl"), "r", os.O_RDONLY))
    audit("open", (3, "wb", os.O_WRONLY))
    audit("subprocess.Popen", (sys.executable, [sys.executable, "-P", "-m", "trainer", "assist"], None, None))
    audit("subprocess.Popen", ("/bin/touch", ["touch", "x"], None, None))
    audit("ctypes.dlopen", (str(runs / "x.so"),))
    audit("open", (str(outside / "secret.txt"), "r", os.O_RDONLY))
    audit("import", ("torch", str(runs / "torch.py"), None))
    audit("import", ("torch", str(runs / "torch.py"), None))
    told = [json.loads(line) for line in (own / "report").read_text().splitlines()]
    assert told == [
        "subprocess.Popen -P -m trainer assist",
        "subprocess.Popen /bin/touch",
        f"ctypes.dlopen {runs / 'x.so'}",
        f"open {str(outside / 'secret.txt')!r} 0",
        f"import {runs / 'torch.py'}",
    ]
