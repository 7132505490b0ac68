"""What mails to customers say: the words of each, with a preview that is made of invented values."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from keyferry.server.core import properties
from keyferry.server.core.customers.contacts import is_deliverable
from keyferry.server.core.errors import Malformed
from keyferry.server.core.licensing.file_names import license_file_name
from keyferry.server.core.mail import LANGUAGES, hypertext, mails, templates
from keyferry.server.core.mail.hypertext import Letterhead
from keyferry.server.core.mail.mails import Attachment, Held, Mail
from keyferry.server.core.mail.templates import (
    COMPUTER_KEY,
    KINDS,
    LICENSES_ISSUED,
    QLM,
    RELEASE_LINK,
    Template,
)
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.portal import staff, typed
from keyferry.server.mail import links
from keyferry.server.mail.letterhead import letterhead, named
from keyferry.server.mail.mailer import as_plain
from keyferry.server.mail.outgoing import outgoing
from keyferry.server.parts import parts
from keyferry.server.services import outbox, settings
from keyferry.server.web.forms import Refusal, posted
from keyferry.server.web.headers import CSP, FRAMED_LETTER, content_security_policy
from keyferry.server.web.languages import gettext as _
from keyferry.server.web.languages import language_name, said

blueprint = Blueprint("mail_texts", __name__)

_RECIPIENT, _PRODUCT, _COMPUTER = "ada@example.com", "Demo CAD", "LAB-PC-07"
_ACTIVATION_KEY, _COMPUTER_ID = "1EXAM-P1E00-00000-00000-00000", "0EXAM-P1E00-00000-00000"
_LINK = "https://lic.example.com/self-help/release-link/…"
_FILE = "This license file is made up, like the email that it came with. It opens nothing.\n"
_COMPUTER_KEY, _LAST_DAY = "12FX2-EQ05J-FMTPY-NH8Y1-662TY-KYN5Z", date(2027, 12, 31)


@blueprint.after_request
def allow_frames(response: Response) -> Response:
    """Let the page show the letter in itself."""
    if CSP not in response.headers:
        response.headers[CSP] = content_security_policy(frames=True)
    return response


@blueprint.get("/mails")
@staff.needs(Permission.SET_PROPERTIES)
def listing() -> str:
    """Show the mail that is written most, in the language that customers get; the others are a step away."""
    with reading() as session:
        language = str(properties.read(session)["mail/language"])
    return mail_page(COMPUTER_KEY, language)


@blueprint.get("/mails/<name>/<language>")
@staff.needs(Permission.SET_PROPERTIES)
def one(name: str, language: str) -> str:
    """Show the words of a mail."""
    return mail_page(name, language)


@blueprint.route("/mails/<name>/<language>/letter", methods=["GET", "POST"])
@staff.needs(Permission.SET_PROPERTIES)
def letter(name: str, language: str) -> Response:
    """Show what customers get, as HTML: with the words that count, or with those that were typed."""
    return _shown(name, language, lambda mail: Response(_as_html(mail), mimetype="text/html"))


@blueprint.route("/mails/<name>/<language>/plain", methods=["GET", "POST"])
@staff.needs(Permission.SET_PROPERTIES)
def plain(name: str, language: str) -> Response:
    """Show the same as plain text."""
    return _shown(name, language, lambda mail: Response(as_plain(mail, _letterhead()), mimetype="text/plain"))


@blueprint.post("/mails/<name>/<language>")
@staff.runs(settings.set_mail)
def save(name: str, language: str) -> Response:
    """Set the words of a mail."""
    values = posted()
    subject, text = values.get("subject", ""), values.get("text", "")
    is_new = settings.set_mail(name, language, subject, text, version=typed.version(), by=staff.by())
    flash(_("Saved. New emails use this text.") if is_new else _("No changes."))
    return _back_to(name, language)


@blueprint.post("/mails/<name>/<language>/test")
@staff.runs(outbox.send_test)
def send_test(name: str, language: str) -> str:
    """Send the words that were typed, with invented values, to one address."""
    words, recipient = _typed(name, language), posted().get("email", "").strip()
    if not is_deliverable(recipient):
        raise Malformed("Enter one email address, like ada@example.com.", code="malformed_email")
    with reading() as session:
        mail = _example(name, templates.closed(session, words), recipient)
    waits = outbox.send_test(mail, by=staff.by())
    return mail_page(name, language, words=words, tested=mail.recipient, waits=waits)


@blueprint.post("/mails/<name>/<language>/default")
@staff.runs(settings.reset_mail)
def back_to_default(name: str, language: str) -> Response:
    """Have our own words count again."""
    settings.reset_mail(name, language, by=staff.by())
    flash(_("The default text is back."))
    return _back_to(name, language)


def _languages() -> dict[str, str]:
    return {tag: language_name(tag) for tag in LANGUAGES}


def mail_page(
    name: str, language: str, *, words: Template | None = None, refusal: Refusal | None = None, **context: Any
) -> str:
    """Return the page of a mail, with what was typed into it; raises NotFound (unknown_mail)."""
    with reading() as session:
        counts = templates.current(session, name, language)
        shown = words or counts
        own = staff.operator().name
        return staff.page(
            "mail",
            mail_name=name,
            kinds=KINDS,
            language=language,
            languages={tag: language_name(tag) for tag in LANGUAGES},
            sent_in=properties.read(session)["mail/language"],
            row=templates.stored(session, name, language),
            values={"subject": shown.subject, "text": shown.text},
            email=posted().get("email") or (own if is_deliverable(own) else ""),
            subject=_example(name, counts).subject,
            sender=parts().settings.mail_from,
            qlm={ours: theirs for theirs, ours in QLM.items()},
            outgoing=outgoing(session),
            refusal=refusal,
            # Who only tried it goes on from what they typed over.
            version=typed.version() if words and not refusal else counts.version,
            **context,
        )


def page_refused(operation: str, refusal: Refusal) -> str:
    """Return the page with what was typed and refused."""
    asked, values = request.view_args or {}, posted()
    words = Template(asked["language"], values.get("subject", ""), values.get("text", ""))
    return mail_page(**asked, words=words, refusal=refusal, dialog="test" if operation == "send_test" else "")


def _typed(name: str, language: str) -> Template:
    values = posted()
    return templates.checked(name, language, values.get("subject", ""), values.get("text", ""))


def _shown(name: str, language: str, view: Callable[[Mail], Response]) -> Response:
    """Return a mail for a frame of the page; what is wrong with it stands there instead."""
    try:
        words = _typed(name, language) if request.method == "POST" else None
    except Malformed as error:
        response = Response(said(error.args[0]), 400, mimetype="text/plain")
    else:
        with reading() as session:
            counts = words or templates.current(session, name, language)
            mail = _example(name, templates.closed(session, counts))
        response = view(mail)
    response.headers[CSP] = FRAMED_LETTER
    return response


def _letterhead() -> Letterhead:
    return named(letterhead(), parts().settings.mail_from)


def _as_html(mail: Mail) -> str:
    shown = _letterhead()
    logo = f"data:image/png;base64,{b64encode(shown.logo).decode()}"
    return hypertext.page(mail, shown).replace(f'"cid:{hypertext.LOGO}"', f'"{logo}"')


def _example(name: str, words: Template, recipient: str = _RECIPIENT) -> Mail:
    if name == COMPUTER_KEY:
        return mails.computer_key(
            recipient,
            product_name=_PRODUCT,
            computer_name=_COMPUTER,
            computer_key=_COMPUTER_KEY,
            expires=_LAST_DAY,
            license_file=Attachment(license_file_name("DEMO-CAD", _COMPUTER, _COMPUTER_ID), _FILE),
            activation_key=_ACTIVATION_KEY,
            computer_id=_COMPUTER_ID,
            steps=links.steps(parts().settings, _COMPUTER_KEY),
            template=words,
        )
    if name == RELEASE_LINK:
        return mails.release_link(recipient, _PRODUCT, _ACTIVATION_KEY[-5:], _LINK, template=words)
    held = [Held(_PRODUCT, _ACTIVATION_KEY, 5, _LAST_DAY, 3), Held("Demo Tool", _ACTIVATION_KEY, 1, None)]
    address = links.self_help(parts().settings)
    if name == LICENSES_ISSUED:
        new = [Held(_PRODUCT, _ACTIVATION_KEY, 5, _LAST_DAY)]
        return mails.licenses_issued(
            recipient, held=new, total=1, order="4823", self_help=address, template=words
        )
    return mails.license_keys(recipient, held=held, self_help=address, template=words)


def _back_to(name: str, language: str) -> Response:
    return redirect(url_for("portal.mail_texts.one", name=name, language=language))
