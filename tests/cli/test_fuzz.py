"""Whatever is typed: no traceback, and never the code of a bug."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import gui.app
import trainer.inference
import trainer.launch
from trainer.cli import main
from trainer.cli.app import build
from trainer.errors import UsageError
from trainer.settings import flags

WORDS = [
    *(name for name in build() if not name.startswith("-")),
    *(flag.name for flag in flags()),
    *[
        "list",
        "show",
        "last",
        "digits",
        "--json",
        "--runs",
        "--recipe",
        "seed",
        "--name",
        "--after",
        "epoch",
        "--preview",
    ],
    *["--out", "--skip-bad", "--help"],
    *[
        "-1",
        "0",
        "3",
        "nan",
        "1e999",
        "--",
        "-",
        "---",
        "-x",
        "--x=",
        "--epochs=",
        "=",
        "",
        " ",
        ".",
        "..",
        "/",
        "'",
        "[b]",
    ],
    *["--no-skip-bad", "ö", "\udcff", "\x1b[31m", "a" * 300, "@file", "{}", "--data.source", "--plugins"],
]


@pytest.fixture(scope="module", autouse=True)
def _nothing_is_started() -> Iterator[None]:
    def refuse(*_: Any, **__: Any) -> None:
        raise UsageError("test", "not here")

    with pytest.MonkeyPatch.context() as patch:
        for name in ("start", "resume"):
            patch.setattr(trainer.launch, name, refuse)
        for name in ("evaluate", "load_trained", "load_for_images"):
            patch.setattr(trainer.inference, name, refuse)
        for name in ("main", "demo"):
            # a window would stay open
            patch.setattr(gui.app, name, refuse)
        patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))
        yield


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=6).filter(lambda text: "\0" not in text), max_size=6))
def test_any_command_line_is_understood_or_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, line: list[str]
) -> None:
    # a preview may be asked for; it must not be written into the checkout
    monkeypatch.setattr(
        "trainer.cli.data.write_preview", lambda *_: {"count": 0, "epoch": 1, "out": "", "mean": [], "std": []}
    )
    code = main(line)
    captured = capsys.readouterr()
    assert code in (0, 4, 5), (line, captured.err)
    assert "Traceback" not in captured.err
    assert "\x1b[31m" not in captured.out + captured.err
