"""Answers as InfluxDB's clients read them. Pure."""

from __future__ import annotations

import json

from devices.wire.inputs.format import Answer

_JSON = "application/json; charset=utf-8"
_CODES = {
    400: "invalid",
    401: "unauthorized",
    403: "forbidden",
    404: "not found",
    405: "method not allowed",
    413: "request too large",
    415: "unsupported media type",
    429: "too many requests",
    503: "unavailable",
}
STORED = Answer(204)
PONG = Answer(204, headers=(("X-Influxdb-Version", "v2.7.0-kiezbox"), ("X-Influxdb-Build", "OSS")))
HEALTH = Answer(
    200,
    json.dumps(
        {
            "name": "influxdb",
            "message": "ready for queries and writes",
            "status": "pass",
            "checks": [],
            "version": "v2.7.0-kiezbox",
        }
    ).encode(),
    _JSON,
)
NOTHING_TO_DO = Answer(200, json.dumps({"results": [{"statement_id": 0}]}).encode(), _JSON)


def refusal(status: int, text: str) -> Answer:
    """A refusal for clients of both versions: the one reads `message`, the other `error`."""
    said = {"code": _CODES.get(status, "internal error"), "message": text, "error": text}
    return Answer(status, json.dumps(said).encode(), _JSON)
