"""Asks for known vulnerabilities of what deploy/hashes/ lists (pip-audit, the advisories of PyPI). Needs the internet.

python -m deploy.audit          make audit; ends with 0: none known, 1: some are, 2: nobody could be asked
"""

from __future__ import annotations

import json
import subprocess
import sys

from deploy import hashes

_NONE, _SOME, _UNKNOWN = 0, 1, 2


def main() -> int:
    """Print what is known. Returns the exit code."""
    files = [part for name in sorted(hashes.FOLDER.glob("*.txt")) for part in ("--requirement", str(name))]
    command = [sys.executable, "-m", "pip_audit", "--no-deps", "--disable-pip", "--progress-spinner", "off", *files]
    done = subprocess.run([*command, "--format", "json"], capture_output=True, text=True, check=False)  # noqa: S603 -- the command is ours
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        print(f"audit: the advisories could not be asked: {last}", file=sys.stderr)  # noqa: T201 -- a program of the shell
        print("  to go on: run it on a machine with internet; nothing is known to be well", file=sys.stderr)  # noqa: T201 -- see above
        return _UNKNOWN
    holes = [(each["name"], each["version"], hole) for each in found for hole in each.get("vulns", ())]
    for name, version, hole in holes:
        fixed = ", ".join(hole["fix_versions"]) or "no version yet"
        print(f"{name} {version}: {hole['id']} (fixed in {fixed})")  # noqa: T201 -- see above
    print(f"audit: {len(found)} packages, {len(holes)} known vulnerabilities")  # noqa: T201 -- see above
    return _SOME if holes else _NONE


if __name__ == "__main__":
    sys.exit(main())
