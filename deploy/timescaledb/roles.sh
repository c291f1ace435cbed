#!/bin/sh
# Runs at the first start of the database (docker-compose.yml). Makes Kiezbox's role (no superuser), its database with
# TimescaleDB, and the role with which Grafana reads. Safe to run again: it sets the passwords from the environment.
set -eu

psql -v ON_ERROR_STOP=1 --no-password --username "${POSTGRES_USER:-postgres}" --dbname "${POSTGRES_DB:-postgres}" \
  --set kiezbox="$KIEZBOX_DB_PASSWORD" --set grafana="$GRAFANA_DB_PASSWORD" <<'SQL'
SELECT 'CREATE ROLE kiezbox LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'kiezbox') \gexec
SELECT 'CREATE ROLE kiezbox_reader LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'kiezbox_reader') \gexec
ALTER ROLE kiezbox PASSWORD :'kiezbox';
-- As in migration 0012, which makes the role where it does not exist.
ALTER ROLE kiezbox_reader SET default_transaction_read_only = on;
ALTER ROLE kiezbox_reader SET statement_timeout = '15s';
ALTER ROLE kiezbox_reader PASSWORD :'grafana';
SELECT 'CREATE DATABASE kiezbox OWNER kiezbox' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'kiezbox') \gexec
\connect kiezbox
CREATE EXTENSION IF NOT EXISTS timescaledb;
SQL
