"""Write the test vectors: `python tests/protocol/generate_vectors.py`.

They pin what is in the field, so a file may gain cases, but a case that was released is never changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import vector_clock
import vector_codes
import vector_computer_keys
import vector_continuing
import vector_documents
import vector_requests
import vector_states
import vector_texts
from vector_inputs import Case

from keyferry import protocol

FOLDER = Path(protocol.__path__[0]) / "vectors"

FILES: dict[str, Callable[[], Case]] = {
    "code_points": vector_texts.code_points,
    "alphabet": vector_codes.alphabet,
    "check_groups": vector_codes.check_groups,
    "reading": vector_codes.reading,
    "spellings": vector_texts.spellings,
    "keys": vector_codes.keys,
    "fingerprints": vector_codes.fingerprints,
    "machine_identifiers": vector_texts.machine_identifiers,
    "activation_keys": vector_codes.activation_keys,
    "computer_ids": vector_codes.computer_ids,
    "claims": vector_codes.claims,
    "short_computer_keys": vector_computer_keys.short_computer_keys,
    "signed_computer_keys": vector_computer_keys.signed_computer_keys,
    "repair": vector_computer_keys.repair,
    "computer_names": vector_requests.computer_names,
    "request_tokens": vector_requests.request_tokens,
    "deactivation_codes": vector_requests.deactivation_codes,
    "license_files": vector_documents.license_files,
    "license_codes": vector_documents.license_codes,
    "license_texts": vector_documents.license_texts,
    "profiles": vector_documents.profiles,
    "wizard_states": vector_states.wizard_states,
    "wizard_anchors": vector_states.wizard_anchors,
    "wizard_requests": vector_continuing.wizard_requests,
    "wizard_clock": vector_clock.wizard_clock,
}


def rendered(name: str) -> str:
    """Return the text of one file: ASCII, one case a line."""
    document = FILES[name]()
    lines = []
    for key, value in document.items():
        if isinstance(value, list) and value:
            cases = ",\n".join(f"  {json.dumps(case)}" for case in value)
            lines.append(f" {json.dumps(key)}: [\n{cases}\n ]")
        else:
            lines.append(f" {json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main() -> None:
    """Write every file."""
    FOLDER.mkdir(exist_ok=True)
    for name in FILES:
        (FOLDER / f"{name}.json").write_text(rendered(name), encoding="ascii")


if __name__ == "__main__":
    main()
