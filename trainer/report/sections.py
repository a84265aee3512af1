"""What the sections of a report say. [no torch]"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from trainer.confusion import confused_pairs
from trainer.report import setup
from trainer.report.figures import Figure, class_names
from trainer.report.images import Pictures
from trainer.report.intervals import Interval, Intervals, intervals
from trainer.report.page import Page, details
from trainer.report.read import Evaluation, Run
from trainer.report.svg import clean
from trainer.report.texts import DASH, Texts

ORDER = ("test", "valid", "train")
PAIRS = 8
MAX_CLASSES_LISTED = 40


class Sections:
    """Writes all of a report on a page."""

    def __init__(
        self, run: Run, pictures: Pictures, figures: Mapping[str, Figure], page: Page, compared: tuple[Run, ...]
    ) -> None:
        self._run, self._pictures, self._figures, self._page = run, pictures, figures, page
        self._compared, self._texts = compared, page.texts
        self._names = class_names(run.classes, len(run.classes))
        self._sure: dict[str, Intervals] = {}
        for split in ("test", "valid"):
            if split in run.evaluations and (found := intervals(run.evaluations[split])):
                self._sure[split] = found

    def write(self) -> None:
        """Everything, in order."""
        self._head()
        for section in (
            self._results, self._curves, self._classes, self._confusion, self._hardest, self._weights, self._map,
            self._comparison, self._data, self._settings, self._environment, self._repeat, self._gaps,
        ):  # fmt: skip
            self._page.section(section.__name__.removeprefix("_"))
            section()

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
        if run.notes.tags:
            tags = "".join(f"<span>{clean(tag)}</span>" for tag in run.notes.tags)
            self._page.head(f'<p class="tags">{tags}</p>')
        if run.notes.note:
            self._page.head(f'<blockquote class="note">{clean(run.notes.note)}</blockquote>')
        self._page.head(f'<p class="abstract">{clean(" ".join(self._abstract()))}</p>')

    def _model(self) -> str:
        name = self._run.info.model if self._run.info else self._run.summary.model
        return self._texts.word("model", name)

    def _reason(self) -> str:
        """Why the run has ended, where that says something."""
        ended, texts = self._run.ended, self._texts
        if ended is None:
            return ""
        if ended.status == "failed":
            told = texts.translated("Errors", ended.code)
            try:
                return told.format(**ended.parameters) if told != ended.code else ended.error
            except (KeyError, IndexError, ValueError, AttributeError):
                return ended.error
        if ended.status == "completed" and ended.reason != "early_stopping":
            return ""
        reasons = {"early_stopping": "early stopping: no improvement any more", "SIGINT": "with Ctrl-C"}
        found = {"window": "from a window", "command line": "from a terminal", "api": "from the script"} | reasons
        return texts.translated("Reasons", found.get(ended.reason, ended.reason))

    def _abstract(self) -> Iterator[str]:
        """The run in a few sentences."""
        run, texts, info = self._run, self._texts, self._run.info
        done = int(run.epochs[-1]) if len(run.epochs) else 0
        if info is not None:
            yield texts["abstract_data"].format(
                images=texts.whole(info.split_sizes.get("train", 0)), classes=texts.whole(len(info.classes)),
                parameters=texts.whole(info.parameters), epochs=texts.whole(done), planned=texts.whole(info.epochs),
                time=texts.duration(run.seconds or run.summary.elapsed),
            )  # fmt: skip
        if run.best_epoch is not None:
            yield texts["abstract_best"].format(
                epoch=texts.whole(run.best_epoch), loss=texts.number(run.at("valid_loss", run.best_epoch), 3)
            )
        if (found := run.evaluations.get("test")) is not None:
            sure = self._sure.get("test")
            yield texts["abstract_test"].format(
                images=texts.whole(found.samples), accuracy=self._percent(found.accuracy, sure and sure.accuracy),
                f1=self._score(found.macro_f1, sure and sure.macro_f1),
            )  # fmt: skip
        elif run.state in ("stopped", "failed", "lost"):
            yield texts["abstract_unfinished"].format(name=run.name)
        elif run.state in ("running", "paused", "preparing"):
            yield texts["abstract_running"]

    def _percent(self, value: float, sure: Interval | None) -> str:
        text = self._texts.percent(value)
        return f"{text} ({self._range(100 * sure.low, 100 * sure.high, 1)})" if sure else text

    def _score(self, value: float, sure: Interval | None) -> str:
        text = self._texts.number(value, 3)
        return f"{text} ({self._range(*sure, 3)})" if sure else text

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
        rows = [self._result(split, run.evaluations[split]) for split in ORDER if split in run.evaluations]
        weights = next(iter(run.evaluations.values())).weights
        caption = texts["table_results"].format(weights=texts.word("weights", weights))
        if self._sure:
            caption += " " + texts["table_intervals"]
        self._page.table(caption, heads, rows, kind="results")

    def _result(self, split: str, found: Evaluation) -> list[str]:
        texts, sure = self._texts, self._sure.get(split)
        return [
            self._split(split),
            texts.whole(found.samples),
            texts.number(found.loss, 3),
            self._percent(found.accuracy, sure and sure.accuracy),
            self._score(found.macro_f1, sure and sure.macro_f1),
            texts.number(found.weighted_f1, 3),
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
                figures = [texts.number(values[0], 3), texts.percent(values[1]), texts.number(values[2], 3)]
                rows.append([self._split(split), *figures])
        self._page.table(texts["table_epoch"].format(epoch=texts.whole(epoch)), heads, rows, kind="results")

    def _curves(self) -> None:
        if not len(self._run.epochs):
            return
        self._page.figures(*map(self._figure, ("loss", "accuracy", "macro-f1", "learning-rate")))
        texts = self._texts
        augmented = any(
            isinstance(value, int | float) and value > 0 for value in _table(self._run.settings, "augment").values()
        )
        self._page.paragraph(texts["note_augmented" if augmented else "note_seen"], "hint")

    def _classes(self) -> None:
        run, texts = self._run, self._texts
        bars = next((found for split in ORDER if (found := self._figure(f"classes-{split}"))), None)
        self._page.figures(bars, self._figure("f1-by-epoch"))
        splits = [split for split in ORDER if split in run.evaluations]
        if not splits:
            return
        above = "<td></td>" + "".join(f'<th scope="colgroup" colspan="4">{clean(self._split(s))}</th>' for s in splits)
        keys = ("precision", "recall", "f1", "support")
        heads = [texts["class"], *(texts[key] for _ in splits for key in keys)]
        rows = []
        for number, name in enumerate(self._names):
            cells = [name]
            for split in splits:
                found = run.evaluations[split]
                scores = (found.precision, found.recall, found.f1)
                cells += [texts.number(column[number], 3) for column in scores] + [texts.whole(found.support[number])]
            rows.append(cells)
        self._page.table(
            texts["table_classes"],
            heads,
            rows,
            kind=f"classes of{len(splits)}",
            above=f'<tr class="group">{above}</tr>',
        )

    def _confusion(self) -> None:
        run, texts = self._run, self._texts
        names = [name for name in self._figures if name.startswith("confusion-")]
        self._page.figures(*map(self._figure, names))
        split = next((split for split in ("test", "valid") if split in run.evaluations), None)
        if split is None:
            return
        pairs = confused_pairs(run.evaluations[split].counts, limit=PAIRS)
        if pairs:
            heads = [texts[key] for key in ("true", "taken_for", "images", "share")]
            rows = [
                [self._names[p.true], self._names[p.predicted], texts.whole(p.count), texts.percent(p.share)]
                for p in pairs
            ]
            self._page.table(texts["table_pairs"].format(split=self._split(split)), heads, rows, kind="pairs")

    # --- images

    def _hardest(self) -> None:
        found = [self._figure(f"hardest-{split}") for split in ("test", "valid")]
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
        self._page.table(texts["table_compared"], heads, map(self._compared_row, (self._run, *self._compared)))
        others = [run for run in self._compared if run.classes != self._run.classes]
        if others:
            names = ", ".join(run.name for run in others)
            self._page.paragraph(texts["other_classes"].format(names=names), "hint")

    def _compared_row(self, run: Run) -> list[str]:
        texts, test = self._texts, run.evaluations.get("test")
        name = run.info.model if run.info else run.summary.model
        return [
            run.name,
            texts.word("model", name) or DASH,
            texts.word("state", run.state),
            texts.whole(len(run.epochs)),
            texts.whole(run.best_epoch) if run.best_epoch is not None else DASH,
            texts.duration(run.seconds or run.summary.elapsed),
            _known(run.at("valid_macro_f1", run.kept_epoch), texts),
            texts.percent(test.accuracy) if test else DASH,
            texts.number(test.macro_f1, 3) if test else DASH,
        ]

    # --- data, settings, environment

    def _data(self) -> None:
        run, texts, info = self._run, self._texts, self._run.info
        if info is None:
            return
        shape = "×".join(map(str, info.input_shape[1:])) or DASH
        channels = info.input_shape[0] if info.input_shape else 0
        source = str(_table(run.settings, "data").get("source") or run.summary.data)
        facts = [
            (texts["source"], source),
            (texts["classes"], self._classes_text()),
            (texts["image_size"], texts["pixels"].format(size=shape, channels=texts.whole(channels))),
        ]
        fingerprint = run.environment.get("data_fingerprint")
        if isinstance(fingerprint, str) and fingerprint:
            facts.append((texts["fingerprint"], fingerprint))
        self._page.add(_facts(facts))
        heads = [texts["split"], texts["images"], *(texts[key] for key in ("share", "per_class"))]
        total = sum(info.split_sizes.values()) or 1
        rows = [
            [self._split(split), texts.whole(size), texts.percent(size / total), self._per_class(split)]
            for split, size in info.split_sizes.items()
        ]
        self._page.table(texts["table_data"], heads, rows)
        if self._unbalanced():
            self._page.figures(self._figure("balance"))

    def _classes_text(self) -> str:
        count = len(self._names)
        if not count or count > MAX_CLASSES_LISTED:
            return self._texts.whole(count)
        return f"{self._texts.whole(count)}: {', '.join(self._names)}"

    def _per_class(self, split: str) -> str:
        found = self._run.evaluations.get(split)
        if found is None:
            return DASH
        low, high = min(found.support), max(found.support)
        return self._texts.whole(low) if low == high else f"{self._texts.whole(low)}–{self._texts.whole(high)}"

    def _unbalanced(self) -> bool:
        """Whether some class has a fifth more images than another."""
        return any(max(found.support) > 1.2 * min(found.support) for found in self._run.evaluations.values())

    def _settings(self) -> None:
        run, texts = self._run, self._texts
        if not run.settings:
            return
        found = setup.chosen(run.settings)
        changed, same = ([one for one in found if one.changed is wanted] for wanted in (True, False))
        if changed:
            heads = [texts[key] for key in ("setting", "value", "default", "meaning")]
            self._page.table(texts["table_changed"], heads, map(self._setting, changed), kind="settings")
        else:
            self._page.paragraph(texts["all_default"])
        if same:
            rows = "".join(
                f'<tr><th scope="row"><code>{clean(one.path)}</code></th><td>{clean(setup.spelled(one.value))}</td>'
                f"<td>{clean(self._meaning(one))}</td></tr>"
                for one in same
            )
            table = f'<div class="scroll"><table class="settings"><tbody>{rows}</tbody></table></div>'
            self._page.add(details(texts["same_settings"].format(count=len(same)), table))

    def _setting(self, one: setup.Chosen) -> list[str]:
        default = setup.spelled(one.setting.default) if one.setting is not None else DASH
        return [one.path, setup.spelled(one.value), default, self._meaning(one)]

    def _meaning(self, one: setup.Chosen) -> str:
        if one.setting is None:
            return ""
        unit = self._texts.translated("Settings", one.setting.unit) if one.setting.unit else ""
        title = self._texts.translated("Settings", one.setting.title)
        return f"{title}, {unit}" if unit else title

    def _environment(self) -> None:
        run, texts, info = self._run, self._texts, self._run.info
        found, facts = run.environment, list[tuple[str, str]]()
        for key in ("device", "threads", "platform", "machine", "processors"):
            value = found.get(key, getattr(info, key, None) if info else None)
            if value not in (None, ""):
                facts.append((texts[f"env_{key}"], str(value)))
        if info is not None:
            facts.append((texts["env_seed"], str(info.seed)))
            facts.append((texts["env_exact"], texts.word("exact", info.exact_resume)))
        facts.append((texts["env_time"], self._time()))
        versions = _table(found, "versions") or (info.versions if info else {})
        if versions:
            facts.append((texts["env_versions"], ", ".join(f"{name} {value}" for name, value in versions.items())))
        variables = _table(found, "variables")
        if variables:
            facts.append((texts["env_variables"], ", ".join(f"{name}={value}" for name, value in variables.items())))
        self._page.add(_facts(facts))

    def _time(self) -> str:
        run, texts = self._run, self._texts
        parts = [texts.duration(run.seconds or run.summary.elapsed)]
        seconds, speed = run.column("seconds"), run.column("samples_per_second")
        if len(seconds):
            parts.append(texts["per_epoch"].format(time=texts.duration(_median(seconds))))
            parts.append(texts["per_second"].format(count=texts.whole(_median(speed))))
        if run.attempts > 1:
            parts.append(texts["attempts"].format(count=texts.whole(run.attempts)))
        return ", ".join(parts)

    def _repeat(self) -> None:
        run, texts = self._run, self._texts
        if not run.settings:
            return
        command = setup.command(run.settings)
        if run.settings.get("custom"):
            self._page.paragraph(texts["custom"])
        elif command is not None:
            self._page.paragraph(texts["repeat"])
            self._page.add(f"<pre>{clean(command)}</pre>")
        self._page.paragraph(texts["repeat_file"])
        self._page.add("<pre>epochscope train --settings run.toml</pre>")
        self._page.add(details(texts["whole_file"], f"<pre>{clean(run.toml)}</pre>"))

    # --- gaps

    def _gaps(self) -> None:
        texts = self._texts
        lines = list(self._absent())
        for gap in dict.fromkeys(self._run.gaps):
            text = texts[f"gap_{gap.code}"].format(file=gap.file, reason=gap.reason)
            lines.append(text + (f" ({gap.reason})" if gap.reason and gap.code == "damaged" else ""))
        for run in self._compared:
            lines += [
                f"{run.name}: " + texts[f"gap_{gap.code}"].format(file=gap.file, reason=gap.reason)
                for gap in dict.fromkeys(run.gaps)
            ]
        if lines:
            self._page.add(f'<ul class="gaps">{"".join(f"<li>{clean(line)}</li>" for line in lines)}</ul>')

    def _absent(self) -> Iterator[str]:
        """What this kind of run does not have, and why."""
        run, texts, info = self._run, self._texts, self._run.info
        if info is not None:
            for split in ("valid", "test"):
                if not info.split_sizes.get(split):
                    yield texts[f"absent_{split}"]
            judged = all(split in run.evaluations for split in info.split_sizes if info.split_sizes[split])
            if not judged and run.state not in ("running", "paused", "preparing"):
                yield texts["absent_evaluation"].format(name=run.name)
            if not run.images:
                yield texts["absent_images"]
        if self._pictures.weights is None and info is not None and not run.weights:
            yield texts["absent_weights"]
        elif self._pictures.weights is None and run.weights:
            yield texts["absent_pictures"]
        if self._pictures.map is None and "valid" in run.evaluations:
            yield texts["absent_map"]


def _facts(facts: list[tuple[str, str]]) -> str:
    rows = "".join(f"<div><dt>{clean(name)}</dt><dd>{clean(value)}</dd></div>" for name, value in facts)
    return f'<dl class="facts">{rows}</dl>'


def _table(tree: Mapping[str, object], key: str) -> Mapping[str, object]:
    found = tree.get(key)
    return found if isinstance(found, Mapping) else {}


def _known(value: float, texts: Texts) -> str:
    return texts.number(value, 3) if math.isfinite(value) else DASH


def _median(values: object) -> float:
    import numpy as np

    found = np.asarray(values, dtype=float)
    found = found[np.isfinite(found)]
    return float(np.median(found)) if len(found) else math.nan
