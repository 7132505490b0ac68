import argparse
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Error as BrowserError

from demo.ending import Stopped, stop_on_signals
from demo.errors import DemoFailed
from demo.story import tell
from demo.teller import Teller

PICTURES = Path("build/demo")


def main() -> int:
    """Play the story in a throw-away folder; 0 only if all of it worked."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=main.__doc__)
    parser.add_argument("--pictures", type=Path, default=PICTURES, help="where the pictures go (%(default)s)")
    pictures: Path = parser.parse_args().pictures
    teller = Teller()
    begun = time.monotonic()
    stop_on_signals()
    try:
        with TemporaryDirectory(prefix="keyferry-demo-") as folder:
            tell(teller, Path(folder), pictures)
    except Stopped as stopped:
        teller.say("\nStopped. The server and the browser have ended, and the throw-away folder is gone.")
        return stopped.exit_code
    except (DemoFailed, BrowserError, AssertionError, OSError) as failure:
        teller.say("")
        teller.failed(str(failure))
        return 1
    teller.chapter(f"All of it worked, in {time.monotonic() - begun:.0f} seconds.")
    teller.say(f"The pictures are in {pictures}/: what the wizard and the phone showed, in order.")
    teller.say("With a phone of your own: make demo-live")
    return 0


if __name__ == "__main__":
    sys.exit(main())
