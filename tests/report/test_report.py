"""The report: well-formed, self-contained, equal to the run's files, honest about what is missing."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from tests.report.sample_runs import SampleRuns, add_calibration, add_map
from trainer.errors import DataError, DiskError, UsageError
from trainer.plotting.heat_overlay import Method
from trainer.plotting.texts import LANGUAGES, Language, Texts
from trainer.report import document, figures, html, tables, write_report
from trainer.report.images import COVERED, LOOKED, Looked, read_pictures
from trainer.report.named_figures import Gallery, told_apart
from trainer.report.run_data import read_run
from trainer.store.folder import RunFolder
from trainer.store.notes import ViewerNotes, write

VOID = {"meta", "br", "hr", "img", "link", "input"}
SVG_NAME = "{http://www.w3.org/2000/svg}"
NASTY = ("<script>alert(1)</script>", 'кошка «М» & "Co"', "</svg><b>x", "a\u202eb\x00c\n", "`rm`")


class Reader(HTMLParser):
    """Elements, texts and links of a page; fails on a tag that is not closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.cells: list[list[str]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        assert not any(name.startswith("on") for name in given), given
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href", "action")]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in VOID:
            self._open.append(tag)
        if tag == "tr":
            self.cells.append([])
        elif tag in ("th", "td") and "tr" in self._open:
            self.cells[-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] != ["style"]:
            self.text += data
        if self._open[-1:] in (["th"], ["td"]):
            self.cells[-1][-1] += data


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
    run.columns["valid_loss"] = np.array([np.nan, 0.5, 0.0, 0.0, np.inf])
    assert run.best_epoch == 3
    run.columns["valid_loss"] = np.full(5, np.nan)
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


# --- what is missing


def test_a_stopped_run_says_what_it_lacks(tmp_path: Path) -> None:
    run = SampleRuns(tmp_path, status="stopped", evaluated=False).make()
    found = Reader(html(run))
    assert "epochscope evaluate made" in found.text
    assert "hardest" in found.ids  # the validation of its best epoch has predictions
    assert "confusion" not in found.ids


EARLY = {"code": "stop.early_stopping", "reason": "early_stopping"}


@pytest.mark.parametrize(
    ("status", "why", "english", "russian"),
    [
        ("stopped", {"code": "stop.request", "parameters": {"source": "window"}}, "from a window", "из окна"),
        ("stopped", {"code": "stop.interrupt"}, "with Ctrl-C", "клавишами Ctrl-C"),
        ("stopped", {"code": "", "reason": "as it was written"}, "as it was written", "as it was written"),
        (
            "completed",
            {"code": "stop.early_stopping", "reason": "early_stopping"},
            "early stopping",
            "ранняя остановка",
        ),
    ],
)
def test_why_a_run_has_ended_is_told_in_the_language_of_the_report(
    tmp_path: Path, status: Any, why: dict[str, Any], english: str, russian: str
) -> None:
    run = SampleRuns(tmp_path, status=status, evaluated=False, why={"reason": "unread", **why}).make()
    assert english in Reader(html(run)).text
    assert russian in Reader(html(run, language="ru")).text


def test_a_run_without_validation(tmp_path: Path) -> None:
    found = Reader(html(SampleRuns(tmp_path, splits=("train",), epochs=1).make()))
    assert "no validation split" in found.text
    assert "no test split" in found.text


def remove(path: Path) -> None:
    path.unlink()


def spoil(path: Path) -> None:
    path.write_bytes(b"\x00\xff{" * 40)


def empty(path: Path) -> None:
    path.write_bytes(b"")


FILES = (
    "run.toml", "environment.json", "summary.json", "journal.jsonl", "evaluation/test.json", "evaluation/test.npz",
    "snapshots/epoch-0003.npz", "evaluation/map-valid.npz", "evaluation/calibration.json", "viewer.json",
    "../.data/0123456789abcdef/index.json",
)  # fmt: skip


@pytest.mark.parametrize("harm", [remove, spoil, empty])
@pytest.mark.parametrize("file", FILES)
def test_what_is_missing_or_damaged_is_named_and_the_rest_shown(
    tmp_path: Path, file: str, harm: Callable[[Path], None]
) -> None:
    run = SampleRuns(tmp_path / "runs").make()
    add_map(run, 18)
    add_calibration(run)
    write(run.viewer, ViewerNotes(note="a note"))
    harm(run.path / file)
    found = Reader(html(run))
    told = {
        "../.data/0123456789abcdef/index.json": ".data/0123456789abcdef",
    }.get(file, file)
    optional = ("evaluation/test.json", "viewer.json", "evaluation/map-valid.npz", "evaluation/calibration.json")
    silent = harm is remove and file in optional
    assert silent or told in found.text
    assert "results" in found.ids
    for svg in figures(run).values():
        ElementTree.fromstring(svg)
    json.dumps(document(run), allow_nan=False)


def test_a_damaged_line_costs_that_line(made: RunFolder) -> None:
    lines = made.journal.read_bytes().splitlines(keepends=True)
    lines.insert(4, b"00000000 {}\n")
    made.journal.write_bytes(b"".join(lines))
    assert "damaged lines, which were left out: 1" in Reader(html(made)).text
    assert len(read_run(made).epochs) == 3


def test_a_file_outside_of_the_run_is_not_opened(made: RunFolder, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    made.evaluation.rename(tmp_path / "secret" / "evaluation")
    made.evaluation.symlink_to(secret / "evaluation", target_is_directory=True)
    run = read_run(made)
    assert read_pictures(run).hardest.get("test") is None
    assert run.gaps


@pytest.mark.parametrize("values", [[np.nan, np.inf, 1e308], [np.nan] * 3, [0.0] * 3, [-1e-300, 1e-300, 0.0]])
def test_figures_that_are_no_numbers_do_no_harm(made: RunFolder, values: list[float]) -> None:
    run = read_run(made)
    run.columns["valid_loss"] = np.array(values)
    for language in LANGUAGES:
        found = Gallery(run, read_pictures(run), Texts(language)).all()
        ElementTree.fromstring(found["loss"].svg)


def test_no_run_is_an_error_for_people(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        write_report(RunFolder(tmp_path), tmp_path / "out.html")
    assert caught.value.code == "run.unknown"
    assert not (tmp_path / "out.html").exists()


def test_a_place_that_cannot_be_written_is_an_error_for_people(made: RunFolder, tmp_path: Path) -> None:
    with pytest.raises(DiskError):
        write_report(made, tmp_path / "missing" / "out.html")


# --- images


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
