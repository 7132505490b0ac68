import pytest

from keyferry.server.core.models import OperatorSession
from keyferry.server.words import wording

ENGINE = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("device", "words"),
    [
        (f"Mozilla/5.0 (X11; Linux x86_64) {ENGINE} Chrome/140.0.0.0 Safari/537.36", "Chrome on Linux"),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {ENGINE} Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge on Windows",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605 Version/18.4 Safari/604",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        ("keyferry console on LAB-PC-07", "keyferry console on LAB-PC-07"),
        (None, "Unknown device"),
    ],
)
def test_a_session_is_shown_by_browser_and_system(device, words):
    assert wording.device_in_words(OperatorSession(device=device)) == words
