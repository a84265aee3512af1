"""The command line. Importing it, its help, `runs`, `describe` and the requests to a live run need no torch."""

from __future__ import annotations

from trainer.cli.app import main

__all__ = ["main"]
