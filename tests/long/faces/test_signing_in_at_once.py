"""Many people sign in to a real server at the same moment."""

from __future__ import annotations

import http.client
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest

from keyferry.server.core.models import Operator, Role
from keyferry.server.core.staff import operators
from keyferry.server.db import transaction
from tests.conftest import NOON, STAFF
from tests.faces.portal_visitor import CSRF_VALUE, PASSWORD
from tests.faces.serving import environment, serving

__all__ = ["environment", "serving"]

PEOPLE, TRIES_EACH = 8, 3
SECONDS, PATIENCE = 15, 60


@dataclass(frozen=True)
class Answer:
    status: int
    retry_after: str | None
    seconds: float


@pytest.fixture
def people(app, full_price_passwords) -> list[str]:
    """Operators of one password, whose hash is made once."""
    names = [f"operator {number}" for number in range(PEOPLE)]
    with transaction() as session:
        first = operators.add(session, names[0], Role.VIEWER, PASSWORD, by=STAFF, now=NOON)
        for name in names[1:]:
            session.add(
                Operator(
                    name=name,
                    folded_name=name,
                    role=first.role,
                    password_hash=first.password_hash,
                    created_at=NOON,
                    password_set_at=NOON,
                )
            )
    return names


@dataclass(frozen=True)
class Browser:
    port: int
    cookie: str = ""
    csrf: str = ""

    def with_form(self) -> Browser:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("GET", "/portal/sign-in", headers={"Accept": "text/html"})
        answer = connection.getresponse()
        page, cookie = answer.read().decode(), answer.headers["Set-Cookie"].partition(";")[0]
        connection.close()
        found = CSRF_VALUE.search(page)
        assert found
        return Browser(self.port, cookie, found[1])

    def sign_in(self, name: str, password: str = PASSWORD) -> Answer:
        form = urlencode({"csrf_token": self.csrf, "name": name, "password": password})
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        return self._asked("POST", "/portal/sign-in", form, headers)

    def see_the_phone_page(self, _: int) -> Answer:
        return self._asked("GET", "/a", None, {})

    def _asked(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        begun = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request(method, path, body, {"Accept": "text/html", **headers})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return Answer(answer.status, answer.headers["Retry-After"], time.monotonic() - begun)


def test_each_of_many_people_is_answered_and_the_phone_page_comes_meanwhile(serving, people):
    with serving() as server, ThreadPoolExecutor(PEOPLE * TRIES_EACH + 1) as pool:
        browser = Browser(server.port).with_form()
        signing_in = pool.map(browser.sign_in, people * TRIES_EACH)
        pages = [browser.see_the_phone_page(number) for number in range(3)]
        answers = list(signing_in)
        assert [page.status for page in pages] == [200, 200, 200]
        assert {answer.status for answer in answers} <= {302, 503}
        assert 302 in {answer.status for answer in answers}
        assert {answer.retry_after for answer in answers if answer.status == 503} <= {"5"}
        assert max(answer.seconds for answer in answers + pages) < SECONDS
        # Nobody is kept out by having met a busy server.
        assert [browser.sign_in(name).status for name in people[:3]] == [302] * 3
        assert browser.sign_in(people[0], "wrong horse battery").status == 403
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(SECONDS)
    assert server.process.returncode == 0
