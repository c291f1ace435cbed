"""Outages as people read them: banners above everything else, on the page as it is sent and later by its script."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import resources

from api.live.parts import LivePart
from translations import berlin
from translations.marks import N_
from translations.words import Words

_WITH_DAY = timedelta(hours=12)  # a time further back is written with its day
# By the name of the part; `server` and `page` are known to the script alone. {} is a time of day, {n} a number of
# messages.
_BANNERS: Mapping[str, str] = {
    "broker": N_("No connection to the broker since {}: calls for help from boxes do not arrive"),
    "database": N_("No connection to the database since {}: readings on this page are from then"),
    "clock": N_("The hub's clock is wrong, since {} by that clock. Messages that wait until it is right: {n}"),
    "hub": N_("No connection to the control centre since {}: calls for help from here wait on this box"),
    "server": N_("No connection to this server since {}: everything on this page is from then"),
    "page": N_("This page could not be renewed since {}: everything on it is from then"),
}
_STATES: Mapping[str, str] = {
    "live": N_("live"),
    "connecting": N_("connecting …"),
    "partly": N_("not everything is live"),
    "lost": N_("not live: no connection"),
    "as_of": N_("as of {}"),
}


@dataclass(frozen=True, slots=True)
class Banner:
    """What people read of one outage."""

    part: str
    text: str


def banners(
    outages: Iterable[LivePart], words: Words, now: datetime, texts: Mapping[str, str] = _BANNERS
) -> tuple[Banner, ...]:
    """The banners of these parts, none of which works. A part without a text in `texts` has none."""
    return tuple(
        Banner(part.name, words.text(texts[part.name]).format(_clock(part.since, now), n=part.waiting))
        for part in outages
        if part.since is not None and texts.get(part.name)
    )


def as_of(outages: Iterable[LivePart], words: Words, now: datetime) -> str:
    """`as of 19:15`, of the part that has been away for longest; empty when all parts work."""
    oldest = min((part.since for part in outages if part.since is not None), default=None)
    return "" if oldest is None else words.text(_STATES["as_of"]).format(_clock(oldest, now))


def _clock(at: datetime, now: datetime) -> str:
    """The time in Berlin, with the day when that is long ago. connection.js writes it alike."""
    return f"{berlin.local(at):{'%d.%m. %H:%M' if now - at > _WITH_DAY else '%H:%M'}}"


def script_texts(words: Words) -> dict[str, str]:
    """What connection.js writes, by the names that it uses."""
    texts = {**_STATES, **{f"outage_{name}": text for name, text in _BANNERS.items()}}
    return {name: words.text(text) for name, text in texts.items()}


@cache
def script() -> str:
    """The script that pages have in common."""
    return resources.files(__package__).joinpath("connection.js").read_text(encoding="utf-8")


@cache
def style() -> str:
    """How banners look, and what no longer looks live while there is one."""
    return resources.files(__package__).joinpath("connection.css").read_text(encoding="utf-8")
