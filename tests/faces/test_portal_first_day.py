"""A vendor's first day in the portal: seven steps that facts complete, and a demo machine that the server plays."""

from __future__ import annotations

import base64
import io
import re
import subprocess
import sys
from dataclasses import replace

import pytest
import zxingcpp
from PIL import Image

from keyferry.protocol.profile import WizardProfile
from keyferry.server.core.licensing import listings
from keyferry.server.core.models import AuditEvent, DemoMachine, License, OutboxMail, Role
from keyferry.server.core.staff import operators, second_factor
from keyferry.server.db import reading, transaction
from keyferry.server.faces.portal import sample_code
from keyferry.server.parts import EXTENSION
from keyferry.wizard.qr import ScanCode
from tests.conftest import STAFF
from tests.faces import portal_visitor
from tests.faces.portal_visitor import form_in

DAY = "/portal/first-day"
HIDDEN = "portal/showFirstDayList"


@pytest.fixture
def public(vendor):
    """Have the server at an address that phones reach, or another one."""
    before = vendor.app.extensions[EXTENSION]

    def public(url: str = "https://keys.example.com") -> None:
        settings = replace_url(before.settings, url)
        vendor.app.extensions[EXTENSION] = replace(vendor.app.extensions[EXTENSION], settings=settings)

    yield public
    vendor.app.extensions[EXTENSION] = before


def replace_url(settings, url: str):
    return settings.model_copy(update={"public_url": url})


@pytest.fixture
def ada(vendor):
    return portal_visitor.staff(vendor)


def steps(page) -> dict[str, str]:
    """Each step of the list by what it says, with how it stands: did, now or "" for later."""
    items = re.findall(r'<li(?: class="(did|now)")?[^>]*><svg.*?</li>', page.text, re.DOTALL)
    return items


def progress(page) -> str:
    return re.search(r'<span class="tag todo">(.*?)</span>', page.text)[1]


def test_x(ada):
    page = ada.get("/portal/")
    assert progress(page) == "1 of 7"
    ada.post(f"{DAY}/test-license")
    page = ada.get("/portal/")
    print(page.text)
    ada.get(f"{DAY}/demo-machine")
    assert progress(page) == "2 of 7"
