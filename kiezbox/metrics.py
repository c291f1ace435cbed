"""Every metric, declared once. Label values come from enums, never from a box or a client."""

from __future__ import annotations

from enum import StrEnum

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, generate_latest, start_http_server
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from kiezbox.errors import OperatorError, Reason

__all__ = ["CONTENT_TYPE_LATEST", "REGISTRY", "MqttSession", "exposition", "serve"]


class MqttSession(StrEnum):
    """What a session with the broker is for: a process may have several of them."""

    INGEST = "ingest"  # telemetry into the database
    INGEST_BESIDE = "ingest_beside"  # what is published beside the topics of ingest
    BRIDGE = "bridge"  # messages of other makes at the broker of somebody else
    CALLS = "calls"  # residents' calls for help, at the hub
    CALLS_BESIDE = "calls_beside"  # calls that are published beside their topics
    SYNC = "sync"  # the crisis logs of hub and boxes
    PROBE = "probe"  # whether a message comes back through the broker
    OTHER = "other"  # tools


class MaintenancePart(StrEnum):
    """What one round of maintenance consists of: when one part fails, the others go on."""

    HOURS = "hours"  # that are over, and days: stored
    READINGS = "readings"  # too old: folded into rollups and removed
    POLICIES = "policies"  # of TimescaleDB, as the settings want them
    ROLLUPS = "rollups"  # of five minutes, too old
    REJECTS = "rejects"
    LEDGER = "ledger"
    CONVERSION = "conversion"  # of readings from before 0028_stored_reading
    JOBS = "jobs"  # how the database's own background jobs stand


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
BATCHES_HALVED = Counter(
    "kiezbox_ingest_batches_halved", "Batches that outlasted the database's time limit and were halved"
)
BATCH_MESSAGES = Histogram(
    "kiezbox_ingest_batch_messages", "Messages in one batch", buckets=(1, 10, 50, 100, 500, 1000, 2500, 5000, 6500)
)
BATCH_READINGS = Histogram(
    "kiezbox_ingest_batch_readings",
    "Readings in one batch",
    buckets=(1, 10, 50, 100, 500, 1000, 2500, 5000, 10000, 25000),
)
LAST_COMMIT = Gauge("kiezbox_ingest_last_commit_timestamp_seconds", "When the newest batch was committed (Unix time)")
DATABASE_AWAY = Counter(
    "kiezbox_ingest_database_away", "Times that a batch was left at the broker because the database was away"
)
DEFERRED = Counter(
    "kiezbox_ingest_deferred_messages", "Messages deferred because they were beyond the share of their box"
)
DEFERRED_WAITING = Gauge("kiezbox_ingest_deferred_waiting_messages", "Deferred messages that are not stored yet")
CLOCK_WAITING = Gauge(
    "kiezbox_ingest_clock_waiting_messages", "Messages that wait until the hub's clock, which is behind, is right"
)
CLOCK_SKEW = Gauge("kiezbox_hub_clock_skew_seconds", "How far the hub's clock is behind; 0 while it is not in doubt")
FLOODING_BOXES = Gauge("kiezbox_ingest_flooding_boxes", "Boxes with deferred messages; the log names them")

WITHOUT_CREDENTIAL = Gauge(
    "kiezbox_broker_senders_without_credential",
    "Boxes heard within seven days that have no credential, while the broker still lets them in",
)

# receiver: what devices of other makes send over HTTP
RECEIVED = Counter(
    "kiezbox_receive_requests",
    "Requests of devices of other makes, by format and how they ended",
    ["format", "outcome"],
)

# mqtt: the session with the broker
MQTT_CONNECTED = Gauge(
    "kiezbox_mqtt_connected",
    "1 while the session with the broker stands and every subscription is granted",
    ["session"],
)
MQTT_CONNECTS = Counter("kiezbox_mqtt_connects", "Connections made to the broker")
MQTT_BACKLOG = Gauge("kiezbox_mqtt_backlog_messages", "Messages received and not yet acknowledged", ["session"])
MQTT_BACKLOG_BYTES = Gauge(
    "kiezbox_mqtt_backlog_bytes", "Bytes of messages received and not yet acknowledged", ["session"]
)
MQTT_PAUSES = Counter("kiezbox_mqtt_pauses", "Times that reading from the broker paused because the backlog was full")
MQTT_STALE_ACKS = Counter("kiezbox_mqtt_stale_acks", "Acknowledgements dropped because their connection was gone")
MQTT_REPEATS = Counter("kiezbox_mqtt_repeats", "Messages that the broker sent again before we had acknowledged them")
MQTT_RETAINED = Counter(
    "kiezbox_mqtt_wrongly_retained", "Messages that the broker retained where none may be retained: ignored and cleared"
)

# api
HTTP_REQUESTS = Counter("kiezbox_http_requests", "HTTP requests answered", ["route", "status"])
HTTP_SECONDS = Histogram(
    "kiezbox_http_seconds",
    "Time to answer a request",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
HTTP_CONNECTIONS = Gauge("kiezbox_http_connections", "Connections of HTTP clients open now")
HTTP_CONNECTIONS_CLOSED = Counter(
    "kiezbox_http_connections_closed",
    "Connections closed by the server: too slow, too crowded, or a head or body beyond its limits",
    ["why"],
)
STREAM_CLIENTS = Gauge("kiezbox_stream_clients", "Live streams open now")

# export: the public readings of each month as files
EXPORT_ROUNDS = Counter("kiezbox_export_rounds", "Rounds of the monthly export, by how they ended", ["outcome"])
EXPORT_LAST = Gauge("kiezbox_export_last_round_timestamp_seconds", "When the last complete round ended (Unix time)")

# maintenance: what is too old, and how much of it went
MAINTENANCE_ROUNDS = Counter(
    "kiezbox_maintenance_rounds",
    "Rounds of maintenance, by how they ended (skipped: another process is at it)",
    ["outcome"],
)
MAINTENANCE_LAST = Gauge(
    "kiezbox_maintenance_last_round_timestamp_seconds", "When the last complete round ended (Unix time)"
)
MAINTENANCE_SECONDS = Histogram(
    "kiezbox_maintenance_transaction_seconds",
    "Time of one transaction that removes something",
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
STATEMENTS_ENDED = Counter(
    "kiezbox_maintenance_statements_ended",
    "Connections of readers that maintenance ended because a statement took too long",
    ["role"],
)
CONVERSION_DAYS_LEFT = Gauge(
    "kiezbox_conversion_days_left", "Days of readings that maintenance has yet to convert to the form of this version"
)
MAINTENANCE_FAILING = Gauge(
    "kiezbox_maintenance_part_failing", "1 while a part of maintenance failed when it was tried last", ["part"]
)
DATABASE_FAULT = Gauge(
    "kiezbox_database_known_fault", "1 while the server runs a version of TimescaleDB with a known fault"
)
JOB_LAST_SUCCESS = Gauge(
    "kiezbox_database_job_last_success_timestamp_seconds",
    "When a background job of TimescaleDB succeeded last (Unix time; 0: never)",
    ["policy"],
)
JOB_FAILURES = Gauge(
    "kiezbox_database_job_failures", "Failures of a background job of TimescaleDB since it was made", ["policy"]
)
JOB_FAILING = Gauge(
    "kiezbox_database_job_failing",
    "1 while the newest run of a background job of TimescaleDB failed, or did not come when it was due",
    ["policy"],
)
REMOVED = Gauge(
    "kiezbox_removed_rows",
    "Rows that maintenance has removed since the database was made, by relation and, for rejects, their reason",
    ["relation", "reason"],
)

# crisis: the node that runs inside the API process
CRISIS_EVENTS = Counter("kiezbox_crisis_events", "Events kept in the crisis log, by where they came from", ["origin"])
CRISIS_APPEND_SECONDS = Histogram(
    "kiezbox_crisis_append_seconds",
    "Time until events are on the disk, waiting included",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)
CRISIS_REFUSALS = Counter("kiezbox_crisis_refusals", "Events that the disk did not take, by why", ["why"])
CRISIS_DAMAGES = Counter("kiezbox_crisis_damages", "Times that a damaged crisis log was set aside and recovered from")
CRISIS_UNREAD = Gauge("kiezbox_crisis_unread_events", "Events in the log that this version cannot read")
CRISIS_OPEN = Gauge(
    "kiezbox_crisis_open_distress", "Calls for help that nobody has closed, by how far they got", ["status"]
)
CRISIS_OUTAGE_BOXES = Gauge(
    "kiezbox_crisis_outage_boxes", "Boxes in outages that are not over, by how sure the outage is", ["grade"]
)
CRISIS_ESCALATIONS = Counter("kiezbox_crisis_escalations", "Calls for help that nobody took in time")
CRISIS_UNREADABLE = Counter(
    "kiezbox_crisis_unreadable_calls", "Calls and reports that came as no valid message, and were kept as text"
)
CRISIS_CALLS_DEFERRED = Counter(
    "kiezbox_crisis_deferred_calls", "Calls and reports over MQTT beyond the share of their sender, which wait"
)
CRISIS_CALLS_WAITING = Gauge(
    "kiezbox_crisis_waiting_calls", "Calls and reports that wait now for the share of their sender"
)
CRISIS_BAD_FRAMES = Counter("kiezbox_crisis_bad_frames", "Frames of the sync, or events in them, that make no sense")
CRISIS_HELD = Counter(
    "kiezbox_crisis_held_events", "Events of other nodes that were held back, by why (docs/crisis.md)", ["why"]
)
CRISIS_HELD_NOW = Gauge("kiezbox_crisis_held_events_now", "Events that are held back now, for staff to look at")
CRISIS_REJECTED = Counter(
    "kiezbox_crisis_rejected_frames", "Frames of the sync from nodes that are not members, by why", ["why"]
)
CRISIS_PEERS = Gauge("kiezbox_crisis_peers", "Nodes that we exchange events with, by how far they are", ["state"])
CRISIS_COPIED = Gauge("kiezbox_crisis_uncopied_events", "Events in the log that are not in the database yet")
CRISIS_STREAM_CLIENTS = Gauge("kiezbox_crisis_stream_clients", "Live streams of the crisis part that are open now")
LIVE_PART = Gauge(
    "kiezbox_live_part", "1 while news reaches the pages through this part, 0 while they say that it does not", ["part"]
)
CRISIS_FAILURES = Counter(
    "kiezbox_crisis_failures", "Times that background work of the crisis part died and was started again"
)
ALARMS_OPEN = Gauge("kiezbox_alarms_open", "Alarms that are open here, by severity", ["severity"])
ALARM_MESSAGES = Counter(
    "kiezbox_alarm_messages", "Messages of alarms that a channel was given, by how that ended", ["channel", "outcome"]
)
ALARM_SPEAKS = Gauge("kiezbox_alarm_speaks", "1 while this node tells people of alarms, 0 while another one does")
ALARM_SOURCE_FAILURES = Counter(
    "kiezbox_alarm_source_failures", "Times that a source of alarms could not be looked at", ["source"]
)
ALARM_ANSWERS = Counter(
    "kiezbox_alarm_answers", "Answers to alarms that a channel heard, by what became of them", ["channel", "outcome"]
)
ALARM_HEARTBEATS = Counter(
    "kiezbox_alarm_heartbeats", "Heartbeats to the address that watches this node from outside", ["outcome"]
)
CRISIS_SIGN_INS = Counter("kiezbox_crisis_sign_ins", "Attempts of staff to sign in, by how they ended", ["outcome"])

OUTCOMES = ("stored", "duplicate", "rejected")
for _outcome in OUTCOMES:
    MESSAGES.labels(_outcome)
    READINGS.labels(_outcome)
for _outcome in ("done", "skipped", "failed"):
    MAINTENANCE_ROUNDS.labels(_outcome)
for _outcome in ("done", "failed"):
    EXPORT_ROUNDS.labels(_outcome)
for _part in MaintenancePart:
    MAINTENANCE_FAILING.labels(_part)
for _origin in ("here", "peer"):
    CRISIS_EVENTS.labels(_origin)
for _why in ("full", "unwritable"):
    CRISIS_REFUSALS.labels(_why)
for _status in ("received", "escalated", "taken"):
    CRISIS_OPEN.labels(_status)
for _grade in ("firm", "single", "old"):
    CRISIS_OUTAGE_BOXES.labels(_grade)
for _state in ("level", "behind", "silent"):
    CRISIS_PEERS.labels(_state)
for _outcome in ("done", "wrong", "wrong_factor", "wrong_badge", "wrong_wall", "wrong_provider", "delayed"):
    CRISIS_SIGN_INS.labels(_outcome)
for _reason in Reason:
    REJECTS.labels(_reason)


def exposition() -> bytes:
    """All metrics of this process in Prometheus's text format."""
    return generate_latest(REGISTRY)


def serve(host: str, port: int) -> None:
    """Answer /metrics on its own port from a daemon thread, for processes that have no HTTP API.

    Raises OperatorError when the address is taken or not ours.
    """
    try:
        start_http_server(port, addr=host)
    except OSError as error:
        raise OperatorError(
            f"cannot serve metrics on {host}:{port}: {error.strerror or error}",
            "another process may have it; KIEZBOX_INGEST_METRICS_PORT or KIEZBOX_MAINTENANCE_METRICS_PORT chooses"
            " another port, 0 turns it off",
        ) from None
