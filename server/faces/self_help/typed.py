"""What customers type or paste on the Self Help pages, and what a QR code holds, as operations take it."""

from __future__ import annotations

from dataclasses import replace

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.codes import Kind, whole_code
from keyferry.protocol.computer_name import clean_computer_name
from keyferry.protocol.deactivation import read_deactivation_code
from keyferry.protocol.request_token import ActivationRequest, DeactivationRequest
from keyferry.server.core.audit import By
from keyferry.server.core.errors import Malformed
from keyferry.server.core.licensing.carried import is_carried
from keyferry.server.core.licensing.deactivation import Claimed, Code
from keyferry.server.faces.self_help.site import Site
from keyferry.server.services.misreadings import misread
from keyferry.server.services.requests import Typed, opened, with_all_codes

KINDS = {
    "activation_key": Kind.ACTIVATION_KEY,
    "computer_id": Kind.COMPUTER_ID,
    "code": Kind.DEACTIVATION_CODE,
}

_Values = dict[str, str]


def typed(values: _Values, site: Site, *, named: bool = True) -> Typed:
    """Return the codes that were typed; raises Malformed (computer_name_required)."""
    name = values.get("computer_name", "").strip()
    wants_name = site.shows("showComputerNameForActivation") and site.shows(
        "activationPage_ComputerNameRequired"
    )
    if named and wants_name and not name:
        raise Malformed(
            "Enter a computer name, so you can recognize it later.", code="computer_name_required"
        )
    return Typed(code(values, "activation_key"), code(values, "computer_id"), name)


def asked(values: _Values, site: Site, by: By, *, named: bool = True) -> ActivationRequest | Typed:
    """Return what is asked for: the wizard's own request with its signature, where its link was pasted."""
    read, pasted = typed(values, site, named=named), values.get("computer_id", "")
    if is_link(pasted, "computer_id"):
        request = opened(pasted)
        with misread(by) as shifted:
            key = ActivationKey.from_text(read.activation_key, shifted=shifted)
        if isinstance(request, ActivationRequest) and request.activation_key == key:
            return replace(
                request, computer_name=clean_computer_name(read.computer_name) or request.computer_name
            )
    return read


def proof(values: _Values, site: Site, by: By) -> Code | Claimed:
    """Return the code that was typed; no proof only where the vendor does not ask for one."""
    text = code(values, "code")
    if text.strip() or site.shows("showDeactivationVerificationCode"):
        with misread(by) as shifted:
            return Code(read_deactivation_code(text, shifted=shifted))
    return Claimed()


def given_back(values: _Values, site: Site, shown: Code | Claimed, by: By) -> DeactivationRequest | Typed:
    """Return whose seat is given back: with all codes of the wizard's request, where its link was pasted."""
    read = typed(values, site, named=False)
    links = [values[field] for field in ("code", "computer_id") if is_link(values.get(field, ""), field)]
    if not links or isinstance(shown, Claimed):
        return read
    with misread(by):
        return with_all_codes(read, shown.code, links[0])


def carried(values: _Values) -> ActivationRequest | DeactivationRequest | None:
    """Return the request that a link in the place of the computer ID carries, None where it is no link."""
    text = values.get("computer_id", "")
    return opened(text) if is_link(text, "computer_id") else None


def is_link(text: str, field: str) -> bool:
    """Tell whether the link of a QR code was pasted, and no code, whatever other links are around it."""
    return is_carried(text) and whole_code(KINDS[field], text) is None


def code(values: _Values, field: str) -> str:
    """Return a code as it was typed, or out of the address of a QR code that was pasted into its field.

    It goes to the operation and into no page: the activation key in such an address is masked.
    """
    text = values.get(field, "")
    if not is_link(text, field):
        return text
    request = opened(text)
    if field == "activation_key":
        return request.activation_key.text
    if field == "computer_id":
        return request.computer_id.text
    return request.code.text if isinstance(request, DeactivationRequest) else text
