"""On a hub: the list of alarms in the database, which Grafana's rules and dashboards read (migration 0040)."""
