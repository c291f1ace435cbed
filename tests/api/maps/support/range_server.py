"""A server of files on loopback that answers ranges, or misbehaves as servers do."""

from __future__ import annotations

import contextlib
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Manners:
    """What the server does; a test changes it. `asked`: the ranges that were asked for."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.sends_parts = True
        self.statuses: list[int] = []  # of the next answers
        self.shift = 0
        self.changes = False
        self.asked: list[tuple[int, int]] = []


@contextlib.contextmanager
def serving(content: bytes) -> Iterator[tuple[str, Manners]]:
    """The URL of a file with this content while the block runs."""
    manners = Manners(content)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if manners.statuses:
                self.send_error(manners.statuses.pop(0))
                return
            found = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
            assert found
            start, end = int(found[1]), int(found[2])
            manners.asked.append((start, end))
            if manners.sends_parts:
                part = manners.content[start + manners.shift : end + manners.shift + 1]
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start + manners.shift}-{end + manners.shift}/*")
            else:
                part = manners.content
                self.send_response(200)
            self.send_header("Content-Length", str(len(part)))
            self.send_header("ETag", f'"{len(manners.asked) if manners.changes else 0}"')
            self.end_headers()
            with contextlib.suppress(OSError):  # whoever asked for a part hangs up when the whole file comes
                self.wfile.write(part)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/berlin.pmtiles", manners
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
