"""`python -m trainer.report RUN_FOLDER OUT.html [--language ru] [--with OTHER_FOLDER ...]`."""

from __future__ import annotations

import argparse
from pathlib import Path

from trainer.cli.output import say, show_error
from trainer.errors import EpochscopeError
from trainer.report import write_report
from trainer.report.texts import LANGUAGES
from trainer.store.folder import RunFolder


def main() -> int:
    """Write one report; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m trainer.report", description="Write the report of a run.")
    parser.add_argument("run", type=Path, help="folder of the run")
    parser.add_argument("out", type=Path, help="HTML file to write")
    parser.add_argument("--language", choices=LANGUAGES, default="en")
    parser.add_argument("--with", dest="others", type=Path, nargs="*", default=[], help="folders of runs to compare")
    given = parser.parse_args()
    others = [RunFolder(path) for path in given.others]
    try:
        size = write_report(RunFolder(given.run), given.out, language=given.language, compared=others)
    except EpochscopeError as error:
        return show_error(error)
    say(f"{given.out}: {size:,} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
