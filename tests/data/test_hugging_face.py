"""Data sets of Hugging Face by name and from a folder, with the real package and no network; sources of plugins."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.data.test_image_collection import all_pixels
from trainer import open_data
from trainer.cli import main
from trainer.data.source_names import check_source, is_name
from trainer.errors import DataError, UsageError
from trainer.recommendation import source_facts
from trainer.settings import merge

SOURCE = np.random.default_rng(0)
PIXELS = SOURCE.integers(0, 256, (40, 10, 12, 3), np.uint8)
LABELS = (np.arange(40) % 2).tolist()


def data_set() -> Any:
    datasets = pytest.importorskip("datasets", reason="datasets is not installed: pip install 'epochscope[datasets]'")
    features = datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=["cat", "dog"])})
    images = [Image.fromarray(one) for one in PIXELS]
    return datasets.Dataset.from_dict({"image": images, "label": LABELS}, features=features)


def test_a_saved_data_set_is_a_source(tmp_path: Path) -> None:
    made = data_set()
    made.save_to_disk(str(tmp_path / "one"))
    data = open_data(str(tmp_path / "one"))
    assert data.classes == ("cat", "dog")
    assert all_pixels(data) == all_pixels(open_data((PIXELS, LABELS)))
    split = made.train_test_split(0.25, seed=1)
    split.save_to_disk(str(tmp_path / "two"))
    parts = open_data(str(tmp_path / "two"), valid=0.2)
    assert (parts.sizes["test"], sum(parts.sizes.values())) == (10, 40)
    assert all_pixels(parts) == all_pixels(data)


def test_it_is_trained_from_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EPOCHSCOPE_RUNS", str(tmp_path / "runs"))
    data_set().save_to_disk(str(tmp_path / "pets"))
    assert main(["train", str(tmp_path / "pets"), "--epochs", "1", "--name", "pets", "--json"]) == 0
    assert main(["evaluate", "pets", "--json"]) == 0


def test_a_name_is_handed_to_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    made = data_set()
    import datasets

    asked: list[tuple[Any, ...]] = []

    def load(*given: Any) -> Any:
        asked.append(given)
        return datasets.DatasetDict({"train": made, "validation": made.select(range(8))})

    monkeypatch.setattr(datasets, "load_dataset", load)
    assert open_data("hf:some/pets").sizes == {"train": 40, "valid": 8}
    open_data("hf:some/pets:small")
    assert asked == [("some/pets", None), ("some/pets", "small")]


def test_what_cannot_be_loaded_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = pytest.importorskip("datasets", reason="datasets is not installed: pip install 'epochscope[datasets]'")

    def fail(*given: Any) -> Any:
        raise ConnectionError("no network\nand a long trace")

    monkeypatch.setattr(datasets, "load_dataset", fail)
    with pytest.raises(DataError) as caught:
        open_data("hf:some/pets")
    assert (caught.value.code, caught.value.parameters["reason"]) == ("data.hugging_face", "no network")
    (tmp_path / "state.json").write_text("{", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        open_data(str(tmp_path))
    assert caught.value.code == "data.hugging_face"


def test_an_image_that_the_package_cannot_decode_is_named(tmp_path: Path) -> None:
    made = data_set()
    buffer = io.BytesIO()
    Image.fromarray(PIXELS[0]).save(buffer, "PNG")
    rows = [{"bytes": buffer.getvalue()[:120], "path": None}, *({"bytes": buffer.getvalue(), "path": None},) * 39]
    broken = made.from_dict({"image": rows, "label": LABELS}, features=made.features)
    broken.save_to_disk(str(tmp_path / "pets"))
    with pytest.raises(DataError) as caught:
        open_data(str(tmp_path / "pets"))
    assert [(fault.path, fault.code) for fault in caught.value.faults] == [("train 0", "unreadable")]


def test_without_the_package_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(UsageError) as caught:
        open_data("hf:some/pets")
    assert (caught.value.code, "epochscope[datasets]" in caught.value.fix) == ("data.no_datasets", True)


Install = Callable[[str], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts a distribution on the path whose data source `stripes` is made by this code."""

    def make(code: str) -> None:
        about = tmp_path / "stripes-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: stripes\nVersion: 1.0\n", encoding="utf-8")
        text = "[epochscope.data]\nstripes = stripes_module:load\n"
        (about / "entry_points.txt").write_text(text, encoding="utf-8")
        (tmp_path / "stripes_module.py").write_text(code, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "stripes_module", raising=False)

    return make


ARRAYS = """
import numpy as np
def load():
    labels = np.arange(60) % 2
    pixels = np.zeros((60, 8, 8), np.uint8)
    pixels[labels == 1, ::2] = 255
    pixels += np.random.default_rng(0).integers(0, 20, pixels.shape, np.uint8) * (pixels < 200)
    return pixels, labels
"""


def test_the_source_of_a_plugin(install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError):
        check_source("stripes")
    install(ARRAYS)
    assert is_name("stripes")
    data = open_data("stripes")
    assert (data.input_shape, sum(data.sizes.values())) == ((1, 8, 8), 60)
    monkeypatch.setenv("EPOCHSCOPE_RUNS", str(tmp_path / "runs"))
    assert main(["train", "stripes", "--epochs", "2", "--name", "some", "--json"]) == 0
    with pytest.raises(UsageError) as caught:
        check_source("strips")
    assert "did you mean stripes" in caught.value.fix
    with pytest.raises(DataError):
        source_facts(merge({"data": {"source": "stripes"}}).data)


def test_a_plugin_may_name_a_folder(install: Install, tmp_path: Path) -> None:
    for name in ("cat", "dog"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for number in range(10):
            Image.fromarray(PIXELS[number]).save(tmp_path / "pets" / name / f"{number}-{name}.png")
    install(f"def load():\n    return {str(tmp_path / 'pets')!r}\n")
    assert open_data("stripes", skip_bad=True).classes == ("cat", "dog")


@pytest.mark.parametrize("code", ["def load():\n    raise OSError('it is gone')\n", "def load():\n    return 3\n"])
def test_a_plugin_that_fails_is_named(install: Install, code: str) -> None:
    install(code)
    with pytest.raises(UsageError) as caught:
        open_data("stripes")
    assert caught.value.code in ("data.plugin", "data.unknown_source")


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
def test_a_pipe_in_a_saved_data_set_is_not_waited_for(tmp_path: Path) -> None:
    data_set().save_to_disk(str(tmp_path / "one"))
    os.mkfifo(tmp_path / "one" / "more.arrow")
    with pytest.raises(DataError, match="not a regular file"):
        open_data(str(tmp_path / "one"))
