"""Words in the two languages that dashboards speak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["de", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """The same in German and English."""

    de: str
    en: str

    def in_(self, language: Language) -> str:
        """The words in that language."""
        return self.de if language == "de" else self.en


def same(text: str) -> Text:
    """What is the same in both languages: a sign, a name."""
    return Text(text, text)
