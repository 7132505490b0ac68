"""The addresses of the lists, which say what is asked of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for

from keyferry.server.services import list_queries
from keyferry.server.services.list_queries import ListQuery


@dataclass(frozen=True)
class ListAddress(ListQuery):
    """The address of a list: what it can say of it, and its endpoint."""

    endpoint: str

    def address(self, asked: Mapping[str, str]) -> str:
        """Return the address of a list."""
        return f"{url_for(self.endpoint)}?{self.query(asked)}".rstrip("?")


LICENSES = ListAddress(list_queries.LICENSES.names, "portal.licenses.listing")
COMPUTERS = ListAddress(list_queries.COMPUTERS.names, "portal.computers.listing")
CUSTOMERS = ListAddress(list_queries.CUSTOMERS.names, "portal.customers.listing")
AUDIT = ListAddress(list_queries.AUDIT.names, "portal.audit.listing")
