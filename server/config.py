"""The settings: one frozen object, read once from the environment; a bad value stops the start."""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from keyferry.protocol.profile import is_server_url
from keyferry.protocol.sentences import CodedError
from keyferry.server.core.brand.pictures import drawn_anew
from keyferry.server.core.errors import CoreError, Malformed
from keyferry.server.core.secrets import Keyring
from keyferry.server.mail_server import is_sender, server_of

PREFIX = "KEYFERRY_"

LogFormat = Literal["text", "json"]

_PORT = re.compile(r":([0-9]+)$")
_LAST_PORT = 65535
# As libpq has it, and SQLAlchemy does not: several servers, of which one takes what is written.
_SEVERAL_HOSTS = re.compile(
    r"(?P<before>postgresql(?:\+\w+)?://(?:[^:/]*(?::[^@]*)?@)?)(?P<hosts>[^/?@]*,[^/?@]*)(?P<after>(?:[/?].*)?)"
)
_HOST = re.compile(r"(?:\[(?P<ipv6>[^\[\]]+)\]|(?P<name>[^\[\]:]+))(?::(?P<port>[0-9]*))?")


class ConfigError(CodedError):
    """The settings are wrong; the text says how to fix them, and `code` is stable."""


def _absolute(path: Path) -> Path:
    try:
        whole = path.expanduser().absolute()
        str(whole).encode()
    except RuntimeError:
        raise ValueError(f"{path} names the home folder of an unknown account. Use a full path.") from None
    except UnicodeEncodeError:
        raise ValueError(f"The path {str(path)!a} is not UTF-8. Choose another path.") from None
    return whole


def _public_url(text: str) -> str:
    url = text.strip().lower().removesuffix("/")
    port = _PORT.search(url)
    if not is_server_url(url) or (port and not 0 < int(port[1]) <= _LAST_PORT):
        raise ValueError(
            "Set KEYFERRY_PUBLIC_URL to the address that phones open, with scheme and host but no path: "
            "https://activate.example.com or http://192.168.1.20:8000."
        )
    return url


def _database_url(secret: SecretStr) -> SecretStr:
    try:
        url = _with_several_hosts(secret.get_secret_value())
    except (ArgumentError, ValueError):
        url = URL.create("unreadable")
    backend = url.get_backend_name()
    if backend != "postgresql" and not _is_sqlite_file(url):
        raise ValueError(
            "Set KEYFERRY_DATABASE_URL to a PostgreSQL database, postgresql://user:password@host/name "
            "(with a standby: @host1,host2/name?target_session_attrs=read-write), "
            "or an SQLite file, sqlite:////var/lib/keyferry/keyferry.db, or leave it out."
        )
    if backend == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    elif url.database:
        url = url.set(database=str(_absolute(Path(url.database))))
    return SecretStr(url.render_as_string(hide_password=False))


def _with_several_hosts(text: str) -> URL:
    several = _SEVERAL_HOSTS.fullmatch(text)
    if several is None:
        return make_url(text)
    found = [_HOST.fullmatch(host) for host in several["hosts"].split(",")]
    hosts = [host for host in found if host is not None]
    if len(hosts) != len(found):
        raise ValueError("a host is none")
    names, ports = [host["ipv6"] or host["name"] for host in hosts], [host["port"] or "" for host in hosts]
    own = {"host": ",".join(names)} | ({"port": ",".join(ports)} if any(ports) else {})
    return make_url(several["before"] + several["after"]).update_query_dict(own)


def _is_sqlite_file(url: URL) -> bool:
    is_sqlite = url.drivername in ("sqlite", "sqlite+pysqlite")
    # With any of the others the driver would stumble at the first connection.
    others = (url.username, url.password, url.host, url.port, url.query)
    return is_sqlite and url.database not in (None, "", ":memory:") and not any(others)


def _logo(path: Path) -> Path:
    try:
        drawn_anew(path.read_bytes())
    except (OSError, Malformed) as refused:
        reason = f" {refused}" if isinstance(refused, Malformed) else ""
        raise ValueError(
            f"Set KEYFERRY_VENDOR_LOGO to a PNG, WebP, or JPEG file that the server can read.{reason}"
        ) from None
    return path


def _privacy_url(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s\"'<>]+", text):
        raise ValueError("Set KEYFERRY_PRIVACY_URL to the address of your privacy notice: https://….")
    return text


def _smtp_url(secret: SecretStr) -> SecretStr:
    try:
        server_of(secret.get_secret_value())
    except ValueError:
        raise ValueError(
            "Set KEYFERRY_SMTP_URL to your email server: smtp+starttls://user:password@mail.example.com:587, "
            "smtps://… or, without encryption, smtp://…. Write @ : / in a password as %40 %3A %2F. "
            "The host must be a valid host name or IP address."
        ) from None
    return secret


def _mail_from(text: str) -> str:
    if not is_sender(text):
        raise ValueError(
            "Set KEYFERRY_MAIL_FROM to the address that email comes from: "
            "Example Licenses <keys@example.com>."
        )
    return text


def host_and_port(text: str) -> tuple[str, int]:
    """Return what HOST:PORT names, an IPv6 address without its brackets; raises ValueError."""
    host, _, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > _LAST_PORT:
        raise ValueError("not HOST:PORT")
    return host.removeprefix("[").removesuffix("]"), int(port)


def _metrics_bind(text: str) -> str:
    try:
        host_and_port(text)
    except ValueError:
        raise ValueError(
            "Set KEYFERRY_METRICS_BIND to HOST:PORT, such as 127.0.0.1:9464, or leave it out."
        ) from None
    return text


_Folder = Annotated[Path, AfterValidator(_absolute)]


class Settings(BaseSettings):
    """The settings of one server; secrets have no default."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid")

    home: _Folder = Field(Path("instance"), validate_default=True)
    database_url: Annotated[SecretStr, AfterValidator(_database_url)] | None = None
    public_url: Annotated[str, AfterValidator(_public_url)] = "http://127.0.0.1:8000"
    master_key: SecretStr | None = None
    master_key_file: _Folder | None = None
    vendor_name: Annotated[str, Field(max_length=60)] = ""
    vendor_logo: Annotated[_Folder, AfterValidator(_logo)] | None = None
    privacy_url: Annotated[str, AfterValidator(_privacy_url)] | None = None
    smtp_url: Annotated[SecretStr, AfterValidator(_smtp_url)] | None = None
    mail_from: Annotated[str, AfterValidator(_mail_from)] | None = None
    trusted_proxies: Annotated[int, Field(ge=0, le=5)] = 0
    metrics_bind: Annotated[str, AfterValidator(_metrics_bind)] | None = None
    log_format: LogFormat = "text"

    @model_validator(mode="after")
    def _one_master_key(self) -> Settings:
        if self.master_key is not None and self.master_key_file is not None:
            raise ValueError("Set only one of KEYFERRY_MASTER_KEY and KEYFERRY_MASTER_KEY_FILE.")
        return self

    @model_validator(mode="after")
    def _mail_has_a_sender(self) -> Settings:
        if self.smtp_url is not None and self.mail_from is None:
            raise ValueError("Also set KEYFERRY_MAIL_FROM to the address that email comes from.")
        return self

    @property
    def database(self) -> str:
        """The database's URL; it may hold a password."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return URL.create("sqlite", database=str(self.home / "keyferry.db")).render_as_string()

    @property
    def sqlite_file(self) -> Path | None:
        """The file of an SQLite database, or None with another database."""
        url = make_url(self.database)
        return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None

    @property
    def master_key_path(self) -> Path:
        """Where the master key file is, or would be if the key did not come in KEYFERRY_MASTER_KEY."""
        return self.master_key_file or self.home / "master.key"

    @property
    def is_https(self) -> bool:
        """Whether the public address is an https one."""
        return self.public_url.startswith("https://")

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches the public address, and no phone."""
        host = urlsplit(self.public_url).hostname or ""
        try:
            return ip_address(host).is_loopback
        except ValueError:
            return host == "localhost" or host.endswith(".localhost")


def load_settings(**values: Any) -> Settings:
    """Read the environment, with `values` in front of it; raises ConfigError (malformed_settings)."""
    try:
        return Settings(**values)
    except ValidationError as error:
        # Only our own sentence: pydantic's text quotes the value, which may be a secret.
        first = error.errors(include_input=False, include_url=False)[0]
        own = first.get("ctx", {}).get("error")
        names = ", ".join(f"{PREFIX}{str(place).upper()}" for place in first["loc"][:1])
        message = str(own) if isinstance(own, ValueError) else f"{names} cannot be read: {first['msg']}."
    raise ConfigError(message, code="malformed_settings")


def load_keyring(settings: Settings) -> Keyring:
    """Read the master keys; raises ConfigError (missing_master_key, malformed_master_key)."""
    if settings.master_key is not None:
        text, origin = settings.master_key.get_secret_value(), f"{PREFIX}MASTER_KEY"
    else:
        text, origin = _read(settings.master_key_path), str(settings.master_key_path)
    try:
        return Keyring.from_text(text, lambda: _read_again(settings))
    except CoreError as error:
        raise ConfigError(f"{origin}: {error}", code=error.code) from None


def _read_again(settings: Settings) -> str | None:
    # The environment of a process never changes; its file does.
    if settings.master_key is not None:
        return None
    try:
        return _read(settings.master_key_path)
    except ConfigError:
        return None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        message = (
            f"There is no master key file {path}. Run `keyferry init`, or restore the file from your backup."
        )
    except UnicodeDecodeError:
        message = f"{path} is not a master key file. Restore the file that `keyferry init` created."
    except OSError as error:
        message = f"The master key file {path} cannot be read: {error.strerror}."
    raise ConfigError(message, code="missing_master_key")
