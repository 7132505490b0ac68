"""An authority in the place of Let's Encrypt: Debian's pebble, which also asks the name for its proof."""

from __future__ import annotations

import json

from tests.long.deploy.debian import Debian

NAME = "authority.example"
FOLDER = "/srv/authority"
ROOT = f"{FOLDER}/root.pem"
_DIRECTORY = f"https://{NAME}:14000/dir"
_SETTINGS = {
    "listenAddress": "0.0.0.0:14000",
    "managementListenAddress": "0.0.0.0:15000",
    "certificate": f"{FOLDER}/cert.pem",
    "privateKey": f"{FOLDER}/key.pem",
    "httpPort": 80,
    "tlsPort": 443,
    "ocspResponderURL": "",
    "externalAccountBindingRequired": False,
}
# It would wait, refuse a part of all requests, and not ask again what it has asked before.
_AT_ONCE = "--setenv=PEBBLE_VA_NOSLEEP=1 --setenv=PEBBLE_WFE_NONCEREJECT=0 --setenv=PEBBLE_AUTHZREUSE=0"
_START = f"""
    echo 127.0.0.1 {NAME} >> /etc/hosts
    apt-get update
    apt-get install -y openssl curl pebble
    mkdir {FOLDER}
    cd {FOLDER}
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN={NAME} \
        -addext subjectAltName=DNS:{NAME} -keyout key.pem -out cert.pem
    echo '{json.dumps({"pebble": _SETTINGS})}' > settings.json
    systemd-run --unit=pebble {_AT_ONCE} pebble -config {FOLDER}/settings.json
    until curl -sS --cacert cert.pem https://{NAME}:15000/roots/0 -o root.pem; do sleep 0.2; done
"""
_CERTIFICATE = """
    install -D -m 0644 /dev/stdin /usr/local/share/ca-certificates/%s.crt <<'END'
%s
END
"""
_TRUST = f"""
    apt-get install -y ca-certificates
    update-ca-certificates
    mkdir -p "$HOME/.config/letsencrypt"
    echo 'server = {_DIRECTORY}' > "$HOME/.config/letsencrypt/cli.ini"
"""


def authority(debian: Debian) -> None:
    """Have a machine be the authority, whose root is then in `ROOT`."""
    debian.run(_START)


def trust(debian: Debian, its_machine: Debian, address: str | None = None) -> None:
    """Have a machine trust the authority, and its certbot ask it, at an address if that is elsewhere."""
    if address is not None:
        debian.run(f"echo {address} {NAME} >> /etc/hosts")
    for name in ("cert", "root"):
        debian.run(_CERTIFICATE % (name, its_machine.run(f"cat {FOLDER}/{name}.pem").strip()))
    debian.run(_TRUST)
