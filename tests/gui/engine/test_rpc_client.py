"""The client of the helper: it never blocks, the newest question counts, a dead helper is told and started anew."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gui.engine.rpc_client import Answer, RpcClient
from trainer.store.arrays import read_arrays

HELPER = """
import json, sys, time
print("noise that is no JSON", flush=True)
for line in sys.stdin:
    ask = json.loads(line)
    def say(**answer): print(json.dumps({"id": ask["id"], **answer}), flush=True)
    if ask["do"] == "die":
        print("CUDA is gone", file=sys.stderr); sys.exit(3)
    if ask["do"] == "hang":
        while True: time.sleep(60)
    if ask["do"] == "slow":
        say(progress={"stage": "scan", "done": 1, "total": 2})
        while not __import__("os").path.exists(ask["until"]): time.sleep(0.005)
    print(json.dumps({"id": -1, "ok": True}), flush=True)
    say(ok=True, echo=ask)
"""

Make = Callable[[str], RpcClient]


@pytest.fixture
def made() -> Iterator[Make]:
    opened = []

    def make(code: str = HELPER) -> RpcClient:
        opened.append(RpcClient(command=[sys.executable, "-c", code]))
        return opened[-1]

    yield make
    for assist in opened:
        assist.close()


def until(assist: RpcClient, done: Callable[[], Any], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "no answer"
        assist.poll()
        time.sleep(0.005)


def test_questions_are_answered_in_turn(made: Make) -> None:
    assist, heard = made(HELPER), list[Answer]()
    assert assist.asking == set()
    assist.ask("one", heard.append, n=1, path=Path("x"))
    assist.ask("two", heard.append)
    assert assist.asking == {"one", "two"}
    assert heard == []  # nothing comes before poll
    until(assist, lambda: len(heard) == 2)
    assert [answer["echo"]["do"] for answer in heard] == ["one", "two"]
    assert (heard[0]["echo"]["n"], heard[0]["echo"]["path"]) == (1, "x")
    assert assist.asking == set()


def test_the_newest_of_a_kind_counts(made: Make, tmp_path: Path) -> None:
    assist, heard, told = made(HELPER), list[Any](), list[Any]()
    go = tmp_path / "go"
    assist.ask("slow", lambda answer: heard.append("first"), until=str(go), progress=lambda *step: told.append(step))
    until(assist, lambda: told)
    assist.ask("slow", lambda answer: heard.append("second"), until=str(go))
    assist.ask("other", lambda answer: heard.append("other"))
    assist.ask("slow", lambda answer: heard.append("third"), until=str(go))
    go.touch()
    until(assist, lambda: len(heard) == 2)
    assert sorted(heard) == ["other", "third"]
    assert told == [("scan", 1, 2)]


def test_a_dead_helper_is_told_and_started_anew(made: Make) -> None:
    assist, heard = made(HELPER), list[Answer]()
    assist.ask("die", heard.append)
    until(assist, lambda: heard)
    assert (heard[0]["ok"], heard[0]["code"]) == (False, "assist.died")
    assert heard[0]["parameters"] == {"exit_code": 3, "output": "CUDA is gone"}
    assist.ask("again", heard.append)
    until(assist, lambda: len(heard) == 2)
    assert heard[1]["ok"]


def test_a_helper_that_cannot_be_started(tmp_path: Path) -> None:
    assist, heard = RpcClient(str(tmp_path / "no python")), list[Answer]()
    assist.ask("ping", heard.append)
    until(assist, lambda: heard)
    assist.close()
    assert heard[0]["code"] == "assist.start"
    assert "no python" in heard[0]["where"]


def test_cancel_ends_what_takes_too_long(made: Make) -> None:
    assist, heard = made(HELPER), list[Answer]()
    assist.ask("hang", heard.append)
    assist.cancel("hang")
    assist.ask("next", heard.append)
    until(assist, lambda: heard)
    assert heard[0]["echo"]["do"] == "next"
    assist.cancel("next")  # answered already: harms nobody
    assist.ask("last", heard.append)
    until(assist, lambda: len(heard) == 2)


@pytest.mark.parametrize("do", ["hang", "slow", "ping", ""])
def test_close_waits_two_seconds_at_most_and_calls_nobody(
    made: Make, do: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits for its thread alone, so the limit of that wait is the limit of all."""
    waits: list[float | None] = []
    join = threading.Thread.join

    def counted(thread: threading.Thread, timeout: float | None = None) -> None:
        waits.append(timeout)
        join(thread, timeout)

    monkeypatch.setattr(threading.Thread, "join", counted)
    assist, heard = made(HELPER), list[Answer]()
    (assist.folder / "x.npz").touch()
    folder = assist.folder
    if do:
        assist.ask(do, heard.append, until=str(tmp_path / "never"))
    assist.close()
    assert len(waits) == bool(do)
    assert all(wait is not None and wait < 2 for wait in waits)
    assist.poll()
    assist.ask("late", heard.append)
    assert heard == []
    assert not folder.exists()


def test_a_real_session(tmp_path: Path) -> None:
    assist, heard = RpcClient(sys.executable), list[Answer]()
    out = assist.folder / "p.npz"
    plain = {"augment": {"flip": "0"}}
    assist.ask("data", heard.append, settings={"data": {"source": "digits"}}, out=str(assist.folder / "d.npz"))
    assist.ask("preview", heard.append, settings=plain, n=4, out=str(out))
    assist.ask("predict", heard.append, run="nosuch", runs=str(tmp_path), images=[])
    until(assist, lambda: len(heard) == 3, 100)
    data, preview, predict = heard
    assert (len(data["classes"]), data["faults"], data["thumbnails"]["count"]) == (10, [], 30)
    assert preview["shape"] == [4, 1, 8, 8]
    assert read_arrays(out)["images"].dtype == np.float32
    assert (predict["ok"], predict["code"]) == (False, "run.unknown")
    assist.close()
