"""Writes deploy/hashes/: for each part of the installation its packages, with exact versions and hashes of their files.

python -m deploy.hashes     after a change of constraints.txt or of dependencies; asks the index, takes some minutes

`pip install --require-hashes --no-deps -r deploy/hashes/base.txt` then installs what somebody looked at, from whatever
index: no address is written down. The hashes are for Python 3.11 to 3.13 on x86-64 and 64-bit ARM.
"""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "deploy" / "hashes"
PARTS = {
    "base": ".",
    "dashboards": ".[dashboards]",
    "parquet": ".[parquet]",
    "embedded": ".[embedded]",
    "alarm": ".[alarm]",
    "build": "hatchling==1.33.0",
    "sim": "./firmware-sim",
}
WHOLE = {"base", "build", "sim"}  # installed alone; the others beside `base`, whose packages they leave out
REST = "dev"  # the rest of constraints.txt: for development
PYTHONS = ("3.11", "3.12", "3.13")
MACHINES = ("x86_64", "aarch64")
_GLIBC_MINORS = range(5, 37)  # up to Debian 12
_HEAD = f"# Written by {Path(__file__).name}. Install with --require-hashes --no-deps.\n"


def pip(*arguments: str) -> list[dict[str, Any]]:
    """What pip would install: the entries of its report."""
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.json"
        quiet = ("--dry-run", "--ignore-installed", "--quiet", "--disable-pip-version-check", "--report", str(report))
        subprocess.run([sys.executable, "-m", "pip", "install", *quiet, *arguments], check=True, cwd=ROOT)  # noqa: S603 -- the command is ours
        entries: list[dict[str, Any]] = json.loads(report.read_text(encoding="utf-8"))["install"]
        return entries


def normal(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def names(wanted: str) -> set[str]:
    """The distributions that are installed for this one, ours left out."""
    found = pip("--constraint", "constraints.txt", wanted)
    return {normal(entry["metadata"]["name"]) for entry in found if "archive_info" in entry["download_info"]}


def hashes() -> Mapping[str, set[str]]:
    """By distribution the hashes of its files for every Python and machine."""
    found = defaultdict(set)
    for python, machine in itertools.product(PYTHONS, MACHINES):
        tags = [f"manylinux_2_{minor}_{machine}" for minor in reversed(_GLIBC_MINORS)]
        tags += [f"manylinux2014_{machine}", f"manylinux2010_{machine}", f"linux_{machine}"]
        platforms = itertools.chain.from_iterable(("--platform", tag) for tag in tags)
        with tempfile.TemporaryDirectory() as target:
            place = ("--no-deps", "--prefer-binary", "--python-version", python, "--target", target, *platforms)
            for entry in pip(*place, "--requirement", "constraints.txt"):
                found[normal(entry["metadata"]["name"])].add(entry["download_info"]["archive_info"]["hashes"]["sha256"])
    return found


def written(lines: Mapping[str, str], of: Iterable[str], found: Mapping[str, set[str]]) -> str:
    """The text of one file. `lines`: by distribution its line of constraints.txt."""
    blocks = [
        " \\\n".join([lines[name], *(f"    --hash=sha256:{each}" for each in sorted(found[name]))])
        for name in sorted(of)
    ]
    return _HEAD + "".join(f"{block}\n" for block in blocks)


def main() -> None:
    """Write the files."""
    constraints = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    lines = {normal(line.split("==")[0]): line for line in constraints if "==" in line}
    found = hashes()
    FOLDER.mkdir(exist_ok=True)
    parts = {part: names(wanted) for part, wanted in PARTS.items()}
    known = set().union(*parts.values())
    for part, needed in parts.items():
        of = needed if part in WHOLE else needed - parts["base"]  # two extras may name the same package
        (FOLDER / f"{part}.txt").write_text(written(lines, of, found), encoding="utf-8")
    (FOLDER / f"{REST}.txt").write_text(written(lines, set(lines) - known, found), encoding="utf-8")


if __name__ == "__main__":
    main()
