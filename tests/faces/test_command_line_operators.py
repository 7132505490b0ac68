"""`keyferry operator …`."""

from __future__ import annotations

from tests.authenticator import set_up

PASSWORD = "correct horse battery"


def add(instance, name: str = "ada", role: str = "administrator", password: str = PASSWORD):
    return instance("operator", "add", name, "--role", role, "--password-stdin", typed=f"{password}\n")


def reset(instance, name: str):
    return instance("operator", "reset", name, "--password-stdin", typed=f"{PASSWORD}\n")


def test_operators_are_added_listed_disabled_and_let_in_again(instance, done):
    assert add(instance).exit_code == 0
    assert add(instance, "grace", "support").stdout == "Added grace as support.\n"
    assert done("operator", "disable", "GRACE")["disabled"] is True
    assert reset(instance, "grace").exit_code == 0
    listed = done("operator", "list")["operators"]
    assert [(one["name"], one["role"], one["disabled"]) for one in listed] == [
        ("ada", "administrator", False),
        ("grace", "support", False),
    ]
    assert "password" not in str(listed).replace("password_set_at", "")


def test_a_password_can_be_typed_twice_and_is_not_shown(instance):
    said = instance("operator", "add", "ada", "--role", "viewer", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert said.exit_code == 0
    assert PASSWORD not in said.stdout + said.stderr


def test_what_cannot_be_is_refused_in_one_line(instance):
    assert add(instance, password="short").exit_code == 1
    assert add(instance).exit_code == 0
    said = add(instance)
    assert (said.exit_code, len(said.stderr.splitlines())) == (1, 1)
    assert instance("operator", "disable", "nobody", "--json").refusal == "unknown_operator"
    assert instance("operator", "disable", "ada", "--json").refusal == "last_administrator"


def test_without_operators_the_list_and_init_say_how_to_make_the_first(instance):
    assert "keyferry operator add NAME --role administrator" in instance("operator", "list").stdout
    told = instance("init").stdout
    assert "keyferry operator add NAME --role administrator" in told
    assert "Then sign in at http://127.0.0.1:8000/portal/." in told
    assert "can activate computers" in instance("operator", "add", "--help").stdout


def test_reset_ends_the_second_factor_of_a_lost_device_and_says_so(instance, done, app):
    add(instance)
    set_up()
    assert done("operator", "list")["operators"][0]["second_factor"] is True
    assert "no second factor" in reset(instance, "ada").stdout
    assert done("operator", "list")["operators"][0]["second_factor"] is False
