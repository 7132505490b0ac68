"""What mails to customers say: the words of each, with a preview that is made of invented values."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from keyferry.server.core.licensing.file_names import license_file_name
from keyferry.server.core.mail import LANGUAGES, mails, templates
from keyferry.server.core.mail.mails import Attachment, Held, Mail
from keyferry.server.core.mail.templates import COMPUTER_KEY, KINDS, QLM, RELEASE_LINK, Template
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.portal import staff, typed
from keyferry.server.mail import links
from keyferry.server.mail.outgoing import outgoing
from keyferry.server.parts import parts
from keyferry.server.services import settings
from keyferry.server.web.forms import Refusal, posted
from keyferry.server.web.languages import gettext as _
from keyferry.server.web.languages import language_name

blueprint = Blueprint("mail_texts", __name__)

_RECIPIENT, _PRODUCT, _COMPUTER = "ada@example.com", "Demo CAD", "LAB-PC-07"
_ACTIVATION_KEY, _COMPUTER_ID = "1EXAM-P1E00-00000-00000-00000", "0EXAM-P1E00-00000-00000"
_LINK = "https://lic.example.com/self-help/release-link/…"
_COMPUTER_KEY, _LAST_DAY = "12FX2-EQ05J-FMTPY-NH8Y1-662TY-KYN5Z", date(2027, 12, 31)


@blueprint.get("/mails")
@staff.needs(Permission.SET_PROPERTIES)
def listing() -> str:
    """Show every mail in every language."""
    with reading() as session:
        rows = {
            (name, language): templates.stored(session, name, language)
            for name in KINDS
            for language in LANGUAGES
        }
        return staff.page("mails", kinds=KINDS, languages=_languages(), rows=rows, outgoing=outgoing(session))


@blueprint.get("/mails/<name>/<language>")
@staff.needs(Permission.SET_PROPERTIES)
def one(name: str, language: str) -> str:
    """Show the words of a mail."""
    return mail_page(name, language)


@blueprint.post("/mails/<name>/<language>/preview")
@staff.needs(Permission.SET_PROPERTIES)
def preview(name: str, language: str) -> str:
    """Show what typed words would become; nothing is kept."""
    values = posted()
    words = templates.checked(name, language, values.get("subject", ""), values.get("text", ""))
    return mail_page(name, language, words=words, is_typed=True)


@blueprint.post("/mails/<name>/<language>")
@staff.runs(settings.set_mail)
def save(name: str, language: str) -> Response:
    """Set the words of a mail."""
    values = posted()
    subject, text = values.get("subject", ""), values.get("text", "")
    is_new = settings.set_mail(name, language, subject, text, version=typed.version(), by=staff.by())
    flash(_("Saved. New emails use this text.") if is_new else _("No changes."))
    return _back_to(name, language)


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
    name: str,
    language: str,
    *,
    words: Template | None = None,
    is_typed: bool = False,
    refusal: Refusal | None = None,
) -> str:
    """Return the page of a mail; raises NotFound (unknown_mail)."""
    with reading() as session:
        counts = templates.current(session, name, language)
        words = words or counts
        return staff.page(
            "mail",
            mail_name=name,
            kind=KINDS[name],
            language=language,
            languages=_languages(),
            row=templates.stored(session, name, language),
            values={"subject": words.subject, "text": words.text},
            preview=None if refusal else _example(name, templates.closed(session, words)),
            qlm={ours: theirs for theirs, ours in QLM.items()},
            is_typed=is_typed,
            refusal=refusal,
            # Who only looked goes on from what they typed over.
            version=typed.version() if is_typed else counts.version,
        )


def page_refused(operation: str, refusal: Refusal) -> str:
    """Return the page with what was typed and refused."""
    asked, values = request.view_args or {}, posted()
    words = Template(asked["language"], values.get("subject", ""), values.get("text", ""))
    return mail_page(**asked, words=words, refusal=refusal)


def _example(name: str, words: Template) -> Mail:
    if name == COMPUTER_KEY:
        return mails.computer_key(
            _RECIPIENT,
            product_name=_PRODUCT,
            computer_name=_COMPUTER,
            computer_key=_COMPUTER_KEY,
            expires=_LAST_DAY,
            license_file=Attachment(license_file_name("DEMO-CAD", _COMPUTER, _COMPUTER_ID), ""),
            activation_key=_ACTIVATION_KEY,
            computer_id=_COMPUTER_ID,
            steps=links.steps(parts().settings, _COMPUTER_KEY),
            template=words,
        )
    if name == RELEASE_LINK:
        return mails.release_link(_RECIPIENT, _PRODUCT, _ACTIVATION_KEY[-5:], _LINK, template=words)
    held = [Held(_PRODUCT, _ACTIVATION_KEY, 5, _LAST_DAY, 3), Held("Demo Tool", _ACTIVATION_KEY, 1, None)]
    address = links.self_help(parts().settings)
    return mails.license_keys(_RECIPIENT, held=held, self_help=address, template=words)


def _back_to(name: str, language: str) -> Response:
    return redirect(url_for("portal.mail_texts.one", name=name, language=language))
