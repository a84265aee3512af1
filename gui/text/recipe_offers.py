"""Texts of the recipes that are offered: what each is, how long it takes, why one suits the images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication, QLocale

from gui.text import formats
from gui.text.errors import code_text, fault_text, fix_text
from gui.viewmodels.recipe_advice import RecipeOffer

INSTALL = 'pip install "epochscope[pretrained]"'
MINUTES_FROM, HOURS_FROM = 90, 5400
"""Seconds from which a time is given in minutes, and in hours."""


def title(recipe: str) -> str:
    """Name a recipe.

    Args:
        recipe: Name of its file.

    Returns:
        A few words.
    """
    tr = QCoreApplication.translate
    titles = {
        "photos": tr("Offers", "Photos (pretrained)"),
        "cnn": tr("Offers", "Small network from scratch"),
        "linear": tr("Offers", "Linear"),
    }
    return titles.get(recipe, recipe)


def about(recipe: str) -> str:
    """Describe a recipe, and what it is good for.

    Args:
        recipe: Name of its file.

    Returns:
        A sentence or two; "" if it is unknown.
    """
    tr = QCoreApplication.translate
    texts = {
        "photos": tr(
            "Offers",
            "Pretrained on a million photographs: only one layer learns your classes. Needs few images.",
        ),
        "cnn": tr(
            "Offers",
            "Learns from your images alone. For many images, or small ones unlike photographs.",
        ),
        "linear": tr("Offers", "One layer on the raw pixels. Fast, and its weights can be viewed as images."),
    }
    return texts.get(recipe, "")


def estimate(offer: RecipeOffer) -> str:
    """Say how long a run takes.

    Args:
        offer: The recipe.

    Returns:
        The text; "" if nothing is known.
    """
    tr = QCoreApplication.translate
    if offer.seconds is None:
        texts = {"measuring": tr("Offers", "measuring the time …"), "failed": tr("Offers", "time not known")}
        return texts.get(offer.state, "") if offer.installed else tr("Offers", "Not installed. To install it:")
    text = tr("Offers", "about {time}").format(time=round_time(offer.seconds))
    if offer.later is not None:
        text += tr("Offers", "; later runs {time}").format(time=round_time(offer.later))
    return text


def round_time(seconds: float) -> str:
    """Round a time as people give estimates: at most two digits.

    Args:
        seconds: Seconds, 0 or more.

    Returns:
        The time with its unit.
    """
    tr, number = QCoreApplication.translate, QLocale().toString
    if seconds < MINUTES_FROM:
        step = 1 if seconds < 10 else 5 if seconds < 60 else 10
        return tr("Offers", "{count} s").format(count=number(max(1, step * round(seconds / step))))
    if seconds < HOURS_FROM:
        step = 60 if seconds < 1200 else 300
        return tr("Offers", "{count} min").format(count=number(round(seconds / step) * step // 60))
    hours = seconds / 3600
    shown = number(round(2 * hours) / 2, "g", 2) if hours < 10 else number(round(hours))
    return tr("Offers", "{count} h").format(count=shown)


def _failure(answer: Mapping[str, Any]) -> str:
    """A refusal on one line."""
    code, parameters = str(answer.get("code") or ""), answer.get("parameters") or {}
    text = code_text(code, parameters, str(answer.get("what") or ""))
    fix = fix_text(code, parameters, str(answer.get("fix") or ""))
    return f"{text[:1].upper()}{text[1:].rstrip('.')}: {fix}." if fix else text


def reason(facts: Mapping[str, Any]) -> str:
    """Say why a recipe suits the images, or what is wrong if none can be trained.

    Args:
        facts: The helper's answer; empty before it arrives.

    Returns:
        The text; "" before the answer.
    """
    tr = QCoreApplication.translate
    if not facts:
        return ""
    if not facts.get("ok"):
        return "⚠ " + formats.plain(_failure(facts))
    if facts["problems"]:
        first = facts["problems"][0]
        text = tr("Offers", "⚠ Training on this data would fail: {place}: {reason}.").format(
            place=formats.plain(first["path"]), reason=fault_text(first["code"], first["reason"])
        )
        more = tr("Offers", "Check data lists everything.") if len(facts["problems"]) > 1 else ""
        return f"{text} {more}".strip()
    height, width = facts["size"]
    counted = tr("Offers", "Images: {images}, classes: {classes}, most of {width}×{height} pixels.").format(
        images=formats.whole(facts["images"]), classes=formats.whole(facts["classes"]), width=width, height=height
    )
    texts = {
        "few_images": tr("Offers", "With fewer than 1,000 images per class, a pretrained network usually does best."),
        "many_images": tr("Offers", "Enough to train a network from scratch."),
        "not_photographs": tr("Offers", "Unlike photographs: a network trained from scratch does best."),
        "not_installed": tr("Offers", "Photos (pretrained) would fit better, but is not installed."),
    }
    return f"{counted} {texts.get(facts['reason'], '')}".strip()
