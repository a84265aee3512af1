"""A card that is a button: a drawing, a title, and what it does."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout

from gui.style.dimensions import CARD_CORNER, MEDIUM, SMALL, TIGHT, space
from gui.style.theme import Colours, mix
from gui.widgets.card_frame import text_label
from gui.widgets.state_sign import sign_pixmap


class CardSurface(QAbstractButton):
    """A rounded surface that is a button: lighter under the mouse, with a ring if it has the keyboard focus."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw surface, edge and ring."""
        colours, accent = Colours.current(), self.palette().color(QPalette.ColorRole.Link)
        active = self.isEnabled() and (self.underMouse() or self.isDown())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(mix(colours.background, accent, (0.14 if self.isDown() else 0.07) if active else 0.0))
        focus = self.hasFocus()
        edge = self.palette().color(QPalette.ColorRole.Mid)
        painter.setPen(QPen(colours.train if focus or active else edge, 2.0 if focus else 1.0))
        painter.drawRoundedRect(self.rect().toRectF().adjusted(1, 1, -1, -1), CARD_CORNER, CARD_CORNER)
        self.paint_content(painter)
        painter.end()

    def paint_content(self, painter: QPainter) -> None:
        """Draw content that is not in a layout; does nothing here.

        Args:
            painter: Where to draw.
        """


class ActionCard(CardSurface):
    """A card that describes what a click does.

    Args:
        sign: Name of its icon.
        action: Action that it triggers; None (default): connect `clicked`.
    """

    def __init__(self, sign: str, action: QAction | None = None) -> None:
        super().__init__()
        self._sign, self._action = sign, action
        self.drawing, self.title = QLabel(), text_label("heading", wrap=True)
        self.about = text_label("caption", muted=True, wrap=True)
        texts = QVBoxLayout()
        texts.setSpacing(space(TIGHT))
        texts.addWidget(self.title)
        texts.addWidget(self.about)
        texts.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(space(MEDIUM), space(MEDIUM), space(MEDIUM), space(MEDIUM))
        layout.setSpacing(space(MEDIUM))
        layout.addWidget(self.drawing, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(texts, 1)
        for label in (self.drawing, self.title, self.about):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        if action is not None:
            self.clicked.connect(action.trigger)
            action.enabledChanged.connect(self.setEnabled)
            self.setEnabled(action.isEnabled())
        self._tint()

    def show_texts(self, title: str, about: str) -> None:
        """Set the texts.

        Args:
            title: Title.
            about: What a click does.
        """
        self.title.setText(title)
        self.about.setText(about)
        self.setAccessibleName(title)
        self.setAccessibleDescription(about)

    def sizeHint(self) -> QSize:
        """As large as its content; a button would count its own text."""
        layout = self.layout()
        return layout.sizeHint() if layout is not None else super().sizeHint()

    def hasHeightForWidth(self) -> bool:
        """True: texts wrap."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Height of the wrapped texts."""
        layout = self.layout()
        return layout.heightForWidth(width) if layout is not None else super().heightForWidth(width)

    def changeEvent(self, event: QEvent) -> None:
        """Use the colours of a new theme, and grey if disabled."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.EnabledChange):
            self._tint()

    def _tint(self) -> None:
        colours = Colours.current()
        colour = colours.train if self.isEnabled() else colours.muted
        self.drawing.setPixmap(sign_pixmap(self._sign, colour, space(SMALL * 3), self.devicePixelRatio()))
