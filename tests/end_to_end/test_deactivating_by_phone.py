def test_one_tap_gives_the_seat_of_a_deactivated_machine_back(stage):
    license = stage.vendor.issue("SHORT", "--seats", "1")
    machine = stage.machine("RELEASED", "SHORT")
    with stage.scanned(machine.run("request", license)["url"]) as phone:
        phone.tap()
        phone.sees("key")
        machine.run("activate", phone.computer_key)
    address = machine.run("deactivate", "--png", str(stage.pictures / "release.png"))["url"]
    assert machine.run("status", exit_code=1)["status"] == "not_activated"
    assert stage.scanned_picture("release.png") == address
    with stage.scanned(address) as phone:
        phone.sees("confirm-deactivate")
        assert stage.vendor.seats(license) == (1, 1), "opening the page changes nothing"
        phone.tap()
        phone.sees("released")
    assert stage.vendor.seats(license) == (0, 1)
