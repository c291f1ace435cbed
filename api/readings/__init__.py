"""The read API over the database: boxes, newest values, history, series, the ledger, and downloads."""
