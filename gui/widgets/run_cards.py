"""The essentials of a run, a card each: state, best epoch, test, data, model, speed."""

from __future__ import annotations

from collections.abc import Mapping, Set

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QHBoxLayout, QProgressBar

from gui.style.dimensions import SMALL, TIGHT, space
from gui.text.formats import number, plain, short_path, span, split_word, whole
from gui.text.run_facts import SCORE, Facts, fact_names, fact_tips, metric_facts
from gui.text.run_states import state_advice
from gui.viewmodels.changed_settings import changed_settings
from gui.viewmodels.eta import reached
from gui.viewmodels.run import RunModel
from gui.viewmodels.run_state import LIVE, Action, State
from gui.widgets.card_frame import CardFrame, text_label
from gui.widgets.fact_table import FactRows
from gui.widgets.labels import plain_tip
from gui.widgets.share_bar import ShareBar
from gui.widgets.state_sign import StateSign
from trainer.events import SPLITS
from trainer.store.best_epoch import best_of

MOST_SETTINGS = 4
"""Largest number of settings shown; the others are in the tool tip."""


class StateCard(CardFrame):
    """The state as icon and word, the progress, and what to do."""

    def __init__(self) -> None:
        super().__init__()
        self.state: State = "idle"
        self.enabled: Set[Action] = frozenset()
        self.sign, self.progress = StateSign(), text_label(muted=True)
        self.bar, self.advice = QProgressBar(), text_label("caption", muted=True, wrap=True)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(space(TIGHT))
        for widget in (self.sign, self.bar, self.progress, self.advice):
            self.body.addWidget(widget)
        self.body.setSpacing(space(TIGHT) + 2)

    def show_state(self, state: State, enabled: Set[Action], *, loading: bool = False) -> None:
        """Show the state.

        Args:
            state: State of the run.
            enabled: Actions that are available.
            loading: Whether its journal is still being read. Default: False.
        """
        self.state, self.enabled = state, enabled
        self.sign.show_state("loading" if loading else state)
        self.advice.setText(state_advice("loading" if loading else state, enabled))

    def show_progress(self, model: RunModel) -> None:
        """Show the number of epochs reached.

        Args:
            model: The run.
        """
        epoch, _ = reached(model)
        epochs = model.info.epochs if model.info is not None else 0
        text = QCoreApplication.translate("RunInfo", "Epoch {epoch} of {epochs}")
        self.progress.setText(text.format(epoch=whole(epoch), epochs=whole(epochs)) if epochs else "")
        self.progress.setVisible(epochs > 0)
        self.bar.setVisible(epochs > 0 and self.state in LIVE)
        self.bar.setRange(0, max(1, epochs))
        self.bar.setValue(min(epoch, epochs))
        self.bar.setAccessibleName(self.progress.text())


class ScoreCard(CardFrame):
    """A macro-F1 in large digits, its place between 0 and 1, and what else was measured."""

    def __init__(self) -> None:
        super().__init__()
        self.value, self.what = text_label("display"), text_label("caption", muted=True)
        self.bar, self.interval, self.rows = ShareBar(), text_label("caption", muted=True), FactRows()
        line = QHBoxLayout()
        line.setSpacing(space(SMALL))
        line.addWidget(self.value)
        line.addWidget(self.what, 1)
        self.body.setSpacing(space(TIGHT))
        self.body.addLayout(line)
        for widget in (self.bar, self.interval, self.rows):
            self.body.addWidget(widget)

    def show_score(self, text: str, value: float, ends: tuple[float, float] | None, rows: Mapping[str, str]) -> None:
        """Show a score.

        Args:
            text: Macro-F1 as text; "" hides the card.
            value: Macro-F1, in [0, 1].
            ends: Its 95 % interval; None if unknown.
            rows: Further values by name.
        """
        self.setVisible(bool(text))
        figure, _, over = text.partition(" (")
        self.value.setText(figure)
        self.what.setText(fact_names()["best_macro_f1"] + (f" ({over}" if over else ""))
        self.value.setAccessibleName(f"{self.what.text()} {figure}")
        tip = plain_tip(fact_tips()["best_macro_f1"])
        self.value.setToolTip(tip)
        self.what.setToolTip(tip)
        self.bar.show_interval(value, ends)
        said = QCoreApplication.translate("RunInfo", "95 % interval: {ends}")
        self.interval.setText(said.format(ends=span(*(number(end, SCORE) for end in ends))) if ends else "")
        self.interval.setToolTip(plain_tip(fact_tips()["test_macro_f1_interval"]))
        self.interval.setVisible(ends is not None)
        self.rows.show_rows(rows)


def show_best(card: ScoreCard, model: RunModel, facts: Facts) -> None:
    """Show the best epoch by validation.

    Args:
        card: The card.
        model: The run.
        facts: Its facts.
    """
    names = fact_names()
    text = QCoreApplication.translate("RunInfo", "Best epoch: {epoch}")
    card.set_heading(text.format(epoch=facts.get("best_epoch", "")))
    found = model.epochs.column("valid_macro_f1")[model.epochs.column("epoch") == (model.best_epoch or 0)]
    value = float(found[-1]) if found.size else 0.0
    rows = {names[key]: facts.get(key, "") for key in ("best_by", "best_accuracy", "best_loss")}
    best = best_of(model)
    rows |= metric_facts(best.metrics if best is not None else {})
    card.show_score(facts.get("best_macro_f1", ""), value, None, rows)


def show_test(card: ScoreCard, model: RunModel, facts: Facts) -> None:
    """Show the best weights on the test images; hide the card if they were not evaluated.

    Args:
        card: The card.
        model: The run.
        facts: Its facts.
    """
    test = model.evaluations.get("test")
    card.set_heading(QCoreApplication.translate("RunInfo", "Test"))
    if test is None:
        card.hide()
        return
    names = fact_names()
    rows = {names[key]: facts.get(key, "") for key in ("test_accuracy", "test_accuracy_interval")}
    rows |= metric_facts(test.metrics)
    card.show_score(facts.get("test_macro_f1", ""), test.macro_f1, test.macro_f1_interval, rows)


class DataCard(CardFrame):
    """Source, classes, and the split of the images."""

    def __init__(self) -> None:
        super().__init__()
        self.rows, self.bar = FactRows(), ShareBar()
        self.parts = {split: text_label("caption", muted=True) for split in SPLITS}
        row = QHBoxLayout()
        for label in self.parts.values():
            row.addWidget(label)
        self.body.addWidget(self.rows)
        self.body.addWidget(self.bar)
        self.body.addLayout(row)

    def show_facts(self, model: RunModel, facts: Facts) -> None:
        """Show a run; the card is hidden until it has started.

        Args:
            model: The run.
            facts: Its facts.
        """
        self.setVisible(model.info is not None)
        if model.info is None:
            return
        tr, names = QCoreApplication.translate, fact_names()
        self.set_heading(tr("RunInfo", "Data"))
        self.rows.show_rows(
            {tr("RunInfo", "Source"): facts.get("data", ""), names["classes"]: facts.get("classes", "")}
        )
        sizes = {split: model.info.split_sizes.get(split, 0) for split in SPLITS}
        self.bar.show_parts([float(size) for size in sizes.values()])
        for split, label in self.parts.items():
            label.setText(f"{whole(sizes[split])}\n{split_word(split)}")
            label.setVisible(sizes[split] > 0)


class ModelCard(CardFrame):
    """The model, and the settings that differ from the defaults."""

    def __init__(self) -> None:
        super().__init__()
        self.rows, self.changes = FactRows(), text_label("caption", muted=True)
        self.settings, self.more = FactRows(), text_label("caption", muted=True)
        self.body.setSpacing(space(TIGHT) + 2)
        for widget in (self.rows, self.changes, self.settings, self.more):
            self.body.addWidget(widget)

    def show_facts(self, model: RunModel, facts: Facts) -> None:
        """Show a run; the card is hidden until it has started.

        Args:
            model: The run.
            facts: Its facts.
        """
        self.setVisible(model.info is not None)
        if model.info is None:
            return
        tr, names = QCoreApplication.translate, fact_names()
        self.set_heading(tr("RunInfo", "Model"))
        self.rows.show_rows(
            {tr("RunInfo", "Name"): facts.get("model", "")}
            | {names[key]: facts.get(key, "") for key in ("recipe", "parameters", "optimizer")}
        )
        found = changed_settings(model.info.settings)
        lines = {
            tr("Settings", one.title) if one.title else plain(": ".join(one.path[1:])): plain(
                short_path(_spoken(one.value))
            )
            for one in found
        }
        self.settings.show_rows(dict(list(lines.items())[:MOST_SETTINGS]))
        self.changes.setText(tr("RunInfo", "Changed settings") if lines else tr("RunInfo", "Default settings"))
        more = len(lines) - MOST_SETTINGS
        self.more.setText(tr("RunInfo", "and {count} more").format(count=whole(more)))
        self.more.setVisible(more > 0)
        self.more.setToolTip(plain_tip("\n".join(f"{name}: {value}" for name, value in lines.items())))


def _spoken(value: str) -> str:
    """A switch as words."""
    tr = QCoreApplication.translate
    return {"true": tr("RunInfo", "yes"), "false": tr("RunInfo", "no")}.get(value, value)


class SpeedCard(CardFrame):
    """Training time, speed and device."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = FactRows()
        self.body.addWidget(self.rows)

    def show_facts(self, facts: Facts) -> None:
        """Show a run; the card is hidden if nothing is known.

        Args:
            facts: Run details.
        """
        names = fact_names()
        keys = ("elapsed", "samples_per_second", "data_share", "device")
        self.set_heading(QCoreApplication.translate("RunInfo", "Time"))
        self.rows.show_rows({names[key]: facts.get(key, "") for key in keys})
        self.setVisible(any(facts.get(key) for key in keys))
