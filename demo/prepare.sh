#!/usr/bin/env bash
# Brings a fresh Debian machine to where the named part can run. Asks nothing, and never waits for a person.
set -euo pipefail
cd "$(dirname "$0")/.."
exec </dev/null

say() { printf 'keyferry: %s\n' "$*" >&2; }

install_from_debian() {
    local become=()
    if [ "$(id -u)" -ne 0 ]; then become=(sudo -n); fi
    if ! command -v apt-get >/dev/null || ! "${become[@]}" true 2>/dev/null; then
        say "please install these packages, then run make again: $*"
        exit 1
    fi
    say "installing from Debian: $* (a minute or two)"
    local apt=("${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300)
    local log
    log=$(mktemp)
    if ! { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "$@"; } >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        say "Debian's packages could not be installed: $* (see above)"
        exit 1
    fi
    rm -f "$log"
}

find_python() {
    for candidate in python3 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    say "Python 3.11 or newer is needed: please install python3 and python3-venv, then run make again"
    return 1
}

pip() { .venv/bin/python -m pip --quiet --no-input --disable-pip-version-check "$@"; }

version_of() { "$1" -c 'import sys; print("{}.{}".format(*sys.version_info))'; }

# Debian packs the module that makes environments apart from Python itself.
missing_for_environment() {
    "$1" -c 'import ensurepip' 2>/dev/null || echo "python$(version_of "$1")-venv"
}

make_environment() {
    local python missing
    python=$(find_python)
    missing=$(missing_for_environment "$python")
    [ -z "$missing" ] || install_from_debian "$missing"
    say "making .venv with Python $(version_of "$python") and the locked dependencies (a minute or so)"
    "$python" -m venv --clear .venv
    PIP_ROOT_USER_ACTION=ignore pip install --require-hashes -r requirements.lock
}

install_project() {
    say "installing keyferry into .venv"
    PIP_ROOT_USER_ACTION=ignore pip install --no-deps --no-build-isolation -e .
}

# Runs before make_environment, and asks for what that would ask for: a person should be told once, not twice.
make_browser() {
    local python missing=()
    command -v chromium >/dev/null || missing+=(chromium)
    # Without any font, Chromium shows empty boxes; without libatomic, the driver that steers it does not start.
    [ -d /usr/share/fonts/truetype/dejavu ] || missing+=(fonts-dejavu-core)
    compgen -G '/usr/lib*/libatomic.so.1' >/dev/null || compgen -G '/usr/lib/*/libatomic.so.1' >/dev/null || missing+=(libatomic1)
    if [ ! -e .venv/locked ]; then
        python=$(find_python)
        # shellcheck disable=SC2207 # at most one word
        missing+=($(missing_for_environment "$python"))
    fi
    [ ${#missing[@]} -eq 0 ] || install_from_debian "${missing[@]}"
}

# Neither registry addresses nor the paths of one machine belong into the lock.
resolve_lock() {
    command -v uv >/dev/null || { say "please install uv (pip install uv), then run make lock again"; exit 1; }
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
        --extra server --extra postgresql --extra dev --output-file requirements.lock pyproject.toml
}

case "${1:-}" in
    environment) make_environment ;;
    project) install_project ;;
    browser) make_browser ;;
    lock) resolve_lock ;;
    *) say "usage: demo/prepare.sh environment | project | browser | lock"; exit 2 ;;
esac
