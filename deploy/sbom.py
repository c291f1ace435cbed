"""Writes the bill of materials of a release (CycloneDX 1.6, JSON): what is installed, its hashes, and what needs what.

python -m deploy.sbom FILE      make sbom
"""

from __future__ import annotations

import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

from deploy import hashes

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION = SchemaVersion.V1_6
PARTS = ("base", "dashboards", "parquet", "alarm", "embedded", "sim")  # what runs; not what builds and tests
_BLOCK = re.compile(
    r"^(?P<name>\S+?)==(?P<version>\S+)(?P<hashes>(?: \\\n    --hash=sha256:[0-9a-f]{64})*)$", re.MULTILINE
)
_PART = "kiezbox:part"


def components() -> dict[str, Component]:
    """The distributions of deploy/hashes/, by name."""
    found: dict[str, Component] = {}
    for part in PARTS:
        for block in _BLOCK.finditer((hashes.FOLDER / f"{part}.txt").read_text(encoding="utf-8")):
            name = hashes.normal(block["name"])
            found.setdefault(name, _component(name, block["version"], re.findall(r"sha256:(\w+)", block["hashes"])))
            found[name].properties.add(Property(name=_PART, value=part))
    return found


def _component(name: str, version: str, sums: list[str]) -> Component:
    purl = PackageURL("pypi", name=name, version=version)
    licences = [LicenseFactory().make_from_string(text) for text in _licences(name)]
    return Component(
        type=ComponentType.LIBRARY,
        name=name,
        version=version,
        purl=purl,
        bom_ref=str(purl),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=each) for each in sums],
        licenses=licences,
    )


def _licences(name: str) -> list[str]:
    """What a distribution says about its licence, if it is installed here: an SPDX expression, or its classifiers."""
    try:
        said = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return []
    if "License-Expression" in said:
        return [said["License-Expression"]]
    classifiers = [each.split(" :: ")[-1] for each in said.get_all("Classifier") or () if each.startswith("License ::")]
    return classifiers[:1]


def images() -> Iterator[Component]:
    """The images of others that docker-compose.yml starts."""
    services = yaml.safe_load((hashes.ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    for image in sorted({service["image"] for service in services.values() if "build" not in service}):
        name, _, version = image.rpartition(":")
        namespace, _, short = name.rpartition("/")
        purl = PackageURL("docker", namespace=namespace or None, name=short, version=version)
        yield Component(type=ComponentType.CONTAINER, name=name, version=version, purl=purl, bom_ref=str(purl))


def made() -> Bom:
    """The bill of materials of this checkout."""
    project = tomllib.loads((hashes.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    version = project["version"]
    root = Component(
        type=ComponentType.APPLICATION,
        name=project["name"],
        version=version,
        purl=PackageURL("pypi", name=project["name"], version=version),
        bom_ref=f"{project['name']}@{version}",
        licenses=[LicenseFactory().make_from_string(project["license"])],
    )
    bom = Bom()
    bom.metadata.component = root
    found = components()
    containers = list(images())
    bom.components.update(found.values(), containers)
    direct = [found[name] for name in _needs(project["name"], found)]
    bom.register_dependency(root, [*direct, *containers])
    for name, component in found.items():
        bom.register_dependency(component, [found[needed] for needed in _needs(name, found)])
    return bom


def _needs(name: str, known: dict[str, Component]) -> set[str]:
    """What a distribution asks for, of what is in the list."""
    try:
        wanted = metadata.requires(name) or ()
    except metadata.PackageNotFoundError:
        return set()
    return {hashes.normal(re.split(r"[\s;<>=!~\[(@]", each, maxsplit=1)[0]) for each in wanted} & set(known) - {name}


def text() -> str:
    """The bill of materials as JSON."""
    return make_outputter(made(), OutputFormat.JSON, VERSION).output_as_string(indent=2)


def main() -> None:
    """Write it to the file that the command line names."""
    Path(sys.argv[1]).write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
