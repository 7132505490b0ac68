#!/usr/bin/env bash
# Brings a fresh Debian machine to where the named part can run. Asks nothing, and never waits for a person.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/.."
exec </dev/null

say() { printf 'keyferry: %s\n' "$*" >&2; }

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi; }

apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@"
}

install_from_debian() {
    [ $# -gt 0 ] || return 0
    if ! command -v apt-get >/dev/null || ! as_root true 2>/dev/null; then
        say "please install these packages, then run make again: $*"
        exit 1
    fi
    say "installing from Debian: $* (a minute or two)"
    local log
    log=$(mktemp)
    if ! { apt update && apt install -y --no-install-recommends "$@"; } >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        say "Debian's packages could not be installed: $* (see above)"
        exit 1
    fi
    rm -f "$log"
}

# The system's own comes first: as version managers build it, Python is slower by a third or more, and so are the tests.
find_python() {
    local candidate
    for candidate in ${PYTHON:-/usr/bin/python3 python3 python3.13 python3.12 python3.11}; do
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
    local python
    python=$(find_python)
    # shellcheck disable=SC2046 # one word or none
    install_from_debian $(missing_for_environment "$python")
    say "making .venv with Python $(version_of "$python") and the locked dependencies (a minute or so)"
    "$python" -m venv --clear .venv
    PIP_ROOT_USER_ACTION=ignore pip install --no-compile --require-hashes -r requirements.lock -r requirements-dev.lock
    # On all processors, where pip would use one; not what nothing imports. Python compiles the rest when it is asked for.
    .venv/bin/python -m compileall -q -j 0 -x '/(tests?|testing|f2py|mypyc?|lexers|dialects/(mssql|mysql|oracle))/' .venv/lib
}

install_project() {
    say "installing keyferry into .venv"
    PIP_ROOT_USER_ACTION=ignore pip install --no-deps --no-build-isolation -e .
}

there_is() { compgen -G "$1" >/dev/null; }

missing_for_browser() {
    command -v "$1" >/dev/null || echo "$1"
    # Without any font, Chromium shows empty boxes; without libatomic, the driver that steers it does not start.
    there_is /usr/share/fonts/truetype/dejavu || echo fonts-dejavu-core
    there_is '/usr/lib*/libatomic.so.1' || there_is '/usr/lib/*/libatomic.so.1' || echo libatomic1
}

# Asks for what make_environment will ask for, too: a person should be told once, not twice.
missing_for() {
    local python
    missing_for_browser "$1"
    if [ ! -e .venv/locked ]; then
        python=$(find_python)
        missing_for_environment "$python"
    fi
}

prepare_demo() {
    local missing
    missing=$(missing_for chromium)
    # shellcheck disable=SC2086 # words
    install_from_debian $missing
}

prepare_tests() {
    local missing
    # Chromium without a window starts in half the time, and takes half of it for each page.
    missing=$(missing_for chromium-headless-shell)
    if ! command -v initdb >/dev/null && ! there_is '/usr/lib/postgresql/*/bin/initdb'; then
        missing="$missing postgresql"
        keep_postgresql_quiet
    fi
    # shellcheck disable=SC2086 # words
    install_from_debian $missing
}

# Safari's engine, as GTK has it, on a screen that nobody sees; and Firefox.
missing_for_engines() {
    command -v WebKitWebDriver >/dev/null || echo webkit2gtk-driver
    command -v xvfb-run >/dev/null && command -v xauth >/dev/null || echo xvfb xauth
    command -v dbus-run-session >/dev/null || echo dbus
    command -v firefox-esr >/dev/null || echo firefox-esr
}

# What reads QR codes beside Python's packages, the fonts that they are drawn with, and the terminals in a terminal.
missing_for_codes() {
    command -v zbarimg >/dev/null || echo zbar-tools
    command -v tmux >/dev/null || echo tmux
    command -v screen >/dev/null || echo screen
    there_is '/usr/share/fonts/truetype/jetbrains-mono' || echo fonts-jetbrains-mono
    there_is '/usr/share/fonts/truetype/liberation' || echo fonts-liberation
    there_is '/usr/share/fonts/truetype/noto/NotoMono-Regular.ttf' || echo fonts-noto-mono
}

# A mail program in a terminal, and a browser of text.
missing_for_mail() {
    command -v mutt >/dev/null || echo mutt
    command -v w3m >/dev/null || echo w3m
}

# It is in a folder that only root's PATH has.
missing_for_proxies() {
    command -v nginx >/dev/null || there_is '/usr/sbin/nginx' || echo nginx-light
}

# PostgreSQL on two machines, one of which takes over.
missing_for_failover() {
    command -v patroni >/dev/null || echo patroni
    command -v etcd >/dev/null || echo etcd-server
}

# A Debian in a container, which only root can start.
missing_for_containers() {
    [ "$(id -u)" -eq 0 ] || return 0
    command -v debootstrap >/dev/null || echo debootstrap
    command -v systemd-nspawn >/dev/null || echo systemd-container
    command -v slirp4netns >/dev/null || echo slirp4netns
}

prepare_engines() {
    local missing
    missing="$(missing_for_engines) $(missing_for_proxies) $(missing_for_failover) $(missing_for_containers) $(missing_for_codes) $(missing_for_mail)"
    # shellcheck disable=SC2086 # words
    install_from_debian $missing
    # The tests start an etcd of their own; Debian has started one for everybody.
    if [[ $missing == *etcd-server* ]] && [ -d /run/systemd/system ]; then
        as_root systemctl --quiet disable --now etcd
    fi
}

# The checks run in a folder of their own, where their packages and the page lie side by side.
prepare_javascript() {
    command -v node >/dev/null && command -v npm >/dev/null || install_from_debian nodejs npm
    local checks=.javascript
    mkdir -p "$checks"
    cp tests/pwa/tsconfig.json tests/pwa/tsconfig.worker.json "$checks/"
    ln -sfn ../pwa "$checks/pwa"
    ln -sfn ../server/static "$checks/static"
    if ! cmp -s tests/pwa/package-lock.json "$checks/installed.json"; then
        say "installing TypeScript, ESLint and Lighthouse into $checks"
        cp tests/pwa/package.json tests/pwa/package-lock.json "$checks/"
        (cd "$checks" && npm ci --silent --ignore-scripts --no-audit --no-fund)
        cp tests/pwa/package-lock.json "$checks/installed.json"
    fi
}

# Fonts and icons are made from npm packages of these versions; what makes them stays out of .venv.
prepare_vendored() {
    command -v npm >/dev/null || install_from_debian nodejs npm
    local making=build/vendored package
    mkdir -p "$making/packages"
    "$(find_python)" -m venv "$making/python"
    "$making/python/bin/python" -m pip --quiet --no-input --disable-pip-version-check \
        install fonttools==4.68.0 brotli==1.2.1
    for package in jetbrains-mono@1.0.6 lucide-static@1.62.0; do
        rm -rf "$making/packages/${package%@*}"
        mkdir "$making/packages/${package%@*}"
        (cd "$making" && npm pack --silent "$package")
        tar -xzf "$making/${package/@/-}.tgz" --strip-components 1 -C "$making/packages/${package%@*}"
    done
    "$making/python/bin/python" -m demo.vendored "$making/packages" 1.62.0
}

# The tests want PostgreSQL's programs, and start a server of their own; Debian would start one for everybody.
keep_postgresql_quiet() {
    local settings=/etc/postgresql-common/createcluster.conf
    if [ ! -e "$settings" ] && as_root true 2>/dev/null; then
        as_root mkdir -p "${settings%/*}"
        echo 'create_main_cluster = false' | as_root tee "$settings" >/dev/null
    fi
}

# Neither registry addresses nor the paths of one machine belong into a lock.
compile_lock() {
    local file=$1
    shift
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
        --extra server --extra postgresql "$@" --output-file "$file" pyproject.toml
}

# What runs is locked apart from what develops: a server installs requirements.lock and no more.
resolve_lock() {
    command -v uv >/dev/null || { say "please install uv (pip install uv), then run make lock again"; exit 1; }
    command -v npm >/dev/null || install_from_debian nodejs npm
    compile_lock requirements.lock
    local running=()
    mapfile -t running < <(sed -n 's/^\([a-z0-9-]*\).*==.*/--no-emit-package=\1/p' requirements.lock)
    compile_lock requirements-dev.lock --extra dev --constraint requirements.lock "${running[@]}"
    (cd tests/pwa && npm install --silent --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund)
}

case "${1:-}" in
    environment) make_environment ;;
    project) install_project ;;
    demo) prepare_demo ;;
    tests) prepare_tests ;;
    javascript) prepare_javascript ;;
    engines) prepare_engines ;;
    vendored) prepare_vendored ;;
    lock) resolve_lock ;;
    *) say "usage: demo/prepare.sh demo | tests | environment | project | javascript | engines | vendored | lock"; exit 2 ;;
esac
