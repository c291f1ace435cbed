"""What a box does not load at its start: libraries that it needs only when somebody uses them, if ever."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("zxcvbn", "webauthn", "pyotp", "segno", "authlib", "joserfc", "httpx", "cryptography.x509")


def test_a_box_loads_no_library_of_factors_before_somebody_uses_one() -> None:
    code = (
        f"import sys, api.server, api.box, api.crisis.routes; print([each for each in {HEAVY} if each in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout == "[]\n"
