#!/usr/bin/env bash
# See that the system has what one purpose needs; install it where that is possible.
#
# usage: system_packages.sh PYTHON venv    an environment can be made with PYTHON
#        system_packages.sh PYTHON hosts   the same, and tests can make another machine with an SSH server on this one
#        system_packages.sh PYTHON qgis    the same, and PyQGIS for PYTHON, QGIS, GDAL's programs and a virtual screen are there
#        system_packages.sh PYTHON roots   the same as venv, and another Debian can be made beside this system
#
# Looks for the thing itself, not for a package, so that other distributions pass too. Installs
# with apt-get as root or with sudo; where it cannot, it names what is missing and ends with 1.
set -euo pipefail
python=$1
purpose=$2

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
    echo "WholeScene needs Python 3.10 or newer; '$python' is $("$python" --version 2>&1 || true)." >&2
    echo "Name another one: make PYTHON=python3.12 ..." >&2
    exit 1
fi

missing() {
    "$python" -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
    case $purpose in
        hosts) missing_for_hosts ;;
        qgis) missing_for_hosts; missing_for_qgis ;;
        roots) missing_for_roots ;;
    esac
}

missing_for_qgis() {
    "$python" -c 'import qgis.core' 2>/dev/null || echo python3-qgis
    "$python" -c 'import osgeo.gdal' 2>/dev/null || echo python3-gdal
    command -v gdalinfo >/dev/null || echo gdal-bin
    command -v qgis >/dev/null || echo qgis
    command -v Xvfb >/dev/null || echo xvfb
    command -v xdotool >/dev/null || echo xdotool
    command -v import >/dev/null || echo imagemagick
}

missing_for_hosts() {
    [ -x /usr/sbin/sshd ] || echo openssh-server
    command -v ssh >/dev/null || echo openssh-client
    [ -x /usr/sbin/ip ] || [ -x /sbin/ip ] || command -v ip >/dev/null || echo iproute2
}

missing_for_roots() {
    command -v mmdebstrap >/dev/null || echo mmdebstrap
    command -v unshare >/dev/null || echo util-linux
    [ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || echo debian-archive-keyring
}

packages=$(missing | tr '\n' ' ')
[ -n "$packages" ] || exit 0

sudo=()
[ "$(id -u)" -eq 0 ] || sudo=(sudo)
if ! command -v apt-get >/dev/null || { [ "${#sudo[@]}" -gt 0 ] && ! command -v sudo >/dev/null; }; then
    echo "Missing on this system: $packages" >&2
    echo "Install them (these are their names on Debian and Ubuntu) and run the command again." >&2
    exit 1
fi

case " $packages" in
*" openssh-server "*)
    # tests start an SSH server of their own, in a network of its own: none has to listen to the world
    if command -v systemctl >/dev/null; then
        "${sudo[@]}" systemctl --quiet mask ssh.service ssh.socket 2>/dev/null || true
        echo "openssh-server stays switched off; to switch it on: systemctl unmask ssh.service ssh.socket"
    fi
    ;;
esac

echo "Installing with apt-get: $packages"
export DEBIAN_FRONTEND=noninteractive
"${sudo[@]}" apt-get update -qq
# shellcheck disable=SC2086  # a list of words
"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages

still=$(missing | tr '\n' ' ')
if [ -n "$still" ]; then
    echo "Still missing after the installation: $still" >&2
    echo "If '$python' is not the distribution's own Python, name that one: make PYTHON=/usr/bin/python3 ..." >&2
    exit 1
fi
