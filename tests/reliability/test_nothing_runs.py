"""A run folder from a stranger: whatever lies in it, commands execute nothing and open nothing outside of it."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.reliability import audited_commands
from trainer.cli import main

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links of POSIX")


class Bomb:
    def __reduce__(self) -> Any:
        return os.system, ("touch exploded",)


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The root of two runs, one of them full of traps; beside it `outside` with what they point to."""
    root, outside = tmp_path / "runs", tmp_path / "outside"
    monkeypatch.setenv("EPOCHSCOPE_RUNS", str(root))
    for name in ("good", "bad"):
        assert main(["train", "digits", "--epochs", "1", "--name", name]) == 0
    outside.mkdir()
    (outside / "secret.txt").write_text("secret")
    (outside / "journal.jsonl").write_bytes((root / "good" / "journal.jsonl").read_bytes())
    (outside / "valid.npz").write_bytes((root / "good" / "evaluation" / "valid.npz").read_bytes())
    return root


def with_pickles(run: Path, outside: Path) -> None:
    for path in [*run.rglob("*.npz"), *run.rglob("*.safetensors"), run / "summary.json"]:
        path.write_bytes(pickle.dumps(Bomb()))


def with_links(run: Path, outside: Path) -> None:
    for name, target in (("log.txt", "secret.txt"), ("journal.jsonl", "journal.jsonl"), ("edits.csv", "secret.txt")):
        (run / name).unlink(missing_ok=True)
        (run / name).symlink_to(outside / target)
    (run / "evaluation" / "valid.npz").unlink()
    (run / "evaluation" / "valid.npz").symlink_to(outside / "valid.npz")


def with_modules(run: Path, outside: Path) -> None:
    for folder in (run, run.parent):
        for name in ("numpy", "torch", "json", "sitecustomize", "trainer", "callbacks"):
            (folder / f"{name}.py").write_text("raise SystemExit('executed')\n")


def with_names_of_code(run: Path, outside: Path) -> None:
    """Settings and records that name a class, a module, or a path above."""
    text = (run / "run.toml").read_text("utf-8").replace('"digits"', f'"{outside}/secret.txt"')
    (run / "run.toml").write_text(f'{text}\n[callbacks]\n"{outside}/evil.py:Evil" = {{}}\n', "utf-8")
    for name in ("summary.json", "environment.json"):
        text = (run / name).read_text("utf-8")
        (run / name).write_text(text.replace('"model": "softmax"', '"model": "os:system"'), "utf-8")
    for path in (run / "evaluation").glob("*.json"):
        path.write_text(path.read_text("utf-8").replace("valid.npz", "../../outside/valid.npz"), "utf-8")


@pytest.mark.crash
def test_commands_on_a_hostile_run(hostile: Path, tmp_path: Path) -> None:
    outside, out = tmp_path / "outside", tmp_path / "out"
    out.mkdir()
    whole = {path: path.read_bytes() for path in (hostile / "bad").rglob("*") if path.is_file()}
    for trap in (with_pickles, with_links, with_modules, with_names_of_code):
        trap(hostile / "bad", outside)
        looks = [["runs", "list"], ["runs", "show", "bad"], ["runs", "diff", "bad", "good"], ["slices", "bad"]]
        exports = [
            ["export", "bad", "--format", form, "--out", str(out / f"bad-{trap.__name__}-{form}")]
            for form in ("safetensors", "csv", "json", "report", "figures")
        ]
        first = [[word.replace("bad", "good") for word in line] for line in looks + exports]
        command = [sys.executable, audited_commands.__file__, str(hostile), str(outside), str(out)]
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(Path(__file__).parents[2])}
        done = subprocess.run(
            command, input=json.dumps([looks + exports, first]), capture_output=True, text=True, cwd=hostile / "bad",
            env=environment, timeout=200,
        )  # fmt: skip
        assert done.returncode == 0, (trap.__name__, done.stderr)
        answer = json.loads(done.stdout)
        assert answer["found"] == [], trap.__name__
        assert set(answer["codes"]) <= {0, 4, 5, 6}, (trap.__name__, answer)
        assert "Traceback" not in answer["printed"]
        assert not list(tmp_path.rglob("exploded"))
        for path in [path for path in (hostile / "bad").rglob("*") if not path.is_dir()]:
            path.unlink()
        for path, data in whole.items():
            path.write_bytes(data)


def test_the_audit_sees(tmp_path: Path) -> None:
    runs, outside, out = (tmp_path / name for name in ("runs", "outside", "out"))
    audit = audited_commands.Audit(str(runs), str(outside), str(out))
    audit("open", (str(runs / "journal.jsonl"), "r", os.O_RDONLY))
    audit("open", (out / "a", "w", os.O_WRONLY | os.O_CREAT))
    audit("import", ("json", json.__file__, None))
    assert audit.found == []
    audit("open", (str(runs / ".." / "outside" / "secret.txt"), "r", os.O_RDONLY))
    audit("open", (str(runs / "journal.jsonl"), "a", os.O_WRONLY | os.O_APPEND))
    audit("import", ("numpy", str(runs / "bad" / "numpy.py"), None))
    audit("exec", (compile("1", str(runs / "bad" / "x.py"), "exec"),))
    audit("pickle.find_class", ("os", "system"))
    audit("os.remove", (str(runs / "bad" / "lock"), -1))
    assert len(audit.found) == 6
