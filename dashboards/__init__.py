"""Grafana as code: values (panels, pages, rules), build (pure), publish (the only importer of grafana_client)."""
