"""One clock where people read: local time, by one function, in lists, pages, reports and logs."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from trainer.plotting.texts import Texts
from trainer.store import summary
from trainer.store.folder import RunFolder
from trainer.store.run_creation import create_run
from trainer.store.run_files import append_log
from trainer.store.summary import Summary
from trainer.text.time_format import local_text, local_time, now_text

pytestmark = pytest.mark.skipif(not hasattr(time, "tzset"), reason="the time zone cannot be set here")


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Live somewhere else for a while."""

    def move(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield move
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("name", "text", "local", "whole"),
    [
        ("XXX-5:45", "2026-01-02T03:04:05+02:00", "2026-01-02 06:49", "2026-01-02 06:49 UTC+05:45"),
        ("XXX8", "2026-01-02T03:04:05Z", "2026-01-01 19:04", "2026-01-01 19:04 UTC-08:00"),
        ("UTC0", "2026-01-02T03:04:05+02:00", "2026-01-02 01:04", "2026-01-02 01:04 UTC"),
        ("XXX-1", "not a time", "not a time", "not a time"),
    ],
)
def test_times_are_local(zone: Callable[[str], None], name: str, text: str, local: str, whole: str) -> None:
    zone(name)
    assert local_text(text) == local
    assert local_text(text, offset=True) == whole
    assert Texts("en").moment(text) == whole


def test_what_is_kept_has_its_offset(zone: Callable[[str], None], tmp_path: Path) -> None:
    zone("XXX-5:45")
    kept = datetime.fromisoformat(now_text())
    assert str(kept.utcoffset()) == "5:45:00"
    append_log(RunFolder(tmp_path), "hello")
    line = (tmp_path / "log.txt").read_text()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+05:45 hello\n", line)


@pytest.mark.parametrize("text", ["", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026", "x" * 9])
def test_no_time_is_a_calendar_error(text: str) -> None:
    found = local_time(text)
    assert found is None or found.tzinfo is not None


def test_list_and_name_agree(
    zone: Callable[[str], None], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from trainer.cli import main

    monkeypatch.setenv("COLUMNS", "160")
    zone("XXX-9")
    run = create_run(tmp_path)
    begun = datetime.now().astimezone()
    summary.write(run.summary, Summary(status="completed", started_at=begun.isoformat()))
    assert main(["runs", "--runs", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "UTC" not in out
    assert f"{begun:%Y-%m-%d %H:%M}" in out
    assert run.name.startswith(f"{begun:%Y%m%d-%H%M}"[:11])
