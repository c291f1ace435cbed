"""A program that fills a log until the operating system refuses: `python -m tests.crisis.support.fill_disk FOLDER`.

The limit is on the size of files (RLIMIT_FSIZE), so that it needs no root and no disk of its own. Prints what was
accepted, how the log refused, and what it accepts once there is room again.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from crisis.log import folder
from crisis.log.errors import Full
from tests.crisis.support.kill_writers import job

_ROOM_BYTES = 400_000
_REFUSALS = 20


def main() -> None:
    place = Path(sys.argv[1])
    accepted: list[str] = []
    refusals: list[str] = []

    def write() -> None:
        accepted.extend(str(result.id) for results in log.write([job()]) for result in results)

    with folder.locked(place):
        log, _ = folder.open_log(place)
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (_ROOM_BYTES, hard))
        while len(refusals) < _REFUSALS:
            try:
                write()
            except Full as full:
                refusals.append(str(full))
        in_need = len(accepted)
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        write()
        log.close()
    sys.stdout.write(json.dumps({"accepted": accepted, "refusals": refusals, "after": len(accepted) - in_need}))


if __name__ == "__main__":
    main()
