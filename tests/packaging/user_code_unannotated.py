"""A callback without annotations, as most are written; for type checkers alone, nothing here is run."""

# mypy: allow-untyped-defs

from trainer import Callback


class Plateau(Callback):
    def __init__(self, mark=0.9):
        self.mark = mark

    def on_validation_done(self, event, run):
        if event.macro_f1 >= self.mark:
            run.request_stop(f"macro-F1 passed {self.mark}")
