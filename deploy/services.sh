#!/bin/sh
# What CI tests besides the embedded servers: Debian's packages, as root.
set -eu
[ "$(id -u)" = 0 ] || { echo "kiezbox: make services installs Debian packages; run it as root" >&2; exit 1; }
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq -y --no-install-recommends mosquitto mosquitto-clients chromium python3-venv >/dev/null
# Debian starts the broker as a service where there is systemd; the tests start their own.
if command -v systemctl >/dev/null && [ -d /run/systemd/system ]; then systemctl disable --now mosquitto; fi
mosquitto -h | head -n 1
chromium --version
