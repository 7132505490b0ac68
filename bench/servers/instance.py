"""A Keyferry instance to be put under load: its licenses, the tokens of their machines, and who signs in."""

import json
import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from pydantic import SecretStr
from sqlalchemy import func, select

from bench.servers.load import get, post
from demo.server_process import SCRIPTS
from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.computer_id import ComputerId
from keyferry.protocol.deactivation import SECRET_BYTES, proof
from keyferry.protocol.openings import commitment
from keyferry.protocol.request_token import ActivationRequest, DeactivationRequest, sign_request
from keyferry.server import create_app
from keyferry.server.config import Settings
from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import licenses, products
from keyferry.server.core.models import Activation, License, Role
from keyferry.server.core.staff import operators, sessions
from keyferry.server.db import db, reading, transaction
from keyferry.server.faces.portal.staff import cookie
from keyferry.server.parts import parts, utc_now

_JSON = "application/json"
_PUBLIC_URL = "https://keys.example.com"
_AT_ONCE = 500
SEATS = 5
"""The seats of each license."""
_BY = By(Channel.COMMAND_LINE, "bench", role=Role.ADMINISTRATOR)


class Instance:
    """An instance with one product; what it returns are requests as they go over the line."""

    def __init__(self, home: Path, database: str | None) -> None:
        self.environment = {**os.environ, "KEYFERRY_HOME": str(home)}
        self.environment["KEYFERRY_PUBLIC_URL"] = _PUBLIC_URL
        if database is not None:
            self.environment["KEYFERRY_DATABASE_URL"] = database
        subprocess.run(
            [str(SCRIPTS / "keyferry"), "init"], env=self.environment, check=True, stdout=subprocess.DEVNULL
        )
        address = None if database is None else SecretStr(database)
        self._app = create_app(Settings(home=home, database_url=address, public_url=_PUBLIC_URL))
        with self._open():
            self._add_product()

    @contextmanager
    def _open(self) -> Iterator[None]:
        with self._app.app_context():
            yield
            db.engine.dispose()

    def _add_product(self) -> None:
        keyring, now = parts().keyring, utc_now()
        style: dict[str, Any] = {"key_style": "short", "machine_source": "host", "features": ()}
        with transaction() as session:
            product = products.add_product(
                session, code="bench", name="Bench", keyring=keyring, by=_BY, now=now, **style
            )
            self._profile = products.wizard_profile(product, keyring, _PUBLIC_URL)
        self._keys = self._profile.keys(1)

    def issue(self, count: int) -> list[ActivationKey]:
        """Issue licenses of five seats each."""
        keys: list[ActivationKey] = []
        with self._open():
            while len(keys) < count:
                keys += self._issued(min(_AT_ONCE, count - len(keys)))
        return keys

    def _issued(self, count: int) -> list[ActivationKey]:
        now, terms = utc_now(), licenses.Terms()
        with transaction() as session:
            product = products.find_product(session, "bench")
            made = licenses.issue(
                session,
                product,
                seats=5,
                terms=terms,
                features=(),
                customer=None,
                count=count,
                by=_BY,
                now=now,
            )
            return [ActivationKey.from_text(license.activation_key) for license in made]

    def seats(self) -> tuple[int, int]:
        """Return how many seats are counted as used, and how many computers hold one."""
        used, live = select(func.sum(License.seats_used)), select(func.count()).select_from(Activation)
        with self._open(), reading() as session:
            held = session.scalars(live.where(Activation.ended_at.is_(None))).one()
            return session.scalars(used).one() or 0, held

    def activations(self, keys: list[ActivationKey], path: str = "activations") -> list[bytes]:
        """Return a scanned request of a new machine for each license."""
        tokens = (sign_request(self._asked(key, secrets.randbits(40)), self._keys) for key in keys)
        return [self._scanned(path, token) for token in tokens]

    def releases(self, keys: list[ActivationKey]) -> tuple[list[bytes], list[bytes]]:
        """Return the activations of machines that then prove their release, and these releases."""
        taken, given_back = [], []
        for key in keys:
            fingerprint, secret = secrets.randbits(40), secrets.token_bytes(SECRET_BYTES)
            opening = proof(self._keys, secret=secret, activation_key=key, fingerprint=fingerprint)
            bound: dict[str, Any] = {
                "product_code": "bench",
                "activation_key": key,
                "fingerprint": fingerprint,
            }
            asked = self._asked(key, commitment(opening, **bound), fingerprint)
            done = DeactivationRequest(asked.product_number, asked.computer_id, key, (opening,), "BENCH-PC")
            taken.append(self._scanned("activations", sign_request(asked, self._keys)))
            given_back.append(self._scanned("deactivations", sign_request(done, self._keys)))
        return taken, given_back

    def typed(self, keys: list[ActivationKey], csrf: str, cookies: str) -> list[bytes]:
        """Return the codes of a new machine for each license, typed into Self Help."""
        requests = []
        for key in keys:
            computer_id = self._asked(key, secrets.randbits(40)).computer_id
            form = {"activation_key": key.text, "computer_id": computer_id.text, "csrf_token": csrf}
            body = urlencode(form | {"computer_name": "BENCH-PC"}).encode()
            headers = (f"Cookie: {cookies}", "Sec-Fetch-Site: same-origin")
            requests.append(post("/self-help/activate", body, "application/x-www-form-urlencoded", *headers))
        return requests

    def searches(self, keys: list[ActivationKey]) -> list[bytes]:
        """Return a search in the portal for the beginning of each license's key, by somebody signed in."""
        signed_in = f"Cookie: {self.signed_in()}"
        return [get(f"/portal/licenses?q={key.text[:11]}", signed_in) for key in keys]

    def signed_in(self) -> str:
        """Return the cookie of an administrator who is signed in to the portal."""
        with self._open():
            now, by = utc_now(), By(Channel.PORTAL, "bench", "127.0.0.1")
            with transaction() as session:
                added = operators.add(
                    session, "bench", Role.ADMINISTRATOR, secrets.token_hex(), by=_BY, now=now
                )
                token = sessions.begin(session, added, by=by, device="bench", now=now).token
            return f"{cookie()}={token}"

    def _asked(self, key: ActivationKey, committed: int, fingerprint: int | None = None) -> ActivationRequest:
        machine = secrets.randbits(40) if fingerprint is None else fingerprint
        computer_id = ComputerId.make(self._keys, key, fingerprint=machine, commitment=committed)
        return ActivationRequest(self._profile.product_number, computer_id, key, "BENCH-PC")

    @staticmethod
    def _scanned(path: str, token: str) -> bytes:
        return post(f"/phone/v1/{path}", json.dumps({"token": token}).encode(), _JSON)
