"""The story with a phone of your own, and the wizard in this terminal. Run as `python -m demo.live`."""

import argparse
import os
import socket
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from demo.ending import Stopped, stop_on_signals
from demo.errors import DemoFailed
from demo.offline_machine import OfflineMachine
from demo.server_process import LOOPBACK, free_port, serving
from demo.teller import Teller
from demo.vendor import Vendor
from keyferry.wizard.qr import ScanCode

LICENSE = ("DEMO-CAD", "--seats", "2", "--days", "365", "--feature", "export")
NEVER_ASKED = "192.0.2.1"  # an address for documentation: it is routed, but nothing is sent to it

HERE_ONLY = (
    "The server listens on this machine only, so a phone cannot reach it: a browser on this machine can. "
    "To let the phones of this network in:"
)
WITH_LAN = "make demo-live LAN=1"
PLAIN_HTTP = (
    "The page comes over plain HTTP. It works, but whoever shares the network can read along, and phones "
    "keep some things for HTTPS: the page cannot be installed, cannot keep the screen on while you type "
    "(no wake lock), and cannot copy the key. With a certificate that your phone trusts:"
)
WITH_CERTIFICATE = "make demo-live LAN=1 CERT=cert.pem KEY=key.pem NAME=host.name.in.it"


def main() -> int:
    """Serve a demo license for a phone, and run its wizard in this terminal; Ctrl-C ends it."""
    options = _options()
    teller = Teller()
    stop_on_signals()
    try:
        with TemporaryDirectory(prefix="keyferry-live-") as folder:
            _play(teller, Path(folder), options)
    except (Stopped, EOFError):
        teller.say("")
    except DemoFailed as failure:
        teller.failed(str(failure))
        return 1
    teller.say("The server has ended, and the throw-away folder is gone.")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo.live", description=main.__doc__)
    parser.add_argument(
        "--lan", action="store_true", help="listen on the address of this machine in its network"
    )
    parser.add_argument("--certfile", help="a certificate, for HTTPS")
    parser.add_argument("--keyfile", help="the key of the certificate")
    parser.add_argument("--name", help="the host name in the certificate, instead of the bare address")
    options = parser.parse_args()
    if bool(options.certfile) != bool(options.keyfile):
        parser.error("--certfile and --keyfile belong together")
    return options


def _play(teller: Teller, folder: Path, options: argparse.Namespace) -> None:
    host = lan_address() if options.lan else LOOPBACK
    port = free_port(host)
    origin = f"{'https' if options.certfile else 'http'}://{options.name or host}:{port}"
    certificate = ("--certfile", options.certfile, "--keyfile", options.keyfile) if options.certfile else ()
    vendor = Vendor(folder / "instance", public_url=origin)
    vendor.init()
    vendor.add_product("DEMO-CAD", "Demo CAD", "short", "export")
    activation_key = vendor.issue(*LICENSE)
    profile = vendor.export_profile("DEMO-CAD", folder / "profile.json")
    machine = OfflineMachine(profile, folder, serial_number="demo-live")
    with serving(vendor.environment, host=host, port=port, log=folder / "server.log", options=certificate):
        _introduce(teller, origin, options)
        _activate(teller, machine, activation_key)
        _deactivate(teller, machine)
        used, seats = vendor.seats(activation_key)
        teller.step(f"Seats taken now: {used} of {seats}.")


def _introduce(teller: Teller, origin: str, options: argparse.Namespace) -> None:
    teller.chapter(f"The server: {origin}/a")
    if options.lan:
        teller.say("Try whether your phone reaches it:")
        print(ScanCode.of(f"{origin.upper()}/A").terminal(), flush=True)
    else:
        teller.say(HERE_ONLY)
        teller.show(WITH_LAN)
    if not options.certfile:
        teller.say(PLAIN_HTTP)
        teller.show(WITH_CERTIFICATE)
    teller.say("Ctrl-C ends everything.")


def _activate(teller: Teller, machine: OfflineMachine, activation_key: str) -> None:
    teller.chapter("The License Wizard of Demo CAD, without any network")
    teller.say(f"The activation key of the demo license: {activation_key}")
    _require(machine.show("request", activation_key, "--name", "Demo machine"))
    while machine.show("activate", "--", input("\nThe computer key that the phone shows: ")) != 0:
        teller.say("Nothing was changed. Please try again.")
    teller.chapter("The application asks for its license at each start")
    _require(machine.show("status"))


def _deactivate(teller: Teller, machine: OfflineMachine) -> None:
    input("\nPress Enter to give the license up again, or Ctrl-C to end. ")
    _require(machine.show("deactivate"))
    input("\nScan this code too. Press Enter when the phone says that the seat is free. ")


def _require(exit_code: int) -> None:
    if exit_code != 0:
        raise DemoFailed(f"The wizard ended with {exit_code}.")


def lan_address() -> str:
    """Return the address under which this machine is known in its network; raises DemoFailed."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((NEVER_ASKED, 9))
        except OSError as error:
            raise DemoFailed(
                f"This machine has no network address ({os.strerror(error.errno or 0)})."
            ) from error
        address: str = probe.getsockname()[0]
        return address


if __name__ == "__main__":
    sys.exit(main())
