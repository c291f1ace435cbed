"""Whether the residents' page is live: what its script asks for every few seconds, and what it then writes.

Phones ask, and keep no stream open: a box serves hundreds of them, and one that sleeps costs nothing.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from api.crisis.residents import situation
from api.http import etags, times
from api.live import outages
from api.live.parts import PartName, json_of
from kiezbox import pacing
from translations.marks import N_

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping, Sequence

    from api.crisis.deps import CrisisDeps
    from api.live.outages import Banner
    from api.live.parts import LivePart
    from crisis.node import Node
    from translations.words import Words

_EPOCH = datetime.fromtimestamp(0, UTC)
# Without a text here an outage is no matter to residents: of the database nothing is on their page. That of the hub is
# in the card of the mode, with what it means for each text on the page (templates/crisis.html).
_BANNERS: Mapping[str, str] = {
    PartName.BROKER: N_("No connection to the boxes since {}. Calls for help from there arrive later."),
    PartName.CLOCK: N_("The clock of this page is wrong. Times on it may be wrong."),
    PartName.HUB: "",
    "server": N_("No connection since {}. What is written here may be out of date."),
    "page": N_("No connection since {}. What is written here may be out of date."),
}
_STATES: Mapping[str, str] = {
    "live": N_("This page renews itself."),
    "connecting": N_("Connecting …"),
    "partly": N_("Not everything is up to date."),
    "lost": N_("This page is not up to date."),
}


def concern(parts: Iterable[LivePart]) -> tuple[LivePart, ...]:
    """Those of these parts whose outage is a matter to residents."""
    return tuple(part for part in parts if part.name in _BANNERS)


def values(deps: CrisisDeps, away: Sequence[LivePart], words: Words, now: datetime) -> dict[str, Any]:
    """What the template of the page needs so that it says what is not live, before its script does and without it."""
    return {
        "has_outage": bool(away),
        "banners": banners(away, words, now),
        "now_iso": times.write(now),
        "version": version(deps, deps.node.now()),
        "script_digest": script_digest(words),
    }


def banners(away: Iterable[LivePart], words: Words, now: datetime) -> tuple[Banner, ...]:
    """What residents read of the parts that do not work."""
    return outages.banners(away, words, now, _BANNERS)


def answer(deps: CrisisDeps, parts: Iterable[LivePart]) -> dict[str, Any]:
    """The time, whether each part works, and the version of the page: another one means that it holds news."""
    now = deps.node.now()
    return {"now": times.write(now), "parts": [json_of(part) for part in parts], "version": version(deps, now)}


def version(deps: CrisisDeps, now: datetime) -> str:
    """What the page says now, but for ages: the same text as long as it says the same.

    A notice that begins or ends, and a place of help that nobody has checked for long, are news without an event. What
    the page does not show, as the calls of others and the entries of staff, is none: no phone asks for the page again.
    """
    return pacing.at_once(version_steps(deps, now))


def version_steps(deps: CrisisDeps, now: datetime) -> Generator[None, None, str]:
    """The same in steps, between which others may run."""
    node = deps.node
    changed_at = max(situation.changes_between(node, _EPOCH, now))
    basis = (node.log.id, node.state.version, changed_at, *_contact(node, now))
    known = deps.residents_version.find("page", basis)
    if known is not None:
        return known
    yield
    shown = dataclasses.replace(situation.of(node, now), as_of=None)
    shown_from = (node.log.id, node.state.version, changed_at, *_contact(node, now))
    yield
    made = etags.of((), *basis[:1], *basis[2:], shown).removeprefix("W/").strip('"')
    return deps.residents_version.keep("page", shown_from, made) if shown_from == basis else made


def _contact(node: Node, now: datetime) -> tuple[datetime | None, bool]:
    """Whether the hub is silent, and then since when: while it is not, its time grows and says nothing new."""
    as_of, is_stale = situation.freshness(node, now)
    return (as_of if is_stale else None), is_stale


def script(words: Words) -> str:
    """The page's script with the texts that it writes in this language."""
    texts = {**_STATES, **{f"outage_{name}": text for name, text in _BANNERS.items()}}
    translated = {name: words.text(text) for name, text in texts.items()}
    return f"{outages.script()}const words = {json.dumps(translated, ensure_ascii=False)};\n{_own_script()}"


def script_digest(words: Words) -> str:
    """Stands in the script's address: a browser keeps a script until its address changes."""
    return _digest(script(words))


@cache
def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def _own_script() -> str:
    return resources.files(__package__).joinpath("templates", "residents.js").read_text(encoding="utf-8")
