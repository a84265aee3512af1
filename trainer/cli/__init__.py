"""The command line. Importing it, its help, `runs`, `describe` and the requests to a live run need no torch."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line, see `trainer.cli.app.main`. Ctrl-C ends it quietly from the first import on.

    Args:
        argv: Arguments without the program's name. None: those of the process.

    Returns:
        The exit code.
    """
    try:
        from trainer.cli import app
    except KeyboardInterrupt:
        return 130
    return app.main(argv)
