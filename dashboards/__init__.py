"""The room of Grafana as code: build (pure) and publish (the only importer of grafana_client)."""
