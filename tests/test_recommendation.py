"""One rule says which recipe fits; what it goes by is seen without decoding and without torch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from trainer.backbones import WEIGHTS_PACKAGE
from trainer.data import open_data
from trainer.errors import DataError, UsageError
from trainer.recommendation import MANY, SourceFacts, recommend, source_facts, split_sizes
from trainer.settings.schema import Data

HIDDEN = f"""
import importlib.util
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name == {WEIGHTS_PACKAGE!r} else find(name, package)
"""


def facts(images: int = 500, classes: int = 5, side: int = 400, *, grey: bool = False) -> SourceFacts:
    return SourceFacts(classes, (images, 0, 0), (side, side // 2), grey)


@pytest.mark.parametrize(
    ("source", "pretrained", "wanted"),
    [
        (facts(), True, ("photos", "few_images")),
        (facts(), False, ("cnn", "not_installed")),
        (facts(images=5 * MANY - 1), True, ("photos", "few_images")),
        (facts(images=5 * MANY), True, ("cnn", "many_images")),
        (facts(images=5 * MANY), False, ("cnn", "many_images")),
        (facts(side=32), True, ("photos", "few_images")),
        (facts(side=16), True, ("cnn", "not_photographs")),
        (facts(side=64, grey=True), True, ("cnn", "not_photographs")),
        (facts(side=512, grey=True), True, ("photos", "few_images")),
    ],
)
def test_the_rule(source: SourceFacts, pretrained: bool, wanted: tuple[str, str]) -> None:
    assert recommend(source, pretrained=pretrained) == wanted


@pytest.mark.parametrize("name", ["digits", "mnist", "cifar10", "fashion-mnist"])
def test_known_sets_have_many_images_or_are_no_photographs(name: str) -> None:
    assert recommend(source_facts(Data(source=name)), pretrained=True).recipe == "cnn"


def images(folder: Path, names: str, count: int = 12, mode: str = "RGB", size: tuple[int, int] = (40, 30)) -> Path:
    for name in names:
        (folder / name).mkdir(parents=True)
        for number in range(count):
            Image.new(mode, size, number).save(folder / name / f"{number}.png")
    return folder


def test_a_folder_is_looked_at_without_being_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainer.data.decode.read_image", lambda *args, **more: pytest.fail("decoded"))
    colour = source_facts(Data(source=str(images(tmp_path / "colour", "abc"))))
    assert (colour.images, colour.classes, colour.size, colour.grey, colour.problems) == (36, 3, (30, 40), False, ())
    assert source_facts(Data(source=str(images(tmp_path / "grey", "ab", mode="L")))).grey


def test_what_keeps_a_folder_from_being_used_is_named(tmp_path: Path) -> None:
    one = source_facts(Data(source=str(images(tmp_path / "one", "a"))))
    assert [fault.code for fault in one.problems] == ["one_class"]
    folder = images(tmp_path / "few", "ab", count=2)
    few = source_facts(Data(source=str(folder)))
    assert [fault.code for fault in few.problems] == ["class_too_small"] * 2
    assert source_facts(Data(source=str(folder), test=0)).problems == ()
    (tmp_path / "none").mkdir()
    with pytest.raises(DataError) as caught:
        source_facts(Data(source=str(tmp_path / "none")))
    assert caught.value.code == "data.no_images"
    with pytest.raises(UsageError):
        source_facts(Data(source=str(tmp_path / "nowhere")))


def test_a_table_is_a_source_too(tmp_path: Path) -> None:
    folder = images(tmp_path / "all", "ab", count=3)
    lines = [f"{path.relative_to(tmp_path)},{path.parent.name}" for path in sorted(folder.rglob("*.png"))]
    (tmp_path / "list.csv").write_text("\n".join(["path,label", *lines]), "utf-8")
    found = source_facts(Data(source=str(tmp_path / "list.csv")))
    assert (found.images, found.classes) == (6, 2)


@pytest.mark.parametrize("splits", [("",), ("train", "test"), ("train", "valid"), ("train", "valid", "test")])
def test_split_sizes_are_those_of_the_data(tmp_path: Path, splits: tuple[str, ...]) -> None:
    for number, split in enumerate(splits):
        images(tmp_path / split, "ab", count=20 + number)
    data = Data(source=str(tmp_path), samples=25)
    wanted = open_data(str(tmp_path), samples=25).sizes
    found = {part: count for part, count in split_sizes(source_facts(data), data).items() if count}
    assert {**found, "train": 25} == {**wanted, "train": 25}
    assert found["train"] == wanted["train"]


def test_without_the_extra_another_recipe_fits(tmp_path: Path) -> None:
    """In a process that cannot find the weights; without torch in either case."""
    folder = images(tmp_path / "photos", "ab", size=(50, 50))
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(HIDDEN, "utf-8")
    search = os.pathsep.join([str(tmp_path / "site"), *filter(None, [os.environ.get("PYTHONPATH")])])
    asked = [
        {"id": 1, "do": "recommend", "settings": {"data": {"source": str(folder)}}},
        {"id": 2, "do": "ping"},
    ]
    done = subprocess.run(
        [sys.executable, "-m", "trainer", "assist"],
        input="\n".join(map(json.dumps, asked)) + "\n",
        env={**os.environ, "PYTHONPATH": search},
        capture_output=True,
        text=True,
        check=True,
    )
    answer, ping = map(json.loads, done.stdout.splitlines())
    assert (answer["recommended"], answer["reason"], answer["pretrained"]) == ("cnn", "not_installed", False)
    assert ping["torch"] is False
