#!/bin/sh
# The command `keyferry` with the account and the settings of the servers. Copy to /usr/local/bin/keyferry; run it as root.
# shellcheck disable=SC2016 # the inner shell expands it
exec setpriv --reuid=keyferry --regid=keyferry --init-groups --reset-env sh -c '
    set -a
    . /etc/keyferry/keyferry.env
    set +a
    exec /opt/keyferry/current/bin/keyferry "$@"' keyferry "$@"
