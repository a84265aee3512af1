"""What is measured, not asserted: `python -m tests.benchmarks` prints the tables."""

import os

# a process that is timed finds bytecode, as that of an installed package does: compiling takes a quarter of a start
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
