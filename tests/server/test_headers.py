import pytest
from flask import Flask, Response

from keyferry.server import create_app


@pytest.fixture
def answering(own_app: Flask) -> Flask:
    kept = Response("kept", headers={"Cache-Control": "max-age=60"})
    own_app.add_url_rule("/kept", endpoint="kept", view_func=lambda: kept)
    own_app.add_url_rule("/plain", endpoint="plain", view_func=lambda: "plain")
    return own_app


@pytest.mark.parametrize("path", ["/plain", "/kept", "/nowhere", "/phone/nowhere", "/a"])
def test_every_answer_carries_the_headers(answering, path):
    headers = answering.test_client().get(path, buffered=True).headers
    policy = headers["Content-Security-Policy"].split("; ")
    assert policy[0] == "default-src 'none'"
    # The page names its own script by its sum, after these.
    assert [rule for rule in policy if f"{rule} ".startswith("script-src 'self' 'wasm-unsafe-eval' ")]
    assert {
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    } <= set(policy)
    for_wasm = "'wasm-unsafe-eval'"
    assert not [rule for rule in policy if "unsafe" in rule.replace(for_wasm, "")]
    assert not [rule for rule in policy if "http" in rule or "*" in rule]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Permissions-Policy"].startswith("camera=(self), ")
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Set-Cookie" not in headers


def test_nothing_is_kept_by_a_browser_unless_a_handler_says_so(answering):
    client = answering.test_client()
    assert client.get("/plain").headers["Cache-Control"] == "no-store"
    assert client.get("/nowhere").headers["Cache-Control"] == "no-store"
    assert client.get("/kept").headers["Cache-Control"] == "max-age=60"


def test_a_browser_is_bound_to_https_only_where_there_is_https(answering, settings):
    name = "Strict-Transport-Security"
    assert name not in answering.test_client().get("/plain").headers
    assert name in answering.test_client().get("/plain", base_url="https://127.0.0.1").headers
    behind_a_proxy = create_app(settings.model_copy(update={"public_url": "https://activate.example.com"}))
    assert name in behind_a_proxy.test_client().get("/nowhere").headers
