"""Language, theme, and the Python used for training. Changes take effect at once."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.engine.processes import PythonCheck
from gui.preferences import LANGUAGES, Preferences
from gui.style import theme
from gui.style.theme import SCHEMES
from gui.text.errors import code_text
from gui.text.formats import plain
from gui.widgets.translated_dialog import TranslatedDialog
from gui.window import i18n
from trainer.errors import UsageError

POLL_MS = 100


class PreferencesDialog(TranslatedDialog):
    """The preferences; the dialog deletes itself when closed.

    `python_changed` is emitted with an interpreter that was found to work.

    Args:
        parent: Parent widget.
        preferences: Where the choices are kept.
    """

    python_changed = Signal(str)

    def __init__(self, parent: QWidget, preferences: Preferences) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._preferences = preferences
        self._check: PythonCheck | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll)
        self.language, self.scheme = QComboBox(), QComboBox()
        for value in LANGUAGES:
            self.language.addItem("", value)
        for scheme in SCHEMES:
            self.scheme.addItem("", scheme)
        self.language.setCurrentIndex(LANGUAGES.index(preferences.language))
        self.scheme.setCurrentIndex(SCHEMES.index(preferences.scheme))
        self.python = QLineEdit(preferences.python)
        self.python.setMinimumWidth(280)
        self.browse, self.test = QPushButton(), QPushButton()
        self.verdict = QLabel()
        self.verdict.setTextFormat(Qt.TextFormat.PlainText)
        self.verdict.setWordWrap(True)
        self._labels = (QLabel(), QLabel(), QLabel())
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self._arrange()
        self.language.currentIndexChanged.connect(self._language_chosen)
        self.scheme.currentIndexChanged.connect(self._scheme_chosen)
        self.browse.clicked.connect(self._browse)
        self.test.clicked.connect(self.check)
        self.python.returnPressed.connect(self.check)
        self._buttons.rejected.connect(self.close)
        self.retranslate()

    def _arrange(self) -> None:
        row = QHBoxLayout()
        for widget in (self.python, self.browse, self.test):
            row.addWidget(widget)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(self._labels[0], self.language)
        form.addRow(self._labels[1], self.scheme)
        form.addRow(self._labels[2], row)
        form.addRow("", self.verdict)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addStretch(1)
        layout.addWidget(self._buttons)
        for button in (self.browse, self.test, *self._buttons.buttons()):
            if isinstance(button, QPushButton):
                button.setAutoDefault(False)

    def _language_chosen(self, index: int) -> None:
        self._preferences.language = LANGUAGES[index]
        i18n.choose(_app(), LANGUAGES[index])

    def _scheme_chosen(self, index: int) -> None:
        self._preferences.scheme = SCHEMES[index]
        theme.apply(_app(), SCHEMES[index])

    def _browse(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, self.tr("Python for training"), self.python.text())
        if chosen:
            self.python.setText(chosen)
            self.check()

    def check(self) -> None:
        """Check whether this Python can train; only then it is used."""
        self._drop_check()
        self.verdict.setText(self.tr("Checking …"))
        self.test.setEnabled(False)
        self._check = PythonCheck(self.python.text().strip())
        self._timer.start()

    def _poll(self) -> None:
        answer = self._check.result() if self._check else None
        if answer is None or self._check is None:
            return
        python = self._check.python
        self._drop_check()
        if isinstance(answer, UsageError):
            reason = code_text(answer.code, answer.parameters, answer.what)
            self.verdict.setText(self.tr("This Python cannot be used. {reason}").format(reason=plain(reason)))
        else:
            self._preferences.python = python
            self.python_changed.emit(python)
            self.verdict.setText(self.tr("Ready to train: {versions}").format(versions=plain(answer)))

    def _drop_check(self) -> None:
        self._timer.stop()
        self.test.setEnabled(True)
        if self._check is not None:
            self._check.close()
            self._check = None

    def done(self, result: int) -> None:
        """Cancel a check in progress."""
        self._drop_check()
        super().done(result)

    def retranslate(self) -> None:
        """Set all texts."""
        self.setWindowTitle(self.tr("Settings"))
        names = (self.tr("&Language"), self.tr("&Theme"), self.tr("&Python for training"))
        for label, text, buddy in zip(self._labels, names, (self.language, self.scheme, self.python), strict=True):
            label.setText(text)
            label.setBuddy(buddy)
        # the names of languages are the same in every language
        for index, text in enumerate((self.tr("As the system"), "English", "Русский")):
            self.language.setItemText(index, text)
        schemes = (self.tr("As the system"), self.tr("Light"), self.tr("Dark"))
        for index, text in enumerate((*schemes, self.tr("High contrast, light"), self.tr("High contrast, dark"))):
            self.scheme.setItemText(index, text)
        self.browse.setText(self.tr("&Browse…"))
        self.test.setText(self.tr("&Check and use"))


def _app() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app
