"""The licences that an operator can choose, as DCAT-AP.de names them: https://www.dcat-ap.de/def/licenses/."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kiezbox.settings import OpendataSettings

_IRIS = "http://dcat-ap.de/def/licenses/"


@dataclass(frozen=True, slots=True)
class Licence:
    """One licence: its name, its text in German and in English, and whether users have to name somebody."""

    name: str
    title: str
    url: str
    url_en: str
    names_somebody: bool

    @property
    def iri(self) -> str:
        """By which catalogues know it."""
        return _IRIS + self.name


LICENCES: Mapping[str, Licence] = {
    licence.name: licence
    for licence in (
        Licence(
            "dl-by-de/2.0",
            "Datenlizenz Deutschland \N{EN DASH} Namensnennung \N{EN DASH} Version 2.0",
            "https://www.govdata.de/dl-de/by-2-0",
            "https://www.govdata.de/dl-de/by-2-0",
            names_somebody=True,
        ),
        Licence(
            "dl-zero-de/2.0",
            "Datenlizenz Deutschland \N{EN DASH} Zero \N{EN DASH} Version 2.0",
            "https://www.govdata.de/dl-de/zero-2-0",
            "https://www.govdata.de/dl-de/zero-2-0",
            names_somebody=False,
        ),
        Licence(
            "cc-by/4.0",
            "Creative Commons Attribution 4.0 International (CC BY 4.0)",
            "https://creativecommons.org/licenses/by/4.0/deed.de",
            "https://creativecommons.org/licenses/by/4.0/",
            names_somebody=True,
        ),
        Licence(
            "cc-by-sa/4.0",
            "Creative Commons Attribution-ShareAlike 4.0 International (CC BY-SA 4.0)",
            "https://creativecommons.org/licenses/by-sa/4.0/deed.de",
            "https://creativecommons.org/licenses/by-sa/4.0/",
            names_somebody=True,
        ),
        Licence(
            "cc-zero",
            "Creative Commons CC0 1.0 Universal (CC0 1.0)",
            "https://creativecommons.org/publicdomain/zero/1.0/deed.de",
            "https://creativecommons.org/publicdomain/zero/1.0/",
            names_somebody=False,
        ),
        Licence(
            "odbl",
            "Open Data Commons Open Database License (ODbL)",
            "https://opendatacommons.org/licenses/odbl/1-0/",
            "https://opendatacommons.org/licenses/odbl/1-0/",
            names_somebody=True,
        ),
    )
}


def chosen(limits: OpendataSettings) -> Licence | None:
    """The licence of all public data; None while the operator has not chosen one."""
    return None if limits.licence is None else LICENCES[limits.licence]


def attribution(limits: OpendataSettings) -> str | None:
    """Whom users have to name; None where the licence does not demand it."""
    licence = chosen(limits)
    if licence is None or not licence.names_somebody:
        return None
    return limits.attribution or limits.publisher or limits.title


def text_of(limits: OpendataSettings) -> str:
    """What stands beside each file, in German and in English."""
    licence, name = chosen(limits), attribution(limits)
    if licence is None:
        return (
            "Für diese Daten ist noch keine Lizenz gewählt. Erlaubt ist, was das Gesetz erlaubt.\n"
            "Wer sie weitergeben will, fragt vorher nach.\n\n"
            "No licence has been chosen for these data yet. What the law allows is allowed.\n"
            "Ask before you pass them on.\n"
        )
    german = [f"Lizenz: {licence.title}", licence.url]
    english = [f"Licence: {licence.title}", licence.url_en]
    if name is not None:
        german.append(f"Namensnennung: {name}")
        english.append(f"Attribution: {name}")
    return "\n".join([*german, "", *english, ""])
