"""Set up a search on the settings of a new run: what is varied over which range, how many trials, what decides."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QGroupBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gui.new_run.setting_row import ProblemLabel, setting_grid
from gui.style.theme import icon
from gui.text import formats, settings
from gui.viewmodels.form_fields import Path_, Problem
from gui.viewmodels.search_form import MONITORS, NAME, SPACE, TRIALS_PATH, SearchForm
from gui.viewmodels.settings_form import SettingsForm
from gui.widgets.labels import plain_tip
from gui.widgets.translated_dialog import SHARE, TranslatedDialog
from trainer.search.search_plan import IMPORTANCE_TRIALS, MOST_TRIALS

WIDTH = 560


class SearchSetup(TranslatedDialog):
    """`start_wanted`: the arguments after `epochscope`, and the name of the search. `images`: number of training
    images, None where it is unknown. Raises UsageError where the form of the run has problems."""

    start_wanted = Signal(list, str)

    def __init__(self, form: SettingsForm, parent: QWidget | None = None, images: int | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._run_form, self.form = form, SearchForm(form, images)
        self.switches: dict[Path_, QCheckBox] = {}
        self.ranges: dict[Path_, QLineEdit] = {}
        self.problems: dict[Path_, ProblemLabel] = {}
        self.few = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        """What fewer trials than that do not tell."""
        self.few.setProperty("tone", "muted")
        self.about = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.box = QGroupBox()
        self.trials, self.name = QLineEdit(self.form.trials, maxLength=6), QLineEdit(self.form.name, maxLength=60)
        self.monitor = QComboBox()
        self._labels = {key: QLabel(textFormat=Qt.TextFormat.PlainText) for key in ("trials", "monitor", "name")}
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.start_button = QPushButton(icon("search", on_accent=True), "")
        self._lay_out()
        self.retranslate()
        self._show()
        self.resize(WIDTH, self._whole_height())

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.addWidget(self.about)
        layout.addWidget(self._scrolled(self.box), 1)
        grid = setting_grid(self.box)
        for place, (path, text) in enumerate(self.form.ranges.items()):
            switch = self.switches[path] = QCheckBox()
            switch.setChecked(path in self.form.chosen)
            line = self.ranges[path] = QLineEdit(text)
            switch.toggled.connect(lambda on, path=path: self._switch(path, on))
            line.textEdited.connect(lambda text, path=path: self._type(path, text))
            grid.addWidget(switch, 2 * place, 0)
            grid.addWidget(line, 2 * place, 1)
            grid.addWidget(self._problem(path), 2 * place + 1, 1)
        grid.addWidget(self._problem(SPACE), 2 * len(self.ranges), 0, 1, 2)
        layout.addLayout(self._rest())
        self.buttons.addButton(self.start_button, QDialogButtonBox.ButtonRole.AcceptRole)
        self.start_button.setDefault(True)
        self.buttons.accepted.connect(self._start)
        self.buttons.rejected.connect(self.reject)
        layout.addWidget(self.buttons)

    def _scrolled(self, box: QWidget) -> QScrollArea:
        """On a small screen, the rows are scrolled, and the buttons stay in sight."""
        self._scroll = QScrollArea(widgetResizable=True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it follows the field that has the keyboard
        self._scroll.setWidget(box)
        return self._scroll

    def _whole_height(self) -> int:
        """With nothing scrolled."""
        layout = self.layout()
        assert layout is not None
        layout.activate()
        rest = layout.totalHeightForWidth(self.width()) - self._scroll.sizeHint().height()
        return rest + self.box.sizeHint().height()

    def _rest(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        rows = (("trials", self.trials, TRIALS_PATH), ("monitor", self.monitor, None), ("name", self.name, NAME))
        for place, (key, editor, path) in enumerate(rows):
            self._labels[key].setBuddy(editor)
            grid.addWidget(self._labels[key], 2 * place, 0)
            grid.addWidget(editor, 2 * place, 1)
            if path is not None:
                grid.addWidget(self._problem(path), 2 * place + 1, 1)
        grid.addWidget(self.few, 1, 1)  # in the place of a problem with the number of trials
        self.trials.textEdited.connect(self._set_trials)
        self.name.textEdited.connect(self._set_name)
        self.monitor.activated.connect(self._set_monitor)
        return grid

    def _problem(self, path: Path_) -> ProblemLabel:
        self.problems[path] = ProblemLabel()
        return self.problems[path]

    # -- what a person does ----------------------------------------------------------------------------------------

    def _switch(self, path: Path_, on: bool) -> None:
        (self.form.chosen.add if on else self.form.chosen.discard)(path)
        self._show()

    def _type(self, path: Path_, text: str) -> None:
        self.form.ranges[path] = text.strip()
        self._show()

    def _set_trials(self, text: str) -> None:
        self.form.trials = text.strip()
        self._show()

    def _set_name(self, text: str) -> None:
        self.form.name = text.strip()
        self._show()

    def _set_monitor(self, place: int) -> None:
        self.form.monitor = MONITORS[place]
        self._show()

    def _start(self) -> None:
        if not self.form.check():
            self.start_wanted.emit(self.form.arguments(), self.form.name)
            self.accept()

    # -- showing ---------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        found = {problem.path: problem for problem in reversed(self.form.check())}
        for path, label in self.problems.items():
            label.tell(self._text(found[path]) if path in found else "")
        for path, line in self.ranges.items():
            line.setEnabled(path in self.form.chosen)
        self.few.setVisible(TRIALS_PATH not in found and int(self.form.trials) < IMPORTANCE_TRIALS)
        self.start_button.setEnabled(not found)
        self._grow()

    def _grow(self) -> None:
        """Make room for what has come, so that no line is squeezed."""
        if self.isVisible():
            most = round(SHARE * self.screen().availableSize().height())
            self.resize(self.width(), min(most, max(self.height(), self._whole_height())))

    def _text(self, problem: Problem) -> str:
        """A sentence that stands beside what is wrong."""
        field = self._run_form.field(problem.path)
        if problem.code == "value" and field is not None:
            return settings.problem(self._run_form, problem)
        written = self.tr("Expected: LOW..HIGH, LOW..HIGH:log, LOW..HIGH:STEP or A,B,C")
        texts = {
            "range": written,
            "number": written,
            "order": self.tr("LOW must be below HIGH."),
            "log": self.tr("A logarithmic range must start above 0."),
            "step": self.tr("The step must be above 0 and fit between LOW and HIGH."),
            "whole": self.tr("Only whole numbers are allowed."),
            "choices": self.tr("Expected: a range, or at least two choices"),
            "changes_loss": self.tr("It changes the loss itself: rank trials by accuracy or macro-F1."),
            "nothing": self.tr("Choose at least one setting."),
            "trials": self.tr("Expected: a whole number from 1 to {most}").format(most=formats.whole(MOST_TRIALS)),
            "name": QCoreApplication.translate(
                "Form", "1 to 64 of A–Z a–z 0–9 . _ -, no dot at either end; not “last”."
            ),
            "name_taken": self.tr("A search or run of this name already exists."),
        }
        return texts.get(problem.code) or problem.text

    def retranslate(self) -> None:
        """Set all texts."""
        self.setWindowTitle(self.tr("Search settings"))
        self.about.setText(
            self.tr(
                "Trains many runs with different settings and ranks them on the validation images. LOW..HIGH "
                "is a range, LOW..HIGH:log a range on a log scale; A,B,C are choices."
            )
        )
        text = self.tr("Importance needs at least {least} completed trials.")
        self.few.setText(text.format(least=formats.whole(IMPORTANCE_TRIALS)))
        self.box.setTitle(self.tr("What is varied"))
        for path, switch in self.switches.items():
            field = self._run_form.fields[path]
            title = settings.title(field)
            switch.setText(title)
            self.ranges[path].setAccessibleName(self.tr("Range of {setting}").format(setting=title))
            for widget in (switch, self.ranges[path]):
                widget.setToolTip(plain_tip(settings.about(field)))
        self._labels["trials"].setText(self.tr("&Trials"))
        self._labels["monitor"].setText(self.tr("&Decided by"))
        self._labels["name"].setText(self.tr("&Name of the search"))
        self.trials.setAccessibleName(self.tr("Trials"))
        self.monitor.setAccessibleName(self.tr("Decided by"))
        self.name.setAccessibleName(self.tr("Name of the search"))
        self.monitor.clear()
        self.monitor.addItems([formats.monitor_word(one) for one in MONITORS])
        self.monitor.setCurrentIndex(MONITORS.index(self.form.monitor))
        self.start_button.setText(self.tr("Start the search"))
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(self.tr("Cancel"))
