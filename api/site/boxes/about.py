"""What is to be known about a box before its values are read, and what its operators want to know. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from api.site.cards.cards import MODES, UPLINKS
from devices import boxes
from devices.readings import Clock, Flag
from translations.marks import N_

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from api.database import Row
    from translations.words import Words

_SILENT = timedelta(days=1)
_SKEWED_S = 300


def notices(box: Row, newest: Sequence[Row], now: datetime, words: Words) -> list[str]:
    """What a reader must know before looking at the values: retired, silent, a wrong clock, nothing measured."""
    found: list[str] = []
    last = max((row["measured_at"] for row in newest), default=None)
    if box["retired_at"] is not None:
        at = words.time(box["retired_at"], now)
        found.append(
            words.text(N_("This box was taken out of service (%(time)s). Its values are from before."), time=at)
        )
    elif last is None:
        found.append(words.text(N_("This box has not measured anything yet.")))
    elif now - last > _SILENT:
        text = N_("This box has measured nothing since %(time)s (%(age)s).")
        found.append(words.text(text, time=words.time(last, now), age=words.age(last, now)))
    if box["id"] == boxes.UNCONFIGURED:
        found.append(words.text(N_("This box has no number yet. Several boxes may send under this one.")))
    if _is_clock_in_doubt(box, newest):
        found.append(words.text(N_("The clock of this box may be wrong, and with it the times of its values.")))
    return found


def _is_clock_in_doubt(box: Row, newest: Iterable[Row]) -> bool:
    is_unset = box["clock"] == Clock.NONE or any(Flag.CLOCK_UNSET in Flag(row["flag"]) for row in newest)
    return is_unset or abs(box["clock_skew_s"] or 0) > _SKEWED_S


def facts(box: Row, now: datetime, words: Words) -> list[tuple[str, str]]:
    """What operators want to know of a box: pairs of a name and a text."""
    found: list[tuple[str, str | None]] = [(N_("Id"), box["id"])]
    if box["registered_at"] is None and box["retired_at"] is None:
        found.append((N_("Registered"), words.text(N_("no, only seen"))))
    if box["told_at"] is not None:
        found += _told(box, words)
        found.append((N_("As of"), words.time(box["told_at"], now)))
    if box["first_seen"] is not None:
        found.append((N_("First seen"), words.time(box["first_seen"], now)))
    return [(words.text(name), text) for name, text in found if text is not None]


def _told(box: Row, words: Words) -> Iterator[tuple[str, str | None]]:
    """What the box said of itself; None is what it did not say."""
    mains, percent, uplink, outbox = box["mains"], box["battery_percent"], box["uplink"], box["outbox"]
    yield N_("Mode"), words.text(MODES[box["mode"]]) if box["mode"] in MODES else None
    yield N_("Mains power"), None if mains is None else words.text(N_("yes") if mains else N_("no"))
    yield N_("Battery"), None if percent is None else f"{words.measured(round(percent))} %"
    yield N_("Link"), words.text(UPLINKS[uplink]) if uplink in UPLINKS else uplink
    yield N_("Firmware"), box["firmware"]
    yield N_("Values waiting in the box"), None if outbox is None else words.number(outbox)
    yield N_("Measures every"), words.wait(box["interval_s"]) if box["interval_s"] else None
