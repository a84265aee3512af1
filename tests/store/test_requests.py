"""Requests are seen, in order; nothing in the folder can make the engine stumble."""

from __future__ import annotations

import json
import os
import pickle
import sys
import threading
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.errors import UsageError
from trainer.events import RequestHandled, decode, encode
from trainer.store import folder, requests
from trainer.store.folder import RunFolder
from trainer.store.requests import Do, MalformedRequestError, Request, When
from trainer.store.run_creation import create_run

FIELDS = ("id", "file", "attempt", "do", "when", "source")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    made = create_run(tmp_path, "a")
    folder.write_owner(made, folder.current_owner(2))
    return made


def only_request(run: RunFolder) -> Request:
    (found,) = requests.poll(run)
    assert isinstance(found, Request)
    return found


def test_a_request_goes_from_viewer_to_engine(run: RunFolder) -> None:
    posted = requests.post(run, "checkpoint", when="epoch", source="window")
    received = only_request(run)
    for request in (posted, received):
        assert (request.attempt, request.do, request.when, request.source) == (2, "checkpoint", "epoch", "window")
    assert (received.id, received.file) == (posted.id, f"{posted.id}.json")
    stored = json.loads((run.requests / posted.file).read_bytes())
    assert stored == {"id": posted.id, "attempt": 2, "do": "checkpoint", "when": "epoch", "from": "window"}
    requests.remove(run, posted.file)
    requests.remove(run, posted.file)
    assert requests.poll(run) == []
    assert names(run.requests) == []


def test_requests_keep_their_order(run: RunFolder) -> None:
    asked: list[Do] = ["pause", "checkpoint", "unpause", "stop", "pause"]
    for do in asked:
        requests.post(run, do, source="s")
    assert [request.do for request in requests.poll(run) if isinstance(request, Request)] == asked


def test_what_is_not_said_has_defaults_and_what_a_later_version_says_is_ignored(run: RunFolder) -> None:
    (run.requests / "x.json").write_bytes(b'{"id": "x", "attempt": 2, "do": "pause", "mood": "good"}')
    request = only_request(run)
    assert (request.do, request.when, request.source) == ("pause", "step", "request")


def test_an_answer_is_waited_for_but_not_by_the_engine_itself() -> None:
    request = Request("stop")
    assert (request.wait(0), request.reason, request.file) == (None, "", "")
    request.engine = threading.get_ident()
    assert request.wait() is None
    request.set_answer(RequestHandled(epoch=1, step=1, id=request.id, result="already", reason="why"))
    assert (request.wait(), request.result, request.reason) == ("already", "already", "why")


def test_another_process_gets_a_request_without_its_answer() -> None:
    request = Request("checkpoint", "epoch", source="s", ident="x", attempt=2, kind="last")
    request.set_answer(RequestHandled(epoch=1, step=1, id="x", result="done", reason=""))
    other = pickle.loads(pickle.dumps(request))
    assert all(getattr(other, name) == getattr(request, name) for name in (*FIELDS, "kind"))
    assert other.wait(0) is None


def test_wrong_requests_are_refused_before_they_are_made(run: RunFolder, tmp_path: Path) -> None:
    for do, when in (("dance", "step"), ("stop", "now")):
        with pytest.raises(UsageError) as caught:
            requests.post(run, do, when=when, source="s")  # type: ignore[arg-type]
        assert caught.value.code == "request.unknown"
    with pytest.raises(UsageError) as caught:
        requests.post(create_run(tmp_path, "idle"), "stop", source="s")
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
        b"null",
        json.dumps({**GOOD, "do": "rm"}).encode(),
        json.dumps({**GOOD, "do": ""}).encode(),
        json.dumps({**GOOD, "do": ["stop"]}).encode(),
        json.dumps({**GOOD, "when": "now"}).encode(),
        json.dumps({**GOOD, "id": "y"}).encode(),
        json.dumps({**GOOD, "attempt": "two"}).encode(),
        json.dumps({**GOOD, "attempt": None}).encode(),
        json.dumps({name: value for name, value in GOOD.items() if name != "do"}).encode(),
        json.dumps({**GOOD, "from": "s" * 100_000}).encode(),
    ],
    ids=range(15),
)
def test_malformed_ones_are_refused_with_a_code_and_can_be_deleted(run: RunFolder, content: bytes) -> None:
    (run.requests / "x.json").write_bytes(content)
    (found,) = requests.poll(run)
    assert isinstance(found, MalformedRequestError)
    large = len(content) > requests.MAX_BYTES
    assert (found.id, found.code) == ("x", "request.unreadable" if large else "request.malformed")
    assert found.parameters["detail"]
    requests.remove(run, found.file)
    assert requests.poll(run) == []


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner),
    max_leaves=4,
)
NEARLY = st.fixed_dictionaries({}, optional={name: st.just(value) | VALUES for name, value in GOOD.items()})


@given(st.binary(max_size=100) | NEARLY.map(lambda fields: json.dumps(fields).encode()))
def test_a_file_is_a_request_with_all_it_needs_or_it_is_refused(content: bytes) -> None:
    """Whatever it holds, no command comes out of it that nobody has written down."""
    try:
        request = requests.decode("x", content)
    except MalformedRequestError as error:
        assert (error.id, error.file, error.code) == ("x", "x.json", "request.malformed")  # noqa: PT017
        return
    said = json.loads(content)
    assert (request.id, request.attempt, request.do) == (said["id"], said["attempt"], said["do"])
    assert (request.when, request.source) == (said.get("when", "step"), said.get("from") or "request")
    assert request.do in get_args(Do)
    assert request.when in get_args(When)


@given(st.sampled_from(get_args(Do)), st.sampled_from(get_args(When)), st.text(min_size=1), st.integers(0, 2**40))
def test_what_is_written_is_read(do: Do, when: When, source: str, attempt: int) -> None:
    request = Request(do, when, source=source.encode("utf-8", "replace").decode("utf-8"), attempt=attempt)
    read = requests.decode(request.id, requests.encode(request))
    assert [getattr(read, name) for name in FIELDS] == [getattr(request, name) for name in FIELDS]


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes in the file system")
def test_pipes_links_and_folders_do_no_harm(run: RunFolder, tmp_path: Path) -> None:
    os.mkfifo(run.requests / "pipe.json")
    (run.requests / "link.json").symlink_to(tmp_path / "a" / "owner.json")
    (run.requests / "folder.json").mkdir()
    (run.requests / ".half.tmp").write_bytes(b"{")
    received = requests.poll(run)
    assert {(found.id, getattr(found, "code", "")) for found in received} == {
        ("pipe", "request.unreadable"),
        ("link", "request.unreadable"),
    }
    for found in received:
        requests.remove(run, found.file)
    assert requests.poll(run) == []
    assert run.owner.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="names of files that are not UTF-8")
def test_a_name_that_is_not_utf_8_can_be_answered_and_deleted(run: RunFolder) -> None:
    Path(os.fsdecode(os.fsencode(run.requests) + b"/\xff.json")).write_bytes(json.dumps(GOOD).encode())
    (found,) = requests.poll(run)
    assert isinstance(found, MalformedRequestError)
    answer = RequestHandled(epoch=0, step=0, id=found.id, result="refused", reason="", parameters=found.parameters)
    assert decode(encode(answer)) == answer
    requests.remove(run, found.file)
    assert names(run.requests) == []


def test_a_flood_is_taken_in_portions_and_a_missing_folder_is_quiet(run: RunFolder, tmp_path: Path) -> None:
    for number in range(150):
        (run.requests / f"{number:03}.json").write_bytes(b"")
    assert len(requests.poll(run)) == 100
    assert requests.poll(RunFolder(tmp_path / "none")) == []
