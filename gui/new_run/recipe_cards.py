"""Three ways to train on the chosen images, as cards: what each is, how long it takes here, which one suits them."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication, QKeyEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QRadioButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from gui.style.dimensions import MEDIUM, SMALL, TIGHT, space, text_font
from gui.style.theme import Colours, icon, mix
from gui.text import recipe_offers
from gui.viewmodels.recipe_advice import RecipeAdvice, RecipeOffer
from gui.widgets.labels import Note, plain_tip
from trainer.recommendation import CANDIDATES

ROUND = 7.0
SHORT_PAGE = 430
"""Height in pixels below which the cards leave out their descriptions: the tool tips have them."""


def _label(*, wrap: bool = False) -> QLabel:
    label = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=wrap)
    label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    return label


class RecipeCard(QRadioButton):
    """A radio button that looks like a card.

    A recipe that is not installed cannot be chosen, but the card shows how to install it.

    Args:
        recipe: Name of the recipe.
    """

    def __init__(self, recipe: str) -> None:
        super().__init__()
        self.offer = RecipeOffer(recipe)
        self.name, self.about = _label(), _label(wrap=True)
        self.badge, self.time = _label(), _label(wrap=True)
        self.command, self.copy = Note(), QToolButton()
        self.copy.setIcon(icon("copy"))
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(recipe_offers.INSTALL))
        self._fonts()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._lay_out()
        self.toggled.connect(self.update)

    def _fonts(self) -> None:
        for label in (self.name, self.badge):
            label.setFont(text_font("heading"))
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        fixed.setPointSizeF(text_font("caption").pointSizeF())
        self.command.setFont(fixed)
        self.command.setText(recipe_offers.INSTALL)

    def _lay_out(self) -> None:
        head, install = QHBoxLayout(), QHBoxLayout()
        head.addWidget(self.name, 1)
        head.addWidget(self.badge)
        install.addWidget(self.command, 1)
        install.addWidget(self.copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(space(MEDIUM), space(SMALL), space(MEDIUM), space(SMALL))
        layout.setSpacing(space(TIGHT))
        layout.addLayout(head)
        layout.addWidget(self.about)
        layout.addStretch(1)
        layout.addWidget(self.time)
        layout.addLayout(install)

    def show_offer(self, offer: RecipeOffer) -> None:
        """Show a recipe with its estimate.

        Args:
            offer: The recipe.
        """
        self.offer = offer
        self.name.setText(recipe_offers.title(offer.recipe))
        self.about.setText(recipe_offers.about(offer.recipe))
        self.badge.setText(self.tr("Recommended"))
        self.badge.setVisible(offer.recommended)
        time = recipe_offers.estimate(offer)
        self.time.setText(time)
        for widget in (self.command, self.copy):
            widget.setVisible(not offer.installed)
        self.copy.setAccessibleName(self.tr("Copy the command that installs it"))
        self.copy.setToolTip(self.copy.accessibleName())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if offer.installed else Qt.FocusPolicy.NoFocus)
        self.setCheckable(offer.installed)
        said = [self.name.text(), self.badge.text() if offer.recommended else "", time]
        self.setAccessibleName(", ".join(part for part in said if part))
        about = self.about.text() if offer.installed else f"{self.about.text()} {recipe_offers.INSTALL}"
        self.setAccessibleDescription(about)
        self.setToolTip(plain_tip(about))
        self._paint_labels()
        self.updateGeometry()

    def set_short(self, short: bool) -> None:
        """Hide or show the description.

        Args:
            short: Whether it is hidden.
        """
        self.about.setVisible(not short)

    def _paint_labels(self) -> None:
        colours = Colours.current()
        softer = mix(colours.text, colours.background, 0.3)
        name = colours.text if self.offer.installed else softer
        for label, colour in ((self.name, name), (self.badge, colours.good), (self.about, softer)):
            palette = QPalette(self.palette())
            palette.setColor(QPalette.ColorRole.WindowText, colour)
            label.setPalette(palette)

    def sizeHint(self) -> QSize:
        """As high as its content (a radio button would count its own text), as wide as its neighbours."""
        layout = self.layout()
        return QSize(0, layout.sizeHint().height()) if layout is not None else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        """As narrow as its text allows."""
        layout = self.layout()
        return layout.minimumSize() if layout is not None else super().minimumSizeHint()

    def hitButton(self, place: QPoint) -> bool:
        """The whole card is the button."""
        return self.rect().contains(place) and self.offer.installed

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter selects it, like the space bar."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.offer.installed:
            self.click()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Use the colours of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._paint_labels()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a frame, coloured if it is selected, with a second one if it has the keyboard focus."""
        colours, palette = Colours.current(), self.palette()
        chosen = palette.color(QPalette.ColorRole.Highlight)
        base = colours.background if self.offer.installed else palette.color(QPalette.ColorRole.Window)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(mix(base, chosen, 0.1) if self.isChecked() else base)
        frame = chosen if self.isChecked() else colours.muted if self.underMouse() else colours.grid
        painter.setPen(QPen(frame, 2.0 if self.isChecked() else 1.0))
        painter.drawRoundedRect(self.rect().toRectF().adjusted(1, 1, -1, -1), ROUND, ROUND)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colours.text, 1.0, Qt.PenStyle.DotLine))
            painter.drawRoundedRect(self.rect().toRectF().adjusted(4, 4, -4, -4), ROUND - 3, ROUND - 3)
        painter.end()


class RecipeCards(QWidget):
    """The cards, and a line that says why one of them is recommended.

    `chosen` is emitted with the recipe that the user picked.

    Args:
        advice: Recommends recipes.
    """

    chosen = Signal(str)

    def __init__(self, advice: RecipeAdvice) -> None:
        super().__init__()
        self._advice = advice
        self.cards = {name: RecipeCard(name) for name in CANDIDATES}
        self.reason = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        row = QHBoxLayout()
        row.setSpacing(space(SMALL))
        for name, card in self.cards.items():
            row.addWidget(card, 1)
            card.clicked.connect(partial(self._clicked, name))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row)
        layout.addWidget(self.reason)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.show_offers()

    def _clicked(self, name: str, _: bool = False) -> None:
        if self.cards[name].offer.installed:  # a screen reader can press what is not checkable
            self.chosen.emit(name)

    def show_offers(self, epochs: int | None = None) -> None:
        """Show what is known so far.

        Args:
            epochs: Number of epochs that the user has set; None: each recipe's own.
        """
        for offer in self._advice.offers(epochs):
            self.cards[offer.recipe].show_offer(offer)
        text = recipe_offers.reason(self._advice.facts)
        self.reason.setText(self.tr("Scanning the folder …") if self._advice.pending else text)
        palette, colours = QPalette(self.palette()), Colours.current()
        palette.setColor(QPalette.ColorRole.WindowText, colours.bad if text.startswith("⚠") else colours.muted)
        self.reason.setPalette(palette)

    def check(self, recipe: str | None) -> None:
        """Mark the card of a recipe.

        Args:
            recipe: Name of the recipe; None, or one without a card: no card is marked.
        """
        for name, card in self.cards.items():
            card.setAutoExclusive(False)
            card.setChecked(name == recipe)
        for card in self.cards.values():
            card.setAutoExclusive(True)

    def set_short(self, short: bool) -> None:
        """Hide or show the descriptions of all cards.

        Args:
            short: Whether they are hidden.
        """
        for card in self.cards.values():
            card.set_short(short)
