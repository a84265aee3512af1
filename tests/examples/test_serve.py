"""`examples/serve`: the server of a process of its own answers as `predict` does."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.docs.pages import REPOSITORY
from trainer import load_run
from trainer.cli import main

pytestmark = [pytest.mark.slow]
SERVE = REPOSITORY / "examples" / "serve" / "serve.py"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on digits, beside its exported model."""
    for package in ("onnx", "onnxscript", "onnxruntime"):
        pytest.importorskip(package, reason="serving an ONNX file needs epochscope[onnx]")
    root = tmp_path_factory.mktemp("runs")
    assert main(["train", "digits", "--epochs", "2", "--runs", str(root), "--name", "digits"]) == 0
    out = ("--out", str(root / "digits.onnx"))
    assert main(["export", "digits", "--runs", str(root), "--format", "onnx", *out]) == 0
    return root / "digits"


@pytest.fixture(scope="module")
def address(run: Path) -> Iterator[str]:
    """Where the server listens, at a port that was free. It ends by Ctrl-C, without a traceback."""
    command = [sys.executable, "-W", "error", str(SERVE), str(run.parent / "digits.onnx"), "--port", "0"]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command, text=True, cwd=run.parent, env={**os.environ, "PYTHONPATH": ""}, **pipes)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("digits: POST an image to http://127.0.0.1:"), process.communicate()
        yield line.split()[-1]
        if sys.platform != "win32":
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
            assert (process.returncode, out) == (0, "stopped\n")
            assert "Traceback" not in err
    finally:
        process.kill()
        process.communicate()


def post(address: str, data: bytes) -> tuple[int, Any]:
    """Status and document of the answer."""
    try:
        with urllib.request.urlopen(urllib.request.Request(address, data), timeout=60) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def file_of(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def images() -> dict[str, bytes]:
    """Files of several kinds; none has the size that the model takes."""
    rng = np.random.default_rng(4)
    colours = Image.fromarray(rng.integers(0, 256, (40, 60, 3), dtype=np.uint8))
    clear = Image.fromarray(rng.integers(0, 256, (12, 9, 4), dtype=np.uint8))
    deep = Image.fromarray(rng.integers(0, 65536, (20, 20), dtype=np.uint16))
    turned = Image.Exif()
    turned[0x0112] = 6
    return {
        "colours.png": file_of(colours, "PNG"),
        "turned.jpg": file_of(colours, "JPEG", exif=turned),
        "clear.png": file_of(clear, "PNG"),
        "deep.png": file_of(deep, "PNG"),
    }


def test_it_answers_as_predict_does(address: str, run: Path, tmp_path: Path) -> None:
    for name, data in images().items():
        (tmp_path / name).write_bytes(data)
        chances = load_run(run).predict(tmp_path / name).iloc[0, 2:].astype(float).sort_values(ascending=False)
        status, answer = post(address, data)
        assert status == 200
        assert [one["class"] for one in answer["likeliest"]] == list(chances.index[:3]), name
        assert [one["probability"] for one in answer["likeliest"]] == pytest.approx(list(chances[:3]), abs=1e-5)


def test_what_is_no_image_is_refused_and_it_goes_on(address: str) -> None:
    whole = images()["colours.png"]
    for data in (b"no image", whole[:100], b""):
        status, answer = post(address, data)
        assert (status, "not an image" in answer["error"]) == (400, True)
    assert post(address, whole)[0] == 200


def test_a_body_without_a_length_or_too_long_is_not_read(address: str) -> None:
    host, port = address.removeprefix("http://").rstrip("/").split(":")
    for header, status in (("", 411), ("Content-Length: -1", 411), (f"Content-Length: {1 << 40}", 413)):
        with socket.create_connection((host, int(port)), timeout=60) as line:
            line.sendall(
                f"POST / HTTP/1.1\r\nHost: {host}\r\n{header}\r\n\r\n".replace("\r\n\r\n\r\n", "\r\n\r\n").encode()
            )
            answer = b"".join(iter(lambda: line.recv(4096), b"")).decode()
        assert f" {status} " in answer.splitlines()[0]
        assert "error" in json.loads(answer.partition("\r\n\r\n")[2])
