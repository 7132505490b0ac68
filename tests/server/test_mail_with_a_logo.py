"""A mail as it arrives: in HTML and in plain text, under the vendor's name and with its logo."""

from io import BytesIO

from PIL import Image

from keyferry.server.core.brand import branding
from keyferry.server.core.brand.branding import Brand
from keyferry.server.core.mail import mails, outbox
from keyferry.server.db import reading, transaction
from keyferry.server.parts import parts
from tests.conftest import STAFF
from tests.mail_server import mail_server, page_of, send_mail, text_of

KEY = "12FX2-EQ05J-FMTPY-NH8Y1-662TY-KYN5Z"


def test_a_mail_is_in_html_too_under_the_vendors_name_and_with_its_logo(app, clock):
    drawn = BytesIO()
    Image.new("RGB", (96, 96), "#1a56c4").save(drawn, "PNG")
    mail = mails.computer_key(
        "ada@example.com", product_name="Demo CAD", computer_name="LAB-PC-07", computer_key=KEY, expires=None
    )
    with transaction() as session:
        branding.put_logo(session, drawn.getvalue(), by=STAFF, now=clock.now)
        branding.put_all(session, {"name": "Ada & Söhne"}, Brand(), by=STAFF, now=clock.now)
        outbox.post(session, mail, keyring=parts().keyring, by=STAFF, now=clock.now)
    with mail_server() as box:
        assert send_mail(box, clock).sent == 1
    [arrived] = box.mails
    assert text_of(arrived).splitlines() == [*mail.text.splitlines(), "Ada & Söhne"]
    assert "Ada &amp; Söhne" in page_of(arrived)
    assert 'src="cid:logo"' in page_of(arrived)
    [picture] = [part for part in arrived.walk() if part.get_content_type() == "image/png"]
    with reading() as session:
        assert (picture["Content-ID"], picture.get_content()) == ("<logo>", branding.logo(session))
