#!/bin/sh
# What CI tests besides the embedded servers: Debian's packages. As root, or with a sudo that asks nothing.
set -eu
if command -v mosquitto >/dev/null || [ -x /usr/sbin/mosquitto ]; then had_mosquitto=yes; else had_mosquitto=; fi
if [ "$had_mosquitto" ] && command -v mosquitto_pub >/dev/null && command -v chromium >/dev/null; then
    echo "kiezbox: Mosquitto and Chromium are installed already"
    exit 0
fi
if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then exec sudo -n sh "$0"; fi
    echo "kiezbox: make services installs Debian packages; run it as root: sudo make services" >&2
    exit 1
fi
command -v apt-get >/dev/null || { echo "kiezbox: no apt-get here; install Mosquitto and Chromium by hand" >&2; exit 1; }
export DEBIAN_FRONTEND=noninteractive
apt-get -o DPkg::Lock::Timeout=120 update -qq
apt-get -o DPkg::Lock::Timeout=120 install -qq -y --no-install-recommends mosquitto mosquitto-clients chromium >/dev/null
# Debian starts the broker as a service, on the port that `kiezbox up` wants; the tests start their own.
if [ -z "$had_mosquitto" ]; then
    if [ -d /run/systemd/system ]; then systemctl disable --now mosquitto; else /etc/init.d/mosquitto stop || true; fi
fi
echo "kiezbox: installed Mosquitto and Chromium"
