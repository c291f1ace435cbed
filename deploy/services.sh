#!/bin/sh
# Installs what CI tests besides the embedded servers: Debian's Mosquitto, Chromium, nginx, PgBouncer, gammu-smsd,
# libfaketime and R, TimescaleDB in both editions (timescaledb/), QGIS (qgis.sh), an OpenID provider (oidc-provider.sh), the
# part of Grafana that computes what panels show (grafana-data.sh), mmqtt (mmqtt.sh), and programs of others that send
# (input-programs.sh). Run it as root, or with a sudo that asks for no password.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
is_there() { command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ]; }

missing=
services= # of those that are installed: Debian starts them on ports of ours, and the tests start their own

is_there mosquitto || { missing="$missing mosquitto"; services="$services mosquitto"; }
is_there mosquitto_pub || missing="$missing mosquitto-clients"
is_there chromium || missing="$missing chromium"
is_there mmdebstrap || missing="$missing mmdebstrap"
is_there nginx || { missing="$missing nginx-light"; services="$services nginx"; }
is_there pgbouncer || { missing="$missing pgbouncer"; services="$services pgbouncer"; }
[ -e "$(echo /usr/lib/*/faketime/libfaketimeMT.so.1)" ] || missing="$missing libfaketime"
is_there gammu-smsd || { missing="$missing gammu-smsd"; services="$services gammu-smsd"; }
is_there Rscript || missing="$missing r-base-core"
is_there npm || missing="$missing nodejs npm"

if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then exec sudo -n sh "$0"; fi
    echo "kiezbox: make services installs Debian packages; run it as root: sudo make services" >&2
    exit 1
fi
if [ -n "$missing" ]; then
    command -v apt-get >/dev/null || { echo "kiezbox: no apt-get here; install by hand:$missing" >&2; exit 1; }
    export DEBIAN_FRONTEND=noninteractive
    apt-get -o DPkg::Lock::Timeout=120 update -qq
    # shellcheck disable=SC2086 # a list of words
    apt-get -o DPkg::Lock::Timeout=120 install -qq -y --no-install-recommends $missing >/dev/null
    for service in $services; do
        if [ -d /run/systemd/system ]; then systemctl disable --now "$service"; else "/etc/init.d/$service" stop || true; fi
    done
    echo "kiezbox: installed$missing"
fi
sh "$here/timescaledb/apache.sh"
sh "$here/timescaledb/community.sh"
sh "$here/qgis.sh"
sh "$here/oidc-provider.sh"
sh "$here/grafana-data.sh"
sh "$here/mmqtt.sh"
sh "$here/input-programs.sh"
