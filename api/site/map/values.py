"""What a box measures now in words, and its sign on the map: for hundreds of boxes, so not by a template."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

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
    unit = units.sign(shown.quantity.unit)
    return partial(
        _value,
        reader,
        cache(lambda value: f"{reader.words.exact(value, shown.decimals)} {unit}"),
        cache(reader.words.text),
    )


def _value(reader: Reader, written: Callable[[float], str], text: Callable[[str], str], box: BoxNow) -> str:
    if box.value is None or box.measured_at is None:
        return text(_NO_VALUE)
    if box.is_old:
        since = reader.words.time(box.measured_at, reader.now)
        return f"{written(box.value)}, {reader.words.text(_OLD, time=since)}"
    return f"{written(box.value)}, {text(classes.UNRATED[1] if box.rating is None else box.rating.text)}"


def dots(picture: Picture, value_of: Callable[[BoxNow], str], link: Callable[[str], str]) -> Markup:
    """The signs of all boxes of a picture, each a link to its box with its value as title."""
    address = escape(link("/boxes/BOX"))  # once: of all boxes it differs in the box alone
    before, _, after = address.partition("BOX")
    return Markup(  # noqa: S704  # every part is escaped or a number; the formatting of Markup takes four times as long
        "\n".join(
            f'<a href="{before}{escape(dot.box.id)}{after}" tabindex="-1"><use href="#s-{dot.box.sign}" x="{dot.x}" '
            f'y="{dot.y}"><title>{escape(f"{bidi.shown(dot.box.label)}: {value_of(dot.box)}")}</title></use></a>'
            for dot in picture.dots
        )
    )
