"""Lighthouse on the pages as people meet them: a real server, a real scan, a slow phone; staff signed in."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from demo.browser import FLAGS
from demo.errors import DemoFailed
from demo.portal_scene import furnish, hire
from demo.portal_visit import Visit
from demo.realistic import DESK
from demo.stage import Stage, throw_away_stage
from keyferry.server import create_app
from keyferry.server.config import Settings

LEAST = 95
CATEGORIES = ("performance", "accessibility", "best-practices")
PROGRAM = Path(".javascript/node_modules/.bin/lighthouse")
# How fast a page comes counts where somebody waits for it on a phone's line.
HASTE = {"phone: question", "phone: welcome", "front page", "Self Help: start"}


@dataclass(frozen=True)
class Asked:
    """A page by its name and address, and what a browser shows as its sign-in."""

    name: str
    address: str
    cookie: str = ""


def question_address(stage: Stage) -> str:
    """Return what a License Wizard's QR code says."""
    stage.vendor.add_product("BENCH", "Bench", "short")
    license = stage.vendor.issue("BENCH", "--seats", "1")
    url: str = stage.machine("BENCH-PC", "BENCH").run("request", license)["url"]
    return url


def pages(stage: Stage) -> Iterator[Asked]:
    """Yield each page that nobody has to sign in for, then those of the portal."""
    yield Asked("phone: question", question_address(stage))
    yield Asked("phone: welcome", f"{stage.origin}/a")
    yield Asked("front page", f"{stage.origin}/")
    for path in ("", "activate", "deactivate"):
        yield Asked(f"Self Help: {path or 'start'}", f"{stage.origin}/self-help/{path}")
    yield Asked("portal: sign-in", f"{stage.origin}/portal/sign-in")
    yield from portal(stage)


def portal(stage: Stage) -> Iterator[Asked]:
    """Yield pages that staff work with, with a thousand licenses behind them."""
    with create_app(Settings(home=stage.vendor.home)).app_context():
        now = datetime.now(UTC)
        hire(now)
        furnished = furnish(stage.folder, stage.origin, now)
    visit = Visit(stage.browser.new_page(), stage, stage.pictures, stage.pictures)
    visit.sign_in(DESK)
    kept = visit.page.context.cookies(f"{stage.origin}/portal/")
    cookie = "; ".join(f"{one['name']}={one['value']}" for one in kept)
    for name, path in {
        "start": "",
        "licenses": "licenses",
        "a license": f"licenses/{furnished.licenses['license']}",
        "customers": "customers",
        "settings": "branding",
        "all properties": "properties",
    }.items():
        yield Asked(f"portal: {name}", f"{stage.origin}/portal/{path}", cookie)


def marks(asked: Asked, folder: Path) -> dict[str, int]:
    """Return Lighthouse's mark in each category, from 0 to 100."""
    report, headers = folder / "report.json", folder / "headers.json"
    # In a file: what is on a command line, others on the machine can read.
    headers.touch(mode=0o600)
    headers.write_text(json.dumps({"Cookie": asked.cookie} if asked.cookie else {}))
    command = [
        str(PROGRAM),
        asked.address,
        "--quiet",
        f"--extra-headers={headers}",
        "--output=json",
        f"--output-path={report}",
        f"--only-categories={','.join(CATEGORIES)}",
        f"--chrome-flags=--headless=new {' '.join(FLAGS)} --user-data-dir={folder / 'browser'}",
    ]
    chromium = shutil.which("chromium") or "chromium"
    environment = {"CHROME_PATH": chromium, "HOME": str(folder), "PATH": "/usr/bin:/bin"}
    node = shutil.which("node")
    if node:
        environment["PATH"] = f"{Path(node).parent}:{environment['PATH']}"
    subprocess.run(command, check=True, env=environment, timeout=300)
    judged = json.loads(report.read_text())
    wanted, shown = (urlsplit(one).path.lower() for one in (asked.address, judged["finalDisplayedUrl"]))
    if shown != wanted:
        raise DemoFailed(f"{wanted} led to {shown}.")
    for audit in judged["audits"].values():
        if audit["score"] is not None and audit["score"] < 0.9:
            print(f"  {audit['id']}: {audit.get('displayValue') or audit['title']}")
    return {name: round(100 * judged["categories"][name]["score"]) for name in CATEGORIES}


def main() -> int:
    """Print the marks of each page, and fail where one is too low."""
    lowest = 100
    with throw_away_stage() as stage:
        for asked in pages(stage):
            found, name = marks(asked, stage.folder), asked.name
            print(f"{name:<24} {'  '.join(f'{kind} {mark:>3}' for kind, mark in found.items())}", flush=True)
            counted = [mark for kind, mark in found.items() if kind != "performance" or name in HASTE]
            lowest = min(lowest, *counted)
    return 0 if lowest >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
