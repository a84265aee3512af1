"""What the benchmarks' command lines share."""

from __future__ import annotations

import argparse
import os


def parser(name: str, doc: str | None) -> argparse.ArgumentParser:
    """For `python -m tests.benchmarks.NAME`, described by the module's docstring."""
    layout = argparse.RawDescriptionHelpFormatter
    return argparse.ArgumentParser(prog=f"python -m tests.benchmarks.{name}", description=doc, formatter_class=layout)


def cifar10(given: argparse.ArgumentParser) -> str:
    """The folder of the images; ends with a sentence where the environment does not name it."""
    path = os.environ.get("EPOCHSCOPE_CIFAR10", "")
    if not os.path.isdir(path):  # noqa: PTH112 - "" is no folder, Path("") is
        given.error("set EPOCHSCOPE_CIFAR10 to the folder of the CIFAR-10 images (train/CLASS/*.jpg, test/CLASS/*.jpg)")
    return path
