#!/bin/sh
# TimescaleDB in its Apache edition, for the tests. Debian packages it from trixie on, so it gets a root of its own below
# /var/cache/kiezbox, which the tests enter by chroot. Its name carries a checksum of this file: another recipe, another root.
set -eu
target=/var/cache/kiezbox/timescaledb-apache-$(sha256sum <"$0" | cut -c 1-12)
if [ -d "$target" ]; then
    echo "kiezbox: TimescaleDB (Apache) is there already: $target"
    exit 0
fi
echo "kiezbox: making a Debian trixie with TimescaleDB (a minute, once)"
mkdir -p "${target%/*}"
work=$(mktemp -d "$target.XXXXXX")
trap 'rm -rf "$work"' EXIT
mmdebstrap --quiet --variant=minbase --include=postgresql-17-timescaledb \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' trixie "$work/root"
# Complete, or not there. Somebody else may have been faster.
mv -T "$work/root" "$target" 2>/dev/null || [ -d "$target" ]
echo "kiezbox: made $target"
