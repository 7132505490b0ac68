"""Drawings as logos that passed a filter once: no customer's browser gets to see any, whatever is in it."""

from __future__ import annotations

import pytest

from keyferry.server.config import ConfigError, load_settings
from keyferry.server.core.brand.pictures import drawn_anew
from tests.core.test_logos import drawn
from tests.faces.test_portal_branding import upload

ROOT = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{}</svg>'
# Each level is drawn ten times by the next one: Chromium was busy for 25 seconds.
NESTED = '<path id="g0" d="M0 0h9v9z"/>' + "".join(
    f'<g id="g{level}">' + f'<use href="#g{level - 1}"/>' * 10 + "</g>" for level in range(1, 9)
)
DRAWINGS = {
    "nested use": ROOT.format(f"<defs>{NESTED}</defs><use href='#g8'/>"),
    "image-set": ROOT.format("<style>g{background:image-set('https://example.com/a.png' 1x)}</style>"),
    "src()": ROOT.format("<style>g{background:src('https://example.com/a.png')}</style>"),
    "escapes": ROOT.format(r"<style>g{background:\75rl('https://example.com/a.png')}</style>"),
    "an external DTD": f'<!DOCTYPE svg SYSTEM "https://example.com/a.dtd">{ROOT.format("")}',
    "nothing but a path": ROOT.format("<path d='M0 0h9'/>"),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_is_kept_nowhere(vendor, desk, name, tmp_path):
    content = DRAWINGS[name].encode()
    desk.get("/portal/branding")
    answer = upload(desk, content)
    assert answer.status_code == 400
    assert "Export it as a PNG" in answer.text.split('id="logo-fault"')[1]
    assert vendor.app.test_client().get("/vendor-logo").status_code == 404
    file = tmp_path / "logo.png"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match="Export it as a PNG"):
        load_settings(home=tmp_path, vendor_logo=file)


def test_the_way_out_leads_out(vendor, desk):
    desk.get("/portal/branding")
    assert upload(desk, DRAWINGS["nothing but a path"].encode()).status_code == 400
    exported = drawn("PNG", mode="RGBA")
    assert upload(desk, exported).status_code == 302
    served = vendor.app.test_client().get("/vendor-logo")
    assert (served.data, served.mimetype) == (drawn_anew(exported), "image/png")
    assert served.headers["X-Content-Type-Options"] == "nosniff"
