"""The room of the crisis part: an event log on local disk, state as a fold over it, and its sync (docs/architecture.md)."""
