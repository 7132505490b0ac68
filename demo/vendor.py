import json
import os
import subprocess
from pathlib import Path
from typing import Any

from demo.errors import DemoFailed
from demo.server_process import SCRIPTS


def run_command(command: list[str], environment: dict[str, str], *, exit_code: int = 0) -> str:
    """Run a command without a terminal, and return its output; DemoFailed on any other exit code."""
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != exit_code:
        name = Path(command[0]).name
        said = (done.stdout + done.stderr).strip()
        raise DemoFailed(f"{name} ended with {done.returncode} instead of {exit_code}: {said}")
    return done.stdout


class Vendor:
    """The vendor's side: an instance folder of its own, and `keyferry` commands in it."""

    def __init__(self, home: Path, *, public_url: str) -> None:
        self.home = home
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("KEYFERRY_")},
            "KEYFERRY_HOME": str(home),
            "KEYFERRY_PUBLIC_URL": public_url,
        }

    def run(self, *arguments: str) -> Any:
        """Run `keyferry … --json`, and return what it answers."""
        return json.loads(self.keyferry(*arguments, "--json"))

    def init(self) -> str:
        """Make the instance folder with its database and master key."""
        return self.keyferry("init")

    def add_product(self, code: str, name: str, key_style: str, *features: str) -> None:
        """Put a product on sale."""
        options = ("--name", name, "--key-style", key_style, "--machine-source", "host")
        self.run("product", "add", code, *options, *(f"--feature={feature}" for feature in features))

    def export_profile(self, product: str, target: Path) -> Path:
        """Write the wizard profile, which the application embeds."""
        self.keyferry("product", "export", product, "--out", str(target))
        return target

    def issue(self, product: str, *options: str) -> str:
        """Issue one license, and return its activation key."""
        (license,) = self.run("license", "issue", product, *options)["licenses"]
        key: str = license["activation_key"]
        return key

    def seats(self, activation_key: str) -> tuple[int, int]:
        """Return how many seats of a license are taken, and how many there are."""
        (license,) = self.run("license", "show", activation_key)["licenses"]
        return license["seats_used"], license["seats"]

    def keyferry(self, *arguments: str) -> str:
        """Run a real `keyferry` command, and return what it prints."""
        return run_command([str(SCRIPTS / "keyferry"), *arguments], self.environment)
