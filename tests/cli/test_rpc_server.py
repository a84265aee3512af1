"""`assist`: a line in, a line out, whatever the line is."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import trainer.cli.rpc_server
from tests.cli.conftest import Cli
from trainer.cli.rpc_server import Helper
from trainer.store.arrays import read_arrays
from trainer.store.folder import RunFolder, acquire


@pytest.fixture
def ask(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A whole session: requests (texts as they are) to answers, progress left out."""

    def session(*requests: Any) -> list[dict[str, Any]]:
        lines = [request if isinstance(request, str) else json.dumps(request) for request in requests]
        stdin = io.TextIOWrapper(io.BytesIO("\n".join(lines).encode()))
        monkeypatch.setattr("sys.stdin", stdin)
        answer = cli("assist")
        assert answer.code == 0
        found = [json.loads(line) for line in answer.out.splitlines()]
        assert all(set(one) == {"id", "progress"} for one in found if "progress" in one)
        return [one for one in found if "progress" not in one]

    return session


def test_a_session(ask: Any, tmp_path: Path) -> None:
    ping, broken, data, preview, wrong = ask(
        {"id": 1, "do": "ping"},
        "{no json",
        {"id": "b", "do": "data", "out": str(tmp_path / "t.npz"), "per_class": 2},
        {"id": 3, "do": "preview", "n": 4, "out": str(tmp_path / "p.npz"), "settings": {"augment": {"flip": 1}}},
        {"id": 4, "do": "data", "settings": {"train": {"lr": -1}, "dta": {}}},
    )
    assert (ping["id"], ping["ok"]) == (1, True)
    assert (broken["id"], broken["ok"], broken["code"]) == (None, False, "assist.request")
    assert (data["id"], data["ok"], len(data["classes"])) == ("b", True, 10)
    thumbnails = read_arrays(tmp_path / "t.npz")
    assert (thumbnails["images"].shape, thumbnails["means"].shape) == ((20, 8, 8, 3), (10, 8, 8, 3))
    assert data["balance"]["split"] == "test"
    assert preview["shape"] == [4, 1, 8, 8]
    assert read_arrays(tmp_path / "p.npz")["images"].shape == (4, 1, 8, 8)
    assert wrong["code"] == "settings.invalid"
    assert "train.lr" in wrong["what"]
    assert "dta" in wrong["what"]
    assert {"parameters", "where", "expected", "mend"} <= set(wrong)


def test_predict(ask: Any, done: str, photos: Path) -> None:
    image = str(photos / "cats" / "1.png")
    first, second, none = ask(
        {"id": 1, "do": "predict", "run": done, "images": [image]},
        {"id": 2, "do": "predict", "run": "last", "images": [image, "/missing.png"]},
        {"id": 3, "do": "predict", "run": "nosuch", "images": [image]},
    )
    assert first["images"] == second["images"]
    assert [one["image"] for one in second["unreadable"]] == ["/missing.png"]
    assert (none["ok"], none["code"]) == (False, "run.unknown")


def test_a_map_is_made_of_a_run_that_nobody_trains(ask: Any, runs: Path, done: str) -> None:
    made, none = ask({"id": 1, "do": "map", "run": done}, {"id": 2, "do": "map", "run": "nosuch"})
    assert (made["ok"], made["split"], made["source"], made["tsne"]) == (True, "valid", "logits", True)
    assert read_arrays(runs / done / "evaluation" / "map-valid.npz")["tsne"].shape == (180, 2)
    assert (none["ok"], none["code"]) == (False, "run.unknown")
    lock = acquire(RunFolder(runs / done))
    try:
        (busy,) = ask({"id": 3, "do": "map", "run": done})
    finally:
        lock.release()
    assert (busy["ok"], busy["code"]) == (False, "run.busy")


def test_opened_data_is_kept_until_somebody_looks_again(
    ask: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import trainer.cli.data

    opened: list[str] = []
    real = trainer.cli.data.open_images

    def open_images(settings: Any) -> Any:
        opened.append(settings.data.source)
        return real(settings)

    monkeypatch.setattr(trainer.cli.data, "open_images", open_images)
    preview = {"do": "preview", "n": 1, "out": str(tmp_path / "p.npz")}
    ask(preview, {**preview, "epoch": 2}, {"do": "data"}, preview)
    assert len(opened) == 2


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=60).map(lambda data: data.replace(b"\n", b" ")),
        st.recursive(
            st.none() | st.integers() | st.text(max_size=5),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        ).map(lambda value: json.dumps(value).encode()),
        st.fixed_dictionaries(
            {"do": st.sampled_from(["ping", "data", "preview", "predict", "map", "x"])},
            optional={
                "id": st.integers(),
                "n": st.integers(-1, 0),
                "images": st.text(),
                "settings": st.just({"data": 3}),
            },
        ).map(lambda value: json.dumps({**value, "run": "nosuch"}).encode()),
    )
)
def test_any_line_gets_an_answer_and_no_bug(line: bytes) -> None:
    stream = io.StringIO()
    Helper(stream).answer(line)
    *_, last = stream.getvalue().splitlines()
    answer = json.loads(last)
    assert answer["ok"] in (True, False)
    assert answer.get("code") != "bug", answer


def test_what_others_print_does_not_get_between_the_answers(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def chatty(helper: Helper, request: Any) -> dict[str, Any]:
        print("hello from a plugin")
        return {"version": "x"}

    monkeypatch.setitem(trainer.cli.rpc_server._ACTIONS, "ping", chatty)
    assert [answer["ok"] for answer in ask({"do": "ping"})] == [True]
