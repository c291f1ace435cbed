"""Every metric, declared once. Label values come from enums, never from a box or a client."""

from __future__ import annotations

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, generate_latest, start_http_server
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from kiezbox.errors import Reason

__all__ = ["CONTENT_TYPE_LATEST", "REGISTRY", "exposition", "serve"]

# ingest: every message and reading that was received ends as exactly one outcome
MESSAGES = Counter("kiezbox_ingest_messages", "Messages taken from the broker and committed, by outcome", ["outcome"])
READINGS = Counter("kiezbox_ingest_readings", "Readings taken from the broker and committed, by outcome", ["outcome"])
REJECTS = Counter("kiezbox_ingest_rejects", "Rejected messages and readings, by reason", ["reason"])
DIFFERING = Counter("kiezbox_ingest_differing", "Duplicates that came with another value than the stored one")
LOST = Gauge("kiezbox_ingest_lost_messages", "Sequence gaps seen by this worker since it started: opened less closed")
BATCH_SECONDS = Histogram(
    "kiezbox_ingest_batch_seconds",
    "Time to commit one batch",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
BATCH_READINGS = Histogram(
    "kiezbox_ingest_batch_readings", "Readings in one batch", buckets=(1, 10, 50, 100, 500, 1000, 2500, 5000, 10000)
)
LAST_COMMIT = Gauge("kiezbox_ingest_last_commit_timestamp_seconds", "When the newest batch was committed (Unix time)")
DATABASE_AWAY = Counter(
    "kiezbox_ingest_database_away", "Times that a batch was left at the broker because the database was away"
)

# mqtt: the session with the broker
MQTT_CONNECTED = Gauge(
    "kiezbox_mqtt_connected", "1 while the session with the broker stands and every subscription is granted"
)
MQTT_CONNECTS = Counter("kiezbox_mqtt_connects", "Connections made to the broker")
MQTT_BACKLOG = Gauge("kiezbox_mqtt_backlog_messages", "Messages received and not yet acknowledged")
MQTT_PAUSES = Counter("kiezbox_mqtt_pauses", "Times that reading from the broker paused because the backlog was full")
MQTT_STALE_ACKS = Counter("kiezbox_mqtt_stale_acks", "Acknowledgements dropped because their connection was gone")

# api
HTTP_REQUESTS = Counter("kiezbox_http_requests", "HTTP requests answered", ["route", "status"])
HTTP_SECONDS = Histogram(
    "kiezbox_http_seconds",
    "Time to answer a request",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
STREAM_CLIENTS = Gauge("kiezbox_stream_clients", "Live streams open now")

OUTCOMES = ("stored", "duplicate", "rejected")
for _outcome in OUTCOMES:
    MESSAGES.labels(_outcome)
    READINGS.labels(_outcome)
for _reason in Reason:
    REJECTS.labels(_reason)


def exposition() -> bytes:
    """All metrics of this process in Prometheus's text format."""
    return generate_latest(REGISTRY)


def serve(host: str, port: int) -> None:
    """Answer /metrics on its own port from a daemon thread, for processes that have no HTTP API."""
    start_http_server(port, addr=host)
