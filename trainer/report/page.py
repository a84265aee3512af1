"""A report as one HTML page that needs no other file. [no torch]

Every text passes through `clean`: class names, paths and notes may contain anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from trainer.plotting.svg import THEMES, clean
from trainer.plotting.texts import Texts
from trainer.report.named_figures import Figure
from trainer.resources import resource

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""What a browser may load for the page: nothing."""


class Page:
    """Collects sections; figures and tables are numbered as they are added.

    Args:
        texts: Texts of the report's language.
        title: Title of the page.

    Attributes:
        texts: Texts of the report's language.
    """

    def __init__(self, texts: Texts, title: str) -> None:
        self.texts, self._title = texts, title
        self._sections: list[tuple[str, str, list[str]]] = []
        self._head: list[str] = []
        self._foot = ""
        self._figures = self._tables = 0

    def head(self, html: str) -> None:
        """Add HTML above the contents."""
        self._head.append(html)

    def foot(self, text: str) -> None:
        """Set the last line."""
        self._foot = f"<footer>{clean(text)}</footer>"

    def section(self, key: str) -> None:
        """Begin a section, by the key of its title; sections that stay empty are left out."""
        self._sections.append((key, self.texts[f"section_{key}"], []))

    def add(self, html: str) -> None:
        """Add HTML to the current section."""
        self._sections[-1][2].append(html)

    def paragraph(self, text: str, kind: str = "") -> None:
        """Add a paragraph; parts of the text in backticks are shown as code.

        Args:
            text: The text.
            kind: CSS class.
        """
        self.add(f"<p{_class(kind)}>{prose(text)}</p>")

    def figures(self, *found: Figure | None) -> None:
        """Add figures that belong together: half-width ones are placed side by side. None is skipped."""
        there = [figure for figure in found if figure is not None]
        if there:
            self.add(f'<div class="figures">{"".join(map(self._figure, there))}</div>')

    def _figure(self, figure: Figure) -> str:
        self._figures += 1
        label = self.texts["figure"].format(number=self._figures)
        caption = f"<figcaption><b>{clean(label)}</b> {clean(figure.caption)}</figcaption>"
        kind = "wide" if figure.wide else "half"
        return (
            f'<figure class="{kind}" id="fig-{figure.name}"><div class="drawing">{figure.svg}</div>{caption}</figure>'
        )

    def side_by_side(self, *adding: Callable[[], None]) -> None:
        """Place what these functions add side by side if there is room."""
        self.add('<div class="figures">')
        for add in adding:
            add()
        self.add("</div>")

    def table(
        self, caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], *, kind: str = "", above: str = ""
    ) -> None:
        """Add a table.

        Args:
            caption: Caption, numbered.
            heads: Column headings.
            rows: Cells of each row; the first one is its heading.
            kind: CSS class.
            above: HTML of a row above the headings.
        """
        self._tables += 1
        label = self.texts["table"].format(number=self._tables)
        head = "".join(f'<th scope="col">{clean(text)}</th>' for text in heads)
        self.add(
            f'<div class="scroll"><table{_class(kind)}><caption><b>{clean(label)}</b> {clean(caption)}</caption>'
            f"<thead>{above}<tr>{head}</tr></thead><tbody>{''.join(map(_row, rows))}</tbody></table></div>"
        )

    def html(self) -> str:
        """Make the page.

        Returns:
            The whole HTML file.
        """
        shown = [(key, title, parts) for key, title, parts in self._sections if parts]
        links = " ".join(f'<a href="#{key}">{clean(title)}</a>' for key, title, _ in shown)
        body = "".join(
            f'<section id="{key}"><h2>{clean(title)}</h2>{"".join(parts)}</section>' for key, title, parts in shown
        )
        head = (
            '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
            '<meta name="color-scheme" content="light dark">'
            f"<title>{clean(self._title)}</title><style>{_style()}</style>"
        )
        nav = f'<nav aria-label="{clean(self.texts["contents"])}">{links}</nav>'
        return (
            f'<!doctype html>\n<html lang="{self.texts.language}"><head>{head}</head><body><main>'
            f"<header>{''.join(self._head)}</header>{nav}{body}{self._foot}</main></body></html>\n"
        )


def _row(cells: Sequence[str]) -> str:
    first, *rest = cells
    return f'<tr><th scope="row">{clean(first)}</th>{"".join(f"<td>{clean(cell)}</td>" for cell in rest)}</tr>'


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""


def prose(text: str) -> str:
    """Convert text to HTML; parts in backticks become code.

    Args:
        text: Any text.

    Returns:
        Safe HTML.
    """
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", clean(text))


def details(summary: str, html: str) -> str:
    """Make a section that the reader can open.

    Args:
        summary: Text that is always shown.
        html: HTML that is shown when opened, used as it is.

    Returns:
        HTML.
    """
    return f"<details><summary>{clean(summary)}</summary>{html}</details>"


def _style() -> str:
    light, dark = (
        ";".join(f"--{name}:{value}" for name, value in THEMES[theme].items()) for theme in ("light", "dark")
    )
    variables = f":root{{{light}}}@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"
    return variables + resource("report", "report.css").read_text("utf-8")
