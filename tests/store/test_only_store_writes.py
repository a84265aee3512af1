"""Static rules: one module writes what must survive, and nothing that is read can run code."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for folder in ("trainer", "callbacks", "gui") for path in (ROOT / folder).rglob("*.py"))

MAY_WRITE = {
    "trainer/store/durable.py": "the one module",
    "callbacks/testing/full_disk.py": "the seam of the one module, in tests of callbacks: it refuses to write",
    "trainer/store/lock.py": "the lock file has no content",
    "trainer/cli/output.py": "the traceback of a bug, in the user's cache folder",
    "gui/text/update_translations.py": "a developer's tool: the translations beside the sources",
    "trainer/export/weights.py": "torch.save into memory; durable.py writes the bytes",
    "trainer/data": "the decode cache, outside of any run, and made again where it is damaged",
    "trainer/pretrained/feature_file.py": "features, made again where they are damaged",
}
MAY_UNPICKLE = {
    "trainer/data": "the official CIFAR archives, through an unpickler that builds plain values only",
}
WRITERS = {
    "write_text", "write_bytes", "savez", "savez_compressed", "savetxt", "open_memmap", "tofile", "save_file",
    "to_csv", "to_json", "to_parquet", "copyfile", "copytree", "symlink_to", "hardlink_to", "replace_file", "mkstemp",
    "NamedTemporaryFile", "writestr",
}  # fmt: skip
QUALIFIED_WRITERS = {
    ("os", "replace"), ("os", "rename"), ("os", "truncate"), ("os", "remove"), ("os", "unlink"),
    ("shutil", "move"), ("shutil", "copy"), ("shutil", "rmtree"), ("torch", "save"), ("np", "save"), ("numpy", "save"),
    ("np", "memmap"),
}  # fmt: skip
CODE_RUNNERS = {"eval", "exec", "extractall", "load_pickle", "read_pickle"}
QUALIFIED_RUNNERS = {("torch", "load"), ("yaml", "load"), ("os", "system"), ("marshal", "loads")}
PICKLES = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}


def calls(tree: ast.AST) -> Iterator[tuple[str, str, ast.Call]]:
    """Owner's last name ("" for a plain name), name, node."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield "", node.func.id, node
            elif isinstance(node.func, ast.Attribute):
                value = node.func.value
                owner = (
                    value.id if isinstance(value, ast.Name) else value.attr if isinstance(value, ast.Attribute) else "?"
                )
                yield owner, node.func.attr, node


def opens_for_writing(owner: str, name: str, call: ast.Call) -> bool:
    if name not in ("open", "fdopen") or owner in ("durable", "seam", "webbrowser", "self", "buffer"):
        return False
    if call.args and ast.unparse(call.args[0]) == "os.devnull":
        return False
    # Path.open(mode) has its mode first, open(path, mode) and os.open(path, flags) second
    place = 1 if owner in ("", "os", "io", "codecs", "Image", "tarfile", "gzip") else 0
    modes = [*call.args[place : place + 1], *(keyword.value for keyword in call.keywords if keyword.arg == "mode")]
    return any(not isinstance(mode, ast.Constant) or set(str(mode.value)) & set("wax+") for mode in modes)


def writes(path: Path) -> list[str]:
    """Places that write. Modules of the store may build a zip in memory and call durable's functions."""
    found = []
    for owner, name, call in calls(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            name in WRITERS
            and owner not in ("durable", "archive")
            and not (owner == "" and name in ("write_text", "write_bytes"))
        ):
            found.append(f"{path.relative_to(ROOT)}:{call.lineno} {name}")
        elif (owner, name) in QUALIFIED_WRITERS or opens_for_writing(owner, name, call):
            found.append(f"{path.relative_to(ROOT)}:{call.lineno} {owner}.{name}")
    return found


def builds_tensors_only(owner: str, name: str, call: ast.Call) -> bool:
    """`torch.load(..., weights_only=True)`."""
    given = {keyword.arg: getattr(keyword.value, "value", None) for keyword in call.keywords}
    return (owner, name) == ("torch", "load") and given.get("weights_only") is True


def runs_code(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno} {name}"
        for owner, name, call in calls(tree)
        if (owner == "" and name in CODE_RUNNERS) or name == "extractall"
        or ((owner, name) in QUALIFIED_RUNNERS and not builds_tensors_only(owner, name, call))
        or any(keyword.arg == "shell" for keyword in call.keywords)
        or any(
            keyword.arg == "allow_pickle" and getattr(keyword.value, "value", True) is not False
            for keyword in call.keywords
        )
    ]  # fmt: skip
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        found += [f"{path.relative_to(ROOT)}:{node.lineno} import {name}" for name in names if name in PICKLES]  # type: ignore[attr-defined]
    return found


def allowed(path: Path, places: dict[str, str]) -> bool:
    name = path.relative_to(ROOT).as_posix()
    return any(name == place or name.startswith(place + "/") for place in places)


def test_the_sources_are_found() -> None:
    assert len(SOURCES) > 15


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_else_writes_or_runs_what_it_read(path: Path) -> None:
    if not allowed(path, MAY_WRITE):
        assert writes(path) == []
    if not allowed(path, MAY_UNPICKLE):
        assert runs_code(path) == []


@pytest.mark.parametrize(
    "line",
    [
        'open(p, "w")', 'open(p, mode="a")', 'p.open("xb")', "p.open(mode)", "p.write_text('')", "os.replace(a, b)",
        "torch.save(x, p)", "np.save(p, x)", "numpy.savez(p, x=x)", "os.open(p, os.O_WRONLY)", "frame.to_csv(p)",
    ],
)  # fmt: skip
def test_the_rule_sees_writers(tmp_path: Path, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    (tmp_path / "x.py").write_text(line, encoding="utf-8")
    assert len(writes(tmp_path / "x.py")) == 1
    for innocent in (
        "open(p)",
        'p.open("rb")',
        'text.replace("a", "b")',
        "durable.write_bytes(p, b'')",
        "Image.open(p)",
    ):
        (tmp_path / "x.py").write_text(innocent, encoding="utf-8")
        assert writes(tmp_path / "x.py") == []


@pytest.mark.parametrize(
    "line",
    ["import pickle", "from pickle import loads", "torch.load(p)", "eval(t)", "tar.extractall(p)",
     "subprocess.run(c, shell=True)", "np.load(p, allow_pickle=True)", "torch.load(p, weights_only=False)"],
)  # fmt: skip
def test_the_rule_sees_runners(tmp_path: Path, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    (tmp_path / "x.py").write_text(line, encoding="utf-8")
    assert len(runs_code(tmp_path / "x.py")) == 1
    for innocent in (
        "torch.load(p, weights_only=True)",
        "model.eval()",
        "np.load(p, allow_pickle=False)",
        "json.loads(t)",
    ):
        (tmp_path / "x.py").write_text(innocent, encoding="utf-8")
        assert runs_code(tmp_path / "x.py") == []


def test_the_store_is_there_without_torch() -> None:
    names = [path.stem for path in (ROOT / "trainer" / "store").glob("*.py") if path.stem != "__init__"]
    code = f"import sys, importlib\nfor name in {names}: importlib.import_module('trainer.store.' + name)\n"
    code += "print([name for name in ('torch', 'torchvision', 'sklearn', 'pandas', 'PIL') if name in sys.modules])"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True, env={**os.environ}
    )
    assert answer.stdout.strip() == "[]"
