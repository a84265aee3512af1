"""`gui`: handed to the package that has the window (entry-point group `epochscope.commands`). [no torch]"""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from trainer.plugins import load_command


def gui(
    *arguments: Annotated[
        str,
        Parameter(
            help="A run to open: name, beginning of a name, folder, or `last`. Flags: --runs DIR, the folder of all "
            "runs; --reset-layout, to forget sizes and places.",
            metavar="RUN",
            allow_leading_hyphen=True,
        ),
    ],
) -> int:
    """Open the window: watch a run, see what it learned, start another."""
    return int(load_command("gui")(list(arguments)) or 0)


gui.passes_on = True  # type: ignore[attr-defined]  # flags are the window's business
