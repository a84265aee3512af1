"""ONNX Runtime keeps nothing about its user, and sends nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SESSION = """
from onnx import TensorProto, helper
from trainer.pretrained.onnx_runtime import load_onnxruntime
one, two = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in "ab")
graph = helper.make_graph([helper.make_node("Identity", ["a"], ["b"])], "g", [one], [two])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
session = load_onnxruntime().InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
"""


def test_it_leaves_no_file_in_the_home(tmp_path: Path) -> None:
    for package in ("onnx", "onnxruntime"):
        pytest.importorskip(package)
    places = {name: str(tmp_path) for name in ("HOME", "XDG_CACHE_HOME", "TMPDIR", "USERPROFILE", "LOCALAPPDATA")}
    environment = {**os.environ, **places, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("ORT_DISABLE_TELEMETRY", None)
    done = subprocess.run([sys.executable, "-c", SESSION], env=environment, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.iterdir())
