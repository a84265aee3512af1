"""The proposals as cards: the image, beside it the copy it is about, its class and the one suggested, the decision."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QImage, QKeyEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QAbstractItemView

from gui.panels.labels import review_text
from gui.panels.labels.review_keys import command_of
from gui.style.theme import Colours, mix
from gui.text import formats
from gui.text.class_text import ARROW
from gui.viewmodels.label_search import FoundLabels, Pictures
from gui.viewmodels.proposal_review import ProposalReview, ProposedImage
from gui.widgets.drawing import draw_picture, image_of, ink_on
from gui.widgets.file_thumbnails import FileThumbnails
from gui.widgets.thumbnails import GAP, Card, ThumbnailView
from trainer.text.text_shortening import shorten

SIDE = 112
SHARP = 200
"""Pictures read from files that are kept: some 40 MB."""
SMALL = 64
"""Pixels of an image that is enlarged without blurring: its pixels are what there is to see."""
AT_ONCE = 2
"""Files read in one painting."""
_NOTHING: Pictures = np.full((1, 1, 3), 128, np.uint8)
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_SELECT = QItemSelectionModel.SelectionFlag


class ProposalGrid(ThumbnailView):
    """Cards of the visible proposals of a review; many can be selected. `commanded` with a ReviewCommand for a key
    that decides."""

    commanded = Signal(object)

    def __init__(self) -> None:
        super().__init__(SIDE, 2)
        self.review, self.found = ProposalReview(), FoundLabels((), ())
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._sharp = FileThumbnails(2 * SIDE, SHARP)

    def show_review(self, review: ProposalReview, found: FoundLabels) -> None:
        """Show these proposals."""
        self.review, self.found = review, found
        self._sharp.clear()
        self.refill()

    def card_size(self) -> QSize:
        """Room for the picture and two lines; cards share the width that there is."""
        line, room = QFontMetricsF(self.font()).height(), self.viewport().width()
        least = round(1.15 * self.side) + 2 * GAP + 6
        width = room // max(1, room // least)
        return QSize(max(least, width), round(self.side + 2 * line + 2 * GAP + 6))

    def refill(self) -> None:
        """The filter passes others now. Nothing is selected."""
        self.pictures.set_cards(len(self.review.visible), self._card)
        self.doItemsLayout()

    def proposal(self, row: int) -> ProposedImage | None:
        """Of a card."""
        visible = self.review.visible
        return self.review.proposals[visible[row]] if 0 <= row < len(visible) else None

    def chosen(self) -> list[int]:
        """Places of the selected proposals, in their order; the current one's where none is selected."""
        rows = sorted(index.row() for index in self.selectedIndexes())
        if not rows and self.currentIndex().isValid():
            rows = [self.currentIndex().row()]
        return [self.review.visible[row] for row in rows if row < len(self.review.visible)]

    def go_to(self, row: int) -> None:
        """Make this card the current one, and the only one selected."""
        if 0 <= row < len(self.review.visible):
            index = self.pictures.index(row)
            self.selectionModel().setCurrentIndex(index, _SELECT.ClearAndSelect)
            self.scrollTo(index)

    def choose(self, places: Sequence[int]) -> None:
        """Select these proposals where they are visible, the first of them the current one."""
        wanted, chosen = set(places), QItemSelection()
        rows = [row for row, place in enumerate(self.review.visible) if place in wanted]
        for begin, end in _runs(rows):  # not row by row: there may be thousands
            chosen.select(self.pictures.index(begin), self.pictures.index(end))
        if rows:
            self.go_to(rows[0])
            self.selectionModel().select(chosen, _SELECT.ClearAndSelect)

    def _card(self, row: int) -> Card | None:
        one = self.proposal(row)
        if one is None:
            return None
        edit = self.review.decision(self.review.visible[row])
        spoken = review_text.spoken(one, edit)
        suggested = review_text.one_line(one.suggested)
        second = ARROW + suggested if suggested else review_text.kind_word(one.kind)
        lines = review_text.one_line(one.label), second, review_text.decision_word(edit)
        pixels = picture_of(self.found.pictures, one.picture)
        return Card(pixels, lines, spoken, f"{spoken}\n{one.path}")

    # -- painting ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint, and again soon where sharper pictures are to come."""
        self._sharp.left, self._sharp.missed = AT_ONCE, False
        super().paintEvent(event)
        if self._sharp.missed:
            self.viewport().update()

    def paint_card(self, painter: QPainter, card: Card, rect: QRectF, row: int, selected: bool) -> None:
        """A frame, the pictures with the decision as a strip over them, and two lines."""
        palette, colours, area = self.palette(), Colours.current(), rect.adjusted(3, 3, -3, -3)
        back = palette.color(QPalette.ColorRole.Highlight if selected else QPalette.ColorRole.Base)
        ink = palette.color(QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text)
        current = row == self.currentIndex().row()
        frame = ink if current and self.hasFocus() else colours.muted if current else colours.grid
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(frame, 2 if current else 1))
        painter.setBrush(back)
        painter.drawRoundedRect(area, 5, 5)
        painter.restore()
        one = self.proposal(row)
        if one is None:
            return
        top = QRectF(area.x() + GAP, area.y() + GAP, area.width() - 2 * GAP, self.side)
        self._pictures(painter, one, top)
        metrics = QFontMetricsF(self.font())
        line = QRectF(top.x(), top.bottom() + GAP - 2, top.width(), metrics.height())
        painter.setPen(ink)
        for text, share in ((card.lines[0], ""), (card.lines[1], _share(one))):
            room = line.adjusted(0, 0, -metrics.horizontalAdvance(f" {share}") if share else 0, 0)
            painter.drawText(room, _LEFT, self._cut(text, room))
            painter.drawText(line, _RIGHT, share)
            line.translate(0, metrics.height())
        if card.lines[2]:
            self._strip(
                painter, card.lines[2], QRectF(top.x(), top.bottom() - line.height(), top.width(), line.height())
            )

    def _strip(self, painter: QPainter, text: str, area: QRectF) -> None:
        colours = Colours.current()
        fill = mix(colours.good if text[0] in "→✓" else colours.muted, colours.background, 0.25)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(area, 3, 3)
        painter.setPen(ink_on(fill))
        room = area.adjusted(4, 0, -4, 0)
        painter.drawText(room, _LEFT, self._cut(text, room))
        painter.restore()

    def _cut(self, text: str, room: QRectF) -> str:
        return shorten(text, room.width(), QFontMetricsF(self.font()).horizontalAdvance)

    def _pictures(self, painter: QPainter, one: ProposedImage, area: QRectF) -> None:
        """The image; the copy it is about to the right of it."""
        first = QRectF(area)
        if one.other_picture >= 0:
            first.setWidth((area.width() - GAP) / 2)
            second = first.translated(first.width() + GAP, 0)
            draw_photograph(painter, image_of(picture_of(self.found.others, one.other_picture)), second)
        draw_photograph(painter, self._sharpest(one), first)

    def _sharpest(self, one: ProposedImage) -> QImage:
        """From the file itself where the screen has more pixels than the engine's thumbnail."""
        ratio = self.devicePixelRatioF()
        if ratio > 1 and self.found.root is not None:
            made = self._sharp.get(str(self.found.root / one.path), 1.0)
            if made is not None and not made.isNull():
                return made.toImage()
        return image_of(picture_of(self.found.pictures, one.picture))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that decide; the others move and select."""
        if (command := command_of(event)) is not None:
            self.commanded.emit(command)
        else:
            super().keyPressEvent(event)


def _runs(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of neighbours among ascending rows."""
    begin = 0
    for place in range(1, len(rows) + 1):
        if place == len(rows) or rows[place] != rows[place - 1] + 1:
            yield rows[begin], rows[place - 1]
            begin = place


def _share(one: ProposedImage) -> str:
    """How probable the suggested class is."""
    return (
        "" if not one.suggested or math.isnan(one.suggested_confidence) else formats.percent(one.suggested_confidence)
    )


def picture_of(pictures: Pictures, place: int) -> Pictures:
    """One of (N, h, w, 3); a pixel of grey where there is none."""
    return pictures[place] if 0 <= place < len(pictures) else _NOTHING


def draw_photograph(painter: QPainter, image: QImage, area: QRectF) -> None:
    """As large as it fits: a small one in whole steps where that is twice at least, a photograph smoothly."""
    side = max(image.width(), image.height())
    if side <= SMALL and 2 * side <= min(area.width(), area.height()):
        draw_picture(painter, image, area)
        return
    size = image.size().scaled(QSize(int(area.width()), int(area.height())), Qt.AspectRatioMode.KeepAspectRatio)
    place = QRectF(0, 0, size.width(), size.height())
    place.moveCenter(area.center())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(place, image)
    painter.restore()
