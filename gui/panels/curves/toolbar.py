"""The bar above the curves: which x, how smooth, logarithmic or not, following or not, charts or table."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QSize, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from gui.style.dimensions import SMALL, icon_size, space
from gui.style.theme import icon
from gui.viewmodels.curves import Axis, Source
from gui.widgets.labels import Note

SPANS = (0, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)
"""Steps to smooth over; 0 is none."""
_FIRST = SPANS.index(50)
_USUAL = 200
"""A longer span takes room from what is beside it."""
_AXES: tuple[Axis, ...] = ("step", "epoch", "time")
_SOURCES: tuple[Source, ...] = ("epochs", "batches")


class CurvesToolbar(QWidget):
    """Says what a person has chosen; the properties are what stands chosen."""

    axis_chosen = Signal()
    span_chosen = Signal()
    log_chosen = Signal()
    follow_chosen = Signal(bool)
    table_chosen = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._slid_by_hand = False
        self._note_room = 0
        self._axis_label, self._span_value = QLabel(), QLabel()
        self.axis_box, self.source_box = QComboBox(), QComboBox()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.log_box, self.follow_button, self.table_button = QCheckBox(), _toggle("fit"), _toggle("table")
        self.note = Note()
        self.note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.axis_box.addItems(["", "", ""])
        self.source_box.addItems(["", ""])
        self.slider.setRange(0, len(SPANS) - 1)
        self.slider.setPageStep(3)
        self.slider.setValue(_FIRST)
        self.slider.setFixedWidth(space(16))
        self._axis_label.setBuddy(self.axis_box)
        self._buttons = self.follow_button, self.table_button
        self._of_charts: list[QWidget] = [self._axis_label, self.axis_box, self.slider]
        self._of_charts += [self._span_value, self.log_box, self.follow_button]
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space(SMALL))
        for widget in [*self._of_charts, self.source_box]:
            layout.addWidget(widget)
        layout.addWidget(self.note, 1)
        layout.addWidget(self.table_button)
        self._connect()
        self._show_mode()

    def _connect(self) -> None:
        self.axis_box.currentIndexChanged.connect(self.axis_chosen)
        self.slider.valueChanged.connect(self._slid)
        self.log_box.toggled.connect(self.log_chosen)
        self.follow_button.clicked.connect(self.follow_chosen)
        self.table_button.toggled.connect(self._show_mode)
        self.table_button.toggled.connect(self.table_chosen)
        self.source_box.currentIndexChanged.connect(self.table_chosen)

    @property
    def axis(self) -> Axis:
        """What x means."""
        return _AXES[self.axis_box.currentIndex()]

    @property
    def span(self) -> int:
        """Steps to smooth over."""
        return SPANS[self.slider.value()]

    @property
    def log(self) -> bool:
        """Whether the loss is drawn on a logarithmic axis."""
        return self.log_box.isChecked()

    @property
    def table(self) -> bool:
        """Whether numbers are shown in place of charts."""
        return self.table_button.isChecked()

    @property
    def source(self) -> Source:
        """Rows of the table."""
        return _SOURCES[self.source_box.currentIndex()]

    def show_following(self, following: bool) -> None:
        """Whether the view goes with the run."""
        self.follow_button.setChecked(following)

    def suggest_span(self, steps: float) -> None:
        """Smooth over about so many steps, unless a person has chosen otherwise."""
        if not self._slid_by_hand:
            place = min(range(len(SPANS)), key=lambda number: abs(SPANS[number] - steps))
            self.slider.setValue(place)
            self._slid_by_hand = False

    def show_note(self, text: str) -> None:
        """A remark at the right."""
        self.note.setText(text)

    def show_place(self, step: str, epoch: str) -> None:
        """Where the mouse is, as a remark."""
        self.note.setText(self.tr("step {step}, epoch {epoch}").format(step=step, epoch=epoch))

    def _slid(self) -> None:
        self._slid_by_hand = True
        self._show_span()
        self.span_chosen.emit()

    def _show_span(self) -> None:
        steps = QLocale().toString(self.span) if self.span else self.tr("off")
        self._span_value.setText(self.tr("smoothing: {steps}").format(steps=steps))
        self.slider.setAccessibleDescription(steps)

    def _show_mode(self) -> None:
        for widget in self._of_charts:
            widget.setVisible(not self.table)
        self.source_box.setVisible(self.table)
        self._fit()

    def _fit(self) -> None:
        """Where it is narrow, the caption goes, then the words on buttons and the span: tool tips say the same."""
        beside, alone = Qt.ToolButtonStyle.ToolButtonTextBesideIcon, Qt.ToolButtonStyle.ToolButtonIconOnly
        needed = self._needed(beside)
        without = needed - self._axis_label.sizeHint().width() - space(SMALL)
        least = without - needed + self._needed(alone)
        room = self.width() - self._note_room
        self._axis_label.setVisible(not self.table and needed <= room)
        self._span_value.setVisible(not self.table and least <= self.width())
        for button in self._buttons:
            button.setToolButtonStyle(beside if without <= room else alone)

    def _needed(self, style: Qt.ToolButtonStyle) -> int:
        """Pixels for all controls with such buttons."""
        for button in self._buttons:
            button.setToolButtonStyle(style)
        return sum(widget.sizeHint().width() + space(SMALL) for widget in [*self._of_charts, self.table_button])

    def minimumSizeHint(self) -> QSize:
        """Of the narrowest form, see `_fit`."""
        kept = [self.axis_box, self.slider, self.log_box]
        least = sum(widget.sizeHint().width() + space(SMALL) for widget in kept)
        least += sum(button.iconSize().width() + 2 * space(SMALL) for button in self._buttons)
        return QSize(least, super().minimumSizeHint().height())

    def resizeEvent(self, event: object) -> None:
        """Another width has room for more or less."""
        self._fit()

    def retranslate(self) -> None:
        """Set all texts again."""
        self._axis_label.setText(self.tr("Over:"))
        for number, text in enumerate((self.tr("steps"), self.tr("epochs"), self.tr("training time"))):
            self.axis_box.setItemText(number, text)
        for number, text in enumerate((self.tr("One row per epoch"), self.tr("One row per training report"))):
            self.source_box.setItemText(number, text)
        tip = self.tr("Steps of the running average of the training reports. Epoch means are not smoothed.")
        for widget in (self.slider, self._span_value):
            widget.setToolTip(tip)
        self.slider.setAccessibleName(self.tr("Smoothing"))
        self.log_box.setText(self.tr("Log loss"))
        self.log_box.setToolTip(self.tr("Logarithmic axis for the loss"))
        self.follow_button.setText(self.tr("Follow"))
        self.follow_button.setToolTip(self.tr("Show the whole run and follow it (Home, Esc or double-click)"))
        self.table_button.setText(self.tr("Table"))
        self.table_button.setToolTip(self.tr("Show the numbers as a table"))
        self.axis_box.setAccessibleName(self._axis_label.text().rstrip(":"))
        self.source_box.setAccessibleName(self.tr("Rows of the table"))
        usual = max((QLocale().toString(_USUAL), self.tr("off")), key=len)
        text = self.tr("smoothing: {steps}").format(steps=usual)
        self._span_value.setMinimumWidth(self.fontMetrics().horizontalAdvance(text) + 4)
        where = self.tr("step {step}, epoch {epoch}").format(step="9,999", epoch="99")
        self._note_room = self.fontMetrics().horizontalAdvance(where)
        self._show_span()


def _toggle(name: str) -> QToolButton:
    button = QToolButton()
    button.setCheckable(True)
    button.setIcon(icon(name))
    button.setIconSize(icon_size())
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button
