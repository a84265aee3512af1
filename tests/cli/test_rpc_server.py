"""`assist`: a line in, a line out, whatever the line is."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import trainer.cli.rpc_actions
from trainer.cli.rpc_helper import Helper
from trainer.cli.rpc_server import answer
from trainer.metrics.classification import Metrics
from trainer.metrics.significance import intervals
from trainer.settings import Settings
from trainer.store import calibration_file
from trainer.store.arrays import read_arrays
from trainer.store.folder import RunFolder, acquire


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
    assert {"parameters", "where", "expected", "fix"} <= set(wrong)


def test_predict(ask: Any, runs: Path, done: str, photos: Path) -> None:
    image = str(photos / "cats" / "1.png")
    first, second, none = ask(
        {"id": 1, "do": "predict", "run": done, "images": [image]},
        {"id": 2, "do": "predict", "run": "last", "images": [image, "/missing.png"]},
        {"id": 3, "do": "predict", "run": "nosuch", "images": [image]},
    )
    assert first["images"] == second["images"]
    assert first["temperature"] == calibration_file.read(RunFolder(runs / done)).temperature != 1
    assert [one["image"] for one in second["unreadable"]] == ["/missing.png"]
    assert (none["ok"], none["code"]) == (False, "run.unknown")


def test_images_below_a_folder_and_what_is_known_of_them(ask: Any, photos: Path) -> None:
    (photos / "loose.png").write_bytes((photos / "cats" / "1.png").read_bytes())
    (photos / "notes.txt").write_text("no image")
    classes = ["dögs", "cats", "birds"]
    labelled, others, files, nothing = ask(
        {"do": "find", "images": [str(photos)], "classes": classes},
        {"do": "find", "images": [str(photos)], "classes": ["dögs"]},
        {"do": "find", "images": [str(photos / "loose.png"), "/gone.png"], "classes": classes},
        {"do": "find", "images": [str(photos / "nothing")], "classes": classes},
    )
    assert labelled["left_out"] == {"txt": 1}
    truth = dict(zip(labelled["images"], labelled["truth"], strict=True))
    assert {Path(path).parent.name: label for path, label in truth.items()} == {"cats": 1, "dögs": 0, "photos": -1}
    assert (sorted(others["images"]), others["truth"]) == (sorted(truth), [])
    assert (files["images"], files["truth"]) == ([str(photos / "loose.png"), "/gone.png"], [])
    assert nothing["images"] == [str(photos / "nothing")]


def test_scores_are_those_of_an_evaluation(ask: Any) -> None:
    cells = [[0, 0, 5], [0, 1, 2], [1, 1, 3], [0, 0, 1]]
    found, none, wrong, odd = ask(
        {"do": "score", "classes": ["a", "b", "c"], "cells": cells},
        {"do": "score", "classes": ["a", "b", "c"]},
        {"do": "score", "classes": ["a"], "cells": cells},
        {"do": "score", "classes": ["a", "b"], "cells": [[0, 0, 1 << 70]]},
    )
    matrix = [[6, 2, 0], [0, 3, 0], [0, 0, 0]]
    wanted, sure = Metrics.from_confusion(matrix, 0.0), intervals(matrix)
    assert (found["images"], found["accuracy"], found["macro_f1"]) == (11, wanted.accuracy, wanted.macro_f1)
    assert (found["macro_classes"], found["accuracy_interval"]) == (2, list(sure.accuracy))
    assert (none["ok"], none["images"]) == (True, 0)
    assert (wrong["ok"], wrong["code"]) == (False, "assist.number")
    assert not odd["ok"]


def test_copies_in_folders_stay_the_same_over_several_requests(ask: Any, photos: Path, tmp_path: Path) -> None:
    images = [str(photos / "cats" / f"{number}.png") for number in range(3)]
    common = {"do": "sort", "classes": ["a/b", "a:b", "unsure"], "out": str(tmp_path / "sorted")}
    first, second, wrong, none = ask(
        {**common, "images": images[:1], "labels": ["a:b"]},
        {**common, "images": images[1:], "labels": ["a/b", ""]},
        {**common, "images": images, "labels": []},
        {**common, "images": [], "out": ""},
    )
    assert (first["counts"], second["counts"]) == ({"a:b": 1}, {"a/b": 1, "unsure_": 1})
    assert {path.relative_to(tmp_path / "sorted").as_posix() for path in (tmp_path / "sorted").rglob("*.png")} == {
        "a_b-2/0.png",
        "a_b/1.png",
        "unsure_/2.png",
    }
    assert (wrong["ok"], none["ok"]) == (False, False)


def test_a_run_that_was_evaluated_again_gets_its_new_temperature(runs: Path, done: str) -> None:
    def told() -> float:
        stream.seek(0)
        stream.truncate()
        answer(helper, json.dumps({"do": "predict", "run": done, "runs": str(runs), "images": []}).encode())
        return float(json.loads(stream.getvalue())["temperature"])

    stream = io.StringIO()
    helper, folder = Helper(stream), RunFolder(runs / done)
    before = calibration_file.read(folder)
    assert told() == before.temperature
    calibration_file.write(folder, replace(before, temperature=2.5))
    assert told() == 2.5


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


def test_a_run_is_evaluated_unless_it_is_trained(ask: Any, runs: Path, done: str) -> None:
    evaluation = runs / done / "evaluation"
    for path in evaluation.iterdir():
        path.unlink()
    (found,) = ask({"id": 1, "do": "evaluate", "run": done})
    assert (found["ok"], found["weights"]) == (True, "best")
    assert {"train.json", "valid.json", "test.json", "calibration.json"} <= {path.name for path in evaluation.iterdir()}
    lock = acquire(RunFolder(runs / done))
    try:
        (busy,) = ask({"id": 2, "do": "evaluate", "run": done})
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


def test_which_recipe_fits_and_how_long_it_takes(ask: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from trainer.estimate import training_time

    monkeypatch.setattr(training_time, "SECONDS", 0.0)
    monkeypatch.setattr("trainer.estimate.start_time.start_seconds", lambda: 1.0)
    monkeypatch.setattr("trainer.estimate.run_time.pretrained_installed", lambda: False)
    (tmp_path / "empty").mkdir()
    nothing = {"data": {"source": str(tmp_path / "empty")}}
    fitting, times, empty, none = ask(
        {"id": 1, "do": "recommend"},
        {"id": 2, "do": "estimate"},
        {"id": 3, "do": "recommend", "settings": nothing},
        {"id": 4, "do": "estimate", "settings": nothing},
    )
    assert (fitting["recommended"], fitting["reason"], fitting["images"]) == ("cnn", "not_photographs", 1797)
    shares = Settings().data
    assert fitting["train"] == 1797 - round(1797 * shares.valid) - round(1797 * shares.test)
    assert set(times["recipes"]) == {"cnn", "linear"}
    assert times["recipes"]["cnn"]["total"] > 1
    assert [answer["code"] for answer in (empty, none)] == ["data.no_images"] * 2


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=60).map(lambda data: data.replace(b"\n", b" ")),
        st.recursive(
            st.none() | st.integers() | st.text(max_size=5),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        ).map(lambda value: json.dumps(value).encode()),
        st.fixed_dictionaries(
            {
                "do": st.sampled_from(
                    ["ping", "data", "preview", "predict", "map", "find", "score", "sort", "recommend", "x"]
                )
            },
            optional={
                "id": st.integers(),
                "n": st.integers(-1, 0),
                "images": st.text(),
                "classes": st.lists(st.text(max_size=3), max_size=3),
                "cells": st.lists(st.tuples(st.integers(), st.integers(-1, 3), st.integers(-1, 2)), max_size=3),
                "settings": st.just({"data": 3}),
            },
        ).map(lambda value: json.dumps({**value, "run": "nosuch"}).encode()),
    )
)
def test_any_line_gets_an_answer_and_no_bug(line: bytes) -> None:
    stream = io.StringIO()
    answer(Helper(stream), line)
    *_, last = stream.getvalue().splitlines()
    found = json.loads(last)
    assert found["ok"] in (True, False)
    assert found.get("code") != "bug", found


def test_what_others_print_does_not_get_between_the_answers(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def chatty(helper: Helper, request: Any) -> dict[str, Any]:
        print("hello from a plugin")
        return {"version": "x"}

    monkeypatch.setitem(trainer.cli.rpc_actions.ACTIONS, "ping", chatty)
    assert [answer["ok"] for answer in ask({"do": "ping"})] == [True]
