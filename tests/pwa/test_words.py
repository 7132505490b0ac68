"""Every word is there in every language, and none is left over."""

import json
import re

import pytest

from keyferry.protocol.alphabet import SYMBOLS
from keyferry.server.core.catalogs import languages
from keyferry.server.faces.phone import files
from keyferry.server.words.codes import CODES

# What the code puts together: each expression with what stands for it.
FAMILIES = {
    r"`confirm\.": "confirm",
    r"`problems\.": "problems",
    r"`typed\.": "typed",
    r"`spelling\.": "spelling",
    r"`scan\.camera\.": "scan.camera",
    r"`released\.": "released",
    r"`key\.": "key",
    r"`welcome\.": "welcome",
    r"`problem\.": "problem",
    r"`link\.": "link",
}


@pytest.fixture(scope="module")
def catalogs():
    return {language: json.loads(files.words(language)) for language in languages(files.WORDS)}


@pytest.fixture(scope="module")
def code(root):
    modules = "\n".join(path.read_text() for path in sorted((root / "pwa" / "js").rglob("*.js")))
    filled = "".join((root / "pwa" / name).read_text() for name in ("index.html", "manifest.webmanifest"))
    return modules + " ".join(f'"{key}"' for key in re.findall(r"\{\{([\w.]+)\}\}", filled))


def flat(words: dict, place: str = "") -> dict[str, str]:
    """Every text by its dotted key; the plural forms of one text count as one, since languages differ."""
    found: dict[str, str] = {}
    for name, value in words.items():
        if isinstance(value, str):
            found[place + name] = value
        elif "other" in value:
            found[place + name] = " ".join(value.values())
        else:
            found |= flat(value, f"{place}{name}.")
    return found


def test_every_catalog_is_offered_by_its_own_name(catalogs):
    assert catalogs["de"]["languages"] == {"en": "English", "ar": "العربية", "de": "Deutsch"}
    assert all(words["meta"]["language"] == language for language, words in catalogs.items())


def test_every_key_that_the_code_names_has_words(catalogs, code):
    english = catalogs["en"]
    named = set(re.findall(r'"([a-z]\w*(?:\.\w+)+)"', code)) - {"keyferry.token", "keyferry.language"}
    named = {key for key in named if key.split(".")[0] in english}
    assert len(named) > 60

    def there(key):
        place = english
        for step in key.split("."):
            if not isinstance(place, dict) or step not in place:
                return False
            place = place[step]
        return True

    assert [key for key in named if not there(key)] == []


def test_no_words_are_left_over(catalogs, code):
    """Every text is named in the code, whole or by the beginning of a key that the code completes."""
    composed = [prefix for pattern, prefix in FAMILIES.items() if re.search(pattern, code)]
    unused = []
    for key in flat({**catalogs["en"], "languages": {}}):
        key = key.removesuffix("OnDesk")
        whole = re.search(rf'"{re.escape(key.removesuffix(".named").removesuffix(".unnamed"))}"', code)
        ending = key.rsplit(".", 1)[-1]
        partly = any(key.startswith(f"{prefix}.") for prefix in composed) and (
            re.search(rf"[\"'`.}}]{re.escape(ending)}\b", code) or key.startswith(("problems.", "spelling."))
        )
        in_typed = key.startswith("typed.problems.")
        if not (whole or partly or in_typed):
            unused.append(key)
    assert unused == []


def test_every_problem_of_the_server_has_words(catalogs, code):
    # These have no way to a phone's screen: the page asks only at addresses that there are.
    own = {"not_found", "method_not_allowed", "unsupported_media_type", "malformed_computer_key"}
    own |= {"deactivation_too_early", "demo_machine_over", "computer_key_refused"}
    # What only people can cause who fill in forms, or work for the vendor.
    own |= {"malformed_email", "malformed_reason", "malformed_notes", "computer_name_required"}
    own |= {"computer_not_chosen", "release_link_expired", "replacement_needs_reason"}
    own |= {"form_expired", "form_not_kept", "opened_over_http", "foreign_form", "wrong_sign_in"}
    own |= {"signed_out", "not_permitted", "unknown_license"}
    own |= {"switched_off", "unknown_session", "seats_in_use", "license_never_expires", "nothing_chosen"}
    own |= {"batch_differs", "malformed_batch_name", "malformed_seats", "malformed_count"}
    own |= {"malformed_terms", "unknown_feature"}
    own |= {"expiry_out_of_range", "expiry_in_the_past", "unwanted_day", "unwanted_days"}
    own |= {"unknown_computer", "unknown_customer", "malformed_customer_name", "customer_exists"}
    own |= {"same_customer", "product_exists", "product_name_not_typed", "epochs_used_up", "epoch_is_current"}
    own |= {
        "malformed_product_code",
        "malformed_product_name",
        "product_name_not_typed",
        "malformed_key_style",
    }
    own |= {"malformed_machine_source", "malformed_feature", "too_many_features"}
    # Operators, their second factors and server properties: staff in portal and console.
    own |= {"malformed_operator_name", "malformed_password", "malformed_role", "malformed_property"}
    own |= {"unknown_operator", "unknown_property", "operator_exists", "last_administrator", "own_account"}
    own |= {"wrong_password", "wrong_second_factor", "wrong_first_code", "second_factor_needed"}
    own |= {"sign_in_expired", "malformed_subject", "malformed_text", "unknown_mail"}
    own |= {"mail_not_kept", "mail_not_configured", "license_has_no_customer"}
    # Lists and what is done to all of one.
    own |= {"malformed_view_name", "batch_unfinished", "too_many_views", "unknown_view", "malformed_view"}
    own |= {"malformed_order", "unknown_change", "too_many_chosen"}
    # Files that staff import.
    own |= {"csv_too_large", "malformed_csv", "too_many_rows", "unknown_columns", "unknown_import"}
    own |= {"import_begun", "activation_key_exists", "foreign_activation_key", "malformed_status"}
    own |= {"malformed_vendor_name", "malformed_privacy_address", "malformed_color", "malformed_logo"}
    own |= {"logo_too_large", "logo_is_svg", "unknown_brand_part", "changed_meanwhile", "unknown_batch"}
    own |= {"second_factor_missing", "second_factor_on", "second_factor_off", "second_factor_not_begun"}
    assert CODES.keys() - own <= catalogs["en"]["problems"].keys()


def test_every_symbol_of_a_key_can_be_spelled(catalogs):
    for words in catalogs.values():
        assert words["spelling"].keys() == set(SYMBOLS)
