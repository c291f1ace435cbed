"""The addresses under /sensorthings/v1.1."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.database import Row
from api.deps import Deps, ReadDeps
from api.http import problems, public_address
from api.http.parameters import StrictQuery
from api.sensorthings import addresses, arrays, expressions, formats, options, service, shapes
from api.sensorthings.addresses import Address
from api.sensorthings.formats import Format
from api.sensorthings.links import Links
from api.sensorthings.options import Options
from api.sensorthings.reader import Reader
from api.sensorthings.shapes import Json

router = APIRouter(tags=["sensorthings"])

_SINGLE = ("$select", "$expand")  # the options of one entity


@router.get(addresses.ROOT, response_model=service.Document, responses=problems.documented(422))
async def show_service(request: Request, _query: Annotated[StrictQuery, Query()]) -> service.Document:
    """The service document of the OGC SensorThings API 1.1 (read side): its entity sets and what it conforms to.

    Below it are the addresses and query options of that standard, as its clients know them: for example
    `/sensorthings/v1.1/Datastreams?$expand=Observations($orderby=phenomenonTime desc;$top=1)`.
    """
    return service.describe(_links(request))


@router.get(addresses.ROOT + "/{path:path}", include_in_schema=False, responses=problems.documented(503))
async def show_resource(request: Request, path: str, deps: Deps) -> Response:
    """What is at a resource path of the standard. Caches ask each time: a box may be hidden."""
    found = await _resource(request, path, deps)
    found.headers["Cache-Control"] = "no-cache"
    return found


async def _resource(request: Request, path: str, deps: ReadDeps) -> Response:
    links = _links(request)
    if not path:
        return _json(service.describe(links).model_dump())
    address = addresses.read(path)
    last = address.steps[-1]
    asked = options.read(last.entity, request.query_params.multi_items())
    reader = Reader(deps.database, links, datetime.now(UTC))
    if not last.is_single:
        return await _collection(reader, links, path, address, asked)
    for name in asked.given:
        if name not in _SINGLE:
            raise expressions.mistake(name, "is for sets; this address is one entity")
    row = await reader.entity(address.steps)
    if row is None:
        raise addresses.missing()
    return await _single(reader, address, row, asked)


async def _collection(reader: Reader, links: Links, path: str, address: Address, asked: Options) -> Response:
    if asked.format is not None and address.is_reference:
        raise expressions.mistake("$resultFormat", "is not for references")
    *before, last = address.steps
    row = await reader.entity(before) if before else None
    if before and row is None:
        raise addresses.missing()
    (page,) = await reader.pages(reader.source(last, row), asked)
    control = links.control(links.path(path), asked, page)
    if address.is_reference:
        value = [{"@iot.selfLink": links.entity(last.entity, found["key"])} for found in page.rows]
        return _json({**control, "value": value})
    if asked.format is Format.DATA_ARRAY:
        if asked.expand:
            raise expressions.mistake("$expand", "cannot be together with $resultFormat=dataArray")
        return _json({**control, "value": arrays.write(page.rows, asked, links)})
    if asked.format is Format.CSV and any(last.entity.navigations[name].is_many for name in asked.expand):
        raise expressions.mistake("$expand", "only what is one can be expanded in $resultFormat=CSV")
    bodies = await reader.build(last.entity, page.rows, asked)
    match asked.format:
        case Format.CSV:
            return _csv(formats.write_csv(last.entity, bodies), control)
        case Format.GEOJSON:
            written = formats.write_geojson(last.entity, control, bodies)
            return Response(_dump(written), media_type="application/geo+json")
        case _:
            return _json({**control, "value": bodies})


async def _single(reader: Reader, address: Address, row: Row, asked: Options) -> Response:
    last = address.steps[-1]
    if not address.property:
        (body,) = await reader.build(last.entity, [row], asked)
        return _json({"@iot.selfLink": body["@iot.selfLink"]} if address.is_reference else body)
    if asked.given:
        raise expressions.mistake(next(iter(asked.given)), "is not for a property")
    (body,) = await reader.build(last.entity, [row], Options())
    try:
        value = shapes.member(body, address.property)
    except KeyError:
        raise addresses.missing() from None
    if value is None:
        return Response(status_code=204)  # 18-088, 9.2.3
    if not address.is_value:
        return _json({address.property[-1]: value})
    return Response(value if isinstance(value, str) else _dump(value), media_type="text/plain; charset=utf-8")


def _links(request: Request) -> Links:
    return Links(public_address.root(request) + addresses.ROOT)


def _csv(text: str, control: Json) -> Response:
    """CSV has no place for a next page: its address is in the header."""
    following = control.get("@iot.nextLink")
    headers = {} if following is None else {"Link": f'<{following}>; rel="next"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


def _json(body: Json) -> Response:
    return Response(_dump(body), media_type="application/json")


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
