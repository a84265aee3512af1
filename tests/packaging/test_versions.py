"""The versions that tests run with: the newest when a release was made, and the oldest that are allowed."""

from __future__ import annotations

import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def pinned(name: str) -> dict[str, Version]:
    """What a file of constraints says of each package."""
    lines = (line.partition("#")[0].strip() for line in (ROOT / name).read_text("utf-8").splitlines())
    pins = [line.split("==") for line in lines if line]
    return {package.lower(): Version(version) for package, version in pins}


def test_the_oldest_versions_are_the_lower_bounds() -> None:
    bounds = {}
    for requirement in map(Requirement, PROJECT["dependencies"]):
        (lowest,) = [one.version for one in requirement.specifier if one.operator == ">="]
        bounds[requirement.name.lower()] = Version(lowest)
    oldest = pinned("constraints-oldest.txt")
    assert {package: oldest.get(package) for package in bounds} == bounds
    companions = oldest.keys() - bounds.keys()
    assert companions == {"scipy"}  # what is held back only for one of ours; anything else would be a forgotten bound


def test_the_newest_versions_are_allowed() -> None:
    newest = pinned("constraints.txt")
    extras = PROJECT["optional-dependencies"]
    for requirement in map(
        Requirement, [*PROJECT["dependencies"], *extras["gui"], *extras["onnx"], *extras["photos"], *extras["dev"]]
    ):
        if requirement.name != "epochscope":
            assert newest[requirement.name.lower()] in requirement.specifier, requirement
