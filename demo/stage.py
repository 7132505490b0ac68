import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser

from demo.browser import Phone, chromium, phone
from demo.camera import read_qr
from demo.errors import DemoFailed
from demo.offline_machine import OfflineMachine
from demo.server_process import LOOPBACK, free_port, serving
from demo.vendor import Vendor


def require(condition: bool, sentence: str) -> None:
    """Raise DemoFailed with a sentence about what is wrong, unless the condition holds."""
    if not condition:
        raise DemoFailed(sentence)


@dataclass(frozen=True)
class Stage:
    """The real parts: a vendor with a running server, a browser for phones, a folder for offline machines."""

    vendor: Vendor
    origin: str
    browser: Browser
    folder: Path
    pictures: Path
    server_log: Path

    def machine(self, name: str, product: str) -> OfflineMachine:
        """Set up an offline machine that has the application, and so the profile, of a product."""
        folder = self.folder / name
        folder.mkdir()
        profile = self.vendor.export_profile(product, folder / "profile.json")
        return OfflineMachine(profile, folder, serial_number=f"serial number of {name}")

    @contextmanager
    def scanned(self, address: str) -> Iterator[Phone]:
        """Hold a phone that has scanned an address, and shows nothing of its token in the address bar."""
        with phone(self.browser, self.origin) as held:
            held.scan(address)
            require(held.address.lower() == f"{self.origin}/a", "The token stays in the phone's address bar.")
            yield held

    def scanned_picture(self, picture: str) -> str:
        """Return the address in a QR picture, which must lead to this server."""
        address = read_qr(self.pictures / picture)
        require(address.startswith(f"{self.origin.upper()}/A#"), "The QR code leads to somewhere else.")
        return address


@contextmanager
def set_stage(folder: Path, pictures: Path, *flags: str) -> Iterator[Stage]:
    """Start everything in an empty folder, with pictures in another; all of it ends with the block.

    `flags` are for the browser.
    """
    with chromium(*flags) as browser, set_before(browser, folder, pictures) as stage:
        yield stage


@contextmanager
def throw_away_stage(*flags: str) -> Iterator[Stage]:
    """Start everything in a folder that goes with the block, pictures included."""
    with (
        TemporaryDirectory(prefix="keyferry-") as folder,
        set_stage(Path(folder), Path(folder) / "pictures", *flags) as stage,
    ):
        yield stage


@contextmanager
def set_before(
    browser: Browser, folder: Path, pictures: Path, vendor_of: Callable[..., Vendor] = Vendor
) -> Iterator[Stage]:
    """Start everything but the browser, which runs already."""
    shutil.rmtree(pictures, ignore_errors=True)
    pictures.mkdir(parents=True)
    port = free_port()
    origin = f"http://{LOOPBACK}:{port}"
    vendor = vendor_of(folder / "instance", public_url=origin)
    vendor.init()
    log = folder / "server.log"
    with serving(vendor.environment, host=LOOPBACK, port=port, log=log):
        yield Stage(vendor, origin, browser, folder, pictures, log)
