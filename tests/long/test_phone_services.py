"""Whatever a phone withholds from the page, however and whenever: answers come to the person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Page, Response, expect
from sqlalchemy import text

from demo.server_process import LOOPBACK
from keyferry.server.db import transaction
from tests.browsing import House, await_worker, key_on, sees
from tests.pwa.misbehavior import (
    BROKEN_CACHES,
    MANNERS,
    SERVICES,
    STORAGE_ANSWERS_LATE,
    STORAGE_IS_FULL,
    all_withheld,
    break_cache,
    withheld,
)

# Milliseconds from the server's answer to the screen.
PROMPT = 3_000


@contextmanager
def promptly(page: Page, path: str, view: str) -> Iterator[None]:
    """Have a view follow the server's answer at a path within the time that a person waits."""
    with page.expect_response(lambda answer: _is_for(answer, path)):
        yield
    expect(page.locator("main")).to_have_attribute("data-view", view, timeout=PROMPT)


def _is_for(answer: Response, path: str) -> bool:
    return answer.url.partition("?")[0].lower().endswith(path)


def gets_the_key(page: Page, address: str) -> None:
    """Scan, and tap."""
    with promptly(page, "/requests", "confirm-activate"):
        page.goto(address)
    with promptly(page, "/activations", "key"):
        page.locator("#confirm").click()


def goes_the_whole_way(page: Page, house: House, *, keeps: bool) -> None:
    """First load, question, key, another language, earlier keys, and the computer given up."""
    machine = house.short.machine(house.short.issue(seats=2), "CAGED")
    with promptly(page, "/a", "welcome"):
        page.goto(f"{house.origin}/a")
    page.goto("about:blank")
    gets_the_key(page, house.scan(machine))
    key = key_on(page)
    assert key == house.short.activate(machine).computer_key
    if keeps:
        page.locator("#details").click()
        kept = page.locator("#details-sheet")
        expect(kept).to_contain_text("The key is saved in this browser", timeout=PROMPT)
        page.locator("#details-sheet-close").click()
    else:
        says = "couldn’t be saved on this phone"
        expect(page.locator("#key-kept")).to_contain_text(says, timeout=PROMPT)
    page.locator("#ways").click()
    for tapped in page.locator("#copy, #read-aloud, #share").all():
        tapped.click()
    page.locator("#ways-sheet-close").click()
    for language, says in (("de", "auf CAGED eintippen"), ("en", "Type this key on CAGED")):
        page.locator("#help").click()
        page.locator("#help-language").select_option(language)
        expect(page.locator("h1")).to_contain_text(says, timeout=PROMPT)
    page.locator("#finish").click()
    expect(page.locator("main")).to_have_attribute("data-view", "welcome", timeout=PROMPT)
    if keeps:
        page.locator("#history").click()
        page.locator("#open-0").click()
        assert key_on(page) == key
    else:
        expect(page.locator("#unread")).to_be_visible()
    page.goto("about:blank")
    with promptly(page, "/requests", "confirm-deactivate"):
        page.goto(house.scan(machine, releasing=True))
    with promptly(page, "/deactivations", "released"):
        page.locator("#confirm").click()


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("service", SERVICES)
def test_one_service_is_withheld(house, phone, service, manner):
    page = phone(service_workers="block")
    page.add_init_script(withheld(service, manner))
    goes_the_whole_way(page, house, keeps=service != "indexedDB")


@pytest.mark.parametrize("manner", MANNERS)
def test_all_services_are_withheld(house, phone, manner):
    page = phone(service_workers="block")
    page.add_init_script(all_withheld(manner))
    goes_the_whole_way(page, house, keeps=False)


def test_the_storage_is_full(house, phone):
    machine = house.short.machine(house.short.issue())
    page = phone()
    page.add_init_script(STORAGE_IS_FULL)
    gets_the_key(page, house.scan(machine))
    expect(page.locator("#key-kept")).to_contain_text("couldn’t be saved", timeout=PROMPT)


@pytest.mark.parametrize("storage", [STORAGE_ANSWERS_LATE, withheld("indexedDB", "never answers")])
def test_the_page_is_loaded_anew_over_a_storage_that_does_not_answer(house, phone, storage):
    page = phone(service_workers="block")
    page.add_init_script(storage)
    gets_the_key(page, house.scan(house.short.machine(house.short.issue())))
    with promptly(page, "/requests", "confirm-activate"):
        page.reload()
    with promptly(page, "/activations", "key"):
        page.locator("#confirm").click()


@pytest.mark.parametrize("manner", BROKEN_CACHES)
def test_the_workers_cache_misbehaves(house, phone, manner):
    machine = house.short.machine(house.short.issue())
    page = phone()
    page.goto(f"{house.origin}/a")
    await_worker(page)
    break_cache(page, manner)
    gets_the_key(page, house.scan(machine))
    page.locator("#help").click()
    page.locator("#help-language").select_option("de")
    expect(page.locator("h1")).to_contain_text("Diesen Schlüssel", timeout=PROMPT)


@pytest.mark.parametrize("manner", ["rejects", "never answers", "is missing"])
def test_a_new_worker_takes_over_where_there_is_no_cache(house, phone, manner):
    """An earlier worker may not have let the page through: a phone must not be left with it."""
    with gateway(house) as passing:
        page = phone()
        page.goto(f"{passing.origin}/a")
        await_worker(page)
        passing.before_worker = BROKEN_CACHES[manner]
        page.evaluate(TAKE_NEW_WORKER)
        with promptly(page, "/requests", "confirm-activate"):
            page.goto(house.scan(house.short.machine(house.short.issue()), origin=passing.origin))


TAKE_NEW_WORKER = """async () => {
    const changed = new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done));
    const late = new Promise((_, fail) => setTimeout(fail, 20_000, new Error("no new worker took over")));
    await (await navigator.serviceWorker.getRegistration("/")).update();
    await Promise.race([changed, late]);
}"""


class Gateway(ThreadingHTTPServer):
    """Passes requests on to a server, and puts a line before its service worker."""

    before_worker = ""

    def __init__(self, server: House) -> None:
        super().__init__((LOOPBACK, 0), _Passing)
        self.server_behind = server
        self.origin = f"http://{LOOPBACK}:{self.server_port}"


class _Passing(BaseHTTPRequestHandler):
    server: Gateway

    def do_GET(self) -> None:
        self._pass_on(None)

    def do_POST(self) -> None:
        self._pass_on(self.rfile.read(int(self.headers["Content-Length"])))

    def _pass_on(self, body: bytes | None) -> None:
        behind = HTTPConnection(LOOPBACK, self.server.server_behind.port)
        asked = {name: value for name, value in self.headers.items() if name in ("Content-Type", "Accept")}
        behind.request(self.command, self.path, body, asked)
        answer = behind.getresponse()
        content = answer.read()
        if self.path == "/sw.js":
            content = self.server.before_worker.encode() + b"\n" + content
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name not in ("Content-Length", "Connection", "ETag", "Date", "Server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        behind.close()

    def log_message(self, format: str, *values: object) -> None:
        """Say nothing."""


@contextmanager
def gateway(server: House) -> Iterator[Gateway]:
    """Hold a gateway to a server; it ends with the block."""
    with Gateway(server) as passing:
        thread = Thread(target=passing.serve_forever)
        thread.start()
        try:
            yield passing
        finally:
            passing.shutdown()
            thread.join()


def test_a_tap_on_a_server_whose_database_is_held_by_others_is_carried_on(house, phone):
    license = house.short.issue(seats=2)
    page = phone(service_workers="block")
    page.goto(house.scan(house.short.machine(license)))
    sees(page, "confirm-activate")
    with held_database(house):
        page.locator("#confirm").click()
        expect(page.locator("main")).to_have_attribute("data-view", "waiting", timeout=20_000)
        expect(page.locator("#next-try")).to_contain_text("Trying again in")
    key_on(page)
    assert house.short.seats_used(license) == 1


@contextmanager
def held_database(house: House) -> Iterator[None]:
    """Hold the database's write lock while the block runs, as a long import would."""
    with house.short.app.app_context(), transaction() as session:
        session.execute(text("SELECT 1"))
        yield
