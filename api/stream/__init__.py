"""The live stream of readings: what ingest committed, as server-sent events to every client."""
