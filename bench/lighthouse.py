"""Lighthouse on the pages as people meet them: a real server, a real scan, a slow phone and line."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from demo.browser import FLAGS
from demo.errors import DemoFailed
from demo.stage import Stage, throw_away_stage

LEAST = 95
CATEGORIES = ("performance", "accessibility", "best-practices")
PROGRAM = Path(".javascript/node_modules/.bin/lighthouse")
# How fast a page comes counts where somebody waits for it on a phone's line.
HASTE = {"phone: question", "phone: welcome", "front page", "Self Help: start"}


def question_address(stage: Stage) -> str:
    """Return what a License Wizard's QR code says."""
    stage.vendor.add_product("BENCH", "Bench", "short")
    license = stage.vendor.issue("BENCH", "--seats", "1")
    url: str = stage.machine("BENCH-PC", "BENCH").run("request", license)["url"]
    return url


def pages(stage: Stage) -> Iterator[tuple[str, str]]:
    """Yield the name and address of each page that nobody has to sign in for."""
    yield "phone: question", question_address(stage)
    yield "phone: welcome", f"{stage.origin}/a"
    yield "front page", f"{stage.origin}/"
    for path in ("", "activate", "deactivate"):
        yield f"Self Help: {path or 'start'}", f"{stage.origin}/self-help/{path}"
    yield "portal: sign-in", f"{stage.origin}/portal/sign-in"


def marks(address: str, folder: Path) -> dict[str, int]:
    """Return Lighthouse's mark in each category, from 0 to 100."""
    report = folder / "report.json"
    command = [
        str(PROGRAM),
        address,
        "--quiet",
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
    wanted, shown = (urlsplit(one).path.lower() for one in (address, judged["finalDisplayedUrl"]))
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
        for name, address in pages(stage):
            found = marks(address, stage.folder)
            print(f"{name:<24} {'  '.join(f'{kind} {mark:>3}' for kind, mark in found.items())}", flush=True)
            counted = [mark for kind, mark in found.items() if kind != "performance" or name in HASTE]
            lowest = min(lowest, *counted)
    return 0 if lowest >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
