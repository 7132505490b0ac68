"""What the vendor shows of itself on the Self Help pages, and which of them are switched on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from flask import url_for

from keyferry.protocol.sentences import Sentence
from keyferry.server.core import properties
from keyferry.server.core.brand import contact
from keyferry.server.core.errors import NotFound
from keyferry.server.db import reading
from keyferry.server.web.brand import brand
from keyferry.server.web.headers import content_security_policy
from keyferry.server.web.ways import Way, ways_to

_PAGES = (
    *("showActivateLink", "showDeactivateLink", "showGetLicenseInformationLink"),
    *("showEmailLicenseKeysLink", "emailReleaseLinks"),
)


@dataclass(frozen=True)
class Site:
    """The Self Help pages as the server properties, and behind them the vendor's brand, want them."""

    title: str
    logo: str
    privacy: str
    vendor: str
    values: dict[str, Any]

    @property
    def ways(self) -> tuple[Way, ...]:
        """The ways to ask the vendor."""
        return ways_to(contact.among(self.values))

    def shows(self, name: str) -> bool:
        """Return whether a property that is named without its beginning is switched on."""
        return bool(self.values[f"customerSite/{name}"])

    @property
    def helps(self) -> bool:
        """Whether a customer can do anything on these pages."""
        return any(map(self.shows, _PAGES))

    def require(self, name: str) -> None:
        """Raise NotFound (switched_off) where the vendor does not want a page."""
        if not self.shows(name):
            raise NotFound("The vendor has turned this page off. Ask them for help.", code="switched_off")

    @property
    def policy(self) -> str:
        """The Content-Security-Policy of these pages: the vendor's logo may come from elsewhere."""
        images = [_as_source(self.logo)] if self.logo.startswith("http") else []
        return content_security_policy(images=images)


def _as_source(address: str) -> str:
    """Return an address as a policy names it: a query is no part of that, and ; and , would end it."""
    found = urlsplit(address)
    return quote(f"{found.scheme}://{found.netloc}{found.path}", safe=":/%[]@!$&'()*+=~")


def site() -> Site:
    """Return the site as it is now."""
    with reading() as session:
        values = properties.read(session)
    shown = brand()
    own_logo = url_for("phone.pages.logo", v=shown.logo) if shown.logo else ""
    return Site(
        title=values["customerSite/customerSiteTitle"] or shown.name or Sentence("License Self Help"),
        logo=values["customerSite/customerSiteLogo"] or own_logo,
        privacy=values["customerSite/privacyPolicyUrl"] or shown.privacy,
        vendor=shown.name,
        values=values,
    )
