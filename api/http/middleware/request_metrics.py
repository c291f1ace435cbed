"""Request metrics: how many, and how long until the answer begins. The label is the route's template, never a path."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kiezbox import metrics

UNMATCHED = "unmatched"
_FAILED = 500


class RequestMetrics:
    """ASGI middleware. A request is counted when its answer begins, so an open stream does not count as slow."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and count it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        is_counted = False

        def count(status: int) -> None:
            nonlocal is_counted
            if not is_counted:
                is_counted = True
                route = getattr(scope.get("route"), "path", UNMATCHED)
                metrics.HTTP_REQUESTS.labels(route, status).inc()
                metrics.HTTP_SECONDS.labels(route).observe(time.perf_counter() - began)

        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start":
                count(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception:
            count(_FAILED)
            raise
