"""Texts of a window that do not fit where they stand, with nothing that says all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def cut_texts(widget: Any) -> list[str]:
    """Labels, buttons, boxes and tabs in `widget` that are visible and too narrow for their text, each with its class
    and how many pixels are missing. What cuts its text by itself must have a tool tip then."""
    from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QTabBar, QWidget

    found: list[str] = []
    for one in [widget, *widget.findChildren(QWidget)]:
        if not one.isVisible() or one.visibleRegion().isEmpty():
            continue
        if isinstance(one, QLabel):
            found += _cut_label(one)
        elif isinstance(one, QTabBar):
            found += _cut_tabs(one)
        elif isinstance(one, QAbstractButton | QComboBox):
            text = one.currentText() if isinstance(one, QComboBox) else one.text()
            # a button's hint is in place before it is shown; a box may be made narrow on purpose
            missing = (
                _box_needs(one) - one.width() if isinstance(one, QComboBox) else one.sizeHint().width() - one.width()
            )
            if text and missing > 0 and not (isinstance(one, QComboBox) and one.toolTip()):
                found.append(f"{type(one).__name__} {text!r}: {missing} px")
    return found


def _cut_label(label: Any) -> Iterator[str]:
    text = label.text()
    if not text:
        return
    shown = text.replace("&", "") if label.buddy() is not None else text
    if "…" in text and not label.toolTip():
        whole = label.accessibleName()
        if whole and whole != text:
            yield f"{type(label).__name__} {whole!r}: cut, no tool tip"
        return
    if label.wordWrap():
        missing = label.heightForWidth(label.width()) - label.height()
    else:
        missing = max(
            label.fontMetrics().size(0, shown).width() - label.contentsRect().width(),
            label.fontMetrics().size(0, shown).height() - label.contentsRect().height(),
        )
    if missing > 0 and "<" not in text:
        yield f"{type(label).__name__} {text!r}: {missing} px"


def _box_needs(box: Any) -> int:
    """Pixels for the entry that is chosen."""
    from PySide6.QtCore import QSize
    from PySide6.QtWidgets import QStyle, QStyleOptionComboBox

    option = QStyleOptionComboBox()
    box.initStyleOption(option)
    text = QSize(box.fontMetrics().horizontalAdvance(box.currentText()), box.fontMetrics().height())
    edit = box.style().subControlRect(
        QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, box
    )
    return int(text.width() + box.width() - edit.width())


def _cut_tabs(bar: Any) -> Iterator[str]:
    for number in range(bar.count()):
        missing = bar.tabSizeHint(number).width() - bar.tabRect(number).width()
        if missing > 1:
            yield f"tab {bar.tabText(number)!r}: {missing} px"
