"""Requests are seen, in order, stop first; nothing in the folder can make the engine stumble."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from trainer.errors import UsageError
from trainer.store import folder, requests
from trainer.store.folder import RunFolder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    made = folder.create_run(tmp_path, "a")
    folder.write_owner(made, folder.current_owner(2))
    return made


def test_a_request_goes_from_viewer_to_engine(run: RunFolder) -> None:
    posted = requests.post(run, "checkpoint", when="epoch", source="window")
    (received,) = requests.poll(run, 2)
    assert received == (posted, received.request, "", "")
    assert received.request == requests.Request(id=posted, attempt=2, do="checkpoint", when="epoch", source="window")
    stored = json.loads((run.requests / f"{posted}.json").read_bytes())
    assert stored == {"id": posted, "attempt": 2, "do": "checkpoint", "when": "epoch", "from": "window"}
    requests.answer(run, posted)
    requests.answer(run, posted)
    assert requests.poll(run, 2) == []
    assert names(run.requests) == []


def test_stop_beats_all_and_the_others_keep_their_order(run: RunFolder) -> None:
    for do in ("pause", "checkpoint", "unpause", "stop", "pause"):
        requests.post(run, do, source="s")
    found = [received.request.do for received in requests.poll(run, 2) if received.request]
    assert found == ["stop", "pause", "checkpoint", "unpause", "pause"]


def test_one_of_another_attempt_is_stale(run: RunFolder) -> None:
    requests.post(run, "stop", source="s")
    (received,) = requests.poll(run, 3)
    assert received.result == "stale"
    assert "attempt 2" in received.reason


def test_wrong_requests_are_refused_before_they_are_made(run: RunFolder, tmp_path: Path) -> None:
    for do, when in (("dance", "step"), ("stop", "now")):
        with pytest.raises(UsageError) as caught:
            requests.post(run, do, when=when, source="s")  # type: ignore[arg-type]
        assert caught.value.code == "request.unknown"
    with pytest.raises(UsageError) as caught:
        requests.post(folder.create_run(tmp_path, "idle"), "stop", source="s")
    assert caught.value.code == "run.not_running"
    assert names(run.requests) == []


GOOD: dict[str, Any] = {"id": "x", "attempt": 2, "do": "stop", "when": "step", "from": "s"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 50_000,
        b"[]",
        json.dumps({**GOOD, "do": "rm"}).encode(),
        json.dumps({**GOOD, "id": "y"}).encode(),
        json.dumps({**GOOD, "attempt": "two"}).encode(),
        json.dumps({**GOOD, "from": "s" * 100_000}).encode(),
    ],
    ids=range(9),
)
def test_malformed_ones_are_refused_with_a_reason_and_can_be_deleted(run: RunFolder, content: bytes) -> None:
    (run.requests / "x.json").write_bytes(content)
    (received,) = requests.poll(run, 2)
    assert (received.id, received.result) == ("x", "refused")
    assert received.reason
    requests.answer(run, "x")
    assert requests.poll(run, 2) == []


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes in the file system")
def test_pipes_links_and_folders_do_no_harm(run: RunFolder, tmp_path: Path) -> None:
    os.mkfifo(run.requests / "pipe.json")
    (run.requests / "link.json").symlink_to(tmp_path / "a" / "owner.json")
    (run.requests / "folder.json").mkdir()
    (run.requests / ".half.tmp").write_bytes(b"{")
    received = requests.poll(run, 2)
    assert {(found.id, found.result) for found in received} == {("pipe", "refused"), ("link", "refused")}
    for found in received:
        requests.answer(run, found.id)
    assert requests.poll(run, 2) == []
    assert run.owner.exists()


def test_a_flood_is_taken_in_portions_and_a_missing_folder_is_quiet(run: RunFolder, tmp_path: Path) -> None:
    for number in range(150):
        (run.requests / f"{number:03}.json").write_bytes(b"")
    assert len(requests.poll(run, 2)) == 100
    assert requests.poll(RunFolder(tmp_path / "none"), 1) == []
