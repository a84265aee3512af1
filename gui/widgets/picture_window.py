"""A picture in a window of its own, large, with buttons that zoom it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QToolButton, QVBoxLayout

from gui.style.dimensions import SMALL, icon_size, panel_margins, space
from gui.widgets.labels import Note
from gui.widgets.zoom_picture import ZoomPicture

_SHARE = 0.85
"""Of the window below it, per side."""


class PictureWindow(QDialog):
    """Shows what a picture of the window shows, also when that changes: left and right lead to its neighbours.

    Args:
        source: The picture.
    """

    def __init__(self, source: ZoomPicture) -> None:
        super().__init__(source)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._source = source
        self.picture, self.caption = ZoomPicture(large=True), Note()
        self.tools = ZoomTools(self.picture)
        row = QHBoxLayout()
        row.addWidget(self.caption, 1)
        row.addLayout(self.tools)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(panel_margins())
        layout.setSpacing(space(SMALL))
        layout.addWidget(self.picture, 1)
        layout.addLayout(row)
        source.changed.connect(self._follow)
        self.picture.step_wanted.connect(source.step_wanted)
        size = source.window().size()
        self.resize(QSize(round(_SHARE * size.width()), round(_SHARE * size.height())))
        self._follow()
        self.picture.setFocus()

    def _follow(self) -> None:
        self.picture.follow(self._source)
        self.picture.describe(self._source.caption)
        self.caption.setText(self._source.caption)
        self.setWindowTitle(self._source.caption)


class ZoomTools(QHBoxLayout):
    """The buttons for what a large picture can do.

    Args:
        picture: The picture.
    """

    def __init__(self, picture: ZoomPicture) -> None:
        super().__init__()
        self.buttons: list[QToolButton] = []
        self.setSpacing(space(SMALL))
        for action in picture.zoom_actions.values():
            button = QToolButton()
            button.setDefaultAction(action)
            button.setIconSize(icon_size())
            self.buttons.append(button)
            self.addWidget(button)
        self.name_buttons()

    def name_buttons(self) -> None:
        """Set their tips, which a change of an action's text replaces."""
        for button in self.buttons:
            action = button.defaultAction()
            button.setToolTip(f"{action.text()} ({action.shortcut().toString()})")
