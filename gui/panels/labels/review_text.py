"""Words of the review of labels: kinds of proposals, why an image is proposed, what was decided, how far it is."""

from __future__ import annotations

import math

from PySide6.QtCore import QCoreApplication

from gui.text import formats
from gui.text.recipe_offers import INSTALL
from gui.viewmodels.label_search import FoundLabels
from gui.viewmodels.proposal_review import Kind, ProposedImage, ReviewCounts, State
from trainer.store.edits_file import LabelEdit
from trainer.text.text_shortening import short_line, shorten

LONGEST = 40
"""Letters of the name of a class within a sentence."""


def one_line(name: str) -> str:
    """The name of a class or a file, on one line."""
    return short_line(name, formats.MAX_TEXT)


def short(name: str) -> str:
    """The name of a class within a sentence or on a button."""
    return shorten(one_line(name), LONGEST, len)


def kind_word(kind: Kind | str) -> str:
    """What may be wrong, in a word or two; "" is any kind."""
    tr = QCoreApplication.translate
    words = {
        "": tr("Labels", "All kinds"),
        "label": tr("Labels", "Wrong label"),
        "conflict": tr("Labels", "Two labels"),
        "leak": tr("Labels", "In two splits"),
        "outlier": tr("Labels", "Out of place"),
    }
    return words.get(kind, kind)


def state_word(state: State) -> str:
    """Which proposals are shown."""
    tr = QCoreApplication.translate
    words = {
        "all": tr("Labels", "Decided or not"),
        "undecided": tr("Labels", "To decide"),
        "decided": tr("Labels", "Decided"),
    }
    return words[state]


def _whole(share: float) -> str:
    """A share that no line break divides."""
    return formats.percent(share).replace(" ", "\N{NO-BREAK SPACE}")


def why(one: ProposedImage) -> str:
    """Why the image is proposed, a sentence or two."""
    tr = QCoreApplication.translate
    suggested, label = short(one.suggested), short(one.label)
    other, split = short(one.other_label), formats.split_word(one.other_split)
    match one.kind:
        case "label" if math.isnan(one.confidence) or math.isnan(one.suggested_confidence):
            return tr("Labels", "It looks more like {suggested} than {label}.").format(suggested=suggested, label=label)
        case "label":
            text = tr("Labels", "Judging by the other images, it is {suggested} ({share}), not {label} ({own}).")
            shares = {"share": _whole(one.suggested_confidence), "own": _whole(one.confidence)}
            return text.format(suggested=suggested, label=label, **shares)
        case "conflict":
            same = tr("Labels", "The same picture has the label {other}.")
            alike = tr("Labels", "Nearly the same picture has the label {other}.")
            return (same if one.exact else alike).format(other=other)
        case "leak":
            same = tr("Labels", "The same picture is also in {split}, so scores there say little.")
            alike = tr("Labels", "Nearly the same picture is also in {split}, so scores there say little.")
            return (same if one.exact else alike).format(split=split)
        case "outlier":
            return tr("Labels", "It is unlike all other images: does it belong here?")


def decision_word(edit: LabelEdit | None) -> str:
    """What was decided; "" for nothing yet."""
    tr = QCoreApplication.translate
    if edit is None:
        return ""
    if edit.action == "relabel":
        return "→ " + short(edit.label)
    return "✕ " + tr("Labels", "left out") if edit.action == "leave_out" else "✓ " + tr("Labels", "fine")


def spoken(one: ProposedImage, edit: LabelEdit | None) -> str:
    """A card as a screen reader says it."""
    tr = QCoreApplication.translate
    text = tr("Labels", "{label}, {kind}. {why} {decision}")
    undecided = tr("Labels", "Not decided.")
    decided = tr("Labels", "Decided: {what}.").format(what=decision_word(edit))
    return text.format(
        label=short(one.label),
        kind=kind_word(one.kind),
        why=why(one),
        decision=decided if edit is not None else undecided,
    )


def progress_text(counts: ReviewCounts) -> str:
    """How far the review is."""
    tr = QCoreApplication.translate
    text = tr("Labels", "{done} of {all} decided")
    told = text.format(done=formats.whole(counts.decided), all=formats.whole(counts.decided + counts.undecided))
    if not counts.relabel + counts.leave_out + counts.fine:
        return told
    fine = tr("Labels", "fine: {count}").format(count=formats.whole(counts.fine))
    return f"{told}; {effect_text(counts)}, {fine}"


def effect_text(counts: ReviewCounts) -> str:
    """What the decisions do to the data."""
    text = QCoreApplication.translate("Labels", "labels changed: {relabel}, images left out: {left_out}")
    return text.format(relabel=formats.whole(counts.relabel), left_out=formats.whole(counts.leave_out))


def news_text(counts: ReviewCounts) -> str:
    """What is new about a run with these decisions."""
    text = QCoreApplication.translate("Labels", "With your label decisions: {effect}")
    return text.format(effect=effect_text(counts))


def found_text(found: FoundLabels) -> str:
    """What the search says of the whole data set."""
    tr = QCoreApplication.translate
    said = [tr("Labels", "Images: {count}").format(count=formats.whole(found.images))]
    if not math.isnan(found.agreement):
        share = formats.percent(found.agreement, 1)
        said.append(tr("Labels", "the models agree with {share} of the labels").format(share=share))
    said.append(tr("Labels", "probably wrong: {count}").format(count=formats.whole(found.estimated)))
    if found.total > len(found.proposals):
        text = tr("Labels", "the first {some} of {all} proposals")
        said.append(text.format(some=formats.whole(len(found.proposals)), all=formats.whole(found.total)))
    return " · ".join(said)


def features_text(found: FoundLabels) -> str:
    """That only pixels were compared, and how to do better; "" where it is as good as it gets."""
    if found.features != "pixels" or found.reason != "not_installed":
        return ""
    text = QCoreApplication.translate(
        "Labels",
        "Judged by pixels only, because no pretrained network is installed: on photographs this finds far fewer wrong "
        "labels. To install one: {command}",
    )
    return text.format(command=INSTALL)
