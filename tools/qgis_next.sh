#!/usr/bin/env bash
# Run tests in another generation of QGIS: in a Debian of its own beside this system, its root.
#
# usage: qgis_next.sh VERSION PYTEST-ARGUMENT...    VERSION is 3.40 or 3.44
#
# A root is made once, from the Debian mirror that apt has here: 2 GB, some minutes. It stays in
# $WHOLESCENE_QGIS_ROOTS (~/.cache/wholescene/qgis-roots) until what it is made of changes. Tests
# see root, checkout and the engine's environment under layers of memory: what they write is
# gone afterwards, as are mounts and processes. $WHOLESCENE_DEBIAN_MIRROR names a mirror where apt has none.
set -euo pipefail
tool=$(realpath "$0")
checkout=$(dirname "$(dirname "$tool")")
engine=$checkout/.venv/bin/python
roots=${WHOLESCENE_QGIS_ROOTS:-${XDG_CACHE_HOME:-$HOME/.cache}/wholescene/qgis-roots}
packages=ca-certificates,qgis,python3-qgis,python3-gdal,gdal-bin,python3-venv,xvfb,xdotool,imagemagick,fonts-open-sans
packages+=,openssh-client,openssh-server,openssl

main() {
    local version=$1
    shift
    suites=$(suites_of "$version")
    see_rights "$version" "$@"
    see_engine
    "$checkout/tools/system_packages.sh" "$engine" roots
    mkdir -p "$roots"
    exec 8>"$roots/$version.lock"
    flock --shared 8
    # two runs must not make one root, nor take away the one that a third has open
    if ! is_made "$roots/$version"; then
        flock 8
        if ! is_made "$roots/$version"; then make_kept "$version"; fi
        flock --shared 8
    fi
    run_tests "$version" "$@"
}

refuse() {
    printf '%s\n' "$@" >&2
    exit 1
}

# The suites of Debian that have this version; the last one decides.
suites_of() {
    case $1 in
        3.40) echo trixie ;;
        3.44) echo trixie trixie-backports ;;
        *) refuse "No Debian is known here that has QGIS $1; these are: 3.40, 3.44." \
            "3.22 is that of Debian 12, where 'make test' runs it. Another version is a line of its own in $tool." ;;
    esac
}

see_rights() {
    [ "$(uname -s)" = Linux ] || refuse "A Debian beside this system needs Linux; this is $(uname -s)."
    [ "$(id -u)" -ne 0 ] || return 0
    command -v sudo >/dev/null || refuse "Making and entering a Debian beside this system needs root, and there is no sudo." \
        "Become root, then: make test-qgis-next"
    exec sudo -E WHOLESCENE_QGIS_ROOTS="$roots" "$tool" "$@"
}

# The engine's own Python is shown inside the root at the place that it has here.
see_engine() {
    [ -x "$engine" ] || refuse "There is no engine's environment at $checkout/.venv." "Make it: make test-qgis-next, or make install"
    python_home=$("$engine" -c 'import sys; print(sys.base_prefix)')
    [ "$python_home" != /usr ] || refuse "The engine's environment stands on the system's own Python in /usr, which another Debian has too, but differently." \
        "Take a Python with a folder of its own (pyenv, uv, or built under /usr/local or /opt):" \
        "make clean, then make PYTHON=path/to/python3.12 test-qgis-next"
}

made_of() {
    echo "$suites $packages" | cat - "$checkout/requirements/qgis.txt" | sha256sum
}

is_made() {
    [ "$(cat "$1/made-of" 2>/dev/null)" = "$(made_of)" ]
}

make_kept() {
    local version=$1 root=$roots/$1
    echo "Making a Debian with QGIS $version in $root (2 GB, some minutes; $root.log) ..."
    set +e # not "||", under which bash would go on after errors inside
    (set -e && make_root "$version" "$root.part") >"$root.log" 2>&1
    local status=$?
    set -e
    [ "$status" -eq 0 ] || { tail -n 15 "$root.log" >&2 && refuse "The Debian for QGIS $version could not be made; above is the end of $root.log."; }
    made_of >"$root.part/made-of"
    rm -rf --one-file-system "$root"
    mv "$root.part" "$root"
}

make_root() {
    local version=$1 part=$2 source sources=() mirror
    mirror=$(debian_mirror)
    for source in $suites; do sources+=("deb $mirror $source main"); done
    rm -rf --one-file-system "$part"
    mmdebstrap --variant=apt --include="$packages" --dpkgopt=force-unsafe-io --aptopt='APT::Install-Recommends "false"' \
        --aptopt="APT::Default-Release \"${suites##* }\"" "${suites%% *}" "$part" "${sources[@]}"
    # a suite moves on: one day it has another version
    chroot "$part" python3 -c "from qgis.core import Qgis; import sys; sys.exit(not Qgis.version().startswith('$version.') and Qgis.version())"
    install_test_tools "$part"
}

debian_mirror() {
    local found=${WHOLESCENE_DEBIAN_MIRROR:-}
    [ -n "$found" ] || found=$(mirror_of_apt) || { apt-get update -qq && found=$(mirror_of_apt); } ||
        refuse "apt knows no Debian mirror here. Name one: make test-qgis-next WHOLESCENE_DEBIAN_MIRROR=address"
    echo "$found"
}

mirror_of_apt() {
    apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(REPO_URI)' 'Created-By: Packages' |
        awk '$1 == "Debian" && $2 !~ /security/ { print $3; found = 1; exit } END { exit !found }'
}

# Wheels are had with the pip of this system, which knows the way out; the root needs no network.
install_test_tools() {
    local root=$1 python
    python=$(chroot "$root" python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    "$engine" -m pip download --quiet --only-binary :all: --python-version "$python" --dest "$root/wheels" \
        -r "$checkout/requirements/qgis.txt"
    cp "$checkout/requirements/qgis.txt" "$root/wheels/"
    chroot "$root" python3 -m venv --system-site-packages /venv
    chroot "$root" /venv/bin/python -m pip install --quiet --no-index --find-links /wheels -r /wheels/qgis.txt
}

run_tests() {
    local version=$1 status=0
    shift
    echo "QGIS $version:"
    "$engine" "$checkout/tools/package_plugin.py" --output "$roots/wholescene_qgis.zip" >/dev/null # what it fetches, the root cannot
    scratch=$(mktemp -d)
    trap 'rm -rf --one-file-system "$scratch"' EXIT
    # a namespace of its own: mounts go with it, and so do processes that a test left behind
    unshare --mount --pid --fork --kill-child "$tool" inside "$roots/$version" "$scratch" "$python_home" "$@" || status=$?
    [ "$status" -eq 0 ] && echo "QGIS $version: passed" || echo "QGIS $version: did not pass"
    return "$status"
}

# The first process of the namespace; it stays, because only a first process collects the orphans of others.
inside() {
    root=$1 scratch=$2 new=$2/root
    local python_home=$3
    shift 3
    mkdir -m 1777 "$scratch/tmp"
    mkdir "$scratch/layers"
    mount -t tmpfs layers "$scratch/layers"
    layer root "$root" "$new"
    layer checkout "$checkout" "$new$checkout"
    mount -t proc proc "$new/proc"
    mount --rbind /dev "$new/dev"
    mount --rbind /sys "$new/sys"
    mount --bind "$scratch/tmp" "$new/tmp" # on disk: scenes and maps are large
    show "$python_home"
    show "$(realpath -m "$checkout/../shared")"
    in_root "$engine" -c 'import torch, wholescene' || refuse "The engine's Python, $engine, does not run in the Debian of this QGIS (above)."
    in_root /venv/bin/python -m pytest -p no:cacheprovider "$@"
}

layer() {
    mkdir -p "$scratch/layers/$1/upper" "$scratch/layers/$1/work" "$3"
    mount -t overlay "$1" -o "lowerdir=$2,upperdir=$scratch/layers/$1/upper,workdir=$scratch/layers/$1/work" "$3"
}

show() {
    [ ! -d "$1" ] || { mkdir -p "$new$1" && mount --bind -o ro "$1" "$new$1"; }
}

in_root() {
    mkdir -p -m 700 "$new/tmp/run"
    chroot "$new" env -i PATH=/usr/bin:/bin HOME=/root LANG=C.UTF-8 XDG_RUNTIME_DIR=/tmp/run QT_QPA_PLATFORM=offscreen \
        PYTHONDONTWRITEBYTECODE=1 ${OMP_NUM_THREADS:+OMP_NUM_THREADS="$OMP_NUM_THREADS"} \
        sh -c 'cd "$1" && shift && exec "$@"' sh "$checkout" "$@"
}

if [ "${1:-}" = inside ]; then
    shift
    inside "$@"
else
    [ $# -gt 1 ] || refuse "usage: $0 VERSION PYTEST-ARGUMENT...    (make test-qgis-next)"
    main "$@"
fi
