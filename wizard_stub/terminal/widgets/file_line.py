"""A line for the path of a license file, which also takes the file itself.

A line of its own would keep the first line of what is pasted: a mail breaks the file into many.
"""

from __future__ import annotations

from textual import events
from textual.message import Message

from keyferry.protocol.license_text import looks_like_license_file
from keyferry.wizard.terminal.widgets.field import Field


class FileLine(Field):
    """A path that is typed or pasted."""

    class PastedFile(Message):
        """A license file was pasted instead of its path."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def on_paste(self, event: events.Paste) -> None:
        """Take a pasted file whole."""
        if looks_like_license_file(event.text):
            event.stop()
            event.prevent_default()
            self.post_message(self.PastedFile(event.text))
