"""The language of the window: the system's, English or Russian; changed while it is open."""

from __future__ import annotations

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from trainer.errors import EpochscopeError
from trainer.resources import resource

TRANSLATED = ("ru",)
_NAME = "epochscope-language"


def choose(app: QApplication, language: str) -> None:
    """`system`, `en` or `ru`: texts and numbers. Widgets get a LanguageChange event."""
    system = QLocale.system()
    code = system.name().partition("_")[0] if language == "system" else language
    # the system's number format, if the language is the system's
    QLocale.setDefault(system if language == "system" else QLocale(language))
    for translator in app.findChildren(QTranslator, _NAME):
        app.removeTranslator(translator)
        translator.deleteLater()
    for name, folder in (("qtbase", _qt_folder()), ("epochscope", _own_folder())):
        translator = QTranslator(app)
        translator.setObjectName(_NAME)
        # English has a file as well, for plurals
        if folder and translator.load(f"{name}_{code if code in TRANSLATED else 'en'}", folder):
            app.installTranslator(translator)
        else:
            translator.deleteLater()


def _qt_folder() -> str:
    return QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)


def _own_folder() -> str:
    try:
        return str(resource("i18n"))
    except EpochscopeError:
        return ""
