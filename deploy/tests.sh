#!/bin/sh
# Runs the tests that are not slow, in two runs beside each other that take about as long.
# tests.sh PYTEST
set -u
output=$(mktemp)
"$1" -m "not slow" --ignore=tests/api --ignore=tests/crisis >"$output" 2>&1 &
beside=$!
trap 'kill "$beside" 2>/dev/null; rm -f "$output"' EXIT
"$1" -m "not slow" tests/api tests/crisis
status=$?
wait "$beside" || status=1
cat "$output"
exit "$status"
