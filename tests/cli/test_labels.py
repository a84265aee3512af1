"""`data --labels` and the request `labels`: flipped labels are found, kept, and written as edits."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import Cli
from trainer.analysis import label_review
from trainer.data.digits import load_digits
from trainer.data.read_options import USUAL
from trainer.pretrained.kept_files import REVIEWS
from trainer.store.arrays import read_arrays

FLIPPED = 30


@pytest.fixture(scope="module")
def flipped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, set[str]]:
    """600 digits in folders of their classes, 30 of them in the folder of the next class; and which these are."""
    root = tmp_path_factory.mktemp("flipped") / "digits"
    digits = load_digits(USUAL)
    moved = set(np.random.default_rng(0).permutation(600)[:FLIPPED].tolist())
    wrong = set()
    for number in range(600):
        label = (int(digits.labels[number]) + (number in moved)) % 10
        folder = root / f"digit-{label}"
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(digits.pixels[number, ..., 0]).save(folder / f"{number:03}.png")
        if number in moved:
            wrong.add(f"digit-{label}/{number:03}.png")
    return root, wrong


def test_flipped_labels_are_found(cli: Cli, flipped: tuple[Path, set[str]], tmp_path: Path) -> None:
    folder, wrong = flipped
    out = tmp_path / "edits.csv"
    found = cli("data", folder, "--labels", "--out", out, "--json").document
    assert found["features"] == {"kind": "pixels", "model": "", "width": 192, "reason": "not_photographs"}
    assert (found["images"], found["unjudged"], found["cached"]) == (600, 0, False)
    first = [one for one in found["proposals"] if one["kind"] == "label"][:FLIPPED]
    assert len(wrong & {one["path"] for one in first}) >= 0.7 * FLIPPED
    hits = [one for one in first if one["path"] in wrong]
    assert sum((one["suggested"] + 1) % 10 == one["label"] for one in hits) >= 0.9 * len(hits)
    assert sum(found["found"].values()) == len(found["proposals"]) == found["listed"]
    assert sum(pair["proposed"] for pair in found["pairs"]) >= found["found"]["label"]
    rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8-sig"))))
    assert [row["path"] for row in rows] == [one["path"] for one in found["proposals"]]
    assert {row["action"] for row in rows} <= {"relabel", "leave_out"}
    assert all(row["class"] in found["classes"] for row in rows if row["action"] == "relabel")


def test_the_page(cli: Cli, flipped: tuple[Path, set[str]]) -> None:
    answer = cli("data", flipped[0], "--labels")
    assert answer.code == 0
    for part in (
        "600 images in 10 classes",
        "estimated to be wrong",
        "should be",
        "digit-3 -> digit-2",
        "--out edits.csv",
    ):
        assert part in answer.out
    assert max(map(len, answer.out.splitlines())) <= 120


@pytest.fixture
def ask(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Any:
    """One request to its answer and the stages that were told."""

    def request(**fields: Any) -> tuple[dict[str, Any], list[str]]:
        line = json.dumps({"id": 1, "do": "labels", **fields})
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(line.encode())))
        lines = [json.loads(one) for one in cli("assist").out.splitlines()]
        return lines[-1], [one["progress"]["stage"] for one in lines[:-1]]

    return request


def test_the_request_writes_two_files_and_is_answered_at_once_the_next_time(
    ask: Any, flipped: tuple[Path, set[str]], runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"settings": {"data": {"source": str(flipped[0])}}, "runs": str(runs)}
    found, stages = ask(**given)
    assert found["ok"]
    assert {"check", "folds", "outliers", "pictures"} <= set(stages)
    records = json.loads(Path(found["records"]).read_text("utf-8"))
    pictures = read_arrays(found["pictures"])
    assert runs in Path(found["records"]).parents
    assert records["v"] == label_review.VERSION
    assert {name: records[name] for name in ("classes", "found", "pairs", "estimated", "root")} == {
        name: found[name] for name in ("classes", "found", "pairs", "estimated", "root")
    }
    assert pictures["images"].shape == (found["listed"], 8, 8, 3)
    for one in records["proposals"][:5]:
        with Image.open(Path(records["root"], one["path"])) as image:
            assert np.array_equal(pictures["images"][one["picture"]][..., 0], np.asarray(image))
    monkeypatch.setattr(label_review, "image_features", lambda *given: pytest.fail("computed again"))
    monkeypatch.setattr("trainer.data.inspection.find_duplicates", lambda *given, **more: pytest.fail("compared again"))
    again, _ = ask(**given)
    assert again == {**found, "cached": True}


def test_what_is_kept_is_of_these_labels_only(ask: Any, flipped: tuple[Path, set[str]], runs: Path) -> None:
    given = {"data": {"source": str(flipped[0])}}
    first, _ = ask(settings=given, runs=str(runs))
    other, _ = ask(settings={**given, "train": {"seed": 7}}, runs=str(runs))
    assert (other["cached"], other["records"] == first["records"]) == (False, False)
    Path(first["records"]).write_text("{}")  # damaged: made again
    again, _ = ask(settings=given, runs=str(runs))
    assert (again["cached"], again["records"], again["listed"]) == (False, first["records"], first["listed"])


def test_decisions_are_applied_and_shown(cli: Cli, ask: Any, flipped: tuple[Path, set[str]], tmp_path: Path) -> None:
    first = cli("data", flipped[0], "--labels", "--json").document["proposals"]
    fine, new, gone = [one for one in first if one["kind"] == "label"][:3]
    edits = tmp_path / "edits.csv"
    edits.write_text(
        "path,digest,action,class\n"
        f"{fine['path']},{fine['digest']},fine,\n{new['path']},{new['digest']},relabel,digit-{new['suggested']}\n"
        f"{gone['path']},{gone['digest']},leave_out,\n"
    )
    found, _ = ask(settings={"data": {"source": str(flipped[0]), "edits": str(edits)}})
    assert found["images"] == 599
    proposals = {one["path"]: one for one in json.loads(Path(found["records"]).read_text("utf-8"))["proposals"]}
    assert proposals[fine["path"]]["edit"]["action"] == "fine"
    assert not {new["path"], gone["path"]} & set(proposals)


def test_few_reviews_stay(
    ask: Any, flipped: tuple[Path, set[str]], runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(label_review, "KEPT", 2)
    for seed in range(4):
        found, _ = ask(settings={"data": {"source": str(flipped[0])}, "train": {"seed": seed}}, runs=str(runs))
        assert Path(found["records"]).is_file()
    assert len(list((runs / REVIEWS).iterdir())) == 2


def test_what_is_kept_is_told_and_can_go(cli: Cli, flipped: tuple[Path, set[str]], runs: Path) -> None:
    cli("data", flipped[0], "--labels")
    kept = cli("cache", "--json").document["labels"]
    assert kept["reviews"] == 1
    assert "1 review " in cli("cache").out
    assert cli("cache", "--clean", "labels", "--json").document == {"freed": {"labels": kept["bytes"]}}
    assert not (runs / REVIEWS).exists()


def test_what_cannot_be_judged_is_said(cli: Cli, ask: Any, tmp_path: Path, runs: Path) -> None:
    alone = tmp_path / "alone" / "cats"
    alone.mkdir(parents=True)
    for number in range(20):
        Image.fromarray(np.full((9, 9, 3), number, np.uint8)).save(alone / f"{number}.png")
    answer, _ = ask(settings={"data": {"source": str(alone.parent)}}, runs=str(runs))
    assert (answer["ok"], answer["code"]) == (False, "data.one_class")
    few = tmp_path / "few"
    for name in ("cats", "dogs"):
        (few / name).mkdir(parents=True)
        for number in range(4):
            Image.fromarray(np.full((9, 9, 3), 40 * number + len(name), np.uint8)).save(few / name / f"{number}.png")
    answer, _ = ask(settings={"data": {"source": str(few)}}, runs=str(runs))
    assert (answer["ok"], answer["code"]) == (False, "labels.too_few")
    assert cli("data", few, "--labels").code == 5


def test_unreadable_images_are_left_out_and_told(cli: Cli, photos: Path) -> None:
    answer = cli("data", photos, "--labels")
    assert answer.code == 0
    assert "60 images" in answer.out
    assert "1 image" in answer.err


def test_flags_that_do_not_fit(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "x.csv"
    for wrong in (("--out", tmp_path / "x.npz"), ("--preview", "3", "--out", out), ("--means", tmp_path / "x.png")):
        answer = cli("data", "digits", "--labels", *wrong)
        assert answer.code == 4
        assert "--out FILE.csv" in answer.err
