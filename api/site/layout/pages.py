"""Public pages: a room's templates within the layout that all of them share, answered with policy and ETag."""

import json
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from types import MappingProxyType
from typing import Any

import jinja2
from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from api.assembly import SETTINGS
from api.http import etags, problems, public_address, times
from api.live import outages
from api.live.parts import LIVE_PARTS
from api.site.layout import assets
from api.site.layout.assets import Script
from api.site.layout.reader import Reader
from translations import bidi

_NO_TEXTS: Mapping[str, str] = MappingProxyType({})


class Pages:
    """The pages of one room. Its templates extend `layout.html` and stand in the folder `templates` of `package`.

    `style`: the room's own CSS, after that of the layout. `script`: loaded by its pages, which then say whether they
    are live; `script_texts` are the texts that it writes, by the names that it uses. `has_form`: a form of the page may
    be sent to this server. `frame_ancestors`: who may show the page in a frame.
    """

    def __init__(
        self,
        package: str,
        *,
        style: str = "",
        script: Script | None = None,
        script_texts: Mapping[str, str] = _NO_TEXTS,
        has_form: bool = False,
        frame_ancestors: str = "'none'",
    ) -> None:
        self._package = package
        self._style = assets.read(__package__, "layout.css") + outages.style() + style
        self._script = script
        self._script_texts = script_texts
        self._policy = assets.policy(
            self._style, form_action="'self'" if has_form else "'none'", frame_ancestors=frame_ancestors
        )

    @property
    def policy(self) -> str:
        """The content security policy of these pages."""
        return self._policy

    def answer(
        self,
        request: Request,
        reader: Reader,
        template: str,
        *,
        status: int = 200,
        basis: object = None,
        refresh_s: int | None = None,
        script_values: Mapping[str, Any] = _NO_TEXTS,
        **values: Any,
    ) -> Response:
        """The page, or 304 when the reader has it.

        `basis`: everything that the page is made from, but for its ages; without it the page is never kept.
        `refresh_s`: the browser loads the page again after so many seconds, without a script. `script_values`: what the
        page's script reads besides its texts.
        """
        away = self._outages(request, reader)
        headers = self._headers(reader, status)
        if basis is not None:
            here = (request.url.path, request.url.query, public_address.prefix(request.scope))
            headers["ETag"] = etags.of((), basis, reader.words.language.tag, here, away, self._policy, template)
            headers["Cache-Control"] = "no-cache"
            if etags.is_known(request.headers.get("if-none-match"), headers["ETag"]):
                return Response(status_code=304, headers=headers)
        html = self.html(
            request, reader, template, refresh_s=refresh_s, script_values=script_values, away=away, **values
        )
        return HTMLResponse(html, status_code=status, headers=headers)

    def html(
        self,
        request: Request,
        reader: Reader,
        template: str,
        *,
        refresh_s: int | None = None,
        script_values: Mapping[str, Any] = _NO_TEXTS,
        away: tuple[tuple[str, ...], str] = ((), ""),
        **values: Any,
    ) -> str:
        """The page as text. `away`: the banners of what does not work now, and since when."""
        words = reader.words
        banners, as_of = away
        texts = {name: words.text(text) for name, text in self._script_texts.items()}
        script_words = {**texts, **outages.script_texts(words), **script_values}
        return (
            _environment(self._package)
            .get_template(template)
            .render(
                _=words.text,
                plural=words.plural,
                reader=reader,
                link=reader.link,
                language=words.language.tag,
                now=times.write(reader.now),
                now_text=words.time(reader.now, reader.now),
                banners=banners,
                as_of=as_of,
                refresh_s=refresh_s,
                style=self._style,
                script=None if self._script is None else self._script.address,
                script_words=json.dumps(script_words, ensure_ascii=False),
                is_crisis_served=SETTINGS(request).crisis.served,
                version=metadata.version("kiezbox"),
                **values,
            )
        )

    def _outages(self, request: Request, reader: Reader) -> tuple[tuple[str, ...], str]:
        """The banners of what does not work now, and since when; nothing on a page without a script."""
        if self._script is None:
            return (), ""
        away = LIVE_PARTS(request).outages()
        banners = tuple(banner.text for banner in outages.banners(away, reader.words, reader.now))
        return banners, outages.as_of(away, reader.words, reader.now)

    def _headers(self, reader: Reader, status: int) -> dict[str, str]:
        headers = {
            "Content-Security-Policy": self._policy,
            "Cache-Control": "no-store",
            "Vary": "Accept-Language",
            "Content-Language": reader.words.language.tag,
            "Referrer-Policy": "no-referrer",
        }
        if status == problems.UNAVAILABLE_STATUS:
            headers["Retry-After"] = str(problems.RETRY_AFTER_SECONDS)
        return headers


@cache
def _environment(package: str) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.PackageLoader(package), jinja2.PackageLoader(__package__)]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=bidi.finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests["look_alike"] = bidi.has_look_alikes
    return environment
