"""What the address of a list says of it, as a view keeps it and as a form hands it on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from flask import url_for


@dataclass(frozen=True)
class ListAddress:
    """The address of a list: its endpoint, and the names of what it says of the list, not of its page."""

    endpoint: str
    names: tuple[str, ...]

    def said(self, asked: Mapping[str, str]) -> dict[str, str]:
        """Return what an address says of the list."""
        return {name: asked[name] for name in self.names if asked.get(name)}

    def query(self, asked: Mapping[str, str]) -> str:
        """Return what `said` returns as it stands in an address."""
        return urlencode(self.said(asked))

    def of_query(self, text: str) -> dict[str, str]:
        """Return what `query` made a text of; what else is in it is left out."""
        return self.said(dict(parse_qsl(text, max_num_fields=20)))

    def address(self, asked: Mapping[str, str]) -> str:
        """Return the address of a list."""
        return f"{url_for(self.endpoint)}?{self.query(asked)}".rstrip("?")
