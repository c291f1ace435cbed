"""Tables as files: CSV or Parquet, whole, because an answer in steps is bounded."""

import asyncio
from collections.abc import Mapping, Sequence

from fastapi import Request
from fastapi.responses import Response

from api.http import etags, formats, problems
from api.http.formats import Format
from api.readings import csv, downloads, filters
from api.readings.buckets import Plan

Columns = Mapping[str, Sequence[object]]


def format_of(request: Request, query: filters.Steps) -> Format:
    """The format that a question wants its answer in. Raises a 406 or 422 problem."""
    wanted = query.format or (Format.CSV if query.dialect else None)
    format_ = formats.choose(request, wanted, Format.JSON, Format.CSV, Format.PARQUET)
    if query.dialect is not None and format_ is not Format.CSV:
        raise problems.invalid("dialect", "belongs to format=csv")
    return format_


def name(kind: str, query: filters.Steps, plan: Plan) -> str:
    """The name of a file without its ending: `kiezbox-series-71-01-pm10-1d-20251101T000000Z-20251201T000000Z`."""
    return downloads.name(kind, query, plan.bucket, *map(downloads.compact, (plan.start, plan.end)))


async def answer(request: Request, query: filters.Steps, format_: Format, columns: Columns, filename: str) -> Response:
    """The columns as a file of this name. Raises a 501 problem where Parquet cannot be written."""
    if format_ is Format.CSV:
        body = await asyncio.to_thread(csv.table, columns, csv.Dialect(query.dialect or csv.Dialect.RFC_4180))
    else:
        body = await asyncio.to_thread(downloads.parquet_module().table, columns)
    disposition = {"Content-Disposition": f'attachment; filename="{filename}.{format_}"'}
    return etags.written(request, body, downloads.content_type(format_), disposition)
