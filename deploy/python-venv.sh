#!/bin/sh
# Makes the virtual environment $1 with $PYTHON (3.11 or newer). A bare Debian has no Python, or one without ensurepip:
# as root, or with a sudo that asks nothing, we install it.
set -eu
python=${PYTHON:-python3}
if [ "$(id -u)" = 0 ]; then sudo=; else sudo="sudo -n"; fi

install_python() {
    command -v apt-get >/dev/null && $sudo true 2>/dev/null || return 0
    echo "kiezbox: installing Debian's python3-venv" >&2
    $sudo apt-get -o DPkg::Lock::Timeout=120 update -qq
    $sudo env DEBIAN_FRONTEND=noninteractive \
        apt-get -o DPkg::Lock::Timeout=120 install -qq -y --no-install-recommends python3-venv >/dev/null
}

[ "$python" != python3 ] || command -v python3 >/dev/null || install_python
command -v "$python" >/dev/null || { echo "kiezbox: $python is not there; install Python 3.11 or newer" >&2; exit 1; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "kiezbox: $("$python" --version) is too old; set PYTHON to a 3.11 or newer, as in: make run PYTHON=python3.12" >&2
    exit 1
}
"$python" -c 'import ensurepip' 2>/dev/null || install_python
"$python" -c 'import ensurepip' 2>/dev/null || {
    echo "kiezbox: this Python cannot make virtual environments; run: sudo apt-get install python3-venv" >&2
    exit 1
}
echo "kiezbox: setting up $1 (a minute, once)" >&2
# An environment that works is brought up to date in place: a Kiezbox may be running out of it.
"$1/bin/python" -c 'import pip' 2>/dev/null || "$python" -m venv --clear "$1"
