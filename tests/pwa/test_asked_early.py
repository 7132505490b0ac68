"""The question is asked while the page is still on its way, and as the page itself would ask it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Request as Asked

from tests.browsing import House, key_on, sees

REQUESTS = "/phone/v1/requests"
PATIENCE = 20


class HalfAPage(BaseHTTPRequestHandler):
    """Hands on what a server says, but of the page only the beginning until somebody asks the question."""

    origin: str
    asked: threading.Event

    def do_GET(self) -> None:
        with urlopen(Request(self.origin + self.path)) as answer:
            content = answer.read()
            self._begin(answer, content)
        half = content.find(b"<style>") if self.path == "/A" else len(content)
        self.wfile.write(content[:half])
        self.wfile.flush()
        if half < len(content) and self.asked.wait(PATIENCE):
            self.wfile.write(content[half:])

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == REQUESTS:
            self.asked.set()
        headers = {"Content-Type": "application/json"}
        with urlopen(Request(self.origin + self.path, body, headers)) as answer:
            content = answer.read()
            self._begin(answer, content)
        self.wfile.write(content)

    def _begin(self, answer, content: bytes) -> None:
        self.send_response(answer.status)
        for name in ("Content-Type", "Content-Security-Policy", "X-Content-Type-Options"):
            if name in answer.headers:
                self.send_header(name, answer.headers[name])
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def half_a_page(house: House) -> Iterator[str]:
    """The address of a server that keeps most of the page back until the question is asked."""
    handler = type("Held", (HalfAPage,), {"origin": house.origin, "asked": threading.Event()})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_question_is_asked_before_the_rest_of_the_page_is_there(house, phone, half_a_page):
    address = house.scan(house.short.machine(house.short.issue()))
    page = phone(service_workers="block")
    page.goto(half_a_page + address.removeprefix(house.origin), timeout=PATIENCE * 1000)
    sees(page, "confirm-activate")
    page.locator("#confirm").click()
    key_on(page)


def test_it_is_asked_in_the_same_words_as_a_later_one(house, phone):
    page = phone(service_workers="block")
    asked: list[Asked] = []
    page.on("request", lambda request: asked.append(request) if request.url.endswith(REQUESTS) else None)
    tokens = [house.short.machine(house.short.issue()).activation_token for _ in range(2)]
    page.goto(f"{house.origin}/A#{tokens[0]}")
    sees(page, "confirm-activate")
    page.evaluate("token => { location.hash = token; }", tokens[1])
    page.wait_for_function("() => !location.hash")
    sees(page, "confirm-activate")
    early, late = asked
    assert [one.post_data_json for one in asked] == [{"token": token} for token in tokens]
    assert early.method == late.method
    assert early.all_headers() == late.all_headers()


def test_another_scan_than_the_one_that_was_asked_early_is_asked_for(house, phone):
    first, second = (house.short.machine(house.short.issue(), name=name) for name in ("FIRST", "SECOND"))
    page = phone(service_workers="block")
    # Another code is scanned into the same tab while the page is on its way.
    page.add_init_script(
        "addEventListener('readystatechange', () => {"
        f" if (document.readyState === 'interactive') location.hash = '{second.activation_token}'; }}, true)"
    )
    page.goto(house.scan(first))
    sees(page, "confirm-activate")
    assert "SECOND" in page.locator("h1").inner_text()
