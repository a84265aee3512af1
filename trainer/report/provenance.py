"""Where a run comes from: data, settings, environment, the command that repeats it, what is missing. [no torch]"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import chain

import numpy as np

from trainer.plotting.svg import clean
from trainer.report.page import details, prose
from trainer.report.run_data import Floats, RunData
from trainer.report.section import Part
from trainer.report.settings_table import Chosen, chosen, command
from trainer.settings.fields import as_typed
from trainer.store import calibration_file
from trainer.store.scalar_tables import scalar_rows
from trainer.store.summary import recipe_name
from trainer.text.nested_tables import table_of
from trainer.text.number_format import DASH

MAX_CLASSES_LISTED = 40


class Background(Part):
    """The part of a report on what a run was made from and with."""

    def write(self) -> None:
        """Write all sections, in order."""
        self._write(self._reported, self._data, self._settings, self._environment, self._repeat, self._gaps)

    def _reported(self) -> None:
        """The last number of each name; the pictures are in the run folder."""
        texts = self._texts
        rows = [
            [
                name,
                texts.general(found["value"]) if math.isfinite(found["value"]) else DASH,
                texts.whole(found["epoch"]),
            ]
            for name, found in ((name, rows[-1]) for name, rows in scalar_rows(self._run.history.scalars).items())
        ]
        if rows:
            self._page.table(texts["table_reported"], [texts["reported"], texts["value"], texts["epoch"]], rows)

    def _data(self) -> None:
        run, texts, info = self._run, self._texts, self._run.info
        if info is None:
            return
        shape = "×".join(map(str, info.input_shape[1:])) or DASH
        channels = info.input_shape[0] if info.input_shape else 0
        source = str(table_of(run.settings, "data").get("source") or run.summary.data)
        facts = [
            (texts["source"], source),
            (texts["classes"], self._classes_text()),
            (texts["image_size"], texts["pixels"].format(size=shape, channels=texts.whole(channels))),
        ]
        fingerprint = run.environment.get("data_fingerprint")
        if isinstance(fingerprint, str) and fingerprint:
            facts.append((texts["fingerprint"], fingerprint))
        if run.edits is not None:
            counts = {name: texts.whole(count) for name, count in run.edits._asdict().items()}
            facts.append((texts["edits"], texts["edit_counts"].format(**counts)))
        self._page.add(_facts(facts))
        heads = [texts["split"], texts["images"], *(texts[key] for key in ("share", "per_class"))]
        total = sum(info.split_sizes.values()) or 1
        rows = [
            [texts.word("split", split), texts.whole(size), texts.percent(size / total), self._per_class(split)]
            for split, size in info.split_sizes.items()
        ]
        self._page.table(texts["table_data"], heads, rows)
        if self._unbalanced():
            self._page.figures(self._figures.get("balance"))

    def _classes_text(self) -> str:
        count = len(self._names)
        if not count or count > MAX_CLASSES_LISTED:
            return self._texts.whole(count)
        return f"{self._texts.whole(count)}: {', '.join(self._names)}"

    def _per_class(self, split: str) -> str:
        found = self._run.evaluations.get(split)
        if found is None:
            return DASH
        low, high = min(found.metrics.support), max(found.metrics.support)
        return self._texts.whole(low) if low == high else f"{self._texts.whole(low)}–{self._texts.whole(high)}"

    def _unbalanced(self) -> bool:
        """Whether some class has a fifth more images than another."""
        supports = [found.metrics.support for found in self._run.evaluations.values()]
        return any(max(support) > 1.2 * min(support) for support in supports)

    def _settings(self) -> None:
        run, texts = self._run, self._texts
        if not run.settings:
            return
        found = chosen(run.settings)
        if recipe := recipe_name(run.settings):
            self._page.add(_facts([(texts.translated("Settings", "Recipe"), recipe)]))
        changed, same = ([one for one in found if one.changed is wanted] for wanted in (True, False))
        if changed:
            heads = [texts[key] for key in ("setting", "value", "default", "meaning")]
            self._page.table(texts["table_changed"], heads, map(self._setting, changed), kind="settings")
        else:
            self._page.paragraph(texts["all_default"])
        if same:
            rows = "".join(
                f'<tr><th scope="row"><code>{clean(one.path)}</code></th><td>{clean(as_typed(one.value))}</td>'
                f"<td>{clean(self._meaning(one))}</td></tr>"
                for one in same
            )
            table = f'<div class="scroll"><table class="settings"><tbody>{rows}</tbody></table></div>'
            self._page.add(details(texts["same_settings"].format(count=len(same)), table))

    def _setting(self, one: Chosen) -> list[str]:
        default = as_typed(one.setting.default) if one.setting is not None else DASH
        return [one.path, as_typed(one.value), default, self._meaning(one)]

    def _meaning(self, one: Chosen) -> str:
        if one.setting is None:
            return ""
        title = self._texts.translated("Settings", one.setting.title)
        if one.setting.unit in ("", one.setting.title.lower()):
            return title
        return f"{title}, {self._texts.translated('Settings', one.setting.unit)}"

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
        versions = table_of(found, "versions") or (info.versions if info else {})
        if versions:
            facts.append((texts["env_versions"], ", ".join(f"{name} {value}" for name, value in versions.items())))
        variables = table_of(found, "variables")
        if variables:
            facts.append((texts["env_variables"], ", ".join(f"{name}={value}" for name, value in variables.items())))
        self._page.add(_facts(facts))

    def _time(self) -> str:
        run, texts = self._run, self._texts
        parts = [texts.duration(run.history.seconds or run.summary.elapsed)]
        seconds, speed = run.column("seconds"), run.column("samples_per_second")
        if len(seconds):
            parts.append(texts["per_epoch"].format(time=texts.duration(_median(seconds))))
            parts.append(texts["per_second"].format(count=texts.whole(_median(speed))))
        if (count := max(run.history.attempts, default=0)) > 1:
            parts.append(texts["attempts"].format(count=texts.whole(count)))
        return ", ".join(parts)

    def _repeat(self) -> None:
        run, texts = self._run, self._texts
        if not run.settings:
            return
        line = command(run.settings)
        if run.settings.get("custom"):
            self._page.paragraph(texts["custom"])
        elif line is not None:
            self._page.paragraph(texts["repeat"])
            self._page.add(f"<pre>{clean(line)}</pre>")
        self._page.paragraph(texts["repeat_file"])
        self._page.add("<pre>epochscope train --settings run.toml</pre>")
        self._page.add(details(texts["whole_file"], f"<pre>{clean(run.toml)}</pre>"))

    # --- gaps

    def _gaps(self) -> None:
        lines = list(chain(self._absent(), self._gap_lines(self._run)))
        for run in self._compared:
            lines += [f"{run.name}: {line}" for line in self._gap_lines(run)]
        if lines:
            self._page.add(f'<ul class="gaps">{"".join(f"<li>{prose(line)}</li>" for line in lines)}</ul>')

    def _gap_lines(self, run: RunData) -> Iterator[str]:
        for gap in dict.fromkeys(run.gaps):
            reason = self._texts.error(gap.error, gap.parameters, gap.reason)
            text = self._texts[f"gap_{gap.code}"].format(file=gap.file, reason=reason)
            yield f"{text} ({reason})" if reason and gap.code == "damaged" else text

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
            if not run.history.images:
                yield texts["absent_images"]
        if self._pictures.weights is None and info is not None and not run.history.weights:
            yield texts["absent_weights"]
        elif self._pictures.weights is None and run.history.weights:
            yield texts["absent_pictures"]
        unread = any(gap.file == calibration_file.FILE for gap in run.gaps)
        if run.calibration is None and run.evaluations and not unread:
            yield texts["absent_calibration"].format(name=run.name)
        if self._pictures.map is None and "valid" in run.evaluations:
            yield texts["absent_map"]


def _facts(facts: list[tuple[str, str]]) -> str:
    rows = "".join(f"<div><dt>{clean(name)}</dt><dd>{clean(value)}</dd></div>" for name, value in facts)
    return f'<dl class="facts">{rows}</dl>'


def _median(values: Floats) -> float:
    found = values[np.isfinite(values)]
    return float(np.median(found)) if len(found) else math.nan
