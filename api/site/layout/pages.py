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
from api.site.layout import assets, emergency
from api.site.layout.assets import Script
from api.site.layout.reader import Reader
from translations import bidi, units

_NO_TEXTS: Mapping[str, str] = MappingProxyType({})


class Pages:
    """The pages of one room. Its templates extend `layout.html` and stand in the folder `templates` of `package`.

    `templates`: packages with further templates, which they include.

    `style`: the room's own CSS, after that of the layout. `script`: loaded by its pages, which then say whether they
    are live; `script_texts` are the texts that it writes, by the names that it uses. `has_form`: a form of the page may
    be sent to this server. `frame_ancestors`: who may show the page in a frame.
    """

    def __init__(
        self,
        package: str,
        *,
        templates: tuple[str, ...] = (),
        style: str = "",
        script: Script | None = None,
        script_texts: Mapping[str, str] = _NO_TEXTS,
        has_form: bool = False,
        frame_ancestors: str = "'none'",
    ) -> None:
        self._packages = (package, *templates)
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
        is_shared: bool = False,
        is_live: bool = True,
        refresh_s: int | None = None,
        script_values: Mapping[str, Any] = _NO_TEXTS,
        **values: Any,
    ) -> Response:
        """The page, or 304 when the reader has it.

        `basis`: everything that the page is made from, but for its ages; without it the page is never kept.
        `is_shared`: the answer is for all readers, whatever this one has (page_cache.py). `is_live`: it has values
        that the room's script keeps current. `refresh_s`: the browser looks again after so many seconds, with a
        script and without. `script_values`: what the page's script reads besides its texts.
        """
        away = self._outages(request, reader)
        headers = self._headers(reader, status)
        if basis is not None:
            here = (reader.path, reader.parameters, reader.chosen, public_address.prefix(request.scope))
            headers["ETag"] = etags.of(
                (),
                basis,
                reader.words.language.tag,
                here,
                away,
                emergency.of(request, reader.words),
                self._policy,
                template,
            )
            headers["Cache-Control"] = "no-cache"
            if not is_shared and etags.is_known(request.headers.get("if-none-match"), headers["ETag"]):
                return Response(status_code=304, headers=headers)
        html = self.html(
            request,
            reader,
            template,
            is_live=is_live,
            refresh_s=refresh_s,
            script_values=script_values,
            away=away,
            **values,
        )
        return HTMLResponse(html, status_code=status, headers=headers)

    def html(
        self,
        request: Request,
        reader: Reader,
        template: str,
        *,
        is_live: bool = True,
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
            _environment(self._packages)
            .get_template(template)
            .render(
                _=words.text,
                ngettext=words.plural,
                reader=reader,
                link=reader.link,
                language=words.language.tag,
                now=times.write(reader.now),
                now_text=words.time(reader.now, reader.now),
                now_on_paper=words.date_and_time(reader.now),
                emergencies=emergency.of(request, words),
                banners=banners,
                as_of=as_of,
                refresh_s=refresh_s,
                again=assets.AGAIN.address,
                style=self._style,
                script=self._script.address if is_live and self._script is not None else None,
                script_words=json.dumps(script_words, ensure_ascii=False),
                is_crisis_served=SETTINGS(request).crisis.served,
                version=metadata.version("kiezbox"),
                **values,
            )
        )

    def sight(self, request: Request, reader: Reader) -> tuple[object, ...]:
        """What a page depends on besides what it is about: its reader, and what works now. Part of a cache's key."""
        prefix = public_address.prefix(request.scope)
        away = self._outages(request, reader)
        return reader.words.language.tag, reader.chosen, prefix, away, emergency.of(request, reader.words)

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
def _environment(packages: tuple[str, ...]) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.PackageLoader(each) for each in (*packages, __package__)]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=bidi.finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["unit"] = units.sign
    environment.tests["look_alike"] = bidi.has_look_alikes
    return environment
