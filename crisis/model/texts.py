"""Texts that people type, without what a disk, database or page cannot hold. Escaping is the page's task, not ours."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, StringConstraints

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# Controls except tab and line end, lone surrogates, and noncharacters.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def clean(typed: str, characters_max: int | None = None) -> str:
    """The text with plain line ends, cut to the maximum; what cannot be stored or shown is replaced by U+FFFD."""
    text = typed.strip()
    if not text.isprintable():  # most texts are, and that is quickly checked
        text = _UNWANTED.sub(REPLACEMENT, text.replace("\r\n", "\n").replace("\r", "\n"))
    return text if characters_max is None or len(text) <= characters_max else text[: characters_max - 1] + "…"


def _cleaned(value: object) -> object:
    return clean(value) if isinstance(value, str) else value


_CLEAN = BeforeValidator(_cleaned)

ShortText = Annotated[str, _CLEAN, StringConstraints(max_length=200)]  # a name, an address, a headline
StaffText = Annotated[str, _CLEAN, StringConstraints(max_length=4_000)]  # what staff write
# What residents write, with what of their message was invalid.
ResidentText = Annotated[str, _CLEAN, StringConstraints(max_length=16_000)]
