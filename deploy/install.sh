#!/usr/bin/env bash
# Installs the version of this clone beside those that are there, and makes it the current one. Run it as root.
# Nothing is restarted, and servers that run are not touched: they have their own version until they are restarted.
set -euo pipefail
cd "$(dirname "$0")/.."

prefix=${PREFIX:-/opt/keyferry}
version=$(git rev-parse --short=12 HEAD)
environment=$prefix/versions/$version

if [ ! -e "$environment/installed" ]; then
    mkdir -p "$prefix/versions"
    python3 -m venv --clear "$environment"
    "$environment/bin/pip" install --quiet --require-hashes -r requirements.lock
    "$environment/bin/pip" install --quiet --no-deps .
    touch "$environment/installed"
fi
ln -sfn "$environment" "$prefix/current.new"
mv -T "$prefix/current.new" "$prefix/current"
echo "keyferry: $prefix/current is now version $version"
