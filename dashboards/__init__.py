"""Grafana as code: dashboards and alert rules as values, drawn as JSON (pure), written as files or published."""
