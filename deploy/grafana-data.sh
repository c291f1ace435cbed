#!/bin/sh
# The part of Grafana that computes what panels show, for the tests, run by Node.js. Needs no root; where it is put, its
# name carries a checksum of grafana-data/package.json.
set -eu
here=$(cd "$(dirname "$0")/grafana-data" && pwd)
if [ "$(id -u)" = 0 ]; then cache=/var/cache/kiezbox; else cache=${XDG_CACHE_HOME:-$HOME/.cache}/kiezbox; fi
target=$cache/grafana-data-$(sha256sum <"$here/package.json" | cut -c 1-12)
if [ -d "$target" ]; then
    echo "kiezbox: what Grafana computes is there already: $target"
    exit 0
fi
mkdir -p "$cache"
work=$(mktemp -d "$target.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/app"
cp "$here/package.json" "$work/app"
(cd "$work/app" && npm install --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error)
mv -T "$work/app" "$target" 2>/dev/null || [ -d "$target" ]
echo "kiezbox: made $target"
