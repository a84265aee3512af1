"""What both parts of a report have in common. [no torch]"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from trainer.report.images import RunImages
from trainer.report.named_figures import Figure, class_names
from trainer.report.page import Page
from trainer.report.run_data import RunData


class Part:
    """Writes sections on a page; each section is a method, named after the section.

    Args:
        run: The run.
        pictures: Its images.
        figures: Its figures by name.
        page: Where to write.
        compared: Other runs.
    """

    def __init__(
        self,
        run: RunData,
        pictures: RunImages,
        figures: Mapping[str, Figure],
        page: Page,
        compared: tuple[RunData, ...],
    ) -> None:
        self._run, self._pictures, self._figures, self._page = run, pictures, figures, page
        self._compared, self._texts = compared, page.texts
        self._names = class_names(run.classes)

    def _write(self, *sections: Callable[[], None]) -> None:
        for section in sections:
            self._page.section(section.__name__.removeprefix("_"))
            section()
