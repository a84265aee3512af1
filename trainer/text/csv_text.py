"""CSV that spreadsheets open as intended: no formulas from texts, and names in any script are readable. [no torch]"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence

BOM = "\ufeff"


def safe_text(text: str) -> str:
    """`text`, with a quote before it where a spreadsheet would run it as a formula: it begins with = + - @ (blanks,
    invisible characters and full-width forms included), or with a tab or a line break."""
    for place, letter in enumerate(text):
        if letter in "\t\r\n" and place == 0:
            return f"'{text}"
        if not (letter.isspace() or unicodedata.category(letter) in ("Cc", "Cf")):
            return f"'{text}" if unicodedata.normalize("NFKC", letter) in ("=", "+", "-", "@") else text
    return text


def csv_text(heads: Sequence[object], rows: Iterable[Sequence[object]], *, line_end: str = "\n") -> str:
    """A table as CSV, headings first. Texts pass `safe_text`; numbers, negative ones too, are written in full."""
    lines = []
    for row in (heads, *rows):
        line = io.StringIO()
        # Python quotes only the line breaks that it uses as line terminators itself
        csv.writer(line, lineterminator="\r\n").writerow([safe_text(c) if isinstance(c, str) else c for c in row])
        lines.append(line.getvalue().removesuffix("\r\n") + line_end)
    return "".join(lines)


def csv_bytes(text: str) -> bytes:
    """As UTF-8, with a byte order mark if anything is beyond ASCII: without it Excel assumes another encoding. pandas
    skips the mark, as does Python's `csv` with the encoding `utf-8-sig`."""
    return ("" if text.isascii() else BOM).encode() + text.encode("utf-8", "replace")
