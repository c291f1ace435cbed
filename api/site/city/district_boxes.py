"""One district by its id in an address: `07` is a Bezirk, `0701` an Ortsteil, `district-71` boxes of one number."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from api.site.city import classes, districts, picture, snapshot
from api.site.city.districts import District
from crisis.places.areas import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from api.site.city.city import CityNow
    from api.site.city.quantities import Shown
    from api.site.city.snapshot import BoxNow
    from crisis.places.gazetteer import Gazetteer
    from translations.words import Words

_NUMBERED = re.compile(r"district-([0-9a-f]{2})")
_BEZIRK_DIGITS = 2


def find(id_: str, found: CityNow, places: Gazetteer, names: Mapping[str, str], words: Words) -> District | None:
    """The district with its public boxes, if only none of them; None where no district is called so."""
    numbered = _NUMBERED.fullmatch(id_)
    shown = found.snapshot.shown
    if numbered is not None:
        number = int(numbered[1], 16)
        boxes = tuple(box for box in found.snapshot.boxes if box.district == number)
        name = names.get(id_) or words.text(districts.NUMBERED, number=numbered[1])
        return _made(shown, District(id_, name, None, _view(boxes, found), boxes, None, None))
    if id_ == districts.OTHERS:
        every = districts.of(found.snapshot, found.where, names, words)
        return next((each for each in every if each.id == id_), None)
    area = places.area(Level.BEZIRK if len(id_) == _BEZIRK_DIGITS else Level.ORTSTEIL, id_)
    if area is None:
        return None
    boxes = tuple(
        box
        for box in found.snapshot.boxes
        if (place := found.where.get(box.id)) is not None
        and id_ in {each.id for each in (place.ortsteil, place.bezirk) if each is not None}
    )
    bezirk = None if area.level is Level.BEZIRK else places.area(Level.BEZIRK, area.bezirk)
    return _made(shown, District(id_, area.name, None if bezirk is None else bezirk.name, id_, boxes, None, None))


def _view(boxes: Iterable[BoxNow], found: CityNow) -> str | None:
    """The smallest map on which all of these boxes are that have a public place; None where none has one."""
    where = [place for box in boxes if (place := found.where.get(box.id)) is not None]
    for areas in ([place.ortsteil for place in where], [place.bezirk for place in where]):
        ids = {None if area is None else area.id for area in areas}
        if len(ids) == 1 and (only := ids.pop()) is not None:
            return only
    return picture.CITY if where else None


def _made(shown: Shown, district: District) -> District:
    mean = snapshot.mean_of(shown, district.boxes)
    return replace(district, mean=mean, rating=None if mean is None else classes.of(shown, mean))
