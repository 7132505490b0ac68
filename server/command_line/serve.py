"""`keyferry serve`: the web server, for production behind its own certificate or a reverse proxy."""

from __future__ import annotations

import errno
import logging
import socket
import ssl
from contextlib import ExitStack
from pathlib import Path

import click
from flask import Flask

from keyferry.server import create_app
from keyferry.server.command_line.answers import AnsweringCommand
from keyferry.server.command_line.doctor import clock
from keyferry.server.command_line.doctor.findings import Status
from keyferry.server.command_line.failures import CommandFailed
from keyferry.server.command_line.saying import log_format_option, sayer
from keyferry.server.command_line.web_server import run
from keyferry.server.command_line.web_server.limits import Limits
from keyferry.server.config import LogFormat, Settings, host_and_port, load_settings
from keyferry.server.db import db, reading
from keyferry.server.parts import utc_now

# As gunicorn has it. With Python's 128, a thousand that come at once keep an honest one waiting for a second.
_BACKLOG = 2048
_FIRST_FREE_PORT = 1024
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(
    cls=AnsweringCommand,
    epilog="""\b
Examples:
  keyferry serve                                     behind a reverse proxy on this machine
  keyferry serve --bind 0.0.0.0:443 --certfile cert.pem --keyfile key.pem
  keyferry serve --metrics 127.0.0.1:9464            for Prometheus on this machine
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
@click.option(
    "--metrics",
    metavar="HOST:PORT",
    help="Show metrics for Prometheus there, at /metrics. Anybody who reaches it can read them.",
)
@log_format_option
def serve(
    bind: str,
    workers: int,
    certfile: Path | None,
    keyfile: Path | None,
    metrics: str | None,
    log_format: LogFormat | None,
) -> None:
    """Serve the phone page. Ctrl-C or SIGTERM stops it after the current requests."""
    if (certfile is None) != (keyfile is None):
        raise click.UsageError("Specify --certfile and --keyfile together.")
    for option, value in (("--bind", bind), ("--metrics", metrics)):
        _require_address(option, value)
    chosen = {"metrics_bind": metrics, "log_format": log_format}
    settings = load_settings(**{name: value for name, value in chosen.items() if value is not None})
    # Fail here, in one line, rather than in every worker.
    app = create_app(settings)
    _warn_of_clock(app, settings)
    if certfile and keyfile:
        _check_certificate(certfile, keyfile)
    with ExitStack() as opened:
        listener = opened.enter_context(_listener(bind, "--bind"))
        shown = None
        if settings.metrics_bind:
            shown = opened.enter_context(_listener(settings.metrics_bind, "--metrics"))
        _announce(listener, "https" if certfile else "http", shown, settings)
        run(
            listener,
            workers=workers,
            certfile=certfile,
            keyfile=keyfile,
            limits=Limits.behind(settings.trusted_proxies),
            settings=settings,
            metrics=shown,
        )


def _announce(listener: socket.socket, scheme: str, shown: socket.socket | None, settings: Settings) -> None:
    line = f"Serving on {scheme}://{_name(listener)}. Phones open {settings.public_url}."
    if shown is not None:
        line += f" Metrics are at http://{_name(shown)}/metrics."
    sayer(settings.log_format, "keyferry.serve", logging.INFO)(line)


def _require_address(option: str, value: str | None) -> None:
    try:
        if value is not None:
            host_and_port(value)
    except ValueError:
        raise click.UsageError(f"{option} takes HOST:PORT, such as 127.0.0.1:8000.") from None


def _warn_of_clock(app: Flask, settings: Settings) -> None:
    """Say on standard error if the clock was set back; customers are served all the same."""
    with app.app_context():
        with reading() as session:
            found = clock.not_set_back(session, utc_now())
        # The workers must not inherit a connection.
        db.engine.dispose()
    if found.status is Status.PROBLEM:
        sayer(settings.log_format, "keyferry.serve", logging.WARNING)(f"{found.message} ({found.code})")


def _check_certificate(certfile: Path, keyfile: Path) -> None:
    def no_password() -> str:
        raise CommandFailed(
            f"{keyfile} is protected by a password. Use a private key without one.",
            code="malformed_certificate",
        )

    try:
        for file in (certfile, keyfile):
            if not file.is_file():
                raise CommandFailed(f"There is no file {file}.", code="malformed_certificate")
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certfile, keyfile, no_password)
    except ssl.SSLError as error:
        why = f" ({error.reason})" if error.reason else ""
        raise CommandFailed(
            f"{certfile} and {keyfile} can't be used{why}. Use a certificate and its private key, both "
            "in PEM format.",
            code="malformed_certificate",
        ) from None
    except OSError as error:
        raise CommandFailed(
            f"The certificate or its key cannot be read: {error.strerror}.", code="malformed_certificate"
        ) from None


def _listener(where: str, option: str) -> socket.socket:
    host, port = host_and_port(where)
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except UnicodeError:
        # What is no host name at all, since a label of it is empty or too long.
        raise _no_address(host) from None
    except OSError as error:
        # The name may be right, and nobody be there to ask for it.
        raise CommandFailed(
            f"No address to listen on was found for {host}: {error.strerror}. Check the name, or specify an "
            f"IP address of this machine with {option}.",
            code="address_not_available",
        ) from None
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        # From here on a request waits for the workers instead of being turned away.
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise _cannot_listen(error, host, port, option) from None
    return listener


def _cannot_listen(error: OSError, host: str, port: int, option: str) -> CommandFailed:
    if error.errno == errno.EADDRINUSE:
        return CommandFailed(
            f"Port {port} on {host} is in use. Stop what listens there, or choose another one with {option}.",
            code="port_in_use",
        )
    if error.errno == errno.EACCES:
        other = "a port above 1023" if port < _FIRST_FREE_PORT else "another port"
        return CommandFailed(
            f"This account isn't allowed to listen on port {port}. Choose {other} with {option}.",
            code="port_not_permitted",
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return _no_address(host)
    return CommandFailed(f"The system refuses to listen on {host}: {error.strerror}.", code="cannot_listen")


def _no_address(host: str) -> CommandFailed:
    return CommandFailed(f"{host} isn't an address of this machine.", code="address_not_available")


def _name(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
