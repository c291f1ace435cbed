"""Texts that people type: what any disk, database and page can hold. Escaping is the page's part, not ours."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, StringConstraints

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# Controls but tab and line end, lone surrogates, and what Unicode promises never to be a character.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def clean(said: str, characters_max: int | None = None) -> str:
    """The text with plain line ends, without what cannot be stored or shown, and cut where it is too long."""
    text = said.strip()
    if not text.isprintable():  # most are, and that is quickly seen
        text = _UNWANTED.sub(REPLACEMENT, text.replace("\r\n", "\n").replace("\r", "\n"))
    return text if characters_max is None or len(text) <= characters_max else text[: characters_max - 1] + "…"


def _cleaned(value: object) -> object:
    return clean(value) if isinstance(value, str) else value


_CLEAN = BeforeValidator(_cleaned)

Line = Annotated[str, _CLEAN, StringConstraints(max_length=200)]  # a name, an address, a headline
Paragraph = Annotated[str, _CLEAN, StringConstraints(max_length=4_000)]  # what staff write
Letter = Annotated[
    str, _CLEAN, StringConstraints(max_length=16_000)
]  # what residents write, with what could not be read
