"""The page /data/api."""

from functools import lru_cache

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, Response

from api.http import public_address
from api.site.data.pages import PAGES
from api.site.data.reference import description
from api.site.data.reference.description import Subject
from api.site.layout.reader import PageReader

router = APIRouter(include_in_schema=False)


@router.get("/data/api", response_class=HTMLResponse)
async def show_reference(request: Request, reader: PageReader) -> Response:
    """What programs can ask here, each with its parameters, answers and an example."""
    document = request.app.openapi()
    root = public_address.root(request)
    return PAGES.answer(
        request,
        reader,
        "reference.html",
        basis=(document["info"]["version"], root),
        subjects=_subjects(request.app),
        introduction=description.prose(document["info"]["description"]),
        root=root,
    )


@lru_cache(maxsize=1)
def _subjects(app: FastAPI) -> tuple[Subject, ...]:
    return tuple(description.subjects(app.openapi()))
