"""The situation picture: what maps cost to draw, places to find and the past to fold.

As ratios to a fixed piece of work in the same run. "As of" is to be compared with the start of a node that has the same
log: both fold all of it.

The map data lies beside the checkout (tests/support/map_data.py); `--tiles` takes other tiles, as a router's folder.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import random
import statistics
import tempfile
import time
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from api.crisis.memory.pasts import Pasts
from api.maps.drawing import views
from api.maps.drawing.atlas import Atlas
from api.maps.packs import adding, sources
from api.maps.projection import Tile
from api.maps.tiles import decoding
from api.maps.tiles.decoding import BadTileError
from api.maps.tiles.schemas import Class, Schema
from crisis import node as nodes
from crisis.clock import Stamp
from crisis.log.file import Item, Job
from crisis.model import event_bodies, events
from crisis.model.event_bodies import DistressClosed, DistressReceived, DistressTaken, ReportReceived
from crisis.places import packs
from crisis.state.picture import Known
from crisis.state.power.outages import Survey
from tests.api.crisis.support.applications import settings_of
from tests.api.maps.support import packs as made
from tests.api.maps.tiles.test_decoding import HOSTILE
from tests.crisis.support import blackouts
from tests.crisis.support.examples import NOW
from tests.support import map_data

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from crisis.model.event_bodies import Body
    from crisis.node import Node
    from crisis.places.gazetteer import Gazetteer
    from crisis.state.power.evidence import Evidence

ROUNDS = 7
TEXT = "Beatmung, Akku noch 40 Minuten, Hauptstr. 23 in Schöneberg, zweiter Stock"


def reference() -> None:
    """A fixed piece of work in plain Python, with which everything is compared: about 50 ms on a present computer."""
    total = 0
    for number in range(1_000_000):
        total += number & 7


def seconds(work: Callable[[], object]) -> float:
    """The processor time of the work, the median of some rounds."""
    found = []
    for _ in range(ROUNDS):
        before = time.process_time()
        work()
        found.append(time.process_time() - before)
    return statistics.median(found)


def refused(raw: bytes) -> None:
    """Read a hostile tile."""
    try:
        decoding.decode(raw, Schema.OPENMAPTILES, frozenset(Class))
    except BadTileError:
        return
    raise AssertionError("it was taken")


def maps(folder: Path) -> dict[str, tuple[Callable[[], object], int]]:
    """What is drawn, and how many bytes it has in gzip."""
    found = packs.read(folder)
    atlas = Atlas(folder, found, packs.gazetteer(folder, found))
    longitude, latitude = map_data.RATHAUS_SCHOENEBERG
    drawings: dict[str, Callable[[], str | None]] = {
        "city": lambda: atlas.base("city"),
        "Bezirk 07": lambda: atlas.base("07"),
        "Ortsteil 0701": lambda: atlas.base("0701"),
        "tile of zoom 13": lambda: atlas.tile(Tile(13, 4400, 2687)),
        "tile of zoom 16": lambda: atlas.tile(Tile(16, 35200, 21500)),
        "500 m around": lambda: atlas.near(views.near(latitude, longitude)),
    }
    return {name: (draw, len(gzip.compress((draw() or "").encode(), 6))) for name, draw in drawings.items()}


def outages(boxes: Sequence[Evidence], berlin: Gazetteer) -> object:
    """The outages that these boxes speak of."""
    return Survey(boxes, NOW, berlin).outages


def cells(boxes: Sequence[Evidence], berlin: Gazetteer) -> object:
    """The ground that each of these boxes speaks for."""
    return Survey(boxes, NOW, berlin).cells


def power() -> dict[str, Callable[[], object]]:
    """Outages with their streets, and all cells, of so many boxes in the south-west of Berlin, a third of them dark."""
    berlin = map_data.gazetteer()
    streets = blackouts.streets_of(berlin)
    dark = blackouts.dark_streets(streets, random.Random(1), ragged=True)
    work: dict[str, Callable[[], object]] = {}
    for count in (72, 300, 1_000):
        boxes = blackouts.boxes(streets, dark, count, random.Random(2))
        work[f"outages of {count} boxes"] = partial(outages, boxes, berlin)
        work[f"all cells of {count} boxes"] = partial(cells, boxes, berlin)
    return work


def body(number: int, call: UUID | None) -> Body:
    """What an hour of a blackout consists of: calls that are taken and closed, and reports."""
    match number % 4:
        case 0:
            return DistressReceived(text=f"Rauch im Keller, Müllerstraße {number}", people=3, box="71-01")
        case 1 if call is not None:
            return DistressTaken(call, "komme")
        case 2 if call is not None:
            return DistressClosed(call, "erledigt")
    return ReportReceived(text="Insulin muss gekühlt werden", box="71-01")


async def fill(node: Node, count: int) -> None:
    """Write so many events, one a second."""
    call: UUID | None = None
    for first in range(0, count, 2_000):
        items = []
        for number in range(first, min(first + 2_000, count)):
            at = NOW + timedelta(seconds=number)
            made = node.event(body(number, call), "anna", Stamp(at))
            call = made.id if number % 4 == 0 else call
            items.append(Item(events.encode(made), event_bodies.milliseconds(at)))
        await node.log.append(Job(tuple(items)))


async def past(count: int) -> dict[str, float]:
    """The processor time of a start with so many events, and of looks at the past of that node."""
    with tempfile.TemporaryDirectory() as name:
        settings = settings_of(Path(name) / "hub")
        async with nodes.opened(settings) as node:
            await fill(node, count)
        begin = time.process_time()
        async with nodes.opened(settings) as node:
            found = {f"start with {count:,} events": time.process_time() - begin}
            end, pasts = NOW + timedelta(seconds=count), Pasts(node)
            looks = {
                "as of the end, the first look": end,
                "as of 15 min before": end - timedelta(minutes=15),
                "as of 10 min later": end - timedelta(minutes=5),
                "as of the middle": NOW + timedelta(seconds=count // 2 + 300),
            }
            for what, at in looks.items():
                begin = time.process_time()
                await pasts.at(at, Known.YES)
                found[what] = time.process_time() - begin
    return found


def main() -> None:
    """Print each piece of work: milliseconds, the ratio, and the bytes of drawings."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tiles", type=Path, help="a folder of tiles instead of those of the map data")
    arguments = parser.parse_args()
    unit = seconds(reference)
    print(f"{'reference':<32}{unit * 1e3:8.1f} ms")

    def show(name: str, work: Callable[[], object], size: int | None = None) -> None:
        took = seconds(work)
        said = "" if size is None else f"{size / 1000:8.1f} kB"
        print(f"{name:<32}{took * 1e3:8.1f} ms{took / unit:8.2f}{said}")

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "map"
        made.add_schoeneberg(folder)
        if arguments.tiles is not None:
            source = sources.FolderSource(arguments.tiles)
            size = adding.choose(source, adding.BERLIN, adding.ZOOM_MAX, "tiles")
            adding.add_tiles(folder, made.wanted("berlin"), source, size, lambda _done, _of: None)
        for what, (draw, size) in maps(folder).items():
            show(what, draw, size)
    for what, raw in HOSTILE.items():
        show(f"hostile: {what}", partial(refused, raw))
    berlin = map_data.gazetteer()
    schoeneberg = [polygon for area in berlin.ortsteile if area.id in {"0701", "0702"} for polygon in area.polygons]
    show(
        "a text's street, 1,000 times",
        lambda: [berlin.mentions(TEXT, map_data.RATHAUS_SCHOENEBERG) for _ in range(1000)],
    )
    show("streets of two Ortsteile", lambda: berlin.streets_in(schoeneberg))
    for what, work in power().items():
        show(what, work)
    for count in (10_000, 60_000):
        for what, took in asyncio.run(past(count)).items():
            print(f"{what:<32}{took * 1e3:8.1f} ms{took / unit:8.2f}")
    show("Ortsteil of a place, 1,000 times", lambda: [berlin.where(52.4847, 13.3435) for _ in range(1000)])


if __name__ == "__main__":
    main()
