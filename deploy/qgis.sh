#!/bin/sh
# QGIS, for the test that loads our SensorThings layers with it. Debian's package wants a whole desktop beside it, so it gets a
# root of its own below /var/cache/kiezbox, which the test enters by chroot. The name of that folder carries a checksum of this
# file: another recipe, another root.
set -eu
target=/var/cache/kiezbox/qgis-$(sha256sum <"$0" | cut -c 1-12)
if [ -d "$target" ]; then
    echo "kiezbox: QGIS is there already: $target"
    exit 0
fi
echo "kiezbox: making a Debian trixie with QGIS (two minutes and 1.6 GB, once)"
mkdir -p "${target%/*}"
work=$(mktemp -d "$target.XXXXXX")
trap 'rm -rf "$work"' EXIT
mmdebstrap --quiet --variant=minbase --include=python3-qgis \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' trixie "$work/root"
# Complete, or not there. Somebody else may have been faster.
mv -T "$work/root" "$target" 2>/dev/null || [ -d "$target" ]
echo "kiezbox: made $target"
