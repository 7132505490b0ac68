from pathlib import Path
from random import Random

from demo.offline_machine import OfflineMachine
from demo.stage import Stage, require, set_stage
from demo.teller import Teller
from demo.typing_errors import mistype, pointed_out

SEED = 4
WRONG_CHARACTERS = 4
SEATS = 2


def tell(teller: Teller, folder: Path, pictures: Path) -> None:
    """Play the whole story in an empty folder, and leave its pictures in another."""
    teller.chapter("A vendor sets up shop")
    with set_stage(folder, pictures) as stage:
        teller.step(f"The server runs under gunicorn at {stage.origin}, in a throw-away folder.")
        activation_key = sell(teller, stage, "DEMO-CAD", name="Demo CAD", key_style="short")
        machine = stage.machine("LAB-PC-07", "DEMO-CAD")
        activate_by_typing(teller, stage, machine, activation_key)
        give_the_seat_back(teller, stage, machine, activation_key)
        activate_by_file(teller, stage)


def sell(teller: Teller, stage: Stage, code: str, *, name: str, key_style: str) -> str:
    """Add a product, and issue a license for it; return its activation key."""
    stage.vendor.add_product(code, name, key_style, "export", "render")
    activation_key = stage.vendor.issue(code, "--seats", str(SEATS), "--days", "365", "--feature", "export")
    teller.step(f"{name} is on sale ({key_style} keys). A customer buys {SEATS} seats for a year, and gets:")
    teller.show(f"activation key  {activation_key}")
    return activation_key


def activate_by_typing(teller: Teller, stage: Stage, machine: OfflineMachine, activation_key: str) -> None:
    """Go from the activation key to a valid license, with nothing but a phone and a keyboard in between."""
    teller.chapter("LAB-PC-07 has no network")
    qr = stage.pictures / "1-wizard-qr.png"
    request = machine.run("request", activation_key, "--name", "LAB-PC-07", "--png", str(qr))
    teller.step(f"The License Wizard ({machine.isolation}) takes the activation key and shows a QR code.")
    teller.show(f"computer ID     {request['computer_id']}")

    key = scan_for_key(teller, stage, qr.name, question="2-phone-question.png", answer="3-phone-key.png")

    typed = mistype(key, wrong=WRONG_CHARACTERS, random=Random(SEED))
    teller.step(f"Somebody types it on LAB-PC-07, with {WRONG_CHARACTERS} characters wrong:")
    teller.show(
        f"on the phone    {key}", f"typed           {typed}", f"                {pointed_out(key, typed)}"
    )
    activated = machine.run("activate", typed)
    require(activated["status"] == "valid", "The wizard did not accept the typed key.")
    require(len(activated["repaired"]) == WRONG_CHARACTERS, "The wizard does not say what it corrected.")
    teller.step("The wizard checks it without any network, accepts it, and says what it corrected:")
    for repair in activated["repaired"]:
        teller.show(
            f"group {repair['group']}, place {repair['place']}: {repair['typed']} read as {repair['read']}"
        )
    status = machine.run("status")
    require(
        status["status"] == "valid" and status["features"] == ["export"], "The license is not what was sold."
    )
    seats = taken(stage, activation_key, 1)
    teller.step(f"Demo CAD starts: licensed until {status['expires']}, with export. Seats taken: {seats}.")


def scan_for_key(teller: Teller, stage: Stage, qr: str, *, question: str, answer: str) -> str:
    """Scan a QR picture with a phone, tap once, and return the computer key on its page."""
    with stage.scanned(stage.scanned_picture(qr)) as phone:
        phone.sees("confirm-activate")
        phone.take_screenshot(stage.pictures / question)
        teller.step(
            "A phone reads the code from the picture, opens its page, and asks before anything happens:"
        )
        teller.show(f"“{phone.heading}”")
        phone.tap()
        phone.sees("key")
        phone.take_screenshot(stage.pictures / answer)
        teller.step("One tap, and the phone shows the computer key.")
        return phone.computer_key


def give_the_seat_back(teller: Teller, stage: Stage, machine: OfflineMachine, activation_key: str) -> None:
    """Let the wizard prove that the license is gone, and the phone carry the proof to the server."""
    teller.chapter("The license is to move to another machine")
    qr = stage.pictures / "4-wizard-release-qr.png"
    machine.run("deactivate", "--png", str(qr))
    require(machine.run("status", exit_code=1)["status"] == "not_activated", "The license is still there.")
    teller.step("The wizard wipes the license first, and then shows a second QR code that proves it.")
    with stage.scanned(stage.scanned_picture(qr.name)) as phone:
        phone.sees("confirm-deactivate")
        phone.take_screenshot(stage.pictures / "5-phone-release-question.png")
        teller.step("The phone reads it, and asks:")
        teller.show(f"“{phone.heading}”")
        phone.tap()
        phone.sees("released")
        phone.take_screenshot(stage.pictures / "6-phone-released.png")
        teller.step("One tap, and the phone says:")
        teller.show(f"“{phone.heading}”")
    teller.step(f"The seat is free again. Seats taken: {taken(stage, activation_key, 0)}.")


def activate_by_file(teller: Teller, stage: Stage) -> None:
    """Carry a license file to a machine instead, for a product whose signed keys are long to type."""
    teller.chapter("Another product signs its keys: nothing to type, a file to carry")
    activation_key = sell(teller, stage, "DEMO-LAB", name="Demo Lab", key_style="signed")
    machine = stage.machine("LAB-PC-08", "DEMO-LAB")
    qr, file = stage.pictures / "7-wizard-qr.png", stage.folder / "LAB-PC-08" / "demo-lab.lic"
    machine.run("request", activation_key, "--name", "LAB-PC-08", "--png", str(qr))
    with stage.scanned(stage.scanned_picture(qr.name)) as phone:
        phone.tap()
        phone.sees("key")
        phone.take_screenshot(stage.pictures / "8-phone-signed-key.png")
        phone.download_license_file(file)
    teller.step("LAB-PC-08 shows its QR code; the phone scans it, taps once, and saves the license file.")
    activated = machine.run("activate", "--file", str(file))
    require(activated["status"] == "valid", "The wizard did not accept the license file.")
    teller.step(
        f"The wizard verifies the file without any network. Seats taken: {taken(stage, activation_key, 1)}."
    )


def taken(stage: Stage, activation_key: str, expected: int) -> str:
    """Return the seats of a license in words, which the server must count as expected."""
    used, seats = stage.vendor.seats(activation_key)
    require(used == expected, f"{used} seats are taken, where it should be {expected}.")
    return f"{used} of {seats}"
