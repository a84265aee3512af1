"""Which runs a search finds: one rule for the window's list and the command line. [no torch]"""

from __future__ import annotations

from trainer.store.notes import ViewerNotes
from trainer.store.summary import Summary


class RunSearch:
    """Finds the runs that contain each word of `text` in name, state, data, model, recipe, tags or note; upper and
    lower case are alike. Without words, all."""

    def __init__(self, text: str) -> None:
        self._words = text.casefold().split()

    def finds(self, name: str, state: str, summary: Summary | None, notes: ViewerNotes) -> bool:
        """Whether a run is among them. `state`: as it is called, in other languages too; `summary`: None where it
        cannot be read."""
        if not self._words:
            return True
        about = summary or Summary()
        texts = (name, state, about.data, about.model, about.recipe, notes.note, *notes.tags)
        whole = "\n".join(texts).casefold()
        return all(word in whole for word in self._words)
