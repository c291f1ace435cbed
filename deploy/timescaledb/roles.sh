#!/bin/sh
# Runs as superuser before each `migrate` (docker-compose.yml, database-roles). Makes Kiezbox's database with TimescaleDB, the role
# that owns it (no superuser), and a role for each process; sets their passwords from the environment. `kiezbox migrate` then
# grants each role what it needs (storage/rights.py). Safe to run again, as after a restored backup or to change a password.
set -eu

psql -X -v ON_ERROR_STOP=1 --no-password --username "${POSTGRES_USER:-postgres}" --dbname "${POSTGRES_DB:-postgres}" \
  --set kiezbox="$KIEZBOX_DB_PASSWORD" --set ingest="$KIEZBOX_INGEST_DB_PASSWORD" --set api="$KIEZBOX_API_DB_PASSWORD" \
  --set writer="$KIEZBOX_API_WRITER_DB_PASSWORD" --set maintain="$KIEZBOX_MAINTAIN_DB_PASSWORD" \
  --set grafana="$GRAFANA_DB_PASSWORD" <<'SQL'
SELECT format('CREATE ROLE %I LOGIN', name)
FROM unnest(ARRAY['kiezbox', 'kiezbox_ingest', 'kiezbox_api', 'kiezbox_api_writer', 'kiezbox_maintain', 'kiezbox_reader']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE kiezbox PASSWORD :'kiezbox';
ALTER ROLE kiezbox_ingest PASSWORD :'ingest';
ALTER ROLE kiezbox_api PASSWORD :'api';
ALTER ROLE kiezbox_api SET default_transaction_read_only = 'on';
ALTER ROLE kiezbox_api SET statement_timeout = '60s';
ALTER ROLE kiezbox_api_writer PASSWORD :'writer';
ALTER ROLE kiezbox_api_writer SET statement_timeout = '60s';
ALTER ROLE kiezbox_maintain PASSWORD :'maintain';
ALTER ROLE kiezbox_reader LOGIN PASSWORD :'grafana';
ALTER ROLE kiezbox_reader SET default_transaction_read_only = 'on';
ALTER ROLE kiezbox_reader SET statement_timeout = '15s';
-- So that the owner migrates what maintenance owns, and ends what readers run for too long.
GRANT kiezbox_api, kiezbox_maintain, kiezbox_reader TO kiezbox;
SELECT 'CREATE DATABASE kiezbox OWNER kiezbox' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'kiezbox') \gexec
\connect kiezbox
CREATE EXTENSION IF NOT EXISTS timescaledb;
SQL
