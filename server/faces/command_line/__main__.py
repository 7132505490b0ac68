"""`python -m server.faces.command_line`, the same as `keyferry`."""

from server.faces.command_line import main

main(prog_name="keyferry")
