"""The bill of materials (SBOM) of a release: what a wheel brings with it, as CycloneDX 1.6 in JSON.

    python -m tests.packaging.sbom WHEEL OUT.json

Of the wheel with all extras that constraints.txt allows together, as pip resolves them here. The same packages give the
same bytes. A package whose file is not the recorded one (`tests.packaging.hashes`) ends it with an error.
"""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from tests.packaging.hashes import wrong_content
from tests.packaging.index import Package, ask, normal

EXTRAS = ("gui", "photos", "pretrained", "metrics", "onnx", "search", "datasets", "tensorboard", "mlflow", "wandb")


def reference(package: Package) -> str:
    """What names it in the bill: its package URL."""
    return f"pkg:pypi/{package.name}@{package.version}"


def installed_expression(package: Package) -> str | None:
    """The licence of a package that is installed here in the same version: older pip reports no expressions."""
    try:
        here = distribution(package.name)
    except PackageNotFoundError:
        return None
    return here.metadata["License-Expression"] if here.version == package.version else None


def component(package: Package, kind: str = "library") -> dict[str, Any]:
    """A package with its digest and licence."""
    found = {
        "type": kind,
        "bom-ref": reference(package),
        "name": package.name,
        "version": package.version,
        "purl": reference(package),
        "hashes": [{"alg": "SHA-256", "content": package.digest}],
    }
    about = package.metadata
    expression, free = (
        about.get("license_expression") or installed_expression(package),
        about.get("license", "").strip(),
    )
    named = [one.rpartition(" :: ")[2] for one in about.get("classifier", ()) if one.startswith("License :: ")]
    if expression:
        found["licenses"] = [{"expression": expression}]
    elif named or free:
        # some packages put the whole text of their licence there
        found["licenses"] = [{"license": {"name": name}} for name in named or [free.splitlines()[0]]]
    return found


def needs(package: Package, extras: Sequence[str] = ()) -> set[str]:
    """Names of the packages that it asks for here."""
    wanted = map(Requirement, package.metadata.get("requires_dist", ()))
    return {
        normal(one.name)
        for one in wanted
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in ("", *extras))
    }


def bill(found: Iterable[Package], root: str) -> dict[str, Any]:
    """The bill of `root` and all others."""
    by_name = {one.name: one for one in sorted(found, key=lambda one: one.name)}
    others = [one for one in by_name.values() if one.name != root]
    graph = []
    for one in by_name.values():
        wanted = needs(one, EXTRAS if one.name == root else ())
        on = sorted(reference(by_name[name]) for name in wanted & by_name.keys() - {one.name})
        graph.append({"ref": reference(one), "dependsOn": on})
    body = {
        "metadata": {"component": component(by_name[root], "application")},
        "components": [component(one) for one in others],
        "dependencies": graph,
    }
    number = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(body, sort_keys=True))
    head = {"bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": f"urn:uuid:{number}", "version": 1}
    return {"$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", **head, **body}


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    wheel, out = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    served = ask(f"{wheel}[{','.join(EXTRAS)}]")
    if wrong_content([one for one in served if one.name != "epochscope"]):
        sys.exit(1)
    found = bill(served, "epochscope")
    out.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(f"{len(found['components'])} packages in {out}")


if __name__ == "__main__":
    main()
