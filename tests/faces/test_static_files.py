"""The pages' styles and scripts come packed to browsers that take it, and are asked for once."""

from __future__ import annotations

import gzip

import pytest

FILES = ["site.css", "site.js", "portal/frame.css"]
NONE = ["missing.css", "../base_app.js", "..%2Fstatic%2F..%2F..%2Fpyproject.css", "%00.css"]


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.mark.parametrize("name", FILES)
def test_a_style_or_script_is_packed_for_whoever_takes_it(client, name):
    plain = client.get(f"/static/{name}", headers={"Accept-Encoding": "identity"}, buffered=True)
    packed = client.get(f"/static/{name}", headers={"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data)
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert packed.mimetype == plain.mimetype
    assert packed.headers["ETag"] != plain.headers["ETag"]


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_file_that_is_still_the_same_is_not_sent_again(client, encoding):
    headers = {"Accept-Encoding": encoding}
    etag = client.get("/static/site.css", headers=headers, buffered=True).headers["ETag"]
    again = client.get("/static/site.css", headers={**headers, "If-None-Match": etag}, buffered=True)
    assert (again.status_code, again.data) == (304, b"")
    other = "gzip" if encoding == "identity" else "identity"
    headers = {"Accept-Encoding": other, "If-None-Match": etag}
    assert client.get("/static/site.css", headers=headers, buffered=True).data


@pytest.mark.parametrize("name", NONE)
def test_what_is_not_there_is_not_found(client, name):
    assert client.get(f"/static/{name}", headers={"Accept-Encoding": "gzip"}).status_code == 404


def test_pages_are_never_packed(client):
    for address in ("/", "/self-help/", "/portal/sign-in"):
        assert "Content-Encoding" not in client.get(address, headers={"Accept-Encoding": "gzip"}).headers
