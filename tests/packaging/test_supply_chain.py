"""Digests of what is shipped and of what tests run with, and the bill of materials."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.packaging import hashes, index, sbom
from tests.packaging.test_versions import pinned
from trainer.pretrained import published_weights

ROOT = Path(__file__).parents[2]
RESOURCES = ROOT / "resources"


def served(name: str, version: str = "1.0", digest: str = "a" * 64, **metadata: Any) -> dict[str, Any]:
    """An entry of pip's report."""
    place = {"url": f"https://x.invalid/{name}-{version}%2Bcpu.whl", "archive_info": {"hashes": {"sha256": digest}}}
    return {"download_info": place, "metadata": {"name": name, "version": version, **metadata}}


def report(*entries: dict[str, Any]) -> list[index.Package]:
    folder = {"download_info": {"url": "file:///x", "dir_info": {"editable": True}}, "metadata": {"name": "x"}}
    return index.packages({"install": [*entries, folder]})


# -- digests ----------------------------------------------------------------------------------------------------------


def test_the_data_that_is_shipped_is_what_was_recorded() -> None:
    lines = (line.split("  ") for line in (RESOURCES / "SHA256SUMS").read_text("utf-8").splitlines())
    recorded = {name: digest for digest, name in lines}
    files = [path for folder in ("demo", "recordings") for path in (RESOURCES / folder).rglob("*") if path.is_file()]
    there = {path.relative_to(RESOURCES).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    assert there == recorded, "how they are recorded anew: CONTRIBUTING.md, Dependencies"
    assert len(there) > 50


def test_the_digest_of_the_weights_is_the_one_that_is_checked() -> None:
    assert published_weights.PUBLISHED in (ROOT / "SECURITY.md").read_text("utf-8")


def test_recorded_packages_are_those_of_the_constraints() -> None:
    recorded = hashes.recorded(hashes.FILE.read_text("utf-8"))
    pins = {index.normal(name): str(version) for name, version in pinned("constraints.txt").items()}
    versions = {name: version for name, version, _ in recorded.values()}
    both = pins.keys() & versions.keys()
    assert {"torch", "numpy", "pyside6-essentials", "mkdocs-material"} <= both
    assert {name: versions[name] for name in both} == {name: pins[name] for name in both}, (
        "record them anew: python -m tests.packaging.hashes --write"
    )


def test_what_is_written_is_what_is_read() -> None:
    found = report(served("Some_Package", digest="b" * 64), served("another"))
    assert hashes.recorded(hashes.written(found)) == {
        "another-1.0+cpu.whl": ("another", "1.0", "a" * 64),
        "Some_Package-1.0+cpu.whl": ("some-package", "1.0", "b" * 64),
    }
    with pytest.raises(ValueError, match="torch==2"):
        hashes.recorded("torch==2\n")


def test_only_another_content_under_the_same_name_is_an_error() -> None:
    known = hashes.recorded(hashes.written(report(served("one"), served("two"))))
    assert hashes.altered(report(served("one"), served("two")), known) == []
    assert hashes.altered(report(served("one", "1.1", "c" * 64), served("new", digest="d" * 64)), known) == []
    assert hashes.altered(report(served("one"), served("two", digest="c" * 64)), known) == ["two-1.0+cpu.whl"]


# -- bill of materials ------------------------------------------------------------------------------------------------


def test_the_bill_names_every_package_once_with_its_digest_and_who_needs_it() -> None:
    found = report(
        served("epochscope", license_expression="MIT", requires_dist=["A_b>=1", "Qt>=6; extra == 'gui'"]),
        served("a.b", license="BSD\n\nlong text", requires_dist=["gone; python_version < '3'", "qt; extra == 'x'"]),
        served("qt", classifier=["License :: OSI Approved :: MIT License", "Typing :: Typed"], requires_dist=["a-b"]),
    )
    made = sbom.bill(found, "epochscope")
    assert made == sbom.bill(reversed(found), "epochscope")
    assert made["metadata"]["component"]["licenses"] == [{"expression": "MIT"}]
    assert made["metadata"]["component"]["type"] == "application"
    assert {one["name"]: one["licenses"] for one in made["components"]} == {
        "a-b": [{"license": {"name": "BSD"}}],
        "qt": [{"license": {"name": "MIT License"}}],
    }
    assert all(one["hashes"] == [{"alg": "SHA-256", "content": "a" * 64}] for one in made["components"])
    assert {one["ref"]: one["dependsOn"] for one in made["dependencies"]} == {
        "pkg:pypi/epochscope@1.0": ["pkg:pypi/a-b@1.0", "pkg:pypi/qt@1.0"],
        "pkg:pypi/a-b@1.0": [],
        "pkg:pypi/qt@1.0": ["pkg:pypi/a-b@1.0"],
    }


def test_the_bill_is_about_all_extras_of_users() -> None:
    from tests.packaging.test_versions import PROJECT

    others = {"dev", "docs", "bench", "trackio"}  # of this repository; needs another Pillow than the pinned one
    assert set(sbom.EXTRAS) == PROJECT["optional-dependencies"].keys() - others


# -- signature --------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="signing needs ssh-keygen")
def test_the_command_in_security_md_accepts_a_signature_of_the_release_script_and_nothing_else(tmp_path: Path) -> None:
    def run(command: str) -> int:
        return subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, timeout=60).returncode

    (sign,) = re.findall(r"^ +(ssh-keygen -Y sign .*)$", (ROOT / ".ci" / "release").read_text("utf-8"), re.MULTILINE)
    (verify,) = re.findall(r"`(ssh-keygen -Y verify [^`]*)`", (ROOT / "SECURITY.md").read_text("utf-8"))
    (tmp_path / "SHA256SUMS").write_text("digests\n")
    assert run("ssh-keygen -q -t ed25519 -N '' -f key") == 0
    assert run('echo "release $(cut -d" " -f1,2 key.pub)" > allowed_signers') == 0
    assert run(f"export EPOCHSCOPE_SIGNING_KEY=key; {sign}") == 0
    assert run(verify) == 0
    (tmp_path / "SHA256SUMS").write_text("other digests\n")
    assert run(verify) != 0
