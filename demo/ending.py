import logging
import signal
from types import FrameType
from typing import NoReturn

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopped(BaseException):
    """Somebody wants this to end now; raised wherever the program is, so that every block cleans up."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    # A second Ctrl-C must not interrupt the cleaning up.
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    # The same signal may have ended the browser's driver, whose pipe then breaks while we write to it.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    raise Stopped(number)


def stop_on_signals() -> None:
    """Turn Ctrl-C and a polite kill into Stopped, even where the shell had them ignored."""
    for each in SIGNALS:
        signal.signal(each, _stop)
