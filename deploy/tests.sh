#!/bin/sh
# Runs the tests that are not slow, in two runs beside each other: those of the whole system mostly wait.
# tests.sh PYTEST
set -u
output=$(mktemp)
"$1" -m "not slow" tests/system tests/storage >"$output" 2>&1 &
beside=$!
trap 'kill "$beside" 2>/dev/null; rm -f "$output"' EXIT
"$1" -m "not slow" --ignore=tests/system --ignore=tests/storage
status=$?
wait "$beside" || status=1
cat "$output"
exit "$status"
