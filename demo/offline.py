"""Runs the real wizard with the network refused: `python -m demo.offline --profile … request …`.

Python reports every socket that is made, connected or asked for a name to its audit hooks; here each one
ends the process on the spot, so that not even a swallowed exception can hide it.
"""

import os
import sys
from typing import Any

NETWORK_USED = 70


def _refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith("socket."):
        sys.stderr.write(f"demo.offline: the wizard reached for the network ({event}).\n")
        sys.stderr.flush()
        os._exit(NETWORK_USED)


def main() -> None:
    """Run `keyferry-wizard` with this process's arguments and no network."""
    sys.addaudithook(_refuse_network)
    from keyferry.wizard.command_line import main as wizard  # what it does while it is imported counts, too

    sys.argv[0] = "keyferry-wizard"
    sys.exit(wizard())


if __name__ == "__main__":
    main()
