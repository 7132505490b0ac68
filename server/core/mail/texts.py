"""The default text of every email in every language: subject and text, with variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

DEFAULTS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("computer_key", "en"): (
        "Your key for {product} on {computer}",
        "Type this key on {computer} to activate {product}. {validity}\n\n"
        "{computer key in groups}\n\n"
        "Open the License Wizard on that computer, choose “Type the computer key,” and type the groups in "
        "order. It fixes small typos itself. 0 and 1 are digits. The key works only on that computer.\n\n"
        "To copy:\n\n{computer key}\n\n"
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
        "Someone asked for the license keys of this email address. If that wasn’t you, there’s nothing to do."
        "\n\n{licenses}\n\n"
        "Keep these to yourself: whoever has a key can use its seats.",
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
    questions: str
    day: str


PHRASES: Mapping[str, Phrases] = {
    "en": Phrases(
        computer="your computer",
        named_computer="{}",
        until="Valid until {}.",
        for_ever="Never expires.",
        runs="Valid for {} days after first use.",
        one_seat="1 seat",
        seats="{:,} seats",
        activation_key="Activation key: {}",
        license_file="No typing: copy the attached file, {}, to that computer and open it in the "
        "License Wizard.",
        questions="Questions? {}",
        day="%b %-d, %Y",
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
        questions="Fragen? {}",
        day="%d.%m.%Y",
    ),
}
