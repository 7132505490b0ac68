"""`keyferry serve`: the web server, for production behind its own certificate or a reverse proxy."""

from __future__ import annotations

import errno
import socket
import ssl
from pathlib import Path

import click

from keyferry.server import create_app
from keyferry.server.command_line.answers import AnsweringCommand
from keyferry.server.command_line.failures import CommandFailed
from keyferry.server.command_line.web_server import run
from keyferry.server.command_line.web_server.limits import Limits
from keyferry.server.parts import EXTENSION

# As gunicorn has it. With Python's 128, a thousand that come at once keep an honest one waiting for a second.
_BACKLOG = 2048
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(
    cls=AnsweringCommand,
    epilog="""\b
Examples:
  keyferry serve                                     behind a reverse proxy on this machine
  keyferry serve --bind 0.0.0.0:443 --certfile cert.pem --keyfile key.pem
""",
)
@click.option("--bind", default="127.0.0.1:8000", show_default=True, metavar="HOST:PORT")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    metavar="N",
    default=2,
    show_default=True,
    help="Worker processes.",
)
@click.option("--certfile", type=_FILE, help="The certificate and its chain (PEM), for HTTPS.")
@click.option("--keyfile", type=_FILE, help="The certificate's private key (PEM), without a password.")
def serve(bind: str, workers: int, certfile: Path | None, keyfile: Path | None) -> None:
    """Serve the phone page. Ctrl-C or SIGTERM stops it after the current requests."""
    if (certfile is None) != (keyfile is None):
        raise click.UsageError("Specify --certfile and --keyfile together.")
    host, port = _address(bind)
    # Fail here, in one line, rather than in every worker.
    settings = create_app().extensions[EXTENSION].settings
    if certfile and keyfile:
        _check_certificate(certfile, keyfile)
    listener = _listener(host, port)
    scheme = "https" if certfile else "http"
    click.echo(f"Serving on {scheme}://{_name(listener)}. Phones open {settings.public_url}.", err=True)
    limits = Limits.behind(settings.trusted_proxies)
    run(listener, workers=workers, certfile=certfile, keyfile=keyfile, limits=limits)


def _address(bind: str) -> tuple[str, int]:
    host, _, port = bind.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise click.UsageError("--bind takes HOST:PORT, such as 127.0.0.1:8000.")
    return host.removeprefix("[").removesuffix("]"), int(port)


def _check_certificate(certfile: Path, keyfile: Path) -> None:
    def no_password() -> str:
        raise CommandFailed(
            f"{keyfile} is protected by a password. Use a private key without one.",
            code="malformed_certificate",
        )

    try:
        for file in (certfile, keyfile):
            if not file.is_file():
                raise CommandFailed(f"The file {file} doesn't exist.", code="malformed_certificate")
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certfile, keyfile, no_password)
    except ssl.SSLError:
        raise CommandFailed(
            f"{certfile} and {keyfile} aren't a certificate and its private key, both in PEM format.",
            code="malformed_certificate",
        ) from None
    except OSError as error:
        raise CommandFailed(
            f"The certificate or its key cannot be read: {error.strerror}.", code="malformed_certificate"
        ) from None


def _listener(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError):
        # UnicodeError: what is no host name at all, since a label of it is empty or too long.
        raise _no_address(host) from None
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        # From here on a request waits for the workers instead of being turned away.
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise _cannot_listen(error, host, port) from None
    return listener


def _cannot_listen(error: OSError, host: str, port: int) -> CommandFailed:
    if error.errno == errno.EADDRINUSE:
        return CommandFailed(
            f"Port {port} on {host} is in use. Stop what listens there, or choose another port with --bind.",
            code="port_in_use",
        )
    if error.errno == errno.EACCES:
        return CommandFailed(
            f"This account isn't allowed to listen on port {port}. Choose a port above 1023 with --bind.",
            code="port_not_permitted",
        )
    return _no_address(host)


def _no_address(host: str) -> CommandFailed:
    return CommandFailed(f"{host} isn't an address of this machine.", code="address_not_available")


def _name(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
