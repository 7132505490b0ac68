import pytest


@pytest.fixture
def licensed(stage, request):
    """An activated machine and its license."""
    license = stage.vendor.issue("SHORT", "--seats", "1")
    machine = stage.machine(request.node.name[:60], "SHORT")
    address = machine.run("request", license)["url"]
    with stage.scanned(address) as phone:
        phone.tap()
        phone.sees("key")
        machine.run("activate", phone.computer_key)
    return machine, license, address


def test_one_tap_gives_the_seat_of_a_deactivated_machine_back(stage, licensed):
    machine, license, _ = licensed
    address = machine.run("deactivate", "--png", str(stage.pictures / "release.png"))["url"]
    assert machine.run("status", exit_code=1)["status"] == "not_activated"
    assert stage.scanned_picture("release.png") == address
    with stage.scanned(address) as phone:
        phone.sees("confirm-deactivate")
        assert stage.vendor.seats(license) == (1, 1), "opening the page changes nothing"
        phone.tap()
        phone.sees("released")
    assert stage.vendor.seats(license) == (0, 1)


def test_scanning_a_deactivation_again_says_that_the_seat_is_free_already(stage, licensed):
    machine, license, _ = licensed
    machine.run("deactivate")
    for _ in range(2):
        with stage.scanned(machine.run("show-code")["url"]) as phone:
            if phone.view == "confirm-deactivate":
                phone.tap()
            phone.sees("released")
    assert stage.vendor.seats(license) == (0, 1)


def test_the_code_that_is_typed_frees_the_seat_as_the_scanned_one_does(stage, licensed):
    machine, license, _ = licensed
    computer_id = machine.run("request", license)["computer_id"]
    code = machine.run("deactivate")["deactivation_code"]
    assert stage.vendor.run("deactivate", license, computer_id, code)["release"] == "proven"
    assert stage.vendor.seats(license) == (0, 1)


def test_a_freed_seat_serves_another_machine_and_the_old_request_is_burnt(stage, licensed):
    machine, license, old_address = licensed
    with stage.scanned(machine.run("deactivate")["url"]) as phone:
        phone.tap()
        phone.sees("released")
    with stage.scanned(stage.machine("NEXT", "SHORT").run("request", license)["url"]) as phone:
        phone.tap()
        phone.sees("key")
    with stage.scanned(old_address) as phone:
        assert phone.problem() == "computer_id_released"
    assert stage.vendor.seats(license) == (1, 1)
