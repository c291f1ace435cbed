"""Settings of what stores readings, and of what removes old ones."""

from __future__ import annotations

from pydantic import Field, model_validator

from kiezbox.settings.section import Section


class IngestSettings(Section):
    """How messages become batches, and which messages are taken."""

    client_id: str = Field(
        default="kiezbox-ingest",
        min_length=1,
        description="Name of the worker; its MQTT client id is this and a random part that the database keeps.",
    )
    topics: tuple[str, ...] = Field(
        default=("kb/v1/+/telemetry", "kb/v1/+/status", "msh/+/2/e/+/+"),
        description="Topic filters to subscribe to (JSON list), for example one partition or `$share/ingest/...`.",
    )
    batch_readings: int = Field(default=30_000, ge=1, description="A batch is written when it has this many readings.")
    batch_messages: int = Field(
        default=6_600,
        ge=1,
        description="Or this many messages: three batches fit Mosquitto's window of 20,000 (docs/performance.md).",
    )
    batch_age_seconds: float = Field(
        default=0.1, ge=0, description="A batch is written when its first message is this old."
    )
    batches_in_flight: int = Field(
        default=2, ge=1, le=8, description="Batches that are on their way into the database at the same time."
    )
    box_messages_per_second: float = Field(
        default=100.0,
        ge=0,
        description="Messages of one box that are stored at once, on average; those beyond are deferred. 0: no limit.",
    )
    box_burst_messages: int = Field(
        default=6_000,
        ge=1,
        description="Messages of one box that are stored at once after a silence, as after an outage.",
    )
    deferred_messages: int = Field(
        default=1_000_000,
        ge=1,
        description="Deferred messages in the database at most; beyond that, everything is stored at once.",
    )
    accept_unknown_boxes: bool = Field(
        default=True, description="Store readings of boxes that nobody registered; false rejects them as `unknown_box`."
    )
    metrics_host: str = Field(default="127.0.0.1", description="Address of the worker's own `/metrics`.")
    metrics_port: int = Field(
        default=0, ge=0, le=65535, description="Port of the worker's own `/metrics`; 0 turns it off."
    )


class MaintenanceSettings(Section):
    """What is kept for how long, and how gently the rest is removed."""

    raw_days: int = Field(
        default=90, ge=8, le=36_500, description="Days for which every reading is kept; then its rollups remain."
    )
    five_minute_days: int = Field(
        default=365, le=36_500, description="Days for which five-minute rollups are kept; hours and days stay for ever."
    )
    reject_days: int = Field(
        default=30, ge=1, description="Days for which rejected messages are kept with their bytes."
    )
    reject_rows: int = Field(default=100_000, ge=1, description="Rejected messages that are kept at most.")
    ledger_days: int = Field(default=90, ge=2, description="Days for which the ledger is kept, by minute and box.")
    interval_seconds: float = Field(default=600.0, gt=0, description="How often to look for what is too old.")
    batch_rows: int = Field(default=10_000, ge=1, description="Rows that one transaction removes at most.")
    statement_seconds: float = Field(
        default=60.0,
        ge=0,
        description="How long a statement of dashboards or of the API's reading role may take before maintenance ends"
        " its connection; 0 never ends any.",
    )
    metrics_host: str = Field(default="127.0.0.1", description="Address of maintenance's own `/metrics`.")
    metrics_port: int = Field(
        default=0, ge=0, le=65535, description="Port of maintenance's own `/metrics`; 0 turns it off."
    )

    @model_validator(mode="after")
    def _keep_what_is_built_upon(self) -> MaintenanceSettings:
        """An hour is made of five-minute rollups, so those must last as long as readings can still arrive."""
        if self.five_minute_days < self.raw_days + 2:
            raise ValueError("five_minute_days must be at least raw_days + 2")
        return self
