import pytest

SHORTEST_TRACE = 10


def traces(secret: str) -> set[str]:
    """Every stretch of a secret, long enough not to be there by chance."""
    bare = secret.replace("-", "").upper()
    return {bare[start : start + SHORTEST_TRACE] for start in range(len(bare) - SHORTEST_TRACE + 1)}


@pytest.fixture
def secrets(stage) -> dict[str, str]:
    """Everything secret of one license's life, refusals and mistakes included."""
    license = stage.vendor.issue("SHORT", "--seats", "1")
    machine = stage.machine("LOGGED", "SHORT")
    request = machine.run("request", license)["url"]
    with stage.scanned(request) as phone:
        phone.tap()
        phone.sees("key")
        key = phone.computer_key
    machine.run("activate", key)
    with stage.scanned(stage.machine("REFUSED", "SHORT").run("request", license)["url"]) as phone:
        assert phone.problem() == "no_seat_left"
    with stage.scanned(request[:-1] + ("0" if request[-1] != "0" else "1")) as phone:
        assert phone.problem() == "bad_signature"
    released = machine.run("deactivate")
    with stage.scanned(released["url"]) as phone:
        phone.tap()
        phone.sees("released")
    return {
        "activation key": license,
        "request token": request.partition("#")[2],
        "computer key": key,
        "deactivation code": released["deactivation_code"],
        "deactivation token": released["url"].partition("#")[2],
    }


def test_the_server_log_holds_no_key_no_code_and_no_token(stage, secrets):
    log = stage.server_log.read_text()
    assert log, "the server says at least that it has started"
    bare = log.replace("-", "").upper()
    assert {
        name for name, secret in secrets.items() if any(trace in bare for trace in traces(secret))
    } == set()
