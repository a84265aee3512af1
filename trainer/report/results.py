"""The results of a run: the first part of its report. [no torch]"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from msgspec.structs import asdict

from trainer.analysis.slices import Slice
from trainer.metrics.classification import Metrics
from trainer.metrics.compact_metrics import CompactMetrics
from trainer.metrics.confusion import confused_pairs
from trainer.metrics.significance import Interval, Intervals
from trainer.plotting.svg import clean
from trainer.plotting.texts import Texts
from trainer.reasons import reason_text
from trainer.report.images import RunImages
from trainer.report.named_figures import FIRST_SPLITS, MAX_SLICES, Figure, own_figure
from trainer.report.page import Page, prose
from trainer.report.run_data import RunData
from trainer.report.section import Part
from trainer.report.slice_texts import group_text
from trainer.store.evaluations import SplitMetrics
from trainer.text.error_text import ended_parts
from trainer.text.nested_tables import table_of
from trainer.text.number_format import DASH
from trainer.text.text_width import one_line

PAIRS = 8


class Sections(Part):
    """The part of a report on what a run has learned."""

    def __init__(
        self,
        run: RunData,
        pictures: RunImages,
        figures: Mapping[str, Figure],
        page: Page,
        compared: tuple[RunData, ...],
    ) -> None:
        super().__init__(run, pictures, figures, page, compared)
        self._sure: dict[str, Intervals] = {
            split: run.evaluations[split].intervals for split in ("test", "valid") if split in run.evaluations
        }

    def write(self) -> None:
        """Write all sections, in order."""
        self._head()
        self._write(
            self._results,
            self._curves,
            self._classes,
            self._confusion,
            self._confidence,
            self._slices,
            self._hardest,
            self._weights,
            self._map,
            self._comparison,
        )

    def _figure(self, name: str) -> Figure | None:
        return self._figures.get(name)

    def _split(self, split: str) -> str:
        return self._texts.word("split", split)

    # --- head

    def _head(self) -> None:
        run, texts, summary = self._run, self._texts, self._run.summary
        model, data = self._model(), Path(summary.data).name
        self._page.head(f'<p class="kicker">{clean(texts["kicker"])}</p><h1>{clean(run.name)}</h1>')
        if model and data:
            self._page.head(f'<p class="lead">{clean(texts["lead"].format(model=model, data=data))}</p>')
        marks = [f'<b class="state {run.state}">{clean(texts.word("state", run.state))}</b>']
        if reason := self._reason():
            marks.append(clean(reason))
        if summary.started_at:
            marks.append(clean(texts["started"].format(when=texts.moment(summary.started_at))))
        self._page.head(f'<p class="meta">{" · ".join(marks)}</p>')
        if lines := self._failure():
            self._page.head(f'<p class="meta">{"<br>".join(map(prose, lines))}</p>')
        if run.notes.tags:
            tags = "".join(f"<span>{clean(tag)}</span>" for tag in run.notes.tags)
            self._page.head(f'<p class="tags">{tags}</p>')
        if run.notes.note:
            self._page.head(f'<blockquote class="note">{clean(run.notes.note)}</blockquote>')
        self._page.head(f'<p class="abstract">{prose(" ".join(self._abstract()))}</p>')

    def _model(self) -> str:
        name = self._run.info.model if self._run.info else self._run.summary.model
        return self._texts.word("model", name)

    def _reason(self) -> str:
        """Why the run has ended, where that says something."""
        ended, texts = self._run.ended, self._texts
        if ended is None or ended.status == "failed":
            return ""
        if ended.status == "completed" and ended.reason != "early_stopping":
            return ""
        return reason_text(ended.code, ended.parameters, ended.reason, texts.translated)

    def _failure(self) -> list[str]:
        """The error that ended the run, a line for each part."""
        ended = self._run.ended
        if ended is None or ended.status != "failed":
            return []
        return [text for _, text in ended_parts(asdict(ended), self._texts.translated)]

    def _abstract(self) -> Iterator[str]:
        """The run in a few sentences."""
        run, texts, info = self._run, self._texts, self._run.info
        done = int(run.epochs[-1]) if len(run.epochs) else 0
        if info is not None:
            yield texts["abstract_data"].format(
                images=texts.whole(info.split_sizes.get("train", 0)), classes=texts.counted("class", len(info.classes)),
                parameters=texts.whole(info.parameters), epochs=texts.whole(done), planned=texts.whole(info.epochs),
                time=texts.duration(run.history.seconds or run.summary.elapsed),
            )  # fmt: skip
        if run.best_epoch is not None:
            yield self._best(run.best_epoch)
        if (found := run.evaluations.get("test")) is not None:
            yield texts["abstract_test"].format(
                images=texts.whole(found.metrics.samples),
                accuracy=self._percent(found.metrics.accuracy, found.intervals.accuracy),
                f1=self._macro(found.metrics, found.intervals.macro_f1),
            )
        elif run.state in ("stopped", "failed", "lost"):
            yield texts["abstract_unfinished"].format(name=run.name)
        elif run.state in ("running", "paused", "preparing"):
            yield texts["abstract_running"]

    def _best(self, epoch: int) -> str:
        texts, monitor = self._texts, self._run.history.monitor
        if monitor.name == "loss":
            return texts["abstract_best"].format(
                epoch=texts.whole(epoch), loss=texts.number(self._run.at("valid_loss", epoch), 3)
            )
        value = texts.number(self._run.at(monitor.column, epoch), 3)
        return texts["abstract_best_by"].format(epoch=texts.whole(epoch), name=one_line(monitor.name), value=value)

    def _percent(self, value: float, sure: Interval | None) -> str:
        text = self._texts.percent(value)
        return f"{text} ({self._range(100 * sure[0], 100 * sure[1], 1)})" if sure else text

    def _score(self, value: float, sure: Interval | None) -> str:
        text = self._texts.number(value, 3)
        return f"{text} ({self._range(*sure, 3)})" if sure else text

    def _macro(self, metrics: Metrics, sure: Interval | None) -> str:
        return self._score(metrics.macro_f1, sure) + over_classes(metrics, self._texts)

    def _range(self, low: float, high: float, digits: int) -> str:
        return f"{self._texts.number(low, digits)}–{self._texts.number(high, digits)}"

    # --- results

    def _results(self) -> None:
        run, texts = self._run, self._texts
        if not run.evaluations:
            if run.best_epoch is not None:
                self._page.paragraph(texts["no_evaluation"].format(name=run.name), "hint")
            self._last_figures()
            return
        heads = [texts[key] for key in ("split", "images", "loss", "accuracy", "macro_f1", "weighted_f1")]
        rows = [self._result(split, run.evaluations[split]) for split in FIRST_SPLITS if split in run.evaluations]
        weights = next(iter(run.evaluations.values())).weights
        caption = texts["table_results"].format(weights=texts.word("weights", weights))
        if self._sure:
            caption += " " + texts["table_intervals"]
        self._page.table(caption, heads, rows, kind="results")
        self._own_metrics()

    def _own_metrics(self) -> None:
        """A row for each metric of the run's own."""
        run, texts = self._run, self._texts
        splits = [split for split in FIRST_SPLITS if split in run.evaluations]
        names = dict.fromkeys(name for split in splits for name in run.evaluations[split].custom)
        if names:
            rows = (
                [one_line(name), *(texts.number(run.evaluations[split].custom.get(name), 4) for split in splits)]
                for name in names
            )
            heads = [texts["metric"], *map(self._split, splits)]
            self._page.table(texts["table_own_metrics"], heads, rows, kind="results")

    def _result(self, split: str, found: SplitMetrics) -> list[str]:
        texts, sure, metrics = self._texts, self._sure.get(split), found.metrics
        return [
            self._split(split),
            texts.whole(metrics.samples),
            texts.number(metrics.loss, 3),
            self._percent(metrics.accuracy, sure.accuracy if sure else None),
            self._macro(metrics, sure.macro_f1 if sure else None),
            texts.number(metrics.weighted_f1, 3),
        ]

    def _last_figures(self) -> None:
        """Of a run without evaluation: what its kept epoch said."""
        run, texts, epoch = self._run, self._texts, self._run.kept_epoch
        if epoch is None:
            self._page.paragraph(texts["no_epoch"], "hint")
            return
        heads = [texts[key] for key in ("split", "loss", "accuracy", "macro_f1")]
        rows = []
        for split in ("valid", "train"):
            values = [run.at(f"{split}_{metric}", epoch) for metric in ("loss", "accuracy", "macro_f1")]
            if any(map(math.isfinite, values)):
                judged = run.history.verdicts.get(epoch) if split == "valid" else None
                over = over_classes(judged, texts) if judged is not None else ""
                figures = [texts.number(values[0], 3), texts.percent(values[1]), texts.number(values[2], 3) + over]
                rows.append([self._split(split), *figures])
        self._page.table(texts["table_epoch"].format(epoch=texts.whole(epoch)), heads, rows, kind="results")

    def _curves(self) -> None:
        if not len(self._run.epochs):
            return
        own = (own_figure(self._run, name) for name in self._run.metrics)
        names = ("loss", "accuracy", "macro-f1", *own, "learning-rate", "rate-range")
        self._page.figures(*map(self._figure, names))
        texts = self._texts
        augmented = any(
            isinstance(value, int | float) and value > 0 for value in table_of(self._run.settings, "augment").values()
        )
        self._page.paragraph(texts["note_augmented" if augmented else "note_seen"], "hint")

    def _classes(self) -> None:
        run, texts = self._run, self._texts
        bars = next((found for split in FIRST_SPLITS if (found := self._figure(f"classes-{split}"))), None)
        self._page.figures(bars, self._figure("f1-by-epoch"))
        splits = [split for split in FIRST_SPLITS if split in run.evaluations]
        if not splits:
            return
        above = "<td></td>" + "".join(f'<th scope="colgroup" colspan="4">{clean(self._split(s))}</th>' for s in splits)
        keys = ("precision", "recall", "f1", "support")
        heads = [texts["class"], *(texts[key] for _ in splits for key in keys)]
        rows = []
        for number, name in enumerate(self._names):
            cells = [name]
            for one in (run.evaluations[split].metrics for split in splits):
                scores = (one.precision, one.recall, one.f1)
                cells += [texts.number(column[number], 3) for column in scores] + [texts.whole(one.support[number])]
            rows.append(cells)
        self._page.table(
            texts["table_classes"],
            heads,
            rows,
            kind=f"classes of{len(splits)}",
            above=f'<tr class="group">{above}</tr>',
        )

    def _confusion(self) -> None:
        run = self._run
        names = [name for name in self._figures if name.startswith("confusion-")]
        self._page.figures(*map(self._figure, names))
        splits = [split for split in ("test", "valid") if split in run.evaluations]
        if splits:
            self._page.side_by_side(*(partial(self._pairs, split) for split in splits))

    def _pairs(self, split: str) -> None:
        texts = self._texts
        found = confused_pairs(self._run.evaluations[split].metrics.confusion, limit=PAIRS)
        if found:
            heads = [texts[key] for key in ("true", "taken_for", "images", "share")]
            rows = [
                [self._names[one.true], self._names[one.predicted], texts.whole(one.count), texts.percent(one.share)]
                for one in found
            ]
            self._page.table(texts["table_pairs"].format(split=self._split(split)), heads, rows, kind="pairs")

    def _confidence(self) -> None:
        """Of test images, without them of validation images: all that the temperature was not fitted on."""
        found, texts = self._run.calibration, self._texts
        split = next((name for name in FIRST_SPLITS if found is not None and name in found.splits), None)
        if found is None or split is None:
            return
        one = found.splits[split]
        numbers = {
            "split": self._split(split),
            "temperature": texts.number(found.temperature, 2),
            "images": texts.whole(found.images),
            "before": texts.percent(one.before.ece),
            "after": texts.percent(one.after.ece),
        }
        self._page.paragraph(texts["about_confidence"])
        self._page.paragraph(texts[f"note_outcome_{found.outcome}"].format(**numbers))
        self._page.figures(self._figure(f"reliability-{split}"), self._figure(f"coverage-{split}"))
        if one.images < one.total:
            some = {"images": texts.whole(one.images), "total": texts.whole(one.total)}
            self._page.paragraph(texts["some_confidences"].format(**some), "hint")

    # --- images

    def _slices(self) -> None:
        """Where it fails: the worst slices as a table, and a few images of each."""
        found, texts = self._pictures.slices, self._texts
        if found is None:
            return
        facts = ", ".join(texts.word("fact", fact) for fact in found.found.facts if fact != "class")
        split = self._split(found.split)
        alone = [one for one in found.found.worst if one.same_as < 0][:MAX_SLICES]
        if not alone:
            self._page.paragraph(texts["no_slices"].format(split=split, facts=facts))
            return
        heads = [texts[key] for key in ("slice", "images", "accuracy", "elsewhere", "lost")]
        caption = texts["table_slices"].format(split=split)
        self._page.table(caption, heads, map(self._slice, alone), kind="results")
        self._page.paragraph(texts["about_slices"].format(facts=facts), "hint")
        self._page.figures(*(self._figure(f"slice-{number}") for number, _ in enumerate(alone, 1)))

    def _slice(self, one: Slice) -> list[str]:
        texts = self._texts
        low, high = (texts.whole(max(0.0, end)) for end in one.excess.interval)
        return [
            group_text(one.group, self._names, texts),
            texts.whole(one.images),
            self._percent(one.accuracy, one.intervals.accuracy),
            texts.percent(one.accuracy - one.difference),
            f"{texts.whole(one.excess.lost)} ({low}–{high})",
        ]

    def _hardest(self) -> None:
        found = [self._figure(f"{kind}-{split}") for split in ("test", "valid") for kind in ("hardest", "looked")]
        if any(found):
            self._page.figures(*found)

    def _weights(self) -> None:
        self._page.figures(self._figure("weights"))
        broken = self._pictures.weights.broken if self._pictures.weights else 0
        if broken:
            self._page.paragraph(self._texts["broken_weights"].format(count=self._texts.whole(broken)), "hint")

    def _map(self) -> None:
        self._page.figures(self._figure("map-pca"), self._figure("map-tsne"))

    # --- other runs

    def _comparison(self) -> None:
        texts = self._texts
        if not self._compared:
            return
        self._page.figures(self._figure("compared-loss"), self._figure("compared-macro-f1"))
        heads = [
            texts[key]
            for key in (
                "run",
                "model",
                "state",
                "epochs",
                "best_epoch",
                "time",
                "valid_macro_f1",
                "test_accuracy",
                "test_macro_f1",
            )
        ]
        self._page.table(
            texts["table_compared"], heads, map(self._compared_row, (self._run, *self._compared)), kind="compared"
        )
        others = [run for run in self._compared if run.classes != self._run.classes]
        if others:
            names = ", ".join(run.name for run in others)
            self._page.paragraph(texts["other_classes"].format(names=names), "hint")

    def _compared_row(self, run: RunData) -> list[str]:
        texts, test = self._texts, run.evaluations.get("test")
        name = run.info.model if run.info else run.summary.model
        judged = run.history.verdicts.get(run.kept_epoch or 0)
        return [
            run.name,
            texts.word("model", name) or DASH,
            texts.word("state", run.state),
            texts.whole(len(run.epochs)),
            texts.whole(run.best_epoch) if run.best_epoch is not None else DASH,
            texts.duration(run.history.seconds or run.summary.elapsed),
            _known(run.at("valid_macro_f1", run.kept_epoch), texts) + (over_classes(judged, texts) if judged else ""),
            texts.percent(test.metrics.accuracy) if test else DASH,
            texts.number(test.metrics.macro_f1, 3) + over_classes(test.metrics, texts) if test else DASH,
        ]


def over_classes(found: Metrics | CompactMetrics, texts: Texts) -> str:
    """Say after macro-F1 how many classes it is the mean of; empty if it is of all."""
    some, count = found.macro_classes, len(found.f1)
    return " " + texts["over_classes"].format(some=texts.whole(some), all=texts.whole(count)) if some < count else ""


def _known(value: float, texts: Texts) -> str:
    return DASH if math.isnan(value) else texts.number(value, 3)
