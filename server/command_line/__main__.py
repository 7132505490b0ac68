"""`python -m keyferry.server.command_line`, the same as `keyferry`."""

from keyferry.server.command_line import main

main(prog_name="keyferry")
