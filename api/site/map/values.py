"""What a box measures now in words, and its sign on the map: for hundreds of boxes, so not by a template."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from markupsafe import Markup

from api.site.city import classes
from translations import bidi, units
from translations.marks import N_

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.site.city.picture import Picture
    from api.site.city.quantities import Shown
    from api.site.city.snapshot import BoxNow
    from api.site.layout.reader import Reader

_NO_VALUE = N_("no value yet")
_OLD = N_("no new value since %(time)s")


def of(shown: Shown, reader: Reader) -> Callable[[BoxNow], str]:
    """Writes `12.3 µg/m³, good: within the WHO guideline` for a box."""
    return partial(_value, shown, reader)


def _value(shown: Shown, reader: Reader, box: BoxNow) -> str:
    words = reader.words
    if box.value is None or box.measured_at is None:
        return words.text(_NO_VALUE)
    value = f"{words.measured(box.value)} {units.sign(shown.quantity.unit)}"
    if box.is_old:
        return f"{value}, {words.text(_OLD, time=words.time(box.measured_at, reader.now))}"
    return f"{value}, {words.text(classes.UNRATED[1] if box.rating is None else box.rating.text)}"


def dots(picture: Picture, value_of: Callable[[BoxNow], str], link: Callable[[str], str]) -> Markup:
    """The signs of all boxes of a picture, each a link to its box with its value as title."""
    return Markup("\n").join(
        Markup('<a href="{}" tabindex="-1"><use href="#s-{}" x="{}" y="{}"><title>{}: {}</title></use></a>').format(
            link(f"/boxes/{dot.box.id}"),
            dot.box.sign,
            dot.x,
            dot.y,
            bidi.shown(dot.box.label),
            value_of(dot.box),
        )
        for dot in picture.dots
    )
