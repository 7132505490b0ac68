from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser

from demo.errors import DemoFailed
from demo.stage import Stage, set_before
from demo.vendor import Vendor
from keyferry.server.command_line import main


class QuickVendor(Vendor):
    """A vendor whose commands run in the test's own process; `test_demo` has real ones run."""

    def keyferry(self, *arguments: str) -> str:
        done = CliRunner().invoke(main, list(arguments), env=self.environment, catch_exceptions=False)
        if done.exit_code != 0:
            raise DemoFailed(done.output)
        return done.stdout


@pytest.fixture(scope="session")
def stage(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One server for all modules of a worker; each test has its own licenses, machines and phones."""
    folder = tmp_path_factory.mktemp("stage")
    with set_before(browser, folder, folder / "pictures", QuickVendor) as real:
        for style in ("short", "signed"):
            real.vendor.add_product(style.upper(), f"Demo {style}", style, "export", "render")
        yield real
