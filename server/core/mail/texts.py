"""Our own words of every mail in every language: subject and text, with variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

DEFAULTS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("computer_key", "en"): (
        "Your computer key for {product}",
        "Here is the computer key of {product} for {computer}. {validity}\n\n"
        "{computer key in groups}\n\n"
        "In one piece, for copying:\n\n{computer key}\n\n"
        "How to use it: open the License Wizard on that computer, go to where it asks for the computer key, "
        "and type the groups in their order. Capital or small letters make no difference, and the wizard "
        "mends a few mistyped characters. The key works on that computer only.\n\n"
        "{license file}",
    ),
    ("computer_key", "de"): (
        "Ihr Computerschlüssel für {product}",
        "Hier ist der Computerschlüssel von {product} für {computer}. {validity}\n\n"
        "{computer key in groups}\n\n"
        "In einem Stück, zum Kopieren:\n\n{computer key}\n\n"
        "So verwenden Sie ihn: Öffnen Sie auf diesem Computer den Lizenz-Assistenten, gehen Sie dorthin, wo "
        "er nach dem Computerschlüssel fragt, und tippen Sie die Gruppen der Reihe nach ein. Groß- und "
        "Kleinschreibung spielt keine Rolle, und einige Tippfehler berichtigt der Assistent selbst. Der "
        "Schlüssel gilt nur auf diesem Computer.\n\n"
        "{license file}",
    ),
    ("license_keys", "en"): (
        "Your license keys",
        "You, or somebody who knows this address, asked for your license keys. These are registered for it:"
        "\n\n{licenses}\n\n"
        "Keep them to yourself: whoever has an activation key can use its seats. If you did not ask for this "
        "mail, nothing was changed, and you need to do nothing.",
    ),
    ("license_keys", "de"): (
        "Ihre Lizenzschlüssel",
        "Sie oder jemand, der diese Adresse kennt, hat nach Ihren Lizenzschlüsseln gefragt. Diese sind für "
        "sie eingetragen:\n\n{licenses}\n\n"
        "Behalten Sie sie für sich: Wer einen Aktivierungsschlüssel hat, kann dessen Plätze belegen. Wenn "
        "Sie nicht danach gefragt haben, wurde nichts geändert, und Sie brauchen nichts zu tun.",
    ),
}


@dataclass(frozen=True)
class Phrases:
    """What is put together around values; `{}` is where each goes."""

    computer: str
    named_computer: str
    until: str
    for_ever: str
    runs: str
    one_seat: str
    seats: str
    activation_key: str
    license_file: str
    day: str


PHRASES: Mapping[str, Phrases] = {
    "en": Phrases(
        computer="your computer",
        named_computer="your computer {}",
        until="It is valid until {}.",
        for_ever="It is valid for ever.",
        runs="It runs {} days from its first activation.",
        one_seat="1 seat",
        seats="{} seats",
        activation_key="Activation key: {}",
        license_file="Or without typing: copy the attached license file, {}, to that computer, and let the "
        "License Wizard read it.",
        day="%Y-%m-%d",
    ),
    "de": Phrases(
        computer="Ihren Computer",
        named_computer="Ihren Computer {}",
        until="Gültig bis {}.",
        for_ever="Unbegrenzt gültig.",
        runs="Gültig für {} Tage ab der ersten Aktivierung.",
        one_seat="1 Platz",
        seats="{} Plätze",
        activation_key="Aktivierungsschlüssel: {}",
        license_file="Oder ohne Tippen: Kopieren Sie die angehängte Lizenzdatei {} auf diesen Computer, und "
        "lassen Sie den Lizenz-Assistenten sie lesen.",
        day="%d.%m.%Y",
    ),
}
