"""/data/months: the index as a page and as JSON, and the files, which browsers and programs may fetch in pieces."""

import asyncio
import base64

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.exceptions import HTTPException

from api.assembly import SETTINGS
from api.deps import Deps, ReadDeps
from api.http import etags, problems, public_address, unknown_paths
from api.site.data import licences
from api.site.data.months import archive, schemas, served
from api.site.data.months.archive import Index, Version
from api.site.data.months.served import MONTH_FILES, MonthFiles
from api.site.data.pages import PAGES
from api.site.layout.reader import PageReader, Reader
from kiezbox.errors import Unavailable

router = APIRouter(tags=["downloads"])
_MEDIA_TYPES = {"csv.gz": "application/gzip", "parquet": "application/vnd.apache.parquet"}
_TEXT = "text/plain; charset=utf-8"
_TEXTS = frozenset({archive.CHECKSUMS, archive.LICENCE})
# A version never changes, but it may be withheld: caches ask each time, and are told that it is the same.
_VERSION_CACHE = "public, no-cache"


@router.get("/data/months.json", response_model=schemas.Months, responses=problems.documented(503))
async def list_months(request: Request, deps: Deps) -> Response:
    """The files with all readings of a month, made once a day; every version of them, with its checksum.

    A version at its own address never changes. The addresses in `newest` lead to the newest version of a month. Files
    answer to `Range`, so that a download that broke off can go on.
    """
    index = await _index(MONTH_FILES(request), deps)
    root = public_address.root(request)
    limits = SETTINGS(request).opendata
    licence = licences.chosen(limits)
    return etags.answer(
        request,
        etags.of((), index, licence, root),
        lambda: schemas.Months(
            items=[_month(index, version, root) for version in index.newest()],
            licence=None
            if licence is None
            else schemas.Licence(
                name=licence.name, iri=licence.iri, url=licence.url, attribution=licences.attribution(limits)
            ),
            checked_at=index.checked_at,
            failing_since=index.failed_at,
        ),
    )


@router.get("/data/months", response_class=HTMLResponse, include_in_schema=False)
async def show_months(request: Request, deps: Deps, reader: PageReader) -> Response:
    """All months; as JSON for programs."""
    if not unknown_paths.is_browser(request):
        return await list_months(request, deps)
    files = MONTH_FILES(request)
    return _list(request, reader, files, await files.index(deps.database))


def _list(request: Request, reader: Reader, files: MonthFiles, index: Index | None) -> Response:
    return PAGES.answer(
        request,
        reader,
        "months.html",
        status=200 if index is not None else problems.UNAVAILABLE_STATUS,
        basis=(index, files.is_there),
        index=index,
        is_there=files.is_there,
        words=reader.words,
        first_day=served.first_day,
        newest_address=served.newest_address,
    )


@router.get("/data/months/{month}", response_class=HTMLResponse, include_in_schema=False)
async def show_month(request: Request, month: str, deps: Deps, reader: PageReader) -> Response:
    """The versions of a month, with checksums."""
    files = MONTH_FILES(request)
    index = await files.index(deps.database)
    if index is None:
        return _list(request, reader, files, index)
    versions = index.of(month)
    if not versions:
        raise HTTPException(404)
    return PAGES.answer(
        request,
        reader,
        "month.html",
        basis=versions,
        versions=versions,
        month=reader.words.calendar_month(served.first_day(month)),
        words=reader.words,
        downloads=served.downloads,
        address=served.address,
        newest_address=served.newest_address,
        texts=(archive.CHECKSUMS, archive.LICENCE),
    )


@router.get("/data/months/{month}/v{number}/{name}", include_in_schema=False)
async def get_file(request: Request, month: str, number: str, name: str, deps: Deps) -> Response:
    """A file of a version."""
    files = MONTH_FILES(request)
    index = await _index(files, deps)
    version = next((each for each in index.versions if (each.month, each.folder) == (month, f"v{number}")), None)
    if version is None:
        raise HTTPException(404)
    if version.is_withheld:
        raise HTTPException(410, "A box of which this version has readings is not public any more.")
    return await _file(request, files, version, name)


@router.get("/data/months/{month}/{name}", include_in_schema=False)
async def get_newest_file(request: Request, month: str, name: str, deps: Deps) -> Response:
    """The file of the newest version of a month: `kiezbox-2025-11.csv.gz`."""
    files = MONTH_FILES(request)
    version = next(iter((await _index(files, deps)).of(month)), None)
    file = None if version is None else version.file(name.removeprefix(f"kiezbox-{month}."))
    if version is None or (file is None and name not in _TEXTS):
        raise HTTPException(404)
    return await _file(request, files, version, name if file is None else file.name, is_newest=True)


async def _index(files: MonthFiles, deps: ReadDeps) -> Index:
    index = await files.index(deps.database)
    if index is None:
        raise Unavailable("files by month")
    return index


async def _file(
    request: Request, files: MonthFiles, version: Version, name: str, *, is_newest: bool = False
) -> Response:
    """The file or a part of it (`Range`), or 304. `is_newest`: the address is that of whatever is newest."""
    path = files.path(version, name)
    file = next((each for each in version.files if each.name == name), None)
    if file is None and name not in _TEXTS:
        raise HTTPException(404)
    headers = {"Cache-Control": "no-cache" if is_newest or file is None else _VERSION_CACHE}
    if is_newest:
        headers["Content-Location"] = served.address(version, name)
    if file is None:
        text = await asyncio.to_thread(path.read_bytes)
        return etags.written(request, text, _TEXT, headers)
    headers["ETag"] = f'"{file.sha256}"'
    headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(file.sha256)).decode()}:"  # RFC 9530
    if etags.is_known(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    if not await asyncio.to_thread(path.is_file):
        raise HTTPException(404)  # removed a moment ago, or another process's index
    return FileResponse(path, headers=headers, media_type=_MEDIA_TYPES[file.suffix], filename=name)


def _month(index: Index, newest: Version, root: str) -> schemas.Month:
    return schemas.Month(
        month=newest.month,
        **{"from": newest.since},
        to=newest.until,
        newest=[
            schemas.MonthFile(
                format=file.suffix,
                href=root + served.newest_address(newest.month, file),
                bytes=file.size,
                sha256=file.sha256,
            )
            for file in newest.files
        ],
        versions=[
            schemas.MonthVersion(
                version=version.number,
                made_at=version.made_at,
                readings=version.readings,
                boxes=list(version.boxes),
                files=[
                    schemas.MonthFile(format=each.suffix, href=root + each.address, bytes=each.size, sha256=each.sha256)
                    for each in served.downloads(version)
                ],
            )
            for version in index.of(newest.month)
        ],
    )
