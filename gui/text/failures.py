"""The text of a helper's refusal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gui.text.errors import whole_text
from gui.text.formats import plain


def failure_text(answer: Mapping[str, Any]) -> str:
    """Return the text of a helper's refusal, for a label.

    Args:
        answer: The helper's answer.

    Returns:
        The translated text.
    """
    return plain(whole_text(answer))
