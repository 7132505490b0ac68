"""What the overview shows of each state: words, facts, and what can be done."""

from __future__ import annotations

from collections.abc import Iterator

from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Static

from keyferry.protocol.codes import Kind
from keyferry.protocol.computer_key import SIGNED_LENGTH, Style
from keyferry.wizard.results import Begun, LicenseState, Status
from keyferry.wizard.terminal.overview import Overview
from keyferry.wizard.terminal.problems import detail
from keyferry.wizard.terminal.screens.base import WizardScreen
from keyferry.wizard.terminal.widgets.choice import Button, Choice
from keyferry.wizard.terminal.widgets.facts import Fact
from keyferry.wizard.terminal.widgets.hung import Hung
from keyferry.wizard.terminal.widgets.license_panel import LicensePanel
from keyferry.wizard.terminal.widgets.marked import marked, numbered
from keyferry.wizard.terminal.widgets.route import Route

_PENDING = ("go_on", "type_key", "use_file")
CHOICES = {
    LicenseState.NOT_ACTIVATED: ("activate",),
    LicenseState.PENDING: (*_PENDING, "other_key", "deactivate"),
    LicenseState.ACTIVE: ("renew", "other_key", "deactivate"),
    LicenseState.EXPIRED: ("renew", "look_again", "other_key", "deactivate"),
    LicenseState.CLOCK_MOVED_BACK: ("look_again", "new_request", "deactivate"),
    LicenseState.RETIRED_EPOCH: ("new_key", "deactivate"),
    LicenseState.TIME_NOT_REMEMBERED: ("look_again", "deactivate"),
    LicenseState.WRONG_MACHINE: ("activate_too", "look_again"),
    LicenseState.DAMAGED: ("anew", "look_again"),
    LicenseState.STATE_NEWER: ("look_again",),
}
"""What can be done in each state, the likely first."""

DAMAGED_ELSEWHERE = ("wrong_seal",)
"""Damage whose state may be in order elsewhere: it is not set aside by pressing Enter."""

ENDED = "deactivated"
"""The detail of a license that was deactivated earlier, here or from a copy of this folder."""

# These have words for the support instead of a license.
_BROKEN = {LicenseState.WRONG_MACHINE, LicenseState.DAMAGED, LicenseState.STATE_NEWER}


def known_parts(screen: WizardScreen, known: Overview) -> Iterator[Widget]:
    """Yield what is known of the state, and what can be done."""
    is_fresh = known.status.state is LicenseState.NOT_ACTIVATED and known.status.detail != ENDED
    if is_fresh and not known.withheld:
        yield from _welcome(screen, known)
        return
    state, product = known.status.state, screen.wizard.profile.product_name
    lead = " lead" if state in _BROKEN else ""
    name = ENDED if known.status.detail == ENDED else state.value
    yield Hung(marked(screen.say(f"state.{name}", product=product)), classes=f"title{lead}")
    yield Static(_subtitle(screen, known), classes="subtitle indented", markup=False)
    texts = list(_texts(screen, known))
    if texts:
        yield Hung(marked("\n\n".join(texts)), classes="text indented")
    yield from _license(screen, known)
    yield from _choices(screen, known)
    if state in _BROKEN:
        yield screen.rule().add_class("above")
        yield screen.facts(
            Fact(screen.say("fact.questions"), screen.wizard.contact),
            Fact(screen.say("fact.folder"), str(screen.wizard.folder)),
            Fact(screen.say("fact.error_code"), known.status.detail or state.value, copy="c"),
        ).add_class("above")


def unavailable_parts(screen: WizardScreen, error: Exception) -> Iterator[Widget]:
    """Yield why nothing is known."""
    yield Hung(marked(screen.say("state.unavailable")), classes="title lead")
    yield Static(screen.explain(error), classes="text indented above", markup=False)
    yield _choice(screen, "look_again")
    yield _choice(screen, "quit")
    yield screen.rule().add_class("above")
    further = detail(screen.wizard.words, error)
    if further:
        yield Static(further, classes="secondary above", markup=False)
    code = getattr(error, "code", None)
    yield screen.facts(
        Fact(screen.say("fact.questions"), screen.wizard.contact),
        Fact(screen.say("fact.error_code"), code, copy="c"),
    ).add_class("above")


def _welcome(screen: WizardScreen, known: Overview) -> Iterator[Widget]:
    wizard = screen.wizard
    title = screen.say("state.not_activated", product=wizard.profile.product_name)
    yield Horizontal(
        Vertical(
            Hung(marked(title), classes="title lead"),
            Static(screen.on_and_until(None, None), classes="secondary indented", markup=False),
        ),
        Route(),
        id="welcome",
    )
    facts = screen.facts(
        Fact(screen.say("fact.host"), wizard.host),
        Fact(screen.say("fact.self_help"), wizard.self_help),
        Fact(screen.say("fact.questions"), wizard.contact),
    ).add_class("above")
    # A long address takes lines that a small window has not: then what can be done stays in sight instead.
    if not facts.is_long:
        yield facts
    signed = wizard.profile.key_style is Style.SIGNED
    length = SIGNED_LENGTH if signed else Kind.COMPUTER_KEY.length
    yield Static(numbered(screen.say("home.steps", length=length)), classes="above")
    yield screen.paragraph("home.key_ready", "hint")
    for text in (screen.say(f"warning.{warning.value}") for warning in known.status.warnings):
        yield Static(text, classes="above", markup=False)
    yield Horizontal(
        Button(screen.say("do.activate"), id="activate", primary=True),
        Button(screen.say("do.quit"), id="quit"),
        classes="buttons above",
    )
    if known.released:
        yield _choice(screen, "show_code").add_class("spaced")
    if facts.is_long:
        yield facts


def _subtitle(screen: WizardScreen, known: Overview) -> str:
    status = known.status
    key = f"home.{status.state.value}.subtitle"
    if screen.wizard.words.knows(key):
        return screen.say(key, product=screen.wizard.profile.product_name)
    claims = status.claims if status.state is LicenseState.ACTIVE else None
    return screen.on_and_until(_source(known).computer_name, claims)


def _texts(screen: WizardScreen, known: Overview) -> Iterator[str]:
    status, words, product = known.status, screen.wizard.words, screen.wizard.profile.product_name
    expires = status.claims.expires if status.claims else None
    today = words.today(status.clock) if status.clock else ""
    for key in (f"home.{status.state.value}.{status.detail}", f"home.{status.state.value}"):
        if words.knows(key):
            day, folder = words.day(expires) if expires else "", screen.wizard.folder
            yield screen.say(key, product=product, day=day, today=today, folder=folder)
            break
    if status.not_remembered:
        yield screen.say("home.not_remembered", product=product)
    if status.hindrance:
        yield screen.explain(status.hindrance)
    yield from (screen.say(f"warning.{warning.value}") for warning in status.warnings)
    yield from (words.notice(notice) for notice in status.notices)
    if known.withheld:
        yield screen.explain(known.withheld)
    if known.pending and status.state is not LicenseState.PENDING:
        yield screen.say("home.also_pending")


def _source(known: Overview) -> Status | Begun:
    return known.pending or known.status if known.status.claims is None else known.status


def _license(screen: WizardScreen, known: Overview) -> Iterator[Widget]:
    source, claims = _source(known), known.status.claims
    if source.activation_key is None or source.computer_id is None:
        return
    facts = screen.facts(
        Fact(screen.say("fact.time_left"), screen.time_left(claims) if claims else None),
        Fact(screen.say("fact.features"), ", ".join(known.status.features)),
        Fact(screen.say("fact.activation_key"), source.activation_key.text, copy="c"),
        Fact(screen.say("fact.computer_id"), source.computer_id.text, copy="i"),
        between=1,
    )
    yield LicensePanel(screen.say("license" if claims else "request"), facts)


def _choices(screen: WizardScreen, known: Overview) -> Iterator[Widget]:
    names = list(_names(known))
    first = True
    for name in names:
        if name == ("deactivate" if "deactivate" in names else "quit"):
            yield from _kept(screen, known)
        if name == "deactivate":
            yield screen.rule().add_class("above")
        choice = _choice(screen, name, known.status.state.value)
        if first or (known.status.state in _BROKEN and choice.hint):
            choice.add_class("spaced")
        first = False
        yield choice


def _kept(screen: WizardScreen, known: Overview) -> Iterator[Widget]:
    """Yield the further requests that wait: each stays until its key is typed or it is given up."""
    for place, begun in enumerate(known.kept):
        label = screen.say("do.kept", code=begun.activation_key.text)
        yield Choice(label, id=f"request-{place}").add_class("request")


def _choice(screen: WizardScreen, name: str, state: str = "") -> Choice:
    product, words = screen.wizard.profile.product_name, screen.wizard.words
    keys = (key for key in (f"do.{name}.{state}.hint", f"do.{name}.hint") if words.knows(key))
    hint = next((screen.say(key, product=product) for key in keys), "")
    return Choice(screen.say(f"do.{name}"), id=name, hint=hint, danger=name == "deactivate")


def _names(known: Overview) -> Iterator[str]:
    state, anew = known.status.state, known.renews_by_new_request
    choices = CHOICES[state]
    if state is LicenseState.PENDING and known.pending and known.pending.outdated:
        choices = ("new_request", *choices[1:])
    if known.status.detail in DAMAGED_ELSEWHERE:
        choices = tuple(reversed(choices))
    waiting = known.pending and not anew and state is not LicenseState.PENDING
    if known.status.detail == ENDED:
        codes = ("show_code",) if known.released else ()
        yield from (*codes, *(_PENDING if known.pending else ()), *choices, "quit")
        return
    for name in choices:
        if anew and name in ("renew", "new_request"):
            yield from (*_PENDING, "drop_request")
        if name == "deactivate":
            yield from _PENDING if waiting else ()
        if name != "renew" or not anew:
            yield name
    if waiting and "deactivate" not in choices:
        yield from _PENDING
    if known.withheld and "look_again" not in choices:
        yield "look_again"
    if known.released:
        yield "show_code"
    yield "quit"
