#!/bin/sh
# Programs of others that write to InfluxDB, speak for LoRaWAN servers or announce themselves to Home Assistant: for tests,
# in an environment of its own, because they need other packages than ours. Needs no root; its folder carries a checksum.
set -eu
here=$(cd "$(dirname "$0")/input-programs" && pwd)
if [ "$(id -u)" = 0 ]; then cache=/var/cache/kiezbox; else cache=${XDG_CACHE_HOME:-$HOME/.cache}/kiezbox; fi
target=$cache/input-programs-$(sha256sum <"$here/requirements.txt" | cut -c 1-12)
if [ -x "$target/bin/python" ]; then
    echo "kiezbox: input-programs are there already: $target"
    exit 0
fi
mkdir -p "$cache"
rm -rf "$target"
trap 'rm -rf "$target"' EXIT
"${PYTHON:-python3}" -m venv "$target"
"$target/bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement "$here/requirements.txt"
trap - EXIT
echo "kiezbox: made $target"
