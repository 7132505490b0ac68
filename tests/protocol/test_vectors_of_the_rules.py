"""The committed vectors of the wizard's rules, decided again by the words of the protocol alone."""

import json
from datetime import UTC, date, datetime, time, timedelta

import pytest
from generate_vectors import FOLDER

CLOCK, REQUESTS = (
    json.loads((FOLDER / f"wizard_{name}.json").read_text("ascii")) for name in ("clock", "requests")
)
TOLERANCE, NEVER = timedelta(hours=26), "9999-12-31"


def at(text):
    return datetime.fromisoformat(text) if text else None


def midnight(text, days):
    return datetime.combine(date.fromisoformat(text), time(), UTC) + timedelta(days=days)


def by_the_day_rule(claims, clock):
    if clock < midnight(claims["issued"], -1):
        return "not_yet_valid"
    has_ended = claims["expires"] and clock >= midnight(claims["expires"], 1.5)
    return "license_expired" if has_ended else "valid"


def is_behind(clock, latest_seen):
    return latest_seen is not None and clock < latest_seen - TOLERANCE


def running(claims, latest_seen, clock):
    """The state of a license in use, and its warning."""
    day, behind = by_the_day_rule(claims, clock), is_behind(clock, latest_seen)
    if claims["expires"] is None:
        return "active", "clock_looks_wrong" if behind or day == "not_yet_valid" else None
    if behind or day == "not_yet_valid":
        return "clock_moved_back", None
    if day == "license_expired":
        return "expired", None
    ends, issued = date.fromisoformat(claims["expires"]), date.fromisoformat(claims["issued"])
    is_soon = (ends - clock.date()).days <= min(14, (ends - issued).days // 4)
    return "active", "key_ends_soon" if is_soon else None


def typed(claims, in_use, wrong_time, latest_seen, clock):
    """The latest time seen once a key is taken, or why it is not."""
    day, behind = by_the_day_rule(claims, clock), is_behind(clock, latest_seen)
    if claims["expires"] and day != "valid":
        return day
    if in_use and (behind or in_use["issued"] <= f"{clock:%Y-%m-%d}"):
        ends = [one["expires"] or NEVER for one in (claims, in_use)]
        if (claims["issued"], ends[0]) < (in_use["issued"], ends[1]):
            return "older_license"
    if not behind:
        return max(filter(None, (clock, latest_seen)))
    if wrong_time and latest_seen <= wrong_time and day == "valid":
        return clock
    return "clock_moved_back" if claims["expires"] else latest_seen


@pytest.mark.parametrize("case", [one for one in CLOCK["valid"] if "state" in one], ids=lambda _: None)
def test_a_license_in_use_is_judged_by_the_clock_as_the_protocol_says(case):
    judged = running(case["claims"], at(case["latest_seen"]), at(case["clock"]))
    assert judged == (case["state"], case["warning"])


@pytest.mark.parametrize(
    "case", [one for one in CLOCK["valid"] + CLOCK["invalid"] if "state" not in one], ids=lambda _: None
)
def test_a_typed_key_is_judged_by_the_clock_as_the_protocol_says(case):
    moments = (at(case[name]) for name in ("wrong_time", "latest_seen", "clock"))
    judged = typed(case["claims"], case["in_use"], *moments)
    assert judged == (at(case.get("latest_seen_then")) or case["error"])


def opened(one, level):
    return {"level": level, **{name: one[name] for name in ("activation_key", "epoch", "secret")}}


def since_activation(state, key, anchor):
    """The openings of one activation key: the activation's, then those begun after it, the newest first."""
    license = state["license"] if state["license"] and state["license"]["activation_key"] == key else None
    found = [(one, "continuation") for one in state["kept"]] + (
        [(license, "continuation")] if license else []
    )
    if license is None:
        found += [
            (one, one["level"] if one["anchor"] == anchor else "claim") for one in reversed(state["given_up"])
        ]
    found = [(one, level) for one, level in found if one["activation_key"] == key]
    activated = [one["number"] for one, _ in found if one is license or one.get("in_use")]
    newest = max(activated, default=0)
    since = sorted((one for one in found if one[0]["number"] > newest), key=lambda one: -one[0]["number"])
    return license, [one for one in found if one[0]["number"] == newest] + since


@pytest.mark.parametrize("case", REQUESTS["valid"], ids=[one["how"] for one in REQUESTS["valid"]])
def test_a_new_request_goes_on_from_what_the_protocol_says(case):
    state, new = case["state"], REQUESTS["given"]["secret"]
    if case["shown"] != new:
        assert case["kept"] == [one["secret"] for one in state["kept"]]
        return
    license, found = since_activation(state, case["activation_key"], case["anchor"])
    if not found and state["license"]:
        _, found = since_activation(state, state["license"]["activation_key"], case["anchor"])
    carries = [opened(one, level) for one, level in found]
    if license and license["line"] == REQUESTS["given"]["lines"].get(license["secret"]):
        carries += [one for one in license["carries"] if one["level"] != "continuation"]
    assert case["carries"] == carries[:4]
    assert case["kept"] == [*(one["secret"] for one in state["kept"]), new]
