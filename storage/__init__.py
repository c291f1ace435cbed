"""The database's schema and its upkeep: migrations, retention and rollups, TimescaleDB's policies."""
