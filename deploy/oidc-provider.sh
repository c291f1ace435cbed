#!/bin/sh
# A certified OpenID provider for the tests, run by Node.js. Needs no root; where it is put, its name carries a checksum
# of the files in oidc-provider/.
set -eu
here=$(cd "$(dirname "$0")/oidc-provider" && pwd)
if [ "$(id -u)" = 0 ]; then cache=/var/cache/kiezbox; else cache=${XDG_CACHE_HOME:-$HOME/.cache}/kiezbox; fi
target=$cache/oidc-provider-$(cat "$here/package.json" "$here/provider.mjs" | sha256sum | cut -c 1-12)
if [ -d "$target" ]; then
    echo "kiezbox: the OpenID provider is there already: $target"
    exit 0
fi
mkdir -p "$cache"
work=$(mktemp -d "$target.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/app"
cp "$here/package.json" "$here/provider.mjs" "$work/app"
(cd "$work/app" && npm install --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error)
mv -T "$work/app" "$target" 2>/dev/null || [ -d "$target" ]
echo "kiezbox: made $target"
