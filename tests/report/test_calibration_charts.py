"""How far confidences can be believed, in the report: the numbers are those of the run's file."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import pytest

from tests.report.sample_runs import SampleRuns, add_calibration
from trainer.metrics.temperature import Outcome
from trainer.plotting.texts import LANGUAGES, Texts, words
from trainer.report import document, figures, html, tables
from trainer.store.folder import RunFolder

TEXT, TITLE = (f"{{http://www.w3.org/2000/svg}}{name}" for name in ("text", "title"))


def texts_of(svg: str) -> list[str]:
    return [one.text or "" for one in ElementTree.fromstring(svg).iter(TEXT)]


def tips_of(svg: str) -> list[str]:
    return [one.text or "" for one in ElementTree.fromstring(svg).iter(TITLE)][1:]


def test_a_diagram_says_every_bin_before_and_after(made: RunFolder) -> None:
    found = add_calibration(made).splits["test"]
    svg = figures(made)["reliability-test"]
    spelled = Texts("en").percent
    for stage, heading in ((found.before, "as trained"), (found.after, "temperature 1.50")):
        assert f"{heading}: ECE {spelled(stage.ece)}" in texts_of(svg)
        bins = stage.reliability
        for count, accuracy, confidence in zip(bins.counts, bins.accuracy, bins.confidence, strict=True):
            told = f"{count} images, {spelled(accuracy)} of them correct, mean confidence {spelled(confidence)}"
            assert (count == 0) or any(told in tip for tip in tips_of(svg))
    bars = sum(1 for stage in (found.before, found.after) for count in stage.reliability.counts if count)
    assert len(tips_of(svg)) == 2 * bars  # of the accuracy, and of the count


def test_without_a_temperature_there_is_one_diagram_and_one_line(made: RunFolder) -> None:
    add_calibration(made, temperature=1.0)
    drawn = figures(made)
    assert sum("ECE" in text for text in texts_of(drawn["reliability-test"])) == 1
    assert not any("temperature" in text for text in texts_of(drawn["coverage-test"]))
    page = html(made)
    assert "No temperature was fitted: every validation image is classified correctly" in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_explains_it_with_the_numbers_of_the_test(made: RunFolder, language: str) -> None:
    found = add_calibration(made).splits["test"]
    page = html(made, language=language)  # type: ignore[arg-type]
    spelled = Texts(language)  # type: ignore[arg-type]
    section = page.split('id="confidence"', 1)[1].split("<section", 1)[0]
    assert spelled.percent(found.before.ece) in section
    assert spelled.percent(found.after.ece) in section
    assert spelled.number(1.5, 2) in section
    assert 'id="fig-reliability-test"' in section
    assert 'id="fig-coverage-test"' in section
    assert "fig-reliability-valid" not in page


def test_without_test_images_it_is_about_validation(tmp_path: Path) -> None:
    run = SampleRuns(tmp_path, splits=("train", "valid")).make()
    add_calibration(run, splits=("valid",))
    assert 'id="fig-coverage-valid"' in html(run)


def test_a_run_that_was_not_calibrated_says_how_it_can_be(made: RunFolder) -> None:
    page = html(made)
    assert 'id="confidence"' not in page
    assert "<code>epochscope evaluate made</code>" in page
    assert document(made)["calibration"] is None
    assert not {"reliability", "coverage"} & set(tables(made))
    assert not {"reliability-test", "coverage-test"} & set(figures(made))


def test_tables_hold_what_the_diagrams_show(made: RunFolder) -> None:
    found = add_calibration(made)
    rows = list(csv.DictReader(io.StringIO(tables(made)["reliability"], newline="")))
    assert len(rows) == 15 * 2 * 2
    for split, temperature, stage in (("valid", "1.0", "before"), ("test", "1.5", "after")):
        bins = getattr(found.splits[split], stage).reliability
        own = [row for row in rows if (row["split"], row["temperature"]) == (split, temperature)]
        assert [int(row["images"]) for row in own] == list(bins.counts)
        for row, count, accuracy in zip(own, bins.counts, bins.accuracy, strict=True):
            assert row["accuracy"] == ("" if not count else repr(accuracy))
    points = list(csv.DictReader(io.StringIO(tables(made)["coverage"], newline="")))
    curve = found.splits["test"].after.coverage
    own = [row for row in points if (row["split"], row["temperature"]) == ("test", "1.5")]
    assert [float(row["accuracy"]) for row in own] == list(curve.accuracy)
    assert document(made)["calibration"] == found.plain()


def test_every_outcome_has_its_sentence() -> None:
    for language in LANGUAGES:
        told = {key for key in words(language) if re.match("note_outcome_", key)}
        assert told == {f"note_outcome_{one}" for one in get_args(Outcome)}
