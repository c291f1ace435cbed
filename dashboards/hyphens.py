"""Where long words may go on in the next line: Grafana breaks a text at spaces only, and a column of a phone is narrow.

A soft hyphen (U+00AD) is seen only where a line ends.
"""

from __future__ import annotations

import re

SOFT_HYPHEN = "\N{SOFT HYPHEN}"
# Second parts of compounds in our words, in names of quantities and of Berlin's Ortsteile.
_PARTS = (
    *("temperatur", "spannung", "geschwindigkeit", "dosis", "leistung", "widerstand", "feuchte", "index", "richtung"),
    *(
        "dioxid",
        "ausfall",
        "schritten",
        "schlagen",
        "tagebuch",
        "gezogen",
        "nommen",
        "tenance",
        "reachable",
        "answered",
        "bekannt",
        "halten",
        "tastic",
    ),
    *("burg", "hausen", "dorf", "felde", "hagen", "schöneweide", "hain", "höhe", "berg", "stadt"),
)
_PATTERN = rf"(?<=[a-zäöüß]{{2}})({'|'.join(_PARTS)})"
_COMPOUND = re.compile(_PATTERN)


def in_text(text: str) -> str:
    """The text with soft hyphens."""
    return _COMPOUND.sub(rf"{SOFT_HYPHEN}\1", text)


def in_sql(expression: str) -> str:
    """An expression of SQL that writes the same into what another expression returns."""
    return rf"regexp_replace({expression}, '{_PATTERN}', chr({ord(SOFT_HYPHEN)}) || '\1', 'g')"
