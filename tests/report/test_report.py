"""The report: well-formed, self-contained, equal to the run's files."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from tests.report.page_reader import Reader
from tests.report.sample_runs import SampleRuns, add_map
from trainer.errors import DataError, UsageError
from trainer.plotting.heat_overlay import Method
from trainer.plotting.texts import LANGUAGES, Language
from trainer.report import figures, html, tables, write_report
from trainer.report.images import COVERED, LOOKED, Looked, read_pictures
from trainer.report.named_figures import told_apart
from trainer.report.run_data import read_run
from trainer.store.folder import RunFolder
from trainer.store.notes import ViewerNotes, write

SVG_NAME = "{http://www.w3.org/2000/svg}"
NASTY = ("<script>alert(1)</script>", 'кошка «М» & "Co"', "</svg><b>x", "a\u202eb\x00c\n", "`rm`")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_whole_and_needs_nothing_beside_itself(made: RunFolder, tmp_path: Path, language: Language) -> None:
    add_map(made, 18)
    other = SampleRuns(tmp_path / "runs", name="other", epochs=5, seed=4).make()
    out = tmp_path / "report.html"
    size = write_report(made, out, language=language, compared=[other])
    page = out.read_text("utf-8")
    assert size == out.stat().st_size < 5_000_000
    found = Reader(page)
    assert page.startswith("<!doctype html>")
    assert f'<html lang="{language}">' in page
    assert "script" not in found.tags
    assert "link" not in found.tags
    assert all(link.startswith(("data:image/png;base64,", "#")) for link in found.links)
    assert "default-src 'none'" in page
    assert not re.search(r"@import|url\(", page)
    assert len(found.ids) == len(set(found.ids))
    assert {link[1:] for link in found.links if link.startswith("#")} <= set(found.ids)
    sections = "results curves classes confusion hardest weights map comparison data settings environment repeat"
    assert set(sections.split()) <= set(found.ids)
    assert "other" in found.text


def test_figures_are_those_of_the_evaluation(made: RunFolder) -> None:
    rows = [row for row in Reader(html(made)).cells if row]
    for split, name in (("test", "test"), ("valid", "validation"), ("train", "training")):
        about = json.loads((made.evaluation / f"{split}.json").read_text())
        shown = next(row for row in rows if row[0] == name)
        assert shown[1] == str(about["samples"])
        assert shown[2] == f"{about['loss']:.3f}"
        assert shown[3].startswith(f"{100 * about['accuracy']:.1f}")
        assert shown[4].startswith(f"{about['macro_f1']:.3f}")
    test = json.loads((made.evaluation / "test.json").read_text())
    for place, name in enumerate(("cat", "dog", "frog")):
        classes = next(row for row in rows if row[0] == name and len(row) == 13)
        scores = [f"{test[key][place]:.3f}" for key in ("precision", "recall", "f1")]
        assert classes[1:5] == [*scores, str(test["support"][place])]


def test_the_best_epoch_is_the_smallest_finite_loss_and_the_earlier_on_a_tie(tmp_path: Path) -> None:
    making = SampleRuns(tmp_path, epochs=5)
    making.make()
    run = read_run(making.folder)
    run.columns["valid_loss"][:] = [np.nan, 0.5, 0.0, 0.0, np.inf]
    assert run.best_epoch == 3
    run.columns["valid_loss"][:] = np.nan
    assert run.best_epoch is None
    assert run.kept_epoch == 5


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_a_class_is_called_it_stays_text(tmp_path: Path, language: Language) -> None:
    run = SampleRuns(tmp_path, classes=NASTY).make()
    add_map(run, 30)
    write(run.viewer, ViewerNotes(note="<img src=x onerror=alert(1)>", tags=("a<b", "ярлык")))
    found = Reader(html(run, language=language))
    assert "script" not in found.tags
    assert "img" not in found.tags
    for text in (NASTY[0], NASTY[1], "</svg><b>x", "<img src=x onerror=alert(1)>", "ярлык"):
        assert text in found.text
    for svg in figures(run, language=language).values():
        ElementTree.fromstring(svg)
    for text in tables(run).values():
        assert not re.search(r"[\x00-\x08]", text)


def test_a_figure_is_an_svg_file_of_its_own(made: RunFolder) -> None:
    add_map(made, 18)
    found = figures(made, theme="dark")
    expected = {
        "loss", "accuracy", "macro-f1", "learning-rate", "classes-test", "f1-by-epoch", "confusion-test",
        "confusion-valid", "hardest-test", "hardest-valid", "weights", "map-pca", "map-tsne", "balance",
    }  # fmt: skip
    assert set(found) == expected
    for name, text in found.items():
        root = ElementTree.fromstring(text)
        assert root.tag == SVG_NAME + "svg"
        assert "var(" not in text, name
        assert root.find(SVG_NAME + "title") is not None
        ids = root.get("aria-labelledby", "").split()
        assert all(root.find(f"*[@id='{one}']") is not None for one in ids)


def numbers_of(svg: str) -> list[str]:
    return [one.text or "" for one in ElementTree.fromstring(svg).iter(SVG_NAME + "text")]


def test_the_matrix_shows_every_count(made: RunFolder) -> None:
    about = json.loads((made.evaluation / "test.json").read_text())
    shown = numbers_of(figures(made)["confusion-test"])
    for row in about["confusion"]:
        for count in row:
            assert count == 0 or str(count) in shown
            assert count == 0 or f"{100 * count / sum(row):.0f}%" in shown


@pytest.mark.parametrize("count", [1, 2, 31, 100])
def test_few_and_many_classes(tmp_path: Path, count: int) -> None:
    run = SampleRuns(tmp_path, classes=tuple(f"class {number}" for number in range(count)), epochs=2).make()
    page = html(run)
    Reader(page)
    found = figures(run)
    assert ("confusion-test-all" in found) == (count > 30)
    inside = re.findall(
        r'<rect x="([-\d.]+)" y="([-\d.]+)" width="([\d.]+)" height="([\d.]+)"', found["confusion-test"]
    )
    box = [float(number) for number in re.search(r'viewBox="([^"]*)"', found["confusion-test"])[1].split()]  # type: ignore[index]
    for x, y, width, height in (map(float, one) for one in inside):
        assert x >= box[0]
        assert y >= box[1]
        assert x + width <= box[0] + box[2] + 0.01
        assert y + height <= box[1] + box[3] + 0.01


@pytest.mark.parametrize(("side", "most"), [(32, 1_000_000), (128, 5_000_000)])
def test_a_page_is_small_enough_to_send(tmp_path: Path, side: int, most: int) -> None:
    """Noise, which no PNG makes smaller, with ten classes: as CIFAR-10, and as the largest images that are kept."""
    run = SampleRuns(tmp_path, classes=tuple("abcdefghij"), per_class=10, epochs=2, shape=(3, side, side)).make()
    assert len(html(run).encode()) < most


def test_the_hardest_images_have_the_largest_loss(made: RunFolder) -> None:
    with np.load(made.evaluation / "test.npz") as arrays:
        loss = arrays["loss"]
        predicted = arrays["predicted"]
    found = read_pictures(read_run(made)).hardest["test"]
    order = np.argsort(-loss, kind="stable")
    assert [one.place for one in found] == order[:24].tolist()
    assert [one.predicted for one in found] == predicted[order[:24]].tolist()
    np.testing.assert_allclose([one.loss for one in found], loss[order[:24]])


def looked(pixels: int, method: Method) -> Looked:
    return Looked(np.full((8, 8, 3), pixels, np.uint8), np.eye(8, dtype=np.float32), method)


def test_heat_maps_are_asked_for_the_hardest_and_the_class_that_was_predicted(made: RunFolder) -> None:
    asked: list[tuple[str, int, int]] = []

    def look(split: str, place: int, label: int) -> Looked:
        asked.append((split, place, label))
        return looked(99, Method.CAM)

    found = read_pictures(read_run(made), look)
    wanted = [(split, one.place, one.predicted) for split, images in found.hardest.items() for one in images[:LOOKED]]
    assert asked == wanted
    page = html(made, look=look)
    assert "class activation map (exact" in page
    assert "looked-test" in page
    assert len(page) < len(html(made)) + 200_000, "they are small"


def test_occlusion_which_takes_long_is_done_for_few(made: RunFolder) -> None:
    found = read_pictures(read_run(made), lambda *image: looked(1, Method.OCCLUSION)).looked
    assert {len(images) for images in found.values()} == {COVERED}


def test_why_there_are_no_heat_maps_is_said(made: RunFolder) -> None:
    def look(split: str, place: int, label: int) -> Looked:
        raise DataError("some.code", "The images\nare gone.")

    page = html(made, look=look, language="ru")
    assert "looked-test" not in page
    assert "куда смотрела модель, нет: The images are gone." in page


def test_a_reason_with_a_code_is_said_in_the_language_of_the_report(made: RunFolder) -> None:
    def look(split: str, place: int, label: int) -> Looked:
        raise UsageError("run.custom", "This run has a model of its own.", name="mine")

    assert "нет: Этот запуск начат из Python с собственной моделью" in html(made, look=look, language="ru")
    assert "looked: This run has a model of its own." in html(made, look=look)


def test_the_map_has_the_class_of_each_image(made: RunFolder) -> None:
    arrays = add_map(made, 9)
    found = read_pictures(read_run(made)).map
    assert found is not None
    np.testing.assert_array_equal(found.labels, np.tile(np.arange(3), 6)[:9])
    np.testing.assert_array_equal(found.places["pca"], arrays["pca"])


def test_nothing_heavy_is_imported(made: RunFolder, tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom trainer.report import write_report\n"
        "from trainer.store.folder import RunFolder\n"
        "write_report(RunFolder(Path(sys.argv[1])), Path(sys.argv[2]))\n"
        "heavy = {'torch', 'torchvision', 'sklearn', 'pandas', 'scipy', 'PySide6'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    command_line = [sys.executable, "-c", code, str(made.path), str(tmp_path / "out.html")]
    found = subprocess.run(command_line, capture_output=True, text=True, timeout=60, check=False)
    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["20261125-2353-birds-numpy", "20261125-2353-birds-ours"], ["…numpy", "…ours"]),
        (["monday-a", "monday-b"], ["monday-a", "monday-b"]),
        (["a-very-long-name-indeed"], ["a-very-long-name-indeed"]),
        (["20261125-2353", "20261125-2354"], ["20261125-2353", "20261125-2354"]),
    ],
)
def test_runs_that_begin_alike_are_told_apart_by_their_ends(names: list[str], expected: list[str]) -> None:
    assert told_apart(names) == expected
